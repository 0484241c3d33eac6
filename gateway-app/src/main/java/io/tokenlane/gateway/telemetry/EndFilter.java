package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ErrorAnswers;
import io.tokenlane.gateway.route.ClientAddress;
import io.tokenlane.gateway.route.FilterOrder;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

/**
 * The outermost filter: starts the trail, turns failures into answers, and at the true end of the
 * exchange, when the last byte is out or the client is gone, closes the lease, counts and logs.
 */
final class EndFilter implements WebFilter, Ordered {
  private final ApplicationContext api;
  private final ErrorAnswers errors;
  private final CallMeters meters;
  private final AccessLog log;
  private final ClientAddress clients;

  EndFilter(
      ApplicationContext api,
      ErrorAnswers errors,
      CallMeters meters,
      AccessLog log,
      ClientAddress clients) {
    this.clients = clients;
    this.api = api;
    this.errors = errors;
    this.meters = meters;
    this.log = log;
  }

  @Override
  public int getOrder() {
    return FilterOrder.END;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    // The management port's own context hands its requests to this filter as well.
    return api.equals(exchange.getApplicationContext())
        ? Mono.defer(() -> walk(exchange, chain))
        : chain.filter(exchange);
  }

  private Mono<Void> walk(ServerWebExchange exchange, WebFilterChain chain) {
    String id =
        RequestIds.keepOrMake(exchange.getRequest().getHeaders().getFirst(RequestIds.HEADER));
    Trail trail = Trail.start(exchange, id, System.nanoTime());
    clients.of(exchange.getRequest()).ifPresent(trail::from);
    ServerHttpRequest request =
        exchange.getRequest().mutate().headers(h -> h.set(RequestIds.HEADER, id)).build();
    Written written = new Written(exchange.getResponse(), trail);
    ServerWebExchange watched = exchange.mutate().request(request).response(written).build();
    String traceParent = request.getHeaders().getFirst("traceparent");
    written.beforeCommit(
        () ->
            Mono.fromRunnable(
                () -> ResponseFields.write(written.getHeaders(), trail, traceParent)));
    return chain
        .filter(watched)
        .onErrorResume(failure -> errors.write(watched, failure))
        .doFinally(signal -> end(watched, trail, written.bytes, signal));
  }

  private void end(ServerWebExchange exchange, Trail trail, long bytes, SignalType signal) {
    HttpStatusCode code = exchange.getResponse().getStatusCode();
    int status = code == null ? 200 : code.value();
    trail.closeLease(status, end(signal));
    Ending ending = Ending.of(exchange, trail, status, bytes, signal);
    meters.count(ending);
    log.write(ending);
  }

  private static Trail.End end(SignalType signal) {
    return switch (signal) {
      case ON_ERROR -> Trail.End.FAILED;
      case CANCEL -> Trail.End.CANCELLED;
      default -> Trail.End.DONE;
    };
  }

  /** Notes the first byte and counts all of them. */
  private static final class Written extends BodyWatch {
    private final Trail trail;
    private volatile long bytes;

    Written(ServerHttpResponse delegate, Trail trail) {
      super(delegate);
      this.trail = trail;
    }

    @Override
    protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
      return body.doOnNext(this::note);
    }

    private void note(DataBuffer chunk) {
      if (trail.firstByteNanos() == 0) {
        trail.firstByte(System.nanoTime());
        HttpStatusCode status = getStatusCode();
        if (status == null || !status.isError()) {
          trail.answering();
        }
      }
      long sofar = bytes;
      bytes = sofar + chunk.readableByteCount();
    }
  }
}
