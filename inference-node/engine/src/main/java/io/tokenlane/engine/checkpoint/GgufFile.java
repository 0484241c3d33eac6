package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file, versions 2 and 3: magic, counts, typed metadata, a directory of tensors, and their
 * aligned data (github.com/ggml-org/ggml, docs/gguf.md). Nothing is copied; every count, length and
 * offset is held against the file's size before it is used.
 *
 * @param tensors by the file's names, in its order
 */
record GgufFile(GgufMetadata metadata, Map<String, Tensor> tensors) {
  private static final int MAGIC = 0x46554747; // "GGUF"
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int LARGEST_ALIGNMENT = 1 << 20;
  private static final int MOST_DIMENSIONS = 4;

  /**
   * Fewest bytes of a pair (empty key, type, one byte) and of a directory entry (one dimension).
   */
  private static final int PAIR_BYTES = 13;

  private static final int ENTRY_BYTES = 32;

  /** A directory entry whose place is not checked yet. */
  @SuppressWarnings("ArrayRecordComponent") // lives within one read, never compared
  private record Entry(String name, DType dtype, int[] shape, long offset) {}

  /** Reads a file's bytes; throws {@link CheckpointException} unless all of it is in order. */
  static GgufFile read(String file, MemorySegment bytes) {
    ByteReader reader = new ByteReader(file, bytes);
    checkVersion(reader);
    long tensorCount = reader.count(bytes.byteSize() / ENTRY_BYTES, "tensor count");
    long pairCount = reader.count(bytes.byteSize() / PAIR_BYTES, "metadata count");
    GgufMetadata metadata = new GgufMetadata(file, readPairs(reader, pairCount));
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      entries.add(readEntry(reader));
    }
    return new GgufFile(metadata, place(reader, bytes, entries, alignment(metadata)));
  }

  /** Whether the bytes begin as a GGUF file does. */
  static boolean hasMagic(MemorySegment bytes) {
    return bytes.byteSize() >= 4 && bytes.get(ByteReader.INT, 0) == MAGIC;
  }

  private static void checkVersion(ByteReader reader) {
    long magic = reader.u32("magic");
    if (magic != MAGIC) {
      throw CheckpointException.of(
          reader.file(), "magic", "0x%08x".formatted(magic), "GGUF, 0x%08x".formatted(MAGIC));
    }
    long version = reader.u32("version");
    if (version != 2 && version != 3) {
      boolean bigEndian = version != 0 && (version & 0xffff) == 0;
      String value = bigEndian ? "big-endian file" : Long.toString(version);
      throw CheckpointException.of(reader.file(), "version", value, "2 or 3, little-endian");
    }
  }

  private static Map<String, GgufValue> readPairs(ByteReader reader, long count) {
    Map<String, GgufValue> pairs = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      String key = reader.string("metadata key " + i);
      if (key.isEmpty()) {
        throw CheckpointException.of(reader.file(), "metadata key " + i, "empty", "a name");
      }
      if (pairs.put(key, readValue(reader, key)) != null) {
        throw CheckpointException.of(reader.file(), key, "twice", "each key once");
      }
    }
    return pairs;
  }

  private static GgufValue readValue(ByteReader reader, String key) {
    GgufType type = readType(reader, key);
    if (type != GgufType.ARRAY) {
      return readElements(reader, key, type, false, 1);
    }
    GgufType element = readType(reader, key);
    if (element == GgufType.ARRAY) {
      throw CheckpointException.of(reader.file(), key, "array of arrays", "a flat array");
    }
    long most = Math.min(Integer.MAX_VALUE - 8L, reader.remaining() / element.bytes);
    int count = (int) reader.count(most, key + " count");
    return readElements(reader, key, element, true, count);
  }

  private static GgufValue readElements(
      ByteReader reader, String key, GgufType type, boolean array, int count) {
    MemorySegment bytes =
        type == GgufType.STRING
            ? reader.strings(count, key)
            : reader.slice((long) count * type.bytes, key);
    return new GgufValue(type, array, count, bytes);
  }

  private static GgufType readType(ByteReader reader, String key) {
    long number = reader.u32(key + " type");
    GgufType type = GgufType.of(number);
    if (type == null) {
      throw CheckpointException.of(reader.file(), key + " type", number, "0 to 12");
    }
    return type;
  }

  private static Entry readEntry(ByteReader reader) {
    String name = reader.string("tensor name");
    long rank = reader.u32(name + " dimensions");
    if (rank < 1 || rank > MOST_DIMENSIONS) {
      throw CheckpointException.of(
          reader.file(), name + " dimensions", rank, "1 to " + MOST_DIMENSIONS);
    }
    int[] shape = new int[(int) rank];
    for (int i = shape.length - 1; i >= 0; i--) {
      long length = reader.i64(name + " shape");
      if (length < 1 || length > Integer.MAX_VALUE) {
        throw CheckpointException.of(
            reader.file(), name + " shape", Long.toUnsignedString(length), "1 to 2147483647");
      }
      shape[i] = (int) length;
    }
    DType dtype = GgmlTypes.dtype(reader.file(), name, reader.u32(name + " type"));
    return new Entry(name, dtype, shape, reader.i64(name + " offset"));
  }

  private static int alignment(GgufMetadata metadata) {
    int alignment = metadata.integer("general.alignment").orElse(DEFAULT_ALIGNMENT);
    if (alignment < 1 || alignment > LARGEST_ALIGNMENT || Integer.bitCount(alignment) != 1) {
      throw CheckpointException.of(
          metadata.file(),
          "general.alignment",
          alignment,
          "a power of two up to " + LARGEST_ALIGNMENT);
    }
    return alignment;
  }

  private static Map<String, Tensor> place(
      ByteReader reader, MemorySegment bytes, List<Entry> entries, int alignment) {
    long start = (reader.position() + alignment - 1) & -(long) alignment;
    TensorLayout layout =
        new TensorLayout(reader.file(), bytes.asSlice(Math.min(start, bytes.byteSize())));
    for (Entry entry : entries) {
      if (entry.offset % alignment != 0) {
        throw CheckpointException.of(
            reader.file(),
            entry.name + " offset",
            Long.toUnsignedString(entry.offset),
            "a multiple of the alignment " + alignment);
      }
      layout.add(entry.name, entry.dtype, entry.shape, entry.offset);
    }
    return layout.tensors();
  }
}
