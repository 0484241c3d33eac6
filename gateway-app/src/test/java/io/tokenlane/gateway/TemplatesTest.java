package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Templates and the preview of compression through the whole gateway. */
final class TemplatesTest {
  private static final String TEMPLATE =
      "{\"id\":\"clerk\",\"version\":\"2\",\"source\":\"You are a clerk.{% for g in goods %} {{ g"
          + " }};{% endfor %} {{ question }}\"}";

  private final RunningGateway gateway = RunningGateway.fresh();

  private HttpResponse<String> post(String path, String body) {
    return gateway.send(gateway.request(path).POST(BodyPublishers.ofString(body)));
  }

  private static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  private JsonNode sent() {
    return Stream.concat(gateway.one.calls().stream(), gateway.two.calls().stream())
        .map(call -> JsonMapper.shared().readTree(call.body()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void registeredListedRenderedAndUsedByACall() {
    gateway.one.answers(FakeUpstream.ok("{}"));
    gateway.two.answers(FakeUpstream.ok("{}"));

    assertThat(post("/tokenlane/templates", TEMPLATE).statusCode()).isEqualTo(201);
    assertThat(json(gateway.get("/tokenlane/templates")).findValuesAsString("template"))
        .contains("clerk@2");
    assertThat(json(gateway.get("/tokenlane/templates")).findValuesAsString("normalised"))
        .anyMatch(source -> source.contains("[[question]]"));
    String variables = "\"variables\":{\"goods\":[\"tea\",\"{{ x }}\"],\"question\":\"Why?\"}";
    JsonNode rendered = json(post("/tokenlane/templates/clerk@2/render", "{" + variables + "}"));
    assertThat(rendered.get("text").asString()).isEqualTo("You are a clerk. tea; {{ x }}; Why?");
    assertThat(rendered.get("note").asString()).isEqualTo("clerk@2 2,¦tea¦{{ x }}¦Why?");
    HttpResponse<String> answer =
        gateway.chat(
            "{\"model\":\"m\",\"template\":\"clerk@2\",\"template_role\":\"system\","
                + variables
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Go on.\"}]}");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(header(answer, "x-tokenlane-template")).isEqualTo("clerk@2");
    assertThat(sent().toString())
        .isEqualTo(
            "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a clerk."
                + " tea; {{ x }}; Why?\"},{\"role\":\"user\",\"content\":\"Go on.\"}]}");
  }

  @Test
  void whatIsWrongIsTold() {
    HttpResponse<String> unknown = gateway.chat("{\"model\":\"m\",\"template\":\"nothing@1\"}");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(unknown.body()).contains("unknown_template").contains("nothing@1");
    HttpResponse<String> broken =
        post("/tokenlane/templates", "{\"id\":\"x\",\"source\":\"{% if y %}\"}");
    assertThat(broken.statusCode()).isEqualTo(400);
    assertThat(broken.body()).contains("expected: its end");
    post("/tokenlane/templates", TEMPLATE);
    HttpResponse<String> changed = post("/tokenlane/templates", TEMPLATE.replace("You are", "Be"));
    assertThat(changed.statusCode()).isEqualTo(400);
    assertThat(changed.body()).contains("a new version");
    assertThat(post("/tokenlane/compress", "[]").statusCode()).isEqualTo(400);
  }

  @Test
  void templatesThatNestTooDeepAreRefusedAndNotKept() {
    String blocks = "{% if x %}".repeat(3000) + "{% endif %}".repeat(3000);
    String brackets = "{{ " + "(".repeat(3000) + "x" + ")".repeat(3000) + " }}";
    for (String source : List.of(blocks, brackets)) {
      HttpResponse<String> refused =
          post(
              "/tokenlane/templates",
              "{\"id\":\"deep\",\"syntax\":\"jinja\",\"source\":\"" + source + "\"}");
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("within each other");
    }
    assertThat(gateway.get("/tokenlane/templates").body()).doesNotContain("deep@1");
  }

  /** The limit of this gateway is 64 KB. */
  @Test
  void bodiesThatAreTooLargeAreRefused() {
    String large = "{\"x\":\"" + "y".repeat(300_000) + "\"}";
    for (String path : List.of("compress", "templates", "templates/clerk@2/render")) {
      HttpResponse<String> refused = post("/tokenlane/" + path, large);
      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(refused.body()).contains("65536 bytes");
    }
  }

  @Test
  void renderingsThatWouldNotEndAreRefused() {
    String loops = "{% for x in xs %}".repeat(5) + "{{ x }}" + "{% endfor %}".repeat(5);
    post("/tokenlane/templates", "{\"id\":\"loops\",\"source\":\"" + loops + "\"}");
    String variables = "\"variables\":{\"xs\":" + Collections.nCopies(400, 0) + "}";

    HttpResponse<String> rendered =
        post("/tokenlane/templates/loops@1/render", "{" + variables + "}");
    HttpResponse<String> called =
        gateway.chat("{\"model\":\"m\",\"template\":\"loops@1\"," + variables + "}");

    assertThat(rendered.statusCode()).isEqualTo(400);
    assertThat(rendered.body()).contains("too much work");
    assertThat(called.statusCode()).isEqualTo(400);
    assertThat(called.body()).contains("too much work").contains("invalid_variables");
    assertThat(gateway.one.calls()).isEmpty();
    assertThat(gateway.two.calls()).isEmpty();
  }

  @Test
  void thePreviewTellsWhatEachRuleSaves() {
    String text = "the same long line of a log again. ".repeat(30);
    JsonNode report =
        json(
            post(
                "/tokenlane/compress",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}"));
    assertThat(report.get("sent").asInt()).isLessThan(report.get("original").asInt() / 2);
    assertThat(report.at("/saved/dictionary").asInt()).isPositive();
    assertThat(report.at("/messages/0/text").asString()).startsWith("Shorthand: ");
    assertThat(gateway.one.calls()).isEmpty();
    assertThat(gateway.two.calls()).isEmpty();
  }
}
