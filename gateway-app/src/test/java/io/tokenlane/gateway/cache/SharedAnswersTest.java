package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.RedisServer;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.http.HttpFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gateways before a real Redis, which also hangs and goes away. */
@SuppressWarnings("NullAway.Init")
final class SharedAnswersTest {
  /** Long enough for a busy machine; what hangs is told by what is counted, not by the time. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  @TempDir Path folder;

  private final ScheduledExecutorService clockwork = Executors.newSingleThreadScheduledExecutor();
  private final List<RedisLine> lines = new ArrayList<>();
  private RedisServer redis;

  /** One gateway's cache and its second level. */
  private record Gateway(AnswerCache cache, SharedAnswers shared, RedisLine line) {}

  @BeforeEach
  void start() throws IOException {
    redis = new RedisServer(folder);
  }

  @AfterEach
  void stop() throws InterruptedException {
    lines.forEach(RedisLine::close);
    clockwork.shutdownNow();
    if (redis != null) {
      redis.kill();
    }
  }

  private Gateway gateway(String settings) {
    AnswerCache cache = new AnswerCache(1 << 20, 1 << 20, System::nanoTime);
    AnswerFormat format = new AnswerFormat(System::nanoTime, InstantSource.system());
    String uri = redis.uri();
    RedisLine line = new RedisLine(new SharedCacheProperties(uri, PATIENCE), clockwork);
    lines.add(line);
    SharedAnswers shared = new SharedAnswers(cache, format, line, settings);
    Eventually.eventually("redis answers", line::available);
    return new Gateway(cache, shared, line);
  }

  private static Answer answer(String group, String body) {
    ByteBuffer bytes = ByteBuffer.wrap(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    Answer.Times times = Answer.Times.fresh(System.nanoTime(), Duration.ofMinutes(5));
    return new Answer(group, 200, HttpFields.of("ETag", "\"1\""), bytes, times);
  }

  private static Optional<Answer> find(Gateway at, String key) {
    return at.shared().find("g", key).join();
  }

  /** As a miss does it: looks here, then there, then fetches and stores. */
  private static void fetch(Gateway at, String key, String body) {
    fetch(at, key, "g", body);
  }

  private static void fetch(Gateway at, String key, String group, String body) {
    long begun = at.cache().nowNanos();
    var _ = at.shared().find(group, key).join();
    at.cache().put(key, answer(group, body), begun);
  }

  private static void awaitShared(Gateway at, String key) {
    Eventually.eventually("shared", () -> find(at, key).isPresent());
  }

  @Test
  void oneFetchesAndTheOtherFinds() {
    Gateway one = gateway("s");
    Gateway two = gateway("s");
    fetch(one, "k", "v");
    awaitShared(two, "k");

    Answer found = find(two, "k").orElseThrow();
    assertThat(found.fields()).isEqualTo(answer("g", "v").fields());
    assertThat(found.body()).isEqualTo(answer("g", "v").body());
    assertThat(find(two, "other")).isEmpty();
    assertThat(find(gateway("other settings"), "k")).isEmpty();
  }

  @Test
  void whatOneForgetsAllForget() {
    Gateway one = gateway("s");
    Gateway two = gateway("s");
    fetch(one, "k", "v");
    awaitShared(two, "k");
    two.cache().restore("k", find(two, "k").orElseThrow());

    one.cache().forget("g");

    Eventually.eventually("forgotten there", () -> two.cache().find("k").isEmpty());
    assertThat(find(two, "k")).isEmpty();
    fetch(one, "k", "v2");
    awaitShared(two, "k");
    two.cache().restore("k", find(two, "k").orElseThrow());
    one.cache().clear();
    Eventually.eventually("cleared there", () -> two.cache().find("k").isEmpty());
    assertThat(find(two, "k")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"TENANT,a", "ROUTE,api", "KEY,"})
  void whatOnePurgesIsGoneWhereverItLies(StoredAnswers.By by, @Nullable String value) {
    String key = "GET:api\ntenant a\n/x";
    String variant = "GET:api\ntenant a\n/x\nde";
    String other = "GET:web\ntenant b\n/x";
    Gateway one = gateway("s");
    Gateway two = gateway("s");
    for (String each : List.of(key, variant)) {
      fetch(one, each, "v");
      awaitShared(two, each);
    }
    fetch(two, other, "other", "v");
    Eventually.eventually("shared", () -> one.shared().find("other", other).join().isPresent());
    // Evicted here, in memory there, and asked for by none of the groups that one knows.
    one.cache().restart();
    two.cache().restore(variant, find(two, variant).orElseThrow());
    String which = value == null ? StoredAnswers.name(key) : value;

    one.cache().forget(new Purge(by, which).selection());

    Eventually.eventually("gone in Redis", () -> find(one, key).isEmpty());
    Eventually.eventually("variant gone too", () -> find(one, variant).isEmpty());
    Eventually.eventually("forgotten there", () -> two.cache().find(variant).isEmpty());
    assertThat(one.shared().find("other", other).join()).isPresent();
    assertThat(two.cache().find(other)).isPresent();
    fetch(one, key, "v2");
    awaitShared(two, key);
  }

  @Test
  void aFetchThatBeganBeforeTheChangeIsNotShared() {
    Gateway one = gateway("s");
    Gateway two = gateway("s");
    fetch(one, "k", "v");
    awaitShared(two, "k");
    find(two, "k");
    long begun = two.cache().nowNanos();
    one.cache().forget("g");
    Eventually.eventually("version changed", () -> find(one, "k").isEmpty());
    two.cache().put("k", answer("g", "old"), begun);

    // Whatever comes next is behind that on the same connection. Not stored itself while the word
    // of the change has not reached the second.
    Eventually.eventually(
        "shared",
        () -> {
          fetch(two, "next", "v");
          return find(one, "next").isPresent();
        });
    assertThat(find(one, "k")).isEmpty();
  }

  @Test
  void aHangingRedisIsAskedOnceAndThenNoMore() throws Exception {
    Gateway one = gateway("s");
    signal("STOP");
    try {
      assertThat(find(one, "k")).isEmpty();
      assertThat(one.line().available()).isFalse();
      long failures = one.line().failures();
      for (int i = 0; i < 1_000; i++) {
        assertThat(one.shared().find("g", "k" + i)).isCompletedWithValue(Optional.empty());
      }
      assertThat(one.line().failures()).isEqualTo(failures);
    } finally {
      signal("CONT");
    }
    Eventually.eventually("asked again", one.line()::available);
  }

  @Test
  void whatWasForgottenWhileRedisWasGoneIsForgotten() throws Exception {
    Gateway one = gateway("s");
    Gateway two = gateway("s");
    fetch(one, "k", "v");
    awaitShared(two, "k");
    two.cache().restore("k", find(two, "k").orElseThrow());
    signal("STOP");
    find(one, "k");
    one.cache().forget("g");
    signal("CONT");

    Eventually.eventually("forgotten there", () -> two.cache().find("k").isEmpty());
    Eventually.eventually("and in Redis", () -> find(two, "k").isEmpty());
  }

  private void signal(String name) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", "-" + name, "" + redis.pid()).start().waitFor()).isZero();
  }
}
