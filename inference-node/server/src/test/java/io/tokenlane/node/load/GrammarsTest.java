package io.tokenlane.node.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.grammar.Expr;
import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.node.RunningNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningNode.class)
class GrammarsTest {
  private final LoadedModel model;
  private final List<String> made = new ArrayList<>();

  GrammarsTest(LoadedModel model) {
    this.model = model;
  }

  @Test
  void whatWasUsedLatelyIsNotMadeAnew() {
    Grammars grammars = new Grammars(Long.MAX_VALUE);
    assertThat(get(grammars, "a")).isSameAs(get(grammars, "a"));
    assertThat(get(grammars, "b")).isNotSameAs(get(grammars, "a"));
    assertThat(made).containsExactly("a", "b");
  }

  @Test
  void whatWasNotUsedLongestIsForgottenAsMemoryRunsOut() {
    Grammars grammars = new Grammars(3 * make("a").bytes() - 1);
    get(grammars, "a");
    get(grammars, "b");
    get(grammars, "a");
    get(grammars, "c");
    made.clear();
    get(grammars, "a");
    get(grammars, "c");
    get(grammars, "b");
    assertThat(made).containsExactly("b");
  }

  @Test
  void whatIsLargerThanAllMemoryIsMadeForEachUse() {
    Grammars grammars = new Grammars(0);
    assertThat(get(grammars, "a")).isNotSameAs(get(grammars, "a"));
  }

  private Grammar get(Grammars grammars, String text) {
    return grammars.get(text, () -> make(text));
  }

  private Grammar make(String text) {
    made.add(text);
    return Grammar.compile(Expr.text(text), model.rules().tokens());
  }
}
