package io.tokenlane.engine.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Tokens by their bytes, as a tree laid out depth first in arrays. Immutable. */
final class TokenTrie {
  private byte[] bytes;
  private short[] depths;
  private int[] skips;
  private int[] firstIds;
  private final int[] ids;
  private final int deepest;
  private int size;

  /** A token and the bytes that it writes, at least one. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(byte[] bytes, int id) {}

  TokenTrie(List<Entry> tokens) {
    List<Entry> sorted =
        tokens.stream()
            .sorted(Comparator.comparing(Entry::bytes, Arrays::compareUnsigned))
            .toList();
    int most = sorted.stream().mapToInt(entry -> entry.bytes.length).sum();
    bytes = new byte[most];
    depths = new short[most];
    skips = new int[most];
    firstIds = new int[most + 1];
    ids = sorted.stream().mapToInt(Entry::id).toArray();
    deepest = sorted.stream().mapToInt(entry -> entry.bytes.length).max().orElse(0);
    build(sorted);
    trim();
  }

  /** Shared beginnings take no nodes: far fewer than bytes. */
  private void trim() {
    bytes = Arrays.copyOf(bytes, size);
    depths = Arrays.copyOf(depths, size);
    skips = Arrays.copyOf(skips, size);
    firstIds = Arrays.copyOf(firstIds, size + 1);
  }

  private void build(List<Entry> sorted) {
    int[] open = new int[deepest];
    byte[] last = {};
    for (int i = 0; i < sorted.size(); i++) {
      byte[] token = sorted.get(i).bytes;
      int shared = Arrays.mismatch(last, token);
      if (shared < 0) {
        continue;
      }
      close(open, shared, last.length);
      for (int depth = shared; depth < token.length; depth++) {
        bytes[size] = token[depth];
        depths[size] = (short) depth;
        firstIds[size] = i;
        open[depth] = size++;
      }
      // Only the last node of a token holds it: those before hold none of the ids from i on.
      last = token;
    }
    close(open, 0, last.length);
    firstIds[size] = ids.length;
  }

  private void close(int[] open, int from, int to) {
    for (int depth = from; depth < to; depth++) {
      skips[open[depth]] = size;
    }
  }

  int size() {
    return size;
  }

  /** Longest token, in bytes. */
  int deepest() {
    return deepest;
  }

  byte value(int node) {
    return bytes[node];
  }

  int depth(int node) {
    return depths[node];
  }

  /** The node after this one and all below it. */
  int skip(int node) {
    return skips[node];
  }

  /** The tokens that end at a node are {@code id(i)} from here up to {@link #endIds}. */
  int firstId(int node) {
    return firstIds[node];
  }

  int endIds(int node) {
    return firstIds[node + 1];
  }

  int id(int index) {
    return ids[index];
  }
}
