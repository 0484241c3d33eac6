package io.tokenlane.gateway.cache;

/** Told about plain requests that anybody may share the answers of. */
public interface HitListener {

  /** An answer of {@code target}, path with query, was served from the cache. */
  void hit(String target);

  /**
   * A client without credentials or cookies asked.
   *
   * @param client its address
   * @param hit whether it was served from the cache
   */
  void asked(String client, Resource resource, boolean hit);

  /** An answer that {@link #asked} was told of, or one fetched ahead, is stored. */
  void stored(Resource resource, long ttlSeconds);

  /** What is stored of this host's target, and all its variants, was forgotten. */
  void forgotten(String host, String target);

  /**
   * What was asked for.
   *
   * @param route the id of its route
   * @param host as the client named it
   * @param target path with query
   */
  record Resource(String route, String host, String target) {}
}
