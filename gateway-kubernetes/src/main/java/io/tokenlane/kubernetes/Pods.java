package io.tokenlane.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.tokenlane.gateway.balance.ServiceWatch.Member;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Reads EndpointSlices ({@code discovery.k8s.io/v1}). An endpoint may stand in several slices for a
 * moment, and a pod with addresses of both families always does: it is one node, by IPv4 where it
 * has both.
 */
final class Pods {
  private static final String IPV6 = "IPv6";

  private Pods() {}

  /** The nodes that may be asked now, by name. */
  static List<Member> of(Target target, Collection<EndpointSlice> slices) {
    Map<String, Member> members = new TreeMap<>();
    for (EndpointSlice slice : slices) {
      OptionalInt port = port(target, slice);
      if (port.isPresent() && slice.getEndpoints() != null) {
        boolean last = IPV6.equals(slice.getAddressType());
        for (Endpoint endpoint : slice.getEndpoints()) {
          member(target, endpoint, port.getAsInt())
              .ifPresent(
                  member -> {
                    if (last) {
                      members.putIfAbsent(member.name(), member);
                    } else {
                      members.put(member.name(), member);
                    }
                  });
        }
      }
    }
    return List.copyOf(members.values());
  }

  /** The wanted port where the slice has it. A slice without ports stands for all of them. */
  private static OptionalInt port(Target target, EndpointSlice slice) {
    List<EndpointPort> ports = slice.getPorts();
    if (ports == null || ports.isEmpty()) {
      return target.port() < 0 ? OptionalInt.empty() : OptionalInt.of(target.port());
    }
    return ports.stream()
        .filter(port -> port.getPort() != null)
        .mapToInt(EndpointPort::getPort)
        .filter(port -> target.port() < 0 || port == target.port())
        .findFirst();
  }

  private static Optional<Member> member(Target target, Endpoint endpoint, int port) {
    List<String> addresses = endpoint.getAddresses();
    if (addresses == null || addresses.isEmpty() || !takesCalls(endpoint)) {
      return Optional.empty();
    }
    String address = addresses.getFirst();
    String name = endpoint.getTargetRef() == null ? null : endpoint.getTargetRef().getName();
    return host(target, endpoint, address)
        .map(host -> URI.create(target.scheme() + "://" + host + ':' + port + target.path()))
        .map(uri -> new Member(name == null ? address : name, uri));
  }

  /** Empty where a name is needed and the pod has none of its own. */
  private static Optional<String> host(Target target, Endpoint endpoint, String address) {
    if (!target.byName()) {
      return Optional.of(address.indexOf(':') < 0 ? address : '[' + address + ']');
    }
    return Optional.ofNullable(endpoint.getHostname())
        .map(name -> name + '.' + target.service() + '.' + target.namespace() + ".svc");
  }

  /**
   * Whether the pod itself is ready and not about to stop. {@code serving} says so also where the
   * service publishes addresses that are not ready ({@code publishNotReadyAddresses}), and {@code
   * ready} does not; what is not told counts as so.
   */
  private static boolean takesCalls(Endpoint endpoint) {
    EndpointConditions told = endpoint.getConditions();
    if (told == null) {
      return true;
    }
    Boolean serving = told.getServing() == null ? told.getReady() : told.getServing();
    return !Boolean.FALSE.equals(serving) && !Boolean.TRUE.equals(told.getTerminating());
  }
}
