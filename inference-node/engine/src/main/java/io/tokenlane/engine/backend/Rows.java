package io.tokenlane.engine.backend;

/** Activations on a backend: one row of float32 values for each row of a batch. */
public interface Rows {

  /** Most rows it holds. */
  int maxRows();

  /** Values in a row. */
  int width();
}
