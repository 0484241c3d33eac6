package io.tokenlane.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.balance.strategy.Strategies;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the end of an answer says of its node. */
final class TrailTest {
  @ParameterizedTest
  @CsvSource({
    "200, DONE, , true",
    "200, CANCELLED, , true",
    "200, FAILED, , false",
    "200, DONE, cut, false",
    "400, DONE, , true",
    "400, FAILED, , true",
    "400, FAILED, cut, false",
    "500, DONE, , false",
    "501, DONE, , true",
    "503, CANCELLED, , false"
  })
  void whatSpeaksAgainstANode(int status, Trail.End end, @Nullable String broken, boolean well) {
    NodePool pool = new NodePool(PoolSettings.DEFAULT);
    pool.replace(List.of(new Node("n", URI.create("http://n"), 1)));

    Trail.close(pool.acquire(Strategies.DEFAULT).orElseThrow(), status, end, broken);

    assertThat(pool.snapshot().getFirst().lastFailure().isEmpty()).isEqualTo(well);
    assertThat(pool.snapshot().getFirst().inFlight()).isZero();
  }
}
