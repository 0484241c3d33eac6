package io.tokenlane.gateway.telemetry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Log lines as JSON (RFC 8259), one flat object each, in memory that is kept. Names are made once,
 * texts are copied character by character as long as they are plain ASCII, and times are written
 * from whole numbers: at tens of thousands of lines a second a general writer takes a twentieth of
 * the machine. Not thread-safe.
 */
final class LineBytes {
  private static final int SOME = 64 * 1024;

  /** Of one character: an escape of six. */
  private static final int WIDEST = 6;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final int LONGEST_NUMBER = 24;

  private byte[] bytes = new byte[SOME];
  private int count;
  private boolean empty = true;

  /** A member's name, ready to be copied. */
  static final class Name {
    private final byte[] bytes;

    /** Plain ASCII. */
    Name(String name) {
      this.bytes = (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
    }
  }

  void reset() {
    count = 0;
  }

  int size() {
    return count;
  }

  ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes, 0, count);
  }

  void begin() {
    put('{');
    empty = true;
  }

  void end() {
    put('}');
  }

  void newline() {
    put('\n');
  }

  void text(Name name, String value) {
    member(name);
    put('"');
    append(value);
    put('"');
  }

  void number(Name name, long value) {
    member(name);
    number(value);
  }

  void truth(Name name, boolean value) {
    member(name);
    append(value ? "true" : "false");
  }

  /** Milliseconds with two decimals. */
  void millis(Name name, long nanos) {
    member(name);
    long hundredths = (Math.max(0, nanos) + 5_000) / 10_000;
    number(hundredths / 100);
    put('.');
    put('0' + (int) (hundredths / 10 % 10));
    put('0' + (int) (hundredths % 10));
  }

  /** A value that is no member. */
  void number(long value) {
    reserve(LONGEST_NUMBER);
    if (value < 0) {
      // The least number has no counterpart above zero.
      append(Long.toString(value));
      return;
    }
    int digits = 1;
    for (long rest = value / 10; rest > 0; rest /= 10) {
      digits++;
    }
    int at = count + digits;
    count = at;
    long rest = value;
    do {
      bytes[--at] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
  }

  private void member(Name name) {
    reserve(name.bytes.length);
    int from = empty ? 1 : 0;
    empty = false;
    System.arraycopy(name.bytes, from, bytes, count, name.bytes.length - from);
    count += name.bytes.length - from;
  }

  private void append(String text) {
    int length = text.length();
    reserve(length * WIDEST);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
        bytes[count++] = (byte) c;
      } else {
        escape(c);
      }
    }
  }

  /** Whatever is not plain, halves of characters too, so that every line is one line of ASCII. */
  private void escape(char c) {
    bytes[count++] = '\\';
    if (c == '"' || c == '\\') {
      bytes[count++] = (byte) c;
      return;
    }
    bytes[count++] = 'u';
    for (int shift = 12; shift >= 0; shift -= 4) {
      bytes[count++] = HEX[c >> shift & 0xf];
    }
  }

  private void put(int b) {
    reserve(1);
    bytes[count++] = (byte) b;
  }

  private void reserve(int more) {
    if (count + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, count + more));
    }
  }
}
