package io.tokenlane.node.openai;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code functions} and {@code function_call}, which {@code tools} and {@code tool_choice} replaced
 * in OpenAI's API: read as those, with one call at most. Messages that hold a call or the result of
 * one are read as those of tools too.
 */
final class OldFunctions {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String FUNCTIONS = "functions";
  private static final String CALL = "function_call";
  private static final String FUNCTION = "function";
  private static final Set<String> READ = Set.of(FUNCTIONS, CALL);

  private OldFunctions() {}

  /** Whether the answer has to speak of them. */
  static boolean areIn(Fields body) {
    return body.value(FUNCTIONS) != null;
  }

  /** The body with tools instead; itself where there is nothing old in it. */
  static Fields asTools(Fields body) {
    JsonNode messages = body.value("messages");
    boolean spoken = messages != null && messages.valueStream().anyMatch(OldFunctions::isOld);
    if (!spoken && body.value(FUNCTIONS) == null && body.value(CALL) == null) {
      return body;
    }
    ObjectNode changed = JSON.objectNode();
    for (String name : body.names()) {
      JsonNode value = body.value(name);
      if (value != null && !READ.contains(name)) {
        changed.set(name, value);
      }
    }
    if (spoken && messages != null) {
      changed.set("messages", messages(messages));
    }
    tools(body, changed);
    return Fields.of(changed);
  }

  private static void tools(Fields body, ObjectNode changed) {
    JsonNode functions = body.value(FUNCTIONS);
    JsonNode call = body.value(CALL);
    if (functions == null) {
      if (call != null && !call.asString("").equals("none")) {
        throw ApiException.field(CALL, call, "absent where there are no functions");
      }
      return;
    }
    if (body.value("tools") != null || body.value("tool_choice") != null) {
      throw ApiException.field(FUNCTIONS, functions, "absent where there are tools");
    }
    if (!functions.isArray() || functions.isEmpty()) {
      throw ApiException.field(FUNCTIONS, functions, "an array of at least one function");
    }
    ArrayNode tools = changed.putArray("tools");
    for (int i = 0; i < functions.size(); i++) {
      Fields.of(FUNCTIONS + "[" + i + "]", functions.get(i)).requiredText("name");
      tools.addObject().put("type", FUNCTION).set(FUNCTION, functions.get(i));
    }
    changed.put("parallel_tool_calls", false);
    if (call != null) {
      changed.set("tool_choice", choice(call, functions));
    }
  }

  private static JsonNode choice(JsonNode call, JsonNode functions) {
    if (call.isString() && List.of("none", "auto").contains(call.stringValue())) {
      return call;
    }
    if (!call.isObject()) {
      throw ApiException.field(CALL, call, "none, auto, or an object with name");
    }
    String name = Fields.of(CALL, call).requiredText("name");
    List<String> names = functions.valueStream().map(f -> f.path("name").asString("")).toList();
    if (!names.contains(name)) {
      throw ApiException.field(CALL + ".name", name, "one of " + names);
    }
    ObjectNode choice = JSON.objectNode().put("type", FUNCTION);
    choice.putObject(FUNCTION).put("name", name);
    return choice;
  }

  private static boolean isOld(JsonNode message) {
    return message.path("role").asString("").equals(FUNCTION) || message.path(CALL).isObject();
  }

  /** Calls had no ids: each result belongs to the call before it. */
  private static ArrayNode messages(JsonNode messages) {
    ArrayNode changed = JSON.arrayNode();
    int calls = 0;
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.get(i);
      if (!(message instanceof ObjectNode old) || !isOld(old)) {
        changed.add(message);
        continue;
      }
      boolean result = old.path("role").asString("").equals(FUNCTION);
      calls += result ? 0 : 1;
      String path = "messages[" + i + "]";
      changed.add(result ? result(old, id(calls)) : call(path, old, id(calls)));
    }
    return changed;
  }

  /** Nine letters or digits, which every chat template takes. */
  private static String id(int call) {
    return "call%05d".formatted(call);
  }

  private static ObjectNode result(ObjectNode old, String id) {
    return old.deepCopy().put("role", "tool").put("tool_call_id", id);
  }

  private static ObjectNode call(String path, ObjectNode old, String id) {
    ObjectNode changed = old.deepCopy();
    JsonNode call = changed.remove(CALL);
    Fields fields = Fields.of(path + "." + CALL, call);
    fields.requiredText("name");
    fields.requiredText("arguments");
    ObjectNode made = changed.putArray("tool_calls").addObject();
    made.put("id", id).put("type", FUNCTION).set(FUNCTION, call);
    return changed;
  }

  /** The call of an answer; null where it has none. */
  static Wire.@Nullable Function of(@Nullable List<Wire.ToolCall> calls) {
    return calls == null ? null : calls.getFirst().function();
  }
}
