package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.model.Architecture;
import io.tokenlane.engine.model.Formulas;
import io.tokenlane.engine.model.ModelConfig;
import io.tokenlane.engine.model.RopeScaling;
import io.tokenlane.engine.tensor.RopeStyle;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

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

  /** Shapes that formulas depend on. */
  record Shape(int hidden, int layers, int heads, int headDim) {}

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

  /** What sets this model's formulas apart. */
  abstract Formulas formulas(Architecture architecture, Shape shape);

  /** Leading elements of a head that turn. */
  abstract int rotaryDim(int headDim);

  /**
   * @param rotaryDim leading elements of a head that turn
   */
  abstract RopeScaling ropeScaling(int rotaryDim);

  /** The most tokens of a sequence, given what the file says. */
  abstract int servedContext(int context);

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
    int layers = required(names.layers, MOST_LAYERS);
    int vocabulary = vocabulary(names.vocabulary);
    return new ModelConfig(
        architecture.id(),
        vocabulary,
        vocabulary,
        servedContext(required(names.context, LONGEST_CONTEXT)),
        hidden,
        required(names.intermediate, WIDEST),
        layers,
        heads,
        kvHeads,
        headDim,
        positive(names.epsilon, number(names.epsilon).orElse(1e-6)),
        ropeTheta(),
        ropeStyle(architecture),
        rotary,
        ropeScaling(rotary),
        formulas(architecture, new Shape(hidden, layers, heads, headDim)));
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

  /** A window for each layer that has one; empty if none has. */
  final List<Integer> windows(int window, int layers, IntPredicate slides) {
    check(window >= 0, "sliding_window", window, "1 or more, or none");
    return window == 0
        ? List.of()
        : IntStream.range(0, layers).mapToObj(i -> slides.test(i) ? window : 0).toList();
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
