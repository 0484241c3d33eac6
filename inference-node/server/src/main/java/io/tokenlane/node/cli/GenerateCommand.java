package io.tokenlane.node.cli;

import io.tokenlane.engine.EngineConfig;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder.Conversation;
import io.tokenlane.node.load.LoadFailure;
import io.tokenlane.node.load.LoadProgress;
import io.tokenlane.node.load.LoadSettings;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.load.ModelLoader;
import io.tokenlane.node.load.ProgressBar;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
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

/**
 * One completion on the terminal: the text on stdout as it comes, the speed on stderr at the end.
 * Exit code 2 for a wrong usage, 1 for a failure.
 */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    usageHelpAutoWidth = true,
    description = "Completes one prompt, without a server.")
public final class GenerateCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 1024;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "A GGUF file or a Hugging Face folder; default: the embedded demo model.")
  private @Nullable Path model;

  @Option(names = "--prompt", paramLabel = "TEXT", required = true, description = "The prompt.")
  private String prompt = "";

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "512",
      description = "Most tokens to generate, at least 1; default: ${DEFAULT-VALUE}.")
  private int maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description = "0 (always the most likely token, the default) to 2.")
  private float temperature;

  @Option(names = "--seed", paramLabel = "S", description = "Makes draws repeatable.")
  private @Nullable Long seed;

  @Option(names = "--raw", description = "Takes the prompt as it is, without a chat template.")
  private boolean raw;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "auto",
      description = "auto, cuda, vector or scalar; default: ${DEFAULT-VALUE}.")
  private String backend = "auto";

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads that compute; default: one for each processor.")
  private int threads;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new GenerateCommand())
        .setParameterExceptionHandler(GenerateCommand::wrongUsage)
        .setExecutionExceptionHandler(GenerateCommand::failed);
  }

  @Override
  public Integer call() throws InterruptedException {
    LoadSettings settings = settings();
    SamplingParams sampling = sampling();
    Clock clock = Clock.systemUTC();
    LoadProgress progress = ProgressBar.onStandardError(clock);
    try (LoadedModel loaded = new ModelLoader(settings, clock, progress).load()) {
      Prompt tokens = prompt(loaded);
      GenerationRequest request =
          new GenerationRequest(
              tokens.tokens(),
              Math.min(maxTokens, Math.max(1, loaded.roomAfter(tokens))),
              sampling,
              loaded.stopTokens(),
              -1,
              0);
      new Completion(loaded, System::nanoTime).run(request, out(), err());
      return CommandLine.ExitCode.OK;
    }
  }

  private Prompt prompt(LoadedModel loaded) {
    return raw
        ? loaded.prompts().raw(prompt, true)
        : loaded.prompts().chat(Conversation.of(prompt));
  }

  private LoadSettings settings() {
    if (maxTokens < 1) {
      throw wrong("--max-tokens: " + maxTokens + " (expected: >= 1)");
    }
    if (threads < 0 || threads > MOST_THREADS) {
      throw wrong("--threads: " + threads + " (expected: 0 to " + MOST_THREADS + ")");
    }
    return new LoadSettings(
        Optional.ofNullable(model),
        null,
        backend,
        threads == 0 ? Runtime.getRuntime().availableProcessors() : threads,
        false,
        EngineConfig.defaults().withBatch(1, 512));
  }

  private SamplingParams sampling() {
    try {
      return new SamplingParams(temperature, 0, 1, 0, 0, 0, 1, Map.of(), seed);
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  private static int wrongUsage(ParameterException wrong, String[] arguments) {
    CommandLine line = wrong.getCommandLine();
    line.getErr().println("tokenlane generate: " + wrong.getMessage() + "; see --help");
    return CommandLine.ExitCode.USAGE;
  }

  private static int failed(Exception failure, CommandLine line, ParseResult parsed) {
    line.getErr()
        .println(
            "tokenlane generate: " + LoadFailure.describe(failure).orElseGet(failure::toString));
    return CommandLine.ExitCode.SOFTWARE;
  }
}
