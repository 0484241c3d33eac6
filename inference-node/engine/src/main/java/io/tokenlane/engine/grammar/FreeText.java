package io.tokenlane.engine.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Text that is free but for one string that ends it. */
public final class FreeText {
  private static final CodePoints ANY =
      CodePoints.range(0, 0xD7FF).and(CodePoints.range(0xE000, 0x10FFFF));

  private FreeText() {}

  /** Any text, the empty one too. */
  public static Expr any() {
    return new Expr.Repeat(ANY.asText(), 0, Expr.Repeat.UNBOUNDED);
  }

  /** Text up to the first place of the string, which ends it. */
  public static Expr through(String end) {
    return new Search(end, Expr.EMPTY, false).whole();
  }

  /**
   * Text in which the string is not found; or text up to its first place, then the rest.
   *
   * @param rest what must follow the string
   */
  public static Expr withoutOr(String end, Expr rest) {
    return new Search(end, rest, true).whole();
  }

  /** One rule for each number of characters of the end that were just read (Knuth et al. 1977). */
  private static final class Search {
    private final int[] end;
    private final Expr rest;
    private final boolean mayLack;
    private final List<Rule> read = new ArrayList<>();

    Search(String end, Expr rest, boolean mayLack) {
      this.end = end.codePoints().toArray();
      this.rest = rest;
      this.mayLack = mayLack;
      for (int i = 0; i < this.end.length; i++) {
        read.add(new Rule("before " + end + ", " + i));
      }
      for (int i = 0; i < this.end.length; i++) {
        read.get(i).define(after(i));
      }
    }

    Expr whole() {
      return new Expr.Call(read.getFirst());
    }

    private Expr after(int matched) {
      List<Expr> options = new ArrayList<>();
      CodePoints others = ANY;
      for (int c : Arrays.stream(end).distinct().toArray()) {
        others = others.without(CodePoints.range(c, c));
        int next = next(matched, c);
        Expr following = next == end.length ? rest : new Expr.Call(read.get(next));
        options.add(Expr.sequence(Expr.text(Character.toString(c)), following));
      }
      options.add(Expr.sequence(others.asText(), whole()));
      if (mayLack) {
        options.add(Expr.EMPTY);
      }
      return Expr.choice(options);
    }

    /** How much of the end is read once this character follows so much of it. */
    private int next(int matched, int c) {
      for (int length = matched + 1; length > 0; length--) {
        if (end[length - 1] == c && isTail(matched, length - 1)) {
          return length;
        }
      }
      return 0;
    }

    /** Whether the first characters of the end are also the last ones of the matched ones. */
    private boolean isTail(int matched, int length) {
      for (int i = 0; i < length; i++) {
        if (end[i] != end[matched - length + i]) {
          return false;
        }
      }
      return true;
    }
  }
}
