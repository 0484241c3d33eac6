package io.tokenlane.engine.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.engine.kv.BlockPool;
import io.tokenlane.engine.kv.CacheSalt;
import io.tokenlane.engine.schedule.Sequence.State;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SchedulerTest {
  private static final int[] NO_STOP = {};
  private int nextToken;

  @Test
  void aRunningSequenceLeavesOneTokenForEachBehindIt() {
    Scheduler scheduler = scheduler(100, 3, 10);
    Sequence first = add(scheduler, 6, 0);
    Sequence second = add(scheduler, 30, 0);
    Sequence third = add(scheduler, 30, 0);
    assertThat(step(scheduler)).containsExactly(chunk(first, 0, 6), chunk(second, 0, 4));
    assertThat(step(scheduler)).containsExactly(chunk(first, 6, 1), chunk(second, 4, 9));
    Sequence urgent = add(scheduler, 30, 1);
    assertThat(step(scheduler)).containsExactly(chunk(first, 7, 1), chunk(second, 13, 9));
    assertThat(step(scheduler))
        .containsExactly(chunk(first, 8, 1), chunk(second, 22, 8), chunk(urgent, 0, 1));
    assertThat(step(scheduler))
        .containsExactly(chunk(urgent, 1, 8), chunk(first, 9, 1), chunk(second, 30, 1));
    assertThat(third.state()).isEqualTo(State.WAITING);
  }

  @Test
  void admissionLeavesABlockForEachRunningSequence() {
    Scheduler scheduler = scheduler(4, 8, 64);
    add(scheduler, 8, 0);
    Sequence second = add(scheduler, 8, 0);
    step(scheduler);
    assertThat(second.state()).isEqualTo(State.WAITING);
    assertThat(scheduler.runningCount()).isEqualTo(1);
    assertThat(scheduler.waitingCount()).isEqualTo(1);
  }

  @Test
  void outOfBlocksTheLatestOfTheLowestPriorityWaitsAgainAndKeepsItsOutput() {
    Scheduler scheduler = scheduler(7, 8, 64);
    Sequence low = add(scheduler, 3, -1);
    step(scheduler);
    Sequence early = add(scheduler, 7, 0);
    step(scheduler);
    Sequence late = add(scheduler, 3, 0);
    step(scheduler);
    assertThat(scheduler.running()).containsExactly(early, late, low);
    while (scheduler.runningCount() == 3) {
      step(scheduler);
    }
    assertThat(low.state()).isEqualTo(State.WAITING);
    assertThat(low.generated()).isPositive();
    int kept = low.generated();
    while (late.state() == State.RUNNING) {
      step(scheduler);
    }
    scheduler.remove(early);
    scheduler.remove(late);
    step(scheduler);
    assertThat(low.state()).isEqualTo(State.RUNNING);
    assertThat(low.generated()).isEqualTo(kept + 1);
    assertThat(scheduler.counters().preemptions()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void limitsThatCouldStarveARunningSequenceAreRefused() {
    assertThatThrownBy(() -> limits(5, 4))
        .hasMessage("max_tokens: 4 (expected: >= 5, a token for each sequence)");
    assertThatThrownBy(() -> limits(0, 4)).hasMessage("max_sequences: 0 (expected: >= 1)");
  }

  /** Two answers to a conversation whose first answer left the model early. */
  @Test
  void siblingsOfAShallowPromptLeaveNothingThatOthersMayNotRead() {
    Scheduler scheduler = scheduler(64, 8, 64);
    int[] prompt = IntStream.range(0, 22).toArray();
    Sequence before = marked(Arrays.copyOf(prompt, 20), 4, null);
    scheduler.add(before, 0);
    scheduler.schedule(8).chunks().forEach(chunk -> scheduler.complete(chunk, 0));
    before.leftEarly(8);
    finish(scheduler, before);

    Sequence first = marked(prompt, 8, null);
    Sequence second = marked(prompt, 8, first);
    scheduler.add(first, 1);
    scheduler.add(second, 2);
    finish(scheduler, first, second);
    assertThat(first.cachedTokens()).isEqualTo(20);
    assertThat(second.cachedTokens()).isEqualTo(21);

    Sequence whole = sequence(prompt, 4, 0);
    scheduler.add(whole, 3);
    step(scheduler);
    assertThat(whole.cachedTokens()).isEqualTo(8);
  }

  private static Sequence marked(int[] prompt, int maxTokens, @Nullable Sequence sibling) {
    SequenceSpec spec = new SequenceSpec(prompt, maxTokens, NO_STOP, 0, CacheSalt.NONE, 7);
    return new Sequence(spec, sibling);
  }

  private void finish(Scheduler scheduler, Sequence... sequences) {
    while (Arrays.stream(sequences).anyMatch(sequence -> sequence.state() != State.FULL)) {
      step(scheduler);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyPlanKeepsItsBoundsAndAllWorkEnds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int seats = random.nextInt(1, 8);
    int budget = seats + random.nextInt(30);
    Scheduler scheduler = scheduler(20, seats, budget);
    for (int i = 0; i < 60; i++) {
      Sequence sequence =
          sequence(
              random.ints(random.nextInt(1, 40), 0, 3).toArray(),
              random.nextInt(1, 40),
              random.nextInt(-1, 2));
      scheduler.add(sequence, i);
    }
    int steps = 0;
    while (scheduler.runningCount() + scheduler.waitingCount() > 0) {
      List<Sequence> before = scheduler.running();
      StepPlan plan = scheduler.schedule(Integer.MAX_VALUE);
      assertThat(plan.tokens()).as("seed %d", seed).isBetween(1, budget);
      assertThat(plan.chunks()).hasSizeLessThanOrEqualTo(seats);
      List<Sequence> planned = plan.chunks().stream().map(Chunk::sequence).toList();
      assertThat(planned).doesNotHaveDuplicates();
      assertThat(before)
          .allMatch(sequence -> planned.contains(sequence) || sequence.state() == State.WAITING);
      complete(scheduler, plan);
      assertThat(++steps).isLessThan(20_000);
    }
  }

  /** A chunk, kept beyond its step. */
  private record Planned(Sequence sequence, int from, int count, boolean samples, int drafts) {
    static Planned of(Chunk chunk) {
      return new Planned(
          chunk.sequence(), chunk.from(), chunk.count(), chunk.samples(), chunk.drafts());
    }
  }

  private List<Planned> step(Scheduler scheduler) {
    StepPlan plan = scheduler.schedule(Integer.MAX_VALUE);
    List<Planned> planned = plan.chunks().stream().map(Planned::of).toList();
    complete(scheduler, plan);
    return planned;
  }

  private void complete(Scheduler scheduler, StepPlan plan) {
    scheduler.checkInvariants();
    plan.chunks().forEach(chunk -> scheduler.complete(chunk, nextToken++));
    scheduler.checkInvariants();
  }

  private static Planned chunk(Sequence sequence, int from, int count) {
    return new Planned(sequence, from, count, from + count >= sequence.promptLength(), 0);
  }

  private static SchedulerLimits limits(int seats, int budget) {
    return new SchedulerLimits(seats, budget, true, 0, QueueOrder.PRIORITY);
  }

  private static Sequence sequence(int[] prompt, int maxTokens, int priority) {
    return new Sequence(new SequenceSpec(prompt, maxTokens, NO_STOP, priority, CacheSalt.NONE));
  }

  private static Scheduler scheduler(int blocks, int seats, int budget) {
    return new Scheduler(new BlockPool(blocks, 4, true), limits(seats, budget));
  }

  /** A sequence whose prompt shares nothing with others. */
  private Sequence add(Scheduler scheduler, int promptLength, int priority) {
    nextToken += 100;
    int[] prompt = IntStream.range(nextToken, nextToken + promptLength).toArray();
    Sequence sequence = sequence(prompt, 20, priority);
    scheduler.add(sequence, 0);
    assertThat(Arrays.copyOf(sequence.tokens(), sequence.length())).isEqualTo(prompt);
    return sequence;
  }
}
