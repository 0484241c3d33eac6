package io.tokenlane.gateway.config;

import io.tokenlane.gateway.state.StateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a copy of the configuration file that the gateway last started well with, in the folder
 * that the environment variable {@value #FOLDER} names. Where the file is gone or no longer good, a
 * machine that nobody can reach starts with the copy rather than not at all.
 */
public final class LastGoodConfig {
  /** Names the folder; without it nothing is kept. */
  public static final String FOLDER = StateFolder.VARIABLE;

  private static final Logger LOG = LoggerFactory.getLogger(LastGoodConfig.class);
  private static final String OPTION = "--spring.config.additional-location=file:";
  private static final String COPY = "last-good-";

  private final Path wanted;
  private final Path copy;

  private LastGoodConfig(Path wanted, Path copy) {
    this.wanted = wanted;
    this.copy = copy;
  }

  /** Empty without such a folder, or without a configuration file among the arguments. */
  public static Optional<LastGoodConfig> of(String[] arguments, Map<String, String> environment) {
    return StateFolder.of(environment)
        .flatMap(
            folder ->
                Arrays.stream(arguments)
                    .filter(argument -> argument.startsWith(OPTION))
                    .map(argument -> Path.of(argument.substring(OPTION.length())))
                    .findFirst()
                    .map(file -> new LastGoodConfig(file, copyOf(folder, file))));
  }

  private static Path copyOf(Path folder, Path file) {
    return folder.resolve(COPY + file.getFileName());
  }

  /** Remembers the file, for the gateway runs with it. The copy is whole at any moment. */
  public void keep() {
    try {
      byte[] now = Files.readAllBytes(wanted);
      if (Files.exists(copy) && Arrays.equals(now, Files.readAllBytes(copy))) {
        return;
      }
      StateFolder.replace(copy, now);
    } catch (IOException e) {
      LOG.warn("{}: not kept as the last good configuration: {}", wanted, e.toString());
    }
  }

  /** The arguments with the copy in place of the file; empty where there is no other copy. */
  public Optional<String[]> instead(String[] arguments) {
    if (!Files.isReadable(copy) || same()) {
      return Optional.empty();
    }
    String[] changed = arguments.clone();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i].equals(OPTION + wanted)) {
        changed[i] = OPTION + copy;
      }
    }
    return Optional.of(changed);
  }

  private boolean same() {
    try {
      return Files.exists(wanted) && Files.mismatch(wanted, copy) < 0;
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** Where the copy lies. */
  public Path copy() {
    return copy;
  }
}
