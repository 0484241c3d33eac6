package io.tokenlane.node.load;

import io.tokenlane.engine.chat.TemplateException;
import io.tokenlane.engine.checkpoint.CheckpointException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells why a model could not be loaded. */
public final class LoadFailure {
  private LoadFailure() {}

  /** One line for the operator; empty if the model and the settings are not to blame. */
  public static Optional<String> describe(Throwable failure) {
    return switch (failure) {
      case CheckpointException broken -> line(broken.getMessage());
      case TemplateException broken -> line("chat template: " + broken.getMessage());
      case IllegalArgumentException refused when refused.getCause() == null ->
          line(refused.getMessage()).filter(message -> message.contains("(expected: "));
      case UncheckedIOException unreadable ->
          line(unreadable.getMessage() + ": " + unreadable.getCause());
      default -> Optional.empty();
    };
  }

  private static Optional<String> line(@Nullable String message) {
    return Optional.ofNullable(message).map(text -> text.strip().replaceAll("\\s*\\R\\s*", " "));
  }
}
