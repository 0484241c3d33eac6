package io.tokenlane.gateway.compress;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.TokenCounters;
import io.tokenlane.gateway.admission.Bodies;
import io.tokenlane.gateway.catalog.ModelCatalog;
import io.tokenlane.gateway.reload.LiveSettings;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.scheduler.Scheduler;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class CompressConfig {
  @Bean
  TokenCounter tokenCounter(CompressionProperties properties) {
    return TokenCounters.named(properties.encoding());
  }

  @Bean(destroyMethod = "dispose")
  Scheduler compressWorkers(CompressionProperties properties) {
    return Workers.threads(properties.threads(), properties.queue());
  }

  @Bean
  Workers promptWorkers(Scheduler compressWorkers) {
    return new Workers(compressWorkers);
  }

  @Bean
  TenantTemplates tenantTemplates(CompressionProperties properties) {
    return new TenantTemplates(
        properties.templates().stream().map(TemplateProperties::template).toList());
  }

  @Bean
  Policies compressionPolicies(LiveSettings settings) {
    return new Policies(
        settings.follow(
            all -> Policies.Table.of(all.get(CompressionProperties.class)),
            CompressionProperties.class));
  }

  @Bean
  CallCompressor callCompressor(CompressionProperties properties) {
    return new CallCompressor(properties.encoding(), properties.cacheChars());
  }

  @Bean
  GlobalFilter compressFilter(
      Policies policies,
      CallCompressor compressor,
      TenantTemplates templates,
      Workers promptWorkers,
      MeterRegistry meters) {
    return new CompressFilter(
        policies,
        compressor,
        new TemplateCalls(templates),
        new MinedTemplates(templates),
        promptWorkers,
        new CompressionMeters(meters));
  }

  @Bean
  RouterFunction<ServerResponse> templatesApi(
      Bodies bodies,
      TenantTemplates templates,
      TokenCounter counter,
      CompressionPreview preview,
      Workers promptWorkers) {
    return new TemplatesApi(bodies, templates, counter, preview, promptWorkers).routes();
  }

  @Bean
  CompressionPreview compressionPreview(
      CallCompressor compressor, Policies policies, Workers promptWorkers) {
    return new CompressionPreview(compressor, policies, promptWorkers);
  }

  /**
   * The vocabulary takes most of a second to load: not while the first client waits. And 25 MB: not
   * in a gateway whose nodes have never answered.
   */
  @Bean
  ApplicationListener<ApplicationReadyEvent> loadVocabulary(
      TokenCounter counter, ModelCatalog catalog, Scheduler compressWorkers) {
    return ready ->
        catalog.onFirst(
            () -> {
              var _ = compressWorkers.schedule(() -> counter.count("warm-up"));
            });
  }
}
