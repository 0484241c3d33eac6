package io.tokenlane.bench;

import io.tokenlane.bench.PromptCorpus.Prompt;
import io.tokenlane.bench.report.Row;
import io.tokenlane.compress.Compression;
import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.Conversation;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.Rule;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.Turn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Predicate;

/** What the modes save as a gateway uses them: message by message, each with those before it. */
final class ModeSavings {
  private final PromptCorpus corpus;
  private final TokenCounter counter;
  private final PromptCompressor compressor;

  ModeSavings(PromptCorpus corpus, TokenCounter counter) {
    this.corpus = corpus;
    this.counter = counter;
    this.compressor = new PromptCompressor(counter);
  }

  /** Sums over messages. */
  private static final class Sum {
    private long original;
    private long sent;
    private long bytes;
    private long sidecar;
    private long restored;
    private long messages;
  }

  List<Row> rows() {
    Predicate<Prompt> all = prompt -> true;
    Predicate<Prompt> chat = prompt -> prompt.kind().equals("chat");
    Predicate<Prompt> both = prompt -> chat.test(prompt) || prompt.kind().equals("rag");
    List<Row> rows = new ArrayList<>();
    rows.add(saved("L, chat, by message", sum(CompressionPolicy.DEEP, chat)).withGoal(42));
    rows.add(saved("L, all, by message", sum(CompressionPolicy.DEEP, all)).withGoal(33));
    rows.addAll(halves("L, all", CompressionPolicy.DEEP, all));
    rows.addAll(reduced("S-safe, all", CompressionPolicy.SAFE, all, new Goals(42, 10)));
    rows.addAll(
        reduced("S-aggressive, rag + chat", CompressionPolicy.AGGRESSIVE, both, new Goals(62, 20)));
    rows.addAll(
        reduced(
            "S-aggressive without background words, rag + chat",
            CompressionPolicy.MODERATE,
            both,
            new Goals(0, 20)));
    return rows;
  }

  /**
   * In percent.
   *
   * @param sidecar of the bytes that came
   */
  private record Goals(double saved, double sidecar) {}

  private List<Row> reduced(
      String name, CompressionPolicy mode, Predicate<Prompt> wanted, Goals goals) {
    Sum sum = sum(mode, wanted);
    List<Row> rows = new ArrayList<>();
    rows.add(saved(name + ", by message", sum).withGoal(goals.saved()));
    rows.addAll(halves(name, mode, wanted));
    String id = encoding() + name + ", ";
    double sidecar = 100.0 * sum.sidecar / sum.bytes;
    rows.add(
        Row.of(id + "sidecar", sidecar, "% of bytes", Row.Better.LOWER).withGoal(goals.sidecar()));
    double restored = 100.0 * sum.restored / sum.messages;
    rows.add(whole(id + "restored with sidecar", restored, "% of messages"));
    rows.add(whole(id + "critical spans kept", recall(mode, wanted), "%"));
    return rows;
  }

  /** Every second prompt and the others: where both agree, nothing was made for single ones. */
  private List<Row> halves(String name, CompressionPolicy mode, Predicate<Prompt> wanted) {
    List<Prompt> prompts = corpus.prompts();
    return List.of(
        saved(name + ", prompts 1, 3, 5, …", sum(mode, wanted.and(p -> even(prompts, p)))),
        saved(name + ", prompts 2, 4, 6, …", sum(mode, wanted.and(p -> !even(prompts, p)))));
  }

  private static boolean even(List<Prompt> prompts, Prompt prompt) {
    return prompts.indexOf(prompt) % 2 == 0;
  }

  /** Of grammar reduction alone, since names and quotes only move a span. */
  private double recall(CompressionPolicy mode, Predicate<Prompt> wanted) {
    EnumSet<Rule> grammar = EnumSet.copyOf(mode.rules());
    grammar.removeAll(Rule.LOSSLESS);
    CompressionPolicy policy = new CompressionPolicy(grammar, 0);
    long spans = 0;
    long kept = 0;
    for (Prompt prompt : corpus.prompts().stream().filter(wanted).toList()) {
      for (Turn turn : prompt.turns()) {
        List<String> critical = CriticalSpans.of(turn.text());
        spans += critical.size();
        kept += CriticalSpans.kept(critical, compressor.compress(turn.text(), policy).text());
      }
    }
    return 100.0 * kept / spans;
  }

  private Sum sum(CompressionPolicy mode, Predicate<Prompt> wanted) {
    CompressionPolicy policy = mode.withMinimumChars(0);
    Sum sum = new Sum();
    corpus.prompts().stream().filter(wanted).forEach(prompt -> add(prompt, policy, sum));
    return sum;
  }

  private void add(Prompt prompt, CompressionPolicy policy, Sum sum) {
    Conversation conversation = new Conversation(compressor);
    Conversation back = new Conversation(compressor);
    for (Turn turn : prompt.turns()) {
      Compression sent = conversation.next(turn, policy);
      sum.original += sent.tokensBefore();
      sum.sent += counter.count(sent.text());
      sum.bytes += turn.text().getBytes(StandardCharsets.UTF_8).length;
      sum.sidecar += sent.sidecar().size();
      Turn visible = new Turn(turn.role(), sent.text());
      sum.restored += back.restore(visible, sent.tag(), sent.sidecar()).equals(turn.text()) ? 1 : 0;
      sum.messages++;
    }
  }

  private static Row whole(String id, double percent, String unit) {
    return Row.of(id, percent, unit, Row.Better.HIGHER).withGoal(100);
  }

  private String encoding() {
    return counter.encoding() + ", ";
  }

  private Row saved(String id, Sum sum) {
    double share = 100 * (1 - (double) sum.sent / sum.original);
    return Row.of(encoding() + id, share, "% saved", Row.Better.HIGHER);
  }
}
