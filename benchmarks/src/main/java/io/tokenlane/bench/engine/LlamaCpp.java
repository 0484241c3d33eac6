package io.tokenlane.bench.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * llama.cpp's own benchmarks, as programs that somebody built: {@code llama-bench} for one sequence
 * and prompts, {@code llama-batched-bench} for several sequences at once.
 */
final class LlamaCpp {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** The context of a sequence is rounded to this; a smaller one is refused in silence. */
  private static final int CONTEXT_GRAIN = 256;

  private final Path folder;
  private final Path model;
  private final int threads;

  LlamaCpp(Path folder, Path model, int threads) {
    this.folder = folder;
    this.model = model;
    this.threads = threads;
  }

  /** Tokens per second of generating {@code tokens} tokens of one sequence. */
  double decode(int tokens) throws IOException, InterruptedException {
    return bench("-p", "0", "-n", Integer.toString(tokens));
  }

  /** Tokens per second of a prompt of {@code tokens} tokens. */
  double prefill(int tokens) throws IOException, InterruptedException {
    return bench("-n", "0", "-p", Integer.toString(tokens));
  }

  private double bench(String... options) throws IOException, InterruptedException {
    List<String> command = command("llama-bench");
    command.addAll(List.of("-r", "1", "-o", "jsonl"));
    command.addAll(List.of(options));
    return figure(command, "avg_ts");
  }

  /** Tokens per second, over all sequences, of generating {@code tokens} tokens each. */
  double decode(int sequences, int prompt, int tokens) throws IOException, InterruptedException {
    List<String> command = command("llama-batched-bench");
    int context = sequences * Math.ceilDiv(prompt + tokens, CONTEXT_GRAIN) * CONTEXT_GRAIN;
    command.addAll(List.of("-c", Integer.toString(context), "--output-format", "jsonl"));
    command.addAll(List.of("-b", "2048", "-ub", "512", "-npp", Integer.toString(prompt)));
    command.addAll(List.of("-ntg", Integer.toString(tokens), "-npl", Integer.toString(sequences)));
    return figure(command, "speed_tg");
  }

  private static double figure(List<String> command, String name)
      throws IOException, InterruptedException {
    return output(command)
        .lines()
        .filter(line -> line.startsWith("{"))
        .map(JSON::readTree)
        .map(row -> row.get(name))
        .mapToDouble(JsonNode::doubleValue)
        .findFirst()
        .orElseThrow(() -> new IOException(command.getFirst() + ": no line of JSON"));
  }

  private List<String> command(String program) {
    return new ArrayList<>(
        List.of(
            folder.resolve(program).toString(),
            "-m",
            model.toString(),
            "-t",
            String.format(Locale.ROOT, "%d", threads)));
  }

  /** All that it prints: one of the programs writes its figures among its log lines. */
  private static String output(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException("%s: exit code %d".formatted(String.join(" ", command), code));
    }
    return output;
  }
}
