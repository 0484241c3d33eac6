package io.tokenlane.gateway.limit;

import io.tokenlane.gateway.call.Usage;
import java.util.function.ToLongFunction;

/**
 * What one request takes of one quota.
 *
 * @param price how much of it a usage is
 * @param amount what is taken before the call
 */
record Charge(
    String rule, Measure measure, Quota quota, ToLongFunction<Usage> price, long amount) {}
