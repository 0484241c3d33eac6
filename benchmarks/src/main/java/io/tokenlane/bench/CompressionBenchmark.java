package io.tokenlane.bench;

import io.tokenlane.bench.PromptCorpus.Prompt;
import io.tokenlane.bench.report.Row;
import io.tokenlane.compress.Compression;
import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.Rule;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.TokenCounters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * Share of tokens that lossless compression saves on real prompts, per kind and over all: micro
 * weighs by tokens, macro gives each prompt the same weight. Beside it what simple passes save;
 * those that cannot be undone are marked lossy.
 */
final class CompressionBenchmark implements Benchmark {
  private static final List<String> ENCODINGS = List.of("o200k_base", "cl100k_base");
  private static final Map<String, Double> GOALS =
      Map.of("rag", 52.0, "chat", 42.0, "cot", 16.0, "agent", 18.0, "instr", 11.0);
  private static final double GOAL_OVER_ALL = 33;

  private static final Pattern STOP_WORDS =
      Pattern.compile(
          " (?:a|an|the|of|to|is|are|be|in|on|at|and|or|that|this|it|for|with|as)(?= )");

  private static final CompressionPolicy DEEP =
      new CompressionPolicy(CompressionPolicy.DEEP.rules(), 0);
  private static final CompressionPolicy PROTECTING =
      new CompressionPolicy(CompressionPolicy.LOSSLESS.rules(), 0);
  private static final CompressionPolicy MINIFY =
      new CompressionPolicy(Set.of(Rule.JSON_MINIFY), 0);

  private final Path root;

  CompressionBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "compression";
  }

  @Override
  public List<Row> run(boolean quick) throws IOException {
    Path folder = PromptCorpus.folder(root);
    if (!Files.isDirectory(folder)) {
      return List.of(
          Row.missing("L, all kinds, micro", "% saved", "no prompts at " + folder.normalize()));
    }
    PromptCorpus corpus = PromptCorpus.read(folder);
    TemplateSavings templates = new TemplateSavings(folder);
    List<Row> rows = new ArrayList<>();
    for (String encoding : ENCODINGS) {
      TokenCounter counter = TokenCounters.named(encoding);
      rows.addAll(templates.rows(counter));
      rows.addAll(new ModeSavings(corpus, counter).rows());
      rows.addAll(savings(corpus, counter));
    }
    rows.addAll(times(corpus, quick));
    rows.add(templates.time(quick));
    return rows;
  }

  private static List<Row> savings(PromptCorpus corpus, TokenCounter counter) {
    String encoding = counter.encoding() + ", ";
    ToDoubleFunction<String> deep = sent(counter, DEEP);
    ToDoubleFunction<String> minify = sent(counter, MINIFY);
    ToDoubleFunction<String> tokens = counter::count;
    List<Row> rows = new ArrayList<>();
    for (String kind : corpus.kinds()) {
      Share share = Share.of(corpus.of(kind), tokens, deep);
      Row row =
          percent(encoding + "L, " + kind, share.micro())
              .withPeer("JSON minify", Share.of(corpus.of(kind), tokens, minify).micro());
      rows.add(GOALS.containsKey(kind) ? row.withGoal(GOALS.getOrDefault(kind, 0.0)) : row);
      rows.add(percent(encoding + "L, " + kind + ", macro", share.macro()));
    }
    Share all = Share.of(corpus.prompts(), tokens, deep);
    Share minified = Share.of(corpus.prompts(), tokens, minify);
    rows.add(
        percent(encoding + "L, all kinds, micro", all.micro())
            .withGoal(GOAL_OVER_ALL)
            .withPeer("JSON minify", minified.micro()));
    rows.add(
        percent(encoding + "L, all kinds, macro", all.macro())
            .withPeer("JSON minify", minified.macro()));
    rows.addAll(baselines(corpus, counter));
    rows.addAll(faults(corpus, counter));
    return rows;
  }

  private static List<Row> baselines(PromptCorpus corpus, TokenCounter counter) {
    String encoding = counter.encoding() + ", ";
    ToDoubleFunction<String> tokens = counter::count;
    List<Prompt> all = corpus.prompts();
    return List.of(
        percent(
            encoding + "L without dictionary",
            Share.of(all, tokens, sent(counter, PROTECTING)).micro()),
        percent(
            encoding + "white space collapsed (lossy)",
            Share.of(all, tokens, text -> counter.count(text.replaceAll("\\s+", " "))).micro()),
        percent(
            encoding + "stop words dropped (lossy)",
            Share.of(all, tokens, text -> counter.count(STOP_WORDS.matcher(text).replaceAll("")))
                .micro()),
        percent(
            encoding + "gzip, in bytes (bound)",
            Share.of(all, text -> bytes(text).length, CompressionBenchmark::gzipped).micro()));
  }

  /** What must not happen, over files and messages. */
  private static List<Row> faults(PromptCorpus corpus, TokenCounter counter) {
    PromptCompressor compressor = new PromptCompressor(counter);
    int texts = 0;
    int restored = 0;
    int grown = 0;
    for (Prompt prompt : corpus.prompts()) {
      List<String> both = new ArrayList<>(prompt.messages());
      both.add(prompt.text());
      for (String text : both) {
        Compression result = compressor.compress(text, DEEP);
        texts++;
        restored += compressor.restore(result.text(), result.tag()).equals(text) ? 1 : 0;
        grown += counter.count(result.text()) > counter.count(text) ? 1 : 0;
      }
    }
    String encoding = counter.encoding() + ", ";
    return List.of(
        Row.of(
                encoding + "restored byte for byte",
                100.0 * restored / texts,
                "%",
                Row.Better.HIGHER)
            .withGoal(100),
        Row.of(encoding + "prompts that grew", grown, "texts", Row.Better.LOWER).withGoal(0));
  }

  private static List<Row> times(PromptCorpus corpus, boolean quick) {
    TokenCounter counter = TokenCounters.named("o200k_base");
    PromptCompressor compressor = new PromptCompressor(counter);
    Samples small = time(corpus, compressor, counter, 2_000, quick ? 400 : 5_000);
    Samples medium = time(corpus, compressor, counter, 8_000, quick ? 200 : 1_500);
    Samples large = time(corpus, compressor, counter, 100_000, quick ? 5 : 50);
    return List.of(
        Row.of("2k tokens, p50", small.median(), "ms", Row.Better.LOWER).withGoal(1),
        Row.of("8k tokens, p99", medium.percentile(99), "ms", Row.Better.LOWER).withGoal(8),
        Row.of("100k tokens, p50", large.median(), "ms", Row.Better.LOWER).withGoal(120));
  }

  /** Milliseconds for one text of so many tokens, the first half of the rounds as warm-up. */
  private static Samples time(
      PromptCorpus corpus,
      PromptCompressor compressor,
      TokenCounter counter,
      int tokens,
      int rounds) {
    String text = corpus.running(6 * tokens);
    while (counter.count(text) > tokens) {
      text = text.substring(0, text.length() - Math.max(1, text.length() / 200));
    }
    Samples samples = new Samples();
    for (int round = -rounds; round < rounds; round++) {
      long start = System.nanoTime();
      compressor.compress(text, DEEP);
      if (round >= 0) {
        samples.add((System.nanoTime() - start) / 1e6);
      }
    }
    return samples;
  }

  private static Row percent(String id, double value) {
    return Row.of(id, value, "% saved", Row.Better.HIGHER);
  }

  /** Tokens of what would be sent, counted anew. */
  private static ToDoubleFunction<String> sent(TokenCounter counter, CompressionPolicy policy) {
    PromptCompressor compressor = new PromptCompressor(counter);
    return text -> counter.count(compressor.compress(text, policy).text());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static int gzipped(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes(text));
    } catch (IOException impossible) {
      throw new IllegalStateException("gzip into memory failed", impossible);
    }
    return out.size();
  }

  /** Percent saved: over all units, and as the mean of the prompts'. */
  private record Share(double micro, double macro) {
    static Share of(
        List<Prompt> prompts, ToDoubleFunction<String> before, ToDoubleFunction<String> after) {
      double sumBefore = 0;
      double sumAfter = 0;
      double shares = 0;
      for (Prompt prompt : prompts) {
        double was = before.applyAsDouble(prompt.text());
        double is = after.applyAsDouble(prompt.text());
        sumBefore += was;
        sumAfter += is;
        shares += was == 0 ? 0 : 1 - is / was;
      }
      return new Share(100 * (1 - sumAfter / sumBefore), 100 * shares / prompts.size());
    }
  }
}
