package io.tokenlane.bench.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Writes a GGUF file of a Llama with random Q8_0 weights, for timing: the shape of Llama 3.2 1B,
 * whose head is its embedding. There is no vocabulary.
 */
final class RandomGguf {
  private static final int F32 = 0;
  private static final int Q8_0 = 8;
  private static final int UINT32 = 4;
  private static final int FLOAT32 = 6;
  private static final int STRING = 8;
  private static final int BLOCK = 32;
  private static final int BLOCK_BYTES = 34;
  private static final int ALIGNMENT = 32;

  private static final int HIDDEN = 2048;
  private static final int INTERMEDIATE = 8192;
  private static final int LAYERS = 16;
  private static final int HEADS = 32;
  private static final int KV_HEADS = 8;
  private static final int HEAD = 64;
  private static final int VOCABULARY = 128_256;
  private static final int CONTEXT = 8192;

  private final SplittableRandom random = new SplittableRandom(42);
  private final Map<String, int[]> tensors = new LinkedHashMap<>();
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();

  private RandomGguf() {
    tensors.put("token_embd.weight", new int[] {HIDDEN, VOCABULARY});
    tensors.put("output_norm.weight", new int[] {HIDDEN});
    for (int i = 0; i < LAYERS; i++) {
      String layer = "blk." + i + ".";
      tensors.put(layer + "attn_norm.weight", new int[] {HIDDEN});
      tensors.put(layer + "attn_q.weight", new int[] {HIDDEN, HEADS * HEAD});
      tensors.put(layer + "attn_k.weight", new int[] {HIDDEN, KV_HEADS * HEAD});
      tensors.put(layer + "attn_v.weight", new int[] {HIDDEN, KV_HEADS * HEAD});
      tensors.put(layer + "attn_output.weight", new int[] {HEADS * HEAD, HIDDEN});
      tensors.put(layer + "ffn_norm.weight", new int[] {HIDDEN});
      tensors.put(layer + "ffn_gate.weight", new int[] {HIDDEN, INTERMEDIATE});
      tensors.put(layer + "ffn_up.weight", new int[] {HIDDEN, INTERMEDIATE});
      tensors.put(layer + "ffn_down.weight", new int[] {INTERMEDIATE, HIDDEN});
    }
  }

  /** Writes the file. */
  static void write(Path file) throws IOException {
    new RandomGguf().writeTo(file);
  }

  private void writeTo(Path file) throws IOException {
    i32(0x46554747);
    i32(3);
    i64(tensors.size());
    i64(13);
    metadata();
    directory();
    pad(head);
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
      write(out, ByteBuffer.wrap(head.toByteArray()));
      for (int[] shape : tensors.values()) {
        write(out, ByteBuffer.wrap(shape.length == 1 ? ones(shape[0]) : new byte[0]));
        for (int row = 0; shape.length > 1 && row < shape[1]; row++) {
          write(out, blocks(shape[0]));
        }
      }
    }
  }

  private void metadata() {
    text("general.architecture", "llama");
    text("tokenizer.ggml.model", "none");
    number("llama.vocab_size", VOCABULARY);
    number("llama.context_length", CONTEXT);
    number("llama.embedding_length", HIDDEN);
    number("llama.feed_forward_length", INTERMEDIATE);
    number("llama.block_count", LAYERS);
    number("llama.attention.head_count", HEADS);
    number("llama.attention.head_count_kv", KV_HEADS);
    number("llama.attention.key_length", HEAD);
    number("llama.attention.value_length", HEAD);
    real("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    real("llama.rope.freq_base", 500_000);
  }

  private void directory() {
    long offset = 0;
    for (Map.Entry<String, int[]> tensor : tensors.entrySet()) {
      int[] shape = tensor.getValue();
      string(tensor.getKey());
      i32(shape.length);
      long elements = 1;
      for (int dimension : shape) {
        i64(dimension);
        elements *= dimension;
      }
      i32(shape.length == 1 ? F32 : Q8_0);
      i64(offset);
      offset += shape.length == 1 ? elements * Float.BYTES : elements / BLOCK * BLOCK_BYTES;
    }
  }

  /** A row whose product with inputs of variance 1 has variance 1, about. */
  private ByteBuffer blocks(int columns) {
    byte[] bytes = new byte[columns / BLOCK * BLOCK_BYTES];
    random.nextBytes(bytes);
    short scale = Float.floatToFloat16((float) (1 / (74 * Math.sqrt(columns))));
    for (int at = 0; at < bytes.length; at += BLOCK_BYTES) {
      bytes[at] = (byte) scale;
      bytes[at + 1] = (byte) (scale >>> 8);
      for (int i = at + 2; i < at + BLOCK_BYTES; i++) {
        bytes[i] = bytes[i] == Byte.MIN_VALUE ? 0 : bytes[i];
      }
    }
    return ByteBuffer.wrap(bytes);
  }

  private static byte[] ones(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      bytes.putFloat(1);
    }
    return bytes.array();
  }

  private static void write(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static void pad(ByteArrayOutputStream out) {
    while (out.size() % ALIGNMENT != 0) {
      out.write(0);
    }
  }

  private void text(String key, String value) {
    string(key);
    i32(STRING);
    string(value);
  }

  private void number(String key, int value) {
    string(key);
    i32(UINT32);
    i32(value);
  }

  private void real(String key, float value) {
    string(key);
    i32(FLOAT32);
    i32(Float.floatToRawIntBits(value));
  }

  private void string(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    i64(bytes.length);
    head.writeBytes(bytes);
  }

  private void i32(int value) {
    head.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private void i64(long value) {
    head.writeBytes(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }
}
