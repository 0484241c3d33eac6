package io.tokenlane.gateway.balance;

import java.time.Duration;

/**
 * How often and at what price another node is asked.
 *
 * @param most nodes that one request is sent to, the first included; ≥ 1
 * @param budget what retries of refused requests are taken from
 * @param hedgeAfter how long a stream may not have begun before a second node is asked as well; 0:
 *     none is
 * @param forwardsCredentials whether nodes see the client's own credentials
 */
record Attempting(int most, RetryBudget budget, Duration hedgeAfter, boolean forwardsCredentials) {}
