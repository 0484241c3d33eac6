package io.tokenlane.gateway.balance;

/**
 * How often and at what price another node is asked.
 *
 * @param most nodes that one request is sent to, the first included; ≥ 1
 * @param budget what retries of refused requests are taken from
 * @param forwardsCredentials whether nodes see the client's own credentials
 */
record Attempting(int most, RetryBudget budget, boolean forwardsCredentials) {}
