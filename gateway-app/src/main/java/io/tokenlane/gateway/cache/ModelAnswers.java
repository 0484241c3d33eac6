package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.InferenceCall;
import java.util.Optional;

/** Which models' answers are stored, by how they are sampled. Embeddings always are. */
public enum ModelAnswers {
  /** None at all, embeddings neither. */
  NONE,
  /** Those of calls that state {@code temperature: 0}. */
  GREEDY,
  /** These, and those of calls that state a {@code seed}. */
  SEEDED,
  /** All: who asks the same again gets the same answer again. */
  ALL;

  /** Why the answer to {@code call} is not stored, a token for {@code Cache-Status}. */
  Optional<String> refuses(InferenceCall call) {
    boolean greedy = call.temperature().filter(t -> t.signum() == 0).isPresent();
    boolean seeded = call.body().path("seed").isIntegralNumber();
    boolean stored =
        switch (this) {
          case NONE -> false;
          case GREEDY -> greedy;
          case SEEDED -> greedy || seeded;
          case ALL -> true;
        };
    return stored ? Optional.empty() : Optional.of(this == NONE ? "off" : "temperature");
  }
}
