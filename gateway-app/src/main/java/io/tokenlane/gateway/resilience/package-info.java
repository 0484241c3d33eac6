/** Time limits, circuit breakers, bulkheads, load shedding and fallbacks, per route and node. */
@NullMarked
package io.tokenlane.gateway.resilience;

import org.jspecify.annotations.NullMarked;
