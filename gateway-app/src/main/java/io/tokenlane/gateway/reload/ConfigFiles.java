package io.tokenlane.gateway.reload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.Profiles;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.FileSystemResource;

/**
 * The files that the environment was loaded from: what holds of them, and what they say now.
 * Documents of one file that are for other profiles do not count; what a file imports is not read
 * again.
 */
public final class ConfigFiles {
  private static final Pattern FILE =
      Pattern.compile("(.*'file \\[(.+)]'.*?)( \\(document #\\d+\\))?");
  private static final String FOR_PROFILE = "spring.config.activate.on-profile";

  private final ConfigurableEnvironment environment;

  /** Reads nothing yet. */
  public ConfigFiles(ConfigurableEnvironment environment) {
    this.environment = environment;
  }

  /** A file's sources in an environment, what goes first coming first. */
  private record Loaded(String name, Path path, List<PropertySource<?>> sources) {}

  private List<Loaded> loaded() {
    Map<String, Loaded> files = new LinkedHashMap<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      Matcher parts = FILE.matcher(source.getName());
      if (parts.matches()) {
        String name = parts.group(1);
        files
            .computeIfAbsent(name, n -> new Loaded(n, Path.of(parts.group(2)), new ArrayList<>()))
            .sources()
            .add(source);
      }
    }
    return List.copyOf(files.values());
  }

  /** The files, the one that goes first coming first. */
  public List<Path> paths() {
    return loaded().stream().map(Loaded::path).toList();
  }

  /** Says whether the bytes of the files are the same as before; links are followed. */
  String fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path path : paths()) {
        digest.update(Files.isReadable(path) ? Files.readAllBytes(path) : new byte[] {0});
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException unreadable) {
      return "unreadable";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /**
   * What the files say now, none of it in force.
   *
   * @throws IOException where one is not there
   * @throws RuntimeException where one cannot be parsed
   */
  public List<Reading> read() throws IOException {
    List<Reading> readings = new ArrayList<>();
    for (Loaded file : loaded()) {
      readings.add(read(file));
    }
    return readings;
  }

  private Reading read(Loaded file) throws IOException {
    PropertySourceLoader loader =
        file.path().toString().endsWith(".properties")
            ? new PropertiesPropertySourceLoader()
            : new YamlPropertySourceLoader();
    List<PropertySource<?>> documents =
        loader.load(file.name(), new FileSystemResource(file.path()));
    List<PropertySource<?>> mine = documents.stream().filter(this::counts).toList().reversed();
    return new Reading(file.path(), file.name(), file.sources(), merged(mine));
  }

  private boolean counts(PropertySource<?> document) {
    Object profiles = document.getProperty(FOR_PROFILE);
    return profiles == null
        || environment.acceptsProfiles(Profiles.of(profiles.toString().split("\\s*,\\s*")));
  }

  /** As binding reads several sources: what comes first goes first, and lists are never mixed. */
  private static Map<String, Object> merged(List<PropertySource<?>> sources) {
    Map<String, Object> all = new LinkedHashMap<>();
    Set<String> lists = new HashSet<>();
    for (PropertySource<?> source : sources) {
      Set<String> mine = new HashSet<>();
      if (source instanceof EnumerablePropertySource<?> enumerable
          && enumerable.getSource() instanceof Map<?, ?> values) {
        values.forEach(
            (key, value) -> {
              String name = key.toString();
              int index = name.indexOf('[');
              String list = index < 0 ? "" : name.substring(0, index);
              if (index < 0 || !lists.contains(list)) {
                all.putIfAbsent(name, value);
                mine.add(list);
              }
            });
      }
      lists.addAll(mine);
    }
    return all;
  }

  /** One file: what holds of it, and what it says now. */
  public static final class Reading {
    private final Path path;
    private final String name;
    private final List<PropertySource<?>> sources;
    private final Map<String, Object> before;
    private final Map<String, Object> after;

    private Reading(
        Path path, String name, List<PropertySource<?>> sources, Map<String, Object> after) {
      this.path = path;
      this.name = name;
      this.sources = sources;
      this.before = merged(sources);
      this.after = after;
    }

    /** Where it lies. */
    public Path path() {
      return path;
    }

    boolean isEmpty() {
      return after.isEmpty();
    }

    /** Properties that differ, in order of their names, secrets hidden. */
    public List<Outcome.Change> changes() {
      List<Outcome.Change> changes = new ArrayList<>();
      Set<String> names = new TreeSet<>(before.keySet());
      names.addAll(after.keySet());
      for (String property : names) {
        String old = text(before.get(property));
        String young = text(after.get(property));
        if (!Objects.equals(old, young)) {
          changes.add(new Outcome.Change(property, hidden(property, old), hidden(property, young)));
        }
      }
      return changes;
    }

    private static @Nullable String hidden(String property, @Nullable String value) {
      return value == null ? null : Secrets.hidden(property, value);
    }

    /** The new values of properties that {@code live} takes, the older ones of all others. */
    private PropertySource<?> effective(Predicate<String> live) {
      Map<String, Object> values = new LinkedHashMap<>();
      after.forEach((property, value) -> put(values, property, value, live.test(property)));
      before.forEach((property, value) -> put(values, property, value, !live.test(property)));
      return new OriginTrackedMapPropertySource(name, values);
    }

    private static void put(
        Map<String, Object> values, String property, Object value, boolean taken) {
      if (taken) {
        values.put(property, value);
      }
    }

    private void into(MutablePropertySources all, Predicate<String> live) {
      PropertySource<?> effective = effective(live);
      String first = sources.getFirst().getName();
      if (first.equals(name)) {
        all.replace(first, effective);
      } else {
        all.addBefore(first, effective);
      }
      sources.stream()
          .map(PropertySource::getName)
          .filter(other -> !other.equals(name))
          .forEach(all::remove);
    }
  }

  private static @Nullable String text(@Nullable Object value) {
    Object plain = value instanceof OriginTrackedValue tracked ? tracked.getValue() : value;
    return plain == null ? null : plain.toString();
  }

  /** The environment as it would be; nothing of it is in force. */
  public ConfigurableEnvironment with(List<Reading> readings, Predicate<String> live) {
    StandardEnvironment changed = new StandardEnvironment();
    MutablePropertySources sources = changed.getPropertySources();
    sources.stream().map(PropertySource::getName).toList().forEach(sources::remove);
    environment.getPropertySources().stream()
        .filter(source -> !source.getName().equals("configurationProperties"))
        .forEach(sources::addLast);
    readings.forEach(reading -> reading.into(sources, live));
    return changed;
  }

  /** Puts what the files say in force, as far as {@code live} takes it. */
  void take(List<Reading> readings, Predicate<String> live) {
    readings.forEach(reading -> reading.into(environment.getPropertySources(), live));
  }
}
