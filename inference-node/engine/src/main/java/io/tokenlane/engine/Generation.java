package io.tokenlane.engine;

/** A submitted generation. */
public interface Generation {

  /**
   * Ends the generation at the next step; a {@link GenerationEvent.Finished} with {@link
   * FinishReason#CANCELLED} follows unless it already ended. May be called from any thread, more
   * than once.
   */
  void cancel();
}
