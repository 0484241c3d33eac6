package io.tokenlane.engine.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Weights that follow from their names, as {@code src/test/tools/reference_models.py} makes them,
 * so that a reference model is no more than names and shapes.
 */
public final class NamedWeights {
  private NamedWeights() {}

  /** The values of a tensor. */
  public static float[] values(String name, int... shape) {
    int count = 1;
    for (int dimension : shape) {
      count *= dimension;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = uniform(fnv(name), i);
    }
    boolean table = name.contains("embed_tokens") || name.contains("lm_head");
    float factor = shape.length == 1 ? 0.25f : 1.7f / (float) Math.sqrt(shape[1]);
    float offset = shape.length == 1 && !name.endsWith("bias") ? 1 : 0;
    for (int i = 0; i < count && !table; i++) {
      values[i] = values[i] * factor + offset;
    }
    return values;
  }

  private static long fnv(String name) {
    long hash = 0xCBF29CE484222325L;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
    }
    return hash;
  }

  /** Splitmix64's value {@code index}, its upper 24 bits as a number of [-1, 1). */
  private static float uniform(long seed, int index) {
    long z = seed + 0x9E3779B97F4A7C15L * (index + 1L);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return (float) ((double) (z >>> 40) / (1 << 23) - 1);
  }

  /** Writes the tensors of these shapes into {@code shards} safetensors files, with their index. */
  static void write(Map<String, int[]> shapes, int shards, Path folder) throws IOException {
    Map<String, String> fileOf = new LinkedHashMap<>();
    for (int shard = 0; shard < shards; shard++) {
      String file =
          shards == 1
              ? "model.safetensors"
              : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
      Map<String, int[]> part = new LinkedHashMap<>();
      for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
        if (Math.floorMod(tensor.getKey().hashCode(), shards) == shard) {
          part.put(tensor.getKey(), tensor.getValue());
          fileOf.put(tensor.getKey(), file);
        }
      }
      Files.write(folder.resolve(file), safetensors(part));
    }
    if (shards > 1) {
      Files.writeString(
          folder.resolve("model.safetensors.index.json"),
          JsonMapper.shared().writeValueAsString(Map.of("weight_map", fileOf)));
    }
  }

  private static byte[] safetensors(Map<String, int[]> shapes) {
    Map<String, Object> header = new LinkedHashMap<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
      int begin = data.size();
      data.writeBytes(littleEndian(values(tensor.getKey(), tensor.getValue())));
      int[] place = {begin, data.size()};
      header.put(
          tensor.getKey(),
          Map.of("dtype", "F32", "shape", tensor.getValue(), "data_offsets", place));
    }
    byte[] json = JsonMapper.shared().writeValueAsBytes(header);
    return ByteBuffer.allocate(8 + json.length + data.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.length)
        .put(json)
        .put(data.toByteArray())
        .array();
  }

  /** As files hold them. */
  public static byte[] littleEndian(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }
}
