package io.tokenlane.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.AnswerFormat;
import io.tokenlane.prefetch.cache.ChangeListener;
import io.tokenlane.prefetch.cache.Selection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A cache's second level in Redis, shared by several gateways.
 *
 * <p>An answer is stored with the {@link Marks} of all answers, of its tenant, of its route and of
 * its group, which it must still carry when it is read: forgetting a group, or a tenant's answers,
 * gives that another mark, and where Redis has lost one, what was stored under it is lost with it.
 * It is stored only if all are what they were before its fetch began. No clock but Redis's own is
 * used.
 *
 * <p>A mark is changed before anything is forgotten here, and nothing is found under it until Redis
 * has said so: what is found after a forgetting is not of before. Then it is told to the other
 * gateways; one whose subscription was interrupted may have missed something, and forgets all. What
 * could not be told to Redis is made good by a new epoch, before which nothing is found. A miss
 * asks Redis only while it is known to answer in time; see {@link RedisLine}.
 */
final class SharedAnswers extends RedisPubSubAdapter<String, byte[]> implements ChangeListener {
  private static final Logger LOG = LoggerFactory.getLogger(SharedAnswers.class);
  private static final long MOST_ON_ITS_WAY_BYTES = 8 << 20;
  private static final long LONGEST_KEEP_MILLIS = TimeUnit.DAYS.toMillis(1);
  private static final String MARK_KEEP_MILLIS = Long.toString(TimeUnit.DAYS.toMillis(2));
  private static final String FORGOTTEN = "f";
  private static final String SELECTED = "s";
  private static final String CLEARED = "c";
  private static final byte[] NOTHING = {};

  /** What marks are kept for, beside all answers and groups. */
  private static final List<StoredAnswers.By> MARKED =
      List.of(StoredAnswers.By.TENANT, StoredAnswers.By.ROUTE);

  /**
   * KEYS: the marks, that of all first, and the answer. ARGV: the marks as seen, a new one for
   * those that are missing, the answer, two times. The mark of all is kept for good.
   */
  private static final String PUT =
      """
      local n = #KEYS - 1
      for i = 1, n do
        if (redis.call('get', KEYS[i]) or '') ~= ARGV[i] then return 0 end
      end
      local marks = ''
      for i = 1, n do
        local mark = ARGV[i]
        if mark == '' then
          mark = ARGV[n + 1]
          redis.call('set', KEYS[i], mark)
        end
        if i > 1 then redis.call('pexpire', KEYS[i], ARGV[n + 4]) end
        marks = marks .. mark
      end
      redis.call('set', KEYS[n + 1], marks .. ARGV[n + 2], 'PX', ARGV[n + 3])
      return 1
      """;

  private final AnswerCache cache;
  private final AnswerFormat format;
  private final RedisLine line;
  private final String name;
  private final String channel;
  private final String self = Marks.next();
  private final AtomicLong onItsWay = new AtomicLong();
  private final AtomicLong hits = new AtomicLong();
  private final Cache<String, Marks> seen =
      Caffeine.newBuilder()
          .maximumSize(10_000)
          .expireAfterWrite(Duration.ofMinutes(10))
          .executor(Runnable::run)
          .build();

  /** Keys in Redis that are being changed, and how often. */
  private final ConcurrentHashMap<String, Integer> changing = new ConcurrentHashMap<>();

  /** Whether Redis has not heard of something that was forgotten. */
  private final AtomicBoolean missed = new AtomicBoolean();

  private volatile boolean subscribed;

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
    line.open(channel, this, this::makeGood);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String hash(String text) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes(text));
      return HexFormat.of().formatHex(hash, 0, Marks.BYTES);
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

  private String markKey(StoredAnswers.By by, String selected) {
    return name + by.name().charAt(0) + ':' + hash(selected);
  }

  private List<String> markKeys(String group, String key) {
    List<String> keys = new ArrayList<>();
    keys.add(epochKey());
    MARKED.forEach(by -> keys.add(markKey(by, by.of(key))));
    keys.add(versionKey(group));
    return keys;
  }

  private String answerKey(String nameOfKey) {
    return name + "a:" + nameOfKey;
  }

  /** Those of all marks, and last of the answer. */
  private String[] keys(String group, String key) {
    List<String> keys = markKeys(group, key);
    keys.add(answerKey(StoredAnswers.name(key)));
    return keys.toArray(String[]::new);
  }

  /** The answer that another gateway stored under {@code key}; never fails, never takes long. */
  CompletableFuture<Optional<Answer>> find(String group, String key) {
    String[] keys = keys(group, key);
    // In this order: what is missed no more is being made good.
    if (missed.get() || Arrays.stream(keys).anyMatch(changing::containsKey)) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return line.ask(redis -> redis.async().mget(keys), List.of())
        .thenApply(values -> found(key, values));
  }

  private Optional<Answer> found(String key, List<KeyValue<String, byte[]>> values) {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    List<byte[]> all = values.stream().map(value -> value.getValueOrElse(NOTHING)).toList();
    Marks now = new Marks(all.subList(0, all.size() - 1));
    seen.put(key, now);
    Optional<Answer> answer =
        now.behind(all.getLast())
            .flatMap(format::decode)
            .filter(stored -> stored.key().equals(key))
            .map(AnswerFormat.Stored::answer);
    answer.ifPresent(hit -> hits.incrementAndGet());
    return answer;
  }

  @Override
  public void stored(String key, Answer answer) {
    Marks before = seen.getIfPresent(key);
    int size = answer.body().remaining();
    if (before == null || onItsWay.get() + size > MOST_ON_ITS_WAY_BYTES) {
      return;
    }
    seen.invalidate(key);
    onItsWay.addAndGet(size);
    long keep = Math.min(LONGEST_KEEP_MILLIS, answer.times().keep().toMillis());
    List<byte[]> arguments = new ArrayList<>(before.each());
    arguments.add(bytes(Marks.next()));
    arguments.add(format.encode(key, answer).array());
    arguments.add(bytes(Long.toString(Math.max(1, keep))));
    arguments.add(bytes(MARK_KEEP_MILLIS));
    var _ =
        line.tell(
                redis ->
                    redis
                        .async()
                        .<Long>eval(
                            PUT,
                            ScriptOutputType.INTEGER,
                            keys(answer.group(), key),
                            arguments.toArray(byte[][]::new)))
            .whenComplete((done, failure) -> onItsWay.addAndGet(-size));
  }

  @Override
  public void dropped(String key) {
    seen.invalidate(key);
    String answer = answerKey(StoredAnswers.name(key));
    change(answer, redis -> redis.async().del(answer));
  }

  @Override
  public void forgetting(String group) {
    markAnew(versionKey(group));
  }

  @Override
  public void forgotten(String group) {
    tell(FORGOTTEN + group);
  }

  @Override
  public void forgetting(Selection selected) {
    Purge.named(selected.name()).ifPresentOrElse(this::forgetting, this::clearing);
  }

  private void forgetting(Purge purge) {
    if (MARKED.contains(purge.by())) {
      markAnew(markKey(purge.by(), purge.selected()));
    } else {
      forgetGroupOf(purge.selected());
    }
  }

  /** Variants of the same resource are known by what is stored under the key alone. */
  private void forgetGroupOf(String nameOfKey) {
    Marks any = new Marks(Collections.nCopies(MARKED.size() + 2, NOTHING));
    String key = answerKey(nameOfKey);
    change(
        key,
        redis ->
            redis
                .async()
                .mget(key)
                .thenApply(
                    values -> {
                      format
                          .decode(any.behindAny(values.getFirst().getValueOrElse(NOTHING)))
                          .ifPresent(stored -> cache.forget(stored.answer().group()));
                      return true;
                    }));
  }

  /** Of a tenant or a route all answers are behind one mark; those of a key are behind none. */
  @Override
  public void forgotten(Selection selected, Set<String> groups) {
    tell(SELECTED + selected.name());
    boolean byKey =
        Purge.named(selected.name()).filter(purge -> !MARKED.contains(purge.by())).isPresent();
    if (byKey) {
      groups.forEach(cache::forget);
    }
  }

  @Override
  public void clearing() {
    change(epochKey(), redis -> redis.async().set(epochKey(), bytes(Marks.next())));
  }

  @Override
  public void cleared() {
    tell(CLEARED);
  }

  private void markAnew(String markKey) {
    SetArgs keep = SetArgs.Builder.px(Long.parseLong(MARK_KEEP_MILLIS));
    change(markKey, redis -> redis.async().set(markKey, bytes(Marks.next()), keep));
  }

  private void tell(String change) {
    change(channel, redis -> redis.async().publish(channel, bytes(self + change)));
  }

  /** Nothing is found by a key that is being changed, and nothing at all once that has failed. */
  private <T> void change(String key, RedisLine.Command<T> command) {
    hold(key);
    var _ =
        line.tell(command)
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    missed.set(true);
                  }
                  release(key);
                  if (failure != null) {
                    makeGood();
                  }
                });
  }

  private void hold(String key) {
    changing.merge(key, 1, Integer::sum);
  }

  private void release(String key) {
    changing.computeIfPresent(key, (same, times) -> times == 1 ? null : times - 1);
  }

  /**
   * Puts a new epoch in the place of what Redis could not be told. Called when Redis can be told
   * again, and when something could not be told: one of the two comes last, and sees the other.
   */
  private void makeGood() {
    hold(epochKey());
    if (line.available() && missed.compareAndSet(true, false)) {
      clearing();
      cleared();
    }
    release(epochKey());
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
    if (text.length() <= Marks.BYTES || text.startsWith(self)) {
      return;
    }
    String change = text.substring(Marks.BYTES);
    String what = change.substring(1);
    Optional<Purge> purge =
        change.startsWith(SELECTED) ? Purge.named(what) : Optional.<Purge>empty();
    if (change.startsWith(FORGOTTEN)) {
      cache.forget(what, this);
    } else if (purge.isPresent()) {
      cache.forget(purge.get().selection(), this);
    } else {
      cache.clear(this);
    }
  }

  /** Answers found so far. */
  long hits() {
    return hits.get();
  }
}
