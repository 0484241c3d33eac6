package io.tokenlane.bench.gateway;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Thousands of streams open at once through one gateway, a token every few seconds on each: what
 * one of them takes, beside a bare Reactor Netty that passes the same streams on. Live heap is what
 * a full collection leaves ({@code jcmd GC.class_histogram}), with Netty's share of it by class;
 * the buffers that Netty keeps for all are in the resident memory.
 */
final class ManyStreams {
  private static final int PAUSE_MILLIS = 4_000;
  private static final int TOKENS = 500;
  private static final double GOAL_KB = 20;

  private ManyStreams() {}

  /** Bytes of all live objects, and of those whose class is Netty's or the JDK's NIO. */
  private record Live(double all, double netty) {}

  /** As many as this machine lets a process have open files for, two a stream. */
  static int possible(int wanted) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        String hard = line.strip().split("\\s{2,}")[2];
        return hard.equals("unlimited")
            ? wanted
            : Math.min(wanted, (Integer.parseInt(hard) - 2_000) / 2);
      }
    }
    return wanted;
  }

  /**
   * What streams that were open at once took.
   *
   * @param begun how many
   * @param liveKb live heap of each
   * @param nettyKb the part of it that is of Netty's and NIO's own classes
   * @param residentKb resident memory of each
   */
  record Held(int begun, double liveKb, double nettyKb, double residentKb) {}

  /** Opens them, looks, and closes them. */
  static Held hold(Server gateway, int streams) throws Exception {
    Live before = live(gateway);
    double residentBefore = gateway.residentMib();
    List<SocketChannel> open = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      int begun = begin(gateway.port(), streams, open, selector);
      Live with = live(gateway);
      return new Held(
          begun,
          (with.all() - before.all()) / begun / 1024,
          (with.netty() - before.netty()) / begun / 1024,
          (gateway.residentMib() - residentBefore) * 1024 / begun);
    } finally {
      for (SocketChannel channel : open) {
        channel.close();
      }
    }
  }

  static List<Row> rows(Held ours, Held bare, int streams) {
    return List.of(
        Row.of("streams open at once", ours.begun(), "", Better.HIGHER)
            .withGoal(streams)
            .withPeer("bare Reactor Netty", bare.begun()),
        Row.of(
                "live heap of an open stream beyond bare Reactor Netty's",
                ours.liveKb() - bare.liveKb(),
                "KB",
                Better.LOWER)
            .withGoal(GOAL_KB)
            .withPeer("bare Reactor Netty's", bare.liveKb()),
        Row.of(
                "the same, Netty's and NIO's own classes aside",
                ours.liveKb() - ours.nettyKb(),
                "KB",
                Better.LOWER)
            .withPeer("bare Reactor Netty", bare.liveKb() - bare.nettyKb()),
        Row.of("resident memory of an open stream", ours.residentKb(), "KB", Better.LOWER)
            .withPeer("bare Reactor Netty", bare.residentKb()));
  }

  /** Opens them and waits until each has had an event; how many have. */
  private static int begin(int port, int streams, List<SocketChannel> open, Selector selector)
      throws IOException {
    byte[] call = StreamLoad.call(TOKENS, PAUSE_MILLIS);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    Set<SelectionKey> begun = new HashSet<>();
    byte[] buffer = new byte[1 << 14];
    long deadline = System.nanoTime() + 60_000_000_000L;
    while (begun.size() < streams && System.nanoTime() < deadline) {
      for (int i = 0; i < 200 && open.size() < streams; i++) {
        SocketChannel channel = SocketChannel.open(address);
        channel.write(ByteBuffer.wrap(call));
        channel.configureBlocking(false);
        var _ = channel.register(selector, SelectionKey.OP_READ);
        open.add(channel);
      }
      selector.select(
          key -> {
            if (readEvent(key, buffer)) {
              begun.add(key);
            }
          },
          20);
    }
    return begun.size();
  }

  private static boolean readEvent(SelectionKey key, byte[] buffer) {
    try {
      int read = ((SocketChannel) key.channel()).read(ByteBuffer.wrap(buffer));
      if (read < 0) {
        key.cancel();
        return false;
      }
      String text = new String(buffer, 0, read, StandardCharsets.US_ASCII);
      return text.contains("data: {");
    } catch (IOException closed) {
      key.cancel();
      return false;
    }
  }

  private static Live live(Server gateway) throws Exception {
    String histogram =
        Tool.run(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(gateway.process().pid()),
            "GC.class_histogram");
    double all = 0;
    double netty = 0;
    for (String line : histogram.lines().toList()) {
      String[] parts = line.strip().split("\\s+");
      if (parts.length >= 4 && parts[0].endsWith(":")) {
        double bytes = Double.parseDouble(parts[2]);
        all += bytes;
        boolean theirs =
            parts[3].startsWith("io.netty.")
                || parts[3].startsWith("sun.nio.ch.")
                || parts[3].startsWith("java.nio.");
        netty += theirs ? bytes : 0;
      }
    }
    return new Live(all, netty);
  }
}
