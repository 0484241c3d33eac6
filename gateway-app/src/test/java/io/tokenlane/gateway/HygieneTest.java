package io.tokenlane.gateway;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Requests as no well-meaning client sends them. */
@ExtendWith(OutputCaptureExtension.class)
final class HygieneTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  /** Sends these bytes and reads until the gateway closes the connection. */
  private String raw(InetAddress from, String sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port(), from, 0)) {
      socket.setSoTimeout(15_000);
      String lines = sent.replace("\r\n", "\n").replace("\n", "\r\n");
      socket.getOutputStream().write(lines.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private String raw(String sent) throws IOException {
    return raw(InetAddress.ofLiteral("127.0.0.1"), sent);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/models?a=%zz", "/v1/a|b", "/v1/%"})
  void aMalformedUrlIsSaidInOpenAisShape(String target) throws IOException {
    assertThat(raw("GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("content-type: application/json")
        .contains("\"code\":\"invalid_url\"")
        .doesNotContain("xception");
  }

  @Test
  void aMalformedUrlElsewhereIsAProblem() throws IOException {
    assertThat(raw("GET /api/%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("application/problem+json", "malformed");
  }

  @Test
  void fieldsThatNeverEndEndTheConnection() throws IOException {
    assertThat(raw("GET /v1/models HTTP/1.1\r\nHost: h\r\nX-Slow: 1")).isEmpty();
  }

  @Test
  void aBodyThatNeverEndsIsRefused() throws IOException {
    assertThat(raw("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"))
        .startsWith("HTTP/1.1 408 ")
        .contains("\"code\":\"body_timeout\"");
    assertThat(gateway.inFlight()).isZero();
  }

  @Test
  void aBodyOfAPlainRouteThatNeverEndsIsRefused() throws IOException {
    assertThat(raw("POST /api/slow HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{"))
        .startsWith("HTTP/1.1 408 ");
  }

  @Test
  void aBodyWithTwoKindsOfLengthIsRefused() throws IOException {
    String smuggled =
        """
        POST /v1/embeddings HTTP/1.1
        Host: h
        Connection: close
        Content-Length: 3
        Transfer-Encoding: chunked

        2
        {}
        0

        """;

    assertThat(raw(smuggled)).startsWith("HTTP/1.1 400 ");
    assertThat(gateway.one.calls()).isEmpty();
    assertThat(gateway.two.calls()).isEmpty();
  }

  @Test
  void twoDifferentLengthsAreRefused() throws IOException {
    assertThat(
            raw(
                "POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n"
                    + "Content-Length: 3\r\n\r\n{}"))
        .startsWith("HTTP/1.1 400 ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /v1/models HTTP/1.1                                           | 400 | invalid_host",
        "GET /v1/models HTTP/1.1;Host: a;Host: a                           | 400 | invalid_host",
        "GET /v1/models HTTP/1.1;Host: a/b@c                               | 400 | invalid_host",
        "GET /v1/models HTTP/1.2;Host: a                                   | 505 | unsupported_version",
        "TRACE /v1/models HTTP/1.1;Host: a                                 | 405 | method_not_allowed",
        "POST /v1/embeddings HTTP/1.1;Host: a;Transfer-Encoding: gzip, chunked | 501 | unsupported_transfer_encoding",
        "POST /v1/embeddings HTTP/1.1;Host: a;Content-Length: +2           | 400 | invalid_length",
        "POST /v1/embeddings HTTP/1.1;Host: a;No colon                     | 400 | malformed_request",
        "POST /v1/embeddings HTTP/1.1;Host: a;Transfer-Encoding: chunked;;ZZ | 400 | malformed_body",
      })
  void whatIsNoRequestIsAnsweredAndEndsTheConnection(String lines, int status, String code)
      throws IOException {
    assertThat(raw(lines.replace(";", "\r\n") + "\r\n\r\n"))
        .startsWith("HTTP/1.1 " + status + " ")
        .contains("\"code\":\"" + code + "\"")
        .contains("connection: close");
    assertThat(gateway.one.calls()).isEmpty();
    assertThat(gateway.two.calls()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/moved", "/bare/moved", "/v1/completions", "/shop/moved"})
  void whereAnUpstreamWouldSendItNobodyGoes(String path) throws IOException {
    FakeUpstream.Behaviour elsewhere =
        (call, response) ->
            response.status(307).header("Location", gateway.two.uri() + "/metadata").send();
    gateway.app.answers(elsewhere);
    gateway.one.answers(elsewhere);
    gateway.two.answers(elsewhere);

    assertThat(
            raw(
                "POST "
                    + path
                    + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 13\r\n\r\n"
                    + "{\"model\":\"m\"}"))
        .startsWith("HTTP/1.1 307 ")
        .contains(gateway.two.uri() + "/metadata");
    assertThat(gateway.two.calls()).noneMatch(call -> call.uri().contains("metadata"));
  }

  /** RFC 9112 §5.2: blanks, before anybody else looks at it. */
  @ParameterizedTest
  @ValueSource(strings = {"/api/folded", "/bare/folded"})
  void aFoldedFieldIsOneLineUpstream(String path) throws IOException {
    assertThat(
            raw(
                "POST "
                    + path
                    + " HTTP/1.1\r\nHost: h\r\nX-Folded: one\r\n two\r\n\tthree\r\n"
                    + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    + "2\r\n{}\r\n0\r\n\r\n"))
        .startsWith("HTTP/1.1 200 ");
    assertThat(gateway.app.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.body()).isEqualTo("{}");
              assertThat(call.header("x-folded")).matches("one +two +three");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /api/x HTTP/1.1\r\n Host: h\r\n\r\n",
        "GET /api/x HTTP/1.1\r\n Transfer-Encoding: chunked\r\nHost: h\r\n\r\n",
        "POST /api/x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        "GET /api/x HTTP/1.1\r\nHost : h\r\n\r\n",
        "GET /api/x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n 2\r\n\r\n{}}",
      })
  void blanksWhereNoneMayBeAreNoRequest(String sent) throws IOException {
    assertThat(raw(sent)).matches("(?s)HTTP/1.1 (400|501) .*connection: close.*");
    assertThat(gateway.app.calls()).isEmpty();
  }

  @Test
  void aRequestThatIsTooLongIsToldHowLongItMayBe() throws IOException {
    String much = "a".repeat(9_000);
    assertThat(raw("GET /" + much + " HTTP/1.1\r\nHost: h\r\n\r\n"))
        .startsWith("HTTP/1.1 414 ")
        .contains("at most 5120 bytes");
    assertThat(raw("GET / HTTP/1.1\r\nHost: h\r\nX: " + much + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431 ")
        .contains("at most 7168 bytes");
  }

  @Test
  void olderClientsNeedNoHost() throws IOException {
    assertThat(raw("GET /v1/models HTTP/1.0\r\n\r\n")).contains(" 200 OK");
  }

  /** RFC 9112 §3.2.2. Whether it came encrypted the connection tells, not the target. */
  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void theHostOfATargetStandsInForTheFields(String scheme) throws IOException {
    raw(FORGED.replace("/api/who", scheme + "://other.example:81/api/who"));

    FakeUpstream.Call call = gateway.app.calls().getFirst();
    assertThat(call.uri()).isEqualTo("/api/who");
    assertThat(call.header("x-forwarded-host")).isEqualTo("other.example:81");
    assertThat(call.header("x-forwarded-proto")).isEqualTo("http");
    assertThat(call.header("forwarded")).endsWith("host=\"other.example:81\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://user:word@h/api/who", "HTTP:///api/who", "https://?a"})
  void aTargetWhoseHostIsNoneIsRefused(String target) throws IOException {
    assertThat(raw("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ")
        .contains("Host: missing, malformed or said twice");
  }

  /** A body that is longer than it was said to be goes on as a request that is none. */
  @Test
  void theRestOfAPromptIsNotLogged(CapturedOutput output) throws IOException {
    raw("GET /planted-query planted-prompt HTTP/1.1\r\nHost: h\r\nBearer planted-key: 1\r\n\r\n");
    raw(
        "POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{} planted-rest\r\n\r\n");

    assertThat(output.getAll()).doesNotContain("planted-");
  }

  @Test
  void fieldsThatConnectionNamesGoNoFurther() throws IOException {
    raw(
        """
        GET /api/hop HTTP/1.1
        Host: h
        Connection: close, X-Secret
        X-Secret: 1
        Keep-Alive: 5
        X-Kept: 2

        """);

    FakeUpstream.Call call = gateway.app.calls().getFirst();
    assertThat(call.header("x-secret")).isNull();
    assertThat(call.header("keep-alive")).isNull();
    assertThat(call.header("x-kept")).isEqualTo("2");
  }

  private static final String FORGED =
      """
        GET /api/who HTTP/1.1
        Host: shop.example
        Connection: close
        X-Forwarded-For: 192.0.2.7
        X-Forwarded-Host: evil.example
        Forwarded: for=192.0.2.7
        X-Forwarded-Prefix: /evil

        """;

  @Test
  void anAppLearnsWhoAskedAndNotWhatTheySayOfThemselves() throws IOException {
    raw(FORGED);

    FakeUpstream.Call call = gateway.app.calls().getFirst();
    assertThat(call.header("x-forwarded-for")).isEqualTo("127.0.0.1");
    assertThat(call.header("x-forwarded-proto")).isEqualTo("http");
    assertThat(call.header("x-forwarded-host")).isEqualTo("shop.example");
    assertThat(call.header("x-forwarded-prefix")).isNull();
    assertThat(call.header("forwarded"))
        .isEqualTo("for=127.0.0.1;proto=http;host=\"shop.example\"");
  }

  @Test
  void whatATrustedProxySaysIsContinued() throws IOException {
    raw(InetAddress.ofLiteral("127.0.0.3"), FORGED);

    FakeUpstream.Call call = gateway.app.calls().getFirst();
    assertThat(call.header("x-forwarded-for")).isEqualTo("192.0.2.7, 127.0.0.3");
    assertThat(call.header("x-forwarded-host")).isEqualTo("evil.example");
    assertThat(call.header("forwarded"))
        .isEqualTo("for=192.0.2.7, for=127.0.0.3;proto=http;host=\"shop.example\"");
  }

  /** The first line may be the client's own: proxies add lines, too. */
  @Test
  void allLinesOfATrustedProxyAreContinued() throws IOException {
    raw(
        InetAddress.ofLiteral("127.0.0.3"),
        FORGED.replace(
            "X-Forwarded-Prefix: /evil",
            "X-Forwarded-For: 198.51.100.9\nX-Forwarded-Host: shop.example\n"
                + "Forwarded: for=198.51.100.9"));

    FakeUpstream.Call call = gateway.app.calls().getFirst();
    assertThat(call.header("x-forwarded-for")).isEqualTo("192.0.2.7, 198.51.100.9, 127.0.0.3");
    assertThat(call.header("x-forwarded-host")).isEqualTo("shop.example");
    assertThat(call.header("forwarded"))
        .isEqualTo(
            "for=192.0.2.7, for=198.51.100.9, for=127.0.0.3;proto=http;host=\"shop.example\"");
  }

  @Test
  void nodesAreNotToldWhoAsked() throws IOException {
    raw(InetAddress.ofLiteral("127.0.0.3"), FORGED.replace("/api/who", "/v1/models"));

    FakeUpstream.Call call =
        gateway.one.calls().isEmpty()
            ? gateway.two.calls().getFirst()
            : gateway.one.calls().getFirst();
    assertThat(call.headerLines())
        .noneMatch(line -> line.startsWith("x-forwarded") || line.startsWith("forwarded"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "99  | 200",
        "120 | nested too deep (expected: at most 100 levels)",
        "30000 | nested too deep (expected: at most 100 levels)",
      })
  void depthIsBounded(int depth, String expected) {
    HttpResponse<String> answer =
        gateway.chat("{\"m\":" + "[".repeat(depth) + "]".repeat(depth) + "}");

    assertThat(answer.statusCode() + " " + answer.body()).contains(expected);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private HttpResponse<String> packed(String coding, byte[] body) {
    return gateway.send(
        gateway
            .request("/v1/chat/completions")
            .header("Content-Encoding", coding)
            .POST(BodyPublishers.ofByteArray(body)));
  }

  @Test
  void aGzipBodyIsUnpacked() throws IOException {
    assertThat(packed("gzip", gzip("{\"n\":1}")).statusCode()).isEqualTo(200);
    FakeUpstream.Call call =
        gateway.one.calls().isEmpty()
            ? gateway.two.calls().getFirst()
            : gateway.one.calls().getFirst();
    assertThat(call.body()).isEqualTo("{\"n\":1}");
    assertThat(call.header("content-encoding")).isNull();
  }

  @Test
  void aGzipBodyIsUnpackedWithinBounds() throws IOException {
    HttpResponse<String> bomb = packed("gzip", gzip(" ".repeat(5_000_000)));
    HttpResponse<String> broken = packed("gzip", "{}".getBytes(StandardCharsets.UTF_8));
    HttpResponse<String> unknown = packed("br", "{}".getBytes(StandardCharsets.UTF_8));

    assertThat(bomb.statusCode()).isEqualTo(413);
    assertThat(broken.statusCode()).isEqualTo(400);
    assertThat(broken.body()).contains("body: not gzip");
    assertThat(unknown.statusCode()).isEqualTo(415);
    assertThat(unknown.body()).contains("Content-Encoding: br (expected: none, identity or gzip)");
  }

  @Test
  void whatANodeTellsTheGatewayOfItsLoadIsNotForClients() {
    gateway.one.answers(FakeUpstream.with("{}", "endpoint-load-metrics", "JSON {}"));
    gateway.two.answers(FakeUpstream.with("{}", "endpoint-load-metrics", "JSON {}"));

    HttpResponse<String> answer = gateway.chat("{}");

    assertThat(header(answer, "endpoint-load-metrics")).isEmpty();
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
  }
}
