package io.tokenlane.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.resources.LoopResources;

/**
 * One round of the serving loop holds a first connection's bytes, on which a second one is closed,
 * and that the second one's client left. Between the two, new connections are accepted, of which
 * one is given the second one's number.
 */
@EnabledOnOs(OS.LINUX)
class EventLoopsTest {
  private static final int NEWCOMERS = 8;

  /** Other tests open and close files beside this one, and may take the number. */
  private static final int TRIES = 20;

  private final LoopResources loops = EventLoops.of(1);
  private final EventLoopGroup acceptors = loops.onServerSelect(true);
  private final EventLoopGroup serving = loops.onServer(true);
  private final BlockingQueue<EpollSocketChannel> served = new LinkedBlockingQueue<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block();
  }

  @Test
  void newcomersAreNotToldThatTheirNumbersLastOwnerLeft() {
    int port = serve();
    assertThat(IntStream.range(0, TRIES)).anyMatch(attempt -> oneHadTheNumber(port));
  }

  @Test
  void theNodeHasAnAcceptorOfItsOwn() {
    ReactorResourceFactory resources = new NodeBeans().reactorResourceFactory();
    resources.start();
    try {
      LoopResources own = resources.getLoopResources();
      assertThat(own.onServerSelect(true)).isNotSameAs(own.onServer(true));
    } finally {
      resources.stop();
    }
  }

  /** Whether a newcomer was given the number. All are answered, whoever has it. */
  private boolean oneHadTheNumber(int port) {
    try {
      plug();
      Socket first = connect(port);
      EpollSocketChannel atFirst = served.take();
      Socket second = connect(port);
      EpollSocketChannel atSecond = served.take();
      int number = atSecond.fd().intValue();
      AtomicBoolean servingMay = hold(serving);
      AtomicBoolean acceptorMay = hold(acceptors);
      Closes closes = new Closes(atSecond, acceptorMay, accepted.get() + NEWCOMERS);
      atFirst.pipeline().addFirst(closes);
      first.getOutputStream().write('x');
      List<Socket> newcomers = new ArrayList<>();
      for (int i = 0; i < NEWCOMERS; i++) {
        newcomers.add(connect(port));
      }
      second.shutdownOutput(); // closed, its own number would be free too
      servingMay.set(true);
      assertThat(newcomers).allMatch(EventLoopsTest::answers);
      assertThat(closes.allCame).as("accepted while the other loop is busy").isTrue();
      List<EpollSocketChannel> channels = new ArrayList<>();
      served.drainTo(channels);
      return channels.stream().anyMatch(channel -> channel.fd().intValue() == number);
    } catch (IOException | InterruptedException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  /** The kernel gives out the lowest free number, so there is to be none below. */
  private void plug() throws IOException {
    String[] numbers = Objects.requireNonNull(new File("/proc/self/fd").list());
    int highest = Arrays.stream(numbers).mapToInt(Integer::parseInt).max().orElse(0);
    for (int free = highest + 1 - numbers.length; free > 0; free--) {
      open.add(new FileInputStream("/dev/null"));
    }
  }

  private int serve() {
    Channel bound =
        new ServerBootstrap()
            .group(acceptors, serving)
            .channel(EpollServerSocketChannel.class)
            .handler(new Counts())
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Echo());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  private Socket connect(int port) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(10_000);
    open.add(client);
    return client;
  }

  /** The loop waits, and nothing it did before is still to be told. */
  private static AtomicBoolean hold(EventLoopGroup loop) throws InterruptedException {
    var _ = loop.submit(() -> {}).sync();
    var _ = loop.submit(() -> {}).sync();
    CountDownLatch holds = new CountDownLatch(1);
    AtomicBoolean released = new AtomicBoolean();
    loop.execute(
        () -> {
          holds.countDown();
          spinUntil(released::get);
        });
    holds.await();
    return released;
  }

  private static void spinUntil(BooleanSupplier done) {
    long begin = System.nanoTime();
    while (!done.getAsBoolean() && System.nanoTime() - begin < 10_000_000_000L) {
      Thread.onSpinWait();
    }
  }

  private static boolean answers(Socket newcomer) {
    try {
      for (int question = 0; question < 3; question++) {
        newcomer.getOutputStream().write('?');
        if (newcomer.getInputStream().read() != '?') {
          return false;
        }
      }
      return true;
    } catch (IOException closed) {
      return false;
    }
  }

  /** Counts what the acceptor hands on. */
  private final class Counts extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      context.fireChannelRead(message);
      accepted.incrementAndGet();
    }
  }

  /** On bytes: closes another connection, and waits until all newcomers have been accepted. */
  private final class Closes extends ChannelInboundHandlerAdapter {
    private final Channel other;
    private final AtomicBoolean acceptorMay;
    private final int expected;
    private volatile boolean allCame;

    private Closes(Channel other, AtomicBoolean acceptorMay, int expected) {
      this.other = other;
      this.acceptorMay = acceptorMay;
      this.expected = expected;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var _ = other.close();
      acceptorMay.set(true);
      spinUntil(() -> accepted.get() == expected);
      allCame = accepted.get() == expected;
      context.fireChannelRead(message);
    }
  }

  /** Reads on demand, once its answer is out, as Reactor Netty does. */
  private final class Echo extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      served.add((EpollSocketChannel) context.channel());
      context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      var _ = context.writeAndFlush(message);
      context.executor().execute(context::read);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }
}
