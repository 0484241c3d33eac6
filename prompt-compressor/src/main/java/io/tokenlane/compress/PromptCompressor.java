package io.tokenlane.compress;

import java.nio.BufferUnderflowException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Makes texts smaller in tokens so that every byte can be put back. Deterministic; compressing
 * twice equals compressing once. Compress each message of a conversation on its own, so that a
 * longer conversation begins with the very bytes of the shorter one. Safe on any number of threads.
 */
public final class PromptCompressor {
  /** In the order of application. */
  private static final List<Stage> STAGES =
      List.of(new WhitespaceStage(), new JsonStage(), new DictionaryStage(), new RepeatsStage());

  /** The rules whose result no rule changes again. */
  private static final Set<Rule> NAMING = EnumSet.of(Rule.DICTIONARY, Rule.REPEATS);

  private final TokenCounter counter;
  private final LongAdder failures = new LongAdder();

  public PromptCompressor(TokenCounter counter) {
    this.counter = counter;
  }

  /**
   * Never throws and never makes a text longer in tokens: where a rule fails or saves nothing the
   * result holds the text that came. CPU time grows with the length n of the text as n log n at
   * worst; not for an event loop.
   */
  public Compression compress(String text, CompressionPolicy policy) {
    if (policy.rules().isEmpty() || text.length() < policy.minimumChars()) {
      return Compression.untouched(text, 0);
    }
    try {
      return lossless(text, policy);
    } catch (RuntimeException | StackOverflowError failure) {
      failures.increment();
      return Compression.untouched(text, 0);
    }
  }

  private Compression lossless(String text, CompressionPolicy policy) {
    int before = counter.count(text);
    if (isFramed(text)) {
      return Compression.untouched(text, before);
    }
    Progress progress = new Progress(text, before);
    for (Stage stage : STAGES) {
      if (policy.rules().contains(stage.rule())) {
        progress.offer(stage);
      }
    }
    return progress.isFinal(policy)
        ? progress.result(text, before)
        : Compression.untouched(text, before);
  }

  /**
   * The text that was compressed.
   *
   * @throws IllegalArgumentException if the tag was not made with this text
   */
  public String restore(String visible, StyleTag tag) {
    try {
      String text = visible;
      for (TagFormat.Applied applied : TagFormat.read(tag).reversed()) {
        text = stage(applied.rule()).undo(text, applied.parameters());
      }
      if (!TagFormat.matches(tag, text)) {
        throw new IllegalArgumentException(
            "style tag: " + tag + " (expected: one made with this text)");
      }
      return text;
    } catch (BufferUnderflowException | IndexOutOfBoundsException mismatch) {
      throw new IllegalArgumentException(
          "style tag: " + tag + " (expected: one made with this text)", mismatch);
    }
  }

  /** Whether the text begins like a result that names passages; such a text is left as it is. */
  private static boolean isFramed(String text) {
    return Legend.present(text) || DictionaryStage.present(text);
  }

  private static Stage stage(Rule rule) {
    return STAGES.stream().filter(stage -> stage.rule() == rule).findFirst().orElseThrow();
  }

  /** How often something failed inside and the text passed untouched instead. */
  public long failures() {
    return failures.sum();
  }

  /** A text on its way through the stages. */
  private final class Progress {
    private final List<TagFormat.Applied> applied = new ArrayList<>();
    private final List<RuleSaving> savings = new ArrayList<>();
    private String text;
    private int tokens;

    Progress(String text, int tokens) {
      this.text = text;
      this.tokens = tokens;
    }

    /** Takes what the stage makes of the text if that is smaller and leads back. */
    void offer(Stage stage) {
      Stage.@Nullable Staged staged = isFramed(text) ? null : stage.apply(text, counter);
      if (staged == null) {
        return;
      }
      int after = counter.count(staged.text());
      if (after < tokens && stage.undo(staged.text(), staged.parameters()).equals(text)) {
        applied.add(new TagFormat.Applied(stage.rule(), staged.parameters()));
        savings.add(new RuleSaving(stage.rule(), tokens - after));
        text = staged.text();
        tokens = after;
      }
    }

    /**
     * Whether compressing the result changes nothing more. A rule can open a way for an earlier one
     * (minifying JSON may leave all other lines indented); such a text is left alone rather than
     * compressed differently each time.
     */
    boolean isFinal(CompressionPolicy policy) {
      if (applied.isEmpty() || isFramed(text) || text.length() < policy.minimumChars()) {
        return true;
      }
      Progress again = new Progress(text, tokens);
      for (Stage stage : STAGES) {
        if (policy.rules().contains(stage.rule()) && !NAMING.contains(stage.rule())) {
          again.offer(stage);
        }
      }
      return again.applied.isEmpty();
    }

    Compression result(String original, int before) {
      return new Compression(text, before, tokens, savings, TagFormat.write(applied, original));
    }
  }
}
