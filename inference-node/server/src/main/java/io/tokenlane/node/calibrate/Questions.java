package io.tokenlane.node.calibrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads prompts from a file, one a line: a JSON object with {@code question} or {@code prompt}, or
 * plain text.
 */
final class Questions {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Questions() {}

  /**
   * The prompts.
   *
   * @param most how many at the most
   * @throws IllegalArgumentException if the file holds none, or a line is not as it should be
   */
  static List<String> read(Path file, int most) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + ": cannot be read", e);
    }
    List<String> questions = new ArrayList<>();
    for (int i = 0; i < lines.size() && questions.size() < most; i++) {
      if (!lines.get(i).isBlank()) {
        questions.add(question(lines.get(i).strip(), "--data: line " + (i + 1)));
      }
    }
    if (questions.isEmpty()) {
      throw new IllegalArgumentException(
          "--data: %s: empty (expected: a prompt a line)".formatted(file));
    }
    return questions;
  }

  private static String question(String line, String place) {
    if (!line.startsWith("{")) {
      return line;
    }
    try {
      JsonNode object = JSON.readTree(line);
      for (String name : List.of("question", "prompt")) {
        if (object.path(name).isString()) {
          return object.path(name).stringValue();
        }
      }
    } catch (JacksonException e) {
      // Refused below like an object without the field.
    }
    throw new IllegalArgumentException(
        "%s: %s (expected: an object with \"question\" or \"prompt\", or plain text)"
            .formatted(place, line.length() > 60 ? line.substring(0, 60) + "…" : line));
  }
}
