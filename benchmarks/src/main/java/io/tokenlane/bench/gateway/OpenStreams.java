package io.tokenlane.bench.gateway;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/** Thousands of streams, all read by one thread. */
final class OpenStreams implements AutoCloseable {
  private static final int AT_ONCE = 200;
  private static final long PATIENCE_NANOS = 90_000_000_000L;

  private final List<OpenStream> all = new ArrayList<>();
  private final Selector selector;

  OpenStreams() throws IOException {
    this.selector = Selector.open();
  }

  /** Opens so many and waits until each has had an event; how many have. */
  int begin(int port, byte[] call, int streams) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    int begun = 0;
    while (begun < streams && System.nanoTime() < deadline) {
      for (int i = 0; i < AT_ONCE && all.size() < streams; i++) {
        all.add(OpenStream.begin(port, call, selector));
      }
      selector.select(OpenStream::read, 20);
      begun = (int) all.stream().filter(OpenStream::hasBegun).count();
    }
    return begun;
  }

  /** Reads on until all are over; how many had all of so many tokens and {@code [DONE]}. */
  int readToTheEnd(int tokens, long mostMillis) throws IOException {
    long deadline = System.nanoTime() + mostMillis * 1_000_000;
    while (!all.stream().allMatch(OpenStream::isOver) && System.nanoTime() < deadline) {
      selector.select(OpenStream::read, 100);
    }
    return (int) all.stream().filter(stream -> stream.isWhole(tokens)).count();
  }

  @Override
  public void close() throws IOException {
    for (OpenStream stream : all) {
      stream.close();
    }
    selector.close();
  }
}
