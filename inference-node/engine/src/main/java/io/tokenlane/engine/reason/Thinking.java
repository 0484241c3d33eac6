package io.tokenlane.engine.reason;

import io.tokenlane.engine.reason.ReasoningRules.Stop;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * Watches the reasoning of one generation and ends it by its {@link ReasoningRules}.
 *
 * <p>Every token drawn goes through {@link #next}, which says what becomes of it. Rules are looked
 * at where a step ends, when the token behind the border is drawn: then the hidden states of the
 * whole step are known, and so is the probability that the model would close the reasoning here. A
 * trial answer is tokens appended behind a closing tag, drawn greedily and taken back; meanwhile
 * the token drawn at the border is kept for the case that the reasoning goes on.
 *
 * <p>Published as early stopping by the similarity of steps, and by the confidence of trial answers
 * (Yang et al. 2025, "Dynamic Early Exit in Reasoning Models"). Not thread-safe: the engine's step
 * thread owns it.
 */
public final class Thinking {
  private final ReasoningRules rules;
  private final ReasoningFormat format;
  private final int[] closing;
  private final IntPredicate ends;
  private final String open;
  private final String close;
  private final String border;
  private final Tail tail;
  private final StepStates states = new StepStates();

  private Phase phase;
  private ThinkingEnd end = ThinkingEnd.UNFINISHED;
  private boolean atBorder;
  private boolean stepSpeaks;
  private int steps;
  private int tokens;
  private int sinceBorder;
  private int passed;
  private int trials;
  private int trialTokens;
  private int dropped;
  private Trial trial = new Trial(new Seen(0, 0, 0, null), 0);
  private int[] lastAnswer = {};

  private enum Phase {
    BEFORE,
    INSIDE,
    TRIAL,
    CLOSED
  }

  /** A trial answer that is being decoded. */
  private static final class Trial {
    private final Seen held;
    private final int[] answer;
    private int count;

    Trial(Seen held, int most) {
      this.held = held;
      answer = new int[most];
    }
  }

  /**
   * @param closing the tokens of the closing tag, at least one
   * @param bytes what tokens stand for
   * @param ends tokens that end a generation
   * @param startsInside whether the prompt ended with the opening tag
   */
  public Thinking(
      ReasoningRules rules,
      ReasoningFormat format,
      int[] closing,
      IntFunction<byte[]> bytes,
      IntPredicate ends,
      boolean startsInside) {
    this.rules = rules;
    this.format = format;
    this.closing = closing.clone();
    this.ends = ends;
    open = Tail.mark(format.open());
    close = Tail.mark(format.close());
    border = Tail.mark(format.border());
    tail = new Tail(bytes, Math.max(open.length(), Math.max(close.length(), border.length())));
    phase = Phase.BEFORE;
    if (startsInside) {
      enter();
    }
  }

  /** Whether the next row's hidden state is wanted. */
  public boolean wantsState() {
    return phase == Phase.INSIDE && rules.stop() == Stop.CONVERGED;
  }

  /** Whether the probability of the closing tag is wanted with the next row. */
  public boolean wantsClose() {
    return phase == Phase.INSIDE && rules.stop() == Stop.CONFIDENT && atBorder && mayStop();
  }

  /** Whether the next token is one of a trial, to be drawn greedily. */
  public boolean isTrying() {
    return phase == Phase.TRIAL;
  }

  /** The first token of the closing tag. */
  public int closingToken() {
    return closing[0];
  }

  /** Whether tokens may yet be taken back, so that they must not be shown. */
  public boolean isHolding() {
    return phase == Phase.INSIDE && rules.maxTokens() < ReasoningRules.UNLIMITED;
  }

  /** Tokens that may be taken back. */
  public int held() {
    return sinceBorder;
  }

  /**
   * How many of these tokens, drafted ahead, lie before a mark or budget where a rule may speak.
   */
  public int usefulDrafts(int[] drafts, int count) {
    return switch (phase) {
      case BEFORE -> tail.before(drafts, count, open);
      case INSIDE ->
          Math.min(
              mayEndHere() ? 0 : Math.max(0, rules.maxTokens() - tokens - closing.length - 1),
              tail.before(drafts, count, close, border));
      case TRIAL -> 0;
      case CLOSED -> count;
    };
  }

  /** Whether a rule is looked at with the next draw. */
  private boolean mayEndHere() {
    return atBorder && (rules.stop() != Stop.OFF || steps >= rules.maxSteps());
  }

  /** What became of the reasoning; empty if there was none. */
  public Optional<ThinkingReport> report() {
    return phase == Phase.BEFORE
        ? Optional.empty()
        : Optional.of(new ThinkingReport(end, steps, tokens, trials, trialTokens, dropped));
  }

  /**
   * Takes what a row gave.
   *
   * @param room tokens that may yet be appended before the generation must end, at least 1
   */
  public Verdict next(Seen seen, int room) {
    return switch (phase) {
      case BEFORE -> before(seen);
      case INSIDE -> inside(seen, room);
      case TRIAL -> trying(seen);
      case CLOSED -> keep(seen.token());
    };
  }

  private Verdict before(Seen seen) {
    tail.add(seen.token());
    if (tail.completes(open)) {
      tokens = 1;
      enter();
    }
    return keep(seen.token());
  }

  private void enter() {
    phase = Phase.INSIDE;
    tail.clear();
    atBorder = true;
  }

  private Verdict inside(Seen seen, int room) {
    if (seen.state() != null) {
      states.add(seen.state());
    }
    if (atBorder) {
      boolean own = seen.token() == closing[0];
      boolean converged = endStep();
      if (!own && steps >= rules.maxSteps()) {
        return close(0, ThinkingEnd.MAX_STEPS);
      }
      if (!own && converged) {
        return close(0, ThinkingEnd.CONVERGED);
      }
      if (!own && wantsClose() && mayTry(seen, room)) {
        return beginTrial(seen, room);
      }
    }
    return goOn(seen.token());
  }

  /** Ends the step before the border; whether it said the same as those before. */
  private boolean endStep() {
    if (!stepSpeaks) {
      states.forget();
      return false;
    }
    if (rules.stop() != Stop.CONVERGED) {
      return false;
    }
    passed = states.end() > rules.threshold() ? passed + 1 : 0;
    return passed >= rules.patience() && mayStop();
  }

  private boolean mayStop() {
    return steps >= Math.max(1, rules.minSteps());
  }

  private boolean mayTry(Seen seen, int room) {
    boolean likely = seen.close() > rules.threshold();
    if (!likely) {
      passed = 0;
    }
    return likely && room > closing.length;
  }

  /** Appends a token of the reasoning, unless it no longer fits. */
  private Verdict goOn(int token) {
    if (tokens + 1 + closing.length > rules.maxTokens() && token != closing[0]) {
      return close(sinceBorder, ThinkingEnd.MAX_TOKENS);
    }
    if (atBorder) {
      atBorder = false;
      stepSpeaks = false;
    }
    tokens++;
    sinceBorder++;
    tail.add(token);
    if (tail.completes(close)) {
      phase = Phase.CLOSED;
      end = ThinkingEnd.MODEL;
      return keep(token);
    }
    stepSpeaks |= tail.speaks();
    if (tail.completes(border)) {
      atBorder = true;
      sinceBorder = 0;
      steps += stepSpeaks ? 1 : 0;
    }
    return keep(token);
  }

  private Verdict close(int takenBack, ThinkingEnd why) {
    phase = Phase.CLOSED;
    end = why;
    dropped += takenBack;
    tokens += closing.length - takenBack;
    return new Verdict(takenBack, closing, true);
  }

  private Verdict beginTrial(Seen seen, int room) {
    phase = Phase.TRIAL;
    trials++;
    trialTokens += closing.length;
    trial = new Trial(seen, Math.min(format.trialTokens(), room - closing.length));
    return new Verdict(0, closing, false);
  }

  private Verdict trying(Seen seen) {
    trialTokens++;
    trial.answer[trial.count++] = seen.token();
    if (Math.exp(seen.logprob()) <= rules.threshold()) {
      passed = 0;
      return endTrial(false);
    }
    if (trial.count < trial.answer.length && !ends.test(seen.token())) {
      return new Verdict(0, new int[] {seen.token()}, false);
    }
    int[] answer = Arrays.copyOf(trial.answer, trial.count);
    passed = passed > 0 && !Arrays.equals(answer, lastAnswer) ? 1 : passed + 1;
    lastAnswer = answer;
    return endTrial(passed >= rules.patience());
  }

  private Verdict endTrial(boolean sure) {
    // The token that ends the trial was never appended.
    int appended = closing.length + trial.count - 1;
    phase = Phase.INSIDE;
    Verdict goesOn = sure ? close(0, ThinkingEnd.CONFIDENT) : goOn(trial.held.token());
    return new Verdict(appended + goesOn.dropped(), goesOn.tokens(), true);
  }

  private static Verdict keep(int token) {
    return new Verdict(0, new int[] {token}, true);
  }
}
