package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.engine.backend.DeviceEnergy;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node finds what devices take as it finds a GPU's: through the service loader. */
class DeviceEnergyTest {
  private static final DoubleAdder TAKEN = new DoubleAdder();

  /** The device that the node's model runs on. */
  public static final class Used implements DeviceEnergy {
    @Override
    public String backend() {
      return "vector";
    }

    @Override
    public String source() {
      return "used";
    }

    @Override
    public Optional<DoubleSupplier> counter() {
      return Optional.of(TAKEN::sum);
    }
  }

  /** Another one, busy with something that is not the node's. */
  public static final class Unused implements DeviceEnergy {
    @Override
    public String backend() {
      return "vector-of-another-kind";
    }

    @Override
    public String source() {
      return "unused";
    }

    @Override
    public Optional<DoubleSupplier> counter() {
      return Optional.of(TAKEN::sum);
    }
  }

  /** One whose driver does not tell. */
  public static final class Silent implements DeviceEnergy {
    @Override
    public String backend() {
      return "vector";
    }

    @Override
    public String source() {
      return "silent";
    }

    @Override
    public Optional<DoubleSupplier> counter() {
      return Optional.empty();
    }
  }

  private static TestNode start(Path services) throws Exception {
    Path folder = Files.createDirectories(services.resolve("META-INF/services"));
    Files.writeString(
        folder.resolve(DeviceEnergy.class.getName()),
        String.join("\n", Used.class.getName(), Unused.class.getName(), Silent.class.getName()));
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (URLClassLoader withDevices =
        new URLClassLoader(new URL[] {services.toUri().toURL()}, before)) {
      thread.setContextClassLoader(withDevices);
      return TestNode.start(
          NodeApplication.create(),
          "--tokenlane.node.backend=vector",
          "--tokenlane.node.threads=1",
          "--management.prometheus.metrics.export.enabled=false");
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void whatTheModelsDeviceTakesIsTheNodes(@TempDir Path services) throws Exception {
    try (TestNode node = start(services)) {
      node.awaitModel();
      MeterRegistry registry = node.context().getBean(MeterRegistry.class);
      assertThat(joules(registry, "used")).isZero();

      TAKEN.add(120);

      assertThat(joules(registry, "used")).isEqualTo(120);
      assertThat(joules(registry, "unused")).isZero();
      assertThat(registry.find("tokenlane.energy.joules").tag("source", "silent").meter()).isNull();

      // Whoever turns the export off is told so where it is missed, and the node runs.
      HttpResponse<String> metrics = node.client().send("GET", "/metrics", "");
      assertThat(metrics.statusCode()).isEqualTo(404);
      assertThat(metrics.body()).contains("management.prometheus.metrics.export.enabled: true");
    }
  }

  private static double joules(MeterRegistry registry, String source) {
    return registry
        .get("tokenlane.energy.joules")
        .tag("source", source)
        .tag("estimate", "false")
        .functionCounter()
        .count();
  }
}
