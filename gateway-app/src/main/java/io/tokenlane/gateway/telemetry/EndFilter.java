package io.tokenlane.gateway.telemetry;

import io.tokenlane.gateway.call.Attention;
import io.tokenlane.gateway.call.BodyWatch;
import io.tokenlane.gateway.call.FieldsRequest;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.error.ErrorAnswers;
import io.tokenlane.gateway.route.ClientAddress;
import io.tokenlane.gateway.route.FilterOrder;
import io.tokenlane.gateway.route.HopFields;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.SignalType;
import reactor.util.context.Context;

/**
 * The outermost filter: starts the trail, turns failures into answers, and at the true end of the
 * exchange, when the last byte is out or the client is gone, closes the lease, counts and logs.
 */
final class EndFilter implements WebFilter, Ordered {
  private final ApplicationContext api;
  private final ErrorAnswers errors;
  private final RequestTimes times;
  private final CallMeters meters;
  private final AccessLog log;
  private final ClientAddress clients;
  private final List<CallWatch> watches;
  private final CallTracer tracer;
  private final Exemplars exemplars;

  EndFilter(
      ApplicationContext api,
      ErrorAnswers errors,
      RequestTimes times,
      CallMeters meters,
      Ends ends) {
    this.api = api;
    this.errors = errors;
    this.times = times;
    this.meters = meters;
    this.log = ends.log();
    this.clients = ends.clients();
    this.watches = List.copyOf(ends.watches());
    this.tracer = ends.tracer();
    this.exemplars = ends.exemplars();
  }

  /** Who hears of ends, and how clients and traces are told apart. */
  record Ends(
      AccessLog log,
      ClientAddress clients,
      List<CallWatch> watches,
      CallTracer tracer,
      Exemplars exemplars) {}

  @Override
  public int getOrder() {
    return FilterOrder.END;
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    // The management port's own context hands its requests to this filter as well.
    return api.equals(exchange.getApplicationContext())
        ? Mono.defer(() -> walk(exchange, chain))
            .onErrorResume(failure -> errors.cut(exchange, failure))
        : chain.filter(exchange);
  }

  private Mono<Void> walk(ServerWebExchange exchange, WebFilterChain chain) {
    String id =
        RequestIds.keepOrMake(exchange.getRequest().getHeaders().getFirst(RequestIds.HEADER));
    Trail trail = Trail.start(exchange, id, System.nanoTime());
    clients.of(exchange.getRequest()).ifPresent(trail::from);
    watches.forEach(watch -> trail.watched(closer(trail.attention(), watch.attention())));
    CallTracer.Traced traced =
        tracer.begin(exchange.getRequest().getHeaders(), exchange.getRequest().getMethod().name());
    if (tracer.sends()) {
      trail.watched(closer(trail.attention(), Attention.DECISIONS));
    }
    ServerHttpRequest request =
        new FieldsRequest(exchange.getRequest(), h -> passed(h, id, traced.passed()));
    Written written = new Written(exchange.getResponse(), trail);
    ServerWebExchange watched = exchange.mutate().request(request).response(written).build();
    // As it was parsed already; the routes' predicates would parse it again.
    watched
        .getAttributes()
        .put(
            ServerWebExchangeUtils.GATEWAY_PREDICATE_PATH_CONTAINER_ATTR,
            request.getPath().pathWithinApplication());
    written.beforeCommit(
        () ->
            Mono.fromRunnable(
                () -> ResponseFields.write(written.getHeaders(), trail, traced.passed())));
    return chain
        .filter(watched)
        .onErrorResume(failure -> errors.write(watched, failure))
        .doFinally(
            signal -> {
              written.release();
              end(watched, traced, written.bytes, written.ended(signal));
            });
  }

  private static void passed(HttpHeaders headers, String id, @Nullable String traceParent) {
    HopFields.removeNamed(headers);
    headers.set(RequestIds.HEADER, id);
    if (traceParent == null) {
      headers.remove("traceparent");
    } else {
      headers.set("traceparent", traceParent);
    }
  }

  private void end(
      ServerWebExchange exchange, CallTracer.Traced traced, long bytes, SignalType signal) {
    Trail trail = Trail.of(exchange);
    HttpStatusCode code = exchange.getResponse().getStatusCode();
    int status = code == null ? 200 : code.value();
    trail.closeLease(status, end(signal));
    Ending ending = Ending.of(exchange, trail, status, bytes, signal);
    times.count(ending);
    exemplars.during(traced.parent(), () -> meters.count(ending));
    tracer.end(traced, ending);
    log.write(ending);
    watches.forEach(watch -> watch.ended(ending));
  }

  private static Attention closer(Attention one, Attention other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  private static Trail.End end(SignalType signal) {
    return switch (signal) {
      case ON_ERROR -> Trail.End.FAILED;
      case CANCEL -> Trail.End.CANCELLED;
      default -> Trail.End.DONE;
    };
  }

  /** The body on its way; one operator, since each stays as long as a stream. */
  private static final class Watched extends FluxOperator<DataBuffer, DataBuffer> {
    private final Written written;

    Watched(Flux<DataBuffer> body, Written written) {
      super(body);
      this.written = written;
    }

    @Override
    public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
      source.subscribe(new Passing(actual, written));
    }
  }

  private static final class Passing implements CoreSubscriber<DataBuffer>, Subscription {
    private final CoreSubscriber<? super DataBuffer> actual;
    private final Written written;
    private Subscription upstream = Operators.emptySubscription();

    Passing(CoreSubscriber<? super DataBuffer> actual, Written written) {
      this.actual = actual;
      this.written = written;
    }

    @Override
    public Context currentContext() {
      return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      written.body = subscription;
      actual.onSubscribe(this);
    }

    @Override
    public void onNext(DataBuffer chunk) {
      written.note(chunk);
      actual.onNext(chunk);
    }

    @Override
    public void onError(Throwable failure) {
      written.body = null;
      actual.onError(failure);
    }

    @Override
    public void onComplete() {
      written.body = null;
      written.whole = true;
      actual.onComplete();
    }

    @Override
    public void request(long n) {
      upstream.request(n);
    }

    @Override
    public void cancel() {
      written.left = !written.whole;
      upstream.cancel();
    }
  }

  /** Notes the first byte, counts all of them, and whether the client was there to the end. */
  private static final class Written extends BodyWatch {
    private final Trail trail;
    private volatile long bytes;
    private volatile boolean left;

    /** Whether all of the body was handed on. */
    private volatile boolean whole;

    /** The length that the fields tell; -1 where they do not. */
    private volatile long announced = -1;

    private volatile @Nullable Subscription body;

    Written(ServerHttpResponse delegate, Trail trail) {
      super(delegate);
      this.trail = trail;
    }

    @Override
    protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
      return new Watched(body, this);
    }

    /**
     * Gives up a body that nobody has read to its end. Where not even the fields could be written,
     * as to a client that has gone, the server fails without a word to the body, which would keep
     * what has come of it.
     */
    void release() {
      Subscription unread = body;
      if (unread != null) {
        body = null;
        left = !whole;
        unread.cancel();
      }
    }

    /**
     * How it really ended: where the connection is gone, Reactor Netty stops reading the body and
     * completes, or fails. A client that leaves once all of the answer was handed to it has it.
     */
    SignalType ended(SignalType signal) {
      if (left) {
        return SignalType.CANCEL;
      }
      return signal == SignalType.CANCEL && whole ? SignalType.ON_COMPLETE : signal;
    }

    private void note(DataBuffer chunk) {
      if (trail.firstByteNanos() == 0) {
        trail.firstByte(System.nanoTime());
        announced = getHeaders().getContentLength();
        HttpStatusCode status = getStatusCode();
        if (status == null || !status.isError()) {
          trail.answering();
        }
      }
      long sofar = bytes + chunk.readableByteCount();
      bytes = sofar;
      whole |= sofar == announced;
    }
  }
}
