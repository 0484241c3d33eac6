package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Templates in front of real nodes: the beginning that all prompts share is prefilled once. A
 * template stays registered, so only a gateway that a test has to itself gets one.
 */
final class Templates {
  private static final String STATIC =
      "The capital of France is Paris. The capital of Italy is Rome. The capital of Spain is"
          + " Madrid. Answer the question of the customer in one short sentence, and say where you"
          + " know it from.";

  private final String gateway;

  /**
   * @param gateway {@code http://host:port}
   */
  Templates(String gateway) {
    this.gateway = gateway;
  }

  private JsonNode ask(String question) throws IOException, InterruptedException {
    var body = Http.JSON.createObjectNode();
    body.put("model", "tokenlane-demo").put("temperature", 0).put("max_tokens", 4);
    body.put("template", "capitals@1").putObject("variables").put("question", question);
    HttpResponse<String> answer = Http.post(gateway + "/v1/chat/completions", body.toString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("x-tokenlane-template")).hasValue("capitals@1");
    return Http.JSON.readTree(answer.body());
  }

  void prefillTheirStaticBeginningOnce() throws IOException, InterruptedException {
    var template = Http.JSON.createObjectNode();
    template.put("id", "capitals").put("version", "1").put("source", STATIC + " {{ question }}");
    HttpResponse<String> registered =
        Http.post(gateway + "/tokenlane/templates", template.toString());
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
