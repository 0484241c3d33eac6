package io.tokenlane.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {
  private static final String NAME = "app.kubernetes.io/name";
  private static final Map<String, String> GATEWAY = Map.of(NAME, "tokenlane-gateway");
  private static final Map<String, String> NODE = Map.of(NAME, "tokenlane-node");

  /** Seconds that both processes give what is under way when they are told to stop. */
  private static final int GRACEFUL_STOP = 20;

  private static Manifests rendered(String folder) throws IOException, InterruptedException {
    return Manifests.parse(Kustomize.render(folder));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"base", "overlays/cpu", "overlays/gpu", "overlays/mesh-istio", "overlays/edge"})
  void everyManifestIsWhatTheApiKnows(String folder) throws Exception {
    Manifests manifests = rendered(folder);

    assertThat(manifests.all()).hasSizeGreaterThan(10);
    assertThat(manifests.all())
        .extracting(manifest -> manifest.getKind() + "/" + manifest.getMetadata().getName())
        .doesNotHaveDuplicates();
    assertThat(manifests.all())
        .filteredOn(manifest -> !manifest.getKind().equals("Namespace"))
        .extracting(manifest -> manifest.getMetadata().getNamespace())
        .containsOnly("tokenlane");
  }

  /** Also where there is no kubectl to render them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "base/gateway.yaml",
        "base/gateway-scaling.yaml",
        "base/namespace.yaml",
        "base/network.yaml",
        "base/node.yaml",
        "components/api-keys/gateway.yaml",
        "components/autoscale-keda/nodes.yaml",
        "components/discovery-kubernetes/gateway.yaml",
        "components/discovery-kubernetes/rights.yaml",
        "components/edge-metrics/agent.yaml",
        "components/edge-metrics/network.yaml",
        "components/monitoring/alerts.yaml",
        "components/monitoring/monitors.yaml",
        "components/monitoring/network.yaml",
        "components/redis/gateway.yaml",
        "overlays/cpu/models.yaml",
        "overlays/cpu/node.yaml",
        "overlays/edge/gateway.yaml",
        "overlays/edge/node.yaml",
        "overlays/edge/state.yaml",
        "overlays/gpu/models.yaml",
        "overlays/gpu/node.yaml",
        "overlays/mesh-istio/mesh.yaml",
        "overlays/mesh-istio/network.yaml",
      })
  void everyFileIsWhatTheApiKnows(String file) throws IOException {
    assertThat(Manifests.parse(Files.readString(Path.of(file))).all()).isNotEmpty();
  }

  @Test
  void whoWatchesNodesMayDoThatAndNothingElse() throws Exception {
    Manifests manifests = Manifests.parse(Kustomize.renderWith("discovery-kubernetes"));
    PodSpec gateway = manifests.podsWith(GATEWAY).getFirst().getSpec();
    RoleBinding binding = manifests.of(RoleBinding.class).getFirst();

    assertThat(gateway.getAutomountServiceAccountToken()).isTrue();
    assertThat(binding.getSubjects())
        .extracting(subject -> subject.getName())
        .containsExactly(gateway.getServiceAccountName());
    assertThat(manifests.of(Role.class))
        .singleElement()
        .satisfies(
            role ->
                assertThat(role.getMetadata().getName()).isEqualTo(binding.getRoleRef().getName()))
        .satisfies(
            role ->
                assertThat(role.getRules())
                    .singleElement()
                    .satisfies(
                        rule -> assertThat(rule.getResources()).containsExactly("endpointslices"))
                    .satisfies(
                        rule -> assertThat(rule.getVerbs()).containsExactly("list", "watch")));
    assertThat(manifests.podsWith(NODE).getFirst().getSpec().getAutomountServiceAccountToken())
        .isFalse();
  }

  @Test
  void nodesOnGpusHaveOneEachAndTheImageForIt() throws Exception {
    PodTemplateSpec node = rendered("overlays/gpu").podsWith(NODE).getFirst();

    assertThat(container(node).getImage()).isEqualTo("tokenlane-node-cuda:0.1.0");
    assertThat(container(node).getResources().getLimits())
        .containsEntry("nvidia.com/gpu", new Quantity("1"));
    assertThat(node.getSpec().getNodeSelector()).containsKey("nvidia.com/gpu.present");
    assertThat(node.getSpec().getVolumes())
        .filteredOn(volume -> volume.getPersistentVolumeClaim() != null)
        .hasSize(1);
  }

  @Test
  void theEdgeKeepsItsMetricsUntilTheyCanBeSent() throws Exception {
    Manifests manifests = Manifests.parse(Kustomize.renderWith("overlays/edge", "edge-metrics"));

    PodTemplateSpec agent = manifests.podsWith(Map.of(NAME, "tokenlane-metrics")).getFirst();
    isRestricted(agent);
    assertThat(container(agent).getArgs()).contains("--agent");
    assertThat(agent.getSpec().getVolumes())
        .extracting(volume -> volume.getPersistentVolumeClaim())
        .filteredOn(claim -> claim != null)
        .singleElement()
        .satisfies(
            claim ->
                assertThat(manifests.of(PersistentVolumeClaim.class))
                    .extracting(volume -> volume.getMetadata().getName())
                    .contains(claim.getClaimName()));
  }

  @Test
  void whatTheApiDoesNotKnowIsRefused() {
    assertThatThrownBy(
            () ->
                Manifests.parse(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: x}
                    spec: {ports: [{port: 80, tragetPort: http}]}
                    """))
        .hasMessageContaining("tragetPort");
    assertThatThrownBy(() -> Manifests.parse("apiVersion: v2\nkind: Service\n"))
        .hasMessageContaining("v2/Service");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"base", "overlays/cpu", "overlays/gpu", "overlays/mesh-istio", "overlays/edge"})
  void whatSelectsPodsFindsThem(String folder) throws Exception {
    Manifests manifests = rendered(folder);

    assertThat(manifests.of(Service.class))
        .isNotEmpty()
        .allSatisfy(service -> portsAreThere(manifests, service));
    assertThat(manifests.of(PodDisruptionBudget.class))
        .hasSize(2)
        .allSatisfy(
            budget -> assertThat(manifests.podsWith(budget.getSpec().getSelector())).hasSize(1));
    assertThat(manifests.of(NetworkPolicy.class))
        .isNotEmpty()
        .allSatisfy(
            policy ->
                assertThat(manifests.podsWith(policy.getSpec().getPodSelector())).isNotEmpty());
    assertThat(manifests.of(HorizontalPodAutoscaler.class))
        .allSatisfy(
            scaler ->
                assertThat(manifests.of(Deployment.class))
                    .extracting(deployment -> deployment.getMetadata().getName())
                    .contains(scaler.getSpec().getScaleTargetRef().getName()));
  }

  private static void portsAreThere(Manifests manifests, Service service) {
    List<PodTemplateSpec> pods = manifests.podsWith(service.getSpec().getSelector());
    assertThat(pods).as(service.getMetadata().getName()).hasSize(1);
    assertThat(portNames(pods.getFirst()))
        .containsAll(
            service.getSpec().getPorts().stream()
                .map(port -> port.getTargetPort().getStrVal())
                .toList());
  }

  private static List<String> portNames(PodTemplateSpec pod) {
    return container(pod).getPorts().stream().map(ContainerPort::getName).toList();
  }

  private static Container container(PodTemplateSpec pod) {
    assertThat(pod.getSpec().getContainers()).hasSize(1);
    return pod.getSpec().getContainers().getFirst();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"base", "overlays/cpu", "overlays/gpu", "overlays/mesh-istio", "overlays/edge"})
  void podsAskForNoRightsAndStopGracefully(String folder) throws Exception {
    assertThat(rendered(folder).pods())
        .hasSize(2)
        .allSatisfy(ManifestsTest::isRestricted)
        .allSatisfy(ManifestsTest::isProbed)
        .allSatisfy(ManifestsTest::spreads)
        .allSatisfy(ManifestsTest::stopsGracefully);
  }

  private static void isRestricted(PodTemplateSpec pod) {
    PodSpec spec = pod.getSpec();
    var rights = container(pod).getSecurityContext();
    assertThat(spec.getAutomountServiceAccountToken()).isFalse();
    assertThat(spec.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(spec.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
    assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
    assertThat(rights.getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container(pod).getResources().getLimits()).containsKey("memory");
  }

  private static void isProbed(PodTemplateSpec pod) {
    Container container = container(pod);
    assertThat(
            Stream.of(
                container.getStartupProbe(),
                container.getLivenessProbe(),
                container.getReadinessProbe()))
        .extracting(Probe::getHttpGet)
        .allSatisfy(
            get -> {
              assertThat(get.getPath()).startsWith("/actuator/health/");
              assertThat(portNames(pod)).contains(get.getPort().getStrVal());
            });
  }

  private static void spreads(PodTemplateSpec pod) {
    assertThat(pod.getSpec().getTopologySpreadConstraints())
        .allSatisfy(
            spread ->
                assertThat(spread.getLabelSelector().getMatchLabels())
                    .isEqualTo(pod.getMetadata().getLabels()))
        .extracting(spread -> spread.getTopologyKey())
        .containsExactly("topology.kubernetes.io/zone", "kubernetes.io/hostname");
  }

  private static void stopsGracefully(PodTemplateSpec pod) {
    long before = container(pod).getLifecycle().getPreStop().getSleep().getSeconds();
    assertThat(pod.getSpec().getTerminationGracePeriodSeconds())
        .isGreaterThan(before + GRACEFUL_STOP);
  }

  @Test
  void theGatewayKeepsToTheResourcesOfTheRequirement() throws Exception {
    PodTemplateSpec gateway = rendered("base").podsWith(GATEWAY).getFirst();
    var resources = container(gateway).getResources();

    assertThat(resources.getRequests())
        .isEqualTo(Map.of("cpu", new Quantity("250m"), "memory", new Quantity("256Mi")));
    assertThat(resources.getLimits())
        .isEqualTo(Map.of("cpu", new Quantity("500m"), "memory", new Quantity("512Mi")));
  }

  @Test
  void onlyTheGatewayReachesNodes() throws Exception {
    List<NetworkPolicy> forNodes =
        rendered("base").of(NetworkPolicy.class).stream()
            .filter(policy -> NODE.equals(policy.getSpec().getPodSelector().getMatchLabels()))
            .toList();

    assertThat(forNodes).hasSize(1);
    assertThat(forNodes.getFirst().getSpec().getPolicyTypes())
        .containsExactlyInAnyOrder("Ingress", "Egress");
    assertThat(forNodes.getFirst().getSpec().getEgress()).isEmpty();
    assertThat(forNodes.getFirst().getSpec().getIngress())
        .flatExtracting(rule -> rule.getFrom())
        .extracting(NetworkPolicyPeer::getPodSelector)
        .extracting(selector -> selector.getMatchLabels())
        .containsExactly(GATEWAY);
  }

  @Test
  void prometheusFindsWhatItScrapes() throws Exception {
    Manifests manifests = Manifests.parse(Kustomize.renderWith("monitoring"));

    assertThat(manifests.of(ServiceMonitor.class))
        .hasSize(2)
        .allSatisfy(
            monitor -> {
              List<Service> services =
                  manifests.of(Service.class).stream()
                      .filter(service -> selects(monitor, service))
                      .toList();
              assertThat(services).as(monitor.getMetadata().getName()).hasSize(1);
              assertThat(services.getFirst().getSpec().getPorts())
                  .extracting(port -> port.getName())
                  .contains(monitor.getSpec().getEndpoints().getFirst().getPort());
            });
  }

  private static boolean selects(ServiceMonitor monitor, HasMetadata service) {
    Map<String, String> wanted = monitor.getSpec().getSelector().getMatchLabels();
    return service.getMetadata().getLabels().entrySet().containsAll(wanted.entrySet());
  }
}
