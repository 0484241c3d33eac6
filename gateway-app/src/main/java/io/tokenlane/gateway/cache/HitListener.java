package io.tokenlane.gateway.cache;

/** Told about plain answers served from the cache. */
@FunctionalInterface
public interface HitListener {

  /** An answer of {@code target}, path with query, was served. */
  void hit(String target);
}
