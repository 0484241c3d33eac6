package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Upstreams that break off, or end otherwise than most do: what is half is never read as whole. */
@ExtendWith(OutputCaptureExtension.class)
final class BrokenAnswersTest {
  private static final String HEAD = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n";
  private static final String CHUNKED = HEAD + "\r\n4\r\nhalf\r\n";
  private static final String SIZED = "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf";
  private static final String EVENTS =
      HEAD + "Content-Type: text/event-stream\r\n\r\ne\r\ndata: \"half\"\n\n\r\n";
  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";

  private final RunningGateway gateway = RunningGateway.fresh();
  private final Sinks.Empty<Void> enough = Sinks.empty();

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  private void allAnswer(FakeUpstream.Behaviour behaviour) {
    gateway.app.answers(behaviour);
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  private Socket sent(String request) throws IOException {
    Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port());
    socket.setSoTimeout(15_000);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String until(InputStream in, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      int b = in.read();
      assertThat(b).as("read after: %s", text).isNotNegative();
      text.append((char) b);
    }
    return text.toString();
  }

  /** Breaks off when its first half has come; what comes then, up to the end of the connection. */
  private String rest(Socket socket) throws IOException {
    until(socket.getInputStream(), "half");
    enough.tryEmitEmpty();
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api/half, true, true",
    "GET, /api/half, true, false",
    "GET, /api/half, false, true",
    "POST, /api/half, true, true",
    "POST, /api/half, false, true",
    "POST, /api/half, false, false",
    "GET, /plain/half, true, true",
    "POST, /plain/half, false, true",
    "GET, /shop/half, true, true",
    "POST, /ask/half, false, true",
  })
  void endsItsConnection(
      String method, String path, boolean chunked, boolean reset, CapturedOutput output)
      throws IOException {
    allAnswer(FakeUpstream.says(chunked ? CHUNKED : SIZED, enough.asMono(), reset));
    String target = path + "?planted-" + chunked + reset;

    try (Socket socket =
        sent(method + " " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(rest(socket)).isEqualTo(chunked ? "\r\n" : "");
    }

    assertThat(output.getAll()).doesNotContain("planted-", "\tat ");
  }

  /** Its place is free at once: nothing is left to wait for on a connection that was reset. */
  @Test
  void ofEventsIsToldAndEnds() throws IOException {
    allAnswer(FakeUpstream.says(EVENTS, enough.asMono(), true));
    String call = "{\"stream\":true,\"messages\":[]}";
    String head =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";

    try (Socket socket = sent(head + "Content-Length: " + call.length() + "\r\n\r\n" + call)) {
      until(socket.getInputStream(), "half");
      enough.tryEmitEmpty();
      assertThat(until(socket.getInputStream(), LAST_CHUNK))
          .contains("stream_broken", "data: [DONE]");
    }
  }

  @ParameterizedTest
  @CsvSource({"GET, /api/trailers", "POST, /api/trailers", "GET, /plain/trailers"})
  void trailersAreLeftOut(String method, String path) throws IOException {
    String answer =
        CHUNKED.replace("\r\n\r\n", "\r\nConnection: close\r\nTrailer: X-Sum\r\n\r\n")
            + "0\r\nX-Sum: 1\r\n\r\n";
    allAnswer(FakeUpstream.says(answer, Mono.empty(), false));

    try (Socket socket =
        sent(method + " " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n")) {
      assertThat(until(socket.getInputStream(), LAST_CHUNK))
          .contains("half")
          .doesNotContain("X-Sum");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"HTTP/1.1 200 OK;Content-Type: applic", "No answer at all;;"})
  void anotherNodeAnswersWhereOneDoesNotSpeakHttp(String broken) {
    gateway.one.answers(FakeUpstream.says(broken.replace(";", "\r\n"), Mono.empty(), false));

    for (int i = 0; i < 4; i++) {
      assertThat(gateway.chat("{\"n\":" + i + "}").body()).isEqualTo(FakeUpstream.ANSWER);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"/api/none|HTTP/1.1 200 OK;Content-Type: applic", "/api/none|No answer at all;;"})
  void anAppThatDoesNotSpeakHttpIsABadGateway(String path, String broken, CapturedOutput output) {
    gateway.app.answers(FakeUpstream.says(broken.replace(";", "\r\n"), Mono.empty(), false));

    assertThat(gateway.get(path).statusCode()).isEqualTo(502);
    assertThat(output.getAll()).doesNotContain("\tat ");
  }
}
