package io.tokenlane.node.load;

/** Is told how far a model's weights are taken over by the backend. */
@FunctionalInterface
public interface LoadProgress {
  /** Tells nobody. */
  LoadProgress SILENT = (done, all) -> {};

  /**
   * @param done layers taken over, from 0
   * @param all layers of the model, at least 1
   */
  void layers(int done, int all);
}
