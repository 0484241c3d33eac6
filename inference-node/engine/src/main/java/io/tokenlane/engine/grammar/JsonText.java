package io.tokenlane.engine.grammar;

import io.tokenlane.engine.grammar.Expr.Bytes;
import io.tokenlane.engine.grammar.Expr.Call;
import io.tokenlane.engine.grammar.Expr.Repeat;

/** JSON as it is generated (RFC 8259): any value, in few of its spellings. */
final class JsonText {
  private static final int DEEPEST_INDENT = 16;
  private static final int MOST_DIGITS = 15;

  /** One character of string content. */
  static final Rule CHARACTER = new Rule("character", true);

  /** One character of string content, never escaped. */
  static final Rule PLAIN_CHARACTER = new Rule("plain character", true);

  /** What may stand between tokens: nothing, a space, or a new line with an indent. */
  static final Rule SPACE = new Rule("space");

  static final Rule STRING = new Rule("string");
  static final Rule NUMBER = new Rule("number");
  static final Rule INTEGER = new Rule("integer");
  static final Rule VALUE = new Rule("value");
  static final Rule OBJECT = new Rule("object");
  static final Rule ARRAY = new Rule("array");
  static final Expr BOOLEAN = Expr.choice(Expr.text("true"), Expr.text("false"));
  static final Expr NULL = Expr.text("null");

  static {
    PLAIN_CHARACTER.define(plainCharacter());
    CHARACTER.define(
        Expr.choice(
            new Bytes(0x20, 0x21),
            new Bytes(0x23, 0x5B),
            new Bytes(0x5D, 0x7F),
            Utf8Ranges.beyondAscii(),
            escape()));
    SPACE.define(
        Expr.choice(
            Expr.EMPTY,
            Expr.text(" "),
            Expr.sequence(Expr.text("\n"), new Repeat(Expr.text(" "), 0, DEEPEST_INDENT))));
    STRING.define(string(0, Repeat.UNBOUNDED));
    INTEGER.define(integer());
    NUMBER.define(
        Expr.sequence(
            integer(),
            Expr.optional(Expr.sequence(Expr.text("."), digits(1, MOST_DIGITS))),
            Expr.optional(
                Expr.sequence(Expr.oneOf("eE"), Expr.optional(Expr.oneOf("+-")), digits(1, 2)))));
    OBJECT.define(braced(Expr.sequence(new Call(STRING), colon(), new Call(VALUE)), "{", "}"));
    ARRAY.define(braced(new Call(VALUE), "[", "]"));
    VALUE.define(
        Expr.choice(
            new Call(OBJECT), new Call(ARRAY), new Call(STRING), new Call(NUMBER), BOOLEAN, NULL));
  }

  private JsonText() {}

  /** A string of so many characters. */
  static Expr string(int least, int most) {
    return quoted(new Repeat(new Call(CHARACTER), least, most));
  }

  static Expr quoted(Expr content) {
    return Expr.sequence(Expr.text("\""), content, Expr.text("\""));
  }

  static Expr space() {
    return new Call(SPACE);
  }

  /** Between a name and its value. */
  static Expr colon() {
    return Expr.sequence(Expr.text(":"), space());
  }

  /** Between values. */
  static Expr comma() {
    return Expr.sequence(Expr.text(","), space());
  }

  static Expr digits(int least, int most) {
    return new Repeat(new Bytes('0', '9'), least, most);
  }

  private static Expr braced(Expr member, String open, String close) {
    Expr more = new Repeat(Expr.sequence(comma(), member), 0, Repeat.UNBOUNDED);
    return Expr.sequence(
        Expr.text(open),
        space(),
        Expr.optional(Expr.sequence(member, more, space())),
        Expr.text(close));
  }

  /** As many digits as every reader keeps. */
  private static Expr integer() {
    return Expr.sequence(
        Expr.optional(Expr.text("-")),
        Expr.choice(
            Expr.text("0"), Expr.sequence(new Bytes('1', '9'), digits(0, MOST_DIGITS - 1))));
  }

  private static Expr plainCharacter() {
    return Expr.choice(
        new Bytes(0x20, 0x21),
        new Bytes(0x23, 0x5B),
        new Bytes(0x5D, 0x7F),
        Utf8Ranges.beyondAscii());
  }

  /** Of the escapes by number, those of whole characters: halves of pairs may stay unpaired. */
  private static Expr escape() {
    Expr hex = hex();
    Expr below = Expr.sequence(Expr.oneOf("0123456789abcefABCEF"), hex, hex, hex);
    Expr within = Expr.sequence(Expr.oneOf("dD"), new Bytes('0', '7'), hex, hex);
    return Expr.sequence(
        Expr.text("\\"),
        Expr.choice(
            Expr.oneOf("\"\\/bfnrt"), Expr.sequence(Expr.text("u"), Expr.choice(below, within))));
  }

  private static Expr hex() {
    return Expr.choice(new Bytes('0', '9'), new Bytes('a', 'f'), new Bytes('A', 'F'));
  }

  /** Characters of a text that is all unescaped string content; -1 if it is not. */
  static int contentCharacters(byte[] text) {
    int characters = 0;
    int at = 0;
    while (at < text.length) {
      int value = text[at] & 0xFF;
      int length = value < 0x80 ? (isPlain(value) ? 1 : 0) : Utf8Ranges.length(text, at);
      if (length == 0) {
        return -1;
      }
      at += length;
      characters++;
    }
    return characters;
  }

  private static boolean isPlain(int value) {
    return value >= 0x20 && value != '"' && value != '\\';
  }
}
