package io.tokenlane.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * KEDA's ScaledObject with every field that its specification lists (keda.sh, ScaledObject
 * specification), of which fabric8 has no model.
 */
@Group("keda.sh")
@Version("v1alpha1")
final class ScaledObject extends CustomResource<ScaledObject.Spec, Void> implements Namespaced {
  private static final long serialVersionUID = 1L;

  /** What is scaled, how far, how fast, by what. */
  record Spec(
      Target scaleTargetRef,
      @Nullable Integer pollingInterval,
      @Nullable Integer initialCooldownPeriod,
      @Nullable Integer cooldownPeriod,
      @Nullable Integer idleReplicaCount,
      @Nullable Integer minReplicaCount,
      @Nullable Integer maxReplicaCount,
      @Nullable Fallback fallback,
      @Nullable JsonNode advanced,
      List<Trigger> triggers) {}

  record Target(
      @Nullable String apiVersion,
      @Nullable String kind,
      String name,
      @Nullable String envSourceContainerName) {}

  record Fallback(Integer failureThreshold, Integer replicas, @Nullable String behavior) {}

  record Trigger(
      String type,
      @Nullable String name,
      @Nullable Boolean useCachedMetrics,
      @Nullable String metricType,
      Prometheus metadata,
      @Nullable Authentication authenticationRef) {}

  /** The metadata of triggers of the type {@code prometheus}; all values are texts. */
  record Prometheus(
      String serverAddress,
      String query,
      String threshold,
      @Nullable String activationThreshold,
      @Nullable String namespace,
      @Nullable String customHeaders,
      @Nullable String ignoreNullValues,
      @Nullable String queryParameters,
      @Nullable String unsafeSsl,
      @Nullable String timeout,
      @Nullable String authModes) {}

  record Authentication(String name, @Nullable String kind) {}
}
