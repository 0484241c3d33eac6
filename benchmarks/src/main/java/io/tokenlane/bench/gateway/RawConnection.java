package io.tokenlane.bench.gateway;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A kept connection that sends prepared bytes and reads one answer at a time; costs next to
 * nothing.
 */
final class RawConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;
  private final InputStream in;

  RawConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLIS);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
  }

  /** A request's bytes. */
  static byte[] request(String method, String path, String body) {
    return "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(method, path, body.length(), body)
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Sends, reads the whole answer, and tells its status. */
  int exchange(byte[] request) throws IOException {
    send(request);
    int status = readHead();
    if (chunked) {
      while (readChunk() > 0) {}
    } else {
      in.skipNBytes(length);
    }
    return status;
  }

  private boolean chunked;
  private long length;

  void send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
  }

  /** The status; then either {@link #readChunk} or the announced length is next. */
  int readHead() throws IOException {
    int status = Integer.parseInt(line().split(" ")[1]);
    chunked = false;
    length = 0;
    for (String field = line(); !field.isEmpty(); field = line()) {
      String lower = field.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(lower.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    return status;
  }

  /** The bytes of the chunk that was read last. */
  private byte[] chunk = new byte[1 << 12];

  byte[] chunk() {
    return chunk;
  }

  /** Reads one chunk, or all of an answer whose length was announced; 0 at the end. */
  int readChunk() throws IOException {
    if (!chunked) {
      int all = Math.toIntExact(length);
      length = 0;
      return fill(all);
    }
    int size = fill(Integer.parseInt(line().split(";")[0].strip(), 16));
    line();
    return size;
  }

  private int fill(int size) throws IOException {
    if (size > chunk.length) {
      chunk = new byte[2 * size];
    }
    if (in.readNBytes(chunk, 0, size) < size) {
      throw new EOFException("answer cut off");
    }
    return size;
  }

  private final StringBuilder text = new StringBuilder();

  private String line() throws IOException {
    text.setLength(0);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("connection closed");
      }
      if (b != '\r') {
        text.append((char) b);
      }
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
