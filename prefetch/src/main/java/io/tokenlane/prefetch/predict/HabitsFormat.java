package io.tokenlane.prefetch.predict;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * {@link Habits} as bytes, whole or not at all:
 *
 * <pre>
 * int magic, int crc32c(rest), long atEpochMillis, double ageSeconds,
 * int n, n keys, int n, n (int key, double count),
 * int n, n (int key, int visits, int m, m (int key, int count))
 * </pre>
 *
 * <p>A key is an int length and UTF-8; elsewhere it is named by its number.
 */
public final class HabitsFormat {
  private static final int MAGIC = 0x544C4831;
  private static final int HEAD_BYTES = 8;

  private HabitsFormat() {}

  /** The bytes to keep. */
  public static byte[] encode(Habits habits) {
    byte[] rest = encoded(habits);
    return ByteBuffer.allocate(HEAD_BYTES + rest.length)
        .putInt(MAGIC)
        .putInt(checksum(rest, 0))
        .put(rest)
        .array();
  }

  /**
   * What was kept.
   *
   * @throws IOException where the bytes are not whole, or of another version
   */
  public static Habits decode(byte[] all) throws IOException {
    ByteBuffer head = ByteBuffer.wrap(all);
    if (all.length < HEAD_BYTES
        || head.getInt() != MAGIC
        || head.getInt() != checksum(all, HEAD_BYTES)) {
      throw new IOException("not whole, or of another version");
    }
    return decoded(
        new DataInputStream(new ByteArrayInputStream(all, HEAD_BYTES, all.length - HEAD_BYTES)));
  }

  private static int checksum(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }

  private static byte[] encoded(Habits habits) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(habits, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory takes everything.
    }
    return bytes.toByteArray();
  }

  private static void write(Habits habits, DataOutputStream out) throws IOException {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    habits.counts().keySet().forEach(key -> number(numbers, key));
    habits
        .contexts()
        .forEach(
            (key, context) -> {
              number(numbers, key);
              context.followers().keySet().forEach(follower -> number(numbers, follower));
            });
    out.writeLong(habits.atEpochMillis());
    out.writeDouble(habits.ageSeconds());
    out.writeInt(numbers.size());
    for (String key : numbers.keySet()) {
      byte[] text = key.getBytes(StandardCharsets.UTF_8);
      out.writeInt(text.length);
      out.write(text);
    }
    out.writeInt(habits.counts().size());
    for (Map.Entry<String, Double> count : habits.counts().entrySet()) {
      out.writeInt(number(numbers, count.getKey()));
      out.writeDouble(count.getValue());
    }
    out.writeInt(habits.contexts().size());
    for (Map.Entry<String, Habits.Context> context : habits.contexts().entrySet()) {
      out.writeInt(number(numbers, context.getKey()));
      out.writeInt(context.getValue().visits());
      out.writeInt(context.getValue().followers().size());
      for (Map.Entry<String, Integer> follower : context.getValue().followers().entrySet()) {
        out.writeInt(number(numbers, follower.getKey()));
        out.writeInt(follower.getValue());
      }
    }
  }

  private static int number(Map<String, Integer> numbers, String key) {
    Integer known = numbers.putIfAbsent(key, numbers.size());
    return known == null ? numbers.size() - 1 : known;
  }

  private static Habits decoded(DataInputStream in) throws IOException {
    long at = in.readLong();
    double age = in.readDouble();
    List<String> keys = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      byte[] text = in.readNBytes(in.readInt());
      keys.add(new String(text, StandardCharsets.UTF_8));
    }
    Map<String, Double> counts = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      counts.put(key(keys, in), in.readDouble());
    }
    Map<String, Habits.Context> contexts = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      String key = key(keys, in);
      int visits = in.readInt();
      Map<String, Integer> followers = new HashMap<>();
      for (int more = in.readInt(); more > 0; more--) {
        followers.put(key(keys, in), in.readInt());
      }
      contexts.put(key, new Habits.Context(visits, followers));
    }
    return new Habits(at, age, counts, contexts);
  }

  private static String key(List<String> keys, DataInputStream in) throws IOException {
    int number = in.readInt();
    if (number < 0 || number >= keys.size()) {
      throw new EOFException("key " + number + " of " + keys.size());
    }
    return keys.get(number);
  }
}
