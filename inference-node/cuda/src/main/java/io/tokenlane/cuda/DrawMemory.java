package io.tokenlane.cuda;

import io.tokenlane.cuda.driver.Driver;
import io.tokenlane.engine.backend.Draws;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * What sampling wants, on the device: {@code SampleRow}s of {@code sample.cu}, masks, seen tokens
 * and biases, in one copy. Each part begins at a place that grows by powers of two, so that steps
 * that want little have the same places and share a graph.
 */
final class DrawMemory {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  /** Ints of a row's wishes. */
  private static final int ROW = 16;

  /** Ints of a row's result. */
  static final int RESULT = 44;

  /** Blocks that a step's rows are looked through by, about: one for each multiprocessor. */
  private static final int BLOCKS = 128;

  /** Most slices of a row: a warp puts together what was found in them. */
  private static final int MOST_SLICES = 32;

  /** Tokens of a slice at least: four for each of a block's threads. */
  private static final int SLICE = 4096;

  /** Bytes that a block leaves for the one that puts its row together. */
  private static final int SLICE_BYTES = 32;

  private final Driver driver;
  private final DeviceMemory.Scratch device;
  private final DeviceMemory.Scratch adjusted;
  private final DeviceMemory.Scratch slices;
  private final DeviceMemory.Counters slicesDone;
  private final DeviceMemory.Scratch results;
  private MemorySegment staging = MemorySegment.NULL;
  private MemorySegment back = MemorySegment.NULL;

  /** What lies on the device, and where. */
  private MemorySegment sent = MemorySegment.NULL;

  private long sentBytes;
  private long sentTo;
  private int count;
  private Layout layout = new Layout(0, 0, 0, 0);

  /**
   * Where parts begin, in ints, by how much of each there may be: the same for the same numbers.
   *
   * @param padded places for rows
   * @param seen places for tokens that were seen
   * @param biases places for biases
   * @param words places for words of masks
   */
  record Layout(int padded, int seen, int biases, int words) {
    int masksAt() {
      return padded * ROW;
    }

    int seenAt() {
      return masksAt() + 2 * words;
    }

    int biasAt() {
      return seenAt() + 2 * seen;
    }

    int ints() {
      return biasAt() + 2 * biases;
    }
  }

  DrawMemory(Driver driver, DeviceMemory memory) {
    this.driver = driver;
    device = memory.new Scratch();
    adjusted = memory.new Scratch();
    slices = memory.new Scratch();
    slicesDone = memory.new Counters();
    results = memory.new Scratch();
  }

  /**
   * Makes room for what the next draws want.
   *
   * @param rows how many of the draws
   * @param padded how many places for rows to keep
   */
  void prepare(Draws draws, int rows, int padded) {
    count = rows;
    layout = layout(draws, padded);
    long bytes = (long) layout.ints() * Integer.BYTES;
    if (staging.byteSize() < bytes) {
      staging = driver.pinned(2 * bytes);
    }
    device.atLeast(bytes);
    adjusted.atLeast(2L * padded * Math.ceilDiv(draws.tokens(), 4) * 4 * Float.BYTES);
    slices.atLeast((long) padded * MOST_SLICES * SLICE_BYTES);
    slicesDone.atLeast(padded);
    results.atLeast((long) padded * RESULT * Integer.BYTES);
  }

  /** Where things are; addresses change only with it, or with an allocation. */
  Layout layout() {
    return layout;
  }

  /**
   * Enqueues the copy of the wishes that room was made for, unless they lie there: greedy ones are
   * the same at each step.
   */
  void send(Draws draws) {
    write(draws);
    long to = device.atLeast(0);
    long bytes = (long) layout.ints() * Integer.BYTES;
    boolean there =
        to == sentTo
            && bytes == sentBytes
            && MemorySegment.mismatch(staging, 0, bytes, sent, 0, bytes) < 0;
    if (!there) {
      driver.copyIn(to, staging, bytes);
      remember(to, bytes);
    }
  }

  private void remember(long to, long bytes) {
    if (sent.byteSize() < bytes) {
      sent = MemorySegment.ofArray(new byte[Math.toIntExact(staging.byteSize())]);
    }
    MemorySegment.copy(staging, 0, sent, 0, bytes);
    sentBytes = bytes;
    sentTo = to;
  }

  /** Blocks that share a row. The choice has no effect on results. */
  static int slices(int tokens, int padded) {
    int most = Math.clamp(BLOCKS / padded, 1, MOST_SLICES);
    return Math.min(most, Math.ceilDiv(tokens, SLICE));
  }

  private Layout layout(Draws draws, int padded) {
    int seen = 0;
    int biases = 0;
    int words = 0;
    for (int i = 0; i < count; i++) {
      Draws.Row row = draws.row(i);
      long[] mask = row.mask;
      seen += row.seen;
      biases += row.biasIds.length;
      words += mask == null ? 0 : mask.length;
    }
    return new Layout(
        padded, Buckets.powerOfTwo(seen), Buckets.powerOfTwo(biases), Buckets.powerOfTwo(words));
  }

  private void write(Draws draws) {
    int seen = 0;
    int bias = 0;
    int word = 0;
    for (int i = 0; i < count; i++) {
      Draws.Row row = draws.row(i);
      long[] mask = row.mask;
      int[] wishes = {
        Float.floatToRawIntBits(row.temperature),
        row.topK,
        Float.floatToRawIntBits(row.topP),
        Float.floatToRawIntBits(row.minP),
        Float.floatToRawIntBits(row.frequencyPenalty),
        Float.floatToRawIntBits(row.presencePenalty),
        Float.floatToRawIntBits(row.repetitionPenalty),
        seen,
        seen + row.seen,
        bias,
        bias + row.biasIds.length,
        mask == null ? -1 : word,
        mask == null ? 0 : mask.length,
        row.top
      };
      put(i * ROW, wishes, wishes.length);
      staging.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, (i * ROW + wishes.length) * 4L, row.share);
      put(layout.seenAt() + seen, row.seenIds, row.seen);
      put(layout.seenAt() + layout.seen() + seen, row.seenCounts, row.seen);
      put(layout.biasAt() + bias, row.biasIds, row.biasIds.length);
      int[] bits = new int[row.biases.length];
      Arrays.setAll(bits, b -> Float.floatToRawIntBits(row.biases[b]));
      put(layout.biasAt() + layout.biases() + bias, bits, bits.length);
      if (mask != null) {
        MemorySegment.copy(
            mask,
            0,
            staging,
            ValueLayout.JAVA_LONG,
            (layout.masksAt() + 2L * word) * 4,
            mask.length);
        word += mask.length;
      }
      seen += row.seen;
      bias += row.biasIds.length;
    }
  }

  private void put(int at, int[] values, int length) {
    MemorySegment.copy(values, 0, staging, INT, at * 4L, length);
  }

  private long at(int place) {
    return device.atLeast(0) + place * 4L;
  }

  /** Addresses that the kernel takes, in its order, from the rows to the results. */
  Arguments arguments(Arguments to) {
    return to.address(at(0))
        .address(at(layout.seenAt()))
        .address(at(layout.seenAt() + layout.seen()))
        .address(at(layout.biasAt()))
        .address(at(layout.biasAt() + layout.biases()))
        .address(at(layout.masksAt()))
        .address(adjusted.atLeast(0))
        .address(slices.atLeast(0))
        .address(slicesDone.atLeast(0))
        .address(results.atLeast(0));
  }

  /** Waits for the results and gives them to their rows. */
  void receive(Draws draws) {
    long bytes = (long) count * RESULT * Integer.BYTES;
    if (back.byteSize() < bytes) {
      back = driver.pinned(2 * bytes);
    }
    driver.copyOut(back, results.atLeast(0), bytes);
    driver.synchronize();
    int[] result = new int[RESULT];
    for (int i = 0; i < count; i++) {
      MemorySegment.copy(back, INT, (long) i * RESULT * Integer.BYTES, result, 0, RESULT);
      read(draws.row(i), result);
    }
  }

  private static void read(Draws.Row row, int[] result) {
    row.token = result[0];
    row.broken = result[1];
    if (row.top < 0 || row.token < 0) {
      row.logprob = Float.NaN;
      row.topIds = new int[0];
      row.topLogprobs = new float[0];
      return;
    }
    row.logprob = Float.intBitsToFloat(result[2]);
    row.topIds = Arrays.copyOfRange(result, 4, 4 + result[3]);
    row.topLogprobs = new float[result[3]];
    for (int i = 0; i < row.topLogprobs.length; i++) {
      row.topLogprobs[i] = Float.intBitsToFloat(result[4 + Draws.MOST_TOP + i]);
    }
  }
}
