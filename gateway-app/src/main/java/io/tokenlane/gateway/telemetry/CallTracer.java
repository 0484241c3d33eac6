package io.tokenlane.gateway.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.tokenlane.gateway.call.Decision;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Trail;
import io.tokenlane.gateway.call.Usage;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The trace of each request: continues the client's, or begins one; the node continues the
 * gateway's. Names and attributes follow OpenTelemetry's conventions for HTTP and generative AI.
 * Decisions are events of the span. Without a collector, the client's trace only passes through.
 */
final class CallTracer implements AutoCloseable {
  private static final String HEADER = "traceparent";
  private static final int CLIENT_ERROR = 400;
  private static final int SERVER_ERROR = 500;

  private final @Nullable Spans spans;
  private final InstantSource clock;

  CallTracer(@Nullable Spans spans, InstantSource clock) {
    this.spans = spans;
    this.clock = clock;
  }

  /**
   * One request's trace.
   *
   * @param passed what nodes and the client are told; null: nothing
   * @param parent the same, where it is understood
   * @param span null where no collector wants it
   */
  record Traced(
      @Nullable String passed, @Nullable TraceParent parent, @Nullable Span span, Instant start) {}

  /** Whether decisions are to be kept for a span. */
  boolean sends() {
    return spans != null;
  }

  Traced begin(HttpHeaders request, String method) {
    return begin(request.getFirst(HEADER), method);
  }

  /** The same by the field's value. */
  Traced begin(@Nullable String field, String method) {
    Instant now = clock.instant();
    TraceParent caller = TraceParent.of(field).orElse(null);
    if (spans == null) {
      return new Traced(caller == null ? null : field, caller, null, now);
    }
    Span span =
        spans
            .tracer()
            .spanBuilder(method)
            .setParent(Spans.under(caller))
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(now)
            .startSpan();
    TraceParent own = Spans.parent(span);
    return new Traced(own.render(), own, span, now);
  }

  void end(Traced traced, Ending ending) {
    Span span = traced.span();
    if (span == null || spans == null) {
      return;
    }
    Trail trail = ending.trail();
    span.updateName(
        trail
            .call()
            .map(call -> call.kind().operation() + " " + ModelNames.cut(call.model()))
            .orElse(ending.method()));
    span.setAllAttributes(attributes(ending));
    if (ending.status() >= SERVER_ERROR) {
      span.setStatus(StatusCode.ERROR);
    }
    for (Decision decision : trail.decisions()) {
      span.addEvent(
          decision.stage() + ": " + decision.verdict(),
          Attributes.of(AttributeKey.stringKey("why"), decision.why()),
          at(traced, trail, decision.atNanos()));
    }
    node(traced, ending);
    span.end(at(traced, trail, ending.endNanos()));
  }

  /** Of a request that passed beside the filters. */
  void end(Traced traced, PassedRequests.Passed passed) {
    Span span = traced.span();
    if (span == null) {
      return;
    }
    int query = passed.uri().indexOf('?');
    span.setAttribute("http.request.method", passed.method());
    span.setAttribute("url.path", query < 0 ? passed.uri() : passed.uri().substring(0, query));
    span.setAttribute("http.response.status_code", (long) passed.status());
    span.setAttribute("tokenlane.request.id", passed.id());
    span.setAttribute("tokenlane.cache", passed.cache());
    if (passed.status() >= CLIENT_ERROR || !passed.outcome().equals("done")) {
      boolean told = passed.status() >= CLIENT_ERROR;
      span.setAttribute("error.type", told ? Integer.toString(passed.status()) : passed.outcome());
    }
    if (passed.status() >= SERVER_ERROR) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end(traced.start().plusNanos(passed.totalNanos()));
  }

  private static Instant at(Traced traced, Trail trail, long nanos) {
    return traced.start().plusNanos(nanos - trail.startNanos());
  }

  private static Attributes attributes(Ending ending) {
    AttributesBuilder all = Attributes.builder();
    all.put("http.request.method", ending.method());
    all.put("url.path", ending.path());
    all.put("http.response.status_code", (long) ending.status());
    all.put("tokenlane.request.id", ending.trail().requestId());
    all.put("tokenlane.cache", ending.cache());
    if (ending.status() >= CLIENT_ERROR || !ending.outcome().equals("done")) {
      all.put(
          "error.type",
          ending.status() >= CLIENT_ERROR ? Integer.toString(ending.status()) : ending.outcome());
    }
    ending.trail().call().ifPresent(call -> genAi(all, ending, call));
    return all.build();
  }

  private static void genAi(AttributesBuilder all, Ending ending, InferenceCall call) {
    all.put("gen_ai.operation.name", call.kind().operation());
    all.put("gen_ai.provider.name", "tokenlane");
    all.put("gen_ai.request.model", ModelNames.cut(call.model()));
    call.temperature().ifPresent(t -> all.put("gen_ai.request.temperature", t.doubleValue()));
    ending.trail().usage().ifPresent(usage -> usage(all, usage));
    ending
        .trail()
        .promptTokens()
        .ifPresent(tokens -> all.put("tokenlane.prompt.saved", tokens.original() - tokens.sent()));
  }

  private static void usage(AttributesBuilder all, Usage usage) {
    all.put("gen_ai.usage.input_tokens", usage.input());
    all.put("gen_ai.usage.output_tokens", usage.output());
    all.put("gen_ai.usage.cache_read.input_tokens", usage.cached());
  }

  /** The time on the node, as the gateway saw it. */
  private void node(Traced traced, Ending ending) {
    Trail trail = ending.trail();
    Span span = traced.span();
    if (trail.leasedNanos() == 0 || span == null || spans == null) {
      return;
    }
    Span node =
        spans
            .tracer()
            .spanBuilder("node " + ending.node())
            .setParent(Context.root().with(span))
            .setSpanKind(SpanKind.CLIENT)
            .setStartTimestamp(at(traced, trail, trail.leasedNanos()))
            .startSpan();
    node.setAttribute("tokenlane.node", ending.node());
    node.setAttribute("tokenlane.attempts", trail.attempts());
    if (trail.firstByteNanos() != 0) {
      node.addEvent("first byte", at(traced, trail, trail.firstByteNanos()));
    }
    node.end(at(traced, trail, ending.endNanos()));
  }

  @Override
  public void close() {
    if (spans != null) {
      spans.close();
    }
  }
}
