package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Whatever a request asks for, no event loop waits for it. {@link BlockedLoops} looks at every test
 * of this module; here are all kinds of requests at once, and a proof that it sees something.
 */
final class EventLoopsTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void aThreadThatMustNotWaitIsSeenToWait() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    var _ =
        Schedulers.parallel()
            .schedule(
                () -> {
                  LockSupport.parkNanos(1);
                  done.countDown();
                });
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();

    assertThat(BlockedLoops.found())
        .anySatisfy(
            told -> assertThat(told).contains("Unsafe#park", EventLoopsTest.class.getSimpleName()));
  }

  @Test
  void nothingThatClientsAskForBlocksOne() throws IOException {
    gateway.app.answers(FakeUpstream.with("[1]", "Cache-Control", "max-age=60"));
    assertThat(gateway.get("/api/kept").statusCode()).isEqualTo(200);
    assertThat(header(gateway.get("/api/kept"), "Cache-Status")).contains("hit");
    assertThat(gateway.get("/plain/x").statusCode()).isEqualTo(200);
    for (int i = 0; i < 120; i++) {
      gateway.get("/bare/" + i);
    }

    assertThat(gateway.chat("{\"messages\":[]}").statusCode()).isEqualTo(200);
    String same = "{\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"Same?\"}]}";
    gateway.chat(same);
    assertThat(header(gateway.chat(same), "Cache-Status")).contains("hit");
    FakeUpstream.Behaviour events =
        FakeUpstream.events(Flux.just("data: {\"choices\":[]}\n\n", "data: [DONE]\n\n"));
    gateway.one.answers(events);
    gateway.two.answers(events);
    assertThat(gateway.chat("{\"stream\":true,\"messages\":[]}").body()).contains("[DONE]");

    refusals();
    gateway.manage("/actuator/prometheus");
    gateway.manage("/actuator/health");
    assertThat(BlockedLoops.found()).isEmpty();
  }

  private void refusals() throws IOException {
    assertThat(gateway.chat("no JSON").statusCode()).isEqualTo(400);
    assertThat(gateway.chat("x".repeat(70_000)).statusCode()).isEqualTo(413);
    assertThat(gateway.get("/nowhere").statusCode()).isEqualTo(404);
    assertThat(gateway.get("/closed/x").statusCode()).isEqualTo(502);
    HttpResponse<String> packed =
        gateway.send(
            gateway
                .request("/v1/chat/completions")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(gzip("[".repeat(200)))));
    assertThat(packed.statusCode()).isEqualTo(400);
    gateway.one.answers(FakeUpstream.status(503));
    gateway.two.answers(FakeUpstream.reset());
    assertThat(gateway.chat("{\"messages\":[],\"n\":9}").statusCode()).isEqualTo(503);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
