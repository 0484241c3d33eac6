package io.tokenlane.kubernetes;

import static io.tokenlane.kubernetes.Slice.bare;
import static io.tokenlane.kubernetes.Slice.ready;
import static io.tokenlane.kubernetes.Slice.stopping;
import static io.tokenlane.kubernetes.Slice.unready;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.tokenlane.gateway.balance.ServiceWatch.Member;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodsTest {
  private static final Target NODES = target("http://nodes:8091/api");

  private static Target target(String uri) {
    return Target.of(URI.create(uri), "own");
  }

  private static List<String> shown(Target target, EndpointSlice... slices) {
    return Pods.of(target, List.of(slices)).stream().map(PodsTest::shown).toList();
  }

  private static String shown(Member member) {
    return member.name() + " " + member.uri();
  }

  @ParameterizedTest
  @CsvSource({
    "http://nodes, nodes, own, -1",
    "http://nodes.others:8091, nodes, others, 8091",
    "https://nodes.others.svc.cluster.local:8091/x, nodes, others, 8091",
  })
  void theHostNamesServiceAndNamespace(String uri, String service, String namespace, int port) {
    Target target = target(uri);
    assertThat(target.service()).isEqualTo(service);
    assertThat(target.namespace()).isEqualTo(namespace);
    assertThat(target.port()).isEqualTo(port);
  }

  @Test
  void podsThatAreReadyAreNodesByTheirNames() {
    assertThat(
            shown(
                NODES,
                Slice.of("b", "nodes", 8091, ready("n-2", "10.0.0.2"), stopping("n-3", "10.0.0.3")),
                Slice.of("a", "nodes", 8091, unready("n-0", "10.0.0.9"), ready("n-1", "10.0.0.1"))))
        .containsExactly("n-1 http://10.0.0.1:8091/api", "n-2 http://10.0.0.2:8091/api");
  }

  @Test
  void aPodInTwoSlicesIsOneNode() {
    EndpointSlice fourth = Slice.of("b", "nodes", 8091, ready("n-0", "10.0.0.1"));
    EndpointSlice sixth = Slice.sixth(Slice.of("a", "nodes", 8091, ready("n-0", "fd00::1")));

    assertThat(shown(NODES, fourth, sixth)).containsExactly("n-0 http://10.0.0.1:8091/api");
    assertThat(shown(NODES, sixth, fourth)).containsExactly("n-0 http://10.0.0.1:8091/api");
    assertThat(shown(NODES, sixth)).containsExactly("n-0 http://[fd00::1]:8091/api");
    assertThat(shown(NODES, fourth, fourth)).hasSize(1);
  }

  /** Their certificates are for names, not for addresses. */
  @Test
  void underTlsPodsAreAskedByName() {
    assertThat(
            shown(
                target("https://nodes:8091"),
                Slice.of("a", "nodes", 8091, ready("n-0", "10.0.0.1"), bare("10.0.0.2", true))))
        .containsExactly("n-0 https://n-0.nodes.own.svc:8091");
  }

  @Test
  void whatIsNotToldCountsAsReadyAndTheFirstPortAsMeant() {
    EndpointSlice slice =
        Slice.of("a", "nodes", 9000, bare("10.0.0.1", null), bare("10.0.0.2", false));

    assertThat(shown(target("http://nodes"), slice))
        .containsExactly("10.0.0.1 http://10.0.0.1:9000");
    assertThat(shown(NODES, slice)).isEmpty();
    assertThat(shown(NODES, slice.edit().withPorts(List.of()).build()))
        .containsExactly("10.0.0.1 http://10.0.0.1:8091/api");
  }
}
