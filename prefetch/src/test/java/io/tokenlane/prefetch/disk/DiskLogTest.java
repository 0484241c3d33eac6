package io.tokenlane.prefetch.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.cache.Selection;
import io.tokenlane.prefetch.http.HttpFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskLogTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final String SETTINGS = "route a";

  @TempDir @Nullable Path folder;

  private long nanos = 5_000_000_000L;
  private Instant wall = Instant.parse("2030-01-01T00:00:00Z");

  private Path folder() {
    return Objects.requireNonNull(folder).resolve("log");
  }

  private AnswerCache cache() {
    return new AnswerCache(1 << 20, 1 << 16, () -> nanos);
  }

  private AnswerFormat format() {
    InstantSource clock = () -> wall;
    return new AnswerFormat(() -> nanos, clock);
  }

  private DiskLog open(AnswerCache cache, long maxBytes, String settings) throws IOException {
    return new DiskLog(folder(), maxBytes, settings, cache, format());
  }

  private Answer answer(String group, String body) {
    return new Answer(
        group,
        200,
        HttpFields.of("Content-Type", "text/plain", "ETag", "\"é\""),
        ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
        new Answer.Times(nanos, 3, 60, HOUR));
  }

  private Answer brief() {
    Answer.Times times = new Answer.Times(nanos, 0, 20, Duration.ofSeconds(20));
    return new Answer("g", 200, HttpFields.NONE, ByteBuffer.allocate(1), times);
  }

  private static Map<String, String> content(AnswerCache cache) {
    Map<String, String> bodies = new TreeMap<>();
    for (String key : cache.hottest().keySet()) {
      cache
          .find(key)
          .ifPresent(a -> bodies.put(key, StandardCharsets.UTF_8.decode(a.body()).toString()));
    }
    return bodies;
  }

  /** Stores, drops, forgets and clears at random. */
  private void live(AnswerCache cache, Random random, int changes) {
    for (int i = 0; i < changes; i++) {
      nanos += 1_000_000;
      String group = "g" + random.nextInt(5);
      String key = group + "/" + random.nextInt(3);
      switch (random.nextInt(12)) {
        case 0 -> cache.forget(group);
        case 1 -> cache.drop(key);
        case 2 -> cache.forget(new Selection("1", k -> k.endsWith("/1")));
        case 3 -> {
          if (random.nextInt(5) == 0) {
            cache.clear();
          }
        }
        default -> cache.put(key, answer(group, "body " + i), ++nanos);
      }
    }
  }

  @Test
  void whatIsThereAtTheEndIsThereAtTheBeginning() throws IOException {
    for (int seed = 0; seed < 10; seed++) {
      AnswerCache before = cache();
      try (DiskLog log = open(before, 1 << 20, SETTINGS)) {
        live(before, new Random(seed), 200);
        assertThat(log.lastFailure()).isNull();
      }
      AnswerCache after = cache();
      open(after, 1 << 20, SETTINGS).close();

      assertThat(content(after)).as("seed %d", seed).isEqualTo(content(before));
    }
  }

  /** Often, as the log's thread may begin before, meanwhile or behind. */
  @RepeatedTest(20)
  void whatIsForgottenBySelectionIsForgottenThoughItHadLeftTheMemory() throws IOException {
    AnswerCache before = new AnswerCache(2_000, 1 << 16, () -> nanos);
    try (DiskLog log = open(before, 1 << 20, SETTINGS)) {
      for (int i = 0; i < 20; i++) {
        before.put("a/" + i, answer("g" + i, "v"), ++nanos);
        before.put("b/" + i, answer("h" + i, "v"), ++nanos);
      }
      assertThat(before.size()).isLessThan(20);
      before.forget(new Selection("a", key -> key.startsWith("a/")));
      before.put("a/new", answer("new", "v"), ++nanos);
      assertThat(log.lastFailure()).isNull();
    }
    AnswerCache after = cache();
    open(after, 1 << 20, SETTINGS).close();

    assertThat(content(after).keySet()).noneMatch(key -> key.matches("a/[0-9]+")).contains("a/new");
  }

  @Test
  void aFolderIsOneLogsAlone() throws IOException {
    AnswerCache first = cache();
    try (DiskLog log = open(first, 1 << 20, SETTINGS)) {
      first.put("k", answer("g", "v"), nanos);
      assertThatThrownBy(() -> open(cache(), 1 << 20, SETTINGS))
          .isInstanceOf(FileSystemException.class)
          .hasMessageContaining("another gateway writes there");
      assertThat(log.lastFailure()).isNull();
    }
    AnswerCache next = cache();
    open(next, 1 << 20, SETTINGS).close();
    assertThat(content(next)).isEqualTo(Map.of("k", "v"));
  }

  @Test
  void agesGoOnWhileNobodyRuns() throws IOException {
    AnswerCache before = cache();
    try (DiskLog log = open(before, 1 << 20, SETTINGS)) {
      before.put("k", answer("g", "v"), nanos);
      before.put("short", brief(), nanos);
      assertThat(log.lastFailure()).isNull();
    }
    wall = wall.plusSeconds(30);
    nanos = -77;
    AnswerCache after = cache();
    open(after, 1 << 20, SETTINGS).close();

    assertThat(after.find("k").orElseThrow().ageSeconds(nanos)).isEqualTo(33);
    assertThat(after.find("k").orElseThrow().fields()).isEqualTo(answer("g", "v").fields());
    assertThat(after.find("k").orElseThrow().body().isDirect()).isTrue();
    assertThat(after.find("short")).isEmpty();
    nanos += HOUR.minusSeconds(29).toNanos();
    assertThat(after.find("k")).isEmpty();
  }

  @Test
  void aClockSetBackOrOtherSettingsLeaveNothing() throws IOException {
    AnswerCache before = cache();
    try (DiskLog log = open(before, 1 << 20, SETTINGS)) {
      before.put("k", answer("g", "v"), nanos);
      assertThat(log.lastFailure()).isNull();
    }
    wall = wall.minusSeconds(3600);
    AnswerCache set = cache();
    open(set, 1 << 20, SETTINGS).close();
    assertThat(content(set)).isEmpty();

    AnswerCache again = cache();
    try (DiskLog log = open(again, 1 << 20, SETTINGS)) {
      again.put("k", answer("g", "v"), nanos);
      assertThat(log.lastFailure()).isNull();
    }
    AnswerCache other = cache();
    open(other, 1 << 20, "route b").close();
    assertThat(content(other)).isEmpty();
  }

  /** The log of some life, as one file. */
  private byte[] lived(int changes) throws IOException {
    AnswerCache before = cache();
    try (DiskLog log = open(before, 1 << 20, SETTINGS)) {
      live(before, new Random(7), changes);
      assertThat(log.lastFailure()).isNull();
    }
    return Files.readAllBytes(file());
  }

  private Path file() throws IOException {
    try (Stream<Path> files = Files.list(folder())) {
      List<Path> all = files.filter(file -> !file.endsWith("lock")).toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  private @Nullable List<String> read(byte[] bytes) throws IOException {
    return read(bytes, 1 << 20);
  }

  private @Nullable List<String> read(byte[] bytes, int width) throws IOException {
    List<String> frames = new ArrayList<>();
    boolean whole =
        new LogFile(folder(), SETTINGS)
            .read(
                (from, length) -> ByteBuffer.wrap(bytes).slice((int) from, (int) length),
                bytes.length,
                width,
                f -> frames.add(f.kind() + " " + StandardCharsets.UTF_8.decode(f.content())));
    return whole ? frames : null;
  }

  @Test
  void aLogLargerThanWhatIsLookedAtInOneGoIsReadWhole() throws IOException {
    byte[] all = lived(40);
    byte[] torn = Arrays.copyOf(all, all.length - 1);
    for (int width : new int[] {1, 17, 100, 200, 1000}) {
      assertThat(read(all, width)).as("width %d", width).isEqualTo(read(all));
      assertThat(read(torn, width)).as("torn, width %d", width).isEqualTo(read(torn));
    }
  }

  /** As large as one that a bound of many GB lets grow; sparse, so that it takes no room. */
  @Test
  void aFileBeyondTwoGigabytesIsNoReasonNotToStart() throws IOException {
    lived(40);
    try (FileChannel log = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      log.write(ByteBuffer.wrap(new byte[Frame.HEAD_BYTES]).put(0, (byte) 1), log.size());
      log.write(ByteBuffer.wrap(new byte[] {1}), 3L << 30);
    }
    AnswerCache after = cache();
    try (DiskLog log = open(after, 1 << 20, SETTINGS)) {
      assertThat(log.unread()).isNull();
      assertThat(after.size()).isZero();
    }
  }

  @Test
  void aFileThatCannotBeReadIsNoReasonNotToStart() throws IOException {
    Files.createDirectories(folder().resolve("answers-1.log"));
    AnswerCache after = cache();
    try (DiskLog log = open(after, 1 << 20, SETTINGS)) {
      assertThat(log.unread()).isNotNull();
      after.put("k", answer("g", "v"), nanos);
    }
    AnswerCache next = cache();
    open(next, 1 << 20, SETTINGS).close();
    assertThat(content(next)).isEqualTo(Map.of("k", "v"));
  }

  @Test
  void aCrashAtAnyByteLeavesWhatWasWhole() throws IOException {
    byte[] all = lived(40);
    List<String> whole = Objects.requireNonNull(read(all));
    int head = 40;
    for (int cut = head; cut < all.length; cut++) {
      List<String> left = Objects.requireNonNull(read(Arrays.copyOf(all, cut)), "cut at " + cut);
      assertThat(left).isEqualTo(whole.subList(0, left.size()));
      // A file that grew before its bytes came.
      List<String> zeros = read(Arrays.copyOf(Arrays.copyOf(all, cut), all.length));
      assertThat(zeros == null || zeros.equals(whole.subList(0, zeros.size())))
          .as("zeros from %d", cut)
          .isTrue();
    }
  }

  @Test
  void noDamageIsReadOver() throws IOException {
    byte[] all = lived(40);
    for (int at = 0; at < all.length; at++) {
      byte[] broken = all.clone();
      broken[at] ^= (byte) (1 << (at % 8));
      assertThat(read(broken)).as("byte %d", at).isNull();
    }
  }

  @Test
  void theFilesStayWithinTheirBound() throws IOException {
    long bound = 64 << 10;
    AnswerCache before = cache();
    try (DiskLog log = open(before, bound, SETTINGS)) {
      for (int i = 0; i < 2_000; i++) {
        nanos++;
        before.put("k" + i % 50, answer("g" + i % 50, "x".repeat(200) + i), nanos);
      }
      assertThat(log.lastFailure()).isNull();
    }
    assertThat(Files.size(file())).isLessThanOrEqualTo(bound);
    AnswerCache after = cache();
    open(after, bound, SETTINGS).close();
    Map<String, String> wanted = content(before);
    assertThat(wanted.entrySet()).containsAll(content(after).entrySet());
    assertThat(after.size()).isPositive();
  }
}
