package io.tokenlane.prefetch;

import org.jspecify.annotations.Nullable;

/**
 * What prefetching one endpoint came to so far. Every completed prefetch is either used, wasted, or
 * still waiting to become one of them.
 *
 * @param done prefetches that stored an answer
 * @param failed prefetches that stored none
 * @param used prefetched answers served at least once
 * @param wasted prefetched answers replaced before anybody asked
 * @param lastFailure why the latest prefetch failed, null where it did not
 */
public record PrefetchAccount(
    long done, long failed, long used, long wasted, @Nullable String lastFailure) {}
