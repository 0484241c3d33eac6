package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import io.tokenlane.prefetch.semantic.Neighbours;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How often the semantic level gives a question the answer of one that means something else, and
 * how often that of one that means the same: on labelled pairs of questions, with the vectors of
 * the demo model's node, at several thresholds.
 */
final class SemanticBenchmark implements Benchmark {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final double[] THRESHOLDS = {0.8, 0.9, 0.95, 0.97};

  private final Path root;
  private final HttpClient client = HttpClient.newHttpClient();

  /** Two questions, whether they mean the same, and their vectors. */
  private record Pair(boolean same, String one, String other, Vectors vectors) {}

  private static final class Vectors {
    private final float[] one;
    private final float[] other;

    Vectors(float[] one, float[] other) {
      this.one = one;
      this.other = other;
    }
  }

  SemanticBenchmark(Path root) {
    this.root = root;
  }

  @Override
  public String name() {
    return "semantic";
  }

  @Override
  public List<Row> run(boolean quick) throws Exception {
    List<Row> rows = new ArrayList<>();
    try (RunningSystem system = RunningSystem.start(root)) {
      List<Pair> pairs = pairs();
      for (double threshold : THRESHOLDS) {
        rows.addAll(rows(pairs, threshold));
      }
    }
    return rows;
  }

  private static List<Row> rows(List<Pair> pairs, double threshold) {
    long different = pairs.stream().filter(pair -> !pair.same()).count();
    long same = pairs.size() - different;
    long wrong = pairs.stream().filter(p -> !p.same() && given(p, threshold, true)).count();
    long bare = pairs.stream().filter(p -> !p.same() && given(p, threshold, false)).count();
    long right = pairs.stream().filter(p -> p.same() && given(p, threshold, true)).count();
    String at = " at " + threshold;
    return List.of(
        Row.of(
                "false hits of " + different + " pairs" + at,
                100.0 * wrong / different,
                "%",
                Row.Better.LOWER)
            .withPeer("without guards", 100.0 * bare / different),
        Row.of(
            "hits of " + same + " pairs that mean the same" + at,
            100.0 * right / same,
            "%",
            Row.Better.HIGHER));
  }

  private static boolean given(Pair pair, double threshold, boolean guarded) {
    Neighbours neighbours = new Neighbours(1 << 20, threshold);
    String asked = guarded ? pair.one() : pair.other();
    neighbours.add("all", asked, pair.vectors().one, "key");
    return neighbours.find("all", pair.other(), pair.vectors().other, key -> true).isPresent();
  }

  private List<Pair> pairs() throws IOException, InterruptedException {
    List<Pair> pairs = new ArrayList<>();
    InputStream in =
        Objects.requireNonNull(
            SemanticBenchmark.class.getResourceAsStream("/semantic-pairs.tsv"), "pairs");
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split("\t", -1);
        Vectors vectors = new Vectors(vector(cells[1]), vector(cells[2]));
        pairs.add(new Pair(cells[0].equals("1"), cells[1], cells[2], vectors));
      }
    }
    return pairs;
  }

  private float[] vector(String text) throws IOException, InterruptedException {
    URI node = URI.create("http://127.0.0.1:" + (RunningSystem.PORT + 11) + "/v1/embeddings");
    String body = JSON.createObjectNode().put("input", text).toString();
    HttpRequest request =
        HttpRequest.newBuilder(node)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    String told = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    JsonNode list = JSON.readTree(told).path("data").path(0).path("embedding");
    if (list.isEmpty()) {
      throw new IOException("embeddings: " + told);
    }
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).floatValue();
    }
    return values;
  }
}
