/** Keeps the configured endpoints' answers fresh in the cache. */
@NullMarked
package io.tokenlane.gateway.prefetch;

import org.jspecify.annotations.NullMarked;
