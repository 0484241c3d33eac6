package io.tokenlane.gateway.security;

import io.tokenlane.gateway.state.StateFolder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;

/** Reads and writes key files: YAML, a list under {@code keys}. */
final class KeyFile {
  private static final Set<String> FIELDS =
      Set.of("id", "sha256", "tenant", "roles", "expires", "revoked");

  private KeyFile() {}

  /**
   * The entries of a file.
   *
   * @throws IllegalArgumentException if one cannot be understood; names file, entry and field, and
   *     never a value that could be a key
   */
  static List<ApiKey> read(Path file) {
    return parse(file.toString(), text(file));
  }

  /**
   * A file as it stands.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "tokenlane.security.api_keys.file: " + file + " (expected: a readable key file)", e);
    }
  }

  static List<ApiKey> parse(String name, String text) {
    List<?> entries = entries(name, text);
    List<ApiKey> keys = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < entries.size(); i++) {
      ApiKey key = new Entry(name + ": keys[" + i + "].", entries.get(i)).toKey();
      if (!seen.add("id " + key.id()) || !seen.add("hash " + key.sha256())) {
        throw new IllegalArgumentException(
            name + ": keys[" + i + "]: id " + key.id() + " or its hash twice (expected: unique)");
      }
      keys.add(key);
    }
    return keys;
  }

  private static List<?> entries(String name, String text) {
    try {
      Object root = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
      if (root == null) {
        return List.of();
      }
      if (root instanceof Map<?, ?> map && map.get("keys") instanceof List<?> list) {
        return list;
      }
    } catch (YAMLException e) {
      throw new IllegalArgumentException(name + ": not YAML (expected: a list under keys)", e);
    }
    throw new IllegalArgumentException(name + ": no keys (expected: a list under keys)");
  }

  /** Writes the whole file, readable by its owner alone, all or nothing. */
  static void write(Path file, List<ApiKey> keys) throws IOException {
    DumperOptions block = new DumperOptions();
    block.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    String text =
        new Yaml(new Representer(block), block)
            .dump(Map.of("keys", keys.stream().map(KeyFile::fields).toList()));
    StateFolder.replace(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Changes a file, or makes it, while nobody else does: of two that change it at once each would
   * leave out what the other one did.
   */
  static void change(Path file, UnaryOperator<List<ApiKey>> change) throws IOException {
    Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
    // A file's lock is the whole process's.
    synchronized (KeyFile.class) {
      try (FileChannel others =
              FileChannel.open(
                  folder.resolve("." + file.getFileName() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock alone = others.lock()) {
        assert alone.isValid();
        write(file, change.apply(Files.exists(file) ? read(file) : List.of()));
      }
    }
  }

  private static Map<String, Object> fields(ApiKey key) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", key.id());
    fields.put("sha256", key.sha256());
    fields.put("tenant", key.tenant());
    fields.put("roles", key.roles().stream().sorted().toList());
    if (key.expires() != null) {
      fields.put("expires", key.expires().toString());
    }
    if (key.revoked()) {
      fields.put("revoked", true);
    }
    return fields;
  }

  /** One entry as it stands in the file. */
  private record Entry(String place, Map<?, ?> fields) {
    Entry(String place, @Nullable Object entry) {
      this(place, entry instanceof Map<?, ?> map ? map : Map.of());
      for (Object field : fields.keySet()) {
        if (field == null || !FIELDS.contains(field)) {
          throw new IllegalArgumentException(
              place + field + ": unknown (expected: one of " + FIELDS + ")");
        }
      }
    }

    ApiKey toKey() {
      return new ApiKey(
          text("id", "[A-Za-z0-9._-]{1,64}"),
          text("sha256", "[0-9a-f]{64}"),
          text("tenant", "[A-Za-z0-9._:/@-]{1,128}"),
          roles(),
          expires(),
          revoked());
    }

    private String text(String field, String pattern) {
      Object value = fields.get(field);
      if (value == null || !value.toString().matches(pattern)) {
        throw new IllegalArgumentException(
            place + field + ": missing or malformed (expected: " + pattern + ")");
      }
      return value.toString();
    }

    /** Nothing but the two words: who writes a third one did not mean that the key is good. */
    private boolean revoked() {
      Object revoked = fields.containsKey("revoked") ? fields.get("revoked") : false;
      if (revoked instanceof Boolean known) {
        return known;
      }
      throw new IllegalArgumentException(
          place + "revoked: " + revoked + " (expected: true or false, without quotes)");
    }

    private Set<String> roles() {
      Object roles = fields.get("roles");
      if (roles == null) {
        return Set.of();
      }
      if (roles instanceof List<?> list) {
        return list.stream().map(String::valueOf).collect(Collectors.toSet());
      }
      throw new IllegalArgumentException(place + "roles: " + roles + " (expected: a list)");
    }

    private @Nullable Instant expires() {
      return switch (fields.get("expires")) {
        case null -> null;
        case java.util.Date date -> date.toInstant();
        case Object text -> instant(text.toString());
      };
    }

    private Instant instant(String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            place + "expires: " + text + " (expected: a time such as 2027-01-31T00:00:00Z)", e);
      }
    }
  }
}
