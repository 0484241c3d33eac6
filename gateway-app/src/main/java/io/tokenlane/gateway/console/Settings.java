package io.tokenlane.gateway.console;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.FileSystemResource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration as it was loaded, secrets hidden, and what the files say now: which lines have
 * changed, and whether the gateway would start with them.
 */
final class Settings {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern OURS =
      Pattern.compile(
          "(tokenlane|prefetch|server|management|resilience4j|spring\\.cloud\\.gateway|spring\\.ssl"
              + "|spring\\.cloud\\.discovery)\\..*");
  private static final Pattern SECRET =
      Pattern.compile(
          "(.*(api[-_]?key|password|secret|token|credentials?|authorization)(s?\\[\\d+])?"
              + "|.*\\.headers\\..*)",
          Pattern.CASE_INSENSITIVE);

  /** Keys written out, and fields that filters add. */
  private static final Pattern SECRET_VALUE =
      Pattern.compile("PRIVATE KEY-----|^(Add|Set)RequestHeader", Pattern.CASE_INSENSITIVE);

  private static final Pattern IN_URI = Pattern.compile("//[^/@\\s]*@");
  private static final Pattern FILE = Pattern.compile(".*'file \\[(.+)]'.*");

  private final ConfigurableEnvironment environment;
  private final Function<ConfigurableEnvironment, Optional<String>> complaint;

  /**
   * Reads nothing yet.
   *
   * @param complaint why the gateway would not start with an environment; empty where it would
   */
  Settings(
      ConfigurableEnvironment environment,
      Function<ConfigurableEnvironment, Optional<String>> complaint) {
    this.environment = environment;
    this.complaint = complaint;
  }

  ObjectNode show() {
    ObjectNode shown = JSON.createObjectNode();
    ArrayNode rows = shown.putArray("loaded");
    loaded()
        .forEach(
            (name, from) ->
                rows.addObject().put("name", name).put("value", value(name)).put("from", from));
    ArrayNode files = shown.putArray("files");
    files().forEach((path, source) -> files.add(file(path, source)));
    return shown;
  }

  /** Property names, sorted, with where each was set. */
  private Map<String, String> loaded() {
    Map<String, String> names = new TreeMap<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof EnumerablePropertySource<?> all
          && !source.getName().startsWith("system")) {
        for (String name : all.getPropertyNames()) {
          if (OURS.matcher(name).matches()) {
            names.putIfAbsent(name, source.getName());
          }
        }
      }
    }
    return names;
  }

  private String value(String name) {
    return hidden(name, Objects.requireNonNullElse(environment.getProperty(name), ""));
  }

  static String hidden(String name, String value) {
    boolean secret = SECRET.matcher(name).matches() || SECRET_VALUE.matcher(value).find();
    return secret && !value.isEmpty()
        ? "(hidden)"
        : IN_URI.matcher(value).replaceAll("//(hidden)@");
  }

  private Map<String, PropertySource<?>> files() {
    Map<String, PropertySource<?>> files = new LinkedHashMap<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      var matcher = FILE.matcher(source.getName());
      if (matcher.matches()) {
        files.put(matcher.group(1), source);
      }
    }
    return files;
  }

  private ObjectNode file(String path, PropertySource<?> loaded) {
    ObjectNode file = JSON.createObjectNode().put("file", path);
    try {
      List<PropertySource<?>> now =
          new YamlPropertySourceLoader().load(loaded.getName(), new FileSystemResource(path));
      Map<String, String> before = values(List.of(loaded));
      Map<String, String> after = values(now);
      differences(file.putArray("changes"), before, after);
      if (!before.equals(after)) {
        complaint.apply(with(loaded, now)).ifPresent(why -> file.put("complaint", why));
      }
    } catch (IOException | RuntimeException e) {
      file.put("complaint", "cannot be read: " + firstLine(e));
    }
    return file;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
  }

  private static Map<String, String> values(List<PropertySource<?>> sources) {
    Map<String, String> values = new TreeMap<>();
    for (PropertySource<?> source : sources) {
      if (source instanceof EnumerablePropertySource<?> all) {
        for (String name : all.getPropertyNames()) {
          values.putIfAbsent(name, text(all.getProperty(name)));
        }
      }
    }
    return values;
  }

  private static String text(@Nullable Object value) {
    Object plain = value instanceof OriginTrackedValue tracked ? tracked.getValue() : value;
    return String.valueOf(plain);
  }

  private static void differences(
      ArrayNode changes, Map<String, String> before, Map<String, String> after) {
    List<String> names = new ArrayList<>(before.keySet());
    after.keySet().stream().filter(name -> !before.containsKey(name)).forEach(names::add);
    for (String name : names) {
      String old = before.get(name);
      String young = after.get(name);
      if (!Objects.equals(old, young)) {
        ObjectNode change = changes.addObject().put("name", name);
        if (old != null) {
          change.put("before", hidden(name, old));
        }
        if (young != null) {
          change.put("after", hidden(name, young));
        }
      }
    }
  }

  private ConfigurableEnvironment with(PropertySource<?> loaded, List<PropertySource<?>> now) {
    StandardEnvironment changed = new StandardEnvironment();
    MutablePropertySources sources = changed.getPropertySources();
    sources.stream().map(PropertySource::getName).toList().forEach(sources::remove);
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source.getName().equals(loaded.getName())) {
        now.forEach(sources::addLast);
      } else if (!source.getName().equals("configurationProperties")) {
        sources.addLast(source);
      }
    }
    return changed;
  }
}
