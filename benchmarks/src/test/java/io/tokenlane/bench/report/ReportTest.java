package io.tokenlane.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.bench.report.WholeReport.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
  private static final Report REPORT =
      new Report(
          "example",
          new Machine("a processor", 2, 24, "25", "Linux amd64"),
          List.of(
              Row.of("speed", 120, "tokens/s", Row.Better.HIGHER)
                  .withGoal(100)
                  .withPeer("other", 90),
              Row.of("start", 14, "s", Row.Better.LOWER).withGoal(12),
              Row.missing("joules", "J", "no meter on this machine")));

  @Test
  void jsonHasTheContractsShape() {
    JsonNode json = JsonMapper.builder().build().readTree(REPORT.json());
    assertThat(json.get("bench").asString()).isEqualTo("example");
    assertThat(json.at("/machine/cores").asInt()).isEqualTo(2);
    assertThat(json.at("/rows/0/met").asBoolean()).isTrue();
    assertThat(json.at("/rows/0/better").asString()).isEqualTo("higher");
    assertThat(json.at("/rows/0/peer/value").asDouble()).isEqualTo(90);
    assertThat(json.at("/rows/1/met").asBoolean()).isFalse();
    assertThat(json.at("/rows/2/value").isNull()).isTrue();
    assertThat(json.at("/rows/2/peer").isNull()).isTrue();
    assertThat(json.at("/rows/2/met").isNull()).isTrue();
    assertThat(json.at("/rows/2/why").asString()).isEqualTo("no meter on this machine");
  }

  @Test
  void tableShowsEveryRow() {
    assertThat(REPORT.table()).contains("speed", "120", "90.00 (other)", "yes", "no", "no meter");
  }

  @Test
  void writesJsonAndPlot(@TempDir Path folder) throws IOException {
    REPORT.write(folder);
    assertThat(folder.resolve("example.json")).content().isEqualTo(REPORT.json() + "\n");
    assertThat(Files.size(folder.resolve("example.png"))).isPositive();
  }

  @Test
  void whatWasWrittenIsReadAgain(@TempDir Path folder) throws IOException {
    REPORT.write(folder);
    assertThat(Report.read(folder.resolve("example.json"))).isEqualTo(REPORT);
  }

  @Test
  void whatIsNoNumberWasNotMeasured() {
    Row row = Row.of("back after", Double.NaN, "s", Row.Better.LOWER).withGoal(1);
    assertThat(row.value()).isNull();
    assertThat(row.why()).isNotNull();
    assertThat(row.met()).isNull();
  }

  @Test
  void theWholeReportSetsTheRequirementBesideOurs(@TempDir Path folder) throws IOException {
    Report prefetch =
        new Report(
            "prefetch",
            REPORT.machine(),
            List.of(Row.of("NASA, mean latency, no cache over this", 4.5, "x", Row.Better.HIGHER)));
    REPORT.write(folder);
    new WholeReport(REPORT.machine(), Instant.EPOCH, true, List.of(), List.of(), Map.of())
        .with(Ran.well(REPORT, Duration.ofSeconds(61)))
        .with(Ran.well(prefetch, Duration.ofSeconds(2)))
        .with(Ran.badly("limits", "no <device>", Duration.ofMinutes(3)))
        .write(folder);
    assertThat(folder.resolve("report.md"))
        .content()
        .contains(
            "a processor, 2 cores",
            "| mean latency, ms | 128 | 43 |",
            "| NASA, mean latency, no cache over this | 4.50 | x |",
            "| speed | 120 | tokens/s | ≥ 100 | 90.00 (other) | yes |",
            "./tokenlane bench example --quick",
            "not measured in this run",
            "not measured: no <device>",
            "| example | 1:01 |",
            "| limits | 3:00 |",
            "![example](example.png)");
    assertThat(folder.resolve("report.html"))
        .content()
        .contains("<td>90.00 (other)</td>", "data:image/png;base64,", "no &lt;device&gt;")
        .doesNotContain("http://", "https://");
  }
}
