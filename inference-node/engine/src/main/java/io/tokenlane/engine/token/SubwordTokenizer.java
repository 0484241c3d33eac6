package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A {@link Tokenizer} of a vocabulary of parts of words: byte pair encoding, or unigrams. */
public final class SubwordTokenizer implements Tokenizer {
  private final SubwordModel model;
  private final TextRules rules;
  private final TokenBytes bytes;
  private final PieceCache cache = new PieceCache();
  private final AddedTokens rawAll;
  private final AddedTokens rawPlain;
  private final AddedTokens normalizedAll;
  private final AddedTokens normalizedPlain;

  /**
   * What happens to text around the model.
   *
   * @param start the tokens that start every prompt
   * @param end the tokens that end every prompt
   */
  public record TextRules(
      TextNormalizer normalizer,
      PreTokenizer preTokenizer,
      List<Integer> start,
      List<Integer> end) {
    public TextRules {
      start = List.copyOf(start);
      end = List.copyOf(end);
    }

    /** Rules for prompts that start with one token, or with none. */
    public TextRules(
        TextNormalizer normalizer, PreTokenizer preTokenizer, OptionalInt beginOfSequence) {
      this(normalizer, preTokenizer, beginOfSequence.stream().boxed().toList(), List.of());
    }
  }

  public SubwordTokenizer(SubwordModel model, TextRules rules) {
    this.model = model;
    this.rules = rules;
    bytes = new TokenBytes(model);
    rawAll = added(false, true);
    rawPlain = added(false, false);
    normalizedAll = added(true, true);
    normalizedPlain = added(true, false);
  }

  private AddedTokens added(boolean normalized, boolean specials) {
    return new AddedTokens(
        model.vocabulary().added().stream()
            .filter(token -> token.normalized() == normalized)
            .filter(token -> specials || !token.special())
            .toList(),
        rules.normalizer());
  }

  @Override
  public int vocabularySize() {
    return model.vocabulary().size();
  }

  @Override
  public int[] encode(String text, Specials specials) {
    boolean all = specials == Specials.PARSE;
    Encoding encoding = new Encoding();
    AddedTokens.Parts normalized =
        encoding.parts(part -> encoding.pieces(part, encoding.preTokenizer()));
    AddedTokens.Parts raw =
        encoding.parts(
            part -> {
              String changed = rules.normalizer().apply(part);
              (all ? normalizedAll : normalizedPlain).split(changed, normalized);
            });
    (all ? rawAll : rawPlain).split(Utf8.repaired(text), raw);
    return encoding.ids.toArray();
  }

  @Override
  public int[] encode(byte[] given) {
    Encoding encoding = new Encoding();
    PreTokenizer exact = model.isByteLevel() ? rules.preTokenizer().exact() : PreTokenizer.NONE;
    int start = 0;
    int at = 0;
    while (at < given.length) {
      int length = Utf8.wellFormed(given, at, given.length);
      boolean whole = length > 0 && length == Utf8.sequenceLength(given[at]);
      if (whole && !standsForSpace(given, at, length)) {
        at += length;
        continue;
      }
      encoding.validPieces(given, start, at, exact);
      at += Math.max(1, length);
      encoding.rawPiece(given, at - Math.max(1, length), at);
      start = at;
    }
    encoding.validPieces(given, start, given.length, exact);
    return encoding.ids.toArray();
  }

  /** Whether a character would come back as a space, and so must go as bytes. */
  private boolean standsForSpace(byte[] given, int at, int length) {
    return !model.isByteLevel()
        && model.space() == CharacterAlphabet.SPACE
        && length == 3
        && given[at] == (byte) 0xE2
        && given[at + 1] == (byte) 0x96
        && given[at + 2] == (byte) 0x81;
  }

  @Override
  public byte[] bytes(int id) {
    return bytes.of(id);
  }

  @Override
  public boolean isControl(int id) {
    AddedToken added = model.vocabulary().added(id);
    return added != null && added.special();
  }

  @Override
  public OptionalInt id(String token) {
    int id = model.vocabulary().find(token);
    if (id >= 0 && !model.vocabulary().isOrdinary(id)) {
      return OptionalInt.of(id);
    }
    int ordinary = model.vocabulary().findOrdinary(bytes.asWritten(token));
    return ordinary < 0 ? OptionalInt.empty() : OptionalInt.of(ordinary);
  }

  @Override
  public OptionalInt beginOfSequence() {
    return rules.start.isEmpty() ? OptionalInt.empty() : OptionalInt.of(rules.start.getFirst());
  }

  @Override
  public int[] promptStart() {
    return rules.start.stream().mapToInt(Integer::intValue).toArray();
  }

  @Override
  public int[] promptEnd() {
    return rules.end.stream().mapToInt(Integer::intValue).toArray();
  }

  /** One call's ids and buffers. */
  private final class Encoding {
    private final IntList ids = new IntList();
    private final PieceEncoder encoder = model.encoder();

    /** The pre-tokenizer for the next part of the text. */
    PreTokenizer preTokenizer() {
      return ids.size() == 0 ? rules.preTokenizer() : rules.preTokenizer().behindStart();
    }

    AddedTokens.Parts parts(Consumer<String> onText) {
      return new AddedTokens.Parts() {
        @Override
        public void text(String text) {
          onText.accept(text);
        }

        @Override
        public void token(int id) {
          ids.add(id);
        }
      };
    }

    void pieces(String text, PreTokenizer splitter) {
      if (!text.isEmpty()) {
        splitter.split(text, 0, text.length(), this::piece);
      }
    }

    void validPieces(byte[] given, int from, int to, PreTokenizer splitter) {
      pieces(new String(given, from, to - from, StandardCharsets.UTF_8), splitter);
    }

    void rawPiece(byte[] given, int from, int to) {
      encoder.bytes(given, from, to, ids);
    }

    private void piece(String text, int from, int to) {
      int[] known = cache.find(text, from, to);
      if (known != null) {
        ids.addAll(known, known.length);
        return;
      }
      int before = ids.size();
      encoder.text(text, from, to, ids);
      cache.put(text, from, to, Arrays.copyOfRange(ids.items(), before, ids.size()));
    }
  }
}
