package io.tokenlane.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.istio.api.security.v1.AuthorizationPolicy;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only some clusters want: each component on a folder that it goes with. */
class ComponentsTest {
  private static final String NAME = "app.kubernetes.io/name";
  private static final Map<String, String> GATEWAY = Map.of(NAME, "tokenlane-gateway");
  private static final Map<String, String> NODE = Map.of(NAME, "tokenlane-node");
  private static final Pattern OPTION = Pattern.compile("--(tokenlane\\.[a-z_.]+)=.*");

  private static Manifests with(String folder, String component)
      throws IOException, InterruptedException {
    return Manifests.parse(Kustomize.renderWith(folder, component));
  }

  private static PodSpec gateway(Manifests manifests) {
    return manifests.podsWith(GATEWAY).getFirst().getSpec();
  }

  private static Container container(PodSpec pod) {
    return pod.getContainers().getFirst();
  }

  @Test
  void kedaScalesTheNodesByTheirQueues() throws Exception {
    Manifests manifests = with("base", "autoscale-keda");
    ScaledObject.Spec spec = manifests.of(ScaledObject.class).getFirst().getSpec();

    assertThat(manifests.of(StatefulSet.class))
        .extracting(set -> set.getKind() + "/" + set.getMetadata().getName())
        .contains(spec.scaleTargetRef().kind() + "/" + spec.scaleTargetRef().name());
    assertThat(spec.triggers())
        .singleElement()
        .satisfies(trigger -> assertThat(trigger.type()).isEqualTo("prometheus"))
        .satisfies(
            trigger ->
                assertThat(trigger.metadata().query())
                    .contains("vllm:num_requests_waiting", "tokenlane_balance_waiting"));
    assertThatThrownBy(
            () ->
                Manifests.parse(
                    """
                    apiVersion: keda.sh/v1alpha1
                    kind: ScaledObject
                    metadata: {name: x}
                    spec: {scaleTargetRef: {name: y}, minReplicas: 2, triggers: []}
                    """))
        .hasMessageContaining("minReplicas");
  }

  /** One that names a metric which nobody serves never scales down. */
  @Test
  void gatewaysFollowTheirCallsOnlyWhereSomebodyTellsOfThem() throws Exception {
    String base = Files.readString(Path.of("base", "gateway-scaling.yaml"));

    assertThat(metrics(Manifests.parse(base))).containsExactly("Resource");
    assertThat(metrics(with("base", "autoscale-calls"))).containsExactly("Resource", "Pods");
  }

  private static List<String> metrics(Manifests manifests) {
    return manifests.of(HorizontalPodAutoscaler.class).getFirst().getSpec().getMetrics().stream()
        .map(metric -> metric.getType())
        .toList();
  }

  /**
   * HTTP is routed by its host, and a pod's address is none; rules about HTTP hold for it alone.
   */
  @Test
  void inAMeshNodesAreReachedByTheirAddresses() throws Exception {
    Manifests manifests = Manifests.parse(Kustomize.render("overlays/mesh-istio"));

    assertThat(manifests.of(Service.class))
        .filteredOn(service -> service.getMetadata().getName().equals("tokenlane-node"))
        .flatExtracting(service -> service.getSpec().getPorts())
        .singleElement()
        .satisfies(port -> assertThat(port.getAppProtocol()).isEqualTo("tcp"))
        .satisfies(port -> assertThat(port.getName()).isEqualTo("http"))
        .satisfies(port -> assertThat(port.getTargetPort().getStrVal()).isEqualTo("http"));
    assertThat(manifests.of(AuthorizationPolicy.class))
        .filteredOn(policy -> policy.getSpec().getSelector().getMatchLabels().equals(NODE))
        .flatExtracting(policy -> policy.getSpec().getRules())
        .hasSize(2)
        .flatExtracting(rule -> rule.getTo())
        .allSatisfy(to -> assertThat(to.getOperation().getPorts()).containsExactly("8091"))
        .allSatisfy(to -> assertThat(to.getOperation().getMethods()).isEmpty())
        .allSatisfy(to -> assertThat(to.getOperation().getPaths()).isEmpty());
  }

  /** Nodes themselves reach nobody; a sidecar that reaches no mesh gets no certificate. */
  @Test
  void inAMeshSidecarsOfNodesReachIt() throws Exception {
    String network = Files.readString(Path.of("overlays", "mesh-istio", "network.yaml"));
    NetworkPolicy policy = Manifests.parse(network).of(NetworkPolicy.class).getFirst();

    assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(NODE);
    assertThat(policy.getSpec().getEgress())
        .flatExtracting(rule -> rule.getPorts())
        .extracting(port -> port.getPort().getIntVal())
        .containsExactly(15012, 53, 53);
  }

  @Test
  void aModelComesFromAnImageWhereThereIsNoVolume() throws Exception {
    Manifests manifests = with("overlays/gpu", "model-init");
    PodSpec node = manifests.podsWith(NODE).getFirst().getSpec();

    assertThat(node.getInitContainers()).hasSize(1);
    assertThat(node.getVolumes())
        .filteredOn(volume -> volume.getName().equals("models"))
        .singleElement()
        .satisfies(volume -> assertThat(volume.getPersistentVolumeClaim()).isNull())
        .satisfies(volume -> assertThat(volume.getEmptyDir()).isNotNull());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"base", "overlays/cpu", "overlays/gpu", "overlays/mesh-istio", "overlays/edge"})
  void keysComeOutOfASecretThatIsNotHere(String folder) throws Exception {
    Manifests manifests = with(folder, "api-keys");
    PodSpec pod = gateway(manifests);

    assertThat(pod.getVolumes())
        .filteredOn(volume -> volume.getSecret() != null)
        .singleElement()
        .satisfies(
            volume -> assertThat(volume.getSecret().getSecretName()).isEqualTo("tokenlane-keys"))
        .satisfies(volume -> assertThat(volume.getSecret().getOptional()).isNull())
        .satisfies(
            volume ->
                assertThat(container(pod).getVolumeMounts())
                    .filteredOn(mount -> mount.getName().equals(volume.getName()))
                    .singleElement()
                    .satisfies(mount -> assertThat(mount.getSubPath()).isNull()));
    assertThat(container(pod).getArgs())
        .contains("--tokenlane.security.api_keys.file=/etc/tokenlane-keys/keys.yaml")
        .hasSize(2);
  }

  @Test
  void theAddressOfRedisComesOutOfASecret() throws Exception {
    assertThat(secretVariables(gateway(with("base", "redis"))))
        .containsExactly(
            "TOKENLANE_CACHE_REDIS_URI <- tokenlane-redis/uri",
            "TOKENLANE_LIMITS_REDIS_URI <- tokenlane-redis/uri");
  }

  @Test
  void theCloudsKeyComesOutOfASecret() throws Exception {
    assertThat(secretVariables(gateway(Manifests.parse(Kustomize.render("overlays/edge")))))
        .containsExactly("CLOUD_API_KEY <- tokenlane-cloud/api-key");
  }

  private static List<String> secretVariables(PodSpec pod) {
    return container(pod).getEnv().stream()
        .filter(variable -> variable.getValueFrom() != null)
        .map(ComponentsTest::source)
        .toList();
  }

  private static String source(EnvVar variable) {
    var key = variable.getValueFrom().getSecretKeyRef();
    return variable.getName() + " <- " + key.getName() + "/" + key.getKey();
  }

  /** What options set is a property of the gateway's. */
  @ParameterizedTest
  @ValueSource(strings = {"api-keys", "redis"})
  void whatIsSetCanBeSet(String component) throws Exception {
    String reference = Files.readString(Path.of("..", "docs", "reference.md"));
    Container gateway = container(gateway(with("base", component)));

    List<String> options =
        gateway.getArgs().stream()
            .map(OPTION::matcher)
            .filter(matcher -> matcher.matches())
            .map(matcher -> matcher.group(1))
            .toList();
    assertThat(options).allSatisfy(name -> assertThat(reference).contains("`" + name + "`"));
    assertThat(gateway.getEnv())
        .extracting(EnvVar::getName)
        .filteredOn(name -> name.startsWith("TOKENLANE_"))
        .allSatisfy(
            name ->
                assertThat(reference)
                    .contains("`" + name.toLowerCase(Locale.ROOT).replace('_', '.') + "`"));
    assertThat(gateway.getArgs().size() + gateway.getEnv().size()).isGreaterThan(2);
  }

  @Test
  void aConfigurationThatIsChangedInPlaceKeepsItsName() throws Exception {
    Manifests manifests = with("base", "config-in-place");

    assertThat(manifests.of(ConfigMap.class))
        .extracting(map -> map.getMetadata().getName())
        .contains("gateway-config")
        .anyMatch(name -> name.startsWith("node-config-"));
    assertThat(manifests.of(ConfigMap.class).getFirst().getData()).containsKey("gateway.yaml");
    assertThat(gateway(manifests).getVolumes())
        .extracting(volume -> volume.getConfigMap())
        .filteredOn(map -> map != null)
        .singleElement()
        .satisfies(map -> assertThat(map.getName()).isEqualTo("gateway-config"));
    // The folder, not one file of it: only that follows the ConfigMap.
    assertThat(container(gateway(manifests)).getVolumeMounts())
        .allSatisfy(mount -> assertThat(mount.getSubPath()).isNull());
  }

  /** A claim that one gateway writes to is never two gateways'. */
  @Test
  void atTheEdgeTheOldGatewayGoesBeforeTheNewOneComes() throws Exception {
    Manifests manifests = Manifests.parse(Kustomize.render("overlays/edge"));
    PodTemplateSpec pod = manifests.podsWith(GATEWAY).getFirst();

    assertThat(manifests.of(Deployment.class))
        .singleElement()
        .satisfies(
            deployment ->
                assertThat(deployment.getSpec().getStrategy().getType()).isEqualTo("Recreate"))
        .satisfies(
            deployment ->
                assertThat(deployment.getSpec().getStrategy().getRollingUpdate()).isNull());
    assertThat(pod.getSpec().getVolumes())
        .anyMatch(volume -> volume.getPersistentVolumeClaim() != null);
  }
}
