package io.tokenlane.gateway.limit;

import io.lettuce.core.ScriptOutputType;
import io.tokenlane.gateway.clock.Rounds;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import reactor.core.publisher.Mono;

/**
 * Places that several gateways share in Redis: each is a member of a sorted set, with the time by
 * Redis's clock until which it is kept. A gateway keeps its own for {@link #LEASE} at a time, so
 * that those of one that died are free after that. Each round says all that it has, so that Redis
 * knows it though a command was lost, or all of Redis's memory was. Where Redis does not answer in
 * time, those that this gateway has let in itself are counted.
 */
final class RedisPlaces implements Places {
  /** For how long a place is kept without a word of its gateway. */
  static final Duration LEASE = Duration.ofSeconds(15);

  private static final int ROUNDS_OF_A_LEASE = 3;
  private static final int UNLIMITED = Integer.MAX_VALUE;

  /** Keys: the set. Arguments: most, lease in ms, the place. */
  private static final String TAKE =
      """
      local t = redis.call('TIME')
      local now = t[1] * 1000 + math.floor(t[2] / 1000)
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
      redis.call('ZREM', KEYS[1], ARGV[3])
      if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
      redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[3])
      redis.call('PEXPIRE', KEYS[1], ARGV[2])
      return 1
      """;

  /** Keys: the set. Arguments: the gateway, lease in ms, all its places. */
  private static final String SAY_ALL =
      """
      local t = redis.call('TIME')
      local now = t[1] * 1000 + math.floor(t[2] / 1000)
      for _, place in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
        if string.sub(place, 1, #ARGV[1]) == ARGV[1] then redis.call('ZREM', KEYS[1], place) end
      end
      for i = 3, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[i]) end
      if #ARGV > 2 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
      return #ARGV - 2
      """;

  private final RedisLink link;
  private final Duration lease;
  private final Rounds rounds;
  private final String gateway =
      HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong()) + ":";
  private final AtomicLong serial = new AtomicLong();

  /** By whose they are, then by name: whether it has been let in, or still asks. */
  private final ConcurrentHashMap<String, Map<String, Boolean>> open = new ConcurrentHashMap<>();

  /** Whose places Redis may still count though they were left. */
  private final Set<String> unsaid = ConcurrentHashMap.newKeySet();

  RedisPlaces(RedisLink link, Duration lease, ScheduledExecutorService clockwork) {
    this.link = link;
    this.lease = lease;
    this.rounds =
        new Rounds(
            clockwork,
            lease.dividedBy(ROUNDS_OF_A_LEASE),
            () -> !open.isEmpty() || !unsaid.isEmpty(),
            this::sayAll);
  }

  @Override
  public Mono<Place> take(String whose, int most) {
    return Mono.defer(
        () -> {
          Seat seat = new Seat(whose, gateway + serial.incrementAndGet());
          seat.asks();
          rounds.wake();
          byte[][] arguments = bytes(Stream.of(Integer.toString(most), millis(), seat.name));
          return link.ask(
                  connection ->
                      connection
                          .redis()
                          .async()
                          .<Long>eval(TAKE, ScriptOutputType.INTEGER, keys(whose), arguments)
                          .thenApply(granted -> granted == 1 && seat.in(UNLIMITED)),
                  Mono.fromSupplier(() -> seat.in(most)))
              .flatMap(in -> in ? Mono.<Place>just(seat) : Mono.fromRunnable(seat::leave))
              .doOnCancel(seat::leave);
        });
  }

  @Override
  public int taken() {
    return open.values().stream().mapToInt(RedisPlaces::letIn).sum();
  }

  private static int letIn(Map<String, Boolean> places) {
    return (int) places.values().stream().filter(in -> in).count();
  }

  private void sayAll() {
    List.copyOf(unsaid).forEach(this::say);
    open.keySet().forEach(this::say);
  }

  /** Sent within the lock: a place that is left now is taken out of Redis after this. */
  private void say(String whose) {
    open.compute(
        whose,
        (key, places) -> {
          unsaid.remove(whose);
          say(whose, places == null ? Set.of() : places.keySet());
          return places;
        });
  }

  private void say(String whose, Set<String> places) {
    byte[][] arguments = bytes(Stream.concat(Stream.of(gateway, millis()), places.stream()));
    link.ask(
            connection ->
                connection
                    .redis()
                    .async()
                    .<Long>eval(SAY_ALL, ScriptOutputType.INTEGER, keys(whose), arguments),
            Mono.<Long>fromRunnable(() -> unsaid.add(whose)))
        .subscribe();
  }

  private String millis() {
    return Long.toString(lease.toMillis());
  }

  private static byte[][] bytes(Stream<String> texts) {
    return texts.map(text -> text.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
  }

  private static String[] keys(String whose) {
    return new String[] {"tokenlane:places:" + whose};
  }

  /** One place, asked for or taken. */
  private final class Seat implements Place {
    private final String whose;
    private final String name;

    private Seat(String whose, String name) {
      this.whose = whose;
      this.name = name;
    }

    /** Before Redis is asked, so that a round between the two does not forget it. */
    private void asks() {
      open.compute(
          whose,
          (key, places) -> {
            Map<String, Boolean> all = places == null ? new ConcurrentHashMap<>() : places;
            all.put(name, false);
            return all;
          });
    }

    /** False where it was given up meanwhile, or this gateway has let in so many already. */
    private boolean in(int most) {
      boolean[] in = new boolean[1];
      open.computeIfPresent(
          whose,
          (key, places) -> {
            in[0] = places.containsKey(name) && (most == UNLIMITED || letIn(places) < most);
            if (in[0]) {
              places.put(name, true);
            }
            return places;
          });
      return in[0];
    }

    @Override
    public void leave() {
      boolean[] was = new boolean[1];
      open.computeIfPresent(
          whose,
          (key, places) -> {
            was[0] = places.remove(name) != null;
            return places.isEmpty() ? null : places;
          });
      if (was[0]) {
        var _ =
            link.tell(
                connection ->
                    connection.redis().async().zrem(keys(whose)[0], bytes(Stream.of(name))),
                () -> unsaid.add(whose));
      }
    }
  }
}
