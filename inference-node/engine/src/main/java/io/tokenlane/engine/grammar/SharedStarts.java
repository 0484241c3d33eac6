package io.tokenlane.engine.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Any of some texts, sharing what they begin with: a rule for each place where they part. */
final class SharedStarts {
  private final List<String> sorted;
  private final Deque<Fork> pending = new ArrayDeque<>();

  /** Texts that are equal up to a place, and more than one. */
  private record Fork(Rule rule, int from, int to, int length) {}

  private SharedStarts(List<String> texts) {
    sorted = texts.stream().sorted().distinct().toList();
  }

  static Expr anyOf(List<String> texts) {
    SharedStarts all = new SharedStarts(texts);
    Expr whole = all.forked(0, all.sorted.size(), 0);
    while (!all.pending.isEmpty()) {
      Fork fork = all.pending.pop();
      fork.rule.define(all.options(fork));
    }
    return whole;
  }

  private Expr forked(int from, int to, int length) {
    if (to - from == 1) {
      return Expr.text(sorted.get(from).substring(length));
    }
    int shared = shared(sorted.get(from), sorted.get(to - 1), length);
    Rule rule = new Rule("constants");
    pending.push(new Fork(rule, from, to, shared));
    return Expr.sequence(
        Expr.text(sorted.get(from).substring(length, shared)), new Expr.Call(rule));
  }

  /** How far two texts are equal, in whole characters; those sorted between them are, too. */
  private static int shared(String first, String last, int from) {
    int at = from;
    while (at < first.length() && at < last.length() && first.charAt(at) == last.charAt(at)) {
      at++;
    }
    return at > from && Character.isHighSurrogate(first.charAt(at - 1)) ? at - 1 : at;
  }

  private Expr options(Fork fork) {
    List<Expr> options = new ArrayList<>();
    int from = fork.from;
    if (sorted.get(from).length() == fork.length) {
      options.add(Expr.EMPTY);
      from++;
    }
    while (from < fork.to) {
      int to = from + 1;
      while (to < fork.to && codePoint(to, fork) == codePoint(from, fork)) {
        to++;
      }
      options.add(forked(from, to, fork.length));
      from = to;
    }
    return Expr.choice(options);
  }

  private int codePoint(int text, Fork fork) {
    return sorted.get(text).codePointAt(fork.length);
  }
}
