package io.tokenlane.node.openai;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tokenlane.node.config.NodeSettings;
import io.tokenlane.node.energy.EnergyPerToken;
import io.tokenlane.node.load.ModelSlot;
import io.tokenlane.node.trace.Exemplars;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Puts the API together. */
@Configuration(proxyBeanMethods = false)
public class OpenAiBeans {
  private static final int MAX_NESTING = 100;

  /** For each thread that compiles; each keeps its request's body. */
  private static final int MAX_GRAMMARS_WAITING = 64;

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_NESTING).build())
                  .build())
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  @Bean(destroyMethod = "dispose")
  Scheduler answerScheduler() {
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
    return Schedulers.newParallel("answer", threads, true);
  }

  /** Few threads, as generations need the processors. */
  @Bean(destroyMethod = "dispose")
  GrammarThreads grammarThreads(Scheduler answerScheduler) {
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
    return new GrammarThreads(
        Schedulers.newBoundedElastic(threads, MAX_GRAMMARS_WAITING, "grammar", 60, true),
        answerScheduler);
  }

  @Bean
  NodeMeters nodeMeters(MeterRegistry registry, EnergyPerToken energy, Exemplars exemplars) {
    return new NodeMeters(registry, energy, System::nanoTime, exemplars);
  }

  @Bean
  WebExceptionHandler openAiErrors() {
    return new Errors(mapper);
  }

  @Bean
  RouterFunction<ServerResponse> openAiRoutes(
      ModelSlot slot,
      NodeSettings settings,
      GrammarThreads grammarThreads,
      NodeMeters meters,
      EnergyPerToken energy) {
    Load load = new Load(energy, meters);
    Scheduler answerScheduler = grammarThreads.answering();
    Models models = new Models(slot);
    int maxBytes = Math.toIntExact(settings.maxBodyBytes().toBytes());
    JsonBody bodies = new JsonBody(mapper, maxBytes, answerScheduler);
    Responses responses = new Responses(mapper, new AnswerFlow(answerScheduler, meters));
    CompletionEndpoints completions =
        new CompletionEndpoints(models, bodies, responses, Clock.systemUTC(), grammarThreads);
    ModelEndpoints modelEndpoints = new ModelEndpoints(models, responses, load);
    TokenEndpoints tokens = new TokenEndpoints(models, bodies, responses);
    EmbeddingEndpoint embeddings =
        new EmbeddingEndpoint(models, bodies, responses, answerScheduler);
    PrefixEndpoints prefixes =
        new PrefixEndpoints(
            models, bodies, responses, new Prefixes(Clock.systemUTC(), answerScheduler));
    return new Routes(slot, mapper, load)
        .post("/v1/chat/completions", completions::chat)
        .post("/v1/completions", completions::complete)
        .post("/v1/embeddings", embeddings::embed)
        .get("/v1/models", modelEndpoints::list)
        .get("/v1/models/{*id}", modelEndpoints::one)
        .post("/tokenize", tokens::tokenize)
        .post("/detokenize", tokens::detokenize)
        .get("/load", modelEndpoints::load)
        .get("/kv-events", new KvEventEndpoints(models, responses, answerScheduler)::read)
        .post("/v1/prefixes", prefixes::register)
        .get("/v1/prefixes", prefixes::list)
        .delete("/v1/prefixes/{id}", prefixes::delete)
        .build();
  }

  @Bean
  RouterFunction<ServerResponse> metricsRoute(
      ObjectProvider<PrometheusMeterRegistry> exported, Scheduler answerScheduler) {
    MetricsPage page = new MetricsPage(exported.getIfAvailable(), answerScheduler);
    return RouterFunctions.route().GET("/metrics", page::read).build();
  }
}
