package io.tokenlane.bench.engine;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Options of {@code bench engine}.
 *
 * @param shape {@code demo}; or {@code llama-1b} or {@code llama-137m}: random weights in the shape
 *     of a Llama of so many parameters, made on the fly
 * @param threads threads that compute, at least 1; default 1
 * @param llama folder with llama.cpp's {@code llama-bench} and {@code llama-batched-bench}; empty:
 *     no peer
 * @param parts which groups of rows to measure; default all
 * @param rounds how often each figure is taken; 0: as many as fit the time
 */
public record EngineOptions(
    String shape, int threads, Optional<Path> llama, Set<String> parts, int rounds) {
  /** All groups of rows. */
  public static final List<String> PARTS = List.of("speed", "kernels", "trace", "chats");

  private static final String DEMO = "demo";

  public EngineOptions {
    if (!shape.equals(DEMO) && !RandomShape.titles().contains(shape)) {
      throw new IllegalArgumentException(
          "--shape: %s (expected: %s, or one of %s)".formatted(shape, DEMO, RandomShape.titles()));
    }
    if (!PARTS.containsAll(parts)) {
      throw new IllegalArgumentException(
          "--parts: %s (expected: some of %s)".formatted(parts, PARTS));
    }
    if (threads < 1) {
      throw new IllegalArgumentException("--threads: %d (expected: >= 1)".formatted(threads));
    }
  }

  /** Takes its options out of the arguments and leaves the others. */
  public static EngineOptions take(List<String> arguments) {
    String shape = DEMO;
    int threads = 1;
    int rounds = 0;
    Optional<Path> llama = Optional.empty();
    Set<String> parts = Set.copyOf(PARTS);
    arguments.remove("--random");
    for (Iterator<String> i = arguments.iterator(); i.hasNext(); ) {
      switch (i.next()) {
        case "--shape" -> shape = value(i);
        case "--threads" -> threads = Integer.parseInt(value(i));
        case "--rounds" -> rounds = Integer.parseInt(value(i));
        case "--llama" -> llama = Optional.of(Path.of(value(i)));
        case "--parts" -> parts = Set.of(value(i).split(","));
        default -> {}
      }
    }
    return new EngineOptions(shape, threads, llama, parts, rounds);
  }

  /** The option's value; both are taken out. */
  private static String value(Iterator<String> arguments) {
    arguments.remove();
    String value = arguments.next();
    arguments.remove();
    return value;
  }
}
