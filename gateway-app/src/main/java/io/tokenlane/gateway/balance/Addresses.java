package io.tokenlane.gateway.balance;

import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Looks nodes up: each address of a host by the system's resolver, or a service's instances. */
final class Addresses implements NodeSources.Lookup {
  private final @Nullable ReactiveDiscoveryClient reactive;
  private final @Nullable DiscoveryClient blocking;

  /** Asks the first of the two that there is. */
  Addresses(@Nullable ReactiveDiscoveryClient reactive, @Nullable DiscoveryClient blocking) {
    this.reactive = reactive;
    this.blocking = blocking;
  }

  @Override
  public Mono<List<URI>> addresses(NodeProperties entry) {
    URI uri = entry.uri();
    return entry.dns()
        ? Mono.fromCallable(() -> resolved(uri)).subscribeOn(Schedulers.boundedElastic())
        : instances(uri.getHost()).map(ServiceInstance::getUri).sort().collectList();
  }

  private static List<URI> resolved(URI uri) throws java.net.UnknownHostException {
    return Arrays.stream(InetAddress.getAllByName(uri.getHost()))
        .map(address -> at(uri, address))
        .sorted()
        .toList();
  }

  private static URI at(URI uri, InetAddress address) {
    String text = address.getHostAddress();
    String host = text.indexOf(':') < 0 ? text : '[' + text + ']';
    int port = uri.getPort() < 0 ? 80 : uri.getPort();
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return URI.create(uri.getScheme() + "://" + host + ':' + port + path);
  }

  private Flux<ServiceInstance> instances(String service) {
    if (reactive != null) {
      return reactive.getInstances(service);
    }
    DiscoveryClient client = blocking;
    if (client == null) {
      return Flux.error(new IllegalStateException("no discovery client (expected: one)"));
    }
    return Mono.fromCallable(() -> client.getInstances(service))
        .subscribeOn(Schedulers.boundedElastic())
        .flatMapIterable(all -> all);
  }
}
