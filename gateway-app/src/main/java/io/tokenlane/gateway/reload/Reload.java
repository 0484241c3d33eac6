package io.tokenlane.gateway.reload;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Takes over what the configuration files say now: all of it is read, bound and checked first, and
 * what follows from it is made; then it is put in force as a whole. Whatever is wrong with it
 * leaves the running configuration as it is, in one line of the log and in {@code
 * tokenlane_config_reloads_total}.
 */
public final class Reload {
  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);
  private static final int KEPT = 10;

  private final ConfigFiles files;
  private final Binding binding;
  private final LiveSettings settings;
  private final InstantSource clock;
  private final MeterRegistry meters;
  private final ArrayDeque<Outcome> recent = new ArrayDeque<>();
  private volatile Outcome last;

  /** Turns an environment into validated records, and says what is wrong with one. */
  public interface Binding {
    /**
     * The records.
     *
     * @throws RuntimeException that {@link #complaint} explains
     */
    Sections bind(ConfigurableEnvironment environment);

    /** What is wrong, in one line: the property, its value, what was expected. */
    String complaint(RuntimeException failure);

    /** The files say what is in force. */
    void wentWell();
  }

  /** Begins with what the gateway was started with. */
  public Reload(
      ConfigFiles files,
      Binding binding,
      LiveSettings settings,
      InstantSource clock,
      MeterRegistry meters) {
    this.files = files;
    this.binding = binding;
    this.settings = settings;
    this.clock = clock;
    this.meters = meters;
    this.last = new Outcome(Outcome.Kind.UNCHANGED, clock.instant(), List.of(), List.of(), "");
    for (Outcome.Kind kind : List.of(Outcome.Kind.APPLIED, Outcome.Kind.REFUSED)) {
      meters.counter("tokenlane.config.reloads", "outcome", name(kind));
    }
    Gauge.builder(
            "tokenlane.config.good", this, reload -> reload.last.complaint().isEmpty() ? 1 : 0)
        .description("Whether the configuration files could be taken over when last looked at")
        .register(meters);
  }

  private static String name(Outcome.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** What became of the last look. */
  public Outcome last() {
    return last;
  }

  /** What became of those that took something over or were refused, the latest first. */
  public List<Outcome> recent() {
    synchronized (recent) {
      return List.copyOf(recent);
    }
  }

  private void keep(Outcome outcome) {
    synchronized (recent) {
      recent.addFirst(outcome);
      if (recent.size() > KEPT) {
        recent.removeLast();
      }
    }
  }

  /** The files it looks at. */
  public ConfigFiles files() {
    return files;
  }

  /** Why the gateway would not start with an environment; empty text where it would. */
  public String complaint(ConfigurableEnvironment environment) {
    try {
      settings.prepare(binding.bind(environment));
      return "";
    } catch (RuntimeException e) {
      return Secrets.hiddenIn(binding.complaint(e));
    }
  }

  /** Looks at the files and takes over what they say, or nothing. */
  public synchronized Outcome run() {
    Outcome outcome = attempt();
    last = outcome;
    if (outcome.kind() != Outcome.Kind.UNCHANGED) {
      keep(outcome);
      meters.counter("tokenlane.config.reloads", "outcome", name(outcome.kind())).increment();
    }
    tell(outcome);
    return outcome;
  }

  private Outcome attempt() {
    List<ConfigFiles.Reading> readings;
    try {
      readings = files.read();
    } catch (IOException e) {
      return Outcome.refused(
          clock.instant(), "file: " + e.getMessage() + " (expected: a readable file)");
    } catch (RuntimeException e) {
      return Outcome.refused(clock.instant(), Secrets.hiddenIn(binding.complaint(e)));
    }
    for (ConfigFiles.Reading reading : readings) {
      if (reading.isEmpty()) {
        return Outcome.refused(
            clock.instant(), reading.path() + ": empty (expected: at least one property)");
      }
    }
    List<Outcome.Change> live = new ArrayList<>();
    List<Outcome.Change> restart = new ArrayList<>();
    readings.stream()
        .flatMap(reading -> reading.changes().stream())
        .forEach(change -> (LiveProperties.live(change.name()) ? live : restart).add(change));
    return live.isEmpty() && restart.isEmpty()
        ? new Outcome(Outcome.Kind.UNCHANGED, clock.instant(), live, restart, "")
        : take(readings, live, restart);
  }

  /** The whole must be one that the gateway would start with, and its live part one it can take. */
  private Outcome take(
      List<ConfigFiles.Reading> readings, List<Outcome.Change> live, List<Outcome.Change> restart) {
    try {
      settings.prepare(binding.bind(files.with(readings, name -> true)));
      if (live.isEmpty()) {
        return new Outcome(Outcome.Kind.UNCHANGED, clock.instant(), live, restart, "");
      }
      Runnable change = settings.prepare(binding.bind(files.with(readings, LiveProperties::live)));
      files.take(readings, LiveProperties::live);
      change.run();
    } catch (RuntimeException e) {
      return Outcome.refused(clock.instant(), Secrets.hiddenIn(binding.complaint(e)));
    }
    if (restart.isEmpty()) {
      binding.wentWell();
    }
    return new Outcome(Outcome.Kind.APPLIED, clock.instant(), live, restart, "");
  }

  private static void tell(Outcome outcome) {
    if (outcome.kind() == Outcome.Kind.REFUSED) {
      LOG.error("configuration not reloaded, the running one stays: {}", outcome.complaint());
    }
    if (!outcome.changes().isEmpty()) {
      LOG.info("configuration reloaded: {}", names(outcome.changes()));
    }
    if (!outcome.restart().isEmpty()) {
      LOG.warn("holds only after a restart: {}", names(outcome.restart()));
    }
  }

  private static String names(List<Outcome.Change> changes) {
    return changes.stream().map(Outcome.Change::name).collect(Collectors.joining(", "));
  }
}
