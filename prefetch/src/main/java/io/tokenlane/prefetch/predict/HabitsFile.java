package io.tokenlane.prefetch.predict;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * {@link Habits} in a file, whole or not at all:
 *
 * <pre>
 * int magic, int crc32c(rest), long atEpochMillis, double ageSeconds,
 * int n, n keys, int n, n (int key, double count),
 * int n, n (int key, int visits, int m, m (int key, int count))
 * </pre>
 *
 * <p>A key is an int length and UTF-8; elsewhere it is named by its number. The file takes the
 * place of the former one when it is whole.
 */
public final class HabitsFile {
  private static final int MAGIC = 0x544C4831;
  private static final int HEAD_BYTES = 8;
  private static final long LARGEST_BYTES = 256L << 20;

  private final Path file;

  /** Habits kept in {@code file}; its folder must be there. */
  public HabitsFile(Path file) {
    this.file = file;
  }

  /** Keeps them in place of the former ones. */
  public void write(Habits habits) throws IOException {
    byte[] rest = encoded(habits);
    ByteBuffer all = ByteBuffer.allocate(HEAD_BYTES + rest.length);
    all.putInt(MAGIC).putInt(checksum(rest, 0)).put(rest);
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.write(next, all.array());
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * What was kept; empty where there is no file.
   *
   * @throws IOException where the file cannot be read or is not whole
   */
  public Optional<Habits> read() throws IOException {
    byte[] all;
    try {
      if (Files.size(file) > LARGEST_BYTES) {
        throw new IOException(file + ": larger than " + LARGEST_BYTES + " bytes");
      }
      all = Files.readAllBytes(file);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
    ByteBuffer head = ByteBuffer.wrap(all);
    if (all.length < HEAD_BYTES
        || head.getInt() != MAGIC
        || head.getInt() != checksum(all, HEAD_BYTES)) {
      throw new IOException(file + ": not whole, or of another version");
    }
    return Optional.of(
        decoded(
            new DataInputStream(
                new ByteArrayInputStream(all, HEAD_BYTES, all.length - HEAD_BYTES))));
  }

  private static int checksum(byte[] bytes, int from) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, bytes.length - from);
    return (int) crc.getValue();
  }

  private static byte[] encoded(Habits habits) throws IOException {
    Map<String, Integer> numbers = new LinkedHashMap<>();
    habits.counts().keySet().forEach(key -> number(numbers, key));
    habits
        .contexts()
        .forEach(
            (key, context) -> {
              number(numbers, key);
              context.followers().keySet().forEach(follower -> number(numbers, follower));
            });
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
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
    return bytes.toByteArray();
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
