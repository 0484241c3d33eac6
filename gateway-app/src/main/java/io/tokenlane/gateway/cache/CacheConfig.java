package io.tokenlane.gateway.cache;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tokenlane.gateway.call.QuickProof;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.reload.LiveFilter;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Sections;
import io.tokenlane.gateway.route.RouteList;
import io.tokenlane.gateway.telemetry.CallWatch;
import io.tokenlane.gateway.telemetry.PassedRequests;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.headers.HttpHeadersFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class CacheConfig {
  /** Route predicates that two requests for the same host and target cannot differ in. */
  private static final Set<String> DECIDED_BY_TARGET = Set.of("Path", "Host", "Method", "Query");

  @Bean
  AnswerCache answerCache(CacheProperties properties) {
    return new AnswerCache(
        properties.maxSize().toBytes(), properties.maxAnswer().toBytes(), System::nanoTime);
  }

  @Bean
  FastHits fastHits(LiveSettings settings, HitLedger ledger) {
    Supplier<Boolean> allowed =
        settings.follow(
            CacheConfig::fast, CacheProperties.class, LimitsProperties.class, RouteList.class);
    return new FastHits(allowed::get, ledger);
  }

  private static boolean fast(Sections all) {
    boolean everyRequestCounts = !all.get(LimitsProperties.class).rules().isEmpty();
    boolean byTargetAlone =
        all.get(RouteList.class).routes().stream()
            .flatMap(route -> route.getPredicates().stream())
            .allMatch(predicate -> DECIDED_BY_TARGET.contains(predicate.getName()));
    return all.get(CacheProperties.class).enabled() && !everyRequestCounts && byTargetAlone;
  }

  /** What other settings, or another route, stored is not served any more. */
  @Bean
  SmartInitializingSingleton storedFollows(
      LiveSettings settings, StoredAnswers stored, FastHits fast) {
    AtomicReference<RouteList> routes = new AtomicReference<>(settings.now(RouteList.class));
    AtomicReference<String> rules =
        new AtomicReference<>(settings.now(CacheProperties.class).fingerprint());
    return () -> {
      settings.onChange(
          RouteList.class,
          next -> {
            fast.clear();
            routes
                .getAndSet(next)
                .changedIn(next)
                .forEach(id -> stored.purge(StoredAnswers.By.ROUTE, id));
          });
      settings.onChange(
          CacheProperties.class,
          next -> {
            fast.clear();
            if (!next.fingerprint().equals(rules.getAndSet(next.fingerprint()))) {
              stored.purgeAll();
            }
          });
    };
  }

  @Bean
  HitLedger hitLedger(QuickProof keys, HitListener hits, PassedRequests told) {
    return new HitLedger(keys, hits, told);
  }

  @Bean
  RouteCaches routeCaches(AnswerCache cache, CacheProperties properties) {
    return new RouteCaches(cache, properties, System::nanoTime);
  }

  @Bean
  StoredAnswers storedAnswers(RouteCaches caches, CacheProperties properties) {
    return new StoredAnswers(caches, properties.maxSize().toBytes());
  }

  @Bean
  Shelves shelves(
      CacheProperties properties,
      RouteCaches caches,
      ScheduledExecutorService clockwork,
      HitListener listener) {
    caches.all().forEach(cache -> cache.observe(new Forgetting(listener)));
    return new Shelves(properties, caches, clockwork);
  }

  @Bean
  CacheEndpoint cacheEndpoint(StoredAnswers stored, Shelves shelves) {
    return new CacheEndpoint(stored, shelves);
  }

  @Bean
  NettyServerCustomizer fastHitHandler(FastHits fast) {
    return FastHitHandler.customizer(fast);
  }

  @Bean
  GlobalFilter cacheFilter(
      RouteCaches caches, LiveSettings settings, PrefetchPass pass, Visit.Hits hits) {
    return new LiveFilter<>(
        settings.follow(
            all ->
                new CacheFilter(new CacheRules(all.get(CacheProperties.class), caches, pass), hits),
            CacheProperties.class));
  }

  @Bean
  Visit.Hits hits(
      HitListener listener,
      FastHits fast,
      Shelves shelves,
      Optional<TurnListener> turns,
      ObjectProvider<CallWatch> watches) {
    return new Visit.Hits(
        listener,
        fast,
        shelves,
        turns.orElse(TurnListener.NONE),
        fetch -> watches.orderedStream().forEach(watch -> watch.renewed(fetch)));
  }

  @Bean
  HttpHeadersFilter connectionFields() {
    return new ConnectionFields();
  }

  @Bean
  HttpClientCustomizer interims() {
    return new Interims();
  }

  @Bean
  MeterBinder cacheMeters(StoredAnswers stored, Shelves shelves) {
    return registry -> {
      Gauge.builder("tokenlane.cache.size", stored, StoredAnswers::weightBytes)
          .baseUnit("bytes")
          .description("What the stored answers weigh")
          .register(registry);
      Gauge.builder("tokenlane.cache.answers", stored, StoredAnswers::size)
          .description("Stored answers")
          .register(registry);
      Gauge.builder("tokenlane.cache.disk", shelves, Shelves::diskBytes)
          .baseUnit("bytes")
          .description("Stored answers on disk")
          .register(registry);
      FunctionCounter.builder("tokenlane.cache.semantic.hits", shelves, Shelves::similarHits)
          .description("Answers given to another question that means the same")
          .register(registry);
      FunctionCounter.builder("tokenlane.cache.redis.hits", shelves, Shelves::sharedHits)
          .description("Answers found in Redis")
          .register(registry);
      FunctionCounter.builder("tokenlane.cache.redis.failures", shelves, Shelves::sharedFailures)
          .description("Questions that Redis did not answer in time")
          .register(registry);
    };
  }
}
