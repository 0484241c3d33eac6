package io.tokenlane.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What alerts and dashboards ask for. */
class MonitoringTest {
  private static final Path FOLDER = Path.of("components", "monitoring");
  private static final Pattern REQUESTS =
      Pattern.compile("http_server_requests_seconds_count(\\{[^}]*})?");

  private static String text(String file) throws IOException {
    return Files.readString(FOLDER.resolve(file));
  }

  private static String alert(String name) throws IOException {
    return Manifests.parse(text("alerts.yaml")).of(PrometheusRule.class).stream()
        .flatMap(rules -> rules.getSpec().getGroups().stream())
        .flatMap(group -> group.getRules().stream())
        .filter(rule -> name.equals(rule.getAlert()))
        .map(Rule::getExpr)
        .map(expression -> String.valueOf(expression.getValue()))
        .findFirst()
        .orElseThrow();
  }

  /** They are many, always well, and no client's: a share of all would hide what fails. */
  @ParameterizedTest
  @ValueSource(strings = {"alerts.yaml", "dashboards/tokenlane-gateway.json"})
  void probesAndScrapesAreNoRequests(String file) throws Exception {
    List<String> asked =
        REQUESTS.matcher(text(file)).results().map(found -> found.group()).toList();

    assertThat(asked).hasSize(2).allMatch(selector -> selector.contains("uri!~"));
  }

  /** Where nodes tell their limits, the queue is the gateway's. */
  @Test
  void overloadIsSeenWhereRequestsWait() throws Exception {
    assertThat(alert("TokenlaneSheds"))
        .contains("tokenlane_shed_total", "tokenlane_balance_refused_total", "line_full|too_late");
    assertThat(alert("TokenlaneLineGrows")).contains("tokenlane_balance_waiting");
    assertThat(alert("TokenlaneQueueGrows")).contains("vllm:num_requests_waiting");
    assertThat(Files.readString(Path.of("components", "autoscale-keda", "nodes.yaml")))
        .contains("tokenlane_balance_waiting", "vllm:num_requests_waiting");
    assertThat(text("dashboards/tokenlane-gateway.json"))
        .contains("tokenlane_balance_waiting", "tokenlane_balance_refused_total");
  }

  /** What the runbook does not explain helps nobody at night. */
  @Test
  void everyAlertIsInTheRunbook() throws Exception {
    String runbook = Files.readString(Path.of("..", "docs", "kubernetes.md"));

    Stream<String> names =
        Manifests.parse(text("alerts.yaml")).of(PrometheusRule.class).stream()
            .flatMap(rules -> rules.getSpec().getGroups().stream())
            .flatMap(group -> group.getRules().stream())
            .map(Rule::getAlert);
    assertThat(names).allMatch(name -> runbook.contains("| " + name + " |"));
  }
}
