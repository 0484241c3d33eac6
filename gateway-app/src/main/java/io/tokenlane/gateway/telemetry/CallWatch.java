package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.Attention;

/** Told of every exchange's end. Called on event loops: must not block. */
public interface CallWatch {
  /** How closely the next exchange is to be watched. */
  Attention attention();

  /** An exchange has ended. */
  void ended(Ending ending);
}
