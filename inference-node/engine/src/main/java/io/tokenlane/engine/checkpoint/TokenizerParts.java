package io.tokenlane.engine.checkpoint;

import io.tokenlane.engine.token.PreTokenizer;
import io.tokenlane.engine.token.PrefixSpace;
import io.tokenlane.engine.token.RegexSplit;
import io.tokenlane.engine.token.RegexSplit.Behavior;
import io.tokenlane.engine.token.TextNormalizer;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** Reads {@code normalizer}, {@code pre_tokenizer} and {@code post_processor} of tokenizer.json. */
final class TokenizerParts {
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

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
      case "Sequence" ->
          TextNormalizer.sequence(
              steps(part, "normalizers").stream().map(TokenizerParts::normalizer).toList());
      default ->
          throw unknown(
              part, "NFC, NFD, NFKC, NFKD, Lowercase, Strip, Prepend, Replace or Sequence");
    };
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
      case "Whitespace" -> new RegexSplit("\\w+|[^\\w\\s]+", Behavior.REMOVED, true);
      case "WhitespaceSplit" -> new RegexSplit("\\s", Behavior.REMOVED, false);
      case "Sequence" ->
          PreTokenizer.sequence(
              steps(part, "pretokenizers").stream().map(TokenizerParts::preTokenizer).toList());
      default ->
          throw unknown(
              part,
              "ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit or Sequence");
    };
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

  /** The special token that the template of a single text starts with. */
  Optional<String> firstOfTemplate() {
    return json.object("post_processor").flatMap(TokenizerParts::firstOfTemplate);
  }

  private static Optional<String> firstOfTemplate(JsonFile part) {
    if (type(part).equals("Sequence")) {
      return steps(part, "processors").stream()
          .flatMap(step -> firstOfTemplate(step).stream())
          .findFirst();
    }
    JsonNode single = part.find("single");
    if (!type(part).equals("TemplateProcessing") || single == null || single.isEmpty()) {
      return Optional.empty();
    }
    return new JsonFile(part.file() + ": single", single.get(0))
        .object("SpecialToken")
        .flatMap(token -> token.string("id"));
  }

  private static List<JsonFile> steps(JsonFile part, String field) {
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
