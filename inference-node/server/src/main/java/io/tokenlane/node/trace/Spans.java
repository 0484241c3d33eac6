package io.tokenlane.node.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes spans and sends them by OTLP over HTTP, in batches, from a thread of its own. */
final class Spans implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration BATCH = Duration.ofSeconds(1);

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  Spans(URI endpoint, TelemetryProperties properties) {
    String base = endpoint.toString().replaceAll("/+$", "");
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(base + "/v1/traces")
            .setTimeout(PATIENCE)
            .build();
    this.provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.of(
                                AttributeKey.stringKey("service.name"), properties.serviceName()))))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(properties.sample())))
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).setScheduleDelay(BATCH).build())
            .build();
    this.tracer = provider.get("io.tokenlane");
  }

  Tracer tracer() {
    return tracer;
  }

  /** Where a span is to hang: under the caller's, or on its own. */
  static Context under(@Nullable TraceParent caller) {
    return caller == null
        ? Context.root()
        : Context.root()
            .with(
                Span.wrap(
                    SpanContext.createFromRemoteParent(
                        caller.traceId(),
                        caller.spanId(),
                        caller.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                        TraceState.getDefault())));
  }

  static TraceParent parent(Span span) {
    SpanContext context = span.getSpanContext();
    return new TraceParent(context.getTraceId(), context.getSpanId(), context.isSampled());
  }

  /** Sends what is left. */
  @Override
  public void close() {
    provider.close();
  }
}
