package io.tokenlane.engine.chat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Python's format specifications: {@code [[fill]align][sign][#][0][width][,][.precision][type]}.
 */
final class NumberFormat {
  private static final Pattern SPEC =
      Pattern.compile(
          "(?:(?<fill>.)?(?<align>[<>=^]))?(?<sign>[-+ ])?(?<alt>#)?(?<zero>0)?(?<width>\\d{1,9})?"
              + "(?<group>[,_])?(?:\\.(?<precision>\\d{1,3}))?(?<type>[a-zA-Z%])?",
          Pattern.DOTALL);

  private NumberFormat() {}

  /** A value formatted by a specification. */
  static String format(Object value, String spec, Budget budget) {
    Matcher fields = SPEC.matcher(spec);
    if (!fields.matches()) {
      throw new TemplateException("invalid format specifier '" + spec + "'");
    }
    boolean number = Numbers.isNumber(value) && !(value instanceof Boolean && spec.isEmpty());
    String body = number ? number(value, fields) : text(value, fields, budget);
    String align = fields.group("align");
    String fill = fields.group("fill") == null ? " " : fields.group("fill");
    if (align == null && fields.group("zero") != null) {
      align = "=";
      fill = "0";
    }
    String width = fields.group("width");
    long missing =
        width == null
            ? 0
            : Math.max(0, Long.parseLong(width) - body.codePointCount(0, body.length()));
    budget.allocate(missing + body.length());
    return pad(body, fill, align == null ? (number ? ">" : "<") : align, (int) missing);
  }

  private static String pad(String body, String fill, String align, int missing) {
    return switch (align) {
      case "<" -> body + fill.repeat(missing);
      case ">" -> fill.repeat(missing) + body;
      case "^" -> fill.repeat(missing / 2) + body + fill.repeat(missing - missing / 2);
      default -> {
        int sign = body.startsWith("-") || body.startsWith("+") ? 1 : 0;
        yield body.substring(0, sign) + fill.repeat(missing) + body.substring(sign);
      }
    };
  }

  private static String text(Object value, Matcher fields, Budget budget) {
    String type = fields.group("type");
    if (type != null && !type.equals("s")) {
      throw new TemplateException(
          "unknown format code '" + type + "' for type '" + Values.typeName(value) + "'");
    }
    String text = Values.print(value, budget);
    String precision = fields.group("precision");
    return precision == null || text.codePointCount(0, text.length()) <= Integer.parseInt(precision)
        ? text
        : text.substring(0, text.offsetByCodePoints(0, Integer.parseInt(precision)));
  }

  private static String number(Object value, Matcher fields) {
    String type = fields.group("type") == null ? "" : fields.group("type");
    String digits = digits(value, type, fields);
    if (fields.group("group") != null) {
      digits =
          digits.replaceAll(
              "(?<=\\d)(?=(?:\\d{3})+(?:\\D|$))(?<!\\.\\d{0,99})", fields.group("group"));
    }
    String sign = fields.group("sign");
    return digits.startsWith("-") || sign == null || sign.equals("-") ? digits : sign + digits;
  }

  private static String digits(Object value, String type, Matcher fields) {
    String precision = fields.group("precision");
    if (!(value instanceof Double) && (type.isEmpty() || "dxXobc".contains(type))) {
      return integer(Values.requireInteger(value, "format"), type, fields.group("alt") != null);
    }
    double real = Numbers.real(value);
    int places = precision == null ? 6 : Integer.parseInt(precision);
    return switch (type) {
      case "f", "F" -> fixed(real, places);
      case "%" -> fixed(real * 100, places) + "%";
      case "e", "E" -> {
        String text = ("%." + places + "e").formatted(real);
        yield type.equals("E") ? text.toUpperCase(Locale.ROOT) : text;
      }
      case "" -> precision == null ? PythonText.real(real) : general(real, places);
      case "g", "G" -> general(real, places);
      default ->
          throw new TemplateException(
              "unknown format code '" + type + "' for type '" + Values.typeName(value) + "'");
    };
  }

  private static String integer(long value, String type, boolean prefixed) {
    String sign = value < 0 ? "-" : "";
    long size = Math.abs(value);
    return switch (type) {
      case "x" -> sign + (prefixed ? "0x" : "") + Long.toHexString(size);
      case "X" -> sign + (prefixed ? "0X" : "") + Long.toHexString(size).toUpperCase(Locale.ROOT);
      case "o" -> sign + (prefixed ? "0o" : "") + Long.toOctalString(size);
      case "b" -> sign + (prefixed ? "0b" : "") + Long.toBinaryString(size);
      case "c" -> character(value);
      default -> Long.toString(value);
    };
  }

  private static String character(long codePoint) {
    if (codePoint < 0 || codePoint > Character.MAX_CODE_POINT) {
      throw new TemplateException(
          "character: " + codePoint + " (expected: 0 to " + Character.MAX_CODE_POINT + ")");
    }
    return Character.toString((int) codePoint);
  }

  private static String fixed(double real, int places) {
    return Double.isNaN(real) || Double.isInfinite(real)
        ? PythonText.real(real)
        : new BigDecimal(real).setScale(places, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String general(double real, int places) {
    if (real == 0 || Double.isNaN(real) || Double.isInfinite(real)) {
      return real == 0 ? "0" : PythonText.real(real);
    }
    int digits = Math.max(1, places);
    BigDecimal rounded = new BigDecimal(real).round(new java.math.MathContext(digits));
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < digits) {
      return rounded.stripTrailingZeros().toPlainString();
    }
    String mantissa = rounded.movePointLeft(exponent).stripTrailingZeros().toPlainString();
    return "%se%s%02d".formatted(mantissa, exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
