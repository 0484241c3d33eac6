package io.tokenlane.gateway.balance;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ErrorBody;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Never lets a stream of events end in silence: where the node breaks off after the first byte, or
 * stops before {@code [DONE]}, an error event and {@code [DONE]} follow.
 */
final class StreamGuard extends BodyWatch {
  private static final String DONE = "data: [DONE]";

  /** How an error begins; {@code "error": null} is none. */
  private static final Pattern ERROR = Pattern.compile("\\s*\\{\\s*\"error\"\\s*:\\s*[{\"]");

  /** Enough for the last event where it is short, as errors and {@code [DONE]} are. */
  private static final int TAIL_BYTES = 1024;

  /** Room for it grows in steps of so many bytes. */
  private static final int ROOM = 64;

  private final Trail trail;

  StreamGuard(ServerHttpResponse delegate, Trail trail) {
    super(delegate);
    this.trail = trail;
  }

  @Override
  protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
    MediaType type = getHeaders().getContentType();
    if (type == null || !type.isCompatibleWith(MediaType.TEXT_EVENT_STREAM)) {
      return body.doOnError(failure -> trail.broken(NodeFailures.reason(failure)));
    }
    // An announced length would cut off what may have to be said at the end.
    getHeaders().remove(HttpHeaders.CONTENT_LENGTH);
    Tail tail = new Tail();
    return body.doOnNext(tail::add)
        .onErrorResume(failure -> tail.empty() ? Mono.error(failure) : lost(failure, tail))
        .concatWith(Mono.defer(() -> unfinished(tail)));
  }

  private Mono<DataBuffer> lost(Throwable failure, Tail tail) {
    return ending(NodeFailures.reason(failure), tail);
  }

  private Mono<DataBuffer> unfinished(Tail tail) {
    boolean known =
        trail.call().map(InferenceCall::kind).filter(CallKind::endsWithDone).isPresent();
    if (!known || trail.brokenBy().isPresent()) {
      return Mono.empty();
    }
    List<String> events = tail.events();
    if (events.contains("[DONE]")) {
      return Mono.empty();
    }
    return !events.isEmpty() && ERROR.matcher(events.getLast()).lookingAt()
        ? told(tail)
        : ending("stream ended before [DONE]", tail);
  }

  /** The node has said itself what went wrong. */
  private Mono<DataBuffer> told(Tail tail) {
    trail.broken("error event");
    return Mono.just(buffer(tail.border() + DONE + "\n\n"));
  }

  private Mono<DataBuffer> ending(String why, Tail tail) {
    trail.broken(why);
    String error = "data: " + ErrorBody.brokenStream() + "\n\n";
    return Mono.just(buffer(tail.border() + error + DONE + "\n\n"));
  }

  private DataBuffer buffer(String events) {
    return bufferFactory().wrap(events.getBytes(StandardCharsets.UTF_8));
  }

  /** The last bytes of a stream; only of its last event where each comes in one piece. */
  private static final class Tail {
    private byte[] bytes = {};
    private int length;

    void add(DataBuffer chunk) {
      int count = chunk.readableByteCount();
      if (count == 0) {
        return;
      }
      int position = chunk.readPosition();
      boolean another = eventIsWhole() && chunk.getByte(position) > ' ';
      int taken = Math.min(count, TAIL_BYTES);
      int kept = Math.min(another ? 0 : length, TAIL_BYTES - taken);
      byte[] grown = kept + taken <= bytes.length ? bytes : new byte[roomFor(kept + taken)];
      System.arraycopy(bytes, length - kept, grown, 0, kept);
      chunk.readPosition(position + count - taken);
      chunk.read(grown, kept, taken);
      chunk.readPosition(position);
      bytes = grown;
      length = kept + taken;
    }

    private static int roomFor(int count) {
      return Math.min(TAIL_BYTES, (count + ROOM - 1) / ROOM * ROOM);
    }

    /** Whether it ends with a whole event, one that is not {@code [DONE]}: the next tells more. */
    private boolean eventIsWhole() {
      return length > 2
          && bytes[length - 1] == '\n'
          && bytes[length - 2] == '\n'
          && bytes[length - 3] != ']';
    }

    boolean empty() {
      return length == 0;
    }

    /** What ends its last event where that has no end. */
    String border() {
      return empty() || text().endsWith("\n\n") ? "" : "\n\n";
    }

    /**
     * The data of its events (HTML, 9.2.6: a blank behind the colon is optional, and lines end with
     * CR, LF or both). The last one counts also where its end is missing.
     */
    List<String> events() {
      List<String> events = new ArrayList<>();
      for (String event : text().split("\n\n")) {
        String data =
            event
                .lines()
                .filter(line -> line.startsWith("data:"))
                .map(line -> line.substring(line.startsWith(" ", 5) ? 6 : 5))
                .collect(Collectors.joining("\n"));
        if (!data.isEmpty()) {
          events.add(data);
        }
      }
      return events;
    }

    private String text() {
      String text = new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
      return text.replace("\r\n", "\n").replace('\r', '\n');
    }
  }
}
