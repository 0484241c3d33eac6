package io.tokenlane.compress;

import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Random texts of everything that a rule might stumble over. */
final class AnyText {
  private static final List<String> SCRAPS =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "\"",
          "\\",
          "{}",
          "[]",
          "{{name}}",
          "{% if x %}",
          "${a.b}",
          "`code`",
          "https://example.com/a?b=c#d",
          "\n",
          "\r\n",
          "\r",
          "\t",
          "  ",
          " \n",
          "\n\n\n",
          "```\n",
          "```json\n",
          "~~~\n",
          "---\n",
          "Legend, symbol=text:\n",
          "§=",
          "§",
          "¶=x\n",
          "\u0000",
          "\ud83d\ude00",
          "\ud83d",
          "\ude00",
          "é",
          "e\u0301",
          "数据库",
          "\u2028",
          "NaN",
          "-0",
          "1e999",
          "<|endoftext|>",
          "“quoted”",
          "\"a b\"",
          "true",
          "null",
          ",",
          ":",
          "     ");
  private static final List<String> WORDS =
      List.of("the", "order", "of", "customer", "has", "been", "delivered", "Answer:", "42", "is");

  private final RandomGenerator random;

  AnyText(RandomGenerator random) {
    this.random = random;
  }

  String next() {
    List<Supplier<String>> kinds = List.of(this::scraps, this::prose, this::json, this::repeated);
    StringBuilder text = new StringBuilder();
    for (int parts = random.nextInt(5); parts >= 0; parts--) {
      text.append(kinds.get(random.nextInt(kinds.size())).get());
    }
    return disguise(text.toString());
  }

  private String disguise(String text) {
    return switch (random.nextInt(6)) {
      case 0 -> text.replace("\r\n", "\n").replace("\n", "\r\n");
      case 1 -> text.indent(1 + random.nextInt(4));
      case 2 -> "\n\n" + text + "\n\n\n";
      default -> text;
    };
  }

  private String scraps() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      text.append(pick(SCRAPS));
    }
    return text.toString();
  }

  private String prose() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(40); i > 0; i--) {
      text.append(pick(WORDS)).append(random.nextInt(9) == 0 ? "\n" : " ");
    }
    return text.toString();
  }

  private String repeated() {
    String passage = prose() + (random.nextBoolean() ? scraps() : "");
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i >= 0; i--) {
      text.append(passage).append(pick(WORDS)).append('\n');
    }
    return text.toString();
  }

  String json() {
    String minified = value(0);
    JsonStyle style =
        new JsonStyle(
            random.nextInt(4) > 0,
            random.nextInt(8) == 0,
            random.nextInt(4) == 0,
            random.nextInt(4) > 0,
            random.nextBoolean(),
            random.nextInt(5),
            random.nextInt(3));
    String block = style.print(minified);
    return random.nextInt(6) == 0 ? block.replaceFirst(" ", "  ") : block;
  }

  private String value(int depth) {
    return switch (random.nextInt(depth > 4 ? 4 : 7)) {
      case 0 -> "\"" + pick(WORDS) + "\\n\\u00e9\\\"x\"";
      case 1 -> List.of("-0", "1.50", "12345678901234567890", "1E+2").get(random.nextInt(4));
      case 2 -> "null";
      case 3 -> random.nextBoolean() ? "[]" : "{}";
      case 4 -> "[" + members(depth, "") + "]";
      default -> "{" + members(depth, "\"key\":") + "}";
    };
  }

  private String members(int depth, String key) {
    StringBuilder members = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) {
      members.append(members.isEmpty() ? "" : ",").append(key).append(value(depth + 1));
    }
    return members.toString();
  }

  private String pick(List<String> from) {
    return from.get(random.nextInt(from.size()));
  }
}
