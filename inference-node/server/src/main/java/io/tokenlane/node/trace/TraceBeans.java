package io.tokenlane.node.trace;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;
import reactor.util.context.ContextView;

/** Puts tracing together; nothing is sent where no collector is named. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(TelemetryProperties.class)
public class TraceBeans {

  /** The trace of the call that is being answered, as the answer's context carries it. */
  public static @Nullable TraceParent current(ContextView context) {
    return NodeTracing.in(context).orElse(null);
  }

  @Bean
  Exporting exporting(TelemetryProperties properties) {
    return new Exporting(
        properties.endpoint() == null ? null : new Spans(properties.endpoint(), properties));
  }

  @Bean
  WebFilter nodeTracing(Exporting exporting) {
    return new NodeTracing(exporting.spans());
  }

  @Bean
  Exemplars exemplars() {
    return new Exemplars();
  }

  /** Where spans go, if anywhere; sends what is left when the node stops. */
  record Exporting(@Nullable Spans spans) implements AutoCloseable {
    @Override
    public void close() {
      if (spans != null) {
        spans.close();
      }
    }
  }
}
