package io.tokenlane.engine.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Numbers, within bounds as a grid: a number with s digits behind the point is a whole multiple of
 * 10⁻ˢ, so that every bound becomes an inclusive one on whole numbers.
 */
final class NumberSchema {
  private static final int MOST_FRACTION = 15;
  private static final int MOST_MULTIPLE = 1000;

  private final JsonNode schema;
  private final String path;
  private final boolean integer;
  private int fraction;
  private int multiple = 1;

  private NumberSchema(JsonNode schema, String path, boolean integer) {
    this.schema = schema;
    this.path = path;
    this.integer = integer;
    fraction = integer ? 0 : MOST_FRACTION;
  }

  /**
   * @param type {@code number} or {@code integer}
   */
  static Expr values(String type, JsonNode schema, String path) {
    boolean integer = type.equals("integer");
    boolean free =
        !schema.has("minimum")
            && !schema.has("maximum")
            && !schema.has("exclusiveMinimum")
            && !schema.has("exclusiveMaximum")
            && !schema.has("multipleOf");
    return free
        ? new Expr.Call(integer ? JsonText.INTEGER : JsonText.NUMBER)
        : new NumberSchema(schema, path, integer).bounded();
  }

  private Expr bounded() {
    readMultiple();
    BigInteger low = larger(grid("minimum", true, 0), grid("exclusiveMinimum", true, 1));
    BigInteger high = smaller(grid("maximum", false, 0), grid("exclusiveMaximum", false, -1));
    if (low != null && high != null && low.compareTo(high) > 0) {
      throw new SchemaException(path, "no number between its bounds (expected: at least one)");
    }
    return new DecimalRange(low, high, fraction, multiple).values();
  }

  private void readMultiple() {
    BigDecimal step = number("multipleOf");
    if (step == null) {
      return;
    }
    BigDecimal plain = step.stripTrailingZeros();
    boolean whole = plain.scale() <= 0;
    boolean power = plain.unscaledValue().equals(BigInteger.ONE) && plain.scale() <= MOST_FRACTION;
    boolean fits = step.signum() > 0 && step.compareTo(BigDecimal.valueOf(MOST_MULTIPLE)) <= 0;
    if (!fits || !(whole || (power && !integer))) {
      throw new SchemaException(
          path + "/multipleOf",
          step + " (expected: 1 to " + MOST_MULTIPLE + ", or 0.1, 0.01 … of a number)");
    }
    fraction = whole ? 0 : plain.scale();
    multiple = whole ? plain.intValueExact() : 1;
  }

  /** A bound on the grid, moved so far inwards; null if there is none. */
  private @Nullable BigInteger grid(String keyword, boolean lower, int inwards) {
    BigDecimal bound = number(keyword);
    if (bound == null) {
      return null;
    }
    BigDecimal scaled = bound.movePointRight(fraction);
    BigDecimal rounded = scaled.setScale(0, lower ? RoundingMode.CEILING : RoundingMode.FLOOR);
    boolean exact = rounded.compareTo(scaled) == 0;
    return rounded.toBigInteger().add(BigInteger.valueOf(exact ? inwards : 0));
  }

  private @Nullable BigDecimal number(String keyword) {
    JsonNode value = schema.get(keyword);
    if (value == null) {
      return null;
    }
    BigDecimal number = value.isNumber() ? value.decimalValue() : null;
    if (number == null || number.precision() > 30 || Math.abs(number.scale()) > 30) {
      throw new SchemaException(
          path + "/" + keyword, value + " (expected: a number of at most 30 digits)");
    }
    return number;
  }

  private static @Nullable BigInteger larger(@Nullable BigInteger a, @Nullable BigInteger b) {
    return a == null ? b : b == null ? a : a.max(b);
  }

  private static @Nullable BigInteger smaller(@Nullable BigInteger a, @Nullable BigInteger b) {
    return a == null ? b : b == null ? a : a.min(b);
  }
}
