package io.tokenlane.engine.grammar;

import org.jspecify.annotations.Nullable;

/** The named classes of regular expressions: what every dialect takes for a member, or for none. */
final class PatternClasses {
  /** What {@code .} stands for: no line ends. */
  static final CodePoints ANY = CodePoints.BASIC.without(CodePoints.of("\n\r\u0085\u2028\u2029"));

  private static final CodePoints DIGIT = CodePoints.range('0', '9');
  private static final CodePoints WORD =
      DIGIT.and(CodePoints.range('a', 'z')).and(CodePoints.range('A', 'Z')).and(CodePoints.of("_"));
  private static final CodePoints SPACE = CodePoints.of(" \t\n\f\r");
  private static final CodePoints ANY_SPACE =
      SPACE
          .and(CodePoints.of("\u000B\u001C\u001D\u001E\u001F\u0085\u00A0\u1680\u180E\u202F\u205F"))
          .and(CodePoints.range(0x2000, 0x200A))
          .and(CodePoints.of("\u2028\u2029\u3000\uFEFF"));

  /** Letters and digits beyond ASCII, which some dialects count in. */
  private static final CodePoints BEYOND_ASCII =
      CodePoints.range(0x80, 0xD7FF).and(CodePoints.range(0xE000, 0xFFFF));

  private PatternClasses() {}

  /** What the letter behind a backslash stands for; null if it is no class or control. */
  static @Nullable CodePoints named(char letter) {
    return switch (letter) {
      case 'd' -> DIGIT;
      case 'D' -> CodePoints.BASIC.without(DIGIT).without(BEYOND_ASCII);
      case 'w' -> WORD;
      case 'W' -> CodePoints.BASIC.without(WORD).without(BEYOND_ASCII);
      case 's' -> SPACE;
      case 'S' -> CodePoints.BASIC.without(ANY_SPACE);
      case 't' -> CodePoints.of("\t");
      case 'n' -> CodePoints.of("\n");
      case 'r' -> CodePoints.of("\r");
      case 'f' -> CodePoints.of("\f");
      case 'v' -> CodePoints.of("\u000B");
      case '0' -> CodePoints.range(0, 0);
      default -> null;
    };
  }
}
