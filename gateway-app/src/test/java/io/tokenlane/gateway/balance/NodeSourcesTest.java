package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.gateway.Eventually;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.cloud.client.discovery.simple.InstanceProperties;
import org.springframework.cloud.client.discovery.simple.reactive.SimpleReactiveDiscoveryClient;
import org.springframework.cloud.client.discovery.simple.reactive.SimpleReactiveDiscoveryProperties;
import reactor.core.publisher.Mono;

class NodeSourcesTest {
  private static final NodeProperties FIXED = entry("fixed", "http://10.0.0.1:8091", false);
  private static final NodeProperties NAMED = entry("gpu", "http://gpus.internal:8000/api", true);

  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private Mono<List<URI>> answer = Mono.just(List.of());

  private static NodeProperties entry(String id, String uri, boolean dns) {
    return new NodeProperties(id, URI.create(uri), dns, false, 2, 3, "sesame", false, null);
  }

  private static List<URI> uris(String... all) {
    return Stream.of(all).map(URI::create).toList();
  }

  private List<String> ids() {
    return pool.nodes().stream().map(Node::id).toList();
  }

  @Test
  void theFleetFollowsWhatIsLookedUp() {
    NodeSources sources =
        new NodeSources(pool, new NodeList(List.of(FIXED, NAMED)), entry -> answer);
    assertThat(ids()).containsExactly("fixed");

    answer = Mono.just(uris("http://10.1.0.1:8000/api", "http://[fd00::1]:8000/api"));
    sources.look();
    assertThat(ids()).containsExactly("fixed", "gpu-10.1.0.1:8000", "gpu-fd00::1:8000");
    Node first = pool.nodes().get(1);
    assertThat(first.weight()).isEqualTo(2);
    assertThat(first.limit()).isEqualTo(3);
    assertThat(sources.apiKey(first.id())).hasValue("sesame");
    assertThat(sources.apiKey("nobody")).isEmpty();

    answer = Mono.error(new IllegalStateException("no name server"));
    sources.look();
    assertThat(ids()).hasSize(3);

    answer = Mono.just(uris("http://[fd00::1]:8000/api"));
    sources.look();
    assertThat(ids()).containsExactly("fixed", "gpu-fd00::1:8000");
  }

  @Test
  void namesAreResolvedByTheSystem() {
    NodeProperties local = entry("here", "http://localhost:8091", true);
    NodeSources sources =
        new NodeSources(pool, new NodeList(List.of(local)), new Addresses(null, null));
    sources.look();
    Eventually.eventually("localhost", () -> ids().contains("here-127.0.0.1:8091"));
  }

  @Test
  void anyDiscoveryClientTellsInstances() {
    SimpleReactiveDiscoveryProperties simple = new SimpleReactiveDiscoveryProperties();
    InstanceProperties one = new InstanceProperties();
    one.setServiceId("vllm");
    one.setUri(URI.create("http://10.2.0.1:8000"));
    simple.setInstances(Map.of("vllm", List.of(one)));
    NodeProperties service =
        new NodeProperties(null, URI.create("lb://vllm"), false, false, 1, 0, null, false, null);
    NodeSources sources =
        new NodeSources(
            pool,
            new NodeList(List.of(service)),
            new Addresses(new SimpleReactiveDiscoveryClient(simple), null));
    sources.look();
    Eventually.eventually("the instance", () -> ids().equals(List.of("10.2.0.1:8000")));
  }

  @Test
  void whoeverWatchesTellsNodesByName() {
    NodeProperties watched =
        new NodeProperties(
            null, URI.create("http://nodes:8091"), false, true, 1, 0, "sesame", false, null);
    NodeSources sources =
        new NodeSources(pool, new NodeList(List.of(FIXED, watched)), entry -> answer);
    Told watch = new Told();
    sources.follow(watch);
    assertThat(ids()).containsExactly("fixed");

    watch.tell("http://10.1.0.1:8091", "http://10.1.0.2:8091");
    assertThat(ids()).containsExactly("fixed", "nodes-0", "nodes-1");
    assertThat(sources.apiKey("nodes-1")).hasValue("sesame");

    watch.tell("http://10.1.0.9:8091");
    assertThat(pool.nodes().get(1).uri()).isEqualTo(URI.create("http://10.1.0.9:8091"));
    assertThat(ids()).containsExactly("fixed", "nodes-0");

    NodeProperties heavier =
        new NodeProperties(
            null, URI.create("http://nodes:8091"), false, true, 3, 0, "sesame", false, null);
    sources.replace(new NodeList(List.of(FIXED, heavier)));
    assertThat(ids()).containsExactly("fixed", "nodes-0");
    assertThat(pool.nodes().get(1).weight()).isEqualTo(3);

    watch.tell("http://10.1.0.9:8091", "http://10.1.0.3:8091");
    assertThat(ids()).containsExactly("fixed", "nodes-0", "nodes-1");
  }

  private static final class Told implements ServiceWatch {
    private final List<Consumer<List<Member>>> followers = new ArrayList<>();

    @Override
    public void follow(URI service, Consumer<List<Member>> told) {
      followers.add(told);
    }

    void tell(String... uris) {
      List<Member> members = new ArrayList<>();
      for (URI uri : uris(uris)) {
        members.add(new Member("nodes-" + members.size(), uri));
      }
      followers.forEach(told -> told.accept(members));
    }

    @Override
    public void close() {
      followers.clear();
    }
  }

  @Test
  void withoutTheJarsItSaysWhatIsMissing(@TempDir Path empty) {
    assertThatThrownBy(() -> WatchLoader.open(empty.resolve("kubernetes")))
        .hasMessageContaining("expected: the jars of gateway-kubernetes in " + empty);
  }

  @Test
  void oddEntriesAreRefused() {
    assertThatThrownBy(
            () ->
                new NodeProperties(
                    null, URI.create("lb://x"), false, true, 1, 0, null, false, null))
        .hasMessageContaining("kubernetes: true with lb://x (expected: http(s)://SERVICE:port");
    assertThatThrownBy(() -> entry("x", "https://gpus.internal", true))
        .hasMessage("dns: true with https://gpus.internal (expected: http://host:port)");
    assertThatThrownBy(() -> entry("x", "ftp://gpus.internal", false))
        .hasMessageContaining("(expected: http://host:port or lb://SERVICE)");
  }
}
