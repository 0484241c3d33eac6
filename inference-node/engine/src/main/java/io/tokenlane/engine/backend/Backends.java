package io.tokenlane.engine.backend;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Chooses the backend to run on. */
public final class Backends {
  /** The name that takes the best backend that is available. */
  public static final String AUTO = "auto";

  private Backends() {}

  /**
   * A started backend and why it is this one.
   *
   * @param reason one line: what runs, and what does not and why
   */
  public record Selection(Backend backend, String reason) {}

  /**
   * Starts the backend of that name, or the best one for {@link #AUTO}.
   *
   * @throws IllegalArgumentException if there is none of that name, or it cannot run here; the
   *     message lists those that can
   */
  public static Selection select(String name, BackendOptions options) {
    return select(name, options, providers());
  }

  /** All backends on the class path, best first. */
  public static List<BackendProvider> providers() {
    return ServiceLoader.load(BackendProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparingInt(BackendProvider::preference).reversed())
        .toList();
  }

  static Selection select(String name, BackendOptions options, List<BackendProvider> providers) {
    BackendProvider chosen =
        providers.stream()
            .filter(p -> name.equals(AUTO) ? p.unavailable().isEmpty() : p.name().equals(name))
            .findFirst()
            .orElseThrow(() -> unknown(name, providers));
    chosen
        .unavailable()
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(
                  "backend: %s cannot run: %s (expected: %s)"
                      .formatted(name, why, names(providers)));
            });
    Backend backend = chosen.create(options);
    return new Selection(backend, reason(name, backend, providers));
  }

  private static String reason(String name, Backend backend, List<BackendProvider> providers) {
    String why = name.equals(AUTO) ? "the best available" : "as configured";
    String missing =
        providers.stream()
            .filter(p -> p.unavailable().isPresent())
            .map(p -> "; not %s: %s".formatted(p.name(), p.unavailable().get()))
            .collect(Collectors.joining());
    return "%s (%s), %s%s".formatted(backend.name(), backend.description(), why, missing);
  }

  private static IllegalArgumentException unknown(String name, List<BackendProvider> providers) {
    return new IllegalArgumentException(
        "backend: %s (expected: %s)".formatted(name, names(providers)));
  }

  private static String names(List<BackendProvider> providers) {
    return providers.stream()
        .filter(p -> p.unavailable().isEmpty())
        .map(BackendProvider::name)
        .collect(Collectors.joining(", ", AUTO + ", ", ""));
  }
}
