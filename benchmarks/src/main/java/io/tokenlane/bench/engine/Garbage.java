package io.tokenlane.bench.engine;

import com.sun.management.ThreadMXBean;
import io.tokenlane.bench.Samples;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** What the engine's step thread allocates on the heap, by the JVM's own count. */
final class Garbage {
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final String STEP_THREAD = "tokenlane-engine-step";
  private static final int SEQUENCES = 8;
  private static final int LENGTH = 64;

  private Garbage() {}

  /**
   * Of a long decode less that of a short one, so that what a request takes is not counted; the
   * median of some rounds, as what is made once for each id comes up less and less.
   */
  static double bytesPerToken(LoadedEngine engine, int rounds) {
    Samples samples = new Samples();
    for (int i = 0; i < rounds; i++) {
      long base = allocated(engine, LENGTH / 4);
      long more = allocated(engine, LENGTH);
      samples.add((more - base) / (double) (SEQUENCES * (LENGTH - LENGTH / 4)));
    }
    return samples.median();
  }

  private static long allocated(LoadedEngine engine, int tokens) {
    long thread = stepThread();
    long before = THREADS.getThreadAllocatedBytes(thread);
    List<Timeline> timelines = new ArrayList<>();
    for (int i = 0; i < SEQUENCES; i++) {
      timelines.add(engine.submit(engine.prompt(3), tokens));
    }
    timelines.forEach(Timeline::await);
    return THREADS.getThreadAllocatedBytes(thread) - before;
  }

  private static long stepThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(STEP_THREAD))
        .mapToLong(Thread::threadId)
        .max()
        .orElseThrow();
  }
}
