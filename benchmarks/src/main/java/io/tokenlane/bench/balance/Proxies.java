package io.tokenlane.bench.balance;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Proxies as processes, each with a configuration that is written for the run. */
enum Proxies {
  NGINX("nginx", "/usr/sbin/nginx") {
    @Override
    List<String> command(Path program, Path folder, Target target) throws IOException {
      return nginx(program, folder, target, new String[] {"", "", ""});
    }
  },
  NGINX_TUNED("nginx least_conn", "/usr/sbin/nginx") {
    @Override
    List<String> command(Path program, Path folder, Target target) throws IOException {
      String again =
          "proxy_http_version 1.1; proxy_set_header Connection \"\"; proxy_connect_timeout 1s;"
              + " proxy_next_upstream error timeout http_500 http_502 http_503;";
      return nginx(program, folder, target, new String[] {"least_conn;", "keepalive 256;", again});
    }
  },
  HAPROXY("haproxy", "/usr/sbin/haproxy") {
    @Override
    List<String> command(Path program, Path folder, Target target) throws IOException {
      return haproxy(program, folder, target, "balance roundrobin", "");
    }
  },
  HAPROXY_TUNED("haproxy leastconn", "/usr/sbin/haproxy") {
    @Override
    List<String> command(Path program, Path folder, Target target) throws IOException {
      return haproxy(program, folder, target, "balance leastconn\n" + RETRY, CHECK);
    }
  },
  HAPROXY_SLOTS("haproxy leastconn maxconn", "/usr/sbin/haproxy") {
    @Override
    List<String> command(Path program, Path folder, Target target) throws IOException {
      return haproxy(program, folder, target, "balance leastconn\n" + RETRY, CHECK + " maxconn 4");
    }
  },
  OURS("tokenlane ewma", "") {
    @Override
    List<String> command(Path root, Path folder, Target target) throws IOException {
      return tokenlane(root, folder, target, "0", 3);
    }
  },
  OURS_LATE("tokenlane ewma, limits told", "") {
    @Override
    List<String> command(Path root, Path folder, Target target) throws IOException {
      return tokenlane(root, folder, target, "4", 3);
    }
  },
  OURS_ONCE("tokenlane ewma, no retries", "") {
    @Override
    List<String> command(Path root, Path folder, Target target) throws IOException {
      return tokenlane(root, folder, target, "0", 1);
    }
  };

  private static final String RETRY =
      """
        http-reuse always
        option redispatch 1
        retries 3
        retry-on conn-failure empty-response response-timeout 500 502 503
        option httpchk GET /health
      """;
  private static final String CHECK = " check inter 500ms fall 2 rise 1";

  private static final int START_TENTHS = 900;

  private final String title;
  private final String program;

  /** Where to listen and what lies behind. */
  record Target(int port, List<Integer> backends, List<Double> weights) {}

  Proxies(String title, String program) {
    this.title = title;
    this.program = program;
  }

  abstract List<String> command(Path program, Path folder, Target target) throws IOException;

  String title() {
    return title;
  }

  boolean ours() {
    return program.isEmpty();
  }

  /** Whether ours is measured against it: haproxy told the slots is shown beside. */
  boolean peer() {
    return !ours() && this != HAPROXY_SLOTS;
  }

  /** Whether its program is there; ours always is. */
  boolean installed() {
    return ours() || Files.isExecutable(Path.of(program));
  }

  /** A running one; ends with this process at the latest. */
  final class Running implements AutoCloseable {
    private final Process process;
    private final int port;
    private final Path log;
    private final Thread atExit = new Thread(this::destroy);

    private Running(Process process, int port, Path log) {
      this.process = process;
      this.port = port;
      this.log = log;
      Runtime.getRuntime().addShutdownHook(atExit);
    }

    int port() {
      return port;
    }

    void requireAlive() throws IOException {
      if (!process.isAlive()) {
        throw new IOException(title + " ended with code " + process.exitValue() + "; " + told());
      }
    }

    /** Waits until the backends answer through it. */
    private void await(Backends backends) throws IOException, InterruptedException {
      String found = "nothing answered";
      for (int i = 0; i < START_TENTHS && process.isAlive(); i++) {
        try {
          String whose = whose(port);
          if (whose.equals(backends.name())) {
            return;
          }
          found = "another server answers there";
        } catch (IOException notYet) {
          found = notYet.toString();
        }
        var _ = process.waitFor(100, TimeUnit.MILLISECONDS);
      }
      requireAlive();
      throw new IOException(
          "%s: no answer of the backends through port %d in %d s: %s; %s"
              .formatted(title, port, START_TENTHS / 10, found, told()));
    }

    /** The end of what it said. */
    private String told() throws IOException {
      List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
      String last = String.join("; ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
      return last.isBlank() ? "it said nothing" : "it said: " + last.strip();
    }

    private void destroy() {
      List<ProcessHandle> all = process.descendants().toList();
      process.destroy();
      process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> process).join();
      all.forEach(ProcessHandle::destroy);
    }

    @Override
    public void close() {
      Runtime.getRuntime().removeShutdownHook(atExit);
      destroy();
    }
  }

  private static String whose(int port) throws IOException {
    URL url = URI.create("http://127.0.0.1:" + port + "/bench/probe-1").toURL();
    HttpURLConnection connection = (HttpURLConnection) url.openConnection();
    connection.setConnectTimeout(1_000);
    connection.setReadTimeout(1_000);
    try {
      // This throws where nobody answers, which asking for a header does not.
      int _ = connection.getResponseCode();
      String whose = connection.getHeaderField(Backends.WHOSE);
      return whose == null ? "" : whose;
    } finally {
      connection.disconnect();
    }
  }

  /**
   * Starts it and waits until the backends answer through it.
   *
   * @throws IOException if they do not: its port taken, a wrong configuration; tells what it said
   */
  Running start(Path root, Backends backends, List<Double> weights)
      throws IOException, InterruptedException {
    return start(root, backends, weights, freePort());
  }

  Running start(Path root, Backends backends, List<Double> weights, int port)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tokenlane-bench");
    Path log = folder.resolve("output.log");
    Target target = new Target(port, backends.ports(), weights);
    Process process =
        new ProcessBuilder(command(ours() ? root : Path.of(program), folder, target))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    Running running = new Running(process, target.port(), log);
    try {
      running.await(backends);
    } catch (IOException | InterruptedException failed) {
      running.close();
      throw failed;
    }
    return running;
  }

  /** A port that is free, and the next one too, which the gateway takes for its actuator. */
  private static int freePort() throws IOException {
    for (int i = 0; i < 100; i++) {
      try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
          ServerSocket second =
              new ServerSocket(first.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
        return second.getLocalPort() - 1;
      } catch (IOException | IllegalArgumentException taken) {
        // Another pair.
      }
    }
    throw new IOException("no two free ports beside each other were found");
  }

  private static String each(Target target, String line) {
    return IntStream.range(0, target.backends().size())
        .mapToObj(
            i -> line.formatted(i, target.backends().get(i), target.weights().get(i).intValue()))
        .collect(Collectors.joining("\n"));
  }

  private static List<String> nginx(Path program, Path folder, Target target, String[] parts)
      throws IOException {
    Path config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        pid %s/nginx.pid;
        error_log %s/error.log;
        events { worker_connections 8000; }
        http {
          access_log off;
          client_body_temp_path %s;
          proxy_temp_path %s;
          upstream nodes {
            %s
        %s
            %s
          }
          server {
            listen 127.0.0.1:%d;
            location / { proxy_pass http://nodes; %s }
          }
        }
        """
            .formatted(
                folder,
                folder,
                folder,
                folder,
                parts[0],
                each(target, "    # %d\n    server 127.0.0.1:%d weight=%d;"),
                parts[1],
                target.port(),
                parts[2]));
    return List.of(program.toString(), "-c", config.toString());
  }

  private static List<String> haproxy(
      Path program, Path folder, Target target, String backend, String server) throws IOException {
    Path config = folder.resolve("haproxy.cfg");
    Files.writeString(
        config,
        """
        global
          maxconn 8000
        defaults
          mode http
          timeout connect 1s
          timeout client 10s
          timeout server 10s
          timeout queue 10s
        frontend in
          bind 127.0.0.1:%d
          default_backend nodes
        backend nodes
          %s
        %s
        """
            .formatted(
                target.port(),
                backend,
                each(target, "  server s%d 127.0.0.1:%d weight %d" + server)));
    return List.of(program.toString(), "-db", "-f", config.toString());
  }

  private static List<String> tokenlane(
      Path root, Path folder, Target target, String limit, int attempts) throws IOException {
    Path config = folder.resolve("gateway.yaml");
    Files.writeString(
        config,
        """
        tokenlane:
          nodes:
        %s
          balance: {health: {path: /health, interval: 500ms}, signals_interval: 0s, max_attempts: %d}
          log: {sample: 0}
        spring.cloud.gateway.server.webflux.routes:
          - {id: bench, uri: "node://nodes", predicates: ["Path=/bench/**"]}
        management.server.port: 0
        """
            .formatted(
                each(
                    target,
                    "    - {id: s%d, uri: \"http://127.0.0.1:%d\", weight: %d, limit: "
                        + limit
                        + "}"),
                attempts));
    return List.of(
        root.resolve("tokenlane").toString(),
        "gateway",
        "--port",
        Integer.toString(target.port()),
        "--config",
        config.toString());
  }
}
