package io.tokenlane.node.openai;

import io.tokenlane.engine.EngineBusyException;
import io.tokenlane.engine.Generation;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.PrefillRequest;
import io.tokenlane.node.load.LoadedModel;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Prefixes that are computed ahead, and those of them that are kept. One is named by the hash of
 * its blocks, so registering the same one twice is registering it once.
 */
final class Prefixes {
  private final InstantSource clock;
  private final Scheduler scheduler;
  private final Map<String, Pinned> pinned = new ConcurrentHashMap<>();

  Prefixes(InstantSource clock, Scheduler scheduler) {
    this.clock = clock;
    this.scheduler = scheduler;
  }

  /** Those that are kept. */
  List<Wire.Prefix> kept() {
    return pinned.values().stream().map(Pinned::prefix).toList();
  }

  /** Keeps one no longer; false if none of this name was. */
  boolean drop(String id) {
    Pinned gone = pinned.remove(id);
    if (gone == null) {
      return false;
    }
    gone.generation().cancel();
    return true;
  }

  /** Computes a prefix, unless it is kept already; tells it once it can be found. */
  Mono<Wire.Prefix> register(PrefillRequest request, LoadedModel model) {
    Pinned known = request.pinned() ? pinned.get(id(request, model)) : null;
    return known == null ? compute(request, model) : Mono.just(known.prefix());
  }

  private Mono<Wire.Prefix> compute(PrefillRequest request, LoadedModel model) {
    CompletableFuture<GenerationEvent> ending = new CompletableFuture<>();
    Computation computation = new Computation(start(request, model, ending));
    return Mono.fromFuture(ending)
        .doOnCancel(computation::giveUp)
        .publishOn(scheduler)
        .map(event -> ended(event, request, model, computation));
  }

  private static Generation start(
      PrefillRequest request, LoadedModel model, CompletableFuture<GenerationEvent> ending) {
    try {
      return model.engine().prefill(request, ending::complete);
    } catch (EngineBusyException e) {
      throw AnswerFlow.refused(model.engine(), e);
    } catch (IllegalArgumentException e) {
      throw ApiException.refused(e);
    }
  }

  private Wire.Prefix ended(
      GenerationEvent event, PrefillRequest request, LoadedModel model, Computation computation) {
    return switch (event) {
      case GenerationEvent.Finished finished ->
          keep(prefix(finished.usage(), request, model), computation);
      case GenerationEvent.Failed failed when failed.overloaded() ->
          throw ApiException.overloaded(failed.message());
      case GenerationEvent.Failed failed ->
          throw new ApiException(
              HttpStatus.INTERNAL_SERVER_ERROR, failed.message(), null, "generation_failed");
      case GenerationEvent.Token token ->
          throw new IllegalStateException("prefix: token " + token.token() + " (expected: none)");
    };
  }

  private Wire.Prefix prefix(
      GenerationEvent.Usage usage, PrefillRequest request, LoadedModel model) {
    return new Wire.Prefix(
        id(request, model),
        "prefix",
        clock.instant().getEpochSecond(),
        model.name(),
        usage.promptTokens(),
        usage.cachedTokens(),
        request.pinned());
  }

  private Wire.Prefix keep(Wire.Prefix prefix, Computation computation) {
    if (!prefix.pinned() || !computation.keep()) {
      return prefix;
    }
    Pinned first = pinned.putIfAbsent(prefix.id(), new Pinned(prefix, computation.generation));
    if (first == null) {
      return prefix;
    }
    computation.generation.cancel();
    return first.prefix();
  }

  private static String id(PrefillRequest request, LoadedModel model) {
    return model
        .engine()
        .prefixHash(request.prompt(), request.cacheSalt())
        .map(hash -> "prefix-" + hash)
        .orElse("");
  }

  private record Pinned(Wire.Prefix prefix, Generation generation) {}

  /** What is being computed for a client: kept, or given up with it, whichever comes first. */
  private static final class Computation {
    private final Generation generation;
    private final AtomicBoolean decided = new AtomicBoolean();

    Computation(Generation generation) {
      this.generation = generation;
    }

    boolean keep() {
      return decided.compareAndSet(false, true);
    }

    void giveUp() {
      if (decided.compareAndSet(false, true)) {
        generation.cancel();
      }
    }
  }
}
