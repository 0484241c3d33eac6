package io.tokenlane.gateway.call;

import java.util.function.Consumer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/** A request with other fields; what {@code mutate()} makes reads the path and all else anew. */
public final class FieldsRequest extends ServerHttpRequestDecorator {
  private final HttpHeaders headers;

  /** The request with its fields as {@code change} leaves them. */
  public FieldsRequest(ServerHttpRequest request, Consumer<HttpHeaders> change) {
    super(request);
    headers = FewFields.copy(request.getHeaders());
    change.accept(headers);
  }

  @Override
  public HttpHeaders getHeaders() {
    return headers;
  }
}
