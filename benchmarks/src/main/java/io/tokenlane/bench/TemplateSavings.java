package io.tokenlane.bench;

import io.tokenlane.bench.report.Row;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.template.Note;
import io.tokenlane.compress.template.Template;
import io.tokenlane.compress.template.TemplateMiner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What id and variables save against the rendered prompt, by registered templates and by templates
 * mined from their renderings. Each template has the same weight.
 */
final class TemplateSavings {
  private static final int WARM_UP = 20_000;

  /** One template with the variables of its calls. */
  private record Calls(Template template, List<Map<String, Object>> variables) {
    List<String> prompts() {
      return variables.stream().map(template::render).toList();
    }
  }

  private final List<Calls> all = new ArrayList<>();

  TemplateSavings(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        Path variables = folder.resolve(name.replaceAll("\\.[a-z]+$", ".vars.json"));
        if (name.matches("\\d+-template-.*")
            && !file.equals(variables)
            && Files.exists(variables)) {
          Template template = Template.of("t" + name.substring(0, 3), "1", Files.readString(file));
          all.add(new Calls(template, read(Files.readString(variables))));
        }
      }
    }
  }

  private static List<Map<String, Object>> read(String json) {
    List<Map<String, Object>> calls = new ArrayList<>();
    for (JsonNode call : JsonMapper.shared().readTree(json).values()) {
      Map<String, Object> variables = new LinkedHashMap<>();
      call.properties()
          .forEach(
              member ->
                  variables.put(
                      member.getKey(),
                      JsonMapper.shared().convertValue(member.getValue(), Object.class)));
      calls.add(variables);
    }
    return calls;
  }

  List<Row> rows(TokenCounter counter) {
    if (all.isEmpty()) {
      return List.of(Row.missing("T, registered, macro", "% saved", "no templates in the corpus"));
    }
    double registered = 0;
    double alike = 0;
    double mined = 0;
    int restored = 0;
    int prompts = 0;
    int minable = 0;
    for (Calls calls : all) {
      double share = share(counter, calls);
      registered += share / all.size();
      prompts += calls.variables().size();
      restored += restored(calls);
      if (calls.variables().size() >= TemplateMiner.FEWEST) {
        minable++;
        alike += share;
        mined += minedShare(counter, calls.prompts());
      }
    }
    String encoding = counter.encoding() + ", ";
    return List.of(
        Row.of(encoding + "T, registered, macro", 100 * registered, "% saved", Row.Better.HIGHER)
            .withGoal(72),
        Row.of(
                encoding + "T, restored byte for byte",
                100.0 * restored / prompts,
                "%",
                Row.Better.HIGHER)
            .withGoal(100),
        Row.of(
                encoding + "T, mined against registered",
                minable == 0 ? 0 : 100 * mined / alike,
                "%",
                Row.Better.HIGHER)
            .withGoal(95));
  }

  private static double share(TokenCounter counter, Calls calls) {
    double share = 0;
    for (Map<String, Object> variables : calls.variables()) {
      int note = counter.count(calls.template().note(variables).text());
      share += 1 - (double) note / counter.count(calls.template().render(variables));
    }
    return share / calls.variables().size();
  }

  private static int restored(Calls calls) {
    int restored = 0;
    for (Map<String, Object> variables : calls.variables()) {
      Note note = Note.parse(calls.template().note(variables).text());
      restored += calls.template().restore(note).equals(calls.template().render(variables)) ? 1 : 0;
    }
    return restored;
  }

  private static double minedShare(TokenCounter counter, List<String> prompts) {
    Optional<Template> mined = TemplateMiner.mine("m", "1", prompts);
    double share = 0;
    for (String prompt : prompts) {
      Optional<Note> note = mined.flatMap(template -> template.split(prompt));
      share +=
          note.map(n -> 1 - (double) counter.count(n.text()) / counter.count(prompt)).orElse(0.0);
    }
    return share / prompts.size();
  }

  /** Rendering and noting one call of each template in turn. */
  Row time(boolean quick) {
    if (all.isEmpty()) {
      return Row.missing("time, registered template p50", "µs", "no templates in the corpus");
    }
    Samples samples = new Samples();
    for (int i = -WARM_UP; i < (quick ? 20_000 : 200_000); i++) {
      Calls calls = all.get(Math.floorMod(i, all.size()));
      long start = System.nanoTime();
      calls.template().note(calls.variables().getFirst());
      if (i >= 0) {
        samples.add((System.nanoTime() - start) / 1e3);
      }
    }
    return Row.of("time, registered template p50", samples.median(), "µs", Row.Better.LOWER)
        .withGoal(50);
  }
}
