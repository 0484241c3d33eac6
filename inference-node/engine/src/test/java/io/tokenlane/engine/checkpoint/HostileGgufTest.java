package io.tokenlane.engine.checkpoint;

import static io.tokenlane.engine.checkpoint.GgufBuilder.ARRAY;
import static io.tokenlane.engine.checkpoint.GgufBuilder.STRING;
import static io.tokenlane.engine.checkpoint.GgufBuilder.i32;
import static io.tokenlane.engine.checkpoint.GgufBuilder.i64;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** GGUF files that lie, each with the one line it earns. */
final class HostileGgufTest {

  static Stream<Arguments> structure() {
    return Stream.of(
        arguments(gguf().magic(7), "evil: magic: 0x00000007 (expected: GGUF, 0x46554747)"),
        arguments(gguf().version(1), "evil: version: 1 (expected: 2 or 3, little-endian)"),
        arguments(
            gguf().version(3 << 24),
            "evil: version: big-endian file (expected: 2 or 3, little-endian)"),
        arguments(
            gguf().entryCount(-1),
            "evil: tensor count: 18446744073709551615 (expected: at most 1, by the file's size)"),
        arguments(
            gguf().pairCount(1L << 40),
            "evil: metadata count: 1099511627776 (expected: at most 2, by the file's size)"),
        arguments(gguf().pairCount(2), "evil: metadata key 0: empty (expected: a name)"),
        arguments(gguf().raw("k", 13, new byte[8]), "evil: k type: 13 (expected: 0 to 12)"),
        arguments(
            gguf().raw("k", STRING, i64(1L << 50)),
            "evil: k length: 1125899906842624 (expected: at most 27, by the file's size)"),
        arguments(
            gguf().raw("k", ARRAY, join(i32(0), i64(1L << 33))),
            "evil: k count: 8589934592 (expected: at most 23, by the file's size)"),
        arguments(
            gguf().raw("k", ARRAY, join(i32(STRING), i64(2), i64(0), i64(99))),
            "evil: k length: 99 (expected: at most 39, by the file's size)"),
        arguments(
            gguf().raw("k", ARRAY, join(i32(ARRAY), i64(1))),
            "evil: k: array of arrays (expected: a flat array)"),
        arguments(gguf().number("k", 1).number("k", 2), "evil: k: twice (expected: each key once)"),
        arguments(
            gguf().number("general.alignment", 24),
            "evil: general.alignment: 24 (expected: a power of two up to 1048576)"),
        arguments(
            gguf().text("general.alignment", "32"),
            "evil: general.alignment: STRING (expected: an integer)"));
  }

  static Stream<Arguments> tensors() {
    return Stream.of(
        arguments(gguf().tensor("t", 0, 0), "evil: t dimensions: 0 (expected: 1 to 4)"),
        arguments(
            gguf().tensor("t", 0, 0, 1, 1, 1, 1, 1), "evil: t dimensions: 5 (expected: 1 to 4)"),
        arguments(gguf().tensor("t", 0, 0, 0), "evil: t shape: 0 (expected: 1 to 2147483647)"),
        arguments(
            gguf().tensor("t", 0, 0, -1),
            "evil: t shape: 18446744073709551615 (expected: 1 to 2147483647)"),
        arguments(
            gguf().data(64).tensor("t", 0, 0, 1L << 30, 1L << 30, 1L << 30, 1L << 30),
            "evil: t shape: [1073741824, 1073741824, 1073741824, 1073741824] (expected: no more"
                + " than the data of 64 bytes; is the file truncated?)"),
        arguments(
            gguf().tensor("t", 10, 0, 256),
            "evil: t type: Q2_K (expected: F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K or" + " Q6_K)"),
        arguments(
            gguf().tensor("t", -1, 0, 256),
            "evil: t type: number 4294967295 (expected: F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K or"
                + " Q6_K)"),
        arguments(
            gguf().data(64).tensor("t", 8, 0, 33),
            "evil: t row length: 33 (expected: a multiple of 32 for Q8_0)"),
        arguments(
            gguf().data(64).tensor("t", 0, 5, 4),
            "evil: t offset: 5 (expected: a multiple of the alignment 32)"),
        arguments(
            gguf().data(64).tensor("t", 0, 64, 4),
            "evil: t offset: 64 (expected: 16 bytes inside the data of 64 bytes; is the file"
                + " truncated?)"),
        arguments(
            gguf().data(64).tensor("t", 0, -32, 4),
            "evil: t offset: 18446744073709551584 (expected: 16 bytes inside the data of 64 bytes;"
                + " is the file truncated?)"),
        arguments(
            gguf().data(64).tensor("t", 0, 0, 4).tensor("t", 0, 32, 4),
            "evil: t: twice (expected: each tensor once)"),
        arguments(
            gguf().data(128).tensor("a", 0, 0, 9).tensor("b", 0, 32, 4),
            "evil: b offset: 32 (expected: 36 or more, behind a)"),
        arguments(
            gguf().tensor("a\nb", 99, 0, 4),
            "evil: a?b type: number 99 (expected: F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K or"
                + " Q6_K)"));
  }

  static Stream<Arguments> models() {
    return Stream.of(
        arguments(gguf(), "evil: general.architecture: missing (expected: an architecture's name)"),
        arguments(
            gguf().text("general.architecture", "mamba"),
            "evil: general.architecture: mamba (expected: one of llama, mistral, qwen2, qwen3, glm,"
                + " glm4, phi3, smollm3, gemma, gemma2, gemma3)"),
        arguments(
            llama().number("llama.attention.head_count", 0),
            "evil: llama.attention.head_count: 0 (expected: 1 to 16777216)"),
        arguments(
            llama()
                .number("llama.attention.head_count", 3)
                .number("llama.attention.head_count_kv", 2),
            "evil: llama.attention.head_count_kv: 2 (expected: a divisor of 3 heads)"),
        arguments(
            llama().number("llama.attention.head_count", -1),
            "evil: llama.attention.head_count: 4294967295 (expected: a 32-bit integer)"),
        arguments(
            llama()
                .number("llama.attention.head_count", 2)
                .number("llama.rope.dimension_count", 33),
            "evil: rotary width: 33 (expected: an even number up to 32)"),
        arguments(
            llama()
                .number("llama.attention.head_count", 2)
                .number("llama.attention.sliding_window", -4),
            "evil: llama.attention.sliding_window: 4294967292 (expected: a 32-bit integer)"),
        arguments(
            llama().number("llama.attention.head_count", 2).text("llama.rope.scaling.type", "ntk"),
            "evil: llama.rope.scaling.type: ntk (expected: none, linear, yarn or longrope)"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource({"structure", "tensors", "models"})
  void earnsOneLine(GgufBuilder file, String message) {
    MemorySegment bytes = file.build();
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> GgufCheckpoint.read("evil", bytes))
        .withMessage(message);
  }

  private static GgufBuilder gguf() {
    return new GgufBuilder();
  }

  private static GgufBuilder llama() {
    return gguf()
        .text("general.architecture", "llama")
        .number("llama.embedding_length", 64)
        .number("llama.vocab_size", 9)
        .number("llama.context_length", 9)
        .number("llama.feed_forward_length", 9)
        .number("llama.block_count", 1);
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }
}
