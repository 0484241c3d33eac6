package io.tokenlane.compress;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * The words that a {@link Reduction} took and where: for each its distance from the one before and
 * its number, deflated. Kept beside the sent text, never sent.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content below
public record Sidecar(byte[] bytes) {
  /** Of a text that lost nothing. */
  public static final Sidecar NONE = new Sidecar(new byte[0]);

  private static final int LONGEST = 1 << 24;

  /** Copies the bytes. */
  public Sidecar {
    bytes = bytes.clone();
  }

  @Override
  public byte[] bytes() {
    return bytes.clone();
  }

  /** In bytes. */
  public int size() {
    return bytes.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Sidecar sidecar && Arrays.equals(bytes, sidecar.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** Writes numbers from 0 up, small ones in a byte. */
  static final class Writer {
    private final ByteArrayOutputStream raw = new ByteArrayOutputStream();
    private int words;

    private void number(int number) {
      int left = number;
      while (left > 0x7f) {
        raw.write(left | 0x80);
        left >>>= 7;
      }
      raw.write(left);
    }

    /** What was taken, and how far behind what was taken before. */
    void taken(int distance, String taken) {
      int number = Words.number(taken);
      number(distance);
      number(number);
      if (number == Words.spelt()) {
        byte[] bytes = taken.getBytes(StandardCharsets.UTF_8);
        number(bytes.length);
        raw.writeBytes(bytes);
      }
      words++;
    }

    /** The words of several passes, each with their number before them. */
    static Sidecar deflated(Iterable<Writer> passes) {
      Writer all = new Writer();
      for (Writer pass : passes) {
        all.number(pass.words);
        all.raw.writeBytes(pass.raw.toByteArray());
      }
      return all.deflated();
    }

    private Sidecar deflated() {
      Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
      deflater.setInput(raw.toByteArray());
      deflater.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      deflater.end();
      return new Sidecar(out.toByteArray());
    }
  }

  /** Reads what a {@link Writer} wrote. */
  static final class Reader {
    private final byte[] raw;
    private int at;

    Reader(Sidecar sidecar) {
      this.raw = inflate(sidecar.bytes);
    }

    private static byte[] inflate(byte[] bytes) {
      Inflater inflater = new Inflater(true);
      inflater.setInput(bytes);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      try {
        while (!inflater.finished() && out.size() < LONGEST) {
          int read = inflater.inflate(buffer);
          if (read == 0) {
            break;
          }
          out.write(buffer, 0, read);
        }
        if (bytes.length > 0 && !inflater.finished()) {
          throw new IllegalArgumentException("sidecar: cut off (expected: one of this text)");
        }
      } catch (DataFormatException broken) {
        throw new IllegalArgumentException("sidecar: not one (expected: one of this text)", broken);
      } finally {
        inflater.end();
      }
      return out.toByteArray();
    }

    /** What the next number stands for. */
    String taken() {
      int number = number();
      if (number < 0 || number > Words.spelt()) {
        throw new IllegalArgumentException("sidecar: of another text (expected: of this one)");
      }
      return number == Words.spelt() ? text() : Words.taken(number);
    }

    private String text() {
      int length = number();
      if (length < 0 || length > raw.length - at) {
        throw new IllegalArgumentException("sidecar: cut off (expected: one of this text)");
      }
      at += length;
      return new String(raw, at - length, length, StandardCharsets.UTF_8);
    }

    boolean hasMore() {
      return at < raw.length;
    }

    int number() {
      int number = 0;
      for (int shift = 0; shift < 32; shift += 7) {
        if (at == raw.length) {
          throw new IllegalArgumentException("sidecar: cut off (expected: one of this text)");
        }
        byte b = raw[at++];
        number |= (b & 0x7f) << shift;
        if (b >= 0) {
          break;
        }
      }
      return number;
    }
  }
}
