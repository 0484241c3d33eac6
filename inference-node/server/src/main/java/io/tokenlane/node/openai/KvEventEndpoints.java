package io.tokenlane.node.openai;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.KvEvent;
import io.tokenlane.engine.KvSnapshot;
import io.tokenlane.engine.kv.BlockHash;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * {@code /kv-events}: which prefixes the KV cache holds, as a feed to be polled. Whoever names the
 * last event he knows gets those behind it; whoever does not, fell too far behind, or knew another
 * start of the node, gets everything as a snapshot to go on from.
 */
final class KvEventEndpoints {
  private static final int DEFAULT_LIMIT = 1000;
  private static final int MOST = 16_384;

  /** Tells one start of the node from the next, as both count their events from 1. */
  private final String epoch = UUID.randomUUID().toString();

  private final Models models;
  private final Responses responses;
  private final Scheduler scheduler;

  KvEventEndpoints(Models models, Responses responses, Scheduler scheduler) {
    this.models = models;
    this.responses = responses;
    this.scheduler = scheduler;
  }

  Mono<ServerResponse> read(ServerRequest request) {
    Engine engine = models.loaded().engine();
    int limit = (int) number(request, "limit", 1, MOST).orElse((long) DEFAULT_LIMIT).longValue();
    Optional<List<KvEvent>> events =
        number(request, "after", 0, Long.MAX_VALUE)
            .filter(after -> request.queryParam("epoch").filter(epoch::equals).isPresent())
            .flatMap(after -> engine.kvEvents(after, limit));
    return events
        .map(list -> responses.json(feed(engine, list)))
        .orElseGet(
            () ->
                Mono.fromFuture(engine.kvSnapshot())
                    .publishOn(scheduler)
                    .flatMap(snapshot -> responses.json(snapshot(engine, snapshot))));
  }

  private Wire.KvFeed feed(Engine engine, List<KvEvent> events) {
    return new Wire.KvFeed(
        epoch,
        engine.blockSize(),
        null,
        events.stream().map(KvEventEndpoints::event).toList(),
        null);
  }

  private Wire.KvFeed snapshot(Engine engine, KvSnapshot snapshot) {
    List<String> hashes = snapshot.hashes().stream().map(BlockHash::toString).toList();
    return new Wire.KvFeed(epoch, engine.blockSize(), snapshot.last(), null, hashes);
  }

  private static Wire.KvChange event(KvEvent event) {
    BlockHash parent = event.parent();
    @Nullable String before = parent == null ? null : parent.toString();
    return new Wire.KvChange(
        event.number(), event.stored() ? "stored" : "evicted", event.hash().toString(), before);
  }

  private static Optional<Long> number(ServerRequest request, String name, long least, long most) {
    Optional<String> text = request.queryParam(name);
    try {
      Optional<Long> value = text.map(Long::valueOf);
      if (value.filter(v -> v < least || v > most).isEmpty()) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below like a number out of range.
    }
    throw ApiException.field(name, text.orElse(""), "a whole number, " + least + " to " + most);
  }
}
