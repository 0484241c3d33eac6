package io.tokenlane.engine.grammar;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Numbers, within bounds as a grid: a number with s digits behind the point is a whole multiple of
 * 10⁻ˢ, so that every bound becomes an inclusive one on whole numbers.
 */
final class NumberSchema {
  private static final int MOST_FRACTION = 15;
  private static final int MOST_MULTIPLE = 1000;

  /** Least and largest number of the formats that say how many bits a number has. */
  private static final Map<String, BigInteger[]> WIDTHS =
      Map.of(
          "int8", signed(8),
          "int16", signed(16),
          "int32", signed(32),
          "uint8", unsigned(8),
          "uint16", unsigned(16),
          "uint32", unsigned(32));

  private final JsonNode schema;
  private final SchemaPath path;
  private final boolean integer;
  private int fraction;
  private int multiple = 1;

  private NumberSchema(JsonNode schema, SchemaPath path, boolean integer) {
    this.schema = schema;
    this.path = path;
    this.integer = integer;
    fraction = integer ? 0 : MOST_FRACTION;
  }

  /**
   * @param type {@code number} or {@code integer}
   */
  static Expr values(String type, JsonNode schema, SchemaPath path) {
    boolean integer = type.equals("integer");
    boolean free =
        !schema.has("minimum")
            && !schema.has("maximum")
            && !schema.has("exclusiveMinimum")
            && !schema.has("exclusiveMaximum")
            && !schema.has("multipleOf")
            && !WIDTHS.containsKey(schema.path("format").asString(""));
    return free
        ? new Expr.Call(integer ? JsonText.INTEGER : JsonText.NUMBER)
        : new NumberSchema(schema, path, integer).bounded();
  }

  private Expr bounded() {
    readMultiple();
    BigInteger low = larger(grid("minimum", true, 0), grid("exclusiveMinimum", true, 1));
    BigInteger high = smaller(grid("maximum", false, 0), grid("exclusiveMaximum", false, -1));
    BigInteger[] width = WIDTHS.get(schema.path("format").asString(""));
    if (width != null) {
      BigInteger unit = BigInteger.TEN.pow(fraction);
      low = larger(low, width[0].multiply(unit));
      high = smaller(high, width[1].multiply(unit));
    }
    if (low != null && high != null && low.compareTo(high) > 0) {
      return SchemaReader.nothing(path, "no number between its bounds");
    }
    return new DecimalRange(low, high, fraction, multiple).values();
  }

  private void readMultiple() {
    BigDecimal step = number("multipleOf");
    if (step == null) {
      return;
    }
    int places = Math.max(0, step.stripTrailingZeros().scale());
    BigInteger units = step.movePointRight(places).toBigIntegerExact();
    if (integer) {
      units = units.divide(units.gcd(BigInteger.TEN.pow(places)).max(BigInteger.ONE));
      places = 0;
    }
    boolean fits = units.signum() > 0 && units.compareTo(BigInteger.valueOf(MOST_MULTIPLE)) <= 0;
    if (!fits || places > MOST_FRACTION) {
      throw new SchemaException(
          path.to("multipleOf"),
          "%s (expected: over 0, at most %d in units of its last digit)"
              .formatted(step, MOST_MULTIPLE));
    }
    fraction = places;
    multiple = units.intValueExact();
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
    BigDecimal number = value.isNumber() && Keywords.isFinite(value) ? value.decimalValue() : null;
    if (number == null || number.precision() > 30 || Math.abs(number.scale()) > 30) {
      throw new SchemaException(
          path.to(keyword), value + " (expected: a number of at most 30 digits)");
    }
    return number;
  }

  private static BigInteger[] signed(int bits) {
    BigInteger half = BigInteger.TWO.pow(bits - 1);
    return new BigInteger[] {half.negate(), half.subtract(BigInteger.ONE)};
  }

  private static BigInteger[] unsigned(int bits) {
    return new BigInteger[] {BigInteger.ZERO, BigInteger.TWO.pow(bits).subtract(BigInteger.ONE)};
  }

  private static @Nullable BigInteger larger(@Nullable BigInteger a, @Nullable BigInteger b) {
    return a == null ? b : b == null ? a : a.max(b);
  }

  private static @Nullable BigInteger smaller(@Nullable BigInteger a, @Nullable BigInteger b) {
    return a == null ? b : b == null ? a : a.min(b);
  }
}
