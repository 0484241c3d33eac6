package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Selection;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** All stored answers, for operators: what they weigh, and how they are purged. Thread-safe. */
public final class StoredAnswers {
  private static final int NAME_BYTES = 8;
  private static final Selection ALL = new Selection("ALL", key -> true);

  private final RouteCaches caches;
  private final long maxBytes;

  StoredAnswers(RouteCaches caches, long maxBytes) {
    this.caches = caches;
    this.maxBytes = maxBytes;
  }

  /** What a key is called where people see it: keys may hold paths, hosts and tenants. */
  public static String name(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** What is purged by. */
  public enum By {
    /** The name of a key, as {@link StoredAnswers#name} gives it. */
    KEY,
    /** A route's id. */
    ROUTE,
    /** A tenant. */
    TENANT;

    /** What the answer stored under a key is selected by. */
    String of(String key) {
      return switch (this) {
        case KEY -> StoredAnswers.name(key);
        case ROUTE -> route(key);
        case TENANT -> part(key, 1);
      };
    }

    private static String route(String key) {
      String kind = part(key, 0);
      return kind.substring(kind.indexOf(':') + 1);
    }

    private static String part(String key, int index) {
      String[] parts = key.split("\n", index + 2);
      return parts.length > index ? parts[index] : "";
    }
  }

  /** Forgets what is picked, with all variants of the same resource; how many were stored. */
  public int purge(By by, String value) {
    Selection selected = new Purge(by, value).selection();
    return caches.all().stream().mapToInt(cache -> cache.forget(selected)).sum();
  }

  /** Forgets all, in memory and beside it; how many were stored in memory. */
  public int purgeAll() {
    return caches.all().stream().mapToInt(cache -> cache.forget(ALL)).sum();
  }

  /** What is stored weighs this much, in bytes. */
  public long weightBytes() {
    return caches.all().stream().mapToLong(AnswerCache::weightBytes).sum();
  }

  /** The bound of the common store, in bytes. */
  public long maxBytes() {
    return maxBytes;
  }

  /** How many are stored. */
  public long size() {
    return caches.all().stream().mapToLong(AnswerCache::size).sum();
  }
}
