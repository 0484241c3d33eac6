package io.tokenlane.engine.token;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** A {@link Tokenizer} of the byte pair encoding family. */
public final class BpeTokenizer implements Tokenizer {
  private final BpeModel model;
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
   * @param beginOfSequence the token that starts every prompt, where there is one
   */
  public record TextRules(
      TextNormalizer normalizer, PreTokenizer preTokenizer, OptionalInt beginOfSequence) {}

  public BpeTokenizer(BpeModel model, TextRules rules) {
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
        encoding.parts(part -> encoding.pieces(part, rules.preTokenizer()));
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
        && length == 3
        && given[at] == (byte) 0xE2
        && given[at + 1] == (byte) 0x96
        && given[at + 2] == (byte) 0x81;
  }

  @Override
  public byte[] bytes(int id) {
    return bytes.of(id).clone();
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
    return rules.beginOfSequence();
  }

  /** One call's ids and buffers. */
  private final class Encoding {
    private final IntList ids = new IntList();
    private final IntList symbols = new IntList();
    private final Merger merger = new Merger(model.merges());

    AddedTokens.Parts parts(java.util.function.Consumer<String> onText) {
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
      symbols.clear();
      model.alphabet().symbols(given, from, to, symbols);
      merge();
    }

    private void piece(String text, int from, int to) {
      int[] known = cache.find(text, from, to);
      if (known != null) {
        ids.addAll(known, known.length);
        return;
      }
      int before = ids.size();
      int whole = model.takesWholePieces() ? whole(text.substring(from, to)) : -1;
      if (whole >= 0) {
        ids.add(whole);
      } else {
        symbols.clear();
        model.alphabet().symbols(text, from, to, symbols);
        merge();
      }
      cache.put(text, from, to, java.util.Arrays.copyOfRange(ids.items(), before, ids.size()));
    }

    private int whole(String piece) {
      return model.vocabulary().findOrdinary(bytes.asWritten(piece));
    }

    private void merge() {
      int count = merger.merge(symbols.items(), symbols.size());
      for (int i = 0; i < count; i++) {
        model.alphabet().ids(symbols.items()[i], ids);
      }
    }
  }
}
