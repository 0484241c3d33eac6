package io.tokenlane.node.config;

import io.tokenlane.engine.EarlyExit;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether tokens may leave the model before its last layer where a request does not say; under
 * {@code tokenlane.node.early-exit}. Ranges as in {@link EarlyExit}.
 *
 * @param mode {@code off}, {@code threshold} or {@code exact}; default {@code off}
 * @param threshold the largest probability at which a token leaves; default: the calibration beside
 *     the model, else 0.9; in mode {@code exact}, at which drafting goes on, default 0.4
 * @param minLayer layers that every token goes through, in mode {@code exact} the layers that
 *     draft; default: the calibration's, else three eighths of the model's
 * @param patience layers running that must pass; default 1
 */
public record EarlyExitSettings(
    @DefaultValue("off") String mode,
    @Nullable Float threshold,
    @Nullable Integer minLayer,
    @DefaultValue("1") int patience) {

  public EarlyExitSettings {
    Check.that(
        mode.equals("off") || mode.equals("threshold") || mode.equals("exact"),
        "tokenlane.node.early-exit.mode",
        mode,
        "off, threshold or exact");
  }
}
