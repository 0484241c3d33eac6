package io.tokenlane.gateway.limit;

import static io.tokenlane.gateway.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenlane.gateway.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Two gateways at a real Redis, either of which may die. */
final class RedisPlacesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LEASE = Duration.ofMillis(600);
  private static final String ANN = "streams:key:ann";

  @TempDir Path folder;

  private final Counter failures = new SimpleMeterRegistry().counter("failures");
  private final AtomicLong nanos = new AtomicLong();
  private final List<Gateway> gateways = new ArrayList<>();
  private RedisServer redis;

  /** What a gateway has, and loses when it dies. */
  private record Gateway(RedisLink link, ScheduledExecutorService clockwork, RedisPlaces places) {
    Optional<Places.Place> take(int most) {
      return places.take(ANN, most).blockOptional();
    }

    void die() {
      clockwork.shutdownNow();
      link.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    redis = new RedisServer(folder);
  }

  @AfterEach
  void stop() throws InterruptedException {
    gateways.forEach(Gateway::die);
    if (redis != null) {
      redis.kill();
    }
  }

  private Gateway gateway(Duration patience) {
    RedisLink link =
        new RedisLink(new RedisProperties(redis.uri(), patience), failures, nanos::get);
    ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
    Gateway made = new Gateway(link, clockwork, new RedisPlaces(link, LEASE, clockwork));
    gateways.add(made);
    return made;
  }

  /** The time until which Redis keeps the place that it keeps longest; 0 for none. */
  private long keptUntil() {
    return asRedis(
        commands ->
            commands.zrevrangeWithScores(key(), 0, 0).stream()
                .mapToLong(place -> (long) place.getScore())
                .sum());
  }

  private static String key() {
    return "tokenlane:places:" + ANN;
  }

  private <T> T asRedis(Function<RedisCommands<String, String>, T> question) {
    try (RedisClient client = RedisClient.create(redis.uri());
        var connection = client.connect()) {
      return question.apply(connection.sync());
    }
  }

  @Test
  void twoGatewaysShareThem() {
    Gateway one = gateway(PATIENCE);
    Gateway other = gateway(PATIENCE);
    Places.Place first = one.take(3).orElseThrow();
    assertThat(one.take(3)).isPresent();
    assertThat(other.take(3)).isPresent();

    assertThat(one.take(3)).isEmpty();
    assertThat(other.take(3)).isEmpty();
    assertThat(one.places().taken()).isEqualTo(2);
    first.leave();
    first.leave();

    eventually("one is free", () -> other.take(3).isPresent());
    assertThat(one.take(3)).isEmpty();
    assertThat(failures.count()).isZero();
  }

  @Test
  void manyAtOnceGetExactlyAsManyAsThereAre() {
    List<Gateway> both = List.of(gateway(PATIENCE), gateway(PATIENCE));
    Long granted =
        Flux.range(0, 60).flatMap(i -> both.get(i % 2).places().take(ANN, 20), 16).count().block();

    assertThat(granted).isEqualTo(20);
    assertThat(both.stream().mapToInt(gateway -> gateway.places().taken()).sum()).isEqualTo(20);
  }

  @Test
  void placesAreKeptAsLongAsTheirGatewayLivesAndNotMuchLonger() {
    Gateway dies = gateway(PATIENCE);
    Gateway lives = gateway(PATIENCE);
    assertThat(dies.take(1)).isPresent();
    long first = keptUntil();

    eventually("kept beyond the first lease", () -> keptUntil() > first + LEASE.toMillis());
    assertThat(lives.take(1)).isEmpty();
    dies.die();

    eventually("free again", () -> lives.take(1).isPresent());
  }

  @Test
  void whoIsGoneBeforeTheAnswerHasNoPlace() {
    Gateway gateway = gateway(PATIENCE);
    assertThat(gateway.take(1)).isPresent();
    for (int i = 0; i < 100; i++) {
      gateway.places().take(ANN + i, 1).subscribe(Places.Place::leave).dispose();
    }

    eventually("one place", () -> gateway.places().taken() == 1);
    eventually(
        "Redis knows of one place",
        () -> asRedis(commands -> commands.keys("tokenlane:places:*")).equals(List.of(key())));
  }

  @Test
  void withoutRedisTheOwnAreCountedAndToldWhenItIsBack() throws Exception {
    Gateway one = gateway(PATIENCE);
    Gateway other = gateway(PATIENCE);
    Places.Place before = one.take(2).orElseThrow();
    assertThat(other.take(2)).isPresent();
    redis.kill();

    assertThat(one.take(2)).isPresent();
    assertThat(one.take(2)).isEmpty();
    assertThat(failures.count()).isGreaterThanOrEqualTo(2);
    before.leave();

    redis.startAgain();
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    eventually(
        "Redis, empty when it came back, knows of both",
        () -> {
          nanos.addAndGet(Duration.ofMinutes(1).toNanos());
          return asRedis(commands -> commands.zcard(key())) == 2;
        });
    assertThat(other.take(2)).isEmpty();
  }

  @Test
  void aRedisThatStandsStillIsAskedOnceInASecond() throws Exception {
    Gateway gateway = gateway(Duration.ofMillis(100));
    assertThat(gateway.take(5)).isPresent();
    signal("STOP");
    try {
      AtomicInteger asked = new AtomicInteger();
      for (int i = 0; i < 1000; i++) {
        assertThat(
                gateway
                    .link()
                    .ask(
                        connection -> {
                          asked.incrementAndGet();
                          return new CompletableFuture<Integer>();
                        },
                        Mono.just(7))
                    .block())
            .isEqualTo(7);
      }
      assertThat(asked).hasValue(1);
      assertThat(IntStream.range(0, 10).filter(i -> gateway.take(5).isPresent()).count())
          .isEqualTo(4);
    } finally {
      signal("CONT");
    }
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    eventually("all are told", () -> asRedis(c -> Objects.requireNonNull(c.zcard(key()))) == 5);
  }

  private void signal(String name) throws Exception {
    new ProcessBuilder("kill", "-" + name, "" + redis.pid()).start().waitFor();
  }
}
