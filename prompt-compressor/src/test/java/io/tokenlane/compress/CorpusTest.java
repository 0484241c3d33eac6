package io.tokenlane.compress;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The invariants and the savings on real prompts, each file one text. */
class CorpusTest {
  private static final class Sum {
    private long before;
    private long saved;

    double share() {
      return (double) saved / before;
    }
  }

  /** Without a minimum, so that short messages are counted too. */
  private static final CompressionPolicy WHOLE =
      new CompressionPolicy(CompressionPolicy.DEEP.rules(), 0);

  private final Map<String, Sum> sums = new TreeMap<>();

  @ParameterizedTest
  @ValueSource(strings = {"o200k_base", "cl100k_base"})
  void realPromptsComeBackAndShrink(String encoding) throws IOException {
    TokenCounter counter = TokenCounters.named(encoding);
    PromptCompressor compressor = new PromptCompressor(counter);
    Invariants invariants = new Invariants(compressor, counter, CompressionPolicy.DEEP);
    Invariants unbounded = new Invariants(compressor, counter, WHOLE);
    for (Path file : prompts()) {
      String name = file.getFileName().toString();
      String text = Files.readString(file);
      Compression result = invariants.check(text, name);
      add(name.split("-")[1], result);
      add("all", result);
      for (Rule rule : Rule.values()) {
        add("all, by " + rule.id(), result, saved(result, rule));
      }
      for (String message : messages(name, text)) {
        add("messages of chats", unbounded.check(message, name));
      }
    }
    sums.forEach((kind, sum) -> print(encoding, kind, sum));
    assertThat(compressor.failures()).isZero();
    assertThat(requireNonNull(sums.get("all")).share()).isGreaterThan(0.33);
  }

  /**
   * Message by message as in a gateway: the shorter chat's bytes are the beginning of the longer.
   */
  @ParameterizedTest
  @EnumSource(Reduction.Level.class)
  void realChatsComeBackAndGrowAtTheirEndOnly(Reduction.Level level) throws IOException {
    PromptCompressor compressor = new PromptCompressor(TokenCounters.named("o200k_base"));
    Set<Rule> rules = EnumSet.of(level.rule());
    rules.addAll(Rule.LOSSLESS);
    CompressionPolicy policy = new CompressionPolicy(rules, 0);
    for (Path file : prompts()) {
      String name = file.getFileName().toString();
      List<Turn> turns =
          messages(name, Files.readString(file)).stream().map(m -> new Turn("user", m)).toList();
      List<Compression> sent = compressed(compressor, turns, policy);
      Conversation back = new Conversation(compressor);
      for (int i = 0; i < turns.size(); i++) {
        Turn visible = new Turn("user", sent.get(i).text());
        assertThat(back.restore(visible, sent.get(i).tag(), sent.get(i).sidecar()))
            .as(name + ", message " + i)
            .isEqualTo(turns.get(i).text());
      }
      int shorter = turns.size() / 2;
      assertThat(compressed(compressor, turns.subList(0, shorter), policy))
          .as(name + ", shorter")
          .isEqualTo(sent.subList(0, shorter));
    }
    assertThat(compressor.failures()).isZero();
  }

  private static List<Compression> compressed(
      PromptCompressor compressor, List<Turn> turns, CompressionPolicy policy) {
    Conversation conversation = new Conversation(compressor);
    return turns.stream().map(turn -> conversation.next(turn, policy)).toList();
  }

  /** The texts that a gateway would compress one by one; none if the file is no chat. */
  private static List<String> messages(String name, String text) {
    return name.endsWith(".json")
        ? JsonMapper.shared()
            .readTree(text)
            .valueStream()
            .map(message -> message.path("content"))
            .filter(JsonNode::isString)
            .map(JsonNode::stringValue)
            .toList()
        : List.of();
  }

  private static int saved(Compression result, Rule rule) {
    return result.savings().stream()
        .filter(saving -> saving.rule() == rule)
        .mapToInt(RuleSaving::tokens)
        .sum();
  }

  private void add(String name, Compression result) {
    add(name, result, result.tokensBefore() - result.tokensAfter());
  }

  private void add(String name, Compression result, int saved) {
    Sum sum = sums.computeIfAbsent(name, _ -> new Sum());
    sum.before += result.tokensBefore();
    sum.saved += saved;
  }

  private static void print(String encoding, String kind, Sum sum) {
    System.out.println(
        String.format(
            Locale.ROOT,
            "corpus %s %-24s %7d tokens %6d saved %5.1f %%",
            encoding,
            kind,
            sum.before,
            sum.saved,
            100 * sum.share()));
  }

  private static List<Path> prompts() throws IOException {
    Path folder = Path.of(System.getProperty("tokenlane.shared", "missing"), "corpus", "prompts");
    assumeThat(folder).as("no corpus of prompts beside the project").isDirectory();
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> Character.isDigit(file.getFileName().toString().charAt(0)))
          .filter(file -> !file.toString().endsWith(".vars.json"))
          .sorted()
          .toList();
    }
  }
}
