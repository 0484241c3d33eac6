package io.tokenlane.bench.engine;

import io.tokenlane.engine.tensor.DType;
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
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Writes a GGUF file of a Llama with random weights, for timing; its head is its embedding. It has
 * a vocabulary where a whole node is to serve it.
 */
public final class RandomGguf {
  private static final int F32 = 0;
  private static final int F16 = 1;
  private static final int Q8_0 = 8;
  private static final int UINT32 = 4;
  private static final int FLOAT32 = 6;
  private static final int INT32 = 5;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int BLOCK = 32;
  private static final int BLOCK_BYTES = 34;
  private static final int ALIGNMENT = 32;

  private final SplittableRandom random = new SplittableRandom(42);
  private final Map<String, int[]> tensors = new LinkedHashMap<>();
  private final RandomShape shape;
  private final DType type;
  private final Optional<RandomVocabulary> vocabulary;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();

  private RandomGguf(RandomShape shape, DType type, Optional<RandomVocabulary> vocabulary) {
    this.shape = shape;
    this.type = type;
    this.vocabulary = vocabulary;
    int hidden = shape.hidden;
    int kv = shape.kvHeads * shape.headDim;
    tensors.put("token_embd.weight", new int[] {hidden, shape.vocabulary});
    tensors.put("output_norm.weight", new int[] {hidden});
    for (int i = 0; i < shape.layers; i++) {
      String layer = "blk." + i + ".";
      tensors.put(layer + "attn_norm.weight", new int[] {hidden});
      tensors.put(layer + "attn_q.weight", new int[] {hidden, hidden});
      tensors.put(layer + "attn_k.weight", new int[] {hidden, kv});
      tensors.put(layer + "attn_v.weight", new int[] {hidden, kv});
      tensors.put(layer + "attn_output.weight", new int[] {hidden, hidden});
      tensors.put(layer + "ffn_norm.weight", new int[] {hidden});
      tensors.put(layer + "ffn_gate.weight", new int[] {hidden, shape.intermediate});
      tensors.put(layer + "ffn_up.weight", new int[] {hidden, shape.intermediate});
      tensors.put(layer + "ffn_down.weight", new int[] {shape.intermediate, hidden});
    }
  }

  /**
   * Writes a file without a vocabulary, for an engine.
   *
   * @param type of the weights: Q8_0, F16 or F32
   */
  static void write(Path file, RandomShape shape, DType type) throws IOException {
    new RandomGguf(shape, type, Optional.empty()).writeTo(file);
  }

  /**
   * Writes a file that a node can serve, with as many made-up tokens as the shape has.
   *
   * @param bytes whether weights are Q8_0; else F16
   */
  public static void writeServable(Path file, RandomShape shape, boolean bytes) throws IOException {
    new RandomGguf(
            shape,
            bytes ? DType.Q8_0 : DType.F16,
            Optional.of(new RandomVocabulary(shape.vocabulary)))
        .writeTo(file);
  }

  /** Bytes of the weights of such a file, about. */
  public static long weightBytes(RandomShape shape, boolean bytes) {
    return bytes ? shape.parameters() / BLOCK * BLOCK_BYTES : shape.parameters() * Short.BYTES;
  }

  private void writeTo(Path file) throws IOException {
    i32(0x46554747);
    i32(3);
    i64(tensors.size());
    i64(vocabulary.isPresent() ? 18 : 13);
    metadata();
    directory();
    pad(head);
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      write(out, ByteBuffer.wrap(head.toByteArray()));
      for (int[] sizes : tensors.values()) {
        write(out, ByteBuffer.wrap(sizes.length == 1 ? ones(sizes[0]) : new byte[0]));
        for (int row = 0; sizes.length > 1 && row < sizes[1]; row++) {
          write(out, type == DType.Q8_0 ? blocks(sizes[0]) : floats(sizes[0]));
        }
      }
    }
  }

  private void metadata() {
    text("general.architecture", "llama");
    text("tokenizer.ggml.model", vocabulary.isPresent() ? "gpt2" : "none");
    vocabulary.ifPresent(this::tokens);
    number("llama.vocab_size", shape.vocabulary);
    number("llama.context_length", shape.context);
    number("llama.embedding_length", shape.hidden);
    number("llama.feed_forward_length", shape.intermediate);
    number("llama.block_count", shape.layers);
    number("llama.attention.head_count", shape.hidden / shape.headDim);
    number("llama.attention.head_count_kv", shape.kvHeads);
    number("llama.attention.key_length", shape.headDim);
    number("llama.attention.value_length", shape.headDim);
    real("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    real("llama.rope.freq_base", 500_000);
  }

  private void tokens(RandomVocabulary words) {
    text("tokenizer.ggml.pre", "llama-bpe");
    array("tokenizer.ggml.tokens", STRING, words.tokens().size());
    words.tokens().forEach(this::string);
    array("tokenizer.ggml.merges", STRING, words.merges().size());
    words.merges().forEach(this::string);
    array("tokenizer.ggml.token_type", INT32, words.tokens().size());
    for (int id = 0; id < words.tokens().size(); id++) {
      i32(words.type(id));
    }
    number("tokenizer.ggml.eos_token_id", words.tokens().size() - 1);
  }

  private void array(String key, int type, int size) {
    string(key);
    i32(ARRAY);
    i32(type);
    i64(size);
  }

  private void directory() {
    long offset = 0;
    for (Map.Entry<String, int[]> tensor : tensors.entrySet()) {
      int[] sizes = tensor.getValue();
      string(tensor.getKey());
      i32(sizes.length);
      long elements = 1;
      for (int dimension : sizes) {
        i64(dimension);
        elements *= dimension;
      }
      i32(sizes.length == 1 ? F32 : number());
      i64(offset);
      offset += sizes.length == 1 ? elements * Float.BYTES : weightBytes(elements);
    }
  }

  private long weightBytes(long elements) {
    return elements / type.blockSize() * type.blockBytes();
  }

  private int number() {
    return type == DType.Q8_0 ? Q8_0 : type == DType.F16 ? F16 : F32;
  }

  /** A row of numbers that add up as those of {@link #blocks} do. */
  private ByteBuffer floats(int columns) {
    ByteBuffer row = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    double most = Math.sqrt(3.0 / columns);
    for (int i = 0; i < columns; i++) {
      float value = (float) (most * (2 * random.nextDouble() - 1));
      if (type == DType.F32) {
        row.putFloat(value);
      } else {
        row.putShort(Float.floatToFloat16(value));
      }
    }
    return row.flip();
  }

  /** A row whose product with inputs of variance 1 has variance 1, about. */
  private ByteBuffer blocks(int columns) {
    byte[] row = new byte[columns / BLOCK * BLOCK_BYTES];
    random.nextBytes(row);
    short scale = Float.floatToFloat16((float) (1 / (74 * Math.sqrt(columns))));
    for (int at = 0; at < row.length; at += BLOCK_BYTES) {
      row[at] = (byte) scale;
      row[at + 1] = (byte) (scale >>> 8);
      for (int i = at + 2; i < at + BLOCK_BYTES; i++) {
        row[i] = row[i] == Byte.MIN_VALUE ? 0 : row[i];
      }
    }
    return ByteBuffer.wrap(row);
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
