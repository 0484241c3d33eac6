package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Architecture;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * A model's shapes read from a file that cannot be trusted: every value is held against its range
 * under the name that the file has for it.
 */
abstract class ConfigFields {
  private static final int MOST_LAYERS = 1 << 12;
  private static final int WIDEST = 1 << 24;
  private static final int LONGEST_CONTEXT = 1 << 30;

  private final String file;

  ConfigFields(String file) {
    this.file = file;
  }

  /** Names of the fields in the file. */
  record Names(
      String architecture,
      String vocabulary,
      String context,
      String hidden,
      String intermediate,
      String layers,
      String heads,
      String kvHeads,
      String headDim,
      String epsilon) {}

  abstract Names names();

  abstract OptionalInt integer(String field);

  abstract OptionalDouble number(String field);

  /** The architecture's name. */
  abstract String architecture();

  /** Rows of the embedding where the field is missing. */
  abstract int vocabularyFallback();

  abstract float ropeTheta();

  /** Which elements of a head turn together in files of this kind. */
  abstract RopeStyle ropeStyle(Architecture architecture);

  /** The most tokens that attention looks back over, if it has such a limit. */
  abstract OptionalInt slidingWindow();

  /** Leading elements of a head that turn. */
  abstract int rotaryDim(int headDim);

  abstract RopeScaling ropeScaling();

  final String file() {
    return file;
  }

  final ModelConfig read() {
    Names names = names();
    Architecture architecture = knownArchitecture(names);
    int hidden = required(names.hidden, WIDEST);
    int heads = required(names.heads, WIDEST);
    int kvHeads = optional(names.kvHeads, heads, WIDEST);
    int headDim = optional(names.headDim, Math.max(1, hidden / heads), WIDEST);
    check(heads % kvHeads == 0, names.kvHeads, kvHeads, "a divisor of " + heads + " heads");
    check((long) heads * headDim <= WIDEST, names.heads, heads, "heads of " + headDim + " to fit");
    int rotary = rotaryDim(headDim);
    check(
        rotary >= 0 && rotary <= headDim && rotary % 2 == 0,
        "rotary width",
        rotary,
        "an even number up to " + headDim);
    int context = required(names.context, LONGEST_CONTEXT);
    checkWindow(context);
    return new ModelConfig(
        architecture.id(),
        vocabulary(names.vocabulary),
        context,
        hidden,
        required(names.intermediate, WIDEST),
        required(names.layers, MOST_LAYERS),
        heads,
        kvHeads,
        headDim,
        positive(names.epsilon, number(names.epsilon).orElse(1e-6)),
        ropeTheta(),
        ropeStyle(architecture),
        rotary,
        ropeScaling());
  }

  /** A number over 0 that fits a float. */
  final float positive(String field, double value) {
    float number = (float) value;
    check(number > 0 && number < Float.POSITIVE_INFINITY, field, value, "> 0");
    return number;
  }

  final int required(String field, int most) {
    OptionalInt value = integer(field);
    if (value.isEmpty()) {
      throw CheckpointException.of(file, field, "missing", "an integer from 1 to " + most);
    }
    return inRange(field, value.getAsInt(), most);
  }

  final int optional(String field, int fallback, int most) {
    return inRange(field, integer(field).orElse(fallback), most);
  }

  final void check(boolean right, String field, Object value, String expected) {
    if (!right) {
      throw CheckpointException.of(file, field, value, expected);
    }
  }

  private int vocabulary(String field) {
    return integer(field).isPresent()
        ? required(field, WIDEST)
        : inRange(field, vocabularyFallback(), WIDEST);
  }

  private int inRange(String field, int value, int most) {
    check(value >= 1 && value <= most, field, value, "1 to " + most);
    return value;
  }

  /** A window as long as the context is no limit; shorter ones are not implemented. */
  private void checkWindow(int context) {
    OptionalInt window = slidingWindow();
    check(
        window.isEmpty() || window.getAsInt() >= context,
        "sliding_window",
        window.orElse(0),
        "none, or at least the context of %d: attention is full".formatted(context));
  }

  private Architecture knownArchitecture(Names names) {
    String architecture = architecture();
    return Architecture.of(architecture)
        .orElseThrow(
            () ->
                CheckpointException.of(
                    file, names.architecture, architecture, "one of " + Architecture.known()));
  }
}
