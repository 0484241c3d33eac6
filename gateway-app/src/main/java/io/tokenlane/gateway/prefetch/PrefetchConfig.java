package io.tokenlane.gateway.prefetch;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import io.tokenlane.gateway.balance.LeaseAhead;
import io.tokenlane.gateway.balance.NodeClients;
import io.tokenlane.gateway.balance.NodeList;
import io.tokenlane.gateway.balance.NodeProperties;
import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.gateway.compress.TenantTemplates;
import io.tokenlane.gateway.energy.CarbonIntensity;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.state.StateFolder;
import io.tokenlane.gateway.state.StateWriter;
import io.tokenlane.prefetch.PrefetchAccount;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.predict.Account;
import io.tokenlane.prefetch.predict.RouteAccount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class PrefetchConfig {
  private static final Map<String, ToLongFunction<PrefetchAccount>> OUTCOMES =
      Map.of(
          "done", PrefetchAccount::done,
          "failed", PrefetchAccount::failed,
          "used", PrefetchAccount::used,
          "wasted", PrefetchAccount::wasted);

  private static final Map<String, ToLongFunction<Account>> FORESEEN =
      Map.of(
          "issued", Account::issued,
          "used", Account::used,
          "wasted", Account::wasted,
          "late", Account::late,
          "failed", Account::failed,
          "withheld", Account::withheld);

  @Bean
  PrefetchPass prefetchPass(PrefetchProperties properties) {
    return new PrefetchPass(properties.ttl());
  }

  @Bean
  StateWriter stateWriter() {
    return new StateWriter();
  }

  @Bean
  PrefetchStarter.Means prefetchMeans(
      PrefetchProperties properties,
      AnswerCache cache,
      CarbonIntensity carbon,
      StateWriter writer,
      ScheduledExecutorService clockwork) {
    PendingFetches pending =
        new PendingFetches(
            StateFolder.of(System.getenv()), properties.plan().asked(), writer::later);
    return new PrefetchStarter.Means(cache, carbon, pending, writer, clockwork);
  }

  /** Also after other changes: what was stored under other settings may be gone. */
  @Bean
  SmartInitializingSingleton prefetchFollows(LiveSettings settings, PrefetchStarter starter) {
    Runnable again = () -> starter.replan(settings.now(PrefetchProperties.class));
    return () -> settings.afterChange(again);
  }

  @Bean
  PrefetchStarter prefetchStarter(
      PrefetchProperties properties,
      PrefetchPass pass,
      PrefetchStarter.Means means,
      NodePool pool) {
    PrefetchStarter starter = new PrefetchStarter(properties, pass, means);
    pool.onChange(
        (node, state) -> {
          if (state.serves()) {
            means.clockwork().execute(starter::linkIsBack);
          }
        });
    return starter;
  }

  @Bean
  PrefetchEndpoint prefetchEndpoint(
      PrefetchStarter starter,
      Optional<PrefixWarmUp> prefixes,
      Optional<ConversationWarmUp> conversations) {
    return new PrefetchEndpoint(starter, prefixes, conversations);
  }

  @Bean
  NodePrefixes nodePrefixes(LiveSettings settings, NodeClients clients) {
    return new NodePrefixes(clients.pooled(), id -> apiKey(settings.now(NodeList.class), id));
  }

  @Bean
  @Nullable ConversationWarmUp conversationWarmUp(
      PrefetchProperties properties, NodePool pool, NodePrefixes prefixes, LeaseAhead leases) {
    return properties.enabled() && properties.conversations()
        ? new ConversationWarmUp(prefixes, leases::lease, () -> busy(pool))
        : null;
  }

  private static boolean busy(NodePool pool) {
    return pool.snapshot().stream().mapToInt(NodeSnapshot::inFlight).sum() > 0;
  }

  @Bean
  @Nullable PrefixWarmUp prefixWarmUp(
      PrefetchProperties properties,
      NodePool pool,
      NodePrefixes prefixes,
      TenantTemplates templates,
      PrefetchStarter.Means means) {
    if (!properties.enabled() || !properties.prefixes()) {
      return null;
    }
    Patience patience =
        new Patience(properties.carbonWait(), means.carbon()::pause, System::nanoTime);
    PrefixWarmUp warmUp =
        new PrefixWarmUp(pool, templates::all, prefixes, () -> busy(pool), patience);
    var _ = means.clockwork().scheduleWithFixedDelay(warmUp::look, 1, 1, TimeUnit.SECONDS);
    return warmUp;
  }

  private static Optional<String> apiKey(NodeList nodes, String id) {
    return nodes.all().stream()
        .filter(node -> node.name().equals(id))
        .findFirst()
        .map(NodeProperties::apiKey);
  }

  @Bean
  MeterBinder prefetchMeters(PrefetchStarter starter) {
    return registry -> {
      FunctionCounter.builder("tokenlane.prefetch.postponed", starter, PrefetchStarter::postponed)
          .description("Prefetches that waited for less CO2")
          .register(registry);
      FORESEEN.forEach(
          (outcome, count) ->
              FunctionCounter.builder(
                      "tokenlane.prefetch.foresight",
                      starter,
                      s -> s.ahead().map(a -> count.applyAsLong(a.account())).orElse(0L))
                  .tag("outcome", outcome)
                  .description("Predicted prefetches by what became of them")
                  .register(registry));
      Gauge.builder(
              "tokenlane.prefetch.foresight.price",
              starter,
              s -> s.ahead().map(a -> a.account().price()).orElse(Double.NaN))
          .description("Probability of use that a predicted prefetch must have")
          .register(registry);
      Gauge.builder(
              "tokenlane.prefetch.foresight.observing",
              starter,
              s ->
                  s.ahead().stream()
                      .flatMap(a -> a.routes().values().stream())
                      .filter(RouteAccount::observing)
                      .count())
          .description("Routes whose predictions are only watched")
          .register(registry);
      OUTCOMES.forEach(
          (outcome, count) ->
              FunctionCounter.builder(
                      "tokenlane.prefetch", starter, s -> total(s.accounts(), count))
                  .tag("outcome", outcome)
                  .description("Prefetches by what became of them")
                  .register(registry));
    };
  }

  @Bean
  MeterBinder warmUpMeters(
      Optional<PrefixWarmUp> prefixes, Optional<ConversationWarmUp> conversations) {
    return registry -> {
      prefixes.ifPresent(p -> count(registry, "template", p, PrefixWarmUp::account));
      conversations.ifPresent(c -> count(registry, "conversation", c, ConversationWarmUp::account));
    };
  }

  private static <T> void count(
      MeterRegistry registry, String kind, T warmUp, Function<T, Map<String, Object>> account) {
    for (String outcome : List.of("computed", "failed")) {
      FunctionCounter.builder(
              "tokenlane.prefetch.warm_up",
              warmUp,
              w -> account.apply(w).get(outcome) instanceof Number n ? n.doubleValue() : 0)
          .tag("kind", kind)
          .tag("outcome", outcome)
          .description("Beginnings of prompts that nodes were asked to compute ahead")
          .register(registry);
    }
  }

  private static double total(
      Map<String, PrefetchAccount> accounts, ToLongFunction<PrefetchAccount> count) {
    return accounts.values().stream().mapToLong(count).sum();
  }
}
