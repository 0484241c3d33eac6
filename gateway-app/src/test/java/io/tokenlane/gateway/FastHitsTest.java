package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hits answered before routing are the same hits. Such an answer lacks {@code Server-Timing}. */
final class FastHitsTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  private HttpResponse<String> warm(String path) {
    gateway.app.answers(FakeUpstream.with("v1", "Cache-Control", "max-age=60", "X-Kept", "yes"));
    gateway.get(path);
    gateway.get(path);
    return gateway.get(path);
  }

  private static boolean fast(HttpResponse<?> answer) {
    return header(answer, "Server-Timing").isEmpty();
  }

  @Test
  void sayWhatOtherHitsSay() {
    HttpResponse<String> hit = warm("/api/fast?a=1");

    assertThat(fast(hit)).isTrue();
    assertThat(hit.body()).isEqualTo("v1");
    assertThat(header(hit, "X-Kept")).isEqualTo("yes");
    assertThat(header(hit, "Cache-Status")).matches("tokenlane; hit; ttl=\\d+");
    assertThat(header(hit, "Age")).matches("\\d+");
    assertThat(header(hit, "x-request-id")).startsWith("req-");
    assertThat(header(gateway.get("/api/fast?a=1", "x-request-id", "mine"), "x-request-id"))
        .isEqualTo("mine");
    assertThat(gateway.app.calls()).hasSize(1);
  }

  @Test
  void areCountedAsOtherHits() {
    double start = counted();
    warm("/api/counted");
    Eventually.eventually("the long way's hit is counted", () -> counted() - start >= 2);
    double before = counted();
    long timed = timed();
    for (int i = 0; i < 5; i++) {
      assertThat(fast(gateway.get("/api/counted"))).isTrue();
    }

    assertThat(counted() - before).isEqualTo(5);
    Eventually.eventually("they are timed as all requests are", () -> timed() - timed >= 5);
  }

  private long timed() {
    return gateway
        .bean(MeterRegistry.class)
        .get("http.server.requests")
        .tags("method", "GET", "status", "200", "outcome", "SUCCESS", "uri", "UNKNOWN")
        .timer()
        .count();
  }

  private double counted() {
    return gateway
        .bean(MeterRegistry.class)
        .get("tokenlane.cache.requests")
        .tag("result", "hit")
        .counter()
        .count();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Authorization | Bearer me",
        "x-api-key | k",
        "Cookie | a=b",
        "Cache-Control | no-cache",
        "Range | bytes=0-0",
        "If-None-Match | \"1\"",
        "X-Forwarded-Host | evil.example",
        "X-Anything | else",
      })
  void areForRequestsWithoutAnythingElse(String name, String value) {
    assertThat(fast(warm("/api/plain"))).isTrue();
    assertThat(fast(gateway.get("/api/plain", name, value))).isFalse();
  }

  @Test
  void endWhenTheAnswerIsForgotten() {
    warm("/api/gone");
    gateway.send(gateway.request("/api/gone").POST(BodyPublishers.noBody()));
    gateway.app.answers(FakeUpstream.with("v2", "Cache-Control", "max-age=60"));

    assertThat(gateway.get("/api/gone").body()).isEqualTo("v2");
  }

  @Test
  void doNotOvertakeEarlierAnswersOfTheirConnection() throws IOException {
    warm("/api/quick");
    gateway.app.answers(FakeUpstream.with("slow", "Cache-Control", "no-store"));
    StringBuilder both = new StringBuilder();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      for (String path : new String[] {"/api/slow", "/api/quick", "/api/quick"}) {
        String request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port();
        socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      }
      while (!Pattern.compile("slow.*v1.*v1$", Pattern.DOTALL).matcher(both).find()) {
        byte[] some = new byte[4096];
        int count = socket.getInputStream().read(some);
        assertThat(count).as(both.toString()).isPositive();
        both.append(new String(some, 0, count, StandardCharsets.US_ASCII));
      }
    }
    assertThat(both.indexOf("slow")).isLessThan(both.indexOf("v1"));
  }
}
