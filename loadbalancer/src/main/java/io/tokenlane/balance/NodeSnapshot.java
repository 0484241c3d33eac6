package io.tokenlane.balance;

import java.time.Duration;
import java.util.Optional;

/**
 * What the gateway knew about a node at one moment; for health pages, metrics and logs.
 *
 * @param inFlight leases not yet closed
 * @param latency smoothed time to the first byte; empty until the fleet answered once
 * @param successRate smoothed share of good outcomes, 0 to 1
 * @param inState how long it has been in this state
 * @param lastFailure text of the most recent failure; empty if there was none
 */
public record NodeSnapshot(
    Node node,
    NodeState state,
    int inFlight,
    Optional<Duration> latency,
    double successRate,
    Duration inState,
    Optional<String> lastFailure) {}
