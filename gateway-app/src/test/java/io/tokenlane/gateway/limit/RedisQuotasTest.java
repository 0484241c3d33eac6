package io.tokenlane.gateway.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.RedisServer;
import io.tokenlane.gateway.call.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real Redis, which also goes away. */
final class RedisQuotasTest extends QuotaStoreContract {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Usage NOTHING = new Usage(0, 0, 0, true);

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
    assertThat(consumed(other, month, 1)).isFalse();
    other.correct(month, 7).block();
    assertThat(take(7).isConsumed()).isTrue();
    assertThat(failures.count()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"250, 190", "70, 40", "30, 30"})
  void aNextProcessCountsByItsOwnAmount(long amount, long left) {
    take(60);
    QuotaStore next = quotas();
    Quota changed = new Quota(month.key(), amount, month.window(), month.smooth());

    assertThat(consumed(next, changed, left + 1)).isFalse();
    assertThat(consumed(quotas(), changed, left)).isTrue();
    assertThat(left(next, changed)).isZero();
  }

  @Test
  void gatewaysThatCountWithTwoAmountsAddNothing() {
    QuotaStore next = quotas();
    Quota more = new Quota(month.key(), 250, month.window(), month.smooth());
    for (int i = 0; i < 5; i++) {
      assertThat(take(10).isConsumed()).isTrue();
      assertThat(consumed(next, more, 10)).isTrue();
    }

    assertThat(take(0).getRemainingTokens()).isEqualTo(20);
  }

  private static long left(QuotaStore store, Quota quota) {
    return Objects.requireNonNull(store.take(quota, 0).block()).probe().getRemainingTokens();
  }

  private static boolean consumed(QuotaStore store, Quota quota, long amount) {
    return Objects.requireNonNull(store.take(quota, amount).block()).probe().isConsumed();
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

  @Test
  void whatIsTakenInOneStoreIsCorrectedThere() throws Exception {
    Bill shared = new Bill(store);
    shared.take(charge(20)).block();
    signal("STOP");
    Bill own = new Bill(store);
    own.take(charge(30)).block();
    shared.settle(NOTHING).block();
    assertThat(take(0).getRemainingTokens()).isEqualTo(70);

    signal("CONT");
    Eventually.eventually("it is asked again", this::askedAgain);
    own.settle(NOTHING).block();
    Eventually.eventually(
        "the correction is heard", () -> askedAgain() && left(quotas(), month) == 100);

    redis.kill();
    assertThat(take(100).isConsumed()).isTrue();
  }

  private boolean askedAgain() {
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    double before = failures.count();
    take(0);
    return failures.count() == before;
  }

  @Test
  void whatIsGrantedToNobodyIsGivenBack() throws Exception {
    assertThat(take(10).isConsumed()).isTrue();
    signal("STOP");
    store.take(month, 50).subscribe().dispose();
    signal("CONT");

    Eventually.eventually("given back", () -> left(quotas(), month) == 90);
  }

  private Charge charge(long amount) {
    return new Charge("r", Measure.TOKENS_PER_MONTH, month, Usage::output, amount);
  }

  private void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, "" + redis.pid()).start().waitFor();
  }
}
