package io.tokenlane.balance.health;

import io.tokenlane.balance.Node;
import java.util.concurrent.CompletionStage;

/** Asks one node whether it is well; must not block. */
@FunctionalInterface
public interface Probe {
  /** True: well; false or a failed stage: not, and a failure's message is shown to the operator. */
  CompletionStage<Boolean> check(Node node);
}
