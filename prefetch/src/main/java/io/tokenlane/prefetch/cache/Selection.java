package io.tokenlane.prefetch.cache;

import java.util.function.Predicate;

/**
 * Answers that are forgotten together, wherever they lie: an answer that is not in memory here is
 * known by its key elsewhere.
 *
 * @param name what others know the selection by
 * @param picks whether the answer stored under a key is one
 */
public record Selection(String name, Predicate<String> picks) {}
