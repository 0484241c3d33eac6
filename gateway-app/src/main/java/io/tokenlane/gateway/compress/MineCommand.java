package io.tokenlane.gateway.compress;

import io.tokenlane.compress.template.Template;
import io.tokenlane.compress.template.TemplateMiner;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code mine FILE}: the template that all prompts of a file were made with. Ends with 0, with 1
 * where there is none or the file cannot be read, with 2 where the arguments are wrong.
 */
@Command(
    name = "mine",
    description = "Finds the template that prompts were made with.",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true)
public final class MineCommand implements Callable<Integer> {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int MOST_PROMPTS = 10_000;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "Prompts, one a line: plain text, a JSON string, or JSON with \"prompt\" or \"messages\".")
  private Path file = Path.of("");

  @Option(names = "--id", defaultValue = "mined", description = "default: ${DEFAULT-VALUE}")
  private String id = "";

  @Option(names = "--version", defaultValue = "1", description = "default: ${DEFAULT-VALUE}")
  private String version = "";

  @Option(
      names = "--json",
      description = "prints one JSON object, as /tokenlane/templates takes it")
  private boolean json;

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new MineCommand())
        .setParameterExceptionHandler(MineCommand::wrongUsage)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              String kind = failure instanceof IOException ? "cannot be read: " : "";
              command.getErr().println("tokenlane mine: " + kind + failure.getMessage());
              return 1;
            });
  }

  private static int wrongUsage(ParameterException wrong, String[] arguments) {
    CommandLine line = wrong.getCommandLine();
    line.getErr().println("tokenlane mine: " + wrong.getMessage() + "; see --help");
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public Integer call() throws IOException {
    List<String> prompts = prompts(file);
    MiningBar bar = new MiningBar(err(), isTerminal(System.console()), InstantSource.system());
    Optional<Template> found = TemplateMiner.mine(id, version, prompts, bar::compared);
    bar.close();
    Template template =
        found.orElseThrow(
            () ->
                new IllegalArgumentException(
                    file
                        + ": no template found in "
                        + prompts.size()
                        + " prompts (expected: at least "
                        + TemplateMiner.FEWEST
                        + " that share their text)"));
    if (json) {
      out().println(asJson(template, prompts));
    } else {
      out().println(template.source());
      err()
          .printf(
              Locale.ROOT,
              "%d prompts, %d variables; %.1f %% of the text is the template's%n",
              prompts.size(),
              template.variables().size(),
              100 * shared(template, prompts));
    }
    return 0;
  }

  /** There may be no console at all, where its module is not there. */
  private static boolean isTerminal(@Nullable Console console) {
    return console != null && console.isTerminal();
  }

  private static String asJson(Template template, List<String> prompts) {
    ObjectNode shown = JSON.createObjectNode();
    shown.put("id", template.id()).put("version", template.version());
    shown.put("source", template.source());
    shown.put("syntax", template.syntax().name().toLowerCase(Locale.ROOT));
    shown.put("prompts", prompts.size());
    template.variables().forEach(shown.putArray("variables")::add);
    shown.put("shared", shared(template, prompts));
    return shown.toString();
  }

  /** Share of the prompts' characters that the template brings, 0 to 1. */
  private static double shared(Template template, List<String> prompts) {
    long all = 0;
    long own = 0;
    for (String prompt : prompts) {
      all += prompt.length();
      own +=
          template.split(prompt).stream()
              .flatMap(note -> note.fields().stream())
              .mapToLong(String::length)
              .sum();
    }
    return all == 0 ? 0 : 1 - (double) own / all;
  }

  /**
   * The prompts of a file, in order.
   *
   * @throws IllegalArgumentException naming the line that is none
   */
  static List<String> prompts(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + " (expected: a readable file)");
    }
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    List<String> prompts = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        prompts.add(prompt(lines.get(i), file + ": line " + (i + 1)));
      }
    }
    if (prompts.size() > MOST_PROMPTS) {
      throw new IllegalArgumentException(
          file + ": " + prompts.size() + " prompts (expected: at most " + MOST_PROMPTS + ")");
    }
    return prompts;
  }

  private static String prompt(String line, String where) {
    if (!line.startsWith("{") && !line.startsWith("\"")) {
      return line;
    }
    JsonNode node = parsed(line, where);
    JsonNode text =
        node.isString()
            ? node
            : node.has("prompt") ? node.get("prompt") : node.at("/messages/0/content");
    if (!text.isString()) {
      throw new IllegalArgumentException(
          where + ": no prompt (expected: \"prompt\", or \"messages\" that begin with a text)");
    }
    return text.asString();
  }

  private static JsonNode parsed(String line, String where) {
    try {
      return JSON.readTree(line);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(where + ": not JSON (expected: plain text or JSON)", e);
    }
  }

  private PrintWriter out() {
    return java.util.Objects.requireNonNull(spec).commandLine().getOut();
  }

  private PrintWriter err() {
    return java.util.Objects.requireNonNull(spec).commandLine().getErr();
  }
}
