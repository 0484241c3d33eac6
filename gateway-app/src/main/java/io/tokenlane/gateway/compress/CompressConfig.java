package io.tokenlane.gateway.compress;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.TokenCounters;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class CompressConfig {
  @Bean
  TokenCounter tokenCounter(CompressionProperties properties) {
    return TokenCounters.named(properties.encoding());
  }

  @Bean(destroyMethod = "dispose")
  Scheduler compressWorkers(CompressionProperties properties) {
    return Schedulers.newBoundedElastic(
        properties.threads(), properties.queue(), "compress", 60, true);
  }

  @Bean
  GlobalFilter compressFilter(
      CompressionProperties properties,
      TokenCounter counter,
      Scheduler compressWorkers,
      MeterRegistry meters) {
    MessageCompressor compressor =
        new MessageCompressor(
            new PromptCompressor(counter), counter, properties.policy(), properties.roles());
    return new CompressFilter(compressor, compressWorkers, meters);
  }

  /** The vocabulary takes most of a second to load: not while the first client waits. */
  @Bean
  ApplicationListener<ApplicationReadyEvent> loadVocabulary(
      TokenCounter counter, Scheduler compressWorkers) {
    return ready -> {
      var _ = compressWorkers.schedule(() -> counter.count("warm-up"));
    };
  }
}
