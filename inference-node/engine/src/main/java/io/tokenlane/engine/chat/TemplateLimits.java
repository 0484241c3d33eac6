package io.tokenlane.engine.chat;

/**
 * How much a rendering may take before it ends with a {@link TemplateException}.
 *
 * @param steps most nodes evaluated and loop rounds, over 0
 * @param characters most UTF-16 characters in the output, and in any string on the way, over 0
 * @param depth deepest nesting of expressions, blocks and macro calls, over 0
 */
public record TemplateLimits(long steps, int characters, int depth) {

  /** 20 million steps, 16 Mi characters, depth 200. */
  public static final TemplateLimits DEFAULT = new TemplateLimits(20_000_000, 16 << 20, 200);

  public TemplateLimits {
    check("steps", steps);
    check("characters", characters);
    check("depth", depth);
  }

  private static void check(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
