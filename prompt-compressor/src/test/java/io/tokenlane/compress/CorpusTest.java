package io.tokenlane.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The invariants and the savings on real prompts, each file one text. */
class CorpusTest {
  private static final class Sum {
    private long before;
    private long after;

    double saved() {
      return 1 - (double) after / before;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"o200k_base", "cl100k_base"})
  void realPromptsComeBackAndShrink(String encoding) throws IOException {
    TokenCounter counter = TokenCounters.named(encoding);
    PromptCompressor compressor = new PromptCompressor(counter);
    Map<String, Sum> kinds = new TreeMap<>();
    for (Path file : prompts()) {
      String text = Files.readString(file);
      Compression result = compressor.compress(text, CompressionPolicy.LOSSLESS);
      Invariants.check(compressor, counter, text, result, file.getFileName().toString());
      String kind = file.getFileName().toString().split("-")[1];
      for (String name : List.of(kind, "all")) {
        Sum sum = kinds.computeIfAbsent(name, _ -> new Sum());
        sum.before += result.tokensBefore();
        sum.after += result.tokensAfter();
      }
      result
          .savings()
          .forEach(saving -> addSaving(kinds, "rule " + saving.rule().id(), result, saving));
    }
    kinds.forEach((kind, sum) -> print(encoding, kind, sum));
    assertThat(compressor.failures()).isZero();
    assertThat(kinds.get("all")).satisfies(all -> assertThat(all.saved()).isGreaterThan(0.05));
  }

  private static void addSaving(
      Map<String, Sum> kinds, String name, Compression result, RuleSaving saving) {
    Sum sum = kinds.computeIfAbsent(name, _ -> new Sum());
    sum.before += result.tokensBefore();
    sum.after += result.tokensBefore() - saving.tokens();
  }

  private static void print(String encoding, String kind, Sum sum) {
    System.out.println(
        String.format(
            Locale.ROOT,
            "corpus %s %-18s %7d -> %7d  %5.1f %%",
            encoding,
            kind,
            sum.before,
            sum.after,
            100 * sum.saved()));
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
