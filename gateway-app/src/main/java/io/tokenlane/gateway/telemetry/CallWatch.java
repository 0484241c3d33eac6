package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.Attention;

/**
 * Told of the end of every exchange that goes through the filters ({@link PassedRequests} tells of
 * the others). Called on event loops: must not block.
 */
public interface CallWatch {
  /** How closely the next exchange is to be watched. */
  Attention attention();

  /** An exchange has ended. */
  void ended(Ending ending);
}
