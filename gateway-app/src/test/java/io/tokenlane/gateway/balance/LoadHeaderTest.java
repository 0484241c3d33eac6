package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.NodeReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadHeaderTest {
  @Test
  void readsWhatTheNodeSends() throws IOException {
    String json = Files.readString(Path.of("../docs/contracts/load.json")).replace("\n", "");
    assertThat(LoadHeader.read("JSON " + json))
        .hasValue(new LoadHeader.Told(new NodeReport(32, 0, false, 1), 0.125));
  }

  @Test
  void aFullCacheWithSequencesWaitingAsksForNoMore() {
    String full =
        "JSON {\"mem_utilization\": 0.99, \"named_metrics\": {\"num_requests_waiting\": 2}}";
    assertThat(LoadHeader.read(full))
        .hasValue(new LoadHeader.Told(new NodeReport(0, 0, true, 1), 0));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "TEXT cpu_utilization=0.3", "BIN CgA=", "JSON {\"broken\": "})
  void whatIsNoReportOfOursSaysNothing(String header) {
    assertThat(LoadHeader.read(header)).isEmpty();
  }
}
