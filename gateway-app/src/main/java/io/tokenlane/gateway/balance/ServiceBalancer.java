package io.tokenlane.gateway.balance;

import io.tokenlane.balance.Lease;
import io.tokenlane.balance.NoSlotException;
import io.tokenlane.gateway.call.Trail;
import java.net.URI;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.EmptyResponse;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.gateway.route.Route;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.cloud.loadbalancer.core.NoopServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;
import reactor.core.publisher.Mono;

/**
 * Spring Cloud's load balancer for {@code lb://} routes, with our strategies: leases an instance
 * for the request's trail, whose end closes the lease.
 */
final class ServiceBalancer implements ReactorServiceInstanceLoadBalancer {
  private final String service;
  private final ObjectProvider<ServiceInstanceListSupplier> instances;
  private final ServicePools pools;
  private final Leasing leasing;
  private final NodeMeters meters;

  ServiceBalancer(
      String service,
      ObjectProvider<ServiceInstanceListSupplier> instances,
      ServicePools pools,
      Leasing leasing,
      NodeMeters meters) {
    this.service = service;
    this.instances = instances;
    this.pools = pools;
    this.leasing = leasing;
    this.meters = meters;
  }

  /** The request's context must be that of a gateway route. */
  @Override
  @SuppressWarnings({"rawtypes", "unchecked"})
  public Mono<Response<ServiceInstance>> choose(Request request) {
    ServicePools.ServicePool pool = pools.of(service);
    return pool.stale(System.nanoTime())
        ? told((Request<?>) request, pool)
        : choose((Request<?>) request, pool);
  }

  private Mono<Response<ServiceInstance>> told(Request<?> request, ServicePools.ServicePool pool) {
    return instances
        .getIfAvailable(NoopServiceInstanceListSupplier::new)
        .get(request)
        .next()
        .doOnNext(all -> pool.update(all, System.nanoTime()))
        .then(Mono.defer(() -> choose(request, pool)));
  }

  private Mono<Response<ServiceInstance>> choose(
      Request<?> request, ServicePools.ServicePool pool) {
    RequestData data =
        request.getContext() instanceof RequestDataContext context
            ? context.getClientRequest()
            : null;
    if (data == null) {
      return Mono.error(
          new IllegalArgumentException(
              "load balancer request: " + request.getContext() + " (expected: of a route)"));
    }
    Trail trail = Trail.in(data.getAttributes());
    return leasing
        .lease(pool.line(), asked(data, trail))
        .map(lease -> leased(lease, trail, pool))
        .onErrorResume(ServiceBalancer::nobody, none -> Mono.just(new EmptyResponse()))
        .onErrorMap(NoSlotException.class, Leasing::refusal);
  }

  private static boolean nobody(Throwable failure) {
    return failure instanceof NoSlotException none
        && none.reason() == NoSlotException.Reason.NO_NODE;
  }

  private static Leasing.Asked asked(RequestData request, Trail trail) {
    Object route = request.getAttributes().get(ServerWebExchangeUtils.GATEWAY_ROUTE_ATTR);
    HttpHeaders headers = request.getHeaders();
    MultiValueMap<String, String> cookies = request.getCookies();
    return new Leasing.Asked(
        trail,
        route instanceof Route known ? known.getId() : "",
        headers == null ? HttpHeaders.EMPTY : headers,
        name -> cookies == null ? null : cookies.getFirst(name),
        trail.tried(),
        Set.of());
  }

  private Response<ServiceInstance> leased(
      Lease lease, Trail trail, ServicePools.ServicePool pool) {
    String id = lease.node().id();
    meters.picked(id);
    trail.leased(lease, () -> false, System.nanoTime());
    ServiceInstance known = pool.instance(id);
    return new DefaultResponse(known == null ? gone(id, lease.node().uri()) : known);
  }

  /** It left while the request waited for it; its calls end as usual. */
  private ServiceInstance gone(String id, URI uri) {
    return new DefaultServiceInstance(
        id, service, uri.getHost(), uri.getPort(), "https".equals(uri.getScheme()));
  }
}
