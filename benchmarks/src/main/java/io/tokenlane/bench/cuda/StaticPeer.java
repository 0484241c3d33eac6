package io.tokenlane.bench.cuda;

import io.tokenlane.engine.model.ModelConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Hugging Face transformers' static batches of the same requests on the same device, by {@code
 * peers/transformers_static.py}: each batch is padded and runs until its longest answer has ended.
 * It needs a Python with torch and transformers, which is looked for when it is asked for.
 */
final class StaticPeer {
  static final String NAME = "transformers, static batches";

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String SCRIPT = "/peers/transformers_static.py";
  private static final String IMPORTS = "import torch, transformers";
  private static final Duration IMPORTED = Duration.ofMinutes(1);
  private static final int TIMED_OUT = -1;

  private final String python;
  private final String device;
  private final Duration patience;

  /**
   * @param python a program's name or path
   * @param device {@code cuda} or {@code cpu}
   * @param patience longest run; batches that ended in time count
   */
  StaticPeer(String python, String device, Duration patience) {
    this.python = python;
    this.device = device;
    this.patience = patience;
  }

  /**
   * On this machine's GPU, by {@code TOKENLANE_PEER_PYTHON} or else the path's {@code python3}.
   *
   * @param patience longest run, unless {@code TOKENLANE_PEER_SECONDS} says otherwise
   */
  static StaticPeer onGpu(Duration patience) {
    String python = System.getenv("TOKENLANE_PEER_PYTHON");
    String seconds = System.getenv("TOKENLANE_PEER_SECONDS");
    return new StaticPeer(
        python == null ? "python3" : python,
        "cuda",
        seconds == null ? patience : Duration.ofSeconds(Long.parseLong(seconds)));
  }

  /**
   * What came of it.
   *
   * @param tokensPerSecond tokens that were asked for; NaN if there is no figure
   * @param why why there is none
   */
  record Outcome(double tokensPerSecond, String why) {
    private static Outcome missing(String why) {
      return new Outcome(Double.NaN, why);
    }
  }

  /** Runs it in bfloat16; never throws for what may be missing. */
  Outcome run(ModelConfig config, MixedLoad load) throws InterruptedException {
    try {
      Ran imported = run(List.of(python, "-c", IMPORTS), "", IMPORTED);
      if (imported.code != 0) {
        return Outcome.missing(
            "no torch and transformers for %s: %s".formatted(python, lastLine(imported.errors)));
      }
      Path script = Files.createTempFile("tokenlane-peer", ".py");
      try {
        try (InputStream in = StaticPeer.class.getResourceAsStream(SCRIPT)) {
          Files.write(script, in == null ? new byte[0] : in.readAllBytes());
        }
        String input = JSON.writeValueAsString(wanted(config, load));
        return outcome(run(List.of(python, script.toString()), input, patience));
      } finally {
        Files.delete(script);
      }
    } catch (IOException e) {
      return Outcome.missing("no python: " + e.getMessage());
    }
  }

  private Map<String, Object> wanted(ModelConfig config, MixedLoad load) {
    List<int[]> requests =
        load.requests().stream().map(it -> new int[] {it.prompt(), it.answer()}).toList();
    return Map.of(
        "device",
        device,
        "dtype",
        "bfloat16",
        "batch",
        MixedLoad.BATCH,
        "config",
        config(config),
        "requests",
        requests);
  }

  /** As its library names a model's shape. */
  private static Map<String, Object> config(ModelConfig config) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("model_type", config.architecture());
    fields.put("vocab_size", config.vocabularySize());
    fields.put("max_position_embeddings", config.contextLength());
    fields.put("hidden_size", config.hiddenSize());
    fields.put("intermediate_size", config.intermediateSize());
    fields.put("num_hidden_layers", config.layers());
    fields.put("num_attention_heads", config.heads());
    fields.put("num_key_value_heads", config.kvHeads());
    fields.put("head_dim", config.headDim());
    fields.put("rms_norm_eps", config.normEpsilon());
    fields.put("rope_theta", config.ropeTheta());
    if (config.rotaryDim() < config.headDim()) {
      fields.put("partial_rotary_factor", (double) config.rotaryDim() / config.headDim());
    }
    return fields;
  }

  private Outcome outcome(Ran ran) {
    double figure = Double.NaN;
    for (String line : ran.output.lines().toList()) {
      try {
        JsonNode node = JSON.readTree(line);
        figure = node.get("tokens").doubleValue() / node.get("seconds").doubleValue();
      } catch (JacksonException | NullPointerException notItsLine) {
        // Libraries write what they want in between.
      }
    }
    if (!Double.isNaN(figure)) {
      return new Outcome(figure, "");
    }
    return Outcome.missing(
        ran.code == TIMED_OUT
            ? "no batch within %d s".formatted(patience.toSeconds())
            : "transformers: " + lastLine(ran.errors));
  }

  private record Ran(int code, String output, String errors) {}

  private static Ran run(List<String> command, String input, Duration most)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("tokenlane-peer");
    Path in = Files.writeString(folder.resolve("in"), input);
    Path out = folder.resolve("out");
    Path errors = folder.resolve("errors");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(in.toFile())
              .redirectOutput(out.toFile())
              .redirectError(errors.toFile())
              .start();
      boolean ended = process.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      int code = ended ? process.exitValue() : TIMED_OUT;
      return new Ran(code, Files.readString(out), Files.readString(errors));
    } finally {
      for (Path file : List.of(in, out, errors, folder)) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static String lastLine(String text) {
    return text.strip().lines().reduce("it said nothing", (all, line) -> line);
  }
}
