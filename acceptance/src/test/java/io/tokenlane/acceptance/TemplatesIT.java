package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Templates in front of a real node: the beginning that all prompts share is prefilled once. */
class TemplatesIT {
  private static final String STATIC =
      "The capital of France is Paris. The capital of Italy is Rome. The capital of Spain is"
          + " Madrid. Answer the question of the customer in one short sentence, and say where you"
          + " know it from.";

  private static String gateway(String path) throws IOException, InterruptedException {
    return "http://localhost:" + SharedUp.get().port() + path;
  }

  private static JsonNode ask(String question) throws IOException, InterruptedException {
    var body = Http.JSON.createObjectNode();
    body.put("model", "tokenlane-demo").put("temperature", 0).put("max_tokens", 4);
    body.put("template", "capitals@1").putObject("variables").put("question", question);
    HttpResponse<String> answer = Http.post(gateway("/v1/chat/completions"), body.toString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-tokenlane-template")).hasValue("capitals@1");
    return Http.JSON.readTree(answer.body());
  }

  @Test
  void theStaticBeginningIsPrefilledOnce() throws Exception {
    var template = Http.JSON.createObjectNode();
    template.put("id", "capitals").put("version", "1").put("source", STATIC + " {{ question }}");
    HttpResponse<String> registered =
        Http.post(gateway("/tokenlane/templates"), template.toString());
    assertThat(registered.statusCode()).as(registered.body()).isEqualTo(201);

    JsonNode first = ask("What is the capital of Spain?");
    // Two nodes: of three calls, two went to the same.
    List<JsonNode> later =
        List.of(ask("And what is the capital of Italy?"), ask("And the capital of France?"));

    assertThat(cached(first)).isZero();
    assertThat(later)
        .anyMatch(answer -> cached(answer) > answer.at("/usage/prompt_tokens").asInt() / 2);
  }

  private static int cached(JsonNode answer) {
    return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt();
  }
}
