package io.tokenlane.gateway.call;

import java.util.stream.Collectors;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * A request's path as routes and nodes understand it: decoded, without path parameters (RFC 3986
 * §3.3). What is decided by the path as it was written can be evaded by writing it another way.
 */
public final class ApiPath {
  private static final String MODELS = "/v1/";
  private static final String MESSAGES = "/v1/messages";

  private ApiPath() {}

  /** Such as {@code /v1/models} for {@code /%76%31;x=1/models}. */
  public static String of(ServerHttpRequest request) {
    PathContainer path = request.getPath().pathWithinApplication();
    String written = path.value();
    if (written.indexOf('%') < 0 && written.indexOf(';') < 0) {
      return written;
    }
    return path.elements().stream()
        .map(element -> element instanceof PathSegment s ? s.valueToMatch() : element.value())
        .collect(Collectors.joining());
  }

  /** Whether a request target that could not be read as a URI is meant for OpenAI's interface. */
  public static boolean isOpenAi(String malformedTarget) {
    return malformedTarget.startsWith(MODELS);
  }

  /** Whether it is one of OpenAI's interface. */
  public static boolean isOpenAi(ServerHttpRequest request) {
    return of(request).startsWith(MODELS);
  }

  /**
   * Whether it is one of Anthropic's interface, which is told of errors in its own shape.
   *
   * @param path a path, or a target that could not be read as a URI
   */
  public static boolean isAnthropic(String path) {
    return path.startsWith(MESSAGES)
        && (path.length() == MESSAGES.length()
            || "/?".indexOf(path.charAt(MESSAGES.length())) >= 0);
  }
}
