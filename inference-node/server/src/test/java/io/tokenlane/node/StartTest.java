package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.EngineStats;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.Submission;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelSlot.ModelSource;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;
import tools.jackson.databind.JsonNode;

class StartTest {

  @Test
  void isAliveButNotReadyWhileTheModelLoads() {
    CountDownLatch gate = new CountDownLatch(1);
    try (TestNode node = TestNode.start(loadingBehind(gate))) {
      NodeClient client = node.client();
      assertThat(status(client, "/actuator/health/liveness")).isEqualTo(200);
      assertThat(status(client, "/actuator/health/readiness")).isEqualTo(503);
      assertThat(status(client, "/v1/models")).isEqualTo(503);
      HttpResponse<String> chat =
          client.send(
              "POST", "/v1/chat/completions", "{\"messages\": %s}".formatted(Golden.ask("x")));
      assertThat(chat.statusCode()).isEqualTo(503);
      assertThat(chat.headers().firstValue("Retry-After")).isPresent();
      assertThat(NodeClient.parse(chat.body()).at("/error/code").stringValue())
          .isEqualTo("model_loading");

      gate.countDown();
      node.awaitModel();
      assertThat(status(client, "/actuator/health/readiness")).isEqualTo(200);
      assertThat(status(client, "/v1/models")).isEqualTo(200);
    }
  }

  @Test
  void refusesAllOrNothingWhenTheQueueIsFull() {
    try (TestNode node =
        TestNode.start(
            NodeApplication.create(),
            "--model_config.max_batch_size=1",
            "--tokenlane.node.max-waiting=3")) {
      LoadedModel model = node.awaitModel();
      CountDownLatch gate = new CountDownLatch(1);
      CompletableFuture<Void> ended = new CompletableFuture<>();
      Submission held = heldBehind(gate, ended);
      model.engine().submitAll(Collections.nCopies(3, held));
      for (boolean stream : new boolean[] {false, true}) {
        HttpResponse<String> full = answers(node, 2, stream);
        assertThat(full.statusCode()).as(full.body()).isEqualTo(429);
        assertThat(full.headers().firstValue("Retry-After")).isPresent();
        assertThat(NodeClient.parse(full.body()).at("/error/type").stringValue())
            .isEqualTo("rate_limit_error");
      }
      EngineStats stats = model.engine().stats();
      assertThat(stats.running() + stats.waiting()).isEqualTo(3);
      gate.countDown();
      ended.join();
      assertThat(answers(node, 4, false).statusCode()).isEqualTo(200);
    }
  }

  /** No queue of so few places ever has room for so many. */
  @Test
  void refusesForGoodWhatTheQueueNeverHolds() {
    try (TestNode node =
        TestNode.start(
            NodeApplication.create(),
            "--model_config.max_batch_size=1",
            "--tokenlane.node.max-waiting=3")) {
      node.awaitModel();
      HttpResponse<String> chat = answers(node, 5, false);
      HttpResponse<String> prompts =
          node.client()
              .send("POST", "/v1/completions", "{\"prompt\": [\"a\",\"b\",\"c\",\"d\",\"e\"]}");
      assertThat(List.of(chat.statusCode(), prompts.statusCode())).containsOnly(400);
      assertThat(NodeClient.parse(chat.body()).at("/error/message").stringValue())
          .isEqualTo("n: 5 answers (expected: at most 4 in all)");
      assertThat(NodeClient.parse(prompts.body()).at("/error/param").stringValue())
          .isEqualTo("prompt");
      assertThat(chat.headers().firstValue("Retry-After")).isEmpty();
    }
  }

  /** Generations of three tokens, of which the first holds the engine's thread. */
  private static Submission heldBehind(CountDownLatch gate, CompletableFuture<Void> ended) {
    AtomicInteger endings = new AtomicInteger();
    return new Submission(
        new GenerationRequest(new int[3], 3, SamplingParams.GREEDY, Set.of(), -1, 0),
        event -> {
          TestNode.await(gate);
          if (event instanceof GenerationEvent.Finished && endings.incrementAndGet() == 3) {
            ended.complete(null);
          }
        });
  }

  private static HttpResponse<String> answers(TestNode node, int count, boolean stream) {
    return node.client()
        .send(
            "POST",
            "/v1/chat/completions",
            "{\"n\": %d, \"max_tokens\": 5, \"stream\": %s, \"messages\": %s}"
                .formatted(count, stream, Golden.ask("x")));
  }

  @Test
  void aStreamThatBreaksEndsInAnErrorAndIsNotDone() {
    try (TestNode node = TestNode.start(NodeApplication.create())) {
      LoadedModel model = node.awaitModel();
      String body =
          "{\"stream\": true, \"ignore_eos\": true, \"max_tokens\": 1000, \"messages\": %s}"
              .formatted(Golden.ask("x"));
      CompletableFuture<HttpResponse<String>> answer =
          CompletableFuture.supplyAsync(
              () -> node.client().send("POST", "/v1/chat/completions", body));
      long before = model.engine().stats().generatedTokens();
      TestNode.await(() -> model.engine().stats().generatedTokens() > before + 5);
      model.engine().close();
      assertThat(answer.join().statusCode()).isEqualTo(200);
      String last = answer.join().body().stripTrailing().lines().toList().getLast();
      assertThat(last).startsWith("data: {\"error\":{\"message\":");

      assertThat(status(node.client(), "/actuator/health/readiness")).isEqualTo(503);
      assertThat(status(node.client(), "/actuator/health/liveness")).isEqualTo(503);
      HttpResponse<String> next = node.client().send("POST", "/v1/chat/completions", body);
      assertThat(next.statusCode()).as(next.body()).isEqualTo(503);
      assertThat(next.headers().firstValue("Retry-After")).isPresent();
    }
  }

  @Test
  void takesTheModelFragmentOfAYamlFileLiterally(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("node.yaml");
    Files.writeString(
        file,
        """
        model_config: {quantization: int8, enable_continuous_batching: true, max_batch_size: 7, kv_cache_strategy: paged}
        tokenlane.node: {served-model-name: mine, threads: 1, kv-cache-bytes: 8MB}
        """);
    try (TestNode node =
        TestNode.start(
            NodeApplication.create(), "--spring.config.additional-location=file:" + file)) {
      node.awaitModel();
      JsonNode load = node.client().get("/load");
      assertThat(load.at("/named_metrics/max_requests_running").intValue()).isEqualTo(7);
      assertThat(node.client().get("/v1/models/mine").get("id").stringValue()).isEqualTo("mine");
    }
  }

  private static SpringApplication loadingBehind(CountDownLatch gate) {
    SpringApplication application = NodeApplication.create();
    application.addInitializers(
        context -> context.getBeanFactory().addBeanPostProcessor(waitingFor(gate)));
    return application;
  }

  private static BeanPostProcessor waitingFor(CountDownLatch gate) {
    return new BeanPostProcessor() {
      @Override
      public Object postProcessAfterInitialization(Object bean, String name) {
        return bean instanceof ModelSource source ? late(source, gate) : bean;
      }
    };
  }

  private static ModelSource late(ModelSource source, CountDownLatch gate) {
    return () -> {
      TestNode.await(gate);
      return source.load();
    };
  }

  private static int status(NodeClient client, String path) {
    return client.send("GET", path, "").statusCode();
  }
}
