package io.tokenlane.engine.backend;

/** Gain and epsilon of an RMSNorm on a backend (Zhang and Sennrich 2019). */
public interface Norm {

  /** Number of elements that it normalises together. */
  int width();
}
