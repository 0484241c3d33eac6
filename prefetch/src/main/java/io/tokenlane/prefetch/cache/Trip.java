package io.tokenlane.prefetch.cache;

/**
 * What a request wants of the cache.
 *
 * @param key what its answer is stored under
 * @param flightKey what identical misses have in common, where one stored answer serves requests
 *     that cannot share a fetch; else the same
 * @param group what its answer is forgotten with
 */
public record Trip(String key, String flightKey, String group) {}
