package io.tokenlane.gateway.config;

import java.io.IOException;
import java.util.List;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.Resource;

/** Reads configuration files named {@code *.json} like YAML, of which JSON is a subset. */
public final class JsonPropertySourceLoader implements PropertySourceLoader {
  private final YamlPropertySourceLoader yaml = new YamlPropertySourceLoader();

  @Override
  public String[] getFileExtensions() {
    return new String[] {"json"};
  }

  @Override
  public List<PropertySource<?>> load(String name, Resource resource) throws IOException {
    return yaml.load(name, resource);
  }
}
