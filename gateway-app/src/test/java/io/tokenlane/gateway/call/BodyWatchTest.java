package io.tokenlane.gateway.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.tokenlane.gateway.Eventually;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A server that gives a write up drops the chunks in its queue; their buffers are given back. */
class BodyWatchTest {
  private final NettyDataBufferFactory buffers =
      new NettyDataBufferFactory(PooledByteBufAllocator.DEFAULT);
  private final List<ByteBuf> made = new CopyOnWriteArrayList<>();
  private final Sinks.Many<Publisher<DataBuffer>> chunks =
      Sinks.many().unicast().onBackpressureBuffer();
  private final Holding server = new Holding();

  /** The server's queue knows buffers, and gives back those that it has not written. */
  @Test
  void whatTheServerHasNotWrittenIsReleasedWhenTheClientLeaves() throws Exception {
    HttpHandler endless =
        (request, response) ->
            watched(response)
                .writeAndFlushWith(
                    Flux.range(0, 100_000).map(i -> Flux.just(buffer("x".repeat(1 << 14)))));
    DisposableServer real =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(new ReactorHttpHandlerAdapter(endless))
            .bindNow();
    try (Socket client = new Socket(real.host(), real.port())) {
      client
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(client.getInputStream().readNBytes(100_000)).hasSize(100_000);
    }
    Eventually.eventually(
        "all given back", () -> made.stream().allMatch(buffer -> buffer.refCnt() == 0));
    real.disposeNow();
  }

  @Test
  void whatAWatchLeavesOutIsReleased() {
    leavingOut(server, 1).writeAndFlushWith(chunks.asFlux()).subscribe();
    for (int i = 0; i < 2; i++) {
      chunks.emitNext(Mono.just(buffer("chunk " + i)), Sinks.EmitFailureHandler.FAIL_FAST);
    }
    List<DataBuffer> read = server.read(1);

    assertThat(made).extracting(ByteBuf::refCnt).containsExactly(0, 1);
    read.forEach(DataBufferUtils::release);
  }

  /** Each watch asks for that, and each would do it. */
  @Test
  void whatIsLeftOutIsReleasedOnceHoweverManyWatch() {
    ServerHttpResponse response = server;
    for (int i = 0; i < 3; i++) {
      response = leavingOut(response, i == 2 ? 1 : 0);
    }
    response.writeAndFlushWith(chunks.asFlux()).subscribe();
    DataBuffer chunk = buffer("left out");
    made.getFirst().retain(3);
    chunks.emitNext(Mono.just(chunk), Sinks.EmitFailureHandler.FAIL_FAST);
    server.read(1);

    assertThat(made).extracting(ByteBuf::refCnt).containsExactly(3);
    made.getFirst().release(3);
  }

  private static BodyWatch leavingOut(ServerHttpResponse response, int count) {
    return new BodyWatch(response) {
      @Override
      protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
        return body.skip(count);
      }
    };
  }

  /** What is read upstream on one thread while the client leaves on another. */
  @Test
  void aChunkThatComesWhenAllHaveLeftIsGivenBack() {
    List<Subscriber<? super Publisher<DataBuffer>>> node = new ArrayList<>();
    Publisher<Publisher<DataBuffer>> body =
        subscriber -> {
          node.add(subscriber);
          subscriber.onSubscribe(Operators.emptySubscription());
        };
    watched(server).writeAndFlushWith(body).subscribe().dispose();

    node.getFirst().onNext(Flux.just(buffer("flux")));
    node.getFirst().onNext(Mono.just(buffer("mono")));

    assertThat(made).extracting(ByteBuf::refCnt).containsExactly(0, 0);
  }

  @Test
  void eachBufferIsGivenBackOnceWhoeverIsFirst() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      Groups groups = new Groups();
      List<Publisher<DataBuffer>> held = new ArrayList<>();
      int chunks = 1 + random.nextInt(4);
      for (int i = 0; i < chunks; i++) {
        held.add(groups.of(buffer("x")));
      }
      CompletableFuture<Void> reading =
          CompletableFuture.runAsync(
              () -> held.forEach(g -> Flux.from(g).subscribe(DataBufferUtils::release)));
      groups.end();
      reading.join();
      Flux.from(groups.of(buffer("after the end"))).subscribe(DataBufferUtils::release);
    }
    assertThat(made).allMatch(buffer -> buffer.refCnt() == 0);
  }

  private static BodyWatch watched(ServerHttpResponse response) {
    return new BodyWatch(response) {
      @Override
      protected Flux<DataBuffer> watch(Flux<DataBuffer> body) {
        return body;
      }
    };
  }

  private DataBuffer buffer(String text) {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.buffer();
    bytes.writeCharSequence(text, StandardCharsets.UTF_8);
    made.add(bytes);
    return buffers.wrap(bytes);
  }

  /** Takes buffers as fast as they come and gives them when told to. */
  private static final class Holding extends ServerHttpResponseDecorator {
    private final List<DataBuffer> held = new ArrayList<>();

    Holding() {
      super(new MockServerHttpResponse());
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
      return Flux.from(body).doOnNext(held::add).then();
    }

    List<DataBuffer> read(int count) {
      return List.copyOf(held.subList(0, Math.min(count, held.size())));
    }
  }
}
