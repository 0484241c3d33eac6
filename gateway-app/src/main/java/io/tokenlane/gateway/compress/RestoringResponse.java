package io.tokenlane.gateway.compress;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.CallParser;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes names out in the texts of an answer: in JSON as a whole, in a stream of events line by
 * line as lines become complete, wherever the chunks end. An event that ends with a letter that may
 * be a name waits for the next, which tells. Everything else passes as it came.
 */
final class RestoringResponse extends BodyWatch {
  private final Names names;

  /** For what is JSON in a string. */
  private final Names quoted;

  private final boolean json;

  /**
   * @param json whether the call asks for contents that are JSON
   */
  RestoringResponse(ServerHttpResponse delegate, Names names, boolean json) {
    super(delegate);
    this.json = json;
    this.names = names;
    this.quoted = names.inJson();
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    HttpHeaders fields = getHeaders();
    MediaType type = fields.getContentType();
    if (type == null || fields.getFirst(HttpHeaders.CONTENT_ENCODING) != null) {
      return body;
    }
    if (MediaType.TEXT_EVENT_STREAM.isCompatibleWith(type)) {
      fields.remove(HttpHeaders.CONTENT_LENGTH);
      return events(body);
    }
    if (MediaType.APPLICATION_JSON.isCompatibleWith(type)) {
      fields.remove(HttpHeaders.CONTENT_LENGTH);
      return whole(body);
    }
    return body;
  }

  private Flux<DataBuffer> whole(Flux<DataBuffer> body) {
    return DataBufferUtils.join(body).map(buffer -> wrap(json(bytes(buffer)))).flux();
  }

  private Flux<DataBuffer> events(Flux<DataBuffer> body) {
    RestoredEvents lines = new RestoredEvents(names, quoted, json);
    return body.<DataBuffer>handle(
            (buffer, sink) -> {
              byte[] complete = lines.complete(bytes(buffer));
              if (complete.length > 0) {
                sink.next(wrap(complete));
              }
            })
        .concatWith(Mono.fromSupplier(() -> wrap(lines.rest())).filter(this::isFilled));
  }

  private boolean isFilled(DataBuffer buffer) {
    return buffer.readableByteCount() > 0;
  }

  private DataBuffer wrap(byte[] bytes) {
    return bufferFactory().wrap(bytes);
  }

  private static byte[] bytes(DataBuffer buffer) {
    byte[] bytes = new byte[buffer.readableByteCount()];
    buffer.read(bytes);
    DataBufferUtils.release(buffer);
    return bytes;
  }

  /** The same bytes where they are no JSON object or hold no names. */
  private byte[] json(byte[] bytes) {
    ObjectNode answer = AnswerText.answer(bytes);
    if (answer == null) {
      return bytes;
    }
    boolean changed = false;
    for (AnswerText text : AnswerText.of(answer, json)) {
      NamedText named = new NamedText(text.quoted() ? quoted : names);
      named.see(text.text());
      changed |= text.isRestored(named);
    }
    return changed ? CallParser.write(answer) : bytes;
  }
}
