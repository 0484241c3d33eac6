package io.tokenlane.node.openai;

import io.tokenlane.engine.token.TokenizerException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A request that is refused; becomes an error in OpenAI's shape. */
final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final HttpStatus status;
  private final @Nullable String param;
  private final @Nullable String code;
  private final int retryAfterSeconds;

  ApiException(HttpStatus status, String message, @Nullable String param, @Nullable String code) {
    this(status, message, param, code, 1);
  }

  private ApiException(
      HttpStatus status,
      String message,
      @Nullable String param,
      @Nullable String code,
      int retryAfterSeconds) {
    super(message, null, false, false);
    this.retryAfterSeconds = retryAfterSeconds;
    this.status = status;
    this.param = param;
    this.code = code;
  }

  /** A field of the body has a value of the wrong type or out of range. */
  static ApiException field(String path, Object value, String expected) {
    String message = path + ": " + shorten(String.valueOf(value)) + " (expected: " + expected + ")";
    return new ApiException(HttpStatus.BAD_REQUEST, message, path, "invalid_value");
  }

  /** The engine refused a value; its messages begin with the field's name and a colon. */
  static ApiException refused(IllegalArgumentException refusal) {
    String message = String.valueOf(refusal.getMessage());
    int colon = message.indexOf(':');
    String param = colon > 0 ? message.substring(0, colon) : null;
    return new ApiException(HttpStatus.BAD_REQUEST, message, param, "invalid_value");
  }

  /** The model's tokenizer does not take a text of the request. */
  static ApiException text(TokenizerException refusal) {
    return new ApiException(
        HttpStatus.BAD_REQUEST,
        "text: the model's tokenizer does not take it; " + refusal.getMessage(),
        null,
        "invalid_value");
  }

  /** The queue has no room; there is likely to be some after so many seconds. */
  static ApiException queueFull(String message, int retryAfterSeconds) {
    return new ApiException(
        HttpStatus.TOO_MANY_REQUESTS, message, null, "queue_full", retryAfterSeconds);
  }

  /** The request waited too long in the queue. */
  static ApiException overloaded(String message) {
    return new ApiException(HttpStatus.SERVICE_UNAVAILABLE, message, null, "queue_deadline");
  }

  /** There is no memory left for what the request needs; there may be soon. */
  static ApiException outOfMemory() {
    return new ApiException(
        HttpStatus.SERVICE_UNAVAILABLE,
        "the node has no memory for this request (expected: a smaller one, or later)",
        null,
        "out_of_memory");
  }

  /** The model's template does not take the conversation, or there is no template. */
  static ApiException messages(String reason) {
    return new ApiException(
        HttpStatus.BAD_REQUEST, "messages: chat template: " + reason, "messages", "invalid_value");
  }

  /** A schema that cannot be enforced. */
  static ApiException schema(String path, String reason) {
    return new ApiException(
        HttpStatus.BAD_REQUEST,
        "Invalid schema: " + path + ": " + reason,
        path,
        "invalid_json_schema");
  }

  /** A field that no part of the API knows. */
  static ApiException unknown(String path) {
    return new ApiException(
        HttpStatus.BAD_REQUEST,
        "Unrecognized request argument supplied: " + path,
        path,
        "unknown_parameter");
  }

  /** The body or the request as a whole is wrong. */
  static ApiException badRequest(String message, @Nullable String code) {
    return new ApiException(HttpStatus.BAD_REQUEST, message, null, code);
  }

  static ApiException unknownModel(String name, String served) {
    return new ApiException(
        HttpStatus.NOT_FOUND,
        "model: " + shorten(name) + " (expected: " + served + ")",
        "model",
        "model_not_found");
  }

  HttpStatus status() {
    return status;
  }

  @Nullable String param() {
    return param;
  }

  @Nullable String code() {
    return code;
  }

  /** The class of error, as OpenAI names it. */
  String type() {
    return switch (status) {
      case TOO_MANY_REQUESTS -> "rate_limit_error";
      case HttpStatus s when s.is5xxServerError() -> "server_error";
      default -> "invalid_request_error";
    };
  }

  /** Seconds after which a new try makes sense; 0 if none does. */
  int retryAfterSeconds() {
    return status == HttpStatus.TOO_MANY_REQUESTS || status == HttpStatus.SERVICE_UNAVAILABLE
        ? retryAfterSeconds
        : 0;
  }

  private static String shorten(String value) {
    return value.length() <= 80 ? value : value.substring(0, 80) + "…";
  }
}
