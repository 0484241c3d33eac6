// A matrix applied to rows that are ready (ready.cuh): out = W x + bias, or out += that, or what comes behind it.
//
// Weights lie in panels of 16 outputs, a panel step by step, a step as the 512 bytes that the lanes of a warp
// multiply at once: each lane reads 16 of them, in one piece, once. Eight warps of a block take an eighth of
// the steps each; their sums are added up in order. So a result is the same to the bit however many rows come
// with it: a wider tile only shares the weights' way, more panels the rows'. Bytes: the products of a group of 32
// are summed in integers, exactly, then sum = fma(integer sum, weight scale * row scale, sum), group by group.
//
// Behind it, in the same kernel:
// - Gates. Outputs of gate and up lie in one panel, eight of each, so that a block has both of a pair. What comes
//   out is ready for the projection behind. Bytes want 32 neighbours, so blocks have four panels. Rows as two
//   binary16 share a power of two, which no block knows: they are written as they are (pack.cu goes on).
// - Heads. The block that completes a head's outputs for its rows, whichever it is, takes the head on its way
//   (heads.cuh). Blocks that had whole heads would be too few to draw the memory's bandwidth: 48 for 8 B.
//
// Ladder (no step was timed on a device yet; what each was to save is counted in docs/cuda.md; all give the same
// bits in emulation):
// 1. a thread an output (project_f32, which is for tests and tiny models);
// 2. tensor cores, weights straight into registers, rows from L1;
// 3. four panels a block for many rows, which are then read a quarter as often;
// 4. rows' blocks beside each other, panels' behind them: weights come from memory once for more than 64 rows too;
// 5. two and four panels from 9 rows on, as long as there are blocks for all multiprocessors;
// 6. columns without a row are not read: a lone row's way through L1 is an eighth;
// 7. gates and heads behind it in the same kernel;
// 8. weights are fetched into L2 before the kernels ahead have ended (griddepcontrol), then four steps ahead.
#include "heads.cuh"
#include "ready.cuh"

struct ProjectArgs {
  const Counts *counts;
  const Quad *weights;
  const u16 *weight_scales;  // binary16, [panel][step][16]; bytes only
  const float *bias;         // 0: none
  const void *in;
  const float *in_scales;
  float *out;
  int *arrivals;  // [rows' block][head]: panels that are done, 0 between kernels; 0: outputs are no heads
  Ready ready;    // where gated rows go
  Heads heads;
  int steps;
  int n;        // outputs
  int add;      // whether to add to what is there
  int outputs;  // whether the batch's outputs count, rather than its rows
  int paired;   // whether outputs i and i + n / 2 lie in one panel
  int gate;     // 0: none, 1 SwiGLU, 2 GeGLU; paired only
  int ahead;    // steps that each warp fetches before the rows are there
  float scale;  // of all weight scales
};

static const int READ_TOGETHER = 4;
static const int READY_TOGETHER = 32;

DEVICE int row_count(const ProjectArgs &a) {
  return a.outputs ? a.counts->outputs : a.counts->rows;
}

DEVICE void begin_end(int steps, int &begin, int &end) {
  int warp = threadIdx.x / 32;
  int each = (steps + 7) / 8;
  begin = warp * each;
  end = begin + each < steps ? begin + each : steps;
}

// Places of shared memory: the warps' sums of a panel; gated rows, 32 a row. Heads take turns with them.
template <int TILES>
struct Work {
  static const int SUMS = 8 * TILES * 128;
  static const int GATED = TILES * 8 * READY_TOGETHER;
  static const int HEADS = 8 * WIDEST_HEAD;
  static const int ALL = SUMS + GATED > HEADS ? SUMS + GATED : HEADS;
};

// Fetches steps of a block's panels, a panel a lane. The first of the rows' blocks does so for all of them.
template <int PANELS>
DEVICE void fetch_steps(const ProjectArgs &a, int from, int until, int step_quads) {
  int panel = blockIdx.y * PANELS + threadIdx.x % 32;
  if (blockIdx.x == 0 && (int)(threadIdx.x % 32) < PANELS && panel < (a.n + 15) / 16 && from < until) {
    u64 at = (u64)panel * a.steps + from;
    fetch_ahead(a.weights + at * step_quads, (until - from) * step_quads * 16);
    if (a.weight_scales) {
      fetch_ahead(a.weight_scales + at * 16, (until - from) * 32);
    }
  }
}

// Before it touches what other kernels write: weights are nobody's.
template <int PANELS>
DEVICE void begin_projection(const ProjectArgs &a, int step_quads) {
  let_next_begin();
  int begin, end;
  begin_end(a.steps, begin, end);
  fetch_steps<PANELS>(a, begin, begin + a.ahead < end ? begin + a.ahead : end, step_quads);
  await_previous();
}

DEVICE int output_of(const ProjectArgs &a, int panel, int place) {
  return a.paired ? panel * 8 + place % 8 + place / 8 * (a.n / 2) : panel * 16 + place;
}

// An output of a row from its warps' sums, upwards.
template <int TILES>
DEVICE float summed(const ProjectArgs &a, const float *work, int at, int row, int n, bool row_scaled) {
  float sum = work[at];
  for (int w = 1; w < 8; w++) {
    sum += work[w * TILES * 128 + at];
  }
  if (row_scaled) {
    sum *= a.in_scales[row];
  }
  if (a.bias) {
    sum += a.bias[n];
  }
  return sum;
}

// Eight pairs of a panel, for all rows. `place` is the panel's among those of the block.
template <int TILES>
DEVICE void finish_gates(const ProjectArgs &a, int panel, int place, float *work, bool row_scaled) {
  float *gated = work + Work<TILES>::SUMS;
  int rows = row_count(a);
#pragma unroll 1
  for (int i = threadIdx.x; i < TILES * 64; i += 256) {
    int row = blockIdx.x * TILES * 8 + i / 8;
    int n = panel * 8 + i % 8;
    if (row >= rows) {
      continue;
    }
    float gate = summed<TILES>(a, work, i / 8 * 16 + i % 8, row, n, row_scaled);
    float up = summed<TILES>(a, work, i / 8 * 16 + i % 8 + 8, row, n + a.n / 2, row_scaled);
    float number = activated(gate, a.gate == 2) * up;
    if (a.ready.format == READY_INT8) {
      gated[i / 8 * READY_TOGETHER + place * 8 + i % 8] = number;
    } else if (a.ready.format == READY_BF16) {
      ready_bf16(a.ready, row, n, number);
    } else {
      a.out[(u64)row * (a.n / 2) + n] = number;
    }
  }
}

// Adds the warps' sums up, upwards, and writes.
template <int TILES>
DEVICE void finish(const ProjectArgs &a, int panel, int place, float *work, bool row_scaled) {
  if (a.gate) {
    finish_gates<TILES>(a, panel, place, work, row_scaled);
    return;
  }
  int rows = row_count(a);
#pragma unroll 1
  for (int i = threadIdx.x; i < TILES * 128; i += 256) {
    int row = blockIdx.x * TILES * 8 + i / 16;
    int n = output_of(a, panel, i % 16);
    if (row >= rows || n >= a.n) {
      continue;
    }
    float sum = summed<TILES>(a, work, i, row, n, row_scaled);
    float *out = a.out + (u64)row * a.n + n;
    *out = a.add ? *out + sum : sum;
  }
}

// Groups of 32 gated numbers, a row a warp, from four panels.
template <int TILES>
DEVICE void leave_gated(const ProjectArgs &a, int first_panel, const float *gated) {
  int rows = row_count(a) - blockIdx.x * TILES * 8;
  barrier();
#pragma unroll 1
  for (int row = threadIdx.x / 32; row < TILES * 8 && row < rows; row += 8) {
    float number = gated[row * READY_TOGETHER + threadIdx.x % 32];
    ready_int8(a.ready, blockIdx.x * TILES * 8 + row, first_panel / 4, number);
  }
}

// Takes those heads on their way whose last panel was one of these. A head's panels are counted as they are done.
template <int PANELS, int TILES>
DEVICE void leave_heads(const ProjectArgs &a, int first_panel, float *work) {
  SHARED int completed[PANELS];
  publish();
  barrier();
  int panels = (a.n + 15) / 16 - first_panel;
  if ((int)threadIdx.x < PANELS) {
    completed[threadIdx.x] = -1;
    if ((int)threadIdx.x < panels) {
      int head = (first_panel + threadIdx.x) * 16 / a.heads.dim;
      int *arrivals = a.arrivals + blockIdx.x * all_heads(a.heads) + head;
      if (arrive(arrivals) == a.heads.dim / 16 - 1) {
        *arrivals = 0;
        completed[threadIdx.x] = head;
      }
    }
  }
  barrier();
  publish();
  int rows = row_count(a) - blockIdx.x * TILES * 8;
#pragma unroll 1
  for (int p = 0; p < PANELS; p++) {
    if (completed[p] >= 0) {
#pragma unroll 1
      for (int row = threadIdx.x / 32; row < TILES * 8 && row < rows; row += 8) {
        store_head(
            a.heads, work + threadIdx.x / 32 * WIDEST_HEAD, blockIdx.x * TILES * 8 + row, completed[p]);
      }
    }
  }
}

// What is left once all sums of a block are there: panel by panel, in the same instructions, as registers have no
// index.
template <int PANELS, int TILES>
DEVICE void finish_all(
    const ProjectArgs &a, int first_panel, float (&sums)[PANELS][TILES][4], float *work, bool row_scaled) {
  int panels = (a.n + 15) / 16 - first_panel;
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
#pragma unroll 1
  for (int panel = 0; panel < PANELS && panel < panels; panel++) {
    barrier();
#pragma unroll
    for (int p = 0; p < PANELS; p++) {
      if (p == panel) {
#pragma unroll
        for (int t = 0; t < TILES; t++) {
#pragma unroll
          for (int c = 0; c < 4; c++) {
            // Place [column of 8][output of 16] of the tile.
            int at = (lane % 4 * 2 + c % 2) * 16 + lane / 4 + c / 2 * 8;
            work[(warp * TILES + t) * 128 + at] = sums[p][t][c];
          }
        }
      }
    }
    barrier();
    finish<TILES>(a, first_panel + panel, panel, work, row_scaled);
  }
  if (PANELS == 4 && a.gate && a.ready.format == READY_INT8) {
    leave_gated<TILES>(a, first_panel, work + Work<TILES>::SUMS);
  }
  if (a.arrivals) {
    leave_heads<PANELS, TILES>(a, first_panel, work);
  }
}

// PANELS neighbouring panels of outputs, TILES tiles of rows: the more, the less often each is read.
template <int TILES, int PANELS>
DEVICE void project_bytes(const ProjectArgs &a) {
  SHARED float work[Work<TILES>::ALL];
  begin_projection<PANELS>(a, 32);
  int first = blockIdx.x * TILES;
  int lane = threadIdx.x % 32;
  int rows = row_count(a) - first * 8;
  if (rows <= 0) {
    return;
  }
  int begin, end;
  begin_end(a.steps, begin, end);
  int first_panel = blockIdx.y * PANELS;
  int panels = (a.n + 15) / 16 - first_panel;
  float sums[PANELS][TILES][4] = {};
  const Pair *in = (const Pair *)a.in;
  for (int from = begin; from < end; from += READ_TOGETHER) {
    int until = from + READ_TOGETHER < end ? from + READ_TOGETHER : end;
    fetch_steps<PANELS>(a, from + a.ahead, until + a.ahead < end ? until + a.ahead : end, 32);
#pragma unroll (TILES * PANELS > 8 || (TILES == 1 && PANELS == 4) ? 1 : (TILES * PANELS > 4 ? 2 : READ_TOGETHER))
    for (int step = from; step < until; step++) {
      Quad weights[PANELS];
      float upper[PANELS];
      float lower[PANELS];
#pragma unroll
      for (int p = 0; p < PANELS; p++) {
        u64 at = (u64)(first_panel + (p < panels ? p : 0)) * a.steps + step;
        weights[p] = stream_quad(a.weights + at * 32 + lane);
        upper[p] = f16_to_f32(a.weight_scales[at * 16 + lane / 4]) * a.scale;
        lower[p] = f16_to_f32(a.weight_scales[at * 16 + lane / 4 + 8]) * a.scale;
      }
#pragma unroll
      for (int t = 0; t < TILES; t++) {
        if (t * 8 < rows) {
          u64 block = (u64)(first + t) * a.steps + step;
          Pair row = {0, 0};
          if (t * 8 + lane / 4 < rows) {
            row = in[block * 32 + lane];
          }
          Pair scales = ((const Pair *)a.in_scales)[block * 4 + lane % 4];
          float left = bits_to_f32(scales.x);
          float right = bits_to_f32(scales.y);
#pragma unroll
          for (int p = 0; p < PANELS; p++) {
            int products[4] = {0, 0, 0, 0};
            mma_s8(products, weights[p], row);
            sums[p][t][0] = fused((float)products[0], upper[p] * left, sums[p][t][0]);
            sums[p][t][1] = fused((float)products[1], upper[p] * right, sums[p][t][1]);
            sums[p][t][2] = fused((float)products[2], lower[p] * left, sums[p][t][2]);
            sums[p][t][3] = fused((float)products[3], lower[p] * right, sums[p][t][3]);
          }
        }
      }
    }
  }
  finish_all<PANELS, TILES>(a, first_panel, sums, work, false);
}

// PARTS 16-bit numbers add up to each number of a row.
template <int PARTS, int TILES, int PANELS>
DEVICE void project_halves(const ProjectArgs &a) {
  SHARED float work[Work<TILES>::ALL];
  begin_projection<PANELS>(a, 32);
  int first = blockIdx.x * TILES;
  int lane = threadIdx.x % 32;
  int rows = row_count(a) - first * 8;
  if (rows <= 0) {
    return;
  }
  int begin, end;
  begin_end(a.steps, begin, end);
  int first_panel = blockIdx.y * PANELS;
  int panels = (a.n + 15) / 16 - first_panel;
  float sums[PANELS][TILES][4] = {};
  const Pair *in = (const Pair *)a.in;
  for (int from = begin; from < end; from += READ_TOGETHER) {
    int until = from + READ_TOGETHER < end ? from + READ_TOGETHER : end;
    fetch_steps<PANELS>(a, from + a.ahead, until + a.ahead < end ? until + a.ahead : end, 32);
#pragma unroll (TILES * PANELS > 16 ? 1 : (TILES * PANELS > 4 ? 2 : READ_TOGETHER))
    for (int step = from; step < until; step++) {
      Quad weights[PANELS];
#pragma unroll
      for (int p = 0; p < PANELS; p++) {
        u64 at = (u64)(first_panel + (p < panels ? p : 0)) * a.steps + step;
        weights[p] = stream_quad(a.weights + at * 32 + lane);
      }
#pragma unroll
      for (int t = 0; t < TILES; t++) {
        if (t * 8 < rows) {
          u64 block = ((u64)(first + t) * a.steps + step) * PARTS;
#pragma unroll
          for (int part = PARTS - 1; part >= 0; part--) {
            Pair row = {0, 0};
            if (t * 8 + lane / 4 < rows) {
              row = in[(block + part) * 32 + lane];
            }
#pragma unroll
            for (int p = 0; p < PANELS; p++) {
              if (PARTS == 3) {
                mma_bf16(sums[p][t], weights[p], row);
              } else {
                mma_f16(sums[p][t], weights[p], row);
              }
            }
          }
        }
      }
    }
  }
  finish_all<PANELS, TILES>(a, first_panel, sums, work, PARTS == 2);
}

// By tiles of rows and panels of outputs. Grid of all: ceil(rows / (8 * tiles)), ceil(panels of the matrix / panels).
KERNEL(project_int8_1x1, 256)(const ProjectArgs a) { project_bytes<1, 1>(a); }
KERNEL(project_int8_1x4, 256, 4)(const ProjectArgs a) { project_bytes<1, 4>(a); }
KERNEL(project_int8_2x1, 256)(const ProjectArgs a) { project_bytes<2, 1>(a); }
KERNEL(project_int8_2x2, 256)(const ProjectArgs a) { project_bytes<2, 2>(a); }
KERNEL(project_int8_2x4, 256)(const ProjectArgs a) { project_bytes<2, 4>(a); }
KERNEL(project_int8_4x1, 256)(const ProjectArgs a) { project_bytes<4, 1>(a); }
KERNEL(project_int8_4x2, 256)(const ProjectArgs a) { project_bytes<4, 2>(a); }
KERNEL(project_int8_4x4, 256)(const ProjectArgs a) { project_bytes<4, 4>(a); }
KERNEL(project_int8_8x1, 256)(const ProjectArgs a) { project_bytes<8, 1>(a); }
KERNEL(project_int8_8x2, 256)(const ProjectArgs a) { project_bytes<8, 2>(a); }
KERNEL(project_int8_8x4, 256)(const ProjectArgs a) { project_bytes<8, 4>(a); }
KERNEL(project_bf16_1x1, 256)(const ProjectArgs a) { project_halves<3, 1, 1>(a); }
KERNEL(project_bf16_2x1, 256)(const ProjectArgs a) { project_halves<3, 2, 1>(a); }
KERNEL(project_bf16_2x2, 256)(const ProjectArgs a) { project_halves<3, 2, 2>(a); }
KERNEL(project_bf16_4x1, 256)(const ProjectArgs a) { project_halves<3, 4, 1>(a); }
KERNEL(project_bf16_4x2, 256, 2)(const ProjectArgs a) { project_halves<3, 4, 2>(a); }
KERNEL(project_bf16_4x4, 256)(const ProjectArgs a) { project_halves<3, 4, 4>(a); }
KERNEL(project_bf16_8x1, 256)(const ProjectArgs a) { project_halves<3, 8, 1>(a); }
KERNEL(project_bf16_8x2, 256)(const ProjectArgs a) { project_halves<3, 8, 2>(a); }
KERNEL(project_bf16_8x4, 256)(const ProjectArgs a) { project_halves<3, 8, 4>(a); }
KERNEL(project_f16_1x1, 256)(const ProjectArgs a) { project_halves<2, 1, 1>(a); }
KERNEL(project_f16_2x1, 256, 4)(const ProjectArgs a) { project_halves<2, 2, 1>(a); }
KERNEL(project_f16_2x2, 256)(const ProjectArgs a) { project_halves<2, 2, 2>(a); }
KERNEL(project_f16_4x1, 256)(const ProjectArgs a) { project_halves<2, 4, 1>(a); }
KERNEL(project_f16_4x2, 256, 2)(const ProjectArgs a) { project_halves<2, 4, 2>(a); }
KERNEL(project_f16_4x4, 256)(const ProjectArgs a) { project_halves<2, 4, 4>(a); }
KERNEL(project_f16_8x1, 256)(const ProjectArgs a) { project_halves<2, 8, 1>(a); }
KERNEL(project_f16_8x2, 256)(const ProjectArgs a) { project_halves<2, 8, 2>(a); }
KERNEL(project_f16_8x4, 256)(const ProjectArgs a) { project_halves<2, 8, 4>(a); }

// Weights [panel][input][16], rows [tile][input][8]; a step is an input. Grid: ceil(rows / 8), panels.
KERNEL(project_f32, 256)(const ProjectArgs a) {
  SHARED float work[Work<1>::ALL];
  follow();
  if ((int)blockIdx.x * 8 >= row_count(a)) {
    return;
  }
  int lane = threadIdx.x % 32;
  int begin, end;
  begin_end(a.steps, begin, end);
  float sums[1][1][4] = {};
  const float *weights = (const float *)a.weights + (u64)blockIdx.y * a.steps * 16;
  const float *in = (const float *)a.in + (u64)blockIdx.x * a.steps * 8;
  for (int i = begin; i < end; i++) {
    float upper = weights[(u64)i * 16 + lane / 4];
    float lower = weights[(u64)i * 16 + lane / 4 + 8];
    float left = in[(u64)i * 8 + lane % 4 * 2];
    float right = in[(u64)i * 8 + lane % 4 * 2 + 1];
    sums[0][0][0] = fused(upper, left, sums[0][0][0]);
    sums[0][0][1] = fused(upper, right, sums[0][0][1]);
    sums[0][0][2] = fused(lower, left, sums[0][0][2]);
    sums[0][0][3] = fused(lower, right, sums[0][0][3]);
  }
  finish_all<1, 1>(a, blockIdx.y, sums, work, false);
}
