package io.tokenlane.gateway.limit;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** {@code x-ratelimit-…} fields as OpenAI's: of each kind the rule with the least left. */
final class RateFields {
  private final Map<String, Left> byKind = new LinkedHashMap<>();

  private record Left(long capacity, long remaining, Duration reset) {
    Left tighter(Left other) {
      return other.remaining < remaining ? other : this;
    }
  }

  /** Notes what one quota has left; a month's is no rate. */
  void note(Charge charge, ConsumptionProbe probe) {
    if (!charge.measure().monthly()) {
      Left left =
          new Left(
              charge.quota().capacity(),
              Math.max(0, probe.getRemainingTokens()),
              untilFull(charge.quota(), probe.getRemainingTokens()));
      byKind.merge(charge.measure().kind(), left, Left::tighter);
    }
  }

  private static Duration untilFull(Quota quota, long remaining) {
    double missing = Math.max(0, quota.capacity() - remaining) / (double) quota.capacity();
    return Duration.ofMillis(Math.round(missing * quota.window().toMillis()));
  }

  /** Names and values. */
  Map<String, String> fields() {
    Map<String, String> fields = new LinkedHashMap<>();
    byKind.forEach(
        (kind, left) -> {
          fields.put("x-ratelimit-limit-" + kind, Long.toString(left.capacity()));
          fields.put("x-ratelimit-remaining-" + kind, Long.toString(left.remaining()));
          fields.put("x-ratelimit-reset-" + kind, seconds(left.reset()));
        });
    return fields;
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.3fs", time.toMillis() / 1e3);
  }
}
