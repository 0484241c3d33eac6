package io.tokenlane.engine.backend;

import java.util.Optional;

/** Makes a backend. Found through {@link java.util.ServiceLoader}. */
public interface BackendProvider {

  /** The name to select it by, such as {@code vector}. */
  String name();

  /** Order in the automatic selection: the highest that is available runs. */
  int preference();

  /** Why it cannot run on this machine; empty where it can. Cheap, and never throws. */
  Optional<String> unavailable();

  /** Starts it. */
  Backend create(BackendOptions options);
}
