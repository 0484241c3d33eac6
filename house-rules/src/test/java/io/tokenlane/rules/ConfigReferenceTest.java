package io.tokenlane.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.rules.PropertyRecord.Property;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The reference of properties (docs/reference.md) and the metadata that IDEs complete from are made
 * of the property records and their Javadoc. {@code -Dtokenlane.write=true} writes them anew.
 */
class ConfigReferenceTest {
  private static final Path ROOT = Path.of(System.getProperty("tokenlane.root"));
  private static final boolean WRITES = Boolean.getBoolean("tokenlane.write");
  private static final SourceTree SOURCES = SourceTree.ofProject();

  private static final Map<String, String> TYPES =
      Map.of(
          "string", "java.lang.String",
          "int", "java.lang.Integer",
          "long", "java.lang.Long",
          "double", "java.lang.Double",
          "boolean", "java.lang.Boolean",
          "duration", "java.time.Duration",
          "datasize", "org.springframework.util.unit.DataSize",
          "uri", "java.net.URI");

  private static List<Property> gateway() throws ClassNotFoundException {
    List<Property> all =
        new ArrayList<>(of("tokenlane", "io.tokenlane.gateway.config.TokenlaneProperties"));
    all.removeIf(property -> property.name().startsWith("tokenlane.prefetch."));
    all.addAll(of("prefetch", "io.tokenlane.gateway.prefetch.PrefetchProperties"));
    return all;
  }

  private static List<Property> node() throws ClassNotFoundException {
    List<Property> all =
        new ArrayList<>(of("tokenlane.node", "io.tokenlane.node.config.NodeSettings"));
    all.addAll(of("tokenlane.energy", "io.tokenlane.node.config.EnergySettings"));
    all.addAll(of("tokenlane.telemetry", "io.tokenlane.node.trace.TelemetryProperties"));
    return all;
  }

  private static List<Property> of(String prefix, String type) throws ClassNotFoundException {
    return PropertyRecord.of(prefix, Class.forName(type), SOURCES);
  }

  @Test
  void everyPropertyIsDescribed() throws ClassNotFoundException {
    List<Property> all = new ArrayList<>(gateway());
    all.addAll(node());
    assertThat(all).hasSizeGreaterThan(60);
    assertThat(all)
        .allSatisfy(property -> assertThat(property.what()).as(property.name()).isNotEmpty())
        .allSatisfy(
            property -> assertThat(property.what()).as(property.name()).doesNotContain("{@"));
  }

  @Test
  void theReferenceIsUpToDate() throws Exception {
    String text =
        """
        # Reference of all properties

        Made from the property records and their Javadoc by `ConfigReferenceTest`; do not edit. Keys may be
        written `snake_case`, `kebab-case` or `camelCase`; `[]` stands for the elements of a list, `ID` for a
        route's or model's name. How they work together: [gateway](gateway-configuration.md), [node](node.md).

        ## Gateway

        %s
        ## Node

        %s
        `model_config` (quantization, enable_continuous_batching, max_batch_size, kv_cache_strategy) is described
        in [node.md](node.md).
        """
            .formatted(table(gateway()), table(node()));
    compare(ROOT.resolve("docs/reference.md"), text);
  }

  private static String table(List<Property> properties) {
    StringBuilder table =
        new StringBuilder("| property | type | default | what |\n|---|---|---|---|\n");
    for (Property property : properties) {
      table.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  property.name(),
                  property.type(),
                  property.standard().isEmpty() ? "" : "`" + property.standard() + "`",
                  property.what().replace("|", "\\|")));
    }
    return table.toString();
  }

  @Test
  void theMetadataForIdesIsUpToDate() throws Exception {
    compare(
        ROOT.resolve("gateway-app/src/main/resources/META-INF/spring-configuration-metadata.json"),
        metadata(gateway()));
    compare(
        ROOT.resolve(
            "inference-node/server/src/main/resources/META-INF/spring-configuration-metadata.json"),
        metadata(node()));
  }

  /** Spring Boot's configuration metadata: names in kebab-case, defaults as they are written. */
  private static String metadata(List<Property> properties) {
    StringBuilder json = new StringBuilder("{\n  \"groups\": [],\n  \"hints\": [],\n");
    json.append("  \"properties\": [\n");
    for (int i = 0; i < properties.size(); i++) {
      Property property = properties.get(i);
      json.append("    {\"name\": ").append(quoted(kebab(property.name())));
      json.append(", \"type\": ").append(quoted(type(property.type())));
      json.append(", \"description\": ").append(quoted(property.what()));
      if (!property.standard().isEmpty()) {
        json.append(", \"defaultValue\": ").append(quoted(property.standard()));
      }
      json.append(i + 1 < properties.size() ? "},\n" : "}\n");
    }
    return json.append("  ]\n}\n").toString();
  }

  private static String kebab(String name) {
    return name.replace('_', '-').replace("[]", "[0]");
  }

  private static String type(String kind) {
    if (kind.equals("map")) {
      return "java.util.Map<java.lang.String,java.lang.String>";
    }
    return kind.startsWith("list of ")
        ? "java.util.List<java.lang.String>"
        : TYPES.getOrDefault(kind, "java.lang.String");
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static void compare(Path file, String wanted) throws IOException {
    if (WRITES) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, wanted);
    }
    assertThat(Files.readString(file))
        .as("%s; -Dtokenlane.write=true writes it anew", ROOT.relativize(file))
        .isEqualTo(wanted);
  }
}
