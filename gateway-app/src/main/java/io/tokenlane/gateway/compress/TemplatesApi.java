package io.tokenlane.gateway.compress;

import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.template.Placeholders;
import io.tokenlane.compress.template.Syntax;
import io.tokenlane.compress.template.Template;
import io.tokenlane.gateway.admission.Bodies;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.error.ApiException;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code /tokenlane/templates} (list, register, render) and {@code /tokenlane/compress} (what
 * compression would make of a call's body).
 */
final class TemplatesApi {
  private final Bodies bodies;
  private final TenantTemplates templates;
  private final TokenCounter counter;
  private final CompressionPreview preview;
  private final Workers workers;

  TemplatesApi(
      Bodies bodies,
      TenantTemplates templates,
      TokenCounter counter,
      CompressionPreview preview,
      Workers workers) {
    this.bodies = bodies;
    this.templates = templates;
    this.counter = counter;
    this.preview = preview;
    this.workers = workers;
  }

  RouterFunction<ServerResponse> routes() {
    return RouterFunctions.route()
        .GET("/tokenlane/templates", request -> answer(HttpStatus.OK, () -> list(tenant(request))))
        .POST(
            "/tokenlane/templates",
            request -> answer(request, HttpStatus.CREATED, body -> register(tenant(request), body)))
        .POST(
            "/tokenlane/templates/{reference}/render",
            request ->
                answer(
                    request,
                    HttpStatus.OK,
                    body -> render(tenant(request), request.pathVariable("reference"), body)))
        .POST(
            "/tokenlane/compress",
            request ->
                answer(
                    request,
                    HttpStatus.OK,
                    body -> preview.report(request.queryParam("route").orElse(""), body)))
        .build();
  }

  private static String tenant(ServerRequest request) {
    return TenantTemplates.tenant(request.exchange());
  }

  private Mono<ServerResponse> answer(
      ServerRequest request, HttpStatus status, Function<ObjectNode, JsonNode> work) {
    return bodies
        .read(request.exchange().getRequest())
        .flatMap(body -> answer(status, () -> work.apply(parse(body))));
  }

  private Mono<ServerResponse> answer(HttpStatus status, Callable<JsonNode> work) {
    return workers
        .run(() -> CallParser.write(work.call()))
        .onErrorMap(
            IllegalArgumentException.class,
            wrong ->
                new ApiException(
                    HttpStatus.BAD_REQUEST, "invalid_request", String.valueOf(wrong.getMessage())))
        .flatMap(
            bytes ->
                ServerResponse.status(status)
                    .contentType(MediaType.APPLICATION_JSON)
                    .bodyValue(bytes));
  }

  private static ObjectNode parse(byte[] body) {
    try {
      return CallParser.parse(CallKind.CHAT, body).body();
    } catch (CallParser.NotACallException broken) {
      throw new IllegalArgumentException(broken.getMessage(), broken);
    }
  }

  private JsonNode list(String tenant) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    templates.of(tenant).list().forEach(template -> all.add(described(template)));
    return JsonNodeFactory.instance.objectNode().set("templates", all);
  }

  private ObjectNode described(Template template) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("template", template.reference());
    node.put("syntax", template.syntax().name().toLowerCase(Locale.ROOT));
    ArrayNode variables = node.putArray("variables");
    template.variables().forEach(variables::add);
    node.put("static_prefix_tokens", counter.count(template.staticPrefix()));
    node.put("source", template.source());
    node.put("normalised", Placeholders.of(template.source(), template.syntax()).text());
    return node;
  }

  /** Told before it is kept: what cannot be told would be in the way of every list. */
  private JsonNode register(String tenant, ObjectNode body) {
    String source = body.path("source").asString("");
    if (!body.path("source").isString()) {
      throw new IllegalArgumentException("source: missing (expected: the template's text)");
    }
    JsonNode syntax = body.path("syntax");
    Template template =
        Template.of(
            body.path("id").asString(""),
            body.path("version").asString("1"),
            source,
            syntax.isString() ? syntax(syntax.stringValue()) : Syntax.of(source));
    ObjectNode told = described(template);
    Template kept = templates.register(tenant, template);
    return kept == template ? told : described(kept);
  }

  private static Syntax syntax(String name) {
    return switch (name) {
      case "jinja" -> Syntax.JINJA;
      case "mustache" -> Syntax.MUSTACHE;
      case "braces" -> Syntax.BRACES;
      default ->
          throw new IllegalArgumentException(
              "syntax: " + name + " (expected: jinja, mustache or braces)");
    };
  }

  private JsonNode render(String tenant, String reference, ObjectNode body) {
    Template template = templates.of(tenant).get(reference);
    var variables = TemplateCalls.variables(body.path(TemplateCalls.VARIABLES));
    String prompt = template.render(variables);
    String note = template.note(variables).text();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("template", reference);
    node.put("tokens", counter.count(prompt));
    node.put("note_tokens", counter.count(note));
    node.put("static_prefix_tokens", counter.count(template.staticPrefix()));
    node.put("note", note);
    return node.put("text", prompt);
  }
}
