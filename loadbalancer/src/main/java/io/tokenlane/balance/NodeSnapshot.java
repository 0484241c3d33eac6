package io.tokenlane.balance;

import java.time.Duration;
import java.util.Optional;

/**
 * What the gateway knew about a node at one moment; for health pages, metrics and logs.
 *
 * @param inFlight leases not yet closed
 * @param limit leases this gateway may hold at once; 0 if unknown
 * @param latency smoothed time to the first byte; empty until the fleet answered once
 * @param slowness times slower than the fleet, as far as that is sure; 1 for an ordinary node
 * @param successRate smoothed share of good outcomes, 0 to 1
 * @param inState how long it has been in this state
 * @param lastFailure text of the most recent failure; empty if there was none
 */
public record NodeSnapshot(
    Node node,
    NodeState state,
    int inFlight,
    int limit,
    Optional<Duration> latency,
    double slowness,
    double successRate,
    Duration inState,
    Optional<String> lastFailure) {}
