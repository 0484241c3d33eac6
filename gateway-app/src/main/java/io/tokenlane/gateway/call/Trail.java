package io.tokenlane.gateway.call;

import io.tokenlane.balance.Lease;
import io.tokenlane.prefetch.http.CacheStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * What happened to one request on its way: written by each filter, read once at its end. The only
 * attribute that the gateway's filters keep on an exchange.
 */
public final class Trail {
  private static final String ATTRIBUTE = Trail.class.getName();
  private static final int MOST_DECISIONS = 32;
  private static final int CLIENT_ERROR = 400;
  private static final int SERVER_ERROR = 500;

  /** What the client asked for is not there: no word against the node. */
  private static final int NOT_IMPLEMENTED = 501;

  private final String requestId;
  private final long startNanos;
  private volatile @Nullable String client;
  private volatile Set<String> tried = Set.of();
  private volatile boolean ended;
  private volatile @Nullable Principal principal;
  private volatile @Nullable InferenceCall call;
  private volatile @Nullable CacheStatus cacheStatus;
  private volatile @Nullable PromptTokens promptTokens;
  private volatile @Nullable Lease lease;
  private volatile @Nullable Trail fetch;
  private volatile @Nullable String brokenBy;
  private volatile long leasedNanos;
  private volatile long firstByteNanos;
  private volatile int attempts;
  private volatile BooleanSupplier another = () -> false;
  private volatile boolean fallbackMayServe;
  private volatile boolean bodyPassed;
  private volatile @Nullable Usage usage;
  private volatile Attention attention = Attention.NONE;
  private volatile @Nullable Runnable whenBegun;
  private volatile List<Decision> decisions = List.of();

  /** Starts the trail of {@code exchange}. */
  public static Trail start(ServerWebExchange exchange, String requestId, long nowNanos) {
    Trail trail = new Trail(requestId, nowNanos);
    exchange.getAttributes().put(ATTRIBUTE, trail);
    return trail;
  }

  /** The trail that the outermost filter started. */
  public static Trail of(ServerWebExchange exchange) {
    return Objects.requireNonNull(
        exchange.<Trail>getAttribute(ATTRIBUTE), "no trail (expected: EndFilter before)");
  }

  /**
   * The trail among an exchange's attributes.
   *
   * @throws NullPointerException if there is none
   */
  public static Trail in(Map<String, Object> attributes) {
    return (Trail)
        Objects.requireNonNull(
            attributes.get(ATTRIBUTE), "no trail (expected: a request of the gateway)");
  }

  private Trail(String requestId, long startNanos) {
    this.requestId = requestId;
    this.startNanos = startNanos;
  }

  /** The request's id, kept from the client or made. */
  public String requestId() {
    return requestId;
  }

  /** When it came, on {@code System.nanoTime}. */
  public long startNanos() {
    return startNanos;
  }

  /** How closely the request is watched. */
  public Attention attention() {
    return attention;
  }

  /** Tells how closely the request is watched. */
  public void watched(Attention how) {
    this.attention = how;
  }

  /** Whether it is watched at least so closely. */
  public boolean isWatched(Attention least) {
    return attention.compareTo(least) >= 0;
  }

  /** Keeps a decision, the first {@value #MOST_DECISIONS}, where decisions are watched. */
  public void decided(Supplier<Decision> decision) {
    decided(Attention.DECISIONS, decision);
  }

  /** The same where the request is watched at least so closely. */
  public void decided(Attention least, Supplier<Decision> decision) {
    if (isWatched(least) && decisions.size() < MOST_DECISIONS) {
      keep(decision.get());
    }
  }

  private synchronized void keep(Decision decision) {
    List<Decision> more = new ArrayList<>(decisions);
    more.add(decision);
    decisions = List.copyOf(more);
  }

  /** What was decided so far, those of the fetch it rides on included, in order. */
  public List<Decision> decisions() {
    List<Decision> all = new ArrayList<>(decisions);
    Trail shared = fetch;
    if (shared != null) {
      all.addAll(shared.decisions());
    }
    all.sort(Comparator.comparingLong(Decision::atNanos));
    return all;
  }

  /** The client's address, behind trusted proxies too. */
  public Optional<String> client() {
    return Optional.ofNullable(client);
  }

  /** Tells the client's address. */
  public void from(String address) {
    this.client = address;
  }

  /** Ids of the nodes that the next attempt must not go to. */
  public Set<String> tried() {
    return tried;
  }

  /** Tells which nodes the next attempt must not go to. */
  public void tried(Set<String> nodeIds) {
    this.tried = Set.copyOf(nodeIds);
  }

  /** Who asks, where the gateway has proved it. */
  public Optional<Principal> principal() {
    return Optional.ofNullable(principal);
  }

  /** Tells who asks. */
  public void proved(Principal who) {
    this.principal = who;
  }

  /** The model call, where it is one. */
  public Optional<InferenceCall> call() {
    return Optional.ofNullable(call);
  }

  /** Tells that it is a model call. */
  public void admitted(InferenceCall parsed) {
    this.call = parsed;
  }

  /** What the cache did, where it was asked. */
  public Optional<CacheStatus> cacheStatus() {
    return Optional.ofNullable(cacheStatus);
  }

  /** Tells what the cache did. */
  public void cached(CacheStatus status) {
    this.cacheStatus = status;
  }

  /** The prompt's size, where it was counted. */
  public Optional<PromptTokens> promptTokens() {
    Trail shared = fetch;
    return shared == null ? Optional.ofNullable(promptTokens) : shared.promptTokens();
  }

  /** Tells the prompt's size. */
  public void compressed(PromptTokens tokens) {
    this.promptTokens = tokens;
  }

  /** The node that has the request now, or had it last. */
  public Optional<Lease> lease() {
    return Optional.ofNullable(lease);
  }

  /**
   * Tells which node gets the request; an earlier lease must have been closed.
   *
   * @param another whether the request may go to another node; asked when this one refuses it
   */
  public void leased(Lease taken, BooleanSupplier another, long nowNanos) {
    this.lease = taken;
    this.another = another;
    this.leasedNanos = nowNanos;
    int tries = attempts;
    this.attempts = tries + 1;
    if (ended) {
      // The client went away while a node was looked for, and nobody else will close it.
      taken.ignored();
    }
  }

  /** Tells which of the leases in use the answer comes from; who holds the others closes them. */
  public void answersFrom(Lease winner) {
    this.lease = winner;
    if (ended) {
      winner.ignored();
    }
  }

  /**
   * Tells that a body that comes once is being read.
   *
   * @return false where it was read before
   */
  public synchronized boolean passesBody() {
    boolean first = !bodyPassed;
    bodyPassed = true;
    return first;
  }

  /** Whether the request can be sent again: its body is at hand, or nobody has read of it. */
  public boolean repeatable() {
    return !bodyPassed;
  }

  /** When the latest node was leased; 0 where none was. */
  public long leasedNanos() {
    Trail shared = fetch;
    return shared == null ? leasedNanos : shared.leasedNanos;
  }

  /** Whether the request may go to another node now that the latest one has refused it. */
  public boolean anotherMayServe() {
    return another.getAsBoolean() || fallbackMayServe;
  }

  /** Tells whether something else is asked where no node serves the request. */
  public void fallbackMayServe(boolean may) {
    this.fallbackMayServe = may;
  }

  /** Tokens read and written, where known. */
  public Optional<Usage> usage() {
    Trail shared = fetch;
    return shared == null ? Optional.ofNullable(usage) : shared.usage();
  }

  /** Tells the tokens read and written. */
  public void used(Usage tokens) {
    this.usage = tokens;
  }

  /** How many nodes had the request. */
  public int attempts() {
    Trail shared = fetch;
    return shared == null ? attempts : shared.attempts;
  }

  /** The id of the node that has the request now, or had it last. */
  public Optional<String> node() {
    Trail shared = fetch;
    return shared == null ? lease().map(l -> l.node().id()) : shared.node();
  }

  /** Tells that what comes back is fetched on another trail, whose end is not this one's. */
  public void ridesOn(Trail shared) {
    shared.watched(attention);
    this.fetch = shared;
  }

  /** How a fetch ended, as far as its node is concerned. */
  public enum End {
    /** All of the answer came. */
    DONE,
    /** It failed. */
    FAILED,
    /** Nobody wanted it any more. */
    CANCELLED
  }

  /** Closes the lease in use, where there is one, with what is known of its answer. */
  public void closeLease(int status, End end) {
    ended = true;
    Lease open = lease;
    if (open == null) {
      return;
    }
    if (brokenBy == null && end == End.DONE && status < CLIENT_ERROR) {
      usage().ifPresent(tokens -> tell(open, tokens));
    }
    close(open, status, end, brokenBy);
  }

  /**
   * Closes a lease by how its answer ended. What is refused as the client's fault says nothing of
   * the node, whether or not the client was there to hear it.
   *
   * @param broken why the answer broke off after its first byte; null where it did not
   */
  public static void close(Lease lease, int status, End end, @Nullable String broken) {
    if (broken != null) {
      lease.dropped(broken);
    } else if (status >= SERVER_ERROR && status != NOT_IMPLEMENTED) {
      lease.dropped("status " + status);
    } else if (end == End.CANCELLED || status >= CLIENT_ERROR) {
      lease.ignored();
    } else if (end == End.FAILED) {
      lease.dropped("status " + status);
    } else {
      lease.success();
    }
  }

  private static void tell(Lease open, Usage tokens) {
    open.produced(tokens.output());
    if (tokens.exact()) {
      open.read(tokens.input(), tokens.cachedTold() ? tokens.cached() : Lease.UNTOLD);
    }
  }

  /**
   * Tells the node's lease that a good answer begins. An answer in one piece is told at its end, by
   * its tokens: its first byte comes when all of them are there.
   */
  public void answering() {
    boolean inParts = call().map(InferenceCall::stream).orElse(true);
    if (inParts) {
      lease().ifPresent(Lease::firstByte);
    }
  }

  /** When the first body byte was written; 0 before. */
  public long firstByteNanos() {
    return firstByteNanos;
  }

  /** Tells that the first body byte is being written. */
  public void firstByte(long nowNanos) {
    this.firstByteNanos = nowNanos;
    Runnable then = whenBegun;
    if (then != null) {
      then.run();
    }
  }

  /** What is done when the first body byte is written, on its thread; the latest one told. */
  public void whenBegun(Runnable then) {
    this.whenBegun = then;
  }

  /** Why the answer ended before it was complete, where it did. */
  public Optional<String> brokenBy() {
    Trail shared = fetch;
    return Optional.ofNullable(shared == null ? brokenBy : shared.brokenBy);
  }

  /** Tells that the answer broke off after its first byte. */
  public void broken(String why) {
    this.brokenBy = why;
  }
}
