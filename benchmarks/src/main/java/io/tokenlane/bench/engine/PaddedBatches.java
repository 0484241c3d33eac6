package io.tokenlane.bench.engine;

import io.tokenlane.bench.Samples;
import io.tokenlane.bench.engine.TraceRows.Arrival;
import io.tokenlane.bench.engine.TraceRows.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Static batching as it is where a batch is one tensor (Yu et al. 2022, Orca, section 3.1: "all
 * requests in the batch" run until the last has finished): what waits becomes a batch, its prompts
 * are padded to the longest, and every row is computed until the one with the longest answer ends.
 * Tokens that nobody asked for are not counted. An answer counts as given when its own last token
 * came, though a batch gives them all at its end: that is to the favour of this way.
 */
final class PaddedBatches {
  private final LoadedEngine engine;
  private final int size;

  PaddedBatches(LoadedEngine engine, int size) {
    this.engine = engine;
    this.size = size;
  }

  Outcome play(List<Arrival> arrivals) {
    Samples latencies = new Samples();
    long tokens = 0;
    int mostBlocks = 0;
    long end = 0;
    long start = System.nanoTime();
    for (int next = 0; next < arrivals.size(); ) {
      List<Arrival> batch = waiting(arrivals, next, start);
      next += batch.size();
      List<Timeline> timelines = submit(batch);
      mostBlocks = Math.max(mostBlocks, batch.size());
      timelines.forEach(Timeline::await);
      for (int i = 0; i < batch.size(); i++) {
        long last = timelines.get(i).time(batch.get(i).output() - 1);
        latencies.add((last - start - batch.get(i).at()) / 1e9);
        tokens += batch.get(i).output();
        end = Math.max(end, last);
      }
    }
    return TraceRows.outcome(engine, tokens / ((end - start) / 1e9), latencies, mostBlocks);
  }

  /** What has arrived, at least the next one. */
  private List<Arrival> waiting(List<Arrival> arrivals, int next, long start) {
    long wait = arrivals.get(next).at() - (System.nanoTime() - start);
    while (wait > 0) {
      LockSupport.parkNanos(wait);
      wait = arrivals.get(next).at() - (System.nanoTime() - start);
    }
    long now = System.nanoTime() - start;
    int to = next + 1;
    while (to < arrivals.size() && to < next + size && arrivals.get(to).at() <= now) {
      to++;
    }
    return arrivals.subList(next, to);
  }

  private List<Timeline> submit(List<Arrival> batch) {
    int prompt = batch.stream().mapToInt(Arrival::prompt).max().orElseThrow();
    int output = batch.stream().mapToInt(Arrival::output).max().orElseThrow();
    List<Timeline> timelines = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      timelines.add(engine.submit(engine.prompt(prompt), output));
    }
    return timelines;
  }
}
