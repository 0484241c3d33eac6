package io.tokenlane.node.cli;

import io.tokenlane.engine.EngineConfig;
import io.tokenlane.node.calibrate.Calibrator;
import io.tokenlane.node.load.Calibration;
import io.tokenlane.node.load.LoadFailure;
import io.tokenlane.node.load.LoadSettings;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelLoader;
import io.tokenlane.node.load.ProgressBar;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
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
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Measures how far each layer of a model agrees with all of them, and writes thresholds for early
 * exits beside the model. Exit code 2 for a wrong usage, 1 for a failure.
 */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = "Finds thresholds for early exits from a model's layers.")
public final class CalibrateCommand implements Callable<Integer> {
  private static final int MOST_QUESTIONS = 100_000;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "A GGUF file or a Hugging Face folder; default: the embedded demo model.")
  private @Nullable Path model;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      required = true,
      description = "Prompts, one a line: plain text, or JSON with \"question\" or \"prompt\".")
  private Path data = Path.of("");

  @Option(
      names = "--loss",
      paramLabel = "SHARE",
      defaultValue = "0.002",
      description = "Share of tokens that may differ, 0 to 1; default: ${DEFAULT-VALUE}.")
  private double loss;

  @Option(
      names = "--answers",
      paramLabel = "SHARE",
      defaultValue = "0.01",
      description =
          "Share of answers, reasoning aside, that may change, 0 to 1; default: ${DEFAULT-VALUE}.")
  private double answers;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "256",
      description = "Most tokens of an answer, at least 1; default: ${DEFAULT-VALUE}.")
  private int maxTokens;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write; default: beside the model. Needed for the embedded model.")
  private @Nullable Path out;

  @Option(names = "--json", description = "Prints one JSON object instead of a table.")
  private boolean json;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new CalibrateCommand())
        .setParameterExceptionHandler(CalibrateCommand::wrongUsage)
        .setExecutionExceptionHandler(CalibrateCommand::failed);
  }

  @Override
  public Integer call() throws Exception {
    Path target = checked();
    List<String> questions = Calibrator.questions(data, MOST_QUESTIONS);
    Clock clock = Clock.systemUTC();
    LoadSettings settings =
        new LoadSettings(
            Optional.ofNullable(model),
            null,
            "auto",
            Runtime.getRuntime().availableProcessors(),
            false,
            EngineConfig.defaults());
    try (LoadedModel loaded =
        new ModelLoader(settings, clock, ProgressBar.onStandardError(clock)).load()) {
      ProgressBar bar = ProgressBar.onStandardError(clock, "calibration", "answers");
      Calibrator.Outcome outcome =
          new Calibrator(loaded, loss, answers, maxTokens, bar::step).run(questions);
      Files.writeString(target, outcome.calibration().json());
      if (json) {
        printJson(outcome, target);
      } else {
        print(outcome, target);
      }
      return CommandLine.ExitCode.OK;
    }
  }

  private Path checked() {
    if (!(loss >= 0 && loss <= 1)) {
      throw wrong("--loss: " + loss + " (expected: 0 to 1)");
    }
    if (!(answers >= 0 && answers <= 1)) {
      throw wrong("--answers: " + answers + " (expected: 0 to 1)");
    }
    if (maxTokens < 1) {
      throw wrong("--max-tokens: " + maxTokens + " (expected: >= 1)");
    }
    if (!Files.isReadable(data) || Files.isDirectory(data)) {
      throw wrong("--data: " + data + " (expected: a readable file)");
    }
    if (out != null) {
      return out;
    }
    if (model == null) {
      throw wrong("--out: missing (expected: a file, as nothing lies beside the embedded model)");
    }
    return Calibration.beside(model);
  }

  private void print(Calibrator.Outcome outcome, Path target) {
    Calibration calibration = outcome.calibration();
    PrintWriter to = spec.commandLine().getOut();
    to.printf(Locale.ROOT, "%d tokens%n%n", calibration.positions());
    to.println("layer  agrees with all  leaves at");
    for (int layer = 0; layer < calibration.thresholds().size(); layer++) {
      float threshold = calibration.thresholds().get(layer);
      to.printf(
          Locale.ROOT,
          "%5d  %14.2f %%  %s%n",
          layer + 1,
          100 * calibration.agreement().get(layer),
          threshold > 1 ? "-" : String.format(Locale.ROOT, "%.4f", threshold));
    }
    to.printf(
        Locale.ROOT,
        "%n%.1f %% of the tokens leave early, %.2f %% with another token; %.2f of %.2f layers' work"
            + " for a token%n%.1f %% of the answers change%nwritten to %s%n",
        100 * outcome.exits(),
        100 * outcome.lost(),
        outcome.work(),
        outcome.full(),
        100 * outcome.changed(),
        target);
    to.flush();
  }

  private void printJson(Calibrator.Outcome outcome, Path target) {
    Calibration calibration = outcome.calibration();
    ObjectNode shown = JsonMapper.shared().createObjectNode();
    shown.put("tokens", calibration.positions());
    ArrayNode layers = shown.putArray("layers");
    for (int layer = 0; layer < calibration.thresholds().size(); layer++) {
      float threshold = calibration.thresholds().get(layer);
      ObjectNode row = layers.addObject();
      row.put("layer", layer + 1).put("agrees", calibration.agreement().get(layer));
      row.put("leaves_at", threshold > 1 ? null : (Float) threshold);
    }
    shown.put("exits", outcome.exits()).put("lost", outcome.lost());
    shown.put("work_layers", outcome.work()).put("all_layers", outcome.full());
    shown.put("answers_changed", outcome.changed()).put("file", target.toString());
    spec.commandLine().getOut().println(shown);
    spec.commandLine().getOut().flush();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private static int wrongUsage(ParameterException wrong, String[] arguments) {
    CommandLine line = wrong.getCommandLine();
    line.getErr().println("tokenlane calibrate: " + wrong.getMessage() + "; see --help");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception failure, CommandLine line, ParseResult parsed) {
    line.getErr()
        .println(
            "tokenlane calibrate: " + LoadFailure.describe(failure).orElseGet(failure::toString));
    return CommandLine.ExitCode.SOFTWARE;
  }
}
