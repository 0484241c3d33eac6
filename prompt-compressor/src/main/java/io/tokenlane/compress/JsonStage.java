package io.tokenlane.compress;

import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Minifies the JSON blocks of a text that are laid out in a {@link JsonStyle} and get shorter in
 * tokens. The parameters are runs over the blocks in order: a style, and how many blocks in a row
 * have it; blocks beyond the last run are as they were. If the runs do not fit the tag, nothing is
 * changed.
 */
final class JsonStage implements Stage {
  /** Shorter ones are not worth a place in the runs. */
  private static final int SHORTEST_MINIFIED = 16;

  private static final int LONGEST_PARAMETERS = 18;

  @Override
  public Rule rule() {
    return Rule.JSON_MINIFY;
  }

  @Override
  public @Nullable Staged apply(String text, TokenCounter counter, Protection protection) {
    StringBuilder out = new StringBuilder();
    List<@Nullable JsonStyle> styles = new ArrayList<>();
    int copied = 0;
    for (Span span : JsonScanner.blocks(text)) {
      String block = span.of(text);
      String minified = JsonStyle.minify(block);
      if (minified.length() < SHORTEST_MINIFIED) {
        continue;
      }
      JsonStyle style = worthwhile(block, minified, counter);
      styles.add(style);
      if (style != null) {
        out.append(text, copied, span.start()).append(minified);
        copied = span.end();
      }
    }
    byte[] parameters = copied == 0 ? null : runs(styles);
    return parameters == null
        ? null
        : new Staged(out.append(text, copied, text.length()).toString(), parameters);
  }

  private static @Nullable JsonStyle worthwhile(
      String block, String minified, TokenCounter counter) {
    if (minified.length() == block.length()) {
      return null;
    }
    JsonStyle style = JsonStyle.of(block, minified);
    return style != null && counter.count(minified) < counter.count(block) ? style : null;
  }

  private static byte @Nullable [] runs(List<@Nullable JsonStyle> styles) {
    ByteBuffer out = ByteBuffer.allocate(LONGEST_PARAMETERS);
    try {
      int i = 0;
      while (i < styles.size()) {
        int end = i;
        while (end < styles.size() && Objects.equals(styles.get(end), styles.get(i))) {
          end++;
        }
        write(out, styles.get(i), end - i);
        i = end;
      }
    } catch (BufferOverflowException tooManyStyles) {
      return null;
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private static void write(ByteBuffer out, @Nullable JsonStyle style, int count) {
    if (style == null) {
      out.put((byte) 0);
    } else {
      style.write(out);
    }
    int left = count;
    while (left > 0x7f) {
      out.put((byte) (left | 0x80));
      left >>>= 7;
    }
    out.put((byte) left);
  }

  @Override
  public String undo(String text, byte[] parameters) {
    Runs runs = new Runs(ByteBuffer.wrap(parameters));
    StringBuilder out = new StringBuilder();
    int copied = 0;
    for (Span span : JsonScanner.blocks(text)) {
      String block = span.of(text);
      if (JsonStyle.minify(block).length() < SHORTEST_MINIFIED) {
        continue;
      }
      JsonStyle style = runs.next();
      if (style != null) {
        out.append(text, copied, span.start()).append(style.print(block));
        copied = span.end();
      }
    }
    return out.append(text, copied, text.length()).toString();
  }

  private static final class Runs {
    private final ByteBuffer in;
    private @Nullable JsonStyle style;
    private int left;

    Runs(ByteBuffer in) {
      this.in = in;
    }

    @Nullable JsonStyle next() {
      if (left == 0) {
        if (!in.hasRemaining()) {
          return null;
        }
        style = JsonStyle.read(in);
        left = count();
      }
      left--;
      return style;
    }

    private int count() {
      int count = 0;
      for (int shift = 0; shift < 32; shift += 7) {
        byte b = in.get();
        count |= (b & 0x7f) << shift;
        if (b >= 0) {
          break;
        }
      }
      return count;
    }
  }
}
