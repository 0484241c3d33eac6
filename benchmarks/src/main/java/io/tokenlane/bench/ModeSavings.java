package io.tokenlane.bench;

import io.tokenlane.bench.PromptCorpus.Prompt;
import io.tokenlane.bench.report.Row;
import io.tokenlane.compress.Compression;
import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.Conversation;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.Turn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
    String encoding = counter.encoding() + ", ";
    List<Row> rows = new ArrayList<>();
    Predicate<Prompt> all = prompt -> true;
    Predicate<Prompt> chat = prompt -> prompt.kind().equals("chat");
    Predicate<Prompt> both = prompt -> chat.test(prompt) || prompt.kind().equals("rag");
    rows.add(
        saved(encoding + "L, chat, by message", sum(CompressionPolicy.DEEP, chat)).withGoal(42));
    rows.add(saved(encoding + "L, all, by message", sum(CompressionPolicy.DEEP, all)).withGoal(33));
    Sum safe = sum(CompressionPolicy.SAFE, all);
    rows.add(saved(encoding + "S-safe, all, by message", safe).withGoal(42));
    rows.add(sidecar(encoding + "S-safe, sidecar", safe).withGoal(10));
    rows.add(restored(encoding + "S-safe, restored with sidecar", safe));
    Sum aggressive = sum(CompressionPolicy.AGGRESSIVE, both);
    rows.add(saved(encoding + "S-aggressive, rag + chat", aggressive).withGoal(62));
    rows.add(sidecar(encoding + "S-aggressive, sidecar", aggressive).withGoal(20));
    rows.add(restored(encoding + "S-aggressive, restored", aggressive));
    return rows;
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

  private static Row saved(String id, Sum sum) {
    double share = 100 * (1 - (double) sum.sent / sum.original);
    return Row.of(id, share, "% saved", Row.Better.HIGHER);
  }

  private static Row sidecar(String id, Sum sum) {
    return Row.of(id, 100.0 * sum.sidecar / sum.bytes, "% of bytes", Row.Better.LOWER);
  }

  private static Row restored(String id, Sum sum) {
    double share = 100.0 * sum.restored / sum.messages;
    return Row.of(id, share, "% of messages", Row.Better.HIGHER).withGoal(100);
  }
}
