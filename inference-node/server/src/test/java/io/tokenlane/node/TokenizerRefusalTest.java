package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose tokenizer has an expression that Java's matcher cannot follow for long. */
class TokenizerRefusalTest {

  @Test
  void aTextThatTheTokenizerDoesNotTakeIsRefused(@TempDir Path folder) throws IOException {
    Path model = Path.of(System.getProperty("tokenlane.shared"), "models", "tiny-qwen2");
    assumeTrue(Files.exists(model), "not there: " + model);
    for (String name : List.of("config.json", "generation_config.json", "model.safetensors")) {
      Files.copy(model.resolve(name), folder.resolve(name));
    }
    String tokenizer = Files.readString(model.resolve("tokenizer.json"));
    String recursing = tokenizer.replace("\"(?i:'s|", "\"(?:a|b)+|(?i:'s|");
    assertThat(recursing).isNotEqualTo(tokenizer);
    Files.writeString(folder.resolve("tokenizer.json"), recursing);
    try (TestNode node =
        TestNode.start(
            NodeApplication.create(),
            "--tokenlane.node.model=" + folder,
            "--tokenlane.node.threads=1")) {
      node.awaitModel();
      String body = "{\"prompt\": \"" + "ab".repeat(200_000) + "\"}";
      HttpResponse<String> response = node.client().send("POST", "/tokenize", body);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
      assertThat(response.body()).contains("recurses too deeply");
      assertThat(node.client().send("POST", "/tokenize", "{\"prompt\": \"ab\"}").statusCode())
          .isEqualTo(200);
    }
  }
}
