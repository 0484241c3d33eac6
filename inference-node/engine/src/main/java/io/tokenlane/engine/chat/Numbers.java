package io.tokenlane.engine.chat;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Python's arithmetic on int (64 bits here), float and bool. */
final class Numbers {
  private Numbers() {}

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  private static boolean isInteger(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  private static long integer(Object value) {
    return value instanceof Boolean b ? (b ? 1 : 0) : (Long) value;
  }

  static double real(Object value) {
    return value instanceof Double d ? d : (double) integer(value);
  }

  static int compare(Object left, Object right) {
    if (isInteger(left) && isInteger(right)) {
      return Long.compare(integer(left), integer(right));
    }
    double a = real(left);
    double b = real(right);
    return Double.isNaN(a) || Double.isNaN(b) || Double.isInfinite(a) || Double.isInfinite(b)
        ? Double.compare(a, b)
        : new BigDecimal(a).compareTo(new BigDecimal(b));
  }

  /** An integer literal in base 2, 8, 10 or 16. */
  static Long parseInteger(String digits) {
    if (digits.length() > 1 && digits.charAt(0) == '0' && Character.isLetter(digits.charAt(1))) {
      int radix =
          switch (Character.toLowerCase(digits.charAt(1))) {
            case 'b' -> 2;
            case 'o' -> 8;
            default -> 16;
          };
      return Long.valueOf(digits.substring(2), radix);
    }
    return Long.valueOf(digits);
  }

  /** One of {@code + - * / // % **} on two numbers. */
  static Object apply(String operator, Object left, Object right) {
    try {
      return isInteger(left) && isInteger(right) && !operator.equals("/")
          ? onIntegers(operator, integer(left), integer(right))
          : onReals(operator, real(left), real(right));
    } catch (ArithmeticException e) {
      throw new TemplateException(
          shown(left) + " " + operator + " " + shown(right) + ": " + e.getMessage());
    }
  }

  private static Object onIntegers(String operator, long left, long right) {
    return switch (operator) {
      case "+" -> Math.addExact(left, right);
      case "-" -> Math.subtractExact(left, right);
      case "*" -> Math.multiplyExact(left, right);
      case "//" -> Math.floorDivExact(left, right);
      case "%" -> Math.floorMod(left, right);
      default -> right < 0 ? (Object) Math.pow((double) left, (double) right) : power(left, right);
    };
  }

  private static Object power(long base, long exponent) {
    long result = 1;
    long square = base;
    for (long rest = exponent; rest > 0; rest >>= 1) {
      if ((rest & 1) == 1) {
        result = Math.multiplyExact(result, square);
      }
      if (rest > 1) {
        square = Math.multiplyExact(square, square);
      }
    }
    return result;
  }

  private static Object onReals(String operator, double left, double right) {
    if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> Math.floor(left / right);
      case "%" -> left - right * Math.floor(left / right);
      default -> Math.pow(left, right);
    };
  }

  private static String shown(Object number) {
    return switch (number) {
      case Double d -> PythonText.real(d);
      case Boolean b -> b ? "True" : "False";
      default -> number.toString();
    };
  }

  /** Python's {@code round}: half to even, an integer stays one. */
  static Object round(Object number, int precision) {
    if (number instanceof Long integer) {
      return precision >= 0
          ? integer
          : halfEven(BigDecimal.valueOf(integer), precision).longValueExact();
    }
    double real = real(number);
    return Double.isNaN(real) || Double.isInfinite(real)
        ? real
        : Math.copySign(halfEven(new BigDecimal(real), precision).doubleValue(), real);
  }

  private static BigDecimal halfEven(BigDecimal number, int precision) {
    return number.setScale(precision, RoundingMode.HALF_EVEN);
  }

  static Object negate(Object value) {
    return switch (value) {
      case Double d -> -d;
      case Undefined u -> throw u.refuse();
      default -> apply("-", 0L, requireNumber(value, "unary -"));
    };
  }

  static Object requireNumber(Object value, String what) {
    if (!isNumber(value)) {
      throw new TemplateException(what + ": " + Values.typeName(value) + " (expected: a number)");
    }
    return value instanceof Boolean b ? (Object) (b ? 1L : 0L) : value;
  }
}
