package io.tokenlane.k8s;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Renders folders of manifests with kubectl's kustomize, which needs no cluster. */
final class Kustomize {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final List<String> VERSION = List.of("kubectl", "version", "--client");

  private Kustomize() {}

  /** The manifests of a folder under {@code k8s/}, as YAML documents. */
  static String render(String folder) throws IOException, InterruptedException {
    return build(ROOT.resolve(folder));
  }

  /** The base with a component, as an overlay of a user's own would have it. */
  static String renderWith(String component) throws IOException, InterruptedException {
    return renderWith("base", component);
  }

  /** A folder with a component. */
  static String renderWith(String folder, String component)
      throws IOException, InterruptedException {
    String name = component + "-on-" + folder.replace('/', '-');
    Path overlay = Files.createDirectories(ROOT.resolve("target/kustomize").resolve(name));
    Files.writeString(
        overlay.resolve("kustomization.yaml"),
        """
        apiVersion: kustomize.config.k8s.io/v1beta1
        kind: Kustomization
        namespace: tokenlane
        resources: [../../../%s]
        components: [../../../components/%s]
        """
            .formatted(folder, component));
    return build(overlay);
  }

  private static String build(Path folder) throws IOException, InterruptedException {
    Assumptions.assumeTrue(
        isThere(), "kubectl with kustomize 5: not found (expected: on the PATH)");
    return run(List.of("kubectl", "kustomize", folder.toString()));
  }

  private static boolean isThere() throws InterruptedException {
    try {
      return run(VERSION).contains("Kustomize Version: v5");
    } catch (IOException absent) {
      return false;
    }
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("kustomize", ".err");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(command + ": " + Files.readString(errors));
      }
      return output;
    } finally {
      Files.delete(errors);
    }
  }
}
