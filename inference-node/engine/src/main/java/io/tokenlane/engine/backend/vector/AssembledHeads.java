package io.tokenlane.engine.backend.vector;

import io.tokenlane.engine.backend.x86.AssembledAttention;
import java.lang.foreign.MemorySegment;

/** By machine code, where that takes heads of this width. */
final class AssembledHeads implements HeadKernel {
  private final AssembledAttention code;
  private final HeadKernel other = new VectorHeads();

  /** For pieces of so many positions, and scores with such a stride. */
  AssembledHeads(int piece, int stride) {
    code = new AssembledAttention(piece, stride);
  }

  @Override
  public boolean gathersFour(int dim) {
    return AssembledAttention.takes(dim) || other.gathersFour(dim);
  }

  @Override
  public void score(Queries queries, int query, int together, MemorySegment keys, Parts strips) {
    if (!AssembledAttention.takes(queries.dim)) {
      other.score(queries, query, together, keys, strips);
      return;
    }
    code.begin(queries.dim);
    for (int i = 0; i < strips.size(); i++) {
      code.strip(keys.address() + strips.from[i], strips.slot[i]);
    }
    for (int i = 0; i < together; i++) {
      code.query(i, queries.at[query + i]);
    }
    code.score(queries.valuesSegment, queries.scoresSegment, queries.score(query, 0), together);
  }

  @Override
  public void gather(Queries queries, int query, int together, MemorySegment values, Parts runs) {
    if (!AssembledAttention.takes(queries.dim)) {
      other.gather(queries, query, together, values, runs);
      return;
    }
    code.begin(queries.dim);
    for (int i = 0; i < runs.size(); i++) {
      code.run(values.address() + runs.from[i], runs.slot[i], runs.slots[i]);
    }
    int weight = queries.score(query, 0);
    code.gather(queries.scoresSegment, queries.sumsSegment, weight, query, together);
  }
}
