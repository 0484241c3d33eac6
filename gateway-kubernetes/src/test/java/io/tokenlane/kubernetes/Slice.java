package io.tokenlane.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** EndpointSlices as the control plane writes them. */
final class Slice {
  private Slice() {}

  static EndpointSlice of(String name, String service, int port, Endpoint... endpoints) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("tokenlane")
        .addToLabels("kubernetes.io/service-name", service)
        .endMetadata()
        .withAddressType("IPv4")
        .addNewPort()
        .withName("http")
        .withPort(port)
        .endPort()
        .withEndpoints(List.of(endpoints))
        .build();
  }

  static EndpointSlice sixth(EndpointSlice slice) {
    return slice.edit().withAddressType("IPv6").build();
  }

  static Endpoint ready(String pod, String address) {
    return endpoint(pod, address, true, true, false);
  }

  /** As the service of our nodes has it: published although it is not ready. */
  static Endpoint unready(String pod, String address) {
    return endpoint(pod, address, true, false, false);
  }

  static Endpoint stopping(String pod, String address) {
    return endpoint(pod, address, false, true, true);
  }

  private static Endpoint endpoint(
      String pod, String address, boolean ready, boolean serving, boolean terminating) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withHostname(pod)
        .withTargetRef(new ObjectReferenceBuilder().withKind("Pod").withName(pod).build())
        .withNewConditions()
        .withReady(ready)
        .withServing(serving)
        .withTerminating(terminating)
        .endConditions()
        .build();
  }

  static Endpoint bare(String address, @Nullable Boolean ready) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withNewConditions()
        .withReady(ready)
        .endConditions()
        .build();
  }
}
