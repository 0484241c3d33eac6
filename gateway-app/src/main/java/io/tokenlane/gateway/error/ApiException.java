package io.tokenlane.gateway.error;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A refusal that the client is told about; its message is written for the client. */
public final class ApiException extends RuntimeException {
  private final HttpStatus status;
  private final String code;
  private final Map<String, String> fields = new LinkedHashMap<>();
  private @Nullable String param;

  /**
   * Makes one.
   *
   * @param code a short machine-readable reason, as {@code body_too_large}
   */
  public ApiException(HttpStatus status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  /** Adds a field to the answer, as {@code Retry-After}. */
  public ApiException withField(String name, String value) {
    fields.put(name, value);
    return this;
  }

  /** Names the parameter that is wrong, as the client knows it. */
  public ApiException withParam(String name) {
    param = name;
    return this;
  }

  /** The parameter that is wrong; null where it is none. */
  public @Nullable String param() {
    return param;
  }

  /** Fields that the answer has for it. */
  public Map<String, String> fields() {
    return fields;
  }

  /** The status to answer with. */
  public HttpStatus status() {
    return status;
  }

  /**
   * Whether it is the client's doing, so that it says nothing of what stands behind the gateway.
   */
  public boolean isClients() {
    return status.is4xxClientError();
  }

  /** The machine-readable reason. */
  public String code() {
    return code;
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
