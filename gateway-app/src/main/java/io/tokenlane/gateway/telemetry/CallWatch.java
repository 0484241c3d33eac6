package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.Trail;

/** Told of the end of every exchange. Called on event loops: must not block. */
public interface CallWatch {
  /** How closely the next exchange is to be watched. */
  Attention attention();

  /** An exchange that went through the filters has ended. */
  void ended(Ending ending);

  /** One that was answered beside them has. */
  default void passed(PassedRequests.Passed passed) {}

  /**
   * What a stored answer was renewed with, behind its clients, has ended: on a trail of its own.
   */
  default void renewed(Trail fetch) {}
}
