package io.tokenlane.bench.gateway;

import io.tokenlane.bench.report.Row;
import io.tokenlane.bench.report.Row.Better;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Thousands of streams open at once through one gateway, a token every few seconds on each: what
 * one of them takes, beside a bare Reactor Netty that passes the same streams on. Live heap is what
 * a full collection leaves ({@code jcmd GC.class_histogram}), with Netty's share of it by class;
 * the buffers that Netty keeps for all are in the resident memory.
 */
final class ManyStreams {
  private static final int PAUSE_MILLIS = 4_000;

  /** What a process has open beside its streams: the jar files of its libraries, its log. */
  private static final int OTHER_FILES = 400;

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
            : Math.min(wanted, (Integer.parseInt(hard) - OTHER_FILES) / 2);
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
   * @param ended how many went on to their end, every token and {@code [DONE]}
   */
  record Held(int begun, double liveKb, double nettyKb, double residentKb, int ended) {}

  /**
   * Opens them, looks, and reads them to their ends.
   *
   * @param tokens of each: enough that none ends before all have begun and were looked at
   */
  static Held hold(Server gateway, int streams, int tokens) throws Exception {
    Live before = live(gateway);
    double residentBefore = gateway.residentMib();
    try (OpenStreams open = new OpenStreams()) {
      int begun = open.begin(gateway.port(), StreamLoad.call(tokens, PAUSE_MILLIS), streams);
      Live with = live(gateway);
      double resident = gateway.residentMib();
      return new Held(
          begun,
          (with.all() - before.all()) / begun / 1024,
          (with.netty() - before.netty()) / begun / 1024,
          (resident - residentBefore) * 1024 / begun,
          open.readToTheEnd(tokens, 2L * tokens * PAUSE_MILLIS));
    }
  }

  static List<Row> rows(Held ours, Held bare, int streams) {
    return List.of(
        Row.of("streams open at once", ours.begun(), "", Better.HIGHER)
            .withGoal(streams)
            .withPeer("bare Reactor Netty", bare.begun()),
        Row.of("of these ended with all tokens and [DONE]", ours.ended(), "", Better.HIGHER)
            .withGoal(streams)
            .withPeer("bare Reactor Netty", bare.ended()),
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
