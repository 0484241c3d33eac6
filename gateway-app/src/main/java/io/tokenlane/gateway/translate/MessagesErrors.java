package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.call.BodyWatch;
import java.nio.charset.StandardCharsets;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;

/** Below Anthropic's messages, where nodes have nothing: their refusals in Anthropic's shape. */
final class MessagesErrors extends BodyWatch {
  MessagesErrors(ServerHttpResponse delegate) {
    super(delegate);
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    HttpStatusCode status = getStatusCode();
    if (status == null || !status.isError()) {
      return body;
    }
    return DataBufferUtils.join(body).map(whole -> put(status.value(), whole)).flux();
  }

  private DataBuffer put(int status, DataBuffer body) {
    JsonNode error = Json.parse(body.toString(StandardCharsets.UTF_8)).orElse(Json.nothing());
    if (!Json.tellsError(error)) {
      return body;
    }
    DataBufferUtils.release(body);
    byte[] ours = Json.write(new Messages().error(status, error)).getBytes(StandardCharsets.UTF_8);
    getHeaders().setContentLength(ours.length);
    return bufferFactory().wrap(ours);
  }
}
