package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Safetensors files that lie, each with the one line it earns. */
final class HostileSafetensorsTest {
  private static final int DATA_BYTES = 16;

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a': {'dtype': 'F32', 'shape': [4], 'data_offsets': [0, 17]}}"
            + "| evil: a data_offsets: [0,17] (expected: [begin, end] within the data of 16 bytes;"
            + " is the file truncated?)",
        "{'a': {'dtype': 'F32', 'shape': [4], 'data_offsets': [-4, 12]}}"
            + "| evil: a data_offsets: [-4,12] (expected: [begin, end] within the data of 16 bytes;"
            + " is the file truncated?)",
        "{'a': {'dtype': 'F32', 'shape': [4], 'data_offsets': [0, 1e300]}}"
            + "| evil: a data_offsets: [0,1.0E300] (expected: [begin, end] within the data of 16"
            + " bytes; is the file truncated?)",
        "{'a': {'dtype': 'F32', 'shape': [4], 'data_offsets': [16, 0]}}"
            + "| evil: a data_offsets: [16, 0] (expected: 16 bytes apart, for F32 [4])",
        "{'a': {'dtype': 'F32', 'shape': [3], 'data_offsets': [0, 16]}}"
            + "| evil: a data_offsets: [0, 16] (expected: 12 bytes apart, for F32 [3])",
        "{'a': {'dtype': 'F32', 'shape': [65536, 65536, 65536, 65536], 'data_offsets': [0, 16]}}"
            + "| evil: a shape: [65536, 65536, 65536, 65536] (expected: no more than the data of 16"
            + " bytes)",
        "{'a': {'dtype': 'F32', 'shape': [-4], 'data_offsets': [0, 16]}}"
            + "| evil: a shape: [-4] (expected: integers from 0 to 2147483647)",
        "{'a': {'dtype': 'F32', 'shape': [99999999999], 'data_offsets': [0, 16]}}"
            + "| evil: a shape: [99999999999] (expected: integers from 0 to 2147483647)",
        "{'a': {'dtype': 'F32', 'shape': 4, 'data_offsets': [0, 16]}}"
            + "| evil: a shape: 4 (expected: an array of up to 8 integers)",
        "{'a': {'dtype': 'F4', 'shape': [4], 'data_offsets': [0, 16]}}"
            + "| evil: a dtype: F4 (expected: F32, F16 or BF16)",
        "{'a': {'shape': [4], 'data_offsets': [0, 16]}}"
            + "| evil: a dtype: missing (expected: F32, F16 or BF16)",
        "{'a': {'dtype': 'F32', 'shape': [4], 'data_offsets': [0]}}"
            + "| evil: a data_offsets: [0] (expected: [begin, end] within the data of 16 bytes; is"
            + " the file truncated?)",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]},"
            + " 'b': {'dtype': 'F32', 'shape': [3], 'data_offsets': [4, 16]}}"
            + "| evil: b offset: 4 (expected: 8 or more, behind a)",
        "{'a': {'dtype': 'F32', 'shape': [3], 'data_offsets': [0, 12]}}"
            + "| evil: data: 16 bytes (expected: 12 bytes, by the header's tensors)",
        "[1]| evil: header: other JSON (expected: a JSON object)",
      })
  void earnsOneLine(String header, String message) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read(header.replace('\'', '"'), DATA_BYTES))
        .withMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a'",
        "{'a': {'dtype': 'F32'}, 'a': {}}",
        "nonsense",
      })
  void namesTheFileWhenTheHeaderIsNotJson(String header) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read(header.replace('\'', '"'), 0))
        .withMessageStartingWith("evil: ")
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void checksTheHeadersLengthBeforeReadingIt() {
    MemorySegment bytes = MemorySegment.ofArray(header(1L << 40, new byte[0], 4));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> SafetensorsFile.read("evil", bytes))
        .withMessage(
            "evil: header length: 1099511627776 (expected: at most 4, by the file's size)");
  }

  @Test
  void namesAFileThatEndsBeforeItBegins() {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> SafetensorsFile.read("evil", MemorySegment.ofArray(new byte[5])))
        .withMessage(
            "evil: header length: the file ends after 5 bytes (expected: 8 more bytes at 0)");
  }

  @Test
  void passesOverTypesThatNobodyReads() {
    String json =
        """
        {"__metadata__": {"format": "pt"},
         "ids": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]},
         "none": {"dtype": "F32", "shape": [0, 3], "data_offsets": [8, 8]},
         "a": {"dtype": "F16", "shape": [2, 2], "data_offsets": [8, 16]}}
        """;
    assertThat(read(json, DATA_BYTES)).containsOnlyKeys("a");
  }

  private static java.util.Map<String, io.tokenlane.engine.tensor.Tensor> read(
      String json, int dataBytes) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    return SafetensorsFile.read(
        "evil", MemorySegment.ofArray(header(text.length, text, dataBytes)));
  }

  private static byte[] header(long length, byte[] json, int dataBytes) {
    return ByteBuffer.allocate(8 + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(json)
        .array();
  }
}
