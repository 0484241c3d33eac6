package io.tokenlane.bench.adaptive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A question whose answer can be checked. {@code dev} is for choosing thresholds, {@code test} for
 * reporting.
 *
 * @param kind {@code arith} (with reasoning), {@code facts}, {@code extract}, {@code label} or
 *     {@code list}
 */
record Question(String kind, String question, String answer) {

  /**
   * All questions of a split, or one of each so many, at another place each time: kinds of
   * questions recur.
   */
  static List<Question> read(String split, int every) throws IOException {
    List<Question> tasks = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(
            Question.class.getResourceAsStream("/tasks/" + split + ".jsonl"), split)) {
      String[] lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n");
      for (int i = 0; i < lines.length / every; i++) {
        JsonNode task = JsonMapper.shared().readTree(lines[i * every + i % every]);
        tasks.add(
            new Question(
                task.get("kind").stringValue(),
                task.get("question").stringValue(),
                task.get("answer").stringValue()));
      }
    }
    return tasks;
  }

  boolean reasons() {
    return kind.equals("arith");
  }
}
