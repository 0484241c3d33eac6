package io.tokenlane.bench;

import io.tokenlane.compress.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real prompts beside the project, named {@code NUMBER-KIND-NAME}; each file is one text. */
record PromptCorpus(List<Prompt> prompts) {

  /** One file. */
  record Prompt(String kind, String text) {
    /** What a gateway would compress one by one: the messages of a chat, or the whole text. */
    List<String> messages() {
      return turns().stream().map(Turn::text).toList();
    }

    /** The same with their roles. */
    List<Turn> turns() {
      if (!kind.equals("chat")) {
        return List.of(new Turn("user", text));
      }
      return JsonMapper.shared()
          .readTree(text)
          .valueStream()
          .filter(message -> message.path("content").isString())
          .map(PromptCorpus::turn)
          .toList();
    }
  }

  private static Turn turn(JsonNode message) {
    return new Turn(message.path("role").asString(""), message.path("content").stringValue());
  }

  /** {@code tokenlane.corpus}, by default {@code ../shared/corpus/prompts} beside the project. */
  static Path folder(Path root) {
    String named = System.getProperty("tokenlane.corpus");
    return named == null ? root.resolve("../shared/corpus/prompts") : Path.of(named);
  }

  static PromptCorpus read(Path folder) throws IOException {
    List<Prompt> prompts = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.matches("\\d+-[a-z]+-.*") && !name.endsWith(".vars.json")) {
          prompts.add(
              new Prompt(name.replaceAll("\\d+-([a-z]+)-.*", "$1"), Files.readString(file)));
        }
      }
    }
    return new PromptCorpus(List.copyOf(prompts));
  }

  List<String> kinds() {
    return prompts.stream().map(Prompt::kind).distinct().sorted().toList();
  }

  List<Prompt> of(String kind) {
    return prompts.stream().filter(prompt -> prompt.kind().equals(kind)).toList();
  }

  /** All plain texts, one after another, again and again, up to so many characters. */
  String running(int characters) {
    StringBuilder text = new StringBuilder();
    int salt = 0;
    while (text.length() < characters) {
      for (Prompt prompt : prompts) {
        text.append("Prompt ").append(salt++).append(":\n").append(prompt.text()).append('\n');
      }
    }
    return text.substring(0, characters);
  }
}
