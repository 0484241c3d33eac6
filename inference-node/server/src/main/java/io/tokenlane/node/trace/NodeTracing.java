package io.tokenlane.node.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** A span for each call of the model, from its first byte in to its last byte out. */
final class NodeTracing implements WebFilter {
  private static final String KEY = TraceParent.class.getName();
  private static final int SERVER_ERROR = 500;

  private final @Nullable Spans spans;

  NodeTracing(@Nullable Spans spans) {
    this.spans = spans;
  }

  /** The trace of the call that is being answered. */
  static Optional<TraceParent> in(ContextView context) {
    return context.getOrEmpty(KEY);
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    String path = exchange.getRequest().getPath().value();
    if (!path.startsWith("/v1/")) {
      return chain.filter(exchange);
    }
    TraceParent caller =
        TraceParent.of(exchange.getRequest().getHeaders().getFirst("traceparent")).orElse(null);
    return Mono.defer(() -> traced(exchange, chain, caller));
  }

  private Mono<Void> traced(
      ServerWebExchange exchange, WebFilterChain chain, @Nullable TraceParent caller) {
    if (spans == null) {
      Mono<Void> answered = chain.filter(exchange);
      return caller == null ? answered : answered.contextWrite(c -> c.put(KEY, caller));
    }
    Span span = begin(spans, exchange, caller);
    return chain
        .filter(exchange)
        .contextWrite(context -> context.put(KEY, Spans.parent(span)))
        .doFinally(signal -> end(span, exchange, signal.name()));
  }

  private static Span begin(Spans spans, ServerWebExchange exchange, @Nullable TraceParent caller) {
    String path = exchange.getRequest().getPath().value();
    return spans
        .tracer()
        .spanBuilder(exchange.getRequest().getMethod().name() + " " + path)
        .setParent(Spans.under(caller))
        .setSpanKind(SpanKind.SERVER)
        .setAttribute("url.path", path)
        .setAttribute("gen_ai.provider.name", "tokenlane")
        .setAttribute("gen_ai.operation.name", operation(path))
        .startSpan();
  }

  private static String operation(String path) {
    return switch (path) {
      case "/v1/chat/completions" -> "chat";
      case "/v1/completions" -> "text_completion";
      case "/v1/embeddings" -> "embeddings";
      default -> "other";
    };
  }

  private static void end(Span span, ServerWebExchange exchange, String signal) {
    HttpStatusCode code = exchange.getResponse().getStatusCode();
    int status = code == null ? 200 : code.value();
    span.setAttribute("http.response.status_code", status);
    span.setAttribute("tokenlane.end", signal);
    if (status >= SERVER_ERROR) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}
