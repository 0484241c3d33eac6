package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A KV cache of fewer tokens than the model's context is the context that clients have. */
@TestInstance(Lifecycle.PER_CLASS)
final class SmallCacheTest {
  private final TestNode node =
      TestNode.start(
          NodeApplication.create(),
          "--tokenlane.node.threads=1",
          "--tokenlane.node.kv-cache-bytes=1MB");

  @BeforeAll
  void loaded() {
    node.awaitModel();
  }

  @AfterAll
  void close() {
    node.close();
  }

  private int context() {
    return node.client().get("/v1/models/tokenlane-demo").get("max_model_len").intValue();
  }

  @Test
  void tellsTheContextThatTheCacheHolds() {
    assertThat(context()).isBetween(64, 1023);
    JsonNode tokens = node.client().post("/tokenize", "{\"prompt\": \"The capital\"}");
    assertThat(tokens.get("max_model_len").intValue()).isEqualTo(context());
  }

  @Test
  void whoNamesNoMaximumGetsWhatTheCacheHolds() {
    JsonNode answer =
        node.client()
            .post(
                "/v1/chat/completions",
                "{\"ignore_eos\": true, \"messages\": %s}".formatted(Golden.ask("hi")));
    assertThat(answer.at("/usage/total_tokens").intValue()).isEqualTo(context());
    assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/v1/completions | {\"prompt\": \"%s\"} | prompt",
        "/v1/completions | {\"prompt\": \"x\", \"max_tokens\": 1000} | max_tokens",
        "/v1/embeddings | {\"input\": \"%s\"} | input",
      })
  void whatIsLongerIsRefusedByItsName(String path, String body, String param) {
    String text = "word ".repeat(context());
    HttpResponse<String> refused = node.client().send("POST", path, body.formatted(text));
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    JsonNode error = NodeClient.parse(refused.body()).get("error");
    assertThat(error.get("code").stringValue()).isEqualTo("context_length_exceeded");
    assertThat(error.get("param").stringValue()).isEqualTo(param);
    assertThat(error.get("message").stringValue()).contains("context of " + context());
  }
}
