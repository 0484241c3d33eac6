package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelSlot.ModelSource;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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
            "--tokenlane.node.max-waiting=1")) {
      node.awaitModel();
      for (boolean stream : new boolean[] {false, true}) {
        HttpResponse<String> full =
            node.client()
                .send(
                    "POST",
                    "/v1/chat/completions",
                    "{\"n\": 8, \"max_tokens\": 500, \"stream\": %s, \"messages\": %s}"
                        .formatted(stream, Golden.ask("x")));
        assertThat(full.statusCode()).as(full.body()).isEqualTo(429);
        assertThat(full.headers().firstValue("Retry-After")).isPresent();
        assertThat(NodeClient.parse(full.body()).at("/error/type").stringValue())
            .isEqualTo("rate_limit_error");
      }
      TestNode.await(
          () -> node.client().get("/load").at("/application_utilization").doubleValue() == 0);
    }
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
