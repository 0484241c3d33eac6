package io.tokenlane.engine.token;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The pre-tokenizers that GGUF files name in {@code tokenizer.ggml.pre}. Where a name stands for a
 * model whose {@code tokenizer.json} gives a regular expression, it is that expression.
 */
public final class GgufPreTokenizers {
  private static final String GPT2 =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
  private static final String LETTERS = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
  private static final String MARKS_AND_SPACE =
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA3 =
      CONTRACTIONS + "|" + LETTERS + "|\\p{N}{1,3}|" + MARKS_AND_SPACE;
  private static final String QWEN2 = CONTRACTIONS + "|" + LETTERS + "|\\p{N}|" + MARKS_AND_SPACE;
  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String NOT_WORD = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final String MARKS_SLASH_AND_SPACE =
      " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String GPT4O =
      (NOT_WORD + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?|")
          + (NOT_WORD + UPPER + "+" + LOWER + "*" + CONTRACTIONS + "?|")
          + ("\\p{N}{1,3}|" + MARKS_SLASH_AND_SPACE);
  private static final String TEKKEN =
      (NOT_WORD + UPPER + "*" + LOWER + "+|" + NOT_WORD + UPPER + "+" + LOWER + "*|")
          + ("\\p{N}|" + MARKS_SLASH_AND_SPACE);
  private static final String CJK = "[一-龥ࠀ-一가-퟿]+";

  /** Escapes where an editor that composes characters (NFC) would write others. */
  private static final String CASED_LETTERS =
      "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅ"
          + "ὐ-ὗὙὛὝὟ-\u1f7dᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ"
          + "-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃";

  private static final String SPACE_AT_END = "\\s+$";
  private static final List<String> DEEPSEEK_LLM =
      List.of(
          "[\\r\\n]",
          "\\s?[" + CASED_LETTERS + "]+",
          "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+",
          SPACE_AT_END,
          CJK,
          "\\p{N}+");
  private static final List<String> DEEPSEEK_CODER =
      List.of("[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", CJK, "\\p{N}");
  private static final String DEEPSEEK_V3_WORDS =
      "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
          + "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
          + "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final List<String> DEEPSEEK_V3 =
      List.of("\\p{N}{1,3}", "[一-龥\u3040-ゟ゠-ヿ]+", DEEPSEEK_V3_WORDS);
  private static final List<String> DEFAULT =
      List.of("[\\p{P}\\$\\+<=>\\^~\\|]+", GPT2, "\\p{N}+", "[0-9][0-9][0-9]");
  private static final List<String> FALCON =
      List.of("[\\p{P}\\$\\+<=>\\^~\\|`]+", GPT2, "[0-9][0-9][0-9]");
  private static final List<String> DIGITS_GPT2 = List.of("\\p{N}", GPT2);

  private static final String WORDS = " ?[^(\\s|.,!?…。，、।۔،)]+";
  private static final String BAILING =
      "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}|"
          + " ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
  private static final String SEED_CODER =
      CONTRACTIONS
          + "|"
          + LETTERS
          + "|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String SPACED_LETTERS = "(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+";
  private static final String EXAONE_MOE =
      (CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?" + SPACED_LETTERS + "|\\p{N}|")
          + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]?|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+";
  private static final String NOT_HAN = "&&[^\\p{IsHan}]]";
  private static final String KIMI_UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}" + NOT_HAN;
  private static final String KIMI_LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}" + NOT_HAN;
  private static final String KIMI =
      "\\p{IsHan}+|"
          + (NOT_WORD + KIMI_UPPER + "*" + KIMI_LOWER + "+" + CONTRACTIONS + "?|")
          + (NOT_WORD + KIMI_UPPER + "+" + KIMI_LOWER + "*" + CONTRACTIONS + "?|")
          + ("\\p{N}{1,3}|" + MARKS_AND_SPACE);
  private static final List<String> YOUTU =
      List.of(
          "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|[一-龥\u3040-ゟ゠-ヿ]+",
          (NOT_WORD + UPPER + "*" + LOWER + "+" + CONTRACTIONS + "?|")
              + (NOT_WORD + UPPER + "+" + LOWER + "*" + CONTRACTIONS + "?|")
              + ("\\p{N}|" + MARKS_SLASH_AND_SPACE));

  private static final String QWEN35 =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|"
          + "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String JAIS2 =
      (CONTRACTIONS + "|" + LETTERS + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|")
          + "\\s{512}(?!\\S)|\\s{256}(?!\\S)|\\s{128}(?!\\S)|\\s{64}(?!\\S)|\\s{32}(?!\\S)|"
          + "\\s{16}(?!\\S)|\\s{8}(?!\\S)|\\s{4}(?!\\S)|\\s{1,2}(?!\\S)|\\s{1}";
  private static final List<String> SPARK =
      List.of(
          "\\p{N}{1,3}",
          "[一-龥\u3040-ゟ゠-ヿ]+",
          "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|"
              + "[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+|[\\r\\n]|"
              + "\\s+(?!\\S)|\\s+",
          "\\p{N}");
  private static final List<String> CHAMELEON =
      List.of(
          "<sentinel:[0-9]+>",
          "IMGIMG[A-I]{1,4}Z",
          "[\\t\\n]|    |  ",
          "\\p{N}",
          "[\\p{P}!-/:-@\\[-`{-~]",
          GPT2);

  private static final List<String> TINY_AYA = List.of(DigitGroups.THOUSANDS_OF_WORDS, GPT4O);
  private static final String ASIAN =
      "[一-鿿㐀-䶿\uf900-\ufaff\u3040-ゟ゠-ヿ･-ﾟ⼀-⿟เ-๿\u0e80-\u0effក-\u17ffက-႟ꩠ-ꩿꧠ-\ua9ff가-\ud7af"
          + "ᄀ-ᇿ]+";
  private static final List<String> AFMOE =
      List.of(DigitGroups.THOUSANDS, ASIAN, DEEPSEEK_V3_WORDS);
  private static final List<String> MINICPM5 =
      List.of("\\p{N}{1,3}", CONTRACTIONS + "|" + LETTERS + "|\\p{N}+|" + MARKS_AND_SPACE);
  private static final String WORDS_OF_ANY_CASE = LETTERS + "|\\p{N}|" + MARKS_AND_SPACE;
  private static final String LINES = "[^\\n]+|[\\n]+";

  /** Expressions for which Java's matcher recurses or looks at spaces over and over. */
  private static final Map<String, String> WITHOUT_BACKTRACKING =
      Map.of(
          EXAONE_MOE,
          EXAONE_MOE.replace(SPACED_LETTERS, "(?:\\p{L}\\p{M}*+(?: \\p{L}\\p{M}*+)*+)++"),
          SPACE_AT_END,
          "(?<!\\s)\\s++$");

  private static final Map<String, List<String>> REGEXES = regexes();
  private static final Set<String> LIKE_LLAMA3 =
      Set.of(
          "llama3",
          "llama-v3",
          "llama-bpe",
          "falcon3",
          "falcon-h1",
          "pixtral",
          "midm-2.0",
          "lfm2",
          "jina-v5-nano",
          "tekken");
  private static final Set<String> WHOLE_PIECES =
      Set.of("youtu", "minicpm5", "granite-embed-multi-97m");

  private GgufPreTokenizers() {}

  private static Map<String, List<String>> regexes() {
    Map<String, List<String>> all = new HashMap<>();
    put(all, DEFAULT, "default");
    put(all, List.of(GPT2), "gpt-2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de");
    put(all, List.of(GPT2), "jina-v2-code", "gigachat", "roberta-bpe", "mpt", "olmo", "jais");
    put(all, List.of(LLAMA3), "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral");
    put(all, List.of(LLAMA3), "midm-2.0", "lfm2", "dbrx", "smaug-bpe", "chatglm-bpe", "glm4");
    put(all, List.of(QWEN2), "qwen2", "stablelm2", "deepseek-r1-qwen", "megrez", "hunyuan");
    put(all, List.of(GPT4O), "gpt-4o", "llama4");
    put(all, List.of(TEKKEN), "tekken");
    put(all, DIGITS_GPT2, "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone");
    put(all, DEEPSEEK_LLM, "deepseek-llm");
    put(all, DEEPSEEK_CODER, "deepseek-coder");
    put(all, DEEPSEEK_V3, "deepseek-v3");
    put(all, FALCON, "falcon");
    put(all, DEEPSEEK_V3, "hunyuan-dense");
    put(all, List.of(GPT2), "exaone4", "trillion", "granite-docling", "a.x-4.0", "mellum");
    put(all, List.of(GPT2), "modern-bert", "jina-v1-en");
    put(all, DIGITS_GPT2, "minerva-7b");
    put(all, List.of(QWEN2), "kormo", "grok-2", "solar-open");
    put(all, List.of(GPT4O), "minimax-m2");
    put(all, List.of(WORDS), "bloom", "poro-chat", "gpt3-finnish");
    put(all, List.of(WORDS, "\\p{N}"), "viking");
    put(all, List.of(BAILING), "bailingmoe", "bailingmoe2", "llada-moe");
    put(all, List.of(SEED_CODER), "seed-coder");
    put(all, List.of(EXAONE_MOE), "exaone-moe");
    put(all, List.of(KIMI), "kimi-k2");
    put(all, YOUTU, "youtu");
    addRecent(all);
    return Map.copyOf(all);
  }

  private static void addRecent(Map<String, List<String>> all) {
    put(all, List.of(LLAMA3), "jina-v5-nano");
    put(all, List.of(QWEN2), "f2llmv2");
    put(all, List.of(QWEN35), "qwen35");
    put(all, List.of(GPT4O), "kanana2", "talkie", "granite-embed-multi-97m");
    put(all, DIGITS_GPT2, "mellum2");
    put(all, DEEPSEEK_V3, "joyai-llm", "hy_v4");
    put(all, List.of(JAIS2), "jais-2");
    put(all, SPARK, "spark2_5");
    put(all, CHAMELEON, "chameleon");
    put(all, TINY_AYA, "tiny_aya", "cohere2moe");
    put(all, List.of("\\p{N}+", DigitGroups.THOUSANDS), "superbpe");
    put(all, AFMOE, "afmoe");
    put(all, MINICPM5, "minicpm5");
    put(all, List.of(WORDS_OF_ANY_CASE), "ufakzeka");
    put(all, List.of(LINES, QWEN2), "laguna");
    put(all, List.of(LINES), "gemma4");
  }

  private static void put(Map<String, List<String>> all, List<String> regexes, String... names) {
    for (String name : names) {
      all.put(name, regexes);
    }
  }

  /** Whether models of this name take a piece that is a token as it is. */
  public static boolean takesWholePieces(String name) {
    return LIKE_LLAMA3.contains(name) || WHOLE_PIECES.contains(name);
  }

  /**
   * Whether prompts for models of this name start with their begin-of-sequence token unless the
   * file says otherwise: the heirs of Llama 3.
   */
  public static boolean beginsPrompts(String name) {
    return LIKE_LLAMA3.contains(name) || name.equals("chameleon");
  }

  /** Whether a regular expression is one of those here, which end soon on any text. */
  static boolean knows(String regex) {
    return REGEXES.values().stream().anyMatch(regexes -> regexes.contains(regex));
  }

  /** An expression with the same matches, found soon on any text; itself if none is known. */
  static String withoutBacktracking(String regex) {
    return WITHOUT_BACKTRACKING.getOrDefault(regex, regex);
  }

  /** All names. */
  static Set<String> names() {
    return REGEXES.keySet();
  }

  /**
   * The pre-tokenizer of this name.
   *
   * @throws TokenizerException if the name is not known
   */
  public static PreTokenizer named(String name) {
    List<String> regexes = REGEXES.get(name);
    if (regexes == null) {
      throw new TokenizerException(
          "tokenizer.ggml.pre: %s (expected: one of %s)"
              .formatted(name, new TreeSet<>(REGEXES.keySet())));
    }
    return PreTokenizer.sequence(
        regexes.stream().map(regex -> (PreTokenizer) RegexSplit.isolated(regex)).toList());
  }
}
