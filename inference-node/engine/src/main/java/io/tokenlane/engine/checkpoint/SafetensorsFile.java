package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, data
 * (github.com/huggingface/safetensors, README "Format"). Nothing but the header is copied. As in
 * the format's own reader, tensors fill the data without overlaps, gaps or a rest.
 */
final class SafetensorsFile {
  private static final int MOST_HEADER_BYTES = 100_000_000;
  private static final int MOST_DIMENSIONS = 8;

  /** Bytes of an element of the types that are not read but may lie beside those that are. */
  private static final Map<String, Integer> OTHERS =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("F8_E5M2", 1),
          Map.entry("F8_E4M3", 1),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F64", 8),
          Map.entry("I64", 8),
          Map.entry("U64", 8));

  private final String file;
  private final MemorySegment data;
  private final TensorLayout layout;
  private long claimed;

  private SafetensorsFile(String file, MemorySegment data) {
    this.file = file;
    this.data = data;
    layout = new TensorLayout(file, data);
  }

  /** Reads a file's bytes; throws {@link CheckpointException} unless all of it is in order. */
  static Map<String, Tensor> read(String file, MemorySegment bytes) {
    ByteReader reader = new ByteReader(file, bytes);
    long most = Math.min(MOST_HEADER_BYTES, Math.max(0, bytes.byteSize() - 8));
    long length = reader.count(most, "header length");
    byte[] header = reader.slice(length, "header").toArray(ByteReader.BYTE);
    SafetensorsFile safetensors =
        new SafetensorsFile(file, reader.slice(reader.remaining(), "data"));
    try {
      return safetensors.parse(header);
    } catch (JacksonException e) {
      throw JsonFile.notJson(file, e);
    }
  }

  /** Entry by entry, so that a large header never becomes a large tree. */
  private Map<String, Tensor> parse(byte[] header) {
    try (JsonParser parser = JsonFile.MAPPER.createParser(header)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw CheckpointException.of(file, "header", "other JSON", "a JSON object");
      }
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("__metadata__")) {
          parser.skipChildren();
        } else {
          add(name, parser.readValueAsTree());
        }
      }
      if (parser.nextToken() != null) {
        throw CheckpointException.of(file, "header", "text behind it", "one JSON object");
      }
    }
    Map<String, Tensor> tensors = layout.tensors();
    if (claimed != data.byteSize()) {
      throw CheckpointException.of(
          file, "data", data.byteSize() + " bytes", claimed + " bytes, by the header's tensors");
    }
    return tensors;
  }

  private void add(String name, JsonNode entry) {
    String type = entry.path("dtype").asString("missing");
    int[] shape = shape(name, entry.path("shape"));
    long begin = offset(name, entry.path("data_offsets"), 0);
    long end = offset(name, entry.path("data_offsets"), 1);
    long bytes = bytes(name, type, shape);
    if (end - begin != bytes) {
      throw CheckpointException.of(
          file,
          name + " data_offsets",
          "[" + begin + ", " + end + "]",
          "%d bytes apart, for %s %s".formatted(bytes, type, Arrays.toString(shape)));
    }
    DType dtype = dtype(type);
    if (dtype == null || bytes == 0) {
      layout.claim(name, begin, bytes);
    } else {
      layout.add(name, dtype, shape, begin);
    }
    claimed += bytes;
  }

  private int[] shape(String name, JsonNode shape) {
    if (!shape.isArray() || shape.size() > MOST_DIMENSIONS) {
      throw CheckpointException.of(
          file, name + " shape", shape, "an array of up to " + MOST_DIMENSIONS + " integers");
    }
    int[] dimensions = new int[shape.size()];
    for (int i = 0; i < dimensions.length; i++) {
      JsonNode dimension = shape.get(i);
      if (!dimension.isIntegralNumber()
          || !dimension.canConvertToInt()
          || dimension.intValue() < 0) {
        throw CheckpointException.of(file, name + " shape", shape, "integers from 0 to 2147483647");
      }
      dimensions[i] = dimension.intValue();
    }
    return dimensions;
  }

  private long offset(String name, JsonNode offsets, int index) {
    boolean pair = offsets.isArray() && offsets.size() == 2;
    JsonNode offset = pair ? offsets.get(index) : offsets;
    boolean number = pair && offset.isIntegralNumber() && offset.canConvertToLong();
    if (!number || offset.longValue() < 0 || offset.longValue() > data.byteSize()) {
      throw CheckpointException.of(
          file,
          name + " data_offsets",
          offsets,
          "[begin, end] within the data of %d bytes; is the file truncated?"
              .formatted(data.byteSize()));
    }
    return offset.longValue();
  }

  private long bytes(String name, String type, int[] shape) {
    DType dtype = dtype(type);
    long bytes = dtype != null ? dtype.blockBytes() : OTHERS.getOrDefault(type, 0);
    if (bytes == 0) {
      throw CheckpointException.of(file, name + " dtype", type, "F32, F16 or BF16");
    }
    for (int dimension : shape) {
      if (dimension != 0 && bytes > data.byteSize() / dimension) {
        throw CheckpointException.of(
            file,
            name + " shape",
            Arrays.toString(shape),
            "no more than the data of %d bytes".formatted(data.byteSize()));
      }
      bytes *= dimension;
    }
    return bytes;
  }

  private static @Nullable DType dtype(String type) {
    return switch (type) {
      case "F32" -> DType.F32;
      case "F16" -> DType.F16;
      case "BF16" -> DType.BF16;
      default -> null;
    };
  }
}
