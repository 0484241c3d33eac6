package io.tokenlane.engine.backend;

/** What a backend computes projections with. */
public enum WeightFormat {
  /** Floats with floats; weights in blocks of integers with 8-bit integers, where it can. */
  AS_STORED,
  /** 8-bit integers, floats being quantised when they are loaded, where it can. */
  INT8
}
