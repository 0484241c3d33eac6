package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.call.BodyWatch;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Puts a chat completion's answer, stream or error into another interface's words. */
final class TranslatedResponse extends BodyWatch {
  /** Of an error that came with a status of success. */
  private static final int BROKEN = 502;

  private final Dialect dialect;
  private final ObjectNode theirs;
  private final Translation translation;

  TranslatedResponse(
      ServerHttpResponse delegate, Dialect dialect, ObjectNode theirs, Translation translation) {
    super(delegate);
    this.dialect = dialect;
    this.theirs = theirs;
    this.translation = translation;
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    MediaType type = getHeaders().getContentType();
    getHeaders().remove("Content-Length");
    if (type != null && MediaType.TEXT_EVENT_STREAM.isCompatibleWith(type)) {
      return events(body);
    }
    return DataBufferUtils.join(body).map(this::whole).flux();
  }

  private DataBuffer whole(DataBuffer body) {
    String text = body.toString(StandardCharsets.UTF_8);
    Optional<JsonNode> chat = Json.parse(text).filter(JsonNode::isObject);
    if (chat.isEmpty()) {
      return body;
    }
    DataBufferUtils.release(body);
    JsonNode ours = put(chat.get());
    byte[] bytes = Json.write(ours).getBytes(StandardCharsets.UTF_8);
    getHeaders().setContentLength(bytes.length);
    return bufferFactory().wrap(bytes);
  }

  private JsonNode put(JsonNode chat) {
    HttpStatusCode status = getStatusCode();
    if (status != null && status.isError()) {
      return dialect.error(status.value(), translation.named(chat));
    }
    return Json.tellsError(chat) ? dialect.error(BROKEN, chat) : dialect.answer(theirs, chat);
  }

  private Flux<DataBuffer> events(Flux<DataBuffer> body) {
    return Flux.defer(
        () -> {
          ChatEvents reader = new ChatEvents();
          EventWriter writer = dialect.events(theirs);
          return body.concatMap(
              chunk -> {
                reader.read(bytes(chunk)).forEach(writer::take);
                String events = writer.drain();
                return events.isEmpty()
                    ? Mono.empty()
                    : Mono.just(bufferFactory().wrap(events.getBytes(StandardCharsets.UTF_8)));
              },
              0);
        });
  }

  private static byte[] bytes(DataBuffer chunk) {
    byte[] bytes = new byte[chunk.readableByteCount()];
    chunk.read(bytes);
    DataBufferUtils.release(chunk);
    return bytes;
  }
}
