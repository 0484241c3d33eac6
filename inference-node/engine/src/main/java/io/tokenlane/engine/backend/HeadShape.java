package io.tokenlane.engine.backend;

/**
 * Shape of an attention layer. A row of queries, keys and values holds the query heads, then the
 * key heads, then the value heads. Query head h reads key head {@code h * kvHeads / heads}.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; divides {@code heads}
 * @param headDim width of a head
 */
public record HeadShape(int heads, int kvHeads, int headDim) {

  /** Width of the query heads together. */
  public int queryWidth() {
    return heads * headDim;
  }

  /** Width of the key heads, and of the value heads, together. */
  public int kvWidth() {
    return kvHeads * headDim;
  }

  /** Width of a row of queries, keys and values. */
  public int rowWidth() {
    return queryWidth() + 2 * kvWidth();
  }
}
