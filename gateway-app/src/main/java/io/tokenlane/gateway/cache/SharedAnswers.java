package io.tokenlane.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.cache.ChangeListener;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache's second level in Redis, shared by several gateways.
 *
 * <p>An answer is stored with the version of its group and the epoch of all, both random texts that
 * it must still carry when it is read: forgetting a group gives it another version, forgetting all
 * another epoch, and where Redis has lost either, what was stored under it is lost with it. It is
 * stored only if both are what they were before its fetch began. No clock but Redis's own is used.
 *
 * <p>What is forgotten is told to the other gateways; one whose subscription was interrupted may
 * have missed something, and forgets all. What could not be told to Redis is made good by a new
 * epoch. A miss asks Redis only while it is known to answer in time; see {@link RedisLine}.
 */
final class SharedAnswers extends RedisPubSubAdapter<String, byte[]> implements ChangeListener {
  private static final Logger LOG = LoggerFactory.getLogger(SharedAnswers.class);
  private static final long MOST_ON_ITS_WAY_BYTES = 8 << 20;
  private static final long LONGEST_KEEP_MILLIS = TimeUnit.DAYS.toMillis(1);
  private static final String VERSION_KEEP_MILLIS = Long.toString(TimeUnit.DAYS.toMillis(2));
  private static final int MARK_BYTES = 16;
  private static final String FORGOTTEN = "f";
  private static final String CLEARED = "c";

  /** KEYS: epoch, version, answer. ARGV: both as seen, a new version, the answer, two times. */
  private static final String PUT =
      """
      local e = redis.call('get', KEYS[1]) or ''
      if e ~= ARGV[1] then return 0 end
      local v = redis.call('get', KEYS[2])
      if not v then
        if ARGV[2] ~= '' then return 0 end
        v = ARGV[3]
        redis.call('set', KEYS[2], v, 'PX', ARGV[6])
      elseif ARGV[2] == '' or v ~= ARGV[2] then
        return 0
      else
        redis.call('pexpire', KEYS[2], ARGV[6])
      end
      redis.call('set', KEYS[3], e .. v .. ARGV[4], 'PX', ARGV[5])
      return 1
      """;

  private final AnswerCache cache;
  private final AnswerFormat format;
  private final RedisLine line;
  private final String name;
  private final String channel;
  private final String self = mark();
  private final AtomicLong onItsWay = new AtomicLong();
  private final AtomicLong hits = new AtomicLong();
  private final Cache<String, Seen> seen =
      Caffeine.newBuilder()
          .maximumSize(10_000)
          .expireAfterWrite(Duration.ofMinutes(10))
          .executor(Runnable::run)
          .build();
  private volatile boolean subscribed;
  private volatile boolean missed;

  /** Epoch and version when a fetch began; empty where there was none. */
  private static final class Seen {
    private final byte[] epoch;
    private final byte[] version;

    Seen(byte[] epoch, byte[] version) {
      this.epoch = epoch;
      this.version = version;
    }

    boolean whole() {
      return epoch.length == MARK_BYTES && version.length == MARK_BYTES;
    }

    /** What follows both, where the value begins with them. */
    Optional<ByteBuffer> behind(byte[] value) {
      int marks = 2 * MARK_BYTES;
      boolean current =
          whole()
              && value.length > marks
              && Arrays.equals(value, 0, MARK_BYTES, epoch, 0, MARK_BYTES)
              && Arrays.equals(value, MARK_BYTES, marks, version, 0, MARK_BYTES);
      return current
          ? Optional.of(ByteBuffer.wrap(value, marks, value.length - marks))
          : Optional.empty();
    }
  }

  /**
   * Shares a cache's answers under {@code name}; gateways with other settings use other names.
   *
   * @param line not open yet
   */
  SharedAnswers(AnswerCache cache, AnswerFormat format, RedisLine line, String name) {
    this.cache = cache;
    this.format = format;
    this.line = line;
    this.name = "tokenlane:cache:" + hash(name) + ':';
    this.channel = this.name + "changes";
    cache.observe(this);
    line.open(channel, this, this::answering);
  }

  private static String mark() {
    return UUID.randomUUID().toString().replace("-", "").substring(0, MARK_BYTES);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hash(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes(text));
      return HexFormat.of().formatHex(hash, 0, MARK_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  private String epochKey() {
    return name + "epoch";
  }

  private String versionKey(String group) {
    return name + "v:" + hash(group);
  }

  private String answerKey(String key) {
    return name + "a:" + hash(key);
  }

  /** The answer that another gateway stored under {@code key}; never fails, never takes long. */
  CompletableFuture<Optional<Answer>> find(String group, String key) {
    return line.ask(
            redis -> redis.async().mget(epochKey(), versionKey(group), answerKey(key)), List.of())
        .thenApply(values -> found(key, values));
  }

  private Optional<Answer> found(String key, List<KeyValue<String, byte[]>> values) {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    byte[] nothing = new byte[0];
    Seen now =
        new Seen(values.get(0).getValueOrElse(nothing), values.get(1).getValueOrElse(nothing));
    seen.put(key, now);
    Optional<Answer> answer =
        now.behind(values.get(2).getValueOrElse(nothing))
            .flatMap(format::decode)
            .filter(stored -> stored.key().equals(key))
            .map(AnswerFormat.Stored::answer);
    answer.ifPresent(hit -> hits.incrementAndGet());
    return answer;
  }

  @Override
  public void stored(String key, Answer answer) {
    Seen before = seen.getIfPresent(key);
    int size = answer.body().remaining();
    if (before == null || onItsWay.get() + size > MOST_ON_ITS_WAY_BYTES) {
      return;
    }
    seen.invalidate(key);
    onItsWay.addAndGet(size);
    byte[] encoded = format.encode(key, answer).array();
    long keep = Math.min(LONGEST_KEEP_MILLIS, answer.times().keep().toMillis());
    String[] keys = {epochKey(), versionKey(answer.group()), answerKey(key)};
    var _ =
        line.tell(
                redis ->
                    redis
                        .async()
                        .<Long>eval(
                            PUT,
                            ScriptOutputType.INTEGER,
                            keys,
                            before.epoch,
                            before.version,
                            bytes(mark()),
                            encoded,
                            bytes(Long.toString(Math.max(1, keep))),
                            bytes(VERSION_KEEP_MILLIS)))
            .whenComplete((done, failure) -> onItsWay.addAndGet(-size));
  }

  @Override
  public void dropped(String key) {
    seen.invalidate(key);
    change(redis -> redis.async().del(answerKey(key)));
  }

  @Override
  public void forgotten(String group) {
    SetArgs keep = SetArgs.Builder.px(Long.parseLong(VERSION_KEEP_MILLIS));
    change(redis -> redis.async().set(versionKey(group), bytes(mark()), keep));
    change(redis -> redis.async().publish(channel, bytes(self + FORGOTTEN + group)));
  }

  @Override
  public void cleared() {
    change(redis -> redis.async().set(epochKey(), bytes(mark())));
    change(redis -> redis.async().publish(channel, bytes(self + CLEARED)));
  }

  private <T> void change(RedisLine.Command<T> command) {
    var _ =
        line.tell(command)
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    missed = true;
                  }
                });
  }

  /** Redis answers again, or for the first time. */
  private void answering(StatefulRedisConnection<String, byte[]> redis) {
    if (missed) {
      missed = false;
      var _ =
          redis
              .async()
              .set(epochKey(), bytes(mark()))
              .whenComplete(
                  (done, failure) -> {
                    if (failure != null) {
                      missed = true;
                    }
                  });
      var _ = redis.async().publish(channel, bytes(self + CLEARED));
    } else {
      var _ = redis.async().set(epochKey(), bytes(mark()), SetArgs.Builder.nx());
    }
  }

  @Override
  public void subscribed(String toChannel, long count) {
    if (subscribed) {
      LOG.info("the connection to Redis was interrupted; stored answers are fetched anew");
      cache.clear(this);
    }
    subscribed = true;
  }

  @Override
  public void message(String onChannel, byte @Nullable [] message) {
    String text = message == null ? "" : new String(message, StandardCharsets.UTF_8);
    if (text.length() <= MARK_BYTES || text.startsWith(self)) {
      return;
    }
    String change = text.substring(MARK_BYTES);
    if (change.startsWith(FORGOTTEN)) {
      cache.forget(change.substring(1), this);
    } else {
      cache.clear(this);
    }
  }

  /** Answers found so far. */
  long hits() {
    return hits.get();
  }
}
