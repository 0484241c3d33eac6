package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.load.ModelSlot.ModelSource;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.SpringApplication;

class SlowLoadTest {

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
      String body = "{\"n\": 8, \"max_tokens\": 500, \"messages\": %s}".formatted(Golden.ask("x"));
      HttpResponse<String> full = node.client().send("POST", "/v1/chat/completions", body);
      assertThat(full.statusCode()).as(full.body()).isEqualTo(429);
      assertThat(full.headers().firstValue("Retry-After")).isPresent();
      assertThat(NodeClient.parse(full.body()).at("/error/type").stringValue())
          .isEqualTo("rate_limit_error");
      TestNode.await(
          () -> node.client().get("/load").at("/application_utilization").doubleValue() == 0);
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
