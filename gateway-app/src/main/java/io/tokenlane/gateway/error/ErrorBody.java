package io.tokenlane.gateway.error;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The shapes of an error body. */
public final class ErrorBody {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private ErrorBody() {}

  /** OpenAI's shape: {@code {"error": {"message", "type", "param", "code"}}}. */
  public static byte[] openAi(int status, String code, String message) {
    return openAi(status, new Reason(code, null), message);
  }

  /**
   * Why, for programs.
   *
   * @param code a short reason, as {@code model_not_found}; null where there is none
   * @param param the parameter that is wrong; null where it is none
   */
  public record Reason(@Nullable String code, @Nullable String param) {}

  /** What a stream whose node broke off says of it, in OpenAI's shape. */
  public static String brokenStream() {
    byte[] body =
        openAi(
            502, "stream_broken", "The inference node broke off before the answer was complete.");
    return new String(body, StandardCharsets.UTF_8);
  }

  /** OpenAI's shape, with the parameter that is wrong. */
  public static byte[] openAi(int status, Reason reason, String message) {
    Map<String, @Nullable Object> error = new LinkedHashMap<>();
    error.put("message", message);
    error.put("type", type(status));
    error.put("param", reason.param());
    error.put("code", reason.code());
    return MAPPER.writeValueAsBytes(Map.of("error", error));
  }

  /** Anthropic's shape: {@code {"type": "error", "error": {"type", "message"}}}. */
  public static byte[] anthropic(int status, String message) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("type", anthropicType(status));
    error.put("message", message);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "error");
    body.put("error", error);
    return MAPPER.writeValueAsBytes(body);
  }

  /**
   * Anthropic's class of error (its API reference, "Errors").
   *
   * @param status 400 to 599
   */
  public static String anthropicType(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 503, 529 -> "overloaded_error";
      default -> status < 500 ? "invalid_request_error" : "api_error";
    };
  }

  /** Problem details (RFC 9457). */
  public static byte[] problem(int status, String title, String detail, String requestId) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("type", "about:blank");
    problem.put("title", title);
    problem.put("status", status);
    problem.put("detail", detail);
    problem.put("request_id", requestId);
    return MAPPER.writeValueAsBytes(problem);
  }

  private static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }
}
