package io.tokenlane.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.tokenlane.gateway.GatewayApplication;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole gateway finds its nodes through fabric8's mock of the API server. */
class DiscoveryTest {
  private static final Path RIGHTS =
      Path.of(
          System.getProperty("tokenlane.root"), "k8s/components/discovery-kubernetes/rights.yaml");
  private static final Pattern ASKED =
      Pattern.compile(
          "/(?:api|apis/([^/]+))/[^/]+/namespaces/([^/]+)/([^/?]+)(/[^?]+)?(?:\\?(.*))?");

  private static final String OURSELVES = "the-test";

  private final HttpClient http = HttpClient.newHttpClient();
  private final KubernetesMockServer api =
      new KubernetesMockServer(
          new Context(),
          new MockWebServer(),
          new HashMap<>(),
          new KubernetesCrudDispatcher(),
          false);

  @Test
  void nodesComeGoAndBecomeUnreadyWhileTheGatewayRuns() throws Exception {
    api.init();
    try (KubernetesClient cluster = cluster();
        Node first = Node.at("127.0.0.1", 0);
        Node second = Node.at("127.0.0.2", first.port());
        ConfigurableApplicationContext gateway = gateway(cluster, first.port())) {
      URI nodes = nodes(gateway);
      assertThat(get(nodes)).doesNotContain("pod-0");

      put(cluster, Slice.of("a", "nodes", first.port(), Slice.ready("pod-0", "127.0.0.1")));
      eventually(nodes, "pod-0", null);

      put(cluster, Slice.of("b", "nodes", first.port(), Slice.ready("pod-1", "127.0.0.2")));
      put(cluster, Slice.of("c", "others", first.port(), Slice.ready("other", "127.0.0.2")));
      eventually(nodes, "pod-1", "other");

      put(cluster, Slice.of("a", "nodes", first.port(), Slice.unready("pod-0", "127.0.0.1")));
      eventually(nodes, "pod-1", "pod-0");

      put(cluster, Slice.of("a", "nodes", first.port(), Slice.ready("pod-0", "127.0.0.1")));
      eventually(nodes, "pod-0", null);

      put(cluster, Slice.of("b", "nodes", first.port(), Slice.stopping("pod-1", "127.0.0.2")));
      eventually(nodes, "pod-0", "pod-1");

      slices(cluster).withName("a").delete();
      eventually(nodes, "{", "pod-0");
      assertThat(asked()).isEqualTo(allowed());
      assertThat(second.port()).isEqualTo(first.port());
    } finally {
      api.destroy();
    }
  }

  private KubernetesClient cluster() {
    try (KubernetesClient own = api.createClient()) {
      Config config = new ConfigBuilder(own.getConfiguration()).withUserAgent(OURSELVES).build();
      return new KubernetesClientBuilder().withConfig(config).build();
    }
  }

  /** Finds the mock as it would find a cluster: by the environment, here by its properties. */
  private static ConfigurableApplicationContext gateway(KubernetesClient cluster, int port) {
    System.setProperty("kubernetes.master", cluster.getMasterUrl().toString());
    System.setProperty("kubernetes.namespace", "tokenlane");
    System.setProperty("kubernetes.auth.tryKubeConfig", "false");
    try {
      return new SpringApplicationBuilder(GatewayApplication.class)
          .run(
              "--server.port=0",
              "--management.server.port=0",
              "--tokenlane.nodes[0].uri=http://nodes:" + port,
              "--tokenlane.nodes[0].kubernetes=true");
    } finally {
      System.clearProperty("kubernetes.master");
      System.clearProperty("kubernetes.namespace");
      System.clearProperty("kubernetes.auth.tryKubeConfig");
    }
  }

  private static URI nodes(ConfigurableApplicationContext gateway) {
    String port = gateway.getEnvironment().getProperty("local.management.port");
    return URI.create("http://127.0.0.1:" + port + "/actuator/nodes");
  }

  private static io.fabric8.kubernetes.client.dsl.NonNamespaceOperation<
          EndpointSlice,
          io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList,
          io.fabric8.kubernetes.client.dsl.Resource<EndpointSlice>>
      slices(KubernetesClient cluster) {
    return cluster.discovery().v1().endpointSlices().inNamespace("tokenlane");
  }

  private static void put(KubernetesClient cluster, EndpointSlice slice) {
    var resource = slices(cluster).resource(slice);
    if (slices(cluster).withName(slice.getMetadata().getName()).get() == null) {
      resource.create();
    } else {
      resource.update();
    }
  }

  private String get(URI uri) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
  }

  private void eventually(URI uri, String with, @Nullable String without) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              String told = get(uri);
              return told.contains(with) && (without == null || !told.contains(without));
            });
  }

  /** Each thing that the gateway asked of the API server: group, kind, namespace and verb. */
  private Set<String> asked() throws InterruptedException {
    Set<String> asked = new TreeSet<>();
    for (RecordedRequest request = next(); request != null; request = next()) {
      Matcher path = ASKED.matcher(request.getPath());
      assertThat(path.matches()).as(request.getPath()).isTrue();
      String query = path.group(5) == null ? "" : path.group(5);
      if (!OURSELVES.equals(request.getHeader("User-Agent"))) {
        String verb = query.contains("watch=true") ? "watch" : "list";
        assertThat(request.getMethod()).isEqualTo("GET");
        assertThat(path.group(4)).as(request.getPath()).isNull();
        asked.add(path.group(1) + " " + path.group(3) + " " + verb);
      }
    }
    return asked;
  }

  private @Nullable RecordedRequest next() throws InterruptedException {
    return api.takeRequest(10, TimeUnit.MILLISECONDS);
  }

  private static Set<String> allowed() throws IOException {
    Set<String> allowed = new TreeSet<>();
    String role = Files.readString(RIGHTS).split("\n---\n")[0];
    for (PolicyRule rule : Serialization.unmarshal(role, Role.class).getRules()) {
      for (String group : rule.getApiGroups()) {
        for (String kind : rule.getResources()) {
          rule.getVerbs().forEach(verb -> allowed.add(group + " " + kind + " " + verb));
        }
      }
    }
    return allowed;
  }
}
