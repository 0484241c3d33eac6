package io.tokenlane.engine;

import io.tokenlane.engine.reason.Seen;
import io.tokenlane.engine.reason.Thinking;
import io.tokenlane.engine.reason.ThinkingReport;
import io.tokenlane.engine.reason.Verdict;
import io.tokenlane.engine.run.Drawn;
import io.tokenlane.engine.run.Probe;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.sample.SamplingState;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what {@link Thinking} says of one generation: which tokens it goes on with, which are
 * taken back, and which may be shown. Belongs to the step thread.
 */
final class Steering {
  private static final int[] NO_IDS = {};
  private static final float[] NO_LOGPROBS = {};

  private final Thinking thinking;
  private final SamplingState sampling;
  private final Probe probe;

  /** Tokens that stay but are not yet to be shown, as they may be taken back; then the others. */
  private final List<Draw.Token> unshown = new ArrayList<>();

  /** Drawn where a trial began; goes on from there if the trial fails. */
  private Draw.@Nullable Token atBorder;

  Steering(Thinking thinking, SamplingState sampling, Probe probe) {
    this.thinking = thinking;
    this.sampling = sampling;
    this.probe = probe;
    aim();
  }

  /** What becomes of a sequence after the draws of a step, all of which are tokens. */
  Turn turn(Sequence sequence, List<Drawn> draws) {
    int keep = sequence.length();
    int[] tokens = NO_IDS;
    boolean settled = true;
    for (Drawn drawn : draws) {
      Draw.Token token = (Draw.Token) drawn.draw();
      Verdict verdict =
          thinking.next(
              new Seen(token.id(), token.logprob(), drawn.probability(), drawn.state()),
              sequence.room() - tokens.length);
      note(verdict, token, sequence.length() - sequence.settled());
      int whole = keep + tokens.length - verdict.dropped();
      keep = Math.min(keep, whole);
      tokens = Arrays.copyOf(tokens, whole - keep + verdict.tokens().length);
      System.arraycopy(
          verdict.tokens(),
          0,
          tokens,
          tokens.length - verdict.tokens().length,
          verdict.tokens().length);
      settled = verdict.settled();
    }
    aim();
    return new Turn(keep, tokens, settled, thinking.isHolding() ? thinking.held() : 0);
  }

  /** How many of a sequence's drafts are worth verifying. */
  int usefulDrafts(int[] drafts, int count) {
    return thinking.usefulDrafts(drafts, count);
  }

  /** The tokens that may be shown by now, each once. */
  List<Draw.Token> takeShown(boolean ended) {
    int held = thinking.isHolding() && !ended ? Math.min(thinking.held(), unshown.size()) : 0;
    List<Draw.Token> shown = unshown.subList(0, unshown.size() - held);
    List<Draw.Token> taken = List.copyOf(shown);
    shown.clear();
    return taken;
  }

  Optional<ThinkingReport> report() {
    return thinking.report();
  }

  /**
   * Notes what of the verdict may be shown, and keeps sampling in step with what the generation
   * holds. A token that was drawn and is not appended, and those that are taken back, were never
   * generated.
   */
  private void note(Verdict verdict, Draw.Token drawn, int unsettled) {
    boolean trial = unsettled > 0;
    if (!verdict.settled()) {
      atBorder = trial ? atBorder : drawn;
      return;
    }
    Draw.Token candidate = trial ? Objects.requireNonNull(atBorder) : drawn;
    if (verdict.tokens().length == 1 && verdict.tokens()[0] == candidate.id()) {
      unshown.add(candidate);
      return;
    }
    sampling.forget(candidate.id());
    for (int back = verdict.dropped() - unsettled; back > 0; back--) {
      sampling.forget(unshown.removeLast().id());
    }
    for (int id : verdict.tokens()) {
      sampling.accept(id);
      unshown.add(new Draw.Token(id, Float.NaN, NO_IDS, NO_LOGPROBS));
    }
  }

  /** Says what is to be read of the next row. */
  private void aim() {
    probe.clear();
    if (thinking.isTrying()) {
      probe.takeLikeliest();
      return;
    }
    if (thinking.wantsState()) {
      probe.readStates();
    }
    if (thinking.wantsClose()) {
      probe.readProbability(thinking.closingToken());
    }
  }
}
