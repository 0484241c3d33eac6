package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.RedisServer;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.cache.ChangeListener;
import io.tokenlane.prefetch.cache.Selection;
import io.tokenlane.prefetch.cache.Trip;
import io.tokenlane.prefetch.cache.Turn;
import io.tokenlane.prefetch.http.HttpFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    return gateway(settings, new AnswerCache(1 << 20, 1 << 20, System::nanoTime));
  }

  private Gateway gateway(String settings, AnswerCache cache) {
    AnswerFormat format = new AnswerFormat(System::nanoTime, InstantSource.system());
    String uri = redis.uri();
    RedisLine line = new RedisLine(new SharedCacheProperties(uri, PATIENCE), clockwork);
    lines.add(line);
    SharedAnswers shared = new SharedAnswers(cache, format, line, settings);
    Eventually.eventually("redis answers", line::available);
    return new Gateway(cache, shared, line);
  }

  private static Answer answer(String group, String body) {
    Answer.Times times = Answer.Times.fresh(System.nanoTime(), Duration.ofMinutes(5));
    return new Answer(group, 200, HttpFields.of("ETag", "\"1\""), body(body), times);
  }

  private static ByteBuffer body(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
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

  /** Whatever is forgotten, a request that begins then and asks Redis is not given it. */
  @ParameterizedTest
  @ValueSource(strings = {"group", "tenant", "route", "key", "all"})
  void whoAsksWhileItIsBeingForgottenDoesNotBringItBack(String what) {
    String key = "GET:api\ntenant a\n/x";
    AtomicReference<Runnable> request = new AtomicReference<>(() -> {});
    AnswerCache cache = new AnswerCache(1 << 20, 1 << 20, System::nanoTime);
    // Told first, when the memory has been looked through.
    cache.observe(new Asking(request));
    Gateway one = gateway("s", cache);
    fetch(gateway("s"), key, "old");
    awaitShared(one, key);
    fetch(one, "GET:api\ntenant a\n/y", "v");
    request.set(() -> miss(one, key));

    switch (what) {
      case "group" -> cache.forget("g");
      case "tenant" -> cache.forget(new Purge(StoredAnswers.By.TENANT, "a").selection());
      case "route" -> cache.forget(new Purge(StoredAnswers.By.ROUTE, "api").selection());
      case "key" -> {
        String name = StoredAnswers.name(key);
        cache.forget(new Purge(StoredAnswers.By.KEY, name).selection());
      }
      default -> cache.clear();
    }

    Eventually.eventually(
        "new",
        () -> {
          miss(one, key);
          return cache.find(key).filter(there -> there.body().equals(body("new"))).isPresent();
        });
  }

  /** As a visit does it. */
  private static void miss(Gateway at, String key) {
    if (at.cache().turn(new Trip(key, key, "g"), a -> true) instanceof Turn.Lead lead) {
      at.shared()
          .find("g", key)
          .join()
          .ifPresentOrElse(
              found -> lead.flight().restore(key, found),
              () -> lead.flight().land(key, answer("g", "new")));
    }
  }

  /** A request at the very moment. */
  private record Asking(AtomicReference<Runnable> request) implements ChangeListener {
    private void ask() {
      request.getAndSet(() -> {}).run();
    }

    @Override
    public void stored(String key, Answer answer) {}

    @Override
    public void dropped(String key) {}

    @Override
    public void forgotten(String group) {
      ask();
    }

    @Override
    public void forgotten(Selection selected, Set<String> groups) {
      ask();
    }

    @Override
    public void cleared() {
      ask();
    }
  }

  @Test
  void aPurgeOfManyIsOneMarkAndOneWord() {
    Gateway one = gateway("s");
    for (int i = 0; i < 1_000; i++) {
      one.cache().put("GET:api\ntenant a\n/" + i, answer("g" + i, "v"), System.nanoTime());
    }
    long marked = count("set");
    long told = count("publish");

    assertThat(one.cache().forget(new Purge(StoredAnswers.By.TENANT, "a").selection()))
        .isEqualTo(1_000);

    Eventually.eventually("told", () -> count("publish") > told);
    assertThat(count("publish") - told).isEqualTo(1);
    assertThat(count("set") - marked).isEqualTo(1);
    assertThat(one.line().failures()).isZero();
  }

  private long count(String command) {
    String stats = told(redis -> redis.info("commandstats"));
    Matcher calls = Pattern.compile("cmdstat_" + command + ":calls=(\\d+)").matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  private <T> T told(Function<RedisCommands<String, String>, T> what) {
    try (RedisClient client = RedisClient.create(redis.uri());
        StatefulRedisConnection<String, String> connection = client.connect()) {
      return what.apply(connection.sync());
    }
  }

  @Test
  void answersAreSharedAgainAfterRedisHasLostEverything() {
    Gateway one = gateway("s");
    Gateway two = gateway("s");
    fetch(one, "k", "v");
    awaitShared(two, "k");

    told(RedisCommands::flushall);

    Eventually.eventually(
        "shared",
        () -> {
          fetch(one, "k", "v2");
          return find(two, "k").isPresent();
        });
    assertThat(find(two, "k").orElseThrow().body()).isEqualTo(body("v2"));
  }

  /** Or what cannot be told just before would not be made good. */
  @Test
  void whoeverIsCalledWhenRedisAnswersCanTell() {
    RedisLine line = new RedisLine(new SharedCacheProperties(redis.uri(), PATIENCE), clockwork);
    lines.add(line);
    CompletableFuture<Boolean> able = new CompletableFuture<>();

    line.open("channel", new RedisPubSubAdapter<>(), () -> able.complete(line.available()));

    assertThat(able.join()).isTrue();
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
