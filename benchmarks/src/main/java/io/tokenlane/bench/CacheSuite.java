package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The public suite of HTTP caching tests (github.com/http-tests/cache-tests, BSD licence), fetched
 * by npm, or from the folder that {@code CACHE_TESTS} names, and run against the gateway as a
 * browser's neighbour would: its own origin behind it, its own client before it, its own rules of
 * what counts as passed.
 */
final class CacheSuite {
  private static final int ORIGIN_PORT = 28099;
  private static final String PACKAGE = "github:http-tests/cache-tests";

  /** What the suite's tests of cookies, credentials and failures ask a cache to be set to. */
  private static final String ROUTE =
      """
      tokenlane.cache.routes:
        origin: {shared: true, cookies: true, stale_if_error: 60s}
      """;

  private static final String COUNT =
      """
      import tests from './tests/index.mjs'
      import { determineTestResult, resultTypes } from './test-engine/lib/results.mjs'
      import fs from 'fs'
      const results = JSON.parse(fs.readFileSync('results.json'))
      for (const suite of tests) for (const test of suite.tests) {
        if (test.browser_only) continue
        const how = determineTestResult(tests, test.id, results)
        const good = how === resultTypes.pass || how === resultTypes.yes
        console.log((test.kind || 'required') + ' ' + (good ? 1 : 0) + ' ' + test.id)
      }
      """;

  private final Path suite;
  private final int gatewayPort;

  private CacheSuite(Path suite, int gatewayPort) {
    this.suite = suite;
    this.gatewayPort = gatewayPort;
  }

  static List<Row> run(Path root, int gatewayPort) throws IOException, InterruptedException {
    Path folder = root.resolve("benchmarks/target/cache-tests");
    String checkout = System.getenv("CACHE_TESTS");
    Path suite =
        checkout == null ? folder.resolve("node_modules/http-cache-tests") : Path.of(checkout);
    Files.createDirectories(folder);
    if (!Files.isDirectory(suite) && !fetched(folder)) {
      String why =
          "npm could not fetch " + PACKAGE + "; set CACHE_TESTS to a checkout with its packages";
      return List.of(Row.missing("cache-tests, required", "tests", why));
    }
    return new CacheSuite(suite, gatewayPort).against(root);
  }

  private static boolean fetched(Path folder) throws InterruptedException {
    try {
      return new ProcessBuilder("npm", "install", "--no-save", "--prefix", ".", PACKAGE)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("npm.log").toFile())
              .start()
              .waitFor()
          == 0;
    } catch (IOException noNpm) {
      return false;
    }
  }

  private List<Row> against(Path root) throws IOException, InterruptedException {
    Process origin = node(Map.of("port", ORIGIN_PORT + ""), "test-engine/server/server.mjs");
    String uri = "http://127.0.0.1:" + ORIGIN_PORT;
    try (RunningGateway gateway = RunningGateway.before(root, gatewayPort, uri, ROUTE)) {
      Process client =
          node(Map.of("base", "http://127.0.0.1:" + gatewayPort), "test-engine/cli.mjs");
      Files.write(suite.resolve("results.json"), client.getInputStream().readAllBytes());
      client.waitFor();
    } finally {
      origin.destroy();
    }
    Process count = node(Map.of(), "--input-type=module", "--eval", COUNT);
    return rows(new String(count.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  private Process node(Map<String, String> settings, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("node", "--no-warnings"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(suite.toFile());
    builder.environment().put("npm_package_config_id", "");
    builder.environment().put("npm_config_protocol", "http");
    builder.environment().put("npm_config_pidfile", suite.resolve("server.pid").toString());
    settings.forEach((name, value) -> builder.environment().put("npm_config_" + name, value));
    builder.redirectError(suite.resolve("node.log").toFile());
    return builder.start();
  }

  private static List<Row> rows(String lines) {
    Map<String, int[]> kinds = new HashMap<>();
    for (String line : lines.lines().toList()) {
      String[] words = line.split(" ");
      kinds.computeIfAbsent(words[0], kind -> new int[2])[Integer.parseInt(words[1])]++;
    }
    return List.of(
        row(kinds, "required", "passed").withGoal(160).withPeer("Traffic Server", 134),
        row(kinds, "optimal", "passed").withGoal(100).withPeer("Traffic Server", 72),
        row(kinds, "check", "yes").withPeer("squid", 64));
  }

  private static Row row(Map<String, int[]> kinds, String kind, String word) {
    int[] counts = kinds.getOrDefault(kind, new int[2]);
    String id = "cache-tests, %s of %d %s".formatted(word, counts[0] + counts[1], kind);
    return Row.of(id, counts[1], "tests", Row.Better.HIGHER);
  }
}
