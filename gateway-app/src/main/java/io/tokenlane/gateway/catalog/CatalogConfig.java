package io.tokenlane.gateway.catalog;

import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class CatalogConfig {
  @Bean
  ModelCatalog modelCatalog() {
    return new ModelCatalog();
  }

  @Bean
  GlobalFilter modelsFilter(ModelCatalog catalog) {
    return new ModelsFilter(catalog);
  }
}
