package io.tokenlane.engine.grammar;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** A set of byte strings, built of smaller ones. */
public sealed interface Expr {

  /** The empty string. */
  Expr EMPTY = new Sequence(List.of());

  /** A text as UTF-8. */
  static Expr text(String text) {
    return text(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Exactly these bytes. */
  static Expr text(byte[] bytes) {
    Expr[] parts = new Expr[bytes.length];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Bytes.SINGLE.get(bytes[i] & 0xFF);
    }
    return sequence(parts);
  }

  /** One after the other. */
  static Expr sequence(Expr... parts) {
    return parts.length == 1 ? parts[0] : new Sequence(List.of(parts));
  }

  /**
   * No string at all, so that what needs it cannot be written either.
   *
   * @param why tells the reason, where nothing else is left
   */
  static Expr nothing(Supplier<String> why) {
    return new Nothing(why);
  }

  /** Any one of them; of none, nothing at all matches. */
  static Expr choice(Expr... options) {
    return options.length == 1 ? options[0] : new Choice(List.of(options));
  }

  /** Any one of them. */
  static Expr choice(List<Expr> options) {
    return choice(options.toArray(Expr[]::new));
  }

  /** It, or nothing. */
  static Expr optional(Expr body) {
    return new Repeat(body, 0, 1);
  }

  /** A byte of the ASCII characters of the text. */
  static Expr oneOf(String characters) {
    return choice(
        Arrays.stream(characters.chars().sorted().toArray())
            .mapToObj(c -> (Expr) new Bytes(c, c))
            .toArray(Expr[]::new));
  }

  /**
   * One byte.
   *
   * @param low least value, 0 to 255
   * @param high largest value
   */
  record Bytes(int low, int high) implements Expr {
    private static final List<Bytes> SINGLE =
        IntStream.range(0, 256).mapToObj(value -> new Bytes(value, value)).toList();
  }

  /** One after the other. */
  record Sequence(List<Expr> parts) implements Expr {}

  /** Any one of them. */
  record Choice(List<Expr> options) implements Expr {}

  /**
   * The body many times.
   *
   * @param least least times, at least 0
   * @param most most times; {@link #UNBOUNDED} for any number
   */
  record Repeat(Expr body, int least, int most) implements Expr {
    /** As {@code most}: no bound. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;
  }

  /** No string at all. */
  record Nothing(Supplier<String> why) implements Expr {}

  /** What the rule stands for. */
  record Call(Rule rule) implements Expr {}

  /** The control token with this text; no other token. */
  record Control(String text) implements Expr {}
}
