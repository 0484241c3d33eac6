package io.tokenlane.node;

import io.tokenlane.engine.EarlyExit;
import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.KvStrategy;
import io.tokenlane.engine.backend.KvType;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.schedule.QueueOrder;
import io.tokenlane.node.config.EarlyExitSettings;
import io.tokenlane.node.config.ModelSettings;
import io.tokenlane.node.config.NodeSettings;
import io.tokenlane.node.config.QueueSettings;
import io.tokenlane.node.energy.EnergyBeans;
import io.tokenlane.node.load.Adaptive;
import io.tokenlane.node.load.EngineHealth;
import io.tokenlane.node.load.ExitDefaults;
import io.tokenlane.node.load.LoadProgress;
import io.tokenlane.node.load.LoadSettings;
import io.tokenlane.node.load.ModelHealth;
import io.tokenlane.node.load.ModelLoader;
import io.tokenlane.node.load.ModelSlot;
import io.tokenlane.node.load.ModelSlot.ModelSource;
import io.tokenlane.node.load.ProgressBar;
import io.tokenlane.node.openai.NodeMeters;
import io.tokenlane.node.openai.OpenAiBeans;
import io.tokenlane.node.trace.TraceBeans;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/** The node's own parts: settings, the model, what is told about it, and the API. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(NodeSettings.class)
@Import({OpenAiBeans.class, EnergyBeans.class, TraceBeans.class})
class NodeBeans {
  private static final Logger log = LoggerFactory.getLogger(NodeBeans.class);

  /** Event loops of its own: closing a node stops no other server in the same JVM. */
  @Bean
  ReactorResourceFactory reactorResourceFactory() {
    ReactorResourceFactory resources = new ReactorResourceFactory();
    resources.setUseGlobalResources(false);
    resources.setLoopResourcesSupplier(() -> EventLoops.of(LoopResources.DEFAULT_IO_WORKER_COUNT));
    return resources;
  }

  @Bean
  ModelSettings modelSettings(Environment environment) {
    return ModelSettings.from(
        Binder.get(environment)
            .bind("model-config", Bindable.mapOf(String.class, String.class))
            .orElse(Map.of()));
  }

  @Bean
  ModelSource modelSource(NodeSettings node, ModelSettings model) {
    LoadSettings settings =
        new LoadSettings(
            Optional.ofNullable(node.model()).map(Path::of).map(Checkpoint::located),
            node.servedModelName(),
            node.backend(),
            node.computeThreads(),
            model.int8(),
            engine(node, model),
            new Adaptive(
                node.reasoning().rules(), node.reasoning().format(), exit(node.earlyExit())),
            node.cuda().usesCublas());
    Clock clock = Clock.systemUTC();
    LoadProgress progress = isCheck() ? LoadProgress.SILENT : ProgressBar.onStandardError(clock);
    return new ModelLoader(settings, clock, progress);
  }

  private static ExitDefaults exit(EarlyExitSettings settings) {
    return new ExitDefaults(
        EarlyExit.Mode.valueOf(settings.mode().toUpperCase(Locale.ROOT)),
        settings.threshold(),
        settings.minLayer(),
        settings.patience());
  }

  private static EngineConfig engine(NodeSettings node, ModelSettings model) {
    return EngineConfig.defaults()
        .withKvBytes(node.kvCacheBytes().toBytes())
        .withKvType(KvType.valueOf(node.kvCacheType().toUpperCase(Locale.ROOT)))
        .withMaxWaiting(node.maxWaiting())
        .withBatch(model.maxBatchSize(), Math.max(512, model.maxBatchSize()))
        .withContinuousBatching(model.enableContinuousBatching())
        .withKvStrategy(model.paged() ? KvStrategy.PAGED : KvStrategy.CONTIGUOUS)
        .withTargetItlNanos(node.targetItl().toNanos())
        .withQueueDeadlineNanos(node.queue().deadline().toNanos())
        .withQueueOrder(order(node.queue()));
  }

  private static QueueOrder order(QueueSettings queue) {
    QueueOrder.Rule rule =
        QueueOrder.Rule.valueOf(queue.order().replace('-', '_').toUpperCase(Locale.ROOT));
    return new QueueOrder(rule, queue.ageing().toNanos(), queue.prefillTokenDelay().toNanos());
  }

  @Bean
  ModelSlot modelSlot(NodeSettings node, ModelSource source, NodeMeters meters) {
    log.info("model {}: loading", node.model() == null ? "embedded" : node.model());
    if (isCheck()) {
      return new ModelSlot(source.load());
    }
    return new ModelSlot(source, meters::bind, NodeBeans::giveUp);
  }

  /** Whether the process ends before it serves: by then it must be known what does not work. */
  private static boolean isCheck() {
    return DefaultLifecycleProcessor.ON_REFRESH_VALUE.equalsIgnoreCase(
        SpringProperties.getProperty(DefaultLifecycleProcessor.EXIT_PROPERTY_NAME));
  }

  @Bean
  HealthIndicator modelHealthIndicator(ModelSlot slot) {
    return new ModelHealth(slot);
  }

  @Bean
  HealthIndicator engineHealthIndicator(ModelSlot slot) {
    return new EngineHealth(slot);
  }

  /** Without a model there is nothing to serve: ends the process with one line. */
  private static void giveUp(Throwable failure) {
    StartupFailure.report(failure);
    System.exit(1);
  }
}
