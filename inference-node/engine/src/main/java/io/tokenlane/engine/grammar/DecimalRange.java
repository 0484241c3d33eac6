package io.tokenlane.engine.grammar;

import io.tokenlane.engine.grammar.Expr.Bytes;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decimal numbers between two bounds, both on a grid of 10⁻ᶠ and inclusive. The digits are compared
 * with those of the bounds from the left: as long as they are equal to a bound's, it holds the next
 * digit too.
 */
final class DecimalRange {
  private static final int MOST_DIGITS = 15;
  private static final int MOST_REMAINDERS = 3000;

  private final @Nullable BigInteger low;
  private final @Nullable BigInteger high;
  private final int fraction;
  private final int multiple;

  /**
   * @param low least number of units of 10⁻ᶠ; null for no bound
   * @param high largest number of units
   * @param fraction f, digits behind the point
   * @param multiple what the number of units is a multiple of
   */
  DecimalRange(@Nullable BigInteger low, @Nullable BigInteger high, int fraction, int multiple) {
    this.low = low;
    this.high = high;
    this.fraction = fraction;
    this.multiple = multiple;
  }

  Expr values() {
    List<Expr> options = new ArrayList<>();
    if (high == null || high.signum() >= 0) {
      options.add(
          new Magnitudes(low == null ? BigInteger.ZERO : low.max(BigInteger.ZERO), high).values());
    }
    if (low == null || low.signum() < 0) {
      BigInteger least = high == null ? BigInteger.ONE : high.negate().max(BigInteger.ONE);
      Magnitudes negative = new Magnitudes(least, low == null ? null : low.negate());
      options.add(Expr.sequence(Expr.text("-"), negative.values()));
    }
    return Expr.choice(options);
  }

  /** Numbers that are not negative. */
  private final class Magnitudes {
    private final String least;
    private final @Nullable String most;
    private final Map<Place, Rule> rules = new HashMap<>();

    Magnitudes(BigInteger least, @Nullable BigInteger most) {
      this.least = padded(least);
      this.most = most == null ? null : padded(most);
    }

    /** All digits, with at least one before the point. */
    private String padded(BigInteger units) {
      String digits = units.toString();
      return "0".repeat(Math.max(0, fraction + 1 - digits.length())) + digits;
    }

    Expr values() {
      int longest = Math.max(least.length() - fraction, longestFree());
      if (most != null) {
        longest = Math.min(most.length() - fraction, longest);
      }
      List<Expr> options = new ArrayList<>();
      for (int whole = least.length() - fraction; whole <= longest; whole++) {
        boolean low = whole + fraction == least.length();
        boolean high = most != null && whole + fraction == most.length();
        options.add(after(new Place(whole, 0, low, high, 0)));
      }
      return new Expr.Choice(options);
    }

    private int longestFree() {
      return multiple == 1
          ? MOST_DIGITS
          : Math.clamp(MOST_REMAINDERS / multiple - fraction, 3, MOST_DIGITS - fraction / 2);
    }

    private Expr after(Place place) {
      Place key = place.low || place.high ? place : place.free();
      Rule rule = rules.get(key);
      if (rule == null) {
        rule = new Rule("digits " + key);
        rules.put(key, rule);
        rule.define(rest(key));
      }
      return new Expr.Call(rule);
    }

    private Expr rest(Place place) {
      if (place.done < place.whole) {
        return digits(place);
      }
      List<Expr> options = new ArrayList<>();
      if (mayEnd(place)) {
        options.add(Expr.EMPTY);
      }
      if (place.done < place.whole + fraction) {
        Expr digits = digits(place);
        options.add(place.done == place.whole ? Expr.sequence(Expr.text("."), digits) : digits);
      }
      return new Expr.Choice(options);
    }

    /** Whether zeros for the rest of the digits are within the bounds. */
    private boolean mayEnd(Place place) {
      boolean reached = !place.low || least.substring(place.done).chars().allMatch(c -> c == '0');
      return reached && remainder(place) == 0;
    }

    /** Of the number with zeros for the rest of its digits. */
    private int remainder(Place place) {
      int remainder = place.remainder;
      for (int i = place.done; i < place.whole + fraction; i++) {
        remainder = remainder * 10 % multiple;
      }
      return remainder;
    }

    private Expr digits(Place place) {
      int first = place.low ? digit(least, place) : 0;
      int last = place.high && most != null ? digit(most, place) : 9;
      if (place.done == 0 && place.whole > 1) {
        first = Math.max(1, first);
      }
      List<Expr> options = new ArrayList<>();
      int from = first;
      while (from <= last) {
        int to = from;
        Place next = next(place, from, first, last);
        while (to < last && next(place, to + 1, first, last).equals(next)) {
          to++;
        }
        options.add(Expr.sequence(new Bytes('0' + from, '0' + to), after(next)));
        from = to + 1;
      }
      return new Expr.Choice(options);
    }

    private Place next(Place place, int digit, int first, int last) {
      boolean low = place.low && digit == digit(least, place) && digit == first;
      boolean high = place.high && digit == last;
      int remainder = (place.remainder * 10 + digit) % multiple;
      return new Place(place.whole, place.done + 1, low, high, remainder);
    }

    private int digit(String bound, Place place) {
      return bound.charAt(place.done) - '0';
    }
  }

  /**
   * Where a number stands.
   *
   * @param whole digits before the point
   * @param done digits written
   * @param low whether they are those of the lower bound
   * @param high whether they are those of the upper bound
   * @param remainder of them, divided by the multiple
   */
  private record Place(int whole, int done, boolean low, boolean high, int remainder) {
    /** The same with as few digits as possible: without bounds only those to come matter. */
    Place free() {
      int written = Math.min(done, whole);
      return written == 0
          ? this
          : new Place(whole - written + 1, done - written + 1, false, false, remainder);
    }
  }
}
