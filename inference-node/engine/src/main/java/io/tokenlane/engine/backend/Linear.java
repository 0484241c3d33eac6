package io.tokenlane.engine.backend;

/** A weight matrix on a backend, with its bias if it has one. */
public interface Linear {

  /** Width of its results. */
  int outputs();

  /** Width of what it is applied to. */
  int inputs();
}
