package io.tokenlane.gateway.console;

import io.tokenlane.gateway.reload.ConfigFiles;
import io.tokenlane.gateway.reload.Outcome;
import io.tokenlane.gateway.reload.ReloadEndpoint;
import io.tokenlane.gateway.reload.Secrets;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration in force, secrets hidden, what the files say now, which lines differ and
 * whether the gateway would start with them, and what the last reload changed.
 */
final class Settings {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Pattern OURS =
      Pattern.compile(
          "(tokenlane|prefetch|server|management|resilience4j|spring\\.cloud\\.gateway|spring\\.ssl"
              + "|spring\\.cloud\\.discovery)\\..*");

  private final ConfigurableEnvironment environment;
  private final Function<ConfigurableEnvironment, Optional<String>> complaint;
  private final Reloads reloads;

  /** What became of reloads. */
  interface Reloads {
    /** Of the last look. */
    Outcome last();

    /** Of those that took something over or were refused, the latest first. */
    List<Outcome> recent();
  }

  /**
   * Reads nothing yet.
   *
   * @param complaint why the gateway would not start with an environment; empty where it would
   */
  Settings(
      ConfigurableEnvironment environment,
      Function<ConfigurableEnvironment, Optional<String>> complaint,
      Reloads reloads) {
    this.environment = environment;
    this.complaint = complaint;
    this.reloads = reloads;
  }

  ObjectNode show() {
    ObjectNode shown = JSON.createObjectNode();
    ArrayNode rows = shown.putArray("loaded");
    loaded()
        .forEach(
            (name, from) ->
                rows.addObject().put("name", name).put("value", value(name)).put("from", from));
    files(shown);
    shown.set("reload", JSON.valueToTree(ReloadEndpoint.told(reloads.last())));
    ArrayNode recent = shown.putArray("reloads");
    reloads
        .recent()
        .forEach(one -> recent.add(JSON.<JsonNode>valueToTree(ReloadEndpoint.told(one))));
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
    return Secrets.hidden(name, Objects.requireNonNullElse(environment.getProperty(name), ""));
  }

  /** Files are sound together or not at all: one may hold what another needs. */
  private void files(ObjectNode shown) {
    ArrayNode rows = shown.putArray("files");
    ConfigFiles files = new ConfigFiles(environment);
    try {
      List<ConfigFiles.Reading> readings = files.read();
      readings.forEach(reading -> file(rows.addObject(), reading));
      if (readings.stream().anyMatch(reading -> !reading.changes().isEmpty())) {
        complaint
            .apply(files.with(readings, name -> true))
            .ifPresent(why -> shown.put("complaint", why));
      }
    } catch (IOException | RuntimeException e) {
      rows.removeAll();
      files.paths().forEach(path -> rows.addObject().put("file", path.toString()));
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
      shown.put("complaint", "cannot be read: " + why);
    }
  }

  private static void file(ObjectNode file, ConfigFiles.Reading reading) {
    file.put("file", reading.path().toString());
    ArrayNode rows = file.putArray("changes");
    for (Outcome.Change change : reading.changes()) {
      ObjectNode row = rows.addObject().put("name", change.name());
      if (change.before() != null) {
        row.put("before", change.before());
      }
      if (change.after() != null) {
        row.put("after", change.after());
      }
    }
  }
}
