package io.tokenlane.gateway.prefetch;

import io.tokenlane.prefetch.predict.ForesightSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * {@code prefetch.foresight}: fetching ahead what nobody has planned, from how often and after what
 * it is asked.
 *
 * @param enabled default false
 * @param extraRequests requests beyond those of clients, as a share of their misses; 0 to 1,
 *     default 0.15
 * @param lowestPrice probability of use below which nothing is fetched; 0 to 1, default 0.68
 * @param lowestPrecision share of used prefetches below which it only watches; 0 to 1, default 0.5
 * @param busyAbove fetches of clients under way above which nothing is fetched ahead, and a refresh
 *     of planned endpoints waits, as long as what is stored stays fresh; ≥ 0, default 32
 * @param file where what was learnt outlives a restart; default: nowhere
 */
public record ForesightProperties(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("0.15") double extraRequests,
    @DefaultValue("0.68") double lowestPrice,
    @DefaultValue("0.5") double lowestPrecision,
    @DefaultValue("32") int busyAbove,
    @Nullable Path file) {

  /** Nothing is foreseen. */
  static final ForesightProperties OFF = new ForesightProperties(false, 0.15, 0.68, 0.5, 32, null);

  /** Checks the ranges. */
  public ForesightProperties {
    var _ = new ForesightSettings(extraRequests, lowestPrice, lowestPrecision);
    if (busyAbove < 0) {
      throw new IllegalArgumentException("busy_above: " + busyAbove + " (expected: >= 0)");
    }
  }

  ForesightSettings settings() {
    return new ForesightSettings(extraRequests, lowestPrice, lowestPrecision);
  }
}
