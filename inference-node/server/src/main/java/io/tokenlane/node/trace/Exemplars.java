package io.tokenlane.node.trace;

import io.prometheus.metrics.tracer.common.SpanContext;
import org.jspecify.annotations.Nullable;

/** Tells the meters which trace a measurement belongs to, so that it can be shown as an example. */
public final class Exemplars implements SpanContext {
  private static final ThreadLocal<@Nullable TraceParent> CURRENT = new ThreadLocal<>();

  /** Measures on behalf of a trace; of none where it is null. */
  public void during(@Nullable TraceParent trace, Runnable measuring) {
    CURRENT.set(trace);
    try {
      measuring.run();
    } finally {
      CURRENT.remove();
    }
  }

  @Override
  public @Nullable String getCurrentTraceId() {
    TraceParent trace = CURRENT.get();
    return trace == null ? null : trace.traceId();
  }

  @Override
  public @Nullable String getCurrentSpanId() {
    TraceParent trace = CURRENT.get();
    return trace == null ? null : trace.spanId();
  }

  @Override
  public boolean isCurrentSpanSampled() {
    TraceParent trace = CURRENT.get();
    return trace != null && trace.sampled();
  }

  /** What is sampled is sent whether or not a meter shows it. */
  @Override
  public void markCurrentSpanAsExemplar() {}
}
