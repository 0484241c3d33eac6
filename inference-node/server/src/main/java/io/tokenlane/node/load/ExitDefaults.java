package io.tokenlane.node.load;

import io.tokenlane.engine.EarlyExit;
import io.tokenlane.engine.EarlyExit.Mode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether tokens may leave the model early, as far as that is said; what is not said is taken from
 * the model's calibration.
 *
 * @param threshold null for the calibration's
 * @param minLayer null for the calibration's
 */
public record ExitDefaults(
    Mode mode, @Nullable Float threshold, @Nullable Integer minLayer, int patience) {
  /** Not at all. */
  public static final ExitDefaults OFF = new ExitDefaults(Mode.OFF, null, null, 1);

  /** Where neither request, configuration nor calibration says. */
  private static final float THRESHOLD = 0.9f;

  private static final float DRAFT_THRESHOLD = 0.4f;

  /** For a model. */
  public EarlyExit of(int layers, Optional<Calibration> calibration) {
    if (mode == Mode.OFF) {
      return EarlyExit.OFF;
    }
    int least =
        minLayer != null
            ? minLayer
            : calibration.map(Calibration::minLayer).orElse(Math.max(1, layers * 3 / 8));
    boolean own = threshold != null || mode == Mode.EXACT || calibration.isEmpty();
    float same = mode == Mode.EXACT ? DRAFT_THRESHOLD : THRESHOLD;
    return new EarlyExit(
        mode,
        threshold != null ? threshold : same,
        least,
        patience,
        own ? List.of() : calibration.get().thresholds());
  }
}
