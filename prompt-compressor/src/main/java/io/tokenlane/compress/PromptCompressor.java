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
  /** The rules whose result no rule changes again. */
  private static final EnumSet<Rule> NAMING = EnumSet.of(Rule.DICTIONARY, Rule.REPEATS);

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
    return compress(text, policy, DictionaryStage.alone());
  }

  /**
   * One message of a conversation.
   *
   * @param dictionary knows what earlier messages offer
   */
  Compression compress(String text, CompressionPolicy policy, DictionaryStage dictionary) {
    if (policy.rules().isEmpty() || text.length() < policy.minimumChars()) {
      return Compression.untouched(text, 0);
    }
    try {
      return lossless(text, policy, dictionary);
    } catch (RuntimeException | StackOverflowError failure) {
      failures.increment();
      return Compression.untouched(text, 0);
    }
  }

  private Compression lossless(String text, CompressionPolicy policy, DictionaryStage dictionary) {
    int before = counter.count(text);
    if (isFramed(text)) {
      return Compression.untouched(text, before);
    }
    Progress progress = new Progress(text, before, policy);
    for (Stage stage : stages(dictionary)) {
      if (stage == dictionary) {
        progress.reduce();
      }
      progress.offer(stage);
    }
    return progress.isFinal(dictionary)
        ? progress.result(text, before)
        : Compression.untouched(text, before);
  }

  /**
   * The text that was compressed.
   *
   * @throws IllegalArgumentException if the tag was not made with this text
   */
  public String restore(String visible, StyleTag tag) {
    return restore(visible, tag, Sidecar.NONE);
  }

  /**
   * The same after grammar reduction.
   *
   * @throws IllegalArgumentException if tag or sidecar were not made with this text
   */
  public String restore(String visible, StyleTag tag, Sidecar sidecar) {
    return restore(visible, tag, sidecar, DictionaryStage.alone());
  }

  String restore(String visible, StyleTag tag, Sidecar sidecar, DictionaryStage dictionary) {
    try {
      String reduced = undo(visible, tag, dictionary, NAMING);
      String text =
          undo(Reduction.restore(reduced, sidecar), tag, dictionary, EnumSet.complementOf(NAMING));
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

  /** The text as it was before it named anything. */
  static String beforeNaming(String visible, StyleTag tag, DictionaryStage dictionary) {
    return undo(visible, tag, dictionary, NAMING);
  }

  private static String undo(
      String visible, StyleTag tag, DictionaryStage dictionary, Set<Rule> rules) {
    String text = visible;
    for (TagFormat.Applied applied : TagFormat.read(tag).reversed()) {
      if (rules.contains(applied.rule())) {
        text = stage(applied.rule(), dictionary).undo(text, applied.parameters());
      }
    }
    return text;
  }

  /** Whether the text begins like a result that names passages; such a text is left as it is. */
  static boolean isFramed(String text) {
    return Legend.present(text) || Frame.of(text) != null;
  }

  /** In the order of application. */
  private static List<Stage> stages(DictionaryStage dictionary) {
    return List.of(
        new WhitespaceStage(),
        new JsonStage(),
        new LineNumbersStage(),
        dictionary,
        new RepeatsStage());
  }

  private static Stage stage(Rule rule, DictionaryStage dictionary) {
    return stages(dictionary).stream()
        .filter(stage -> stage.rule() == rule)
        .findFirst()
        .orElseThrow();
  }

  /** How often something failed inside and the text passed untouched instead. */
  public long failures() {
    return failures.sum();
  }

  /** A text on its way through the stages. */
  private final class Progress {
    private final CompressionPolicy policy;
    private final Protection protection;
    private final List<TagFormat.Applied> applied = new ArrayList<>();
    private final List<RuleSaving> savings = new ArrayList<>();
    private String text;
    private int tokens;
    private Sidecar sidecar = Sidecar.NONE;

    Progress(String text, int tokens, CompressionPolicy policy) {
      this.policy = policy;
      this.protection = policy.protection().of(text);
      this.text = text;
      this.tokens = tokens;
    }

    /**
     * Takes what the stage makes of the text, where its rule may be applied, if that is smaller,
     * leads back, and does not begin like a result by chance: what a line end kept from being a
     * legend is none afterwards.
     */
    void offer(Stage stage) {
      boolean allowed = policy.rules().contains(stage.rule()) && !isFramed(text);
      Stage.@Nullable Staged staged = allowed ? stage.apply(text, counter, protection) : null;
      if (staged == null) {
        return;
      }
      int after = counter.count(staged.text());
      if (after < tokens
          && (NAMING.contains(stage.rule()) || !isFramed(staged.text()))
          && protection.holds(text, staged.text())
          && (stage.rule() != Rule.LINE_NUMBERS
              || (TagFormat.hasRoom(applied) && isSettled(staged.text(), after)))
          && stage.undo(staged.text(), staged.parameters()).equals(text)) {
        applied.add(new TagFormat.Applied(stage.rule(), staged.parameters()));
        savings.add(new RuleSaving(stage.rule(), tokens - after));
        text = staged.text();
        tokens = after;
      }
    }

    void reduce() {
      Reduction.Level level = policy.reduction();
      if (level == null) {
        return;
      }
      Reduction reduction = Reduction.of(text, level, protection, counter);
      int after = counter.count(reduction.text());
      if (after < tokens
          && !isFramed(reduction.text())
          && protection.holds(text, reduction.text())
          && Reduction.restore(reduction.text(), reduction.sidecar()).equals(text)) {
        savings.add(new RuleSaving(level.rule(), tokens - after));
        text = reduction.text();
        tokens = after;
        sidecar = reduction.sidecar();
      }
    }

    /**
     * Whether compressing the result changes nothing more. A rule can open a way for an earlier one
     * (minifying JSON may leave all other lines indented); such a text is left alone rather than
     * compressed differently each time.
     */
    boolean isFinal(DictionaryStage dictionary) {
      if (savings.isEmpty() || isFramed(text) || text.length() < policy.minimumChars()) {
        return true;
      }
      Progress again = new Progress(text, tokens, policy);
      again.reduce();
      return again.savings.isEmpty()
          && isSettled(text, tokens)
          && (protection.isAllIn(text) || again.staysAsItIs(dictionary));
    }

    /** Whether no rule changes what the expressions no longer find. */
    private boolean staysAsItIs(DictionaryStage dictionary) {
      stages(dictionary).forEach(this::offer);
      return savings.isEmpty();
    }

    /** Whether the first rules would change nothing here. */
    private boolean isSettled(String result, int itsTokens) {
      Progress again = new Progress(result, itsTokens, policy);
      again.offer(new WhitespaceStage());
      again.offer(new JsonStage());
      return again.savings.isEmpty();
    }

    Compression result(String original, int before) {
      return new Compression(
          text, before, tokens, savings, TagFormat.write(applied, original), sidecar);
    }
  }
}
