package io.tokenlane.gateway.balance;

import org.springframework.cloud.loadbalancer.core.ReactorServiceInstanceLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** What Spring Cloud makes for each service that an {@code lb://} route names. */
class ServiceBalancerConfig {
  @Bean
  ReactorServiceInstanceLoadBalancer serviceBalancer(
      Environment environment,
      LoadBalancerClientFactory clients,
      ServicePools pools,
      Leasing leasing,
      NodeMeters meters) {
    String service = environment.getRequiredProperty(LoadBalancerClientFactory.PROPERTY_NAME);
    return new ServiceBalancer(
        service,
        clients.getLazyProvider(service, ServiceInstanceListSupplier.class),
        pools,
        leasing,
        meters);
  }
}
