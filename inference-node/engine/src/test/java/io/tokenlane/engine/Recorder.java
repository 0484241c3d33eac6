package io.tokenlane.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the events of one generation and refuses any after its ending. */
final class Recorder implements Consumer<GenerationEvent> {
  final List<GenerationEvent.Token> tokens = new ArrayList<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private @Nullable GenerationEvent ending;

  @Override
  public synchronized void accept(GenerationEvent event) {
    if (ending != null) {
      throw new AssertionError("event after " + ending + ": " + event);
    }
    if (event instanceof GenerationEvent.Token token) {
      tokens.add(token);
    } else {
      ending = event;
      ended.countDown();
    }
  }

  synchronized boolean hasEnded() {
    return ending != null;
  }

  synchronized List<Integer> ids() {
    return tokens.stream().map(GenerationEvent.Token::token).toList();
  }

  /** The tokens with their log probabilities, to the bit. */
  synchronized List<String> texts() {
    return tokens.stream()
        .map(
            token ->
                "%d %s %s %s"
                    .formatted(
                        token.token(),
                        token.logprob(),
                        Arrays.toString(token.topTokens()),
                        Arrays.toString(token.topLogprobs())))
        .toList();
  }

  synchronized GenerationEvent.Finished finished() {
    if (ending instanceof GenerationEvent.Finished finished) {
      return finished;
    }
    throw new AssertionError("ending: " + ending + " (expected: Finished)");
  }

  synchronized String failure() {
    if (ending instanceof GenerationEvent.Failed failed) {
      return failed.message();
    }
    throw new AssertionError("ending: " + ending + " (expected: Failed)");
  }

  synchronized boolean isOverloaded() {
    return ending instanceof GenerationEvent.Failed failed && failed.overloaded();
  }

  Recorder await() throws InterruptedException {
    if (!ended.await(60, TimeUnit.SECONDS)) {
      throw new AssertionError("no ending within 60 s");
    }
    return this;
  }
}
