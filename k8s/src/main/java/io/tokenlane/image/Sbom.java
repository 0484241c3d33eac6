package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The bill of materials of an image (CycloneDX): that of the program's Maven module, with the Java
 * runtime and the libraries of the system, which Maven does not know of.
 */
final class Sbom {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Sbom() {}

  /**
   * Files that Maven does not know of.
   *
   * @param files by their paths in the image
   * @param description what they are
   */
  record Foreign(Map<String, Path> files, String description) {}

  /** Writes the bill of an image, from those of its modules; the first one is the program's. */
  static void write(List<Path> ofModules, Path runtime, List<Foreign> foreign, Path target)
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
    for (Foreign kind : foreign) {
      for (Map.Entry<String, Path> file : kind.files().entrySet()) {
        file(components, file.getKey(), file.getValue()).put("description", kind.description());
      }
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

  /** A file has no version but its content. */
  private static ObjectNode file(ArrayNode components, String path, Path file) throws IOException {
    ObjectNode added = component(components, file.getFileName().toString(), "");
    added.put("type", "file").put("bom-ref", "image:" + path);
    added.withArray("hashes").addObject().put("alg", "SHA-256").put("content", sha256(file));
    added.putObject("evidence").putArray("occurrences").addObject().put("location", path);
    return added;
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
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
