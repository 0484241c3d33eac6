package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.model.RopeScaling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hugging Face folders with something wrong, or old, in them. */
final class HostileFolderTest {
  @TempDir private Path temp;
  private Path folder;

  @BeforeEach
  void copyModel() throws IOException {
    folder = Files.createDirectory(temp.resolve("model"));
    for (String name : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(TestModels.of("tiny-llama").resolve(name), folder.resolve(name));
    }
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"llama\" | \"bert\" | model/config.json: model_type: bert (expected: one of llama,"
            + " mistral, qwen2, qwen3, glm, glm4, phi3, smollm3, gemma, gemma2, gemma3)",
        "\"hidden_size\": 128 | \"hidden_size\": 0 | model/config.json: hidden_size: 0 (expected: 1"
            + " to 16777216)",
        "\"hidden_size\": 128 | \"hidden_size\": \"x\" | model/config.json: hidden_size: \"x\""
            + " (expected: a 32-bit integer)",
        "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 2000000000 | model/config.json:"
            + " num_hidden_layers: 2000000000 (expected: 1 to 4096)",
        "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | model/config.json:"
            + " num_key_value_heads: 3 (expected: a divisor of 4 heads)",
        "\"rope_type\": \"default\" | \"rope_type\": \"ntk\" | model/config.json: rope_parameters:"
            + " rope_type: ntk (expected: default, dynamic, linear, llama3, yarn or longrope)",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | model/config.json: hidden_act: gelu"
            + " (expected: silu or gelu_pytorch_tanh)",
        "\"eos_token_id\": 2 | \"eos_token_id\": [2, 1601] | model/config.json: eos_token_id: 1601"
            + " (expected: 0 to 1600, or a list of those)",
        "\"llama\" | \"mistral\", \"sliding_window\": -1 | model/config.json: sliding_window: -1"
            + " (expected: 1 or more, or none)",
        "\"use_cache\": true | \"layer_types\": [\"full_attention\"] | model/config.json:"
            + " layer_types: 1 (expected: one for each of the layers)",
        "\"use_cache\": true | \"layer_types\": {\"a\": 1, \"b\": 2, \"c\": 3} |"
            + " model/config.json: layer_types: OBJECT (expected: an array of strings)",
        "\"use_cache\": true | \"layer_types\": [1, [], null] | model/config.json: layer_types: 1"
            + " (expected: an array of strings)",
        "\"llama\" | \"smollm3\", \"no_rope_layers\": {\"a\": 1, \"b\": 2, \"c\": 3} |"
            + " model/config.json: no_rope_layers: OBJECT (expected: an array of integers)",
        "\"llama\" | \"smollm3\", \"no_rope_layers\": [1, {}, 0] | model/config.json:"
            + " no_rope_layers: {} (expected: an array of integers)",
        "\"use_cache\": true | \"quantization_config\": {} | model/config.json:"
            + " quantization_config: set (expected: none)",
      })
  void configurationEarnsOneLine(String right, String wrong, String message) throws IOException {
    edit(right, wrong);
    assertRefused(message);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"hidden_size\": 128 | \"hidden_size\": 64 | model/model.safetensors:"
            + " model.embed_tokens.weight shape: [1601, 128] (expected: [1601, 64])",
        "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 4 | model/model.safetensors:"
            + " model.layers.3.input_layernorm.weight: missing (expected: a tensor [128])",
        "\"llama\" | \"qwen2\" | model/model.safetensors: model.layers.0.self_attn.q_proj.bias:"
            + " missing (expected: a tensor [128])",
      })
  void weightsThatDoNotFitTheConfigurationAreNamed(String right, String wrong, String message)
      throws IOException {
    edit(right, wrong);
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Backend backend = Backends.select("scalar", new BackendOptions(1)).backend()) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Models.load(checkpoint.config(), checkpoint.weights(), backend, 1))
          .withMessage(message);
    }
  }

  @Test
  void readsConfigurationsOfBefore() throws IOException {
    edit("\"rope_parameters\": {", "\"rope_theta\": 1234.5, \"rope_scaling\": {");
    edit("\"rope_theta\": 500000.0,", "");
    edit("\"rope_type\": \"default\"", "\"type\": \"linear\", \"factor\": 4");
    edit("\"dtype\"", "\"torch_dtype\"");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.config().ropeTheta()).isEqualTo(1234.5f);
      assertThat(checkpoint.config().ropeScaling()).isEqualTo(new RopeScaling.Linear(4));
    }
  }

  @ParameterizedTest
  @CsvSource({"512, true", "4, false"})
  void windowsAsLongAsTheContextOrNotUsedAreNoLimit(int window, boolean used) throws IOException {
    edit("\"llama\"", "\"mistral\"");
    edit(
        "\"use_cache\": true",
        "\"sliding_window\": %d, \"use_sliding_window\": %b".formatted(window, used));
    try (Checkpoint checkpoint = Checkpoint.open(folder);
        Backend backend = Backends.select("scalar", new BackendOptions(1)).backend()) {
      assertThat(checkpoint.config().architecture()).isEqualTo("mistral");
      Models.load(checkpoint.config(), checkpoint.weights(), backend, 1).close();
    }
  }

  @Test
  void readsShardsAndRefusesThoseOutsideTheFolder() throws IOException {
    Files.move(folder.resolve("model.safetensors"), folder.resolve("shard-1.safetensors"));
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": {\"model.norm.weight\": \"shard-1.safetensors\"}}");
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      assertThat(checkpoint.tensors()).hasSize(30);
    }
    Files.writeString(index, "{\"weight_map\": {\"x\": \"../shard-1.safetensors\"}}");
    assertRefused(
        "model/model.safetensors.index.json: weight_map: x: \"../shard-1.safetensors\" (expected: a"
            + " .safetensors file of this folder)");
    Files.writeString(index, "{\"weight_map\": {\"x\": \"shard-1.safetensors\"}}");
    assertRefused(
        "model/model.safetensors.index.json: weight_map: x: missing (expected: a tensor in"
            + " shard-1.safetensors)");
  }

  @Test
  void saysWhatAModelIs() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    String expected =
        " (expected: a GGUF file, or a folder with config.json and model.safetensors)";
    assertRefused(FileNames.of(folder) + ": model.safetensors: missing" + expected);
    Files.delete(folder.resolve("config.json"));
    assertRefused(FileNames.of(folder) + ": config.json: missing" + expected);
    Path text = Files.writeString(temp.resolve("x.gguf"), "hello, world");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> open(text))
        .withMessage(FileNames.of(text) + ": content: not a GGUF file" + expected);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> open(temp.resolve("none")))
        .withMessage(temp.resolve("none") + ": model: no such file or folder" + expected);
  }

  @Test
  void configurationThatIsNotJsonIsNamed() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), "{\"model_type\": \"llama\", \"model_type\": 1}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> open(folder))
        .withMessageContainingAll("model/config.json: content: not JSON", "model_type");
    Files.writeString(folder.resolve("config.json"), "[]");
    assertRefused("model/config.json: content: ARRAY (expected: a JSON object)");
  }

  private void edit(String right, String wrong) throws IOException {
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(right);
    Files.writeString(config, text.replace(right, wrong));
  }

  private void assertRefused(String message) {
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> open(folder))
        .withMessage(message);
  }

  private static void open(Path path) {
    Checkpoint.open(path).close();
  }
}
