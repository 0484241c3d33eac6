package io.tokenlane.bench.balance;

import io.tokenlane.balance.Lease;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One simulated call. */
final class Call {
  final int gateway;

  /** Who asks; hashed by policies that hash. */
  final int client;

  final long arrivedAt;

  /** Nanoseconds of service at speed 1. */
  final double work;

  final Set<Integer> tried = new HashSet<>();
  int node;
  long sentAt;
  long serviceNanos;
  int foundAtNode;
  boolean over;
  @Nullable Lease lease;

  Call(int gateway, int client, long arrivedAt, double work) {
    this.gateway = gateway;
    this.client = client;
    this.arrivedAt = arrivedAt;
    this.work = work;
  }
}
