package io.tokenlane.gateway.balance;

import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.springframework.cloud.client.ServiceInstance;

/** The fleets behind {@code lb://} routes, by the id of their service. */
final class ServicePools {
  private static final String WEIGHT = "weight";

  private final Map<String, ServicePool> pools = new ConcurrentHashMap<>();
  private volatile PoolSettings settings;
  private final int maxWaiting;
  private final long holdsNanos;
  private final ScheduledExecutorService clockwork;

  ServicePools(BalanceProperties properties, ScheduledExecutorService clockwork) {
    this.clockwork = clockwork;
    this.settings = properties.pool();
    this.maxWaiting = properties.maxWaiting();
    this.holdsNanos = properties.discoveryInterval().toNanos();
  }

  ServicePool of(String service) {
    return pools.computeIfAbsent(service, id -> new ServicePool());
  }

  /** From now on treats nodes like this. */
  void treat(PoolSettings next) {
    settings = next;
    pools.values().forEach(service -> service.pool.treat(next));
  }

  /** All services that were asked for so far. */
  Map<String, NodePool> all() {
    Map<String, NodePool> all = new TreeMap<>();
    pools.forEach((id, service) -> all.put(id, service.pool));
    return all;
  }

  /** One service's instances as nodes. */
  final class ServicePool {
    private final NodePool pool = new NodePool(settings);
    private final LateBinding line =
        BalanceConfig.ticking(new LateBinding(pool, maxWaiting), clockwork);
    private volatile List<ServiceInstance> told = List.of();
    private volatile long toldAt;
    private volatile Map<String, ServiceInstance> instances = Map.of();

    LateBinding line() {
      return line;
    }

    @Nullable ServiceInstance instance(String nodeId) {
      return instances.get(nodeId);
    }

    /** Whether it is time to ask again which instances there are. */
    boolean stale(long now) {
      return told.isEmpty() || now - toldAt >= holdsNanos;
    }

    /** Makes these the fleet; known ones keep what was learned of them. */
    void update(List<ServiceInstance> next, long now) {
      toldAt = now;
      if (!next.equals(told)) {
        replace(List.copyOf(next));
      }
    }

    private synchronized void replace(List<ServiceInstance> next) {
      Map<String, ServiceInstance> byId = new LinkedHashMap<>();
      for (ServiceInstance instance : next) {
        byId.putIfAbsent(name(instance), instance);
      }
      // Before the pool: whoever is leased must be found here.
      instances = byId;
      pool.replace(byId.entrySet().stream().map(e -> node(e.getKey(), e.getValue())).toList());
      told = next;
    }
  }

  private static String name(ServiceInstance instance) {
    String id = instance.getInstanceId();
    return id == null || id.isBlank() ? instance.getHost() + ':' + instance.getPort() : id;
  }

  private static Node node(String id, ServiceInstance instance) {
    return new Node(id, address(instance), weight(instance.getMetadata()), 0);
  }

  private static URI address(ServiceInstance instance) {
    return URI.create(
        (instance.isSecure() ? "https://" : "http://")
            + instance.getHost()
            + ':'
            + instance.getPort());
  }

  /** As Spring Cloud's weighted balancing reads it: a number in the instance's metadata. */
  private static double weight(@Nullable Map<String, String> metadata) {
    String told = metadata == null ? null : metadata.get(WEIGHT);
    if (told == null || !told.matches("[0-9]{1,6}(\\.[0-9]{1,6})?")) {
      return 1;
    }
    double weight = Double.parseDouble(told);
    return weight > 0 ? weight : 1;
  }
}
