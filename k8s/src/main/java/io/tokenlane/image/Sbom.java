package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The bill of materials of an image (CycloneDX): that of the program's Maven module, with the Java
 * runtime and the C library, which Maven does not know of.
 */
final class Sbom {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Sbom() {}

  /** Writes the bill of an image, from those of its modules; the first one is the program's. */
  static void write(List<Path> ofModules, Path runtime, Set<Path> libraries, Path target)
      throws IOException {
    ObjectNode bill = (ObjectNode) JSON.readTree(ofModules.getFirst().toFile());
    ArrayNode components = bill.withArray("components");
    Set<String> known = new HashSet<>();
    components.forEach(component -> known.add(component.path("bom-ref").asString()));
    for (Path more : ofModules.subList(1, ofModules.size())) {
      for (JsonNode component : JSON.readTree(more.toFile()).path("components")) {
        if (known.add(component.path("bom-ref").asString())) {
          components.add(component);
        }
      }
    }
    component(components, "Java runtime", runtimeVersion(runtime));
    for (Path library : libraries) {
      ObjectNode added = component(components, library.getFileName().toString(), "");
      added.put("type", "file");
      added.put("description", "C library of the machine that built the image");
    }
    Files.createDirectories(target.getParent());
    JSON.writerWithDefaultPrettyPrinter().writeValue(target.toFile(), bill);
  }

  private static ObjectNode component(ArrayNode components, String name, String version) {
    ObjectNode added = components.addObject();
    added.put("type", "library").put("bom-ref", "image:" + name).put("name", name);
    if (!version.isEmpty()) {
      added.put("version", version);
    }
    return added;
  }

  private static String runtimeVersion(Path runtime) throws IOException {
    Properties release = new Properties();
    try (var reader = Files.newBufferedReader(runtime.resolve("release"))) {
      release.load(reader);
    }
    return release
        .getProperty("JAVA_RUNTIME_VERSION", release.getProperty("JAVA_VERSION", ""))
        .replace("\"", "");
  }
}
