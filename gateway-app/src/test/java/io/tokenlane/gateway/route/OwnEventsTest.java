package io.tokenlane.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * One round of one loop: a first connection's bytes, on which a second one is closed; new
 * connections, of which one is given the second one's number; that the second one's client left.
 */
@EnabledOnOs(OS.LINUX)
class OwnEventsTest {
  private static final int NEWCOMERS = 8;
  private static final AttributeKey<Channel> CLOSES = AttributeKey.valueOf("closes");

  /**
   * Other tests open and close files beside this one, for seconds at a time, and may take the
   * number.
   */
  private static final int TRIES = 1000;

  @Test
  void newcomersAreNotToldThatTheirNumbersLastOwnerLeft() {
    assertThat(IntStream.range(0, 3)).allMatch(round -> answered(OwnEvents.factory()) == NEWCOMERS);
  }

  /** Where this fails Netty has mended it, and OwnEvents can go. */
  @Test
  void nettyTellsThem() {
    assertThat(IntStream.range(0, TRIES))
        .anyMatch(round -> answered(EpollIoHandler.newFactory()) < NEWCOMERS);
  }

  /** How many newcomers had an answer to each of three questions. */
  private static long answered(IoHandlerFactory events) {
    try {
      return round(events);
    } catch (Exception unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  private static long round(IoHandlerFactory events) throws Exception {
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("round", true), events);
    List<Socket> clients = new ArrayList<>();
    List<InputStream> plugs = plugs();
    try {
      BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
      int port = serve(loop, accepted);
      Socket first = open(port, clients);
      Channel atFirst = accepted.take();
      Socket second = open(port, clients);
      atFirst.attr(CLOSES).set(accepted.take());

      AtomicBoolean held = hold(loop);
      first.getOutputStream().write('x');
      List<Socket> newcomers = new ArrayList<>();
      for (int i = 0; i < NEWCOMERS; i++) {
        newcomers.add(open(port, clients));
      }
      second.shutdownOutput(); // closed, its own number would be free too
      held.set(true);
      return newcomers.stream().filter(OwnEventsTest::answers).count();
    } finally {
      for (Socket client : clients) {
        client.close();
      }
      for (InputStream plug : plugs) {
        plug.close();
      }
      var _ = loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
    }
  }

  /**
   * The kernel gives out the lowest number that is free. What others in this process have closed
   * before leaves lower ones than that of the connection which the round closes.
   */
  private static List<InputStream> plugs() throws IOException {
    String[] open = Objects.requireNonNull(new File("/proc/self/fd").list());
    int highest = Arrays.stream(open).mapToInt(Integer::parseInt).max().orElse(0);
    List<InputStream> plugs = new ArrayList<>();
    for (int free = highest + 1 - open.length; free > 0; free--) {
      plugs.add(new FileInputStream("/dev/null"));
    }
    return plugs;
  }

  private static int serve(EventLoopGroup loop, BlockingQueue<Channel> accepted) throws Exception {
    ServerBootstrap server =
        new ServerBootstrap()
            .group(loop)
            .channel(EpollServerSocketChannel.class)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Echo(accepted));
                  }
                });
    Channel bound = server.bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
    return ((InetSocketAddress) bound.localAddress()).getPort();
  }

  private static Socket open(int port, List<Socket> clients) throws IOException {
    Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
    client.setSoTimeout(10_000);
    clients.add(client);
    return client;
  }

  /** The loop waits, and nothing it did before is still to be told. */
  private static AtomicBoolean hold(EventLoopGroup loop) throws Exception {
    var _ = loop.submit(() -> {}).sync();
    var _ = loop.submit(() -> {}).sync();
    CountDownLatch holds = new CountDownLatch(1);
    AtomicBoolean released = new AtomicBoolean();
    loop.execute(
        () -> {
          holds.countDown();
          while (!released.get()) {
            Thread.onSpinWait(); // BlockHound lets nobody wait here
          }
        });
    holds.await();
    return released;
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

  /** Reads on demand, once its answer is out, as Reactor Netty does. */
  private static final class Echo extends ChannelInboundHandlerAdapter {
    private final BlockingQueue<Channel> accepted;

    private Echo(BlockingQueue<Channel> accepted) {
      this.accepted = accepted;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      accepted.add(context.channel());
      context.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      Channel closes = context.channel().attr(CLOSES).get();
      if (closes != null) {
        var _ = closes.close();
      }
      var _ = context.writeAndFlush(message);
      context.executor().execute(context::read);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var _ = context.close();
    }
  }
}
