package io.tokenlane.gateway.dialect;

import io.tokenlane.gateway.error.ErrorBody;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Errors as other servers write them, in OpenAI's shape ({@code {"error": {"message", "type",
 * "param", "code"}}}, where {@code code} is a text or null):
 *
 * <ul>
 *   <li>vLLM before 0.10: {@code {"object": "error", "message", "type", "param", "code": 404}};
 *       since then {@code {"error": {…, "code": 404}}}
 *   <li>llama.cpp: {@code {"error": {"code": 400, "message", "type"}}}
 *   <li>Ollama: {@code {"error": {"message", "type", "param", "code": null}}}, its own paths {@code
 *       {"error": "text"}}
 *   <li>FastAPI, in front of many: {@code {"detail": "text"}} or {@code {"detail": [{"loc",
 *       "msg"}]}}
 *   <li>proxies between: text or a page
 * </ul>
 */
final class ErrorDialect {
  private static final int NOT_FOUND = 404;
  private static final int MOST_TEXT = 500;
  private static final byte[] NOTHING = {};

  private ErrorDialect() {}

  /**
   * The same error in OpenAI's shape.
   *
   * @param status 400 to 599
   * @return empty where the body has that shape already
   */
  static Optional<byte[]> openAi(int status, byte[] body) {
    JsonNode tree = tree(body);
    if (tree == null || !tree.isObject()) {
      return Optional.of(
          ErrorBody.openAi(status, new ErrorBody.Reason(null, null), text(status, body)));
    }
    JsonNode error = tree.path("error");
    if (isOpenAis(error)) {
      return Optional.empty();
    }
    JsonNode said = error.isObject() ? error : tree;
    String message = message(tree, said);
    String code = textOf(said.path("code"));
    ErrorBody.Reason reason =
        new ErrorBody.Reason(
            code == null ? codeOf(status, message) : code, textOf(said.path("param")));
    return Optional.of(
        ErrorBody.openAi(status, reason, message == null ? text(status, NOTHING) : message));
  }

  private static boolean isOpenAis(JsonNode error) {
    JsonNode code = error.path("code");
    return error.path("message").isString()
        && error.path("type").isString()
        && error.has("param")
        && error.has("code")
        && (code.isString() || code.isNull());
  }

  private static @Nullable JsonNode tree(byte[] body) {
    try {
      return JsonMapper.shared().readTree(body);
    } catch (JacksonException notJson) {
      return null;
    }
  }

  private static @Nullable String message(JsonNode tree, JsonNode said) {
    JsonNode detail = tree.path("detail");
    for (JsonNode text :
        new JsonNode[] {
          said.path("message"), tree.path("error"), detail, detail.path(0).path("msg")
        }) {
      if (textOf(text) != null) {
        return textOf(text);
      }
    }
    return null;
  }

  private static @Nullable String textOf(JsonNode node) {
    return node.isString() ? node.stringValue() : null;
  }

  /** A page is of no use to a client of an interface; plain words may be. */
  private static String text(int status, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8).strip();
    boolean words = !text.isEmpty() && !text.startsWith("<") && !text.startsWith("{");
    String said = text.length() > MOST_TEXT ? text.substring(0, MOST_TEXT) + "…" : text;
    return words ? said : "The inference node answered with status " + status + ".";
  }

  private static @Nullable String codeOf(int status, @Nullable String message) {
    boolean model = message != null && message.toLowerCase(Locale.ROOT).contains("model");
    return status == NOT_FOUND && model ? "model_not_found" : null;
  }
}
