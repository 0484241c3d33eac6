package io.tokenlane.gateway.balance;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Finds a {@link ServiceWatch}: on the class path, or in the folder {@value #FOLDER} of jars beside
 * the gateway's own. Nothing in that folder is looked at before it is asked for.
 */
final class WatchLoader {
  static final String FOLDER = "kubernetes";

  private WatchLoader() {}

  /** Beside the jar that this class came in. */
  static Path folder() {
    try {
      URI own = WatchLoader.class.getProtectionDomain().getCodeSource().getLocation().toURI();
      return Path.of(own).resolveSibling(FOLDER);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The watch.
   *
   * @throws IllegalStateException if there is none
   */
  @SuppressWarnings("BanClassLoader") // beside our own jar, written by whoever wrote that
  static ServiceWatch open(Path folder) {
    ClassLoader loader =
        new URLClassLoader(FOLDER, jars(folder), WatchLoader.class.getClassLoader());
    return ServiceLoader.load(ServiceWatch.class, loader)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "tokenlane.nodes: kubernetes: true (expected: the jars of gateway-kubernetes in "
                        + folder
                        + ")"));
  }

  private static URL[] jars(Path folder) {
    List<URL> jars = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
        for (Path file : files) {
          jars.add(url(file));
        }
      } catch (IOException e) {
        throw new IllegalStateException(folder + ": not readable", e);
      }
    }
    return jars.toArray(URL[]::new);
  }

  private static URL url(Path file) throws MalformedURLException {
    return file.toUri().toURL();
  }
}
