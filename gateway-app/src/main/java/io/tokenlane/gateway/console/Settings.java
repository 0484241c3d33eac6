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
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
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
  private final Supplier<Outcome> lastReload;

  /**
   * Reads nothing yet.
   *
   * @param complaint why the gateway would not start with an environment; empty where it would
   */
  Settings(
      ConfigurableEnvironment environment,
      Function<ConfigurableEnvironment, Optional<String>> complaint,
      Supplier<Outcome> lastReload) {
    this.environment = environment;
    this.complaint = complaint;
    this.lastReload = lastReload;
  }

  ObjectNode show() {
    ObjectNode shown = JSON.createObjectNode();
    ArrayNode rows = shown.putArray("loaded");
    loaded()
        .forEach(
            (name, from) ->
                rows.addObject().put("name", name).put("value", value(name)).put("from", from));
    files(shown.putArray("files"));
    shown.set("reload", JSON.valueToTree(ReloadEndpoint.told(lastReload.get())));
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

  private void files(ArrayNode shown) {
    ConfigFiles files = new ConfigFiles(environment);
    try {
      List<ConfigFiles.Reading> readings = files.read();
      readings.forEach(reading -> file(shown.addObject(), files, reading));
    } catch (IOException | RuntimeException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
      files
          .paths()
          .forEach(
              path ->
                  shown
                      .addObject()
                      .put("file", path.toString())
                      .put("complaint", "cannot be read: " + why));
    }
  }

  private void file(ObjectNode file, ConfigFiles files, ConfigFiles.Reading reading) {
    List<Outcome.Change> changes = reading.changes();
    file.put("file", reading.path().toString());
    ArrayNode rows = file.putArray("changes");
    for (Outcome.Change change : changes) {
      ObjectNode row = rows.addObject().put("name", change.name());
      if (change.before() != null) {
        row.put("before", change.before());
      }
      if (change.after() != null) {
        row.put("after", change.after());
      }
    }
    if (!changes.isEmpty()) {
      complaint
          .apply(files.with(List.of(reading), name -> true))
          .ifPresent(why -> file.put("complaint", why));
    }
  }
}
