package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.ConsumptionProbe;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis, which also goes away. */
final class RedisQuotasTest extends QuotaStoreContract {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  @TempDir Path folder;

  private final Counter failures = new SimpleMeterRegistry().counter("failures");
  private RedisServer redis;
  private final AtomicLong nanos = new AtomicLong();
  private final List<RedisLink> links = new ArrayList<>();
  private RedisQuotas store;

  @BeforeEach
  void start() throws IOException {
    redis = new RedisServer(folder);
    store = quotas();
  }

  private RedisQuotas quotas() {
    RedisLink link =
        new RedisLink(new RedisProperties(redis.uri(), PATIENCE), failures, nanos::get);
    links.add(link);
    return new RedisQuotas(link, new LocalQuotas(InstantSource.system()));
  }

  @AfterEach
  void stop() throws InterruptedException {
    links.forEach(RedisLink::close);
    if (redis != null) {
      redis.kill();
    }
  }

  @Override
  QuotaStore store() {
    return store;
  }

  @Test
  void twoGatewaysShareWhatIsThere() {
    RedisQuotas other = quotas();
    assertThat(take(100).isConsumed()).isTrue();
    assertThat(other.take(month, 1).map(ConsumptionProbe::isConsumed).block()).isFalse();
    other.correct(month, 7).block();
    assertThat(take(7).isConsumed()).isTrue();
    assertThat(failures.count()).isZero();
  }

  @Test
  void withoutRedisTheOwnQuotasHoldAndItsReturnIsNoticed() throws Exception {
    assertThat(take(90).isConsumed()).isTrue();
    redis.kill();

    assertThat(take(100).isConsumed()).isTrue();
    assertThat(take(1).isConsumed()).isFalse();
    assertThat(failures.count()).isEqualTo(2);

    redis.startAgain();
    Eventually.eventually(
        "it is asked again",
        () -> {
          nanos.addAndGet(Duration.ofSeconds(1).toNanos());
          return take(0).getRemainingTokens() == 100;
        });
    assertThat(take(100).isConsumed()).isTrue();
  }
}
