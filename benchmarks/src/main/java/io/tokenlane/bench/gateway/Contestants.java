package io.tokenlane.bench.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts an origin, the gateway, and what it is measured beside. */
final class Contestants {
  private static final Path NGINX = Path.of("/usr/sbin/nginx");

  /** About what a small JSON API answers. */
  private static final String BODY = "{\"id\": 1, \"text\": \"" + "hello ".repeat(20) + "\"}";

  private final Path root;

  Contestants(Path root) {
    this.root = root;
  }

  static boolean nginxIsThere() {
    return Files.isExecutable(NGINX);
  }

  /** An origin that costs as little as any. */
  Server origin() throws Exception {
    int port = Server.freePort();
    String answer = "default_type application/json; return 200 '" + BODY + "';";
    return nginx("direct", port, "", answer);
  }

  /** Nginx with one worker and kept connections. */
  Server nginxBefore(int origin) throws Exception {
    String upstream =
        "upstream o { server 127.0.0.1:%d; keepalive 256; keepalive_requests 1000000000; }"
            .formatted(origin);
    String pass =
        "proxy_pass http://o; proxy_http_version 1.1; proxy_set_header Connection \"\";"
            + " proxy_buffering off;";
    return nginx("nginx", Server.freePort(), upstream, pass);
  }

  private Server nginx(String name, int port, String upstream, String location) throws Exception {
    Path folder = Files.createTempDirectory("tokenlane-bench-nginx");
    Path config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        """
        daemon off;
        worker_processes 1;
        pid %1$s/nginx.pid;
        error_log %1$s/error.log;
        events { worker_connections 8000; }
        http {
          access_log off;
          keepalive_requests 1000000000;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          %2$s
          server { listen 127.0.0.1:%3$d backlog=4096; location / { %4$s } }
        }
        """
            .formatted(folder, upstream, port, location));
    return Server.start(name, port, List.of(NGINX.toString(), "-c", config.toString()));
  }

  /** Spring Cloud Gateway of the same version, with the options of ours. */
  Server plain(int origin) throws Exception {
    Path target = root.resolve("benchmarks/plain-gateway/target");
    int port = Server.freePort();
    String route = "--spring.cloud.gateway.server.webflux.routes[0].";
    List<String> command = java();
    command.addAll(
        List.of(
            "-cp",
            target.resolve("plain-gateway-0.1.0-SNAPSHOT.jar") + ":" + target.resolve("lib/*"),
            "io.tokenlane.bench.plain.PlainGatewayApplication",
            "--server.port=" + port,
            route + "id=origin",
            route + "uri=http://127.0.0.1:" + origin,
            route + "predicates[0]=Path=/**"));
    return Server.start("plain Spring Cloud Gateway", port, command);
  }

  /**
   * The gateway with these lines of configuration, and what the JVM is told beside the usual;
   * started with the AOT cache that {@code up} makes, where there is one.
   */
  Server ours(String name, String yaml, String... options) throws Exception {
    Path folder = Files.createTempDirectory("tokenlane-bench-gateway");
    Path config = Files.writeString(folder.resolve("gateway.yaml"), yaml);
    return ours(name, config, List.of(), options);
  }

  /**
   * The same with a file that may be changed, started by another command.
   *
   * @param before what comes before {@code java}
   */
  Server ours(String name, Path config, List<String> before, String... options) throws Exception {
    int port = Server.freePort();
    Path app = root.resolve(".run/app/gateway");
    List<String> command = new ArrayList<>(before);
    command.addAll(java());
    command.addAll(List.of(options));
    if (Files.exists(app.resolve("gateway.aot"))) {
      command.add("-XX:AOTCache=" + app.resolve("gateway.aot"));
    }
    command.addAll(
        List.of(
            "-jar",
            app.resolve("gateway.jar").toString(),
            "--server.port=" + port,
            "--spring.config.additional-location=file:" + config));
    return Server.start(name, port, command);
  }

  /** A route for everything to one origin, its log in {@code accessLog}. */
  static String routeTo(int origin, Path accessLog) {
    return """
        spring.cloud.gateway.server.webflux.routes:
          - {id: origin, uri: "http://127.0.0.1:%d", predicates: ["Path=/**"]}
        management.server.port: 0
        tokenlane: {log: {access: "%s"}}
        """
        .formatted(origin, accessLog);
  }

  /** Nodes on these ports. */
  static String nodes(List<Integer> ports, Path accessLog) {
    StringBuilder yaml = new StringBuilder("tokenlane:\n  nodes:\n");
    for (int i = 0; i < ports.size(); i++) {
      yaml.append("    - {id: n%d, uri: \"http://127.0.0.1:%d\"}\n".formatted(i, ports.get(i)));
    }
    return yaml
        + """
          log: {access: "%s"}
          balance: {signals_interval: 0s}
        """
            .formatted(accessLog);
  }

  /** A node in a process of its own. */
  static Server node(int port, EventOrigin.Mode mode) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            NodeCommand.class.getName(),
            Integer.toString(port),
            mode.name());
    return Server.start("node", port, command);
  }

  /** Reactor Netty alone before a node, with the options of ours. */
  static Server bareProxy(int node, String heap) throws Exception {
    int port = Server.freePort();
    List<String> command = java();
    command.addAll(
        List.of(
            heap,
            "-cp",
            System.getProperty("java.class.path"),
            BareProxyCommand.class.getName(),
            Integer.toString(port),
            Integer.toString(node)));
    return Server.start("bare Reactor Netty", port, command);
  }

  /** A file for a log, deleted with this process. */
  static Path logFile() throws IOException {
    Path file = Files.createTempFile("tokenlane-bench-access", ".log");
    file.toFile().deleteOnExit();
    return file;
  }

  private static List<String> java() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String options = System.getProperty("tokenlane.gateway.options", "");
    command.addAll(List.of(options.strip().split("\\s+")));
    command.removeIf(String::isEmpty);
    return command;
  }
}
