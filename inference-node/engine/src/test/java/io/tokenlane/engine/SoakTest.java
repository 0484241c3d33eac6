package io.tokenlane.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tokenlane.engine.sample.SamplingParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A day of traffic: arrivals and lengths of the Azure trace of 2023 (shared/traces), its hour
 * repeated until the day is full, every tenth of them, prompts divided by 32, with 256 places in
 * the queue, short caches, random cancels, siblings and pins. The clock is the engine's, so the day
 * takes seconds.
 */
@ExtendWith(EngineInvariants.class)
final class SoakTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long DAY = 24 * 3600 * SECOND;
  private static final int SHRINK = 32;
  private static final int THINNING = 10;
  private static final int CONTEXT = 256;
  private static final long SEED = 42;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final ToyModel model = new ToyModel(CONTEXT);
  private final List<Generation> alive = new ArrayList<>();
  private final List<Generation> pins = new ArrayList<>();
  private int ended;
  private int submitted;
  private int refused;
  private int mostWaiting;

  @Test
  void aDayLeavesNothingBehind() throws IOException {
    List<Arrival> hour = trace();
    int threads = Thread.activeCount();
    // Slow steps let the queue fill: the day is overload and idleness in turn.
    PacedModel paced = new PacedModel(model, 2 * SECOND, SECOND / 50);
    EngineConfig config =
        EngineConfig.defaults()
            .withKvBlocks(24)
            .withBatch(16, 64)
            .withMaxWaiting(256)
            .withQueueDeadlineNanos(1800 * SECOND);
    try (SteppedEngine engine = paced.engine(config)) {
      for (long start = 0; start < DAY; start += 3600 * SECOND) {
        replay(engine, hour, start);
      }
      alive.forEach(Generation::cancel);
      pins.forEach(Generation::cancel);
      engine.runUntilIdle();
      assertThat(ended).as("seed %d", SEED).isEqualTo(submitted);
      EngineStats stats = engine.stats();
      assertThat(stats.kvBlocksUsed() + stats.running() + stats.waiting()).isZero();
      assertThat(stats.preemptions()).isPositive();
      assertThat(stats.prefixHits()).isPositive();
      assertThat(refused).isPositive();
      assertThat(mostWaiting).isBetween(256, 272);
    }
    assertThat(model.kvBytes).isZero();
    assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
  }

  private void replay(SteppedEngine engine, List<Arrival> hour, long start) {
    for (Arrival arrival : hour) {
      long at = start + arrival.nanos();
      boolean busy = true;
      while (busy && engine.nanos < at) {
        busy = engine.step();
      }
      engine.nanos = Math.max(engine.nanos, at);
      arrive(engine, arrival);
      mostWaiting = Math.max(mostWaiting, engine.stats().waiting());
      if (random.nextInt(6) == 0) {
        alive.get(random.nextInt(alive.size())).cancel();
      }
      if (alive.size() > 400) {
        alive.subList(0, 100).clear();
      }
    }
  }

  private void arrive(SteppedEngine engine, Arrival arrival) {
    Admission door = engine.loop.admission();
    GenerationRequest request = request(arrival);
    Submission one = new Submission(request, this::hear);
    List<Submission> all = Collections.nCopies(random.nextInt(10) == 0 ? 2 : 1, one);
    try {
      alive.addAll(door.submitAll(all));
      submitted += all.size();
    } catch (EngineBusyException e) {
      refused++;
    }
    if (engine.stats().kvBlocksPinned() == 0 && engine.stats().waiting() < 100) {
      pins.add(door.prefill(new PrefillRequest(prompt(0, 64), 0, "", true), this::hear));
      submitted++;
    } else if (random.nextInt(100) == 0) {
      pins.forEach(Generation::cancel);
      pins.clear();
    }
  }

  private GenerationRequest request(Arrival arrival) {
    int input = Math.clamp(arrival.input() / SHRINK, 1, CONTEXT / 2);
    int output = Math.clamp(arrival.output(), 1, CONTEXT / 2 - 1);
    return new GenerationRequest(
        prompt(random.nextInt(4), input),
        output,
        SamplingParams.GREEDY,
        Set.of(random.nextInt(ToyModel.VOCABULARY)),
        -1,
        random.nextInt(-2, 3),
        random.nextInt(5) == 0 ? "tenant" : "");
  }

  /** One of some families whose members begin alike. */
  private static int[] prompt(int family, int length) {
    return Requests.counting(family * 13, length);
  }

  private void hear(GenerationEvent event) {
    if (!(event instanceof GenerationEvent.Token)) {
      ended++;
    }
  }

  private static List<Arrival> trace() throws IOException {
    Path file =
        Path.of(
            System.getProperty("tokenlane.shared", ""),
            "traces/azure-llm-2023/AzureLLMInferenceTrace_code.csv");
    assumeThat(file).as("the shared traces").exists();
    List<String> lines = Files.readAllLines(file);
    LocalDateTime begin = time(lines.get(1).split(",")[0]);
    List<Arrival> arrivals = new ArrayList<>();
    for (int i = 1; i < lines.size(); i += THINNING) {
      String[] fields = lines.get(i).split(",");
      long nanos = Duration.between(begin, time(fields[0])).toNanos();
      arrivals.add(
          new Arrival(nanos, Integer.parseInt(fields[1]), Integer.parseInt(fields[2].strip())));
    }
    return arrivals;
  }

  private static LocalDateTime time(String text) {
    return LocalDateTime.parse(text.replace(' ', 'T'));
  }

  private record Arrival(long nanos, int input, int output) {}
}
