package io.tokenlane.prefetch.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Answers by key, bounded by their weight in bytes (Caffeine's W-TinyLFU decides who stays), each
 * kept for its own time, with identical misses folded into one fetch.
 *
 * <p>A request takes a {@link #turn}: a stored answer that serves it is a hit, the first miss
 * leads, later ones wait for the leader's {@link Flight}. What lately could not be shared is not
 * waited for ("hit for miss"). No call blocks. Thread-safe.
 */
public final class AnswerCache {
  /** How long it is remembered that an answer could not be shared. */
  private static final Duration UNSHARED_FOR = Duration.ofSeconds(30);

  /** How long it is remembered that a group was forgotten: longer than a fetch takes. */
  private static final Duration FORGOTTEN_FOR = Duration.ofMinutes(10);

  private static final long REMEMBERED_KEYS = 10_000;

  private final Cache<String, Answer> answers;
  private final Cache<String, Boolean> unshared;
  private final Cache<String, Long> forgotten;
  private final Groups groups = new Groups();
  private final ConcurrentHashMap<String, Flight> flights = new ConcurrentHashMap<>();
  private final LongSupplier nanoClock;
  private final long maxAnswerBytes;

  /**
   * Makes an empty cache.
   *
   * @param maxBytes bound of all answers together, in bytes, &gt; 0
   * @param maxAnswerBytes bound of one body, in bytes, &gt; 0
   * @param nanoClock monotonic nanoseconds, as {@code System::nanoTime}
   */
  public AnswerCache(long maxBytes, long maxAnswerBytes, LongSupplier nanoClock) {
    requirePositive("maxBytes", maxBytes);
    requirePositive("maxAnswerBytes", maxAnswerBytes);
    this.nanoClock = nanoClock;
    this.maxAnswerBytes = maxAnswerBytes;
    this.answers =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String key, Answer answer) -> answer.weightBytes(key))
            .expireAfter(Expiry.writing((String key, Answer answer) -> answer.times().keep()))
            .ticker(nanoClock::getAsLong)
            .removalListener(groups)
            .executor(Runnable::run)
            .build();
    this.unshared = memory(UNSHARED_FOR, nanoClock);
    this.forgotten = memory(FORGOTTEN_FOR, nanoClock);
  }

  private static <V> Cache<String, V> memory(Duration span, LongSupplier nanoClock) {
    return Caffeine.newBuilder()
        .maximumSize(REMEMBERED_KEYS)
        .expireAfterWrite(span)
        .ticker(nanoClock::getAsLong)
        .executor(Runnable::run)
        .build();
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  /**
   * Hit, lead, wait or pass: see {@link Turn}. Whoever leads must settle the flight.
   *
   * @param serves whether a stored answer may be served to the request
   */
  public Turn turn(String key, Predicate<Answer> serves) {
    Optional<Answer> stored = find(key).filter(serves);
    if (stored.isPresent()) {
      return new Turn.Hit(stored.get());
    }
    if (unshared.getIfPresent(key) != null) {
      return new Turn.Pass();
    }
    Flight mine = new Flight(this, key, nowNanos());
    Flight other = flights.putIfAbsent(key, mine);
    if (other != null) {
      return new Turn.Wait(other.landing());
    }
    return leadUnlessJustStored(mine, serves);
  }

  /** A flight that landed between the look-up and the take-off has left its answer behind. */
  private Turn leadUnlessJustStored(Flight mine, Predicate<Answer> serves) {
    Optional<Answer> stored = find(mine.key()).filter(serves);
    if (stored.isEmpty()) {
      return new Turn.Lead(mine);
    }
    mine.abandon();
    return new Turn.Hit(stored.get());
  }

  /** The answer stored under {@code key}, stale or not. */
  public Optional<Answer> find(String key) {
    return Optional.ofNullable(answers.getIfPresent(key));
  }

  /** The first answer of the group, stored under a key with this beginning, that fits. */
  public Optional<Answer> findSibling(String group, String keyBegin, Predicate<Answer> fits) {
    return groups.keys(group).stream()
        .filter(key -> key.startsWith(keyBegin))
        .flatMap(key -> find(key).stream())
        .filter(fits)
        .findFirst();
  }

  /**
   * Stores an answer. One larger than the bounds is not kept, nor one whose group was forgotten
   * after its fetch began: it may show what was before the change.
   *
   * @param begunNanos when the answer's fetch began, on this cache's clock
   */
  public void put(String key, Answer answer, long begunNanos) {
    Long forgottenNanos = forgotten.getIfPresent(answer.group());
    if (answer.body().remaining() > maxAnswerBytes
        || (forgottenNanos != null && forgottenNanos - begunNanos >= 0)) {
      return;
    }
    groups.add(answer.group(), key).ifPresent(answers::invalidate);
    answers.put(key, answer);
    unshared.invalidate(key);
    // An eviction of the key's former answer may have crossed with the first of these.
    groups.add(answer.group(), key).ifPresent(answers::invalidate);
    if (find(key).isEmpty()) {
      groups.drop(answer.group(), key);
    }
  }

  /** Forgets the answer stored under {@code key}. */
  public void drop(String key) {
    answers.invalidate(key);
  }

  /** Forgets all answers of a group, and those still on their way; how many were stored. */
  public int forget(String group) {
    forgotten.put(group, nowNanos());
    var keys = groups.keys(group);
    answers.invalidateAll(keys);
    return keys.size();
  }

  /**
   * Forgets the groups of all answers whose key is picked; how many answers were stored. A fetch
   * under way whose group has nothing stored yet is not stopped.
   */
  public int forgetWhere(Predicate<String> picks) {
    Set<String> picked = new HashSet<>();
    answers
        .asMap()
        .forEach(
            (key, answer) -> {
              if (picks.test(key)) {
                picked.add(answer.group());
              }
            });
    return picked.stream().mapToInt(this::forget).sum();
  }

  /** Forgets everything stored; flights go on. */
  public void clear() {
    answers.invalidateAll();
    unshared.invalidateAll();
  }

  /** Now, on the clock that {@link Answer.Times#storedAtNanos} is on. */
  public long nowNanos() {
    return nanoClock.getAsLong();
  }

  /** The largest body that is kept, in bytes. */
  public long maxAnswerBytes() {
    return maxAnswerBytes;
  }

  /** How many answers are stored, expired ones not yet swept included. */
  public long size() {
    answers.cleanUp();
    return answers.estimatedSize();
  }

  /** What they weigh together, in bytes. */
  public long weightBytes() {
    answers.cleanUp();
    return answers.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
  }

  /** How many fetches are under way. */
  public int flightsUnderWay() {
    return flights.size();
  }

  void alsoUnder(Flight flight, String key) {
    flights.putIfAbsent(key, flight);
  }

  void remove(Flight flight, String key) {
    flights.remove(key, flight);
  }

  void rememberUnshared(String key) {
    unshared.put(key, true);
  }
}
