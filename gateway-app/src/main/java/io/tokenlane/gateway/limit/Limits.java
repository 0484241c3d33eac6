package io.tokenlane.gateway.limit;

import io.micrometer.core.instrument.Counter;
import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What is counted, by this gateway or by all that share a Redis.
 *
 * @param quotas amounts in time
 * @param places requests at once
 * @param end called when the gateway ends
 */
record Limits(QuotaStore quotas, Places places, Runnable end) implements AutoCloseable {

  /** Of this gateway alone. */
  static Limits own() {
    return new Limits(new LocalQuotas(InstantSource.system()), new LocalPlaces(), () -> {});
  }

  /** Of all gateways with this Redis. */
  static Limits shared(
      RedisProperties redis, Counter failures, ScheduledExecutorService clockwork) {
    RedisLink link = new RedisLink(redis, failures, System::nanoTime);
    return new Limits(
        new RedisQuotas(link, new LocalQuotas(InstantSource.system())),
        new RedisPlaces(link, RedisPlaces.LEASE, clockwork),
        link::close);
  }

  @Override
  public void close() {
    end.run();
  }
}
