package io.tokenlane.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Caches of others, as Debian packages them, each with a configuration written for the run. */
enum CacheProxies {
  NGINX("nginx", "/usr/sbin/nginx") {
    @Override
    List<String> command(Path folder, int port, int origin, int workers) throws IOException {
      Path file =
          write(
              folder,
              """
              %4$s daemon off; worker_processes %5$d; pid %1$s/pid; error_log %1$s/error.log;
              events { worker_connections 4096; }
              http {
                access_log off; client_body_temp_path %1$s/body; proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/f; uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
                keepalive_requests 100000000; sendfile on; tcp_nopush on;
                proxy_cache_path %1$s/cache levels=1:2 keys_zone=c:16m;
                server {
                  listen 127.0.0.1:%2$d backlog=4096;
                  location / {
                    proxy_pass http://127.0.0.1:%3$d; proxy_http_version 1.1;
                    proxy_set_header Connection ""; proxy_cache c; proxy_cache_lock on;
                  }
                }
              }
              """
                  .formatted(folder, port, origin, USER, workers));
      return List.of("/usr/sbin/nginx", "-c", file.toString());
    }
  },
  HAPROXY("haproxy", "/usr/sbin/haproxy") {
    @Override
    List<String> command(Path folder, int port, int origin, int workers) throws IOException {
      Path file =
          write(
              folder,
              """
              global
                maxconn 4096
                nbthread %d
              defaults
                mode http
                timeout connect 5s
                timeout client 60s
                timeout server 60s
              cache c
                total-max-size 64
                max-object-size 1000000
                max-age 600
              frontend f
                bind 127.0.0.1:%d backlog 4096
                http-request cache-use c
                http-response cache-store c
                default_backend b
              backend b
                server s 127.0.0.1:%d
              """
                  .formatted(workers, port, origin));
      return List.of("/usr/sbin/haproxy", "-f", file.toString());
    }
  },
  VARNISH("varnish", "/usr/sbin/varnishd") {
    @Override
    List<String> command(Path folder, int port, int origin, int workers) throws IOException {
      Path file =
          write(
              folder,
              """
              vcl 4.1;
              backend default { .host = "127.0.0.1"; .port = "%d"; }
              """
                  .formatted(origin));
      String storage = "malloc,64m";
      Path own = folder.resolve("varnish");
      return List.of(
          "/usr/sbin/varnishd",
          "-F",
          "-j",
          "none",
          "-a",
          "127.0.0.1:" + port,
          "-f",
          file.toString(),
          "-n",
          own.toString(),
          "-s",
          storage);
    }
  };

  /** Its workers give up the rights of root, and with them those on a folder made for the run. */
  private static final String USER =
      "root".equals(System.getProperty("user.name")) ? "user root;" : "";

  private final String title;
  private final Path program;

  CacheProxies(String title, String program) {
    this.title = title;
    this.program = Path.of(program);
  }

  abstract List<String> command(Path folder, int port, int origin, int workers) throws IOException;

  private static Path write(Path folder, String text) throws IOException {
    return Files.writeString(folder.resolve("config"), text);
  }

  String title() {
    return title;
  }

  boolean installed() {
    return Files.isExecutable(program);
  }

  /** A running one. */
  record Running(Process process, int port) implements AutoCloseable {
    @Override
    public void close() {
      List<ProcessHandle> all = process.descendants().toList();
      process.destroy();
      process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(late -> process).join();
      all.forEach(ProcessHandle::destroy);
    }
  }

  Running start(int origin, int workers) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tokenlane-bench");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Process process =
        new ProcessBuilder(command(folder, port, origin, workers))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output.log").toFile())
            .start();
    Running running = new Running(process, port);
    for (int i = 0; i < 300 && process.isAlive(); i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (socket.isConnected()) {
          return running;
        }
      } catch (IOException notYet) {
        var _ = process.waitFor(100, TimeUnit.MILLISECONDS);
      }
    }
    running.close();
    throw new IOException(title + " did not open its port; see " + folder);
  }
}
