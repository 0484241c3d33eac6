package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Lease;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class RestingTest {
  private static final Node NODE = new Node("a", URI.create("http://a"));

  private final AtomicLong clock = new AtomicLong();
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT, clock::get, bound -> 0);
  private boolean well = true;
  private int asked;
  private final Resting resting =
      new Resting(
          pool,
          node -> {
            asked++;
            return CompletableFuture.completedFuture(well);
          },
          clock::get);

  RestingTest() {
    pool.replace(List.of(NODE));
  }

  private int askedIn(int seconds) {
    asked = 0;
    for (int i = 0; i < seconds; i++) {
      clock.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(resting.check(NODE)).isCompletedWithValue(well);
    }
    return asked;
  }

  @Test
  void whileNoCallComesAWellNodeIsAskedSeldom() {
    assertThat(askedIn(30)).isEqualTo(30);
    assertThat(askedIn(60)).isBetween(10, 15);

    pool.acquire(Strategies.named("ewma")).ifPresent(Lease::success);
    assertThat(askedIn(10)).isEqualTo(10);
  }

  @Test
  void aNodeThatIsNotWellIsAskedEachTime() {
    askedIn(31);
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    well = false;
    assertThat(askedIn(20)).isEqualTo(20);
  }

  @Test
  void questionsOfLoadRestToo() {
    int[] questions = {0};
    Polls polls = new Polls(pool, node -> Mono.fromSupplier(() -> ++questions[0] > 0), clock::get);
    polls.look();
    clock.addAndGet(Duration.ofSeconds(31).toNanos());
    for (int i = 0; i < 20; i++) {
      polls.look();
    }
    assertThat(questions[0]).isEqualTo(1 + 2);
  }
}
