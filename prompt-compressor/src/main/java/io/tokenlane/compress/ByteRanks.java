package io.tokenlane.compress;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * The tokens of a vocabulary by their bytes: all bytes in one array, and a table of open addressing
 * (Knuth, The Art of Computer Programming 3, §6.4) over it. Two hundred thousand tokens take 4 MB
 * so; as maps of objects, as JTokkit keeps them, 25 MB. Does not change; thread-safe.
 */
final class ByteRanks {
  private static final int FNV_BASIS = 0x811c9dc5;
  private static final int FNV_PRIME = 0x01000193;

  /** Of each place in the table at least half are free. */
  private static final int ROOM = 2;

  private byte[] bytes = new byte[1 << 20];

  /** Where the bytes of each token end, by its rank. */
  private int[] ends = new int[1 << 16];

  private int count;
  private final int[] table;

  private ByteRanks(BufferedReader lines) throws IOException {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isEmpty()) {
        add(line);
      }
    }
    bytes = Arrays.copyOf(bytes, begin(count));
    ends = Arrays.copyOf(ends, count);
    table = new int[Integer.highestOneBit(ROOM * count) << 1];
    for (int rank = 0; rank < count; rank++) {
      table[place(bytes, begin(rank), ends[rank])] = rank + 1;
    }
  }

  /**
   * Reads tiktoken's form: a token a line in Base64, a blank, its rank.
   *
   * @param resource beside {@code beside}
   */
  static ByteRanks read(Class<?> beside, String resource) {
    try (InputStream in = beside.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "vocabulary: " + resource + " (expected: on the classpath)");
      }
      return new ByteRanks(
          new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(String line) {
    int blank = line.indexOf(' ');
    byte[] token = Base64.getDecoder().decode(line.substring(0, blank));
    if (Integer.parseInt(line, blank + 1, line.length(), 10) != count) {
      throw new IllegalStateException("vocabulary: " + line + " (expected: rank " + count + ")");
    }
    int begin = begin(count);
    if (begin + token.length > bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * bytes.length);
    }
    if (count == ends.length) {
      ends = Arrays.copyOf(ends, 2 * count);
    }
    System.arraycopy(token, 0, bytes, begin, token.length);
    ends[count++] = begin + token.length;
  }

  private int begin(int rank) {
    return rank == 0 ? 0 : ends[rank - 1];
  }

  /** The rank of these bytes; {@code Integer.MAX_VALUE} where they are no token. */
  int rank(byte[] text, int from, int to) {
    int rank = table[place(text, from, to)] - 1;
    return rank < 0 ? Integer.MAX_VALUE : rank;
  }

  /** Where they stand in the table, or would. */
  private int place(byte[] text, int from, int to) {
    int hash = FNV_BASIS;
    for (int i = from; i < to; i++) {
      hash = (hash ^ text[i]) * FNV_PRIME;
    }
    int place = (hash ^ (hash >>> 15)) & (table.length - 1);
    while (table[place] != 0 && !same(table[place] - 1, text, from, to)) {
      place = (place + 1) & (table.length - 1);
    }
    return place;
  }

  private boolean same(int rank, byte[] text, int from, int to) {
    return Arrays.equals(bytes, begin(rank), ends[rank], text, from, to);
  }
}
