package io.tokenlane.node.openai;

import io.tokenlane.engine.EarlyExit;
import io.tokenlane.engine.EarlyExit.Mode;
import io.tokenlane.engine.Reasoning;
import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.reason.ReasoningRules.Stop;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.load.Adaptive;
import io.tokenlane.node.load.ExitDefaults;
import io.tokenlane.node.load.LoadedModel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a request wants work saved: {@code tokenlane.reasoning} and {@code tokenlane.early_exit}.
 * What it does not say is as the node is configured.
 */
record AdaptiveFields(ReasoningRules rules, ExitDefaults exit) {
  private static final Set<String> OWN =
      Set.of("priority", "cache_salt", "reasoning", "early_exit");
  private static final Set<String> EARLY_EXIT =
      Set.of("mode", "threshold", "min_layer", "patience");
  private static final int MOST_LAYERS = 10_000;
  private static final Set<String> REASONING =
      Set.of("max_steps", "min_steps", "max_tokens", "stop", "threshold", "patience");

  static AdaptiveFields read(Fields body, Adaptive configured) {
    Optional<Fields> own = body.object("tokenlane");
    own.ifPresent(fields -> onlyKnown(fields, OWN));
    return new AdaptiveFields(
        own.flatMap(fields -> fields.object("reasoning"))
            .map(fields -> rules(fields, configured.rules()))
            .orElse(configured.rules()),
        own.flatMap(fields -> fields.object("early_exit"))
            .map(fields -> exit(fields, configured.exit()))
            .orElse(configured.exit()));
  }

  /** How tokens may leave the model early. */
  EarlyExit earlyExit(LoadedModel model) {
    int layers = model.engine().model().config().layers();
    try {
      return exit.of(layers, model.adaptive().calibration());
    } catch (IllegalArgumentException e) {
      throw ApiException.refused(new IllegalArgumentException("tokenlane." + e.getMessage()));
    }
  }

  private static ExitDefaults exit(Fields fields, ExitDefaults configured) {
    onlyKnown(fields, EARLY_EXIT);
    fields.choice("mode", List.of("off", "threshold", "exact"));
    Mode mode =
        fields
            .text("mode")
            .map(name -> Mode.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElse(configured.mode());
    Float threshold = mode == configured.mode() ? configured.threshold() : null;
    OptionalInt least = fields.integer("min_layer", 1, MOST_LAYERS);
    return new ExitDefaults(
        mode,
        fields.value("threshold") == null
            ? threshold
            : Float.valueOf(fields.number("threshold", 0, "0 to 1")),
        least.isPresent() ? Integer.valueOf(least.getAsInt()) : configured.minLayer(),
        fields.integer("patience", 1, 100).orElse(configured.patience()));
  }

  /**
   * What the engine is to watch; null for nothing.
   *
   * @param startsInside whether the prompt ended with the opening tag
   */
  @Nullable Reasoning watched(LoadedModel model, boolean startsInside) {
    if (!rules.limits()) {
      return null;
    }
    Tokenizer tokenizer = model.tokenizer();
    ReasoningFormat format = model.adaptive().format();
    int[] closing = tokenizer.id(format.close()).stream().toArray();
    return new Reasoning(
        rules,
        format,
        closing.length > 0 ? closing : tokenizer.encode(format.close(), Tokenizer.Specials.PARSE),
        tokenizer::bytes,
        startsInside);
  }

  private static ReasoningRules rules(Fields fields, ReasoningRules configured) {
    onlyKnown(fields, REASONING);
    fields.choice("stop", List.of("off", "converged", "confident"));
    Stop stop =
        fields
            .text("stop")
            .map(name -> Stop.valueOf(name.toUpperCase(Locale.ROOT)))
            .orElse(configured.stop());
    boolean same = stop == configured.stop();
    float threshold = same ? configured.threshold() : stop.defaultThreshold();
    int patience = same ? configured.patience() : stop.defaultPatience();
    try {
      return new ReasoningRules(
          steps(fields, "max_steps", configured.maxSteps()),
          steps(fields, "min_steps", configured.minSteps()),
          steps(fields, "max_tokens", configured.maxTokens()),
          stop,
          fields.number("threshold", threshold, "0 to 1"),
          fields.integer("patience", 1, 100).orElse(patience));
    } catch (IllegalArgumentException e) {
      throw ApiException.refused(
          new IllegalArgumentException("tokenlane." + e.getMessage(), e.getCause()));
    }
  }

  private static int steps(Fields fields, String name, int otherwise) {
    return fields.integer(name, 0, ReasoningRules.UNLIMITED).orElse(otherwise);
  }

  private static void onlyKnown(Fields fields, Set<String> known) {
    for (String name : fields.names()) {
      if (!known.contains(name)) {
        throw ApiException.unknown(fields.path(name));
      }
    }
  }
}
