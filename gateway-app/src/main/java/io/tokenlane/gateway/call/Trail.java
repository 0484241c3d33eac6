package io.tokenlane.gateway.call;

import io.tokenlane.balance.Lease;
import io.tokenlane.prefetch.http.CacheStatus;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;

/**
 * What happened to one request on its way: written by each filter, read once at its end. The only
 * attribute that the gateway's filters keep on an exchange.
 */
public final class Trail {
  private static final String ATTRIBUTE = Trail.class.getName();

  private final String requestId;
  private final long startNanos;
  private volatile @Nullable Principal principal;
  private volatile @Nullable InferenceCall call;
  private volatile @Nullable CacheStatus cacheStatus;
  private volatile @Nullable PromptTokens promptTokens;
  private volatile @Nullable Lease lease;
  private volatile @Nullable String brokenBy;
  private volatile long leasedNanos;
  private volatile long firstByteNanos;
  private volatile int attempts;
  private volatile boolean anotherMayServe;
  private volatile @Nullable Usage usage;

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
    return Optional.ofNullable(promptTokens);
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
   * @param another whether the request may go to another node where this one refuses it
   */
  public void leased(Lease taken, boolean another, long nowNanos) {
    this.lease = taken;
    this.anotherMayServe = another;
    this.leasedNanos = nowNanos;
    int tries = attempts;
    this.attempts = tries + 1;
  }

  /** When the latest node was leased; 0 where none was. */
  public long leasedNanos() {
    return leasedNanos;
  }

  /** Whether the request may go to another node where the latest one refuses it. */
  public boolean anotherMayServe() {
    return anotherMayServe;
  }

  /** Tokens read and written, where known. */
  public Optional<Usage> usage() {
    return Optional.ofNullable(usage);
  }

  /** Tells the tokens read and written. */
  public void used(Usage tokens) {
    this.usage = tokens;
  }

  /** How many nodes had the request. */
  public int attempts() {
    return attempts;
  }

  /** When the first body byte was written; 0 before. */
  public long firstByteNanos() {
    return firstByteNanos;
  }

  /** Tells that the first body byte is being written. */
  public void firstByte(long nowNanos) {
    this.firstByteNanos = nowNanos;
  }

  /** Why the answer ended before it was complete, where it did. */
  public Optional<String> brokenBy() {
    return Optional.ofNullable(brokenBy);
  }

  /** Tells that the answer broke off after its first byte. */
  public void broken(String why) {
    this.brokenBy = why;
  }
}
