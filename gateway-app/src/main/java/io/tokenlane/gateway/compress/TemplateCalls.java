package io.tokenlane.gateway.compress;

import io.tokenlane.compress.template.Template;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.error.ApiException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Renders calls that name a template: {@code "template": "id@version", "variables": {…}}. A chat's
 * prompt becomes the first message, so that the template's static beginning is the beginning of
 * what nodes see; {@code "template_role"} names its role, by default user. A completion's becomes
 * its prompt.
 */
final class TemplateCalls {
  static final String TEMPLATE = "template";
  static final String VARIABLES = "variables";
  private static final String ROLE = "template_role";

  private final TenantTemplates templates;

  TemplateCalls(TenantTemplates templates) {
    this.templates = templates;
  }

  /** A call whose template was rendered. */
  record Rendered(ObjectNode body, Template template) {}

  /**
   * Null where the call names no template.
   *
   * @throws ApiException 400 where it names one that its tenant does not have, or variables that
   *     are none or take too long to render
   */
  @Nullable Rendered render(String tenant, CallKind kind, ObjectNode body) {
    if (!body.path(TEMPLATE).isString()
        || !(kind == CallKind.CHAT || kind == CallKind.COMPLETION)) {
      return null;
    }
    Template template = template(tenant, body.path(TEMPLATE).stringValue());
    String prompt = prompt(template, variables(body.path(VARIABLES)));
    ObjectNode rendered = body.deepCopy();
    String role = rendered.path(ROLE).asString("user");
    rendered.remove(TEMPLATE);
    rendered.remove(VARIABLES);
    rendered.remove(ROLE);
    if (kind == CallKind.COMPLETION) {
      rendered.put("prompt", prompt);
    } else {
      ArrayNode messages = JsonNodeFactory.instance.arrayNode();
      messages.addObject().put("role", role).put("content", prompt);
      rendered.path("messages").values().forEach(messages::add);
      rendered.set("messages", messages);
    }
    return new Rendered(rendered, template);
  }

  private static String prompt(Template template, Map<String, Object> variables) {
    try {
      return template.render(variables);
    } catch (IllegalArgumentException tooMuch) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST, "invalid_variables", String.valueOf(tooMuch.getMessage()));
    }
  }

  private Template template(String tenant, String reference) {
    return templates
        .of(tenant)
        .find(reference)
        .orElseThrow(
            () ->
                new ApiException(
                    HttpStatus.BAD_REQUEST,
                    "unknown_template",
                    "template: " + reference + " (expected: id@version of a registered one)"));
  }

  /**
   * @throws ApiException 400 where they are no object
   */
  static Map<String, Object> variables(JsonNode node) {
    if (node.isMissingNode()) {
      return Map.of();
    }
    if (!node.isObject()) {
      throw new ApiException(
          HttpStatus.BAD_REQUEST,
          "invalid_variables",
          "variables: " + node.getNodeType() + " (expected: an object)");
    }
    Map<String, Object> variables = new LinkedHashMap<>();
    Map<?, ?> values = JsonMapper.shared().convertValue(node, Map.class);
    values.forEach((name, value) -> variables.put(String.valueOf(name), value));
    return variables;
  }
}
