package io.tokenlane.engine.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Random damage to files. */
public final class Damage {
  private static final Pattern TOKENS =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*+\"|-?\\d[\\d.eE+-]*|true|false|null|[{}\\[\\],:]");
  private static final List<String> SCALARS =
      List.of(
          "0",
          "-1",
          "1",
          "3",
          "255",
          "65536",
          "2147483647",
          "2147483648",
          "-9223372036854775808",
          "9223372036854775807",
          "1e308",
          "1e-308",
          "-0.0",
          "0.5",
          "1e400",
          "null",
          "true",
          "false",
          "\"\"",
          "\"x\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "[]",
          "{}",
          "[[]]",
          "[0]",
          "[null]",
          "{\"a\":1}",
          "99999999999999999999999999",
          "\"(a+)+$\"",
          "\"[\"",
          "\"\\\\p{Foo}\"");

  private final RandomGenerator random;

  public Damage(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Up to four places among the first {@code reach} bytes changed in place; or a shorter length.
   */
  public int bytes(byte[] file, int reach) {
    if (random.nextInt(4) == 0) {
      return random.nextInt(file.length);
    }
    int near = random.nextBoolean() ? reach : Math.min(reach, 2_000);
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(near - 8);
      switch (random.nextInt(5)) {
        case 0 -> file[at] = (byte) random.nextInt(256);
        case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> Arrays.fill(file, at, at + 8, (byte) (random.nextBoolean() ? -1 : 0));
        case 3 -> file[at + 7] = (byte) (random.nextInt(256) & 0x7f);
        default -> System.arraycopy(file, random.nextInt(near - 8), file, at, 8);
      }
    }
    return file.length;
  }

  /** JSON with up to three values replaced, taken out or doubled; now and then no JSON at all. */
  public byte[] json(String text) {
    if (random.nextInt(8) == 0) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      return Arrays.copyOf(bytes, bytes(bytes, bytes.length));
    }
    List<String> tokens = new ArrayList<>();
    Matcher matcher = TOKENS.matcher(text);
    while (matcher.find()) {
      tokens.add(matcher.group());
    }
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      int at = random.nextInt(Math.min(tokens.size(), random.nextBoolean() ? 400 : tokens.size()));
      String token = tokens.get(at);
      boolean mark = token.length() == 1 && "{}[],:".contains(token);
      switch (random.nextInt(mark ? 40 : 4)) {
        case 0 -> tokens.remove(at);
        case 1 -> tokens.add(at, tokens.get(random.nextInt(tokens.size())));
        default -> {
          if (!mark) {
            tokens.set(at, SCALARS.get(random.nextInt(SCALARS.size())));
          }
        }
      }
    }
    return String.join("", tokens).getBytes(StandardCharsets.UTF_8);
  }

  /** A piece of text of up to 40 characters. */
  public static String piece(String text, RandomGenerator random) {
    int from = random.nextInt(text.length() + 1);
    return text.substring(from, Math.min(text.length(), from + random.nextInt(40)));
  }
}
