package io.tokenlane.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.AbstractList;
import org.junit.jupiter.api.Test;

class NestedRepeatsTest {
  private static final Expr LETTER = new Expr.Bytes('a', 'z');
  private static final int DEEPEST = 100;
  private static final int PARTS = 50;

  private int read;

  @Test
  void eachPartIsReadOnceHoweverDeepItLies() {
    Expr expression = Expr.sequence(new Expr.Sequence(new Counted()), Expr.optional(LETTER));
    for (int i = 0; i < DEEPEST; i++) {
      expression = Expr.optional(Expr.sequence(LETTER, expression));
    }
    assertThat(NestedRepeats.of(expression).counts()).isEqualTo(1);
    assertThat(read).isEqualTo(PARTS);
  }

  @Test
  void countsOfRepeatsGoWithEachOtherWhereTheInnerTextIsOfAnyLength() {
    Expr some = new Expr.Repeat(LETTER, 1, 10);
    assertThat(NestedRepeats.of(new Expr.Repeat(some, 1, 7)).counts()).isEqualTo(70);
    Expr ten = new Expr.Repeat(LETTER, 10, 10);
    assertThat(NestedRepeats.of(new Expr.Repeat(ten, 1, 7)).counts()).isEqualTo(1);
    Expr endless = new Expr.Repeat(some, 3, Expr.Repeat.UNBOUNDED);
    assertThat(NestedRepeats.of(Expr.choice(endless, some)).counts()).isEqualTo(30);
  }

  @Test
  void lengthsBeyondAllNumbersAreNotTakenForEqual() {
    Expr words = LETTER;
    for (int i = 0; i < DEEPEST; i++) {
      words = new Expr.Repeat(words, 10_000, 10_000);
    }
    assertThat(NestedRepeats.of(words).length().isFixed()).isFalse();
  }

  private final class Counted extends AbstractList<Expr> {
    @Override
    public Expr get(int index) {
      read++;
      return LETTER;
    }

    @Override
    public int size() {
      return PARTS;
    }
  }
}
