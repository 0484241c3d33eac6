package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelSlot;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;

/** A node that runs in this JVM, on a port of its own. */
public record TestNode(ReactiveWebServerApplicationContext context, NodeClient client)
    implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static TestNode start(SpringApplication application, String... arguments) {
    String[] all =
        Stream.concat(Stream.of("--server.port=0"), Stream.of(arguments)).toArray(String[]::new);
    ReactiveWebServerApplicationContext context =
        (ReactiveWebServerApplicationContext) application.run(all);
    int port = Objects.requireNonNull(context.getWebServer()).getPort();
    return new TestNode(context, new NodeClient(URI.create("http://localhost:" + port)));
  }

  LoadedModel awaitModel() {
    ModelSlot slot = context.getBean(ModelSlot.class);
    await(() -> slot.model().isPresent());
    return slot.model().orElseThrow();
  }

  /** Waits until something that is bound to happen has happened. */
  public static void await(BooleanSupplier happened) {
    long start = System.nanoTime();
    while (!happened.getAsBoolean()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
      LockSupport.parkNanos(5_000_000);
    }
  }

  static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
