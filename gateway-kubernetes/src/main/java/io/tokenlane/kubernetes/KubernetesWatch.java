package io.tokenlane.kubernetes;

import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.tokenlane.gateway.balance.ServiceWatch;
import java.net.URI;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the EndpointSlices of services (fabric8's informer: one list, then a watch, begun anew
 * whenever it breaks). It finds the API server as every client in a cluster does: by the pod's
 * service account, else by {@code KUBECONFIG}. It lists and watches EndpointSlices, nothing else.
 */
public final class KubernetesWatch implements ServiceWatch {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesWatch.class);
  private static final String OF_SERVICE = "kubernetes.io/service-name";
  private static final String DEFAULT_NAMESPACE = "default";

  private final KubernetesClient client;

  /** For the cluster that this process runs in. */
  public KubernetesWatch() {
    this(new KubernetesClientBuilder().build());
  }

  KubernetesWatch(KubernetesClient client) {
    this.client = client;
  }

  @Override
  public void follow(URI service, Consumer<List<Member>> told) {
    Target target = Target.of(service, ownNamespace());
    SharedIndexInformer<EndpointSlice> informer =
        client
            .discovery()
            .v1()
            .endpointSlices()
            .inNamespace(target.namespace())
            .withLabel(OF_SERVICE, target.service())
            .runnableInformer(0);
    var _ = informer.addEventHandler(new Slices(target, told));
    var _ =
        informer.exceptionHandler(
            (started, failure) -> {
              LOG.warn(
                  "service {} in namespace {}: {}",
                  target.service(),
                  target.namespace(),
                  failure.getMessage());
              return true;
            });
    var _ = informer.start();
  }

  private String ownNamespace() {
    String own = client.getNamespace();
    return own == null ? DEFAULT_NAMESPACE : own;
  }

  @Override
  public void close() {
    client.close();
  }

  /** What the slices of one service say together. The informer tells one thing after the other. */
  private static final class Slices implements ResourceEventHandler<EndpointSlice> {
    private final Target target;
    private final Consumer<List<Member>> told;
    private final TreeMap<String, EndpointSlice> slices = new TreeMap<>();

    Slices(Target target, Consumer<List<Member>> told) {
      this.target = target;
      this.told = told;
    }

    @Override
    public void onAdd(EndpointSlice added) {
      put(added);
    }

    @Override
    public void onUpdate(EndpointSlice before, EndpointSlice now) {
      put(now);
    }

    @Override
    public void onDelete(EndpointSlice gone, boolean unseen) {
      slices.remove(gone.getMetadata().getName());
      told.accept(Pods.of(target, slices.values()));
    }

    private void put(EndpointSlice slice) {
      slices.put(slice.getMetadata().getName(), slice);
      told.accept(Pods.of(target, slices.values()));
    }
  }
}
