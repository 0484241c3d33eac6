package io.tokenlane.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads an OCI image layout (opencontainers image-spec) in a tar, of one image. */
final class OciTar {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Map<String, byte[]> blobs = new HashMap<>();
  private final JsonNode manifest;

  private OciTar(Path tar) throws IOException {
    try (InputStream in = Files.newInputStream(tar)) {
      walk(in, (entry, content) -> blobs.put(entry.getName(), content));
    }
    manifest = blob(JSON.readTree(bytes("index.json")).at("/manifests/0/digest").asString());
  }

  static OciTar read(Path tar) throws IOException {
    return new OciTar(tar);
  }

  /** What is run, and as whom. */
  JsonNode config() {
    return blob(manifest.at("/config/digest").asString()).path("config");
  }

  /** Every file of every layer, in order. */
  void files(BiConsumer<TarArchiveEntry, byte[]> visitor) throws IOException {
    for (JsonNode layer : manifest.path("layers")) {
      byte[] packed = bytes(name(layer.path("digest").asString()));
      walk(new GZIPInputStream(new ByteArrayInputStream(packed)), visitor);
    }
  }

  /** Unpacks all layers into a folder, with their permissions and times. */
  void unpack(Path root) throws IOException {
    files(
        (entry, content) -> {
          try {
            Path file = root.resolve(entry.getName()).normalize();
            if (!file.startsWith(root)) {
              throw new IOException(entry.getName() + " (expected: within the root)");
            }
            if (entry.isDirectory()) {
              Files.createDirectories(file);
            } else {
              Files.createDirectories(file.getParent());
              Files.write(file, content);
            }
            Files.setPosixFilePermissions(file, permissions(entry.getMode()));
            Files.setLastModifiedTime(file, FileTime.from(entry.getLastModifiedTime().toInstant()));
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> permissions = new HashSet<>();
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int bit = 0; bit < all.length; bit++) {
      if ((mode & (0400 >> bit)) != 0) {
        permissions.add(all[bit]);
      }
    }
    return permissions;
  }

  private JsonNode blob(String digest) {
    return JSON.readTree(bytes(name(digest)));
  }

  private static String name(String digest) {
    return "blobs/" + digest.replace(':', '/');
  }

  private byte[] bytes(String name) {
    byte[] found = blobs.get(name);
    if (found == null) {
      throw new IllegalStateException(name + ": not in the tar");
    }
    return found;
  }

  private static void walk(InputStream in, BiConsumer<TarArchiveEntry, byte[]> visitor)
      throws IOException {
    try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        visitor.accept(entry, tar.readAllBytes());
      }
    }
  }
}
