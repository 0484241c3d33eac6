package io.tokenlane.engine.token;

/** Takes the pieces of a text, in order. */
@FunctionalInterface
public interface PieceSink {

  /** The piece of {@code text} from {@code from} up to {@code to}, not empty. */
  void piece(String text, int from, int to);
}
