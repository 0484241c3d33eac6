package io.tokenlane.engine.token;

import java.util.Random;

/** Random text of many scripts. */
final class RandomText {
  private static final String[] RANGES = {
    "az",
    "AZ",
    "09",
    "  ",
    "\t\r",
    "!/",
    "\u00A0\u024F",
    "\u0300\u036F",
    "\u0400\u04FF",
    "\u0590\u05FF",
    "\u0900\u097F",
    "\u2000\u206F",
    "\u2581\u2581",
    "\u3040\u30FF",
    "\u4E00\u9FFF",
    "\uAC00\uD7A3",
    "\uE000\uFFFD"
  };

  private RandomText() {}

  /** Text of up to 80 characters without unpaired surrogates. */
  static String of(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(80); left > 0; left--) {
      if (random.nextInt(20) == 0) {
        text.appendCodePoint(random.nextInt(0x10000, 0x110000));
        continue;
      }
      String range = RANGES[random.nextInt(RANGES.length)];
      text.append((char) random.nextInt(range.charAt(0), range.charAt(1) + 1));
    }
    return text.toString();
  }
}
