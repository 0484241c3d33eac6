package io.tokenlane.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Two network namespaces of Linux, the cloud's and the edge's, with one link between them. */
final class Networks implements AutoCloseable {
  static final String CLOUD_ADDRESS = "10.211.7.1";

  private static final String EDGE_ADDRESS = "10.211.7.2";

  private final String cloud;
  private final String edge;
  private final String link;

  private Networks(String suffix) {
    this.cloud = "tl-cloud-" + suffix;
    this.edge = "tl-edge-" + suffix;
    this.link = "tle" + suffix;
  }

  /** Whether this process may make namespaces, and has what that takes. */
  static boolean allowed() {
    try {
      run(List.of("curl", "--version"));
      run(List.of("unshare", "--net", "ip", "link"));
      return true;
    } catch (IOException notAllowed) {
      return false;
    }
  }

  static Networks create() throws IOException {
    Networks networks = new Networks(Long.toString(ProcessHandle.current().pid() % 100_000));
    ip("netns", "add", networks.cloud);
    ip("netns", "add", networks.edge);
    ip(
        "link",
        "add",
        networks.link,
        "netns",
        networks.edge,
        "type",
        "veth",
        "peer",
        "name",
        networks.link,
        "netns",
        networks.cloud);
    networks.up(networks.cloud, CLOUD_ADDRESS);
    networks.up(networks.edge, EDGE_ADDRESS);
    return networks;
  }

  private void up(String namespace, String address) throws IOException {
    ip("-n", namespace, "link", "set", "lo", "up");
    ip("-n", namespace, "addr", "add", address + "/24", "dev", link);
    ip("-n", namespace, "link", "set", link, "up");
  }

  /** From now on nothing passes; nobody is told. */
  void cut() throws IOException {
    ip("-n", edge, "link", "set", link, "down");
  }

  void heal() throws IOException {
    ip("-n", edge, "link", "set", link, "up");
  }

  /** What goes before a command that is to run in the cloud. */
  List<String> inCloud() {
    return List.of("ip", "netns", "exec", cloud);
  }

  /** What goes before a command that is to run at the edge. */
  List<String> atEdge() {
    return List.of("ip", "netns", "exec", edge);
  }

  /** The output of a command at the edge. */
  String edge(List<String> command) throws IOException {
    return run(together(atEdge(), command));
  }

  /** The output of a command in the cloud. */
  String cloud(List<String> command) throws IOException {
    return run(together(inCloud(), command));
  }

  private static List<String> together(List<String> where, List<String> command) {
    List<String> all = new ArrayList<>(where);
    all.addAll(command);
    return all;
  }

  private static void ip(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments));
    run(command);
  }

  private static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return output;
  }

  @Override
  public void close() throws IOException {
    ip("netns", "del", cloud);
    ip("netns", "del", edge);
  }
}
