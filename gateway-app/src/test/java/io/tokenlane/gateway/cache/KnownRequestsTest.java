package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.RunningGateway;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

/** Bytes that were a request are one again only where a request may stand. */
final class KnownRequestsTest {
  private static final String LONG_BODY = "long".repeat(2_000);

  private final RunningGateway gateway = RunningGateway.fresh();
  private final FastHits fast = gateway.bean(FastHits.class);
  private final String host = "127.0.0.1:" + gateway.port();

  /** Answers what is no hit, and tells what it was. */
  private static final class Rest extends SimpleChannelInboundHandler<HttpObject> {
    private final StringBuilder seen = new StringBuilder();

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
      if (part instanceof HttpRequest request) {
        seen.append(request.method()).append(' ').append(request.uri()).append(' ');
      }
      if (part instanceof HttpContent content) {
        seen.append(content.content().toString(StandardCharsets.ISO_8859_1));
      }
      if (part instanceof LastHttpContent) {
        ByteBuf body = Unpooled.copiedBuffer(seen, StandardCharsets.ISO_8859_1);
        seen.setLength(0);
        FullHttpResponse answer =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, body);
        answer.headers().set("content-length", body.readableBytes());
        var _ = context.writeAndFlush(answer);
      }
    }
  }

  @BeforeEach
  void twoAnswersAreServedTheLongWay() {
    serve("/api/short", "v1");
    serve("/api/long", LONG_BODY);
  }

  private void serve(String path, String body) {
    gateway.app.answers(FakeUpstream.with(body, "Cache-Control", "max-age=600", "X-Kept", "yes"));
    gateway.get(path);
    gateway.get(path);
  }

  private String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
  }

  private EmbeddedChannel connection(boolean bytesToo) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.pipeline().addLast(NettyPipeline.HttpCodec, new HttpServerCodec());
    FastHitHandler.add(channel.pipeline(), fast);
    channel.pipeline().addLast(new Rest());
    if (!bytesToo) {
      channel.pipeline().remove("tokenlane.known");
    }
    return channel;
  }

  private static String exchange(EmbeddedChannel channel, String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    StringBuilder said = new StringBuilder();
    for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      said.append(out.toString(StandardCharsets.ISO_8859_1));
      out.release();
    }
    return said.toString();
  }

  private static boolean isKnown(FastHits fast, String bytes) {
    return fast.known().find(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1)) != null;
  }

  @Test
  void anAnswerIsTheSameButForItsId() {
    for (String path : List.of("/api/short", "/api/long")) {
      EmbeddedChannel channel = connection(true);
      String parsed = exchange(channel, get(path));
      assertThat(isKnown(fast, get(path))).isTrue();
      String known = exchange(channel, get(path));

      assertThat(same(known)).isEqualTo(same(parsed)).contains("X-Kept: yes", "tokenlane; hit");
      assertThat(known).doesNotContain(id(parsed));
      assertThat(id(known)).matches("req-[0-9a-f]{24}");
      channel.finishAndReleaseAll();
    }
  }

  private static String id(String answer) {
    return answer.replaceFirst("(?s).*x-request-id: (\\S+).*", "$1");
  }

  private static String same(String answers) {
    return answers
        .replaceAll("req-[0-9a-f]{24}", "ID")
        .replaceAll("age: \\d+", "age: N")
        .replaceAll("ttl=\\d+", "ttl=N");
  }

  @Test
  void whatHasAnIdOrATraceOfItsOwnIsParsedEachTime() {
    for (String field :
        List.of(
            "x-request-id: mine",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")) {
      String request = get("/api/short").replace("\r\n\r\n", "\r\n" + field + "\r\n\r\n");
      EmbeddedChannel channel = connection(true);
      assertThat(exchange(channel, request)).contains(field);
      assertThat(isKnown(fast, request)).isFalse();
      channel.finishAndReleaseAll();
    }
  }

  @Test
  void itIsForgottenWithItsAnswer() {
    EmbeddedChannel channel = connection(true);
    exchange(channel, get("/api/short"));
    gateway.send(
        gateway.request("/api/short").POST(java.net.http.HttpRequest.BodyPublishers.noBody()));

    assertThat(exchange(channel, get("/api/short"))).endsWith("GET /api/short ");
    channel.finishAndReleaseAll();
  }

  /** The codec keeps no bytes of lines that are whole: only the lines themselves. */
  @Test
  void theBeginningOfTheNextRequestIsNoPartOfOne() {
    String request = get("/api/short");
    String begun = request.substring(0, request.length() - 2);
    for (int i = 0; i < 2; i++) {
      EmbeddedChannel channel = connection(true);
      assertThat(exchange(channel, request + begun)).endsWith("\r\n\r\nv1");
      assertThat(isKnown(fast, request + begun)).isFalse();
      assertThat(exchange(channel, "\r\n")).startsWith("HTTP/1.1 200").endsWith("\r\n\r\nv1");
      channel.finishAndReleaseAll();
    }
  }

  /** What looks like a request is a field of the one that was begun, and no field at that. */
  @Test
  void aRequestAmongFieldsIsNotAnswered() {
    EmbeddedChannel channel = connection(true);
    exchange(channel, get("/api/long"));
    exchange(channel, get("/api/short") + "GET /api/unknown HTTP/1.1\r\n");
    assertThat(isKnown(fast, get("/api/long"))).isTrue();
    assertThat(exchange(channel, get("/api/long"))).doesNotContain(LONG_BODY);
    channel.finishAndReleaseAll();
  }

  /** However the same bytes are cut, a connection says what it says where all are parsed. */
  @Test
  void bytesAreARequestOnlyWhereOneMayStand() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      List<String> reads = reads(random);
      EmbeddedChannel parsing = connection(false);
      EmbeddedChannel knowing = connection(true);
      for (int read = 0; read < reads.size(); read++) {
        String expected = exchange(parsing, reads.get(read));
        assertThat(same(exchange(knowing, reads.get(read))))
            .as("seed %d, case %d, read %d of %s", seed, i, read, reads)
            .isEqualTo(same(expected));
      }
      assertThat(parsing.finishAndReleaseAll()).isEqualTo(knowing.finishAndReleaseAll());
    }
    assertThat(isKnown(fast, get("/api/short")) && isKnown(fast, get("/api/long"))).isTrue();
  }

  private List<String> reads(Random random) {
    List<String> reads = new ArrayList<>();
    StringBuilder rest = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      rest.append(part(random));
      switch (random.nextInt(4)) {
        case 0 -> {} // the next one comes with it
        case 1 -> {
          int cut = 1 + random.nextInt(rest.length());
          reads.add(rest.substring(0, cut));
          rest.delete(0, cut);
        }
        default -> {
          if (!rest.isEmpty()) {
            reads.add(rest.toString());
            rest.setLength(0);
          }
        }
      }
    }
    return reads;
  }

  /** A request, or a part whose second half looks like a whole one. */
  private String part(Random random) {
    String known = get(random.nextBoolean() ? "/api/short" : "/api/long");
    return switch (random.nextInt(10)) {
      case 0 -> get("/api/unknown");
      case 1 -> posted("Content-Length: " + known.length(), known);
      case 2 -> posted("Content-Length: " + known.length(), "") + known;
      case 3 ->
          posted(
              "Transfer-Encoding: chunked",
              Integer.toHexString(known.length()) + "\r\n" + known + "\r\n0\r\n\r\n");
      case 4 ->
          known.replace("\r\n\r\n", "\r\nContent-Length: " + known.length() + "\r\n\r\n") + known;
      case 5 -> "\r\n" + known;
      default -> known;
    };
  }

  private String posted(String length, String body) {
    return "POST /api/other HTTP/1.1\r\nHost: " + host + "\r\n" + length + "\r\n\r\n" + body;
  }
}
