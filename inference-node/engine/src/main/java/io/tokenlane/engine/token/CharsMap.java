package io.tokenlane.engine.token;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's normalisation table: a double-array trie over UTF-8 (Yata et al. 2007, in the
 * layout of darts-clone) from texts to replacements that lie, ended by zeros, behind it.
 */
final class CharsMap implements TextNormalizer {
  private static final Pattern CLUSTER = Pattern.compile("\\X");

  /** Longer clusters are looked up character by character. */
  private static final int LONGEST_CLUSTER = 5;

  private final int[] units;
  private final byte[] replacements;
  private final boolean clusters;

  /**
   * @param clusters whether a whole grapheme cluster is replaced by what its shortest prefix in the
   *     table becomes, as Hugging Face's tokenizers do; else the longest match at each place is, as
   *     SentencePiece does
   * @throws TokenizerException if the table is cut short
   */
  CharsMap(byte[] table, boolean clusters) {
    ByteBuffer bytes = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    long size = table.length < 4 ? -1 : Integer.toUnsignedLong(bytes.getInt());
    if (size < 4 || size > bytes.remaining() || size % 4 != 0) {
      throw new TokenizerException(
          "precompiled_charsmap: trie of %d bytes (expected: 4 to %d, a multiple of 4)"
              .formatted(size, bytes.remaining()));
    }
    units = new int[(int) (size / 4)];
    for (int i = 0; i < units.length; i++) {
      units[i] = bytes.getInt();
    }
    replacements = new byte[bytes.remaining()];
    bytes.get(replacements);
    this.clusters = clusters;
  }

  @Override
  public String apply(String text) {
    StringBuilder out = new StringBuilder(text.length());
    if (clusters) {
      byClusters(text, out);
    } else {
      byLongest(Utf8.encode(text), out);
    }
    return out.toString();
  }

  private void byClusters(String text, StringBuilder out) {
    Matcher matcher = CLUSTER.matcher(text);
    while (matcher.find()) {
      String cluster = matcher.group();
      byte[] bytes = Utf8.encode(cluster);
      String whole = bytes.length <= LONGEST_CLUSTER ? shortest(bytes) : null;
      if (whole != null) {
        out.append(whole);
      } else {
        cluster.codePoints().forEach(c -> character(Character.toString(c), out));
      }
    }
  }

  private void character(String text, StringBuilder out) {
    String replaced = shortest(Utf8.encode(text));
    out.append(replaced == null ? text : replaced);
  }

  private @Nullable String shortest(byte[] key) {
    Walk walk = new Walk();
    for (byte b : key) {
      if (!walk.step(b)) {
        return null;
      }
      if (walk.value >= 0) {
        return replacement(walk.value);
      }
    }
    return null;
  }

  private void byLongest(byte[] text, StringBuilder out) {
    for (int at = 0; at < text.length; ) {
      Walk walk = new Walk();
      int end = at;
      int value = -1;
      for (int i = at; i < text.length && walk.step(text[i]); i++) {
        if (walk.value >= 0 && Utf8.isBoundary(text, i + 1)) {
          value = walk.value;
          end = i + 1;
        }
      }
      if (value >= 0) {
        out.append(replacement(value));
        at = end;
      } else {
        int length = Utf8.sequenceLength(text[at]);
        out.append(new String(text, at, length, StandardCharsets.UTF_8));
        at += length;
      }
    }
  }

  private String replacement(int from) {
    int end = from;
    while (end < replacements.length && replacements[end] != 0) {
      end++;
    }
    return from < end ? new String(replacements, from, end - from, StandardCharsets.UTF_8) : "";
  }

  /** A way down the trie. Places outside of it are its end. */
  private final class Walk {
    private int node = offset(units[0]);

    /** Where the replacement of the bytes so far begins; -1 if there is none. */
    private int value = -1;

    boolean step(byte b) {
      int label = b & 0xFF;
      node ^= label;
      if (label == 0 || node < 0 || node >= units.length) {
        return false;
      }
      int unit = units[node];
      if ((unit & 0x800000FF) != label) {
        return false;
      }
      node ^= offset(unit);
      boolean leaf = (unit >>> 8 & 1) == 1 && node >= 0 && node < units.length;
      value = leaf ? units[node] & 0x7FFFFFFF : -1;
      return true;
    }

    private static int offset(int unit) {
      return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
    }
  }
}
