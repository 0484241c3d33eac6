package io.tokenlane.engine.token;

/** Merges the symbols of a piece, unless it is a token as a whole. */
final class BpeEncoder implements PieceEncoder {
  private final BpeModel model;
  private final Merger merger;
  private final IntList symbols = new IntList();

  BpeEncoder(BpeModel model) {
    this.model = model;
    merger = new Merger(model.merges());
  }

  @Override
  public void text(String text, int from, int to, IntList ids) {
    int whole = model.takesWholePieces() ? whole(text.substring(from, to)) : -1;
    if (whole >= 0) {
      ids.add(whole);
      return;
    }
    symbols.clear();
    model.alphabet().symbols(text, from, to, symbols);
    merge(ids);
  }

  @Override
  public void bytes(byte[] bytes, int from, int to, IntList ids) {
    symbols.clear();
    model.alphabet().symbols(bytes, from, to, symbols);
    merge(ids);
  }

  private int whole(String piece) {
    String written =
        model.isByteLevel()
            ? ByteLevel.encode(Utf8.encode(piece))
            : piece.replace(' ', model.space());
    return model.vocabulary().findOrdinary(written);
  }

  private void merge(IntList ids) {
    int count = merger.merge(symbols.items(), symbols.size());
    for (int i = 0; i < count; i++) {
      model.alphabet().ids(symbols.items()[i], ids);
    }
  }
}
