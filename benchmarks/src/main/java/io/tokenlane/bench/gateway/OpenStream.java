package io.tokenlane.bench.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One of thousands of streams that one thread reads, however its bytes are cut. */
final class OpenStream {
  private static final String DONE = "data: [DONE]";

  /** Longer than what the end of a stream is told by: the last event and the last chunk. */
  private static final int TAIL = 64;

  private static final ByteBuffer BUFFER = ByteBuffer.allocate(1 << 14);

  private final SocketChannel channel;
  private String tail = "";
  private int events;
  private boolean over;

  private OpenStream(SocketChannel channel) {
    this.channel = channel;
  }

  static OpenStream begin(int port, byte[] call, Selector selector) throws IOException {
    SocketChannel channel =
        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    channel.write(ByteBuffer.wrap(call));
    channel.configureBlocking(false);
    OpenStream stream = new OpenStream(channel);
    var _ = channel.register(selector, SelectionKey.OP_READ, stream);
    return stream;
  }

  /** Takes what has come to the stream of this key. */
  static void read(SelectionKey key) {
    OpenStream stream = (OpenStream) key.attachment();
    try {
      BUFFER.clear();
      stream.over = stream.channel.read(BUFFER) < 0;
    } catch (IOException broken) {
      stream.over = true;
    }
    stream.take(new String(BUFFER.array(), 0, BUFFER.position(), StandardCharsets.US_ASCII));
    if (stream.over) {
      key.cancel();
    }
  }

  private void take(String text) {
    String all = tail + text;
    // Only what ends here: the rest of an event that is cut is counted with what follows it.
    for (int end = all.indexOf("\n\n"); end >= 0; end = all.indexOf("\n\n", end + 2)) {
      events += end + 2 > tail.length() ? 1 : 0;
    }
    tail = all.substring(Math.max(0, all.length() - TAIL));
    over |= tail.contains(DONE) && tail.endsWith("0\r\n\r\n");
  }

  boolean hasBegun() {
    return events > 0;
  }

  boolean isOver() {
    return over;
  }

  /** Whether all of so many tokens have come, and {@code [DONE]} behind them. */
  boolean isWhole(int tokens) {
    return over && tail.contains(DONE) && events == tokens + 1;
  }

  void close() throws IOException {
    channel.close();
  }
}
