package io.tokenlane.bench.balance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Model calls to be simulated: when they come and what their prompts are made of. */
final class Prompts {
  /** Tokens of a block of the trace. */
  static final int BLOCK = 512;

  private static final int KEY_BLOCKS = 4;
  private static final int BEGINNINGS = 150;

  private Prompts() {}

  /**
   * One prompt.
   *
   * @param at nanoseconds since the beginning
   * @param blocks ids of its blocks of tokens, each standing for all before it too
   * @param blockTokens tokens of a block
   * @param ownTokens tokens behind the blocks, which nobody else has
   * @param keyBlocks how many of the blocks a gateway hashes to know the beginning
   */
  record Prompt(long at, List<Integer> blocks, int blockTokens, int ownTokens, int keyBlocks) {
    int sharedTokens() {
      return blocks.size() * blockTokens;
    }

    int tokens() {
      return blocks.size() * blockTokens + ownTokens;
    }

    /** A number for the beginning. */
    long beginning() {
      return blocks.get(keyBlocks - 1) + 1L;
    }
  }

  /**
   * Calls of which each begins with one of 150 beginnings of 500 to 16 000 tokens (lognormal around
   * 4 000, popularity 1/rank) and has about 300 tokens of its own.
   *
   * @param perSecond Poisson arrivals
   */
  static List<Prompt> shared(int calls, double perSecond, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<List<Integer>> beginnings = new ArrayList<>();
    double[] upTo = new double[BEGINNINGS];
    double sum = 0;
    int block = 0;
    for (int i = 0; i < BEGINNINGS; i++) {
      double tokens = 4_000 * Math.exp(0.6 * random.nextGaussian() - 0.18);
      int blocks = (int) Math.clamp(tokens / 100, 5, 160);
      beginnings.add(IntStream.range(block, block + blocks).boxed().toList());
      block += blocks;
      sum += 1.0 / (i + 1);
      upTo[i] = sum;
    }
    List<Prompt> prompts = new ArrayList<>();
    double at = 0;
    for (int i = 0; i < calls; i++) {
      int which = Arrays.binarySearch(upTo, random.nextDouble() * sum);
      List<Integer> blocks = beginnings.get(which < 0 ? -which - 1 : which);
      int own = (int) Math.max(20, 300 * Math.exp(0.5 * random.nextGaussian() - 0.125));
      prompts.add(new Prompt((long) at, blocks, 100, own, blocks.size()));
      at -= Math.log(1 - random.nextDouble()) / perSecond * 1e9;
    }
    return prompts;
  }

  /**
   * The Mooncake trace: its prompts with their blocks of 512 tokens, at its own times divided by
   * {@code hurry}. What a gateway hashes is the first {@value #KEY_BLOCKS} blocks, so that the
   * turns of a conversation have the same key.
   */
  static List<Prompt> trace(Path file, int calls, double hurry) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .limit(calls)
          .map(line -> prompt(json.readTree(line), hurry))
          .sorted(Comparator.comparingLong(Prompt::at))
          .toList();
    }
  }

  private static Prompt prompt(JsonNode row, double hurry) {
    JsonNode ids = row.get("hash_ids");
    int full = Math.max(1, Math.min(ids.size(), row.get("input_length").asInt() / BLOCK));
    List<Integer> blocks = IntStream.range(0, full).mapToObj(i -> ids.get(i).asInt()).toList();
    int own = Math.max(1, row.get("input_length").asInt() - full * BLOCK);
    long at = (long) (row.get("timestamp").asLong() * 1e6 / hurry);
    return new Prompt(at, blocks, BLOCK, own, Math.min(KEY_BLOCKS, full));
  }
}
