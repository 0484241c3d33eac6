package io.tokenlane.engine.checkpoint;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The typed key-value pairs at the head of a GGUF file. Every getter is empty where the key is
 * absent and throws {@link CheckpointException}, naming file, key, type and expectation, where the
 * value has another type. Values are decoded on each call; keep what you need. Readable until the
 * checkpoint is closed.
 */
public final class GgufMetadata {
  private final String file;
  private final Map<String, GgufValue> values;

  GgufMetadata(String file, Map<String, GgufValue> values) {
    this.file = file;
    this.values = values;
  }

  /** The file's name, for messages. */
  public String file() {
    return file;
  }

  /** All keys, in the file's order. */
  public Set<String> keys() {
    return Collections.unmodifiableSet(values.keySet());
  }

  /** A string. */
  public Optional<String> string(String key) {
    GgufValue value = find(key, "a string", v -> !v.array() && v.type() == GgufType.STRING);
    return value == null
        ? Optional.empty()
        : Optional.of(new ByteReader(file, value.bytes()).string(key));
  }

  /** An integer that fits an int. */
  public OptionalInt integer(String key) {
    GgufValue value = find(key, "an integer", v -> !v.array() && v.type().isInteger());
    return value == null ? OptionalInt.empty() : OptionalInt.of(toInt(key, value.integer(0)));
  }

  /** A number, integer or not. */
  public OptionalDouble number(String key) {
    GgufValue value = find(key, "a number", v -> !v.array() && isNumber(v));
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value.number(0));
  }

  /** A boolean. */
  public Optional<Boolean> flag(String key) {
    GgufValue value = find(key, "a boolean", v -> !v.array() && v.type() == GgufType.BOOL);
    return value == null ? Optional.empty() : Optional.of(value.integer(0) != 0);
  }

  /** Whether the key is there and holds an array. */
  public boolean isArray(String key) {
    GgufValue value = values.get(key);
    return value != null && value.array();
  }

  /** An array of booleans. */
  public Optional<List<Boolean>> flags(String key) {
    GgufValue value =
        find(key, "an array of booleans", v -> v.array() && v.type() == GgufType.BOOL);
    return value == null
        ? Optional.empty()
        : Optional.of(
            IntStream.range(0, value.count()).mapToObj(i -> value.integer(i) != 0).toList());
  }

  /** An array of strings. Invalid UTF-8 becomes replacement characters. */
  public Optional<List<String>> strings(String key) {
    GgufValue value =
        find(key, "an array of strings", v -> v.array() && v.type() == GgufType.STRING);
    if (value == null) {
      return Optional.empty();
    }
    ByteReader reader = new ByteReader(file, value.bytes());
    List<String> strings = new ArrayList<>(value.count());
    for (int i = 0; i < value.count(); i++) {
      strings.add(reader.string(key));
    }
    return Optional.of(Collections.unmodifiableList(strings));
  }

  /** An array of integers that each fit an int. */
  public Optional<int[]> integers(String key) {
    GgufValue value = find(key, "an array of integers", v -> v.array() && v.type().isInteger());
    if (value == null) {
      return Optional.empty();
    }
    int[] integers = new int[value.count()];
    for (int i = 0; i < integers.length; i++) {
      integers[i] = toInt(key, value.integer(i));
    }
    return Optional.of(integers);
  }

  /** An array of bytes. */
  public Optional<byte[]> bytes(String key) {
    GgufValue value =
        find(
            key,
            "an array of bytes",
            v -> v.array() && (v.type() == GgufType.UINT8 || v.type() == GgufType.INT8));
    return value == null ? Optional.empty() : Optional.of(value.bytes().toArray(ByteReader.BYTE));
  }

  /** An array of numbers. */
  public Optional<float[]> numbers(String key) {
    GgufValue value = find(key, "an array of numbers", v -> v.array() && isNumber(v));
    if (value == null) {
      return Optional.empty();
    }
    float[] numbers = new float[value.count()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) value.number(i);
    }
    return Optional.of(numbers);
  }

  private static boolean isNumber(GgufValue value) {
    return value.type().isInteger() || value.type().isFloat();
  }

  private @Nullable GgufValue find(String key, String expected, Predicate<GgufValue> fits) {
    GgufValue value = values.get(key);
    if (value != null && !fits.test(value)) {
      throw CheckpointException.of(file, key, value.typeText(), expected);
    }
    return value;
  }

  private int toInt(String key, long value) {
    if (value != (int) value) {
      throw CheckpointException.of(file, key, value, "a 32-bit integer");
    }
    return (int) value;
  }
}
