package io.tokenlane.gateway.config;

import io.tokenlane.gateway.balance.BalanceProperties;
import io.tokenlane.gateway.balance.NodeList;
import io.tokenlane.gateway.cache.CacheProperties;
import io.tokenlane.gateway.compress.CompressionProperties;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.prefetch.PrefetchProperties;
import io.tokenlane.gateway.security.SecurityProperties;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Binds {@code tokenlane} and {@code prefetch} to records. A key that no record has, or a value out
 * of its range, stops the start.
 */
@Configuration(proxyBeanMethods = false)
public class ConfigBinding {
  private static final String ROOT = "tokenlane";
  private static final String PREFETCH = "prefetch";

  @Bean
  TokenlaneProperties tokenlaneProperties(Environment environment) {
    return Binder.get(environment)
        .bindOrCreate(ROOT, Bindable.of(TokenlaneProperties.class), strict());
  }

  @Bean
  PrefetchProperties prefetchProperties(Environment environment, TokenlaneProperties ours) {
    PrefetchProperties bare =
        Binder.get(environment)
            .bind(PREFETCH, Bindable.of(PrefetchProperties.class), strict())
            .orElse(null);
    if (bare != null && ours.prefetch() != null) {
      throw new IllegalArgumentException(
          "prefetch: set twice (expected: either prefetch or tokenlane.prefetch)");
    }
    PrefetchProperties set = bare == null ? ours.prefetch() : bare;
    return set == null ? PrefetchProperties.NONE : set;
  }

  /** Unknown keys fail; environment variables that only begin alike do not count. */
  private static BindHandler strict() {
    return new NoUnboundElementsBindHandler(BindHandler.DEFAULT, new UnboundElementsSourceFilter());
  }

  @Bean
  NodeList nodeList(TokenlaneProperties ours) {
    return new NodeList(ours.nodes());
  }

  @Bean
  LimitsProperties limitsProperties(TokenlaneProperties ours) {
    return ours.limits();
  }

  @Bean
  CacheProperties cacheProperties(TokenlaneProperties ours) {
    return ours.cache();
  }

  @Bean
  CompressionProperties compressionProperties(TokenlaneProperties ours) {
    return ours.compression();
  }

  @Bean
  BalanceProperties balanceProperties(TokenlaneProperties ours) {
    return ours.balance();
  }

  @Bean
  SecurityProperties securityProperties(TokenlaneProperties ours) {
    return ours.security();
  }
}
