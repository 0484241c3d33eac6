package io.tokenlane.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.tensor.DType;
import io.tokenlane.engine.tensor.RopeStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CheckpointTest {

  @ParameterizedTest
  @ValueSource(strings = {"demo/hf", "demo/demo-f16.gguf"})
  void bothFormatsOfOneModelSayTheSame(String name) {
    try (Checkpoint checkpoint = Checkpoint.open(TestModels.of(name))) {
      ModelConfig config = checkpoint.config();
      assertThat(config.architecture()).isEqualTo("llama");
      assertThat(config.vocabularySize()).isEqualTo(1601);
      assertThat(config.contextLength()).isEqualTo(1024);
      assertThat(config.hiddenSize()).isEqualTo(192);
      assertThat(config.intermediateSize()).isEqualTo(512);
      assertThat(config.layers()).isEqualTo(8);
      assertThat(config.heads()).isEqualTo(6);
      assertThat(config.kvHeads()).isEqualTo(2);
      assertThat(config.headDim()).isEqualTo(32);
      assertThat(config.rotaryDim()).isEqualTo(32);
      assertThat(config.normEpsilon()).isEqualTo(1e-5f);
      assertThat(config.ropeTheta()).isEqualTo(10_000f);
      assertThat(checkpoint.endOfSequence()).containsExactly(2);
      assertThat(checkpoint.chatTemplate()).get().asString().startsWith("{% for message");
    }
  }

  @Test
  void ggufOfLlamaTurnsNeighboursAndHuggingFaceTurnsHalves() {
    try (Checkpoint gguf = Checkpoint.open(TestModels.demoQ8());
        Checkpoint folder = Checkpoint.open(TestModels.of("tiny-llama"))) {
      assertThat(gguf.config().ropeStyle()).isEqualTo(RopeStyle.INTERLEAVED);
      assertThat(folder.config().ropeStyle()).isEqualTo(RopeStyle.HALF_SPLIT);
      assertThat(gguf.bytesByType()).containsOnlyKeys(DType.F32, DType.Q8_0);
      assertThat(folder.bytesByType()).containsOnlyKeys(DType.F32);
      assertThat(gguf.name()).isEqualTo("demo-q8_0");
      assertThat(folder.bytes()).isEqualTo(3_710_568);
    }
  }

  @Test
  void ggufMetadataIsTyped() {
    try (Checkpoint gguf = Checkpoint.open(TestModels.demoQ8())) {
      GgufMetadata metadata = ((TokenizerSource.Gguf) gguf.tokenizer()).metadata();
      assertThat(metadata.string("tokenizer.ggml.model")).contains("gpt2");
      assertThat(metadata.strings("tokenizer.ggml.tokens").orElseThrow())
          .hasSize(1601)
          .startsWith("<|endoftext|>", "<|im_start|>", "<|im_end|>");
      assertThat(metadata.integers("tokenizer.ggml.token_type").orElseThrow())
          .hasSize(1601)
          .startsWith(3, 3, 3, 4, 4, 1);
      assertThat(metadata.flag("tokenizer.ggml.add_bos_token")).contains(false);
      assertThat(metadata.string("no.such.key")).isEmpty();
    }
  }

  @Test
  void huggingFaceFolderNamesItsTokenizer() {
    try (Checkpoint folder = Checkpoint.open(TestModels.of("demo/hf"))) {
      var source = (TokenizerSource.HuggingFace) folder.tokenizer();
      assertThat(source.tokenizer()).exists();
      assertThat(source.config()).get().satisfies(path -> assertThat(path).exists());
    }
  }
}
