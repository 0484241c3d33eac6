package io.tokenlane.engine.grammar;

import io.tokenlane.engine.grammar.Expr.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A set of characters; never one of the halves of a surrogate pair. Never changes. */
final class CodePoints {
  /** The characters that all dialects of regular expressions count as one. */
  static final CodePoints BASIC = range(0, 0xD7FF).and(range(0xE000, 0xFFFF));

  /** What may stand unescaped in a JSON string (RFC 8259, section 7). */
  static final CodePoints UNESCAPED =
      range(0x20, 0x21)
          .and(range(0x23, 0x5B))
          .and(range(0x5D, 0xD7FF))
          .and(range(0xE000, 0x10FFFF));

  private static final String SHORT_ESCAPED = "\"\\\b\f\n\r\t";
  private static final String SHORT_ESCAPES = "\"\\bfnrt";

  /** The lowest first, none in another. */
  private final List<Range> ranges;

  /** Null until asked for; the same for all places of a pattern, which may be thousands. */
  private @Nullable Expr inJsonString;

  private CodePoints(List<Range> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  static CodePoints range(int low, int high) {
    return new CodePoints(List.of(new Range(low, high)));
  }

  static CodePoints of(String characters) {
    return new CodePoints(
        characters.codePoints().sorted().distinct().mapToObj(c -> new Range(c, c)).toList());
  }

  /** Those of either. */
  CodePoints and(CodePoints other) {
    return anyOf(List.of(this, other));
  }

  /** Those of any. */
  static CodePoints anyOf(List<CodePoints> sets) {
    List<Range> all = new ArrayList<>();
    sets.forEach(set -> all.addAll(set.ranges));
    all.sort(Comparator.comparingInt(Range::low));
    List<Range> merged = new ArrayList<>();
    for (Range range : all) {
      Range last = merged.isEmpty() ? null : merged.getLast();
      if (last != null && range.low <= last.high + 1) {
        merged.set(merged.size() - 1, new Range(last.low, Math.max(last.high, range.high)));
      } else {
        merged.add(range);
      }
    }
    return new CodePoints(merged);
  }

  /** Those that are not of the other. */
  CodePoints without(CodePoints other) {
    List<Range> left = new ArrayList<>();
    List<Range> taken = other.ranges;
    int first = 0;
    for (Range range : ranges) {
      while (first < taken.size() && taken.get(first).high < range.low) {
        first++;
      }
      int from = range.low;
      for (int i = first; i < taken.size() && taken.get(i).low <= range.high; i++) {
        addIfAny(from, taken.get(i).low - 1, left);
        from = taken.get(i).high + 1;
      }
      addIfAny(from, range.high, left);
    }
    return new CodePoints(left);
  }

  private static void addIfAny(int low, int high, List<Range> ranges) {
    if (low <= high) {
      ranges.add(new Range(low, high));
    }
  }

  /** Those of both. */
  CodePoints within(CodePoints other) {
    return without(without(other));
  }

  /** Any one of them, as it is. */
  Expr asText() {
    List<Expr> options = new ArrayList<>();
    for (Range range : ranges) {
      Utf8Ranges.add(range.low, range.high, options);
    }
    return new Expr.Choice(options);
  }

  /** Any one of them, as it stands in a JSON string. */
  Expr inJsonString() {
    Expr known = inJsonString;
    if (known == null) {
      known = writtenInJsonString();
      inJsonString = known;
    }
    return known;
  }

  private Expr writtenInJsonString() {
    List<Expr> options = new ArrayList<>();
    for (Range range : within(UNESCAPED).ranges) {
      Utf8Ranges.add(range.low, range.high, options);
    }
    List<String> escapes = new ArrayList<>();
    for (Range range : without(UNESCAPED).ranges) {
      for (int c = range.low; c <= range.high; c++) {
        escapes.add(escaped(c));
      }
    }
    if (!escapes.isEmpty()) {
      options.add(SharedStarts.anyOf(escapes));
    }
    return options.size() == 1 && options.getFirst() instanceof Bytes
        ? options.getFirst()
        : new Expr.Choice(options);
  }

  private static String escaped(int c) {
    int at = SHORT_ESCAPED.indexOf(c);
    return at >= 0 ? "\\" + SHORT_ESCAPES.charAt(at) : "\\u%04x".formatted(c);
  }

  /** The only character; -1 if there is not exactly one. */
  int single() {
    return ranges.size() == 1 && ranges.getFirst().low == ranges.getFirst().high
        ? ranges.getFirst().low
        : -1;
  }

  private record Range(int low, int high) {}
}
