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
  private static final String CASED_LETTERS =
      "A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕ"
          + "ἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄ"
          + "Ⰰ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃";
  private static final List<String> DEEPSEEK_LLM =
      List.of(
          "[\\r\\n]",
          "\\s?[" + CASED_LETTERS + "]+",
          "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+",
          "\\s+$",
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
  private static final String EXAONE_MOE =
      CONTRACTIONS
          + "|[^\\r\\n\\p{L}\\p{N}]?(?:\\p{L}\\p{M}*(?: \\p{L}\\p{M}*)*)+|\\p{N}|"
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
          "tekken");

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
    return Map.copyOf(all);
  }

  private static void put(Map<String, List<String>> all, List<String> regexes, String... names) {
    for (String name : names) {
      all.put(name, regexes);
    }
  }

  /**
   * Whether models of this name take a piece that is a token as it is, and start prompts with their
   * begin-of-sequence token unless the file says otherwise: the heirs of Llama 3.
   */
  public static boolean isLikeLlama3(String name) {
    return LIKE_LLAMA3.contains(name);
  }

  /** Whether a regular expression is one of those here, which end soon on any text. */
  static boolean knows(String regex) {
    return REGEXES.values().stream().anyMatch(regexes -> regexes.contains(regex));
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
