package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.Metaspace;
import io.tokenlane.engine.token.PreTokenizer;
import io.tokenlane.engine.token.PrefixSpace;
import io.tokenlane.engine.token.RegexSplit;
import io.tokenlane.engine.token.RegexSplit.Behavior;
import io.tokenlane.engine.token.TextNormalizer;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads {@code normalizer} and {@code pre_tokenizer} of tokenizer.json. */
final class TokenizerParts {
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

  private static final char META_SPACE = '\u2581';

  private final JsonFile json;

  TokenizerParts(JsonFile json) {
    this.json = json;
  }

  /** Whether tokens are written in the characters that stand for bytes. */
  boolean isByteLevel() {
    return json.object("pre_tokenizer").map(TokenizerParts::hasByteLevel).orElse(false);
  }

  private static boolean hasByteLevel(JsonFile part) {
    return type(part).equals("ByteLevel")
        || (type(part).equals("Sequence")
            && steps(part, "pretokenizers").stream().anyMatch(TokenizerParts::hasByteLevel));
  }

  /** What the vocabulary writes a space as: U+2581 where a part of the tokenizer writes it so. */
  char space() {
    boolean written =
        Stream.of("normalizer", "pre_tokenizer", "decoder")
            .flatMap(name -> json.object(name).stream())
            .map(part -> part.node().toString())
            .anyMatch(text -> text.indexOf(META_SPACE) >= 0 || text.contains("\"Metaspace\""));
    return written ? META_SPACE : ' ';
  }

  TextNormalizer normalizer() {
    return json.object("normalizer").map(TokenizerParts::normalizer).orElse(TextNormalizer.NONE);
  }

  private static TextNormalizer normalizer(JsonFile part) {
    return switch (type(part)) {
      case "NFC" -> TextNormalizer.unicode(Normalizer.Form.NFC);
      case "NFD" -> TextNormalizer.unicode(Normalizer.Form.NFD);
      case "NFKC" -> TextNormalizer.unicode(Normalizer.Form.NFKC);
      case "NFKD" -> TextNormalizer.unicode(Normalizer.Form.NFKD);
      case "Lowercase" -> TextNormalizer.lowercase();
      case "Strip" ->
          TextNormalizer.strip(
              part.flag("strip_left").orElse(true), part.flag("strip_right").orElse(true));
      case "Prepend" -> TextNormalizer.prepend(string(part, "prepend"));
      case "Replace" -> replace(part);
      case "StripAccents" -> TextNormalizer.replaceRegex("\\p{M}", "");
      case "Nmt" -> nmt();
      case "Precompiled" -> precompiled(part);
      case "Sequence" ->
          TextNormalizer.sequence(
              steps(part, "normalizers").stream().map(TokenizerParts::normalizer).toList());
      default ->
          throw unknown(
              part,
              "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Prepend, Replace, Nmt,"
                  + " Precompiled or Sequence");
    };
  }

  /** As SentencePiece cleans text for translation: no controls, one kind of space. */
  private static TextNormalizer nmt() {
    return TextNormalizer.sequence(
        List.of(
            TextNormalizer.replaceRegex("[\\x01-\\x08\\x0B\\x0E-\\x1F\\x7F\\x8F\\x9F]", ""),
            TextNormalizer.replaceRegex(
                "[\\t\\n\\f\\r\\u1680\\u200B-\\u200F\\u2028\\u2029\\u2581\\uFEFF\\uFFFD]", " ")));
  }

  private static TextNormalizer precompiled(JsonFile part) {
    String map = string(part, "precompiled_charsmap");
    try {
      return TextNormalizer.charsMap(Base64.getDecoder().decode(map), true);
    } catch (IllegalArgumentException e) {
      throw CheckpointException.of(part.file(), "precompiled_charsmap", map, "a table in base 64");
    }
  }

  private static TextNormalizer replace(JsonFile part) {
    String content = string(part, "content");
    JsonFile pattern = pattern(part);
    return pattern
        .string("Regex")
        .map(regex -> TextNormalizer.replaceRegex(regex, content))
        .orElseGet(() -> TextNormalizer.replace(string(pattern, "String"), content));
  }

  PreTokenizer preTokenizer() {
    return json.object("pre_tokenizer").map(TokenizerParts::preTokenizer).orElse(PreTokenizer.NONE);
  }

  private static PreTokenizer preTokenizer(JsonFile part) {
    return switch (type(part)) {
      case "ByteLevel" -> byteLevel(part);
      case "Split" -> new RegexSplit(regex(part), behavior(part), flag(part, "invert", false));
      case "Digits" ->
          RegexSplit.isolated(flag(part, "individual_digits", false) ? "\\p{N}" : "\\p{N}+");
      case "Punctuation" -> new RegexSplit("[\\p{P}!-/:-@\\[-`{-~]", behavior(part), false);
      case "Metaspace" -> metaspace(part);
      case "CharDelimiterSplit" ->
          new RegexSplit(Pattern.quote(string(part, "delimiter")), Behavior.REMOVED, false);
      case "BertPreTokenizer" ->
          PreTokenizer.sequence(
              List.of(
                  new RegexSplit("\\s", Behavior.REMOVED, false),
                  RegexSplit.isolated("[\\p{P}!-/:-@\\[-`{-~]")));
      case "Whitespace" -> new RegexSplit("\\w+|[^\\w\\s]+", Behavior.REMOVED, true);
      case "WhitespaceSplit" -> new RegexSplit("\\s", Behavior.REMOVED, false);
      case "Sequence" ->
          PreTokenizer.sequence(
              steps(part, "pretokenizers").stream().map(TokenizerParts::preTokenizer).toList());
      default ->
          throw unknown(
              part,
              "ByteLevel, Metaspace, Split, Digits, Punctuation, Whitespace, WhitespaceSplit,"
                  + " CharDelimiterSplit, BertPreTokenizer or Sequence");
    };
  }

  private static PreTokenizer metaspace(JsonFile part) {
    String replacement = part.string("replacement").orElse("\u2581");
    if (replacement.length() != 1) {
      throw CheckpointException.of(part.file(), "replacement", replacement, "one character");
    }
    boolean prefixed = flag(part, "add_prefix_space", true);
    String scheme = part.string("prepend_scheme").orElse(prefixed ? "always" : "never");
    Metaspace.Prefix prefix =
        switch (scheme) {
          case "always" -> Metaspace.Prefix.ALWAYS;
          case "first" -> Metaspace.Prefix.FIRST;
          case "never" -> Metaspace.Prefix.NEVER;
          default ->
              throw CheckpointException.of(
                  part.file(), "prepend_scheme", scheme, "always, first or never");
        };
    return new Metaspace(replacement.charAt(0), prefix, flag(part, "split", true));
  }

  private static PreTokenizer byteLevel(JsonFile part) {
    List<PreTokenizer> steps = new ArrayList<>();
    if (flag(part, "add_prefix_space", true)) {
      steps.add(PrefixSpace.INSTANCE);
    }
    if (flag(part, "use_regex", true)) {
      steps.add(RegexSplit.isolated(GPT2));
    }
    return PreTokenizer.sequence(steps);
  }

  private static String regex(JsonFile part) {
    JsonFile pattern = pattern(part);
    return pattern.string("Regex").orElseGet(() -> Pattern.quote(string(pattern, "String")));
  }

  private static JsonFile pattern(JsonFile part) {
    return part.object("pattern").orElseThrow(() -> missing(part, "pattern", "an object"));
  }

  private static Behavior behavior(JsonFile part) {
    String name = part.string("behavior").orElse("Isolated");
    return switch (name) {
      case "Isolated" -> Behavior.ISOLATED;
      case "Removed" -> Behavior.REMOVED;
      case "MergedWithPrevious" -> Behavior.MERGED_WITH_PREVIOUS;
      case "MergedWithNext" -> Behavior.MERGED_WITH_NEXT;
      case "Contiguous" -> Behavior.CONTIGUOUS;
      default ->
          throw CheckpointException.of(
              part.file(),
              "behavior",
              name,
              "Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous");
    };
  }

  static List<JsonFile> steps(JsonFile part, String field) {
    JsonNode list = part.find(field);
    if (list == null || !list.isArray()) {
      throw missing(part, field, "an array");
    }
    List<JsonFile> steps = new ArrayList<>();
    for (JsonNode step : list) {
      steps.add(new JsonFile(part.file() + ": " + field, step));
    }
    return steps;
  }

  private static String type(JsonFile part) {
    return string(part, "type");
  }

  private static String string(JsonFile part, String field) {
    return part.string(field).orElseThrow(() -> missing(part, field, "a string"));
  }

  private static boolean flag(JsonFile part, String field, boolean otherwise) {
    return part.flag(field).orElse(otherwise);
  }

  private static CheckpointException unknown(JsonFile part, String expected) {
    return CheckpointException.of(part.file(), "type", type(part), expected);
  }

  private static CheckpointException missing(JsonFile part, String field, String expected) {
    return CheckpointException.of(part.file(), field, "missing", expected);
  }
}
