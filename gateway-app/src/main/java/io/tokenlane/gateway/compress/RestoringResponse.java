package io.tokenlane.gateway.compress;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.CallParser;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes names out in the texts of an answer: in JSON as a whole, in a stream of events line by
 * line as lines become complete, wherever the chunks end. Everything else passes as it came.
 */
final class RestoringResponse extends BodyWatch {
  private static final String DATA = "data:";

  private final Names names;

  /** For arguments of tools, which are JSON in a string. */
  private final Names quoted;

  RestoringResponse(ServerHttpResponse delegate, Names names) {
    super(delegate);
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
    Lines lines = new Lines();
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
    try {
      return JsonMapper.shared().readTree(bytes) instanceof ObjectNode answer && restored(answer)
          ? CallParser.write(answer)
          : bytes;
    } catch (JacksonException notJson) {
      return bytes;
    }
  }

  private boolean restored(ObjectNode answer) {
    boolean changed = false;
    for (JsonNode choice : answer.path("choices").values()) {
      changed |= restored(choice, "text");
      changed |= restoredMessage(choice.path("message"));
      changed |= restoredMessage(choice.path("delta"));
    }
    return changed;
  }

  private boolean restoredMessage(JsonNode message) {
    boolean changed = restored(message, "content");
    changed |= restored(message, "reasoning_content");
    for (JsonNode call : message.path("tool_calls").values()) {
      changed |= restored(call.path("function"), "arguments", quoted);
    }
    return changed;
  }

  private boolean restored(JsonNode holder, String member) {
    return restored(holder, member, names);
  }

  private static boolean restored(JsonNode holder, String member, Names names) {
    JsonNode text = holder.path(member);
    if (!(holder instanceof ObjectNode object)
        || !text.isString()
        || !names.areIn(text.stringValue())) {
      return false;
    }
    object.put(member, names.writtenOut(text.stringValue()));
    return true;
  }

  private String line(String line) {
    if (!line.startsWith(DATA)) {
      return line;
    }
    String data = line.substring(DATA.length()).strip();
    byte[] came = data.getBytes(StandardCharsets.UTF_8);
    byte[] goes = json(came);
    return Arrays.equals(goes, came) ? line : DATA + " " + new String(goes, StandardCharsets.UTF_8);
  }

  /** The bytes since the last line end. */
  private final class Lines {
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();

    byte[] complete(byte[] chunk) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (byte b : chunk) {
        if (b == '\n') {
          out.writeBytes(restoredLine());
          out.write(b);
        } else {
          open.write(b);
        }
      }
      return out.toByteArray();
    }

    byte[] rest() {
      return restoredLine();
    }

    private byte[] restoredLine() {
      String line = open.toString(StandardCharsets.UTF_8);
      open.reset();
      return line(line).getBytes(StandardCharsets.UTF_8);
    }
  }
}
