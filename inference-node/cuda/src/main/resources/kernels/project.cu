// A matrix applied to rows that are ready (ready.cuh): out = W x + bias, or out += that, or what comes behind it.
//
// Weights lie in panels of 16 outputs, a panel step by step, a step as the 512 bytes that the lanes of a warp
// multiply at once. The steps of a row are cut into eight parts. Each part is summed up step by step, then parts
// 0 to 3 and parts 4 to 7 are added up in order, and then the two. So a result is the same to the bit however many
// rows come with it, and however the parts are shared by warps. Bytes: the products of a group of 32 are summed in
// integers, exactly, then sum = fma(integer sum, weight scale * row scale, sum), group by group.
//
// A block's eight warps are PARTED teams that have other parts, of 8 / PARTED warps that have other panels and the
// same rows. Both weights and rows come into shared memory by copies that run several stages ahead. Copies of weights
// begin before the kernels ahead have ended.
//
// Split: a part of the steps for each of eight blocks of a cluster (split-K), whose warps share the part's rows. So a
// block has eight times as many panels with as many weights, and rows are read an eighth as often: 32 of them of 14,336
// bytes by blocks of two panels come to as much as the weights. Each block then adds up the outputs of its rows, an eighth,
// from the sums in the shared memory of all.
//
// Before it, in the same kernel:
// - The factor of a row's norm, from sums of squares that whoever made the row ready left: the row comes without it,
//   and it multiplies what comes out (squares.cuh).
// - A lone row's norm and rounding, where nobody made it ready. Each block does that for itself, while its first weights
//   are on their way: each reads row and gain, 32 KB for 4,096.
//
// Behind it, in the same kernel:
// - The next norm, of a row that outputs are added to: what its gain makes of them is rounded and left ready, with sums
//   of squares, and a kernel between two projections, which nothing can overlap, is gone. Bytes want 32 neighbours, so
//   blocks have whole pairs of panels.
// - Gates. Outputs of gate and up lie in one panel, eight of each, so that a block has both of a pair. What comes
//   out is ready for the projection behind. Bytes want 32 neighbours, so blocks have whole fours of panels. Rows as
//   two binary16 share a power of two, which no block knows: they are written as they are (pack.cu goes on).
// - Heads. The block that completes a head's outputs for its rows, whichever it is, takes the head on its way
//   (heads.cuh). Blocks that had whole heads would be too few to draw the memory's bandwidth: 48 for 8 B. A lone row's
//   can be a cluster of eight, each with a panel (128 outputs, one head or several): nothing is counted in memory then.
//
// Ladder (what was timed is in docs/cuda.md; all give the same bits in emulation):
// 1. a thread an output (project_f32, which is for tests and tiny models);
// 2. tensor cores, weights straight into registers, rows from L1;
// 3. several panels a block for many rows, which are then read less often;
// 4. rows' blocks beside each other, panels' behind them: weights come from memory once for more than 64 rows too;
// 5. columns without a row are not read;
// 6. gates and heads behind it in the same kernel;
// 7. weights and rows by way of shared memory, stages ahead: loads into registers stood still at each turn of the loop
//    (a lone row's 62 MB in 31 us, of which memory needs 15);
// 8. warps that share rows, for many rows;
// 9. a lone row takes the room of one, not of eight;
// 10. and is normed and rounded by each block for itself;
// 11. parts in other blocks of a cluster;
// 12. a lone row's heads by a cluster;
// 13. the next norm's gain and rounding behind what is added, its factor behind the next products.
#include "heads.cuh"
#include "held.cuh"
#include "squares.cuh"

struct ProjectArgs {
  const Counts *counts;
  const Quad *weights;
  const u16 *weight_scales;  // binary16, [panel][step][16]; bytes only
  const float *bias;         // 0: none
  const void *in;
  const float *in_scales;
  float *out;
  int *arrivals;  // [rows' block][head]: panels that are done, 0 between kernels; 0: outputs are no heads
  const float *squares;  // of rows whose norm's factor is to come; 0: none is
  // Of a lone row that is to be normed, and lies in `in` as float32:
  const int *chosen;  // its number; 0: the first
  const float *gain;
  const float *next_gain;  // of a norm behind what is added; 0: there is none
  float *next_squares;
  Ready ready;    // where rows go that are gated, or normed next
  Heads heads;
  int steps;
  int n;        // outputs
  int add;      // whether to add to what is there
  int outputs;  // whether the batch's outputs count, rather than its rows
  int paired;   // whether outputs i and i + n / 2 lie in one panel
  int gate;     // 0: none, 1 SwiGLU, 2 GeGLU; paired only
  int stages;   // that shared memory has room for: 2 to 8
  int width;    // numbers of a row
  float scale;  // of all weights, a power of two
  float epsilon;
};

static const int PARTS_OF_STEPS = 8;
static const int WARPS = 8;

// Sums of a tile of a panel in shared memory: eight columns of 16 outputs, apart so that lanes meet no other's bank.
static const int COLUMN = 20;
static const int TILE_SUMS = 8 * COLUMN;

DEVICE int row_count(const ProjectArgs &a) {
  return a.outputs ? a.counts->outputs : a.counts->rows;
}

DEVICE int panel_count(const ProjectArgs &a) { return (a.n + 15) / 16; }

// Bytes, with a scale for 32 of them.
struct Bytes {
  static const int ROW_PARTS = 1;
  static const int SCALES = 32;  // bytes of scales in a step of a panel, and of a tile
  static const bool ROW_SCALED = false;  // and so without its norm's factor
  static DEVICE void leave(const Ready &to, const HeldRow &row, float *) { held_int8<1>(to, 0, row); }
};

// Three bfloat16 that add up.
struct ThreeHalves {
  static const int ROW_PARTS = 3;
  static const int SCALES = 0;
  static const bool ROW_SCALED = false;
  static DEVICE void leave(const Ready &to, const HeldRow &row, float *) { held_bf16<1>(to, 0, row); }
};

// Two binary16 that add up, and a power of two for a row.
struct TwoHalves {
  static const int ROW_PARTS = 2;
  static const int SCALES = 0;
  static const bool ROW_SCALED = true;
  static DEVICE void leave(const Ready &to, const HeldRow &row, float *work) { held_f16<1>(to, 0, row, work); }
};

// Where rows come from: eight of a tile, or one, that are ready, or one that is normed here; and how many blocks share
// what becomes of them.
struct Eight {
  static const int COLUMNS = 8;
  static const bool NORMED = false;
  static const int BLOCKS = 1;
  static const bool HEADED = false;
};
struct SplitSteps : Eight {
  static const int BLOCKS = PARTS_OF_STEPS;
};
struct Lone : Eight {
  static const int COLUMNS = 1;
};
struct Normed : Lone {
  static const bool NORMED = true;
};
// By blocks of a cluster that have whole heads together, a panel each.
struct Headed : Lone {
  static const bool HEADED = true;
};
static const int CLUSTER = 8;

// Blocks that share panels are neighbours.
template <class R>
DEVICE int panels_of_block() { return blockIdx.y / R::BLOCKS; }

// Which of them this is: it has that part of the steps, and finishes each of their rows at that place.
template <class R>
DEVICE int place_in_cluster() { return blockIdx.y % R::BLOCKS; }

// Where things are in shared memory: for each team its rows, stage behind stage, or at once a row that is normed here;
// then for each warp its weights. Sums take their place at the end, and then heads. The host asks for as much
// (TileShape.java).
template <class F, int TILES, int PANELS, int PARTED, class R>
struct Plan {
  static const int COLUMNS = R::COLUMNS;
  static const int SHARING = WARPS / PARTED;
  static const int BLOCK_PANELS = SHARING * PANELS;
  static const int PARTS = PARTS_OF_STEPS / (PARTED * R::BLOCKS);  // of a team
  static const int TOGETHER = COLUMNS == 1 ? 4 : 2;  // steps of a stage
  static const int PART_STEP = 32 * COLUMNS;         // bytes
  static const int ROWS = TOGETHER * TILES * F::ROW_PARTS * PART_STEP;
  static const int ROW_SCALES = COLUMNS == 1 ? F::SCALES / 2 : F::SCALES;
  static const int ROW_STAGE = R::NORMED ? 0 : ROWS + TOGETHER * TILES * ROW_SCALES;
  static const int WEIGHTS = TOGETHER * PANELS * 512;
  static const int WEIGHT_STAGE = WEIGHTS + TOGETHER * PANELS * F::SCALES;
};

// What a head needs besides its outputs, in shared memory.
struct HeadRoom {
  float *turns;
  float *gain;
  int *slot;
};

// The head whose first panel is this block's; -1: none.
DEVICE int head_begun(const ProjectArgs &a) {
  int of_head = a.heads.dim / 16;
  int panel = blockIdx.y;
  return panel % of_head == 0 && panel < panel_count(a) ? panel / of_head : -1;
}

// A row that is normed here, in shared memory: all of its steps, and as many as a part's last stage may reach further.
template <class F>
struct Whole {
  int steps;
  u32 scales;  // where they are
  u32 end;

  DEVICE explicit Whole(const ProjectArgs &a) {
    steps = (a.steps + PARTS_OF_STEPS - 1) / PARTS_OF_STEPS * PARTS_OF_STEPS + 4;
    scales = steps * F::ROW_PARTS * 32;
    end = scales + (F::SCALES ? steps * 4 : 0);
  }
};

// A stage's steps: neighbours of one part, as far as they reach.
struct Stage {
  int step;
  int end;   // of the part
  int part;
};

DEVICE Stage first_stage(const ProjectArgs &a, int part) {
  int each = (a.steps + PARTS_OF_STEPS - 1) / PARTS_OF_STEPS;
  Stage stage;
  stage.part = part;
  stage.step = part * each;
  stage.end = stage.step + each < a.steps ? stage.step + each : a.steps;
  return stage;
}

// As many stages for each part, so that teams keep step.
template <int TOGETHER>
DEVICE int stages_of_part(const ProjectArgs &a) {
  return ((a.steps + PARTS_OF_STEPS - 1) / PARTS_OF_STEPS + TOGETHER - 1) / TOGETHER;
}

template <int TOGETHER>
DEVICE void next_stage(const ProjectArgs &a, Stage &stage, int &left) {
  stage.step += TOGETHER;
  if (--left == 0) {
    stage = first_stage(a, stage.part + 1);
    left = stages_of_part<TOGETHER>(a);
  }
}

// Integer sums below 2^22 become floats by lying in their last bits.
static const u32 LIFTED_BITS = 0x4b400000;
static const float LIFTED = 12582912.0f;

// Where a stage's things are in shared memory.
struct Place {
  u32 weights;
  u32 rows;
  u32 scales;
};

// What a warp has to do with copies. Where each thread copies from is found once: a stage only adds its step.
template <class F, int TILES, int PANELS, int PARTED, class R>
struct Ring {
  typedef Plan<F, TILES, PANELS, PARTED, R> P;
  static const int TOGETHER = P::TOGETHER;
  static const int SHARING_THREADS = P::SHARING * 32;
  // Pieces of 16 bytes: of a part of a step of a tile, of a stage of a tile, and of all tiles.
  static const int PART = P::PART_STEP / 16;
  static const int TILE = TOGETHER * F::ROW_PARTS * PART;
  static const int ROW_COPIES = (TILES * TILE + SHARING_THREADS - 1) / SHARING_THREADS;
  // The same of scales: of a tile's step, and how many threads have one of all tiles or panels.
  static const int FOURS = F::SCALES ? P::ROW_SCALES / 16 : 1;
  static const int ROW_SCALE_PIECES = TILES * TOGETHER * FOURS;
  static const int ROW_SCALE_COPIES = (ROW_SCALE_PIECES + SHARING_THREADS - 1) / SHARING_THREADS;
  static const int WEIGHT_SCALE_PIECES = PANELS * TOGETHER * 2;
  Quad lifted;  // what integer sums begin at
  u8 *shared;
  u32 rows;     // where they are in it
  u32 weights;
  u32 thread;   // of the team
  int member;   // of the team: its first panel's place is member * PANELS
  int first;    // tile
  int count;    // rows from that tile on
  const Quad *weight_from[PANELS];
  const u8 *scale_from;
  const Quad *row_from[ROW_COPIES];  // 0: no piece
  const Quad *row_scale_from[ROW_SCALE_COPIES];

  DEVICE Ring(const ProjectArgs &a, u8 *memory) {
    int warp = threadIdx.x / 32;
    shared = memory;
    member = warp % P::SHARING;
    rows = team() * a.stages * P::ROW_STAGE;
    weights = (PARTED * P::ROW_STAGE + warp * P::WEIGHT_STAGE) * a.stages + (R::NORMED ? Whole<F>(a).end : 0);
    thread = member * 32 + threadIdx.x % 32;
    first = blockIdx.x * TILES;
    count = row_count(a) - first * 8;
    lifted = {LIFTED_BITS, LIFTED_BITS, LIFTED_BITS, LIFTED_BITS};
    keep(lifted.x);
    keep(lifted.y);
    keep(lifted.z);
    keep(lifted.w);
    keep(rows);
    keep(weights);
    keep(thread);
  }

  DEVICE int team() const { return threadIdx.x / 32 / P::SHARING; }

  DEVICE int first_part() const { return team() * P::PARTS + place_in_cluster<R>(); }

  // A panel behind the last reads the last one: nobody asks what comes of it.
  DEVICE u64 panel_steps(const ProjectArgs &a, int p) const {
    int panel = (panels_of_block<R>() * P::SHARING + member) * PANELS + p;
    int last = panel_count(a) - 1;
    return (u64)(panel < last ? panel : last) * a.steps;
  }

  DEVICE void find_weights(const ProjectArgs &a) {
    int lane = thread % 32;
#pragma unroll
    for (int p = 0; p < PANELS; p++) {
      weight_from[p] = a.weights + panel_steps(a, p) * 32 + lane;
      keep(weight_from[p]);
    }
    if (F::SCALES) {
      int p = lane / (TOGETHER * 2);
      u64 at = panel_steps(a, p < PANELS ? p : 0);
      scale_from = (const u8 *)(a.weight_scales + at * 16) + lane % (TOGETHER * 2) * 16;
      keep(scale_from);
    }
  }

  // What belongs to no row is left out.
  DEVICE void find_rows(const ProjectArgs &a) {
#pragma unroll
    for (int c = 0; c < ROW_COPIES; c++) {
      int i = c * SHARING_THREADS + thread;
      int tile = i / TILE;
      int piece = i % TILE;
      u64 at = (u64)((first + tile) * a.steps * F::ROW_PARTS + piece / PART) * 16 + piece % PART;
      bool any = i < TILES * TILE && tile * 8 + piece % PART / 2 < count;
      row_from[c] = any ? (const Quad *)a.in + at : 0;
      keep(row_from[c]);
    }
#pragma unroll
    for (int c = 0; c < ROW_SCALE_COPIES && F::SCALES; c++) {
      int i = c * SHARING_THREADS + thread;
      int tile = i / (TOGETHER * FOURS);
      u64 at = (u64)((first + tile) * a.steps + i / FOURS % TOGETHER) * 2 + i % FOURS;
      bool any = i < ROW_SCALE_PIECES && tile * 8 + i % FOURS * 4 < count;
      row_scale_from[c] = any ? (const Quad *)a.in_scales + at : 0;
      keep(row_scale_from[c]);
    }
  }

  DEVICE void copy_weights(const Stage &stage, u32 slot) const {
    int lane = thread % 32;
    u8 *to = shared + weights + slot * P::WEIGHT_STAGE + lane * 16;
#pragma unroll
    for (int p = 0; p < PANELS; p++) {
      const Quad *from = weight_from[p] + stage.step * 32;
#pragma unroll
      for (int s = 0; s < TOGETHER; s++) {
        begin_copy(to + (p * TOGETHER + s) * 512, from + s * 32, stage.step + s < stage.end);
      }
    }
    if (F::SCALES && lane < WEIGHT_SCALE_PIECES) {
      bool there = stage.step + lane % (TOGETHER * 2) / 2 < stage.end;
      begin_copy(to + P::WEIGHTS, scale_from + stage.step * 32, there);
    }
  }

  // A team's warps share that.
  DEVICE void copy_rows(const Stage &stage, u32 slot) const {
    u8 *to = shared + rows + slot * P::ROW_STAGE + thread * 16;
#pragma unroll
    for (int c = 0; c < ROW_COPIES; c++) {
      if (row_from[c]) {
        int step = stage.step + (c * SHARING_THREADS + thread) % TILE / (F::ROW_PARTS * PART);
        begin_copy(to + c * SHARING_THREADS * 16, row_from[c] + stage.step * (F::ROW_PARTS * 16), step < stage.end);
      }
    }
#pragma unroll
    for (int c = 0; c < ROW_SCALE_COPIES && F::SCALES; c++) {
      if (row_scale_from[c]) {
        int step = stage.step + (c * SHARING_THREADS + thread) / FOURS % TOGETHER;
        begin_copy(
            to + P::ROWS + c * SHARING_THREADS * 16, row_scale_from[c] + stage.step * 2, step < stage.end);
      }
    }
  }

  // Where a stage is: in its slot, but for a row that is there as a whole.
  DEVICE Place place(const ProjectArgs &a, u32 slot, int step) const {
    Place at;
    at.weights = weights + slot * P::WEIGHT_STAGE;
    at.rows = R::NORMED ? step * F::ROW_PARTS * 32 : rows + slot * P::ROW_STAGE;
    at.scales = R::NORMED ? Whole<F>(a).scales + step * 4 : at.rows + P::ROWS;
    return at;
  }

  // All of a team can see what its members copied, and are done with what they read before.
  DEVICE void meet() const {
    if (P::SHARING == 1 || R::NORMED) {
      warp_barrier();
    } else {
      barrier();
    }
  }
};

DEVICE float lowered(int sum) { return bits_to_f32((u32)sum) - LIFTED; }

// A lane's part of eight columns, or of the first where that is the only one.
template <int COLUMNS>
DEVICE Pair columns_of(const Pair *rows, int at, int lane) {
  Pair row = {0, 0};
  if (lane < 4 * COLUMNS) {
    row = rows[at * 4 * COLUMNS + lane];
  }
  return row;
}

// The scales of a lane's two columns, or of the first where that is the only one.
template <class R>
DEVICE Pair scales_of(const u8 *scales, int at, int lane) {
  if (R::NORMED) {
    return {((const u32 *)scales)[at], 0};
  }
  return ((const Pair *)scales)[R::COLUMNS == 1 ? at * 2 : at * 4 + lane % 4];
}

// The products of a step in shared memory, also of tiles without rows: with no way round them they overlap.
template <int TILES, int PANELS, int PARTED, class R>
DEVICE void multiply(
    const Ring<Bytes, TILES, PANELS, PARTED, R> &ring, const Place &place, int step,
    float (&sums)[PANELS][TILES][4]) {
  typedef Plan<Bytes, TILES, PANELS, PARTED, R> P;
  int lane = ring.thread % 32;
  const u8 *weights = ring.shared + place.weights;
  Quad weight[PANELS];
  float upper[PANELS];
  float lower[PANELS];
#pragma unroll
  for (int p = 0; p < PANELS; p++) {
    int at = p * P::TOGETHER + step;
    weight[p] = ((const Quad *)weights)[at * 32 + lane];
    const u16 *scales = (const u16 *)(weights + P::WEIGHTS) + at * 16;
    upper[p] = f16_to_f32(scales[lane / 4]);
    lower[p] = f16_to_f32(scales[lane / 4 + 8]);
  }
#pragma unroll
  for (int t = 0; t < TILES; t++) {
    int at = t * P::TOGETHER + step;
    Pair row = columns_of<R::COLUMNS>((const Pair *)(ring.shared + place.rows), at, lane);
    Pair scales = scales_of<R>(ring.shared + place.scales, at, lane);
    float left = bits_to_f32(scales.x);
    float right = bits_to_f32(scales.y);
#pragma unroll
    for (int p = 0; p < PANELS; p++) {
      int products[4];
      mma_s8(products, weight[p], row, ring.lifted);
      sums[p][t][0] = fused(lowered(products[0]), upper[p] * left, sums[p][t][0]);
      sums[p][t][2] = fused(lowered(products[2]), lower[p] * left, sums[p][t][2]);
      if (R::COLUMNS > 1) {
        sums[p][t][1] = fused(lowered(products[1]), upper[p] * right, sums[p][t][1]);
        sums[p][t][3] = fused(lowered(products[3]), lower[p] * right, sums[p][t][3]);
      }
    }
  }
}

template <class F, int TILES, int PANELS, int PARTED, class R>
DEVICE void multiply(
    const Ring<F, TILES, PANELS, PARTED, R> &ring, const Place &place, int step,
    float (&sums)[PANELS][TILES][4]) {
  typedef Plan<F, TILES, PANELS, PARTED, R> P;
  int lane = ring.thread % 32;
  const Quad *weights = (const Quad *)(ring.shared + place.weights);
  const Pair *rows = (const Pair *)(ring.shared + place.rows);
  Quad weight[PANELS];
#pragma unroll
  for (int p = 0; p < PANELS; p++) {
    weight[p] = weights[(p * P::TOGETHER + step) * 32 + lane];
  }
#pragma unroll
  for (int t = 0; t < TILES; t++) {
#pragma unroll
    for (int part = F::ROW_PARTS - 1; part >= 0; part--) {
      Pair row = columns_of<R::COLUMNS>(rows, (t * P::TOGETHER + step) * F::ROW_PARTS + part, lane);
#pragma unroll
      for (int p = 0; p < PANELS; p++) {
        if (F::ROW_PARTS == 3) {
          mma_bf16(sums[p][t], weight[p], row);
        } else {
          mma_f16(sums[p][t], weight[p], row);
        }
      }
    }
  }
}

template <int TILES, int PANELS>
DEVICE void clear(float (&sums)[PANELS][TILES][4]) {
#pragma unroll
  for (int i = 0; i < PANELS * TILES * 4; i++) {
    sums[i / (TILES * 4)][i / 4 % TILES][i % 4] = 0;
  }
}

template <int TILES, int PANELS>
DEVICE void add_up(float (&sums)[PANELS][TILES][4], const float (&more)[PANELS][TILES][4]) {
#pragma unroll
  for (int i = 0; i < PANELS * TILES * 4; i++) {
    sums[i / (TILES * 4)][i / 4 % TILES][i % 4] += more[i / (TILES * 4)][i / 4 % TILES][i % 4];
  }
}

// Sums lie as [panel][team][tile][column][output].
template <int TILES, int PANELS, int PARTED>
DEVICE void leave_sums(float *work, int member, int team, const float (&sums)[PANELS][TILES][4]) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int p = 0; p < PANELS; p++) {
    float *to = work + ((member * PANELS + p) * PARTED + team) * TILES * TILE_SUMS;
#pragma unroll
    for (int t = 0; t < TILES; t++) {
#pragma unroll
      for (int c = 0; c < 4; c++) {
        to[t * TILE_SUMS + (lane % 4 * 2 + c % 2) * COLUMN + lane / 4 + c / 2 * 8] = sums[p][t][c];
      }
    }
  }
}

DEVICE int output_of(const ProjectArgs &a, int panel, int place) {
  return a.paired ? panel * 8 + place % 8 + place / 8 * (a.n / 2) : panel * 16 + place;
}

// A part of an output of a row: a team's, or a block's.
template <int TILES, int PARTED, class R>
DEVICE float part_of(const float *work, int place, int row, int output, int part) {
  int team = R::BLOCKS == 1 ? part : 0;
  const float *from = work + (place * PARTED + team) * TILES * TILE_SUMS + row * COLUMN + output;
  return R::BLOCKS == 1 ? *from : *of_block(from, part);
}

// An output of a row from its parts.
template <int TILES, int PARTED, class R>
DEVICE float summed(const ProjectArgs &a, const float *work, int place, int row, int output, int n, const float *row_scales) {
  const int half_parts = PARTED * R::BLOCKS / 2;
  float halves[2];
#pragma unroll
  for (int half = 0; half < 2; half++) {
    halves[half] = part_of<TILES, PARTED, R>(work, place, row, output, half * half_parts);
#pragma unroll
    for (int w = 1; w < half_parts; w++) {
      halves[half] += part_of<TILES, PARTED, R>(work, place, row, output, half * half_parts + w);
    }
  }
  float sum = (halves[0] + halves[1]) * a.scale;
  if (row_scales) {
    sum *= row_scales[row];
  }
  if (a.bias) {
    sum += a.bias[n];
  }
  return sum;
}

// Pairs of all panels, 32 of them from four panels at a time, a row a warp.
template <int TILES, int BLOCK_PANELS, int PARTED, class R>
DEVICE void finish_gates(const ProjectArgs &a, const float *work, int first_panel, int rows, const float *row_scales) {
  const int own_rows = TILES * 8 / R::BLOCKS;
  int lane = threadIdx.x % 32;
#pragma unroll 1
  for (int i = threadIdx.x / 32; i < own_rows * ((BLOCK_PANELS + 3) / 4); i += WARPS) {
    int row = i % own_rows * R::BLOCKS + place_in_cluster<R>();
    int place = i / own_rows * 4 + lane / 8;
    int n = (first_panel + place) * 8 + lane % 8;
    if (row >= rows || first_panel + i / own_rows * 4 >= panel_count(a)) {
      continue;
    }
    float number = 0;
    if (place < BLOCK_PANELS && n < a.n / 2) {
      float gate = summed<TILES, PARTED, R>(a, work, place, row, lane % 8, n, row_scales);
      float up = summed<TILES, PARTED, R>(a, work, place, row, lane % 8 + 8, n + a.n / 2, row_scales);
      number = activated(gate, a.gate == 2) * up;
    }
    int to = blockIdx.x * TILES * 8 + row;
    if (a.ready.format == READY_INT8) {
      ready_int8(a.ready, to, (first_panel + i / own_rows * 4) / 4, number);
    } else if (place < BLOCK_PANELS && n < a.n / 2) {
      if (a.ready.format == READY_BF16) {
        ready_bf16(a.ready, to, n, number);
      } else {
        a.out[(u64)to * (a.n / 2) + n] = number;
      }
    }
  }
}

// The gain of the next norm for the output that a thread finishes, which is the same one in all rows.
template <int BLOCK_PANELS, class R>
DEVICE float next_gain_of(const ProjectArgs &a) {
  int panel = panels_of_block<R>() * BLOCK_PANELS + threadIdx.x / 16 % BLOCK_PANELS;
  int n = panel * 16 + threadIdx.x % 16;
  return a.next_gain && n < a.n ? a.next_gain[n] : 0;
}

// Leaves an output ready for the next projection: of 32 neighbours by a warp, or of 16 of two rows. What is there of a
// panel but is no output is a zero.
template <int BLOCK_PANELS>
DEVICE void leave_normed(const ProjectArgs &a, int row, int panel, bool there, float number, float gain) {
  float squares = sixteen_squares(number * number);
  int n = panel * 16 + threadIdx.x % 16;
  if (BLOCK_PANELS % 2 == 0 && a.ready.format == READY_INT8) {
    ready_int8(a.ready, row, n / 32, number * gain);
  } else if (there) {
    ready_bf16(a.ready, row, n, number * gain);
  }
  if (there && threadIdx.x % 16 == 0) {
    a.next_squares[(u64)row * sixteens(a.n) + panel] = squares;
  }
}

// What a lone row's thread will add its output to, so that it is there by then.
template <int BLOCK_PANELS>
DEVICE float added_to(const ProjectArgs &a) {
  int panel = blockIdx.y * BLOCK_PANELS + threadIdx.x / 16;
  int n = output_of(a, panel, threadIdx.x % 16);
  bool any = a.add && threadIdx.x < BLOCK_PANELS * 16 && n < a.n;
  return any ? a.out[n] : 0;
}

// Outputs, each row's; `to` has what is there of a lone row, if that was read before.
template <int TILES, int BLOCK_PANELS, int PARTED, class R>
DEVICE void finish_outputs(
    const ProjectArgs &a, const float *work, int first_panel, int rows, const float *row_scales, const float *to,
    float next_gain) {
#pragma unroll 1
  for (int i = threadIdx.x;; i += 256) {
    int row = i / (BLOCK_PANELS * 16) * R::BLOCKS + place_in_cluster<R>();
    int least_row = i / 32 * 32 / (BLOCK_PANELS * 16) * R::BLOCKS + place_in_cluster<R>();
    if (least_row >= rows) {
      break;
    }
    int place = i / 16 % BLOCK_PANELS;
    int n = output_of(a, first_panel + place, i % 16);
    bool there = row < rows && first_panel + place < panel_count(a);
    float number = 0;
    if (there && n < a.n) {
      float sum = summed<TILES, PARTED, R>(a, work, place, row, i % 16, n, row_scales);
      float *out = a.out + (u64)(blockIdx.x * TILES * 8 + row) * a.n + n;
      number = a.add ? (to ? *to : *out) + sum : sum;
      *out = number;
    }
    if (a.next_gain && first_panel + place / 2 * 2 < panel_count(a)) {
      leave_normed<BLOCK_PANELS>(a, blockIdx.x * TILES * 8 + row, first_panel + place, there, number, next_gain);
    }
  }
}

// Says which heads are complete: a head where its last panel was one of these, else -1. Where blocks have whole heads, that
// is known. Else a head's panels are counted as they are done, for each place in a cluster, as these have rows of their own.
template <int BLOCK_PANELS, class R>
DEVICE int completed_head(const ProjectArgs &a, int first_panel, int place) {
  int dim = a.heads.dim;
  int head = (first_panel + place) * 16 / dim;
  if (first_panel + place >= panel_count(a)) {
    return -1;
  }
  if (BLOCK_PANELS * 16 % dim == 0) {
    return (place + 1) * 16 % dim == 0 ? head : -1;
  }
  int group = blockIdx.x * R::BLOCKS + place_in_cluster<R>();
  int *arrivals = a.arrivals + group * all_heads(a.heads) + head;
  bool last = arrive(arrivals) == dim / 16 - 1;
  if (last) {
    *arrivals = 0;
  }
  return last ? head : -1;
}

// Takes complete heads on their way. Where that leads for a warp's first row is looked up while heads are counted.
template <int TILES, int BLOCK_PANELS, class R>
DEVICE void leave_heads(const ProjectArgs &a, int first_panel, int rows, float *work) {
  SHARED(int, completed, [BLOCK_PANELS]);
  barrier();
  int warp = threadIdx.x / 32;
  int first = warp * R::BLOCKS + place_in_cluster<R>();
  float *head = work + warp * 2 * WIDEST_HEAD;
  Way ahead = {};
  if (first < rows) {
    ahead = way_ahead(a.heads, blockIdx.x * TILES * 8 + first, head + WIDEST_HEAD);
  }
  if ((int)threadIdx.x < BLOCK_PANELS) {
    completed[threadIdx.x] = completed_head<BLOCK_PANELS, R>(a, first_panel, threadIdx.x);
  }
  barrier();
#pragma unroll 1
  for (int p = 0; p < BLOCK_PANELS; p++) {
    if (completed[p] >= 0) {
#pragma unroll 1
      for (int row = first; row < rows; row += WARPS * R::BLOCKS) {
        int of_batch = blockIdx.x * TILES * 8 + row;
        Way way = row == first ? ahead : way_of(a.heads, of_batch);
        store_head(a.heads, head, of_batch, completed[p], way);
      }
    }
  }
}

// Begins to copy what the head that this block begins needs. Its gain is no other kernel's.
DEVICE void fetch_gain(const ProjectArgs &a, const HeadRoom &room) {
  int head = head_begun(a);
  const float *gain = head < 0 ? 0 : gain_of(a.heads, head);
  if (gain && (int)threadIdx.x < a.heads.dim / 4) {
    begin_copy(room.gain + threadIdx.x * 4, gain + threadIdx.x * 4, true);
  }
}

DEVICE void fetch_way(const ProjectArgs &a, const HeadRoom &room) {
  if (head_begun(a) >= 0 && (int)threadIdx.x < a.heads.pairs / 2) {
    begin_copy(room.turns + threadIdx.x * 4, a.heads.turns + threadIdx.x * 4, true);
  }
}

// A lone row's heads, from the sums of a cluster's blocks. Each head is taken on its way by the block that begins it.
template <int PARTED, class R>
DEVICE void finish_heads(const ProjectArgs &a, float *work, const float *row_scales, const HeadRoom &room) {
  float *own = work + PARTED * TILE_SUMS;  // outputs of this block
  barrier();
  int output = threadIdx.x;
  int n = blockIdx.y * 16 + output;
  if (output < 16 && n < a.n) {
    own[output] = summed<1, PARTED, R>(a, work, 0, 0, output, n, row_scales);
  }
  cluster_barrier();
  int index = head_begun(a);
  if (index >= 0 && threadIdx.x < 32) {
    int place = blockIdx.y % CLUSTER;
#pragma unroll 4
    for (int i = threadIdx.x; i < a.heads.dim; i += 32) {
      work[i] = of_block(own, place + i / 16)[i % 16];
    }
    finish_head(a.heads, work, 0, index, {*room.slot, room.turns}, gain_of(a.heads, index) ? room.gain : 0);
  }
  cluster_end();
}

// All sums are there to be read.
template <class R>
DEVICE void meet_finishing() {
  if (R::BLOCKS > 1) {
    cluster_barrier();
  } else {
    barrier();
  }
}

// What is left once all sums of a block are in shared memory. Scales are those of the block's rows, if they have some.
template <int TILES, int BLOCK_PANELS, int PARTED, class R>
DEVICE void finish(const ProjectArgs &a, float *work, const float *row_scales, const float *to) {
  int first_panel = panels_of_block<R>() * BLOCK_PANELS;
  int rows = row_count(a) - blockIdx.x * TILES * 8;
  rows = rows < TILES * 8 ? rows : TILES * 8;
  float next_gain = next_gain_of<BLOCK_PANELS, R>(a);
  meet_finishing<R>();
  if (a.gate) {
    finish_gates<TILES, BLOCK_PANELS, PARTED, R>(a, work, first_panel, rows, row_scales);
  } else {
    finish_outputs<TILES, BLOCK_PANELS, PARTED, R>(a, work, first_panel, rows, row_scales, to, next_gain);
  }
  if (R::BLOCKS > 1) {
    // Others read this block's sums, which heads take the place of, and which end with it.
    cluster_end();
  }
  if (a.arrivals) {
    leave_heads<TILES, BLOCK_PANELS, R>(a, first_panel, rows, work);
  }
}

// A stage has come: all but the latest ones, which are on their way.
DEVICE void await_stage(int stages) {
  if (stages == 4) {
    await_copies<2>();
  } else if (stages < 4) {
    stages == 2 ? await_copies<0>() : await_copies<1>();
  } else if (stages == 5) {
    await_copies<3>();
  } else if (stages < 8) {
    stages == 6 ? await_copies<4>() : await_copies<5>();
  } else {
    await_copies<6>();
  }
}

// What a row that is normed here is to multiply beyond its end.
template <class F>
DEVICE void clear_behind(const ProjectArgs &a, u8 *shared) {
  Whole<F> whole(a);
  for (u32 i = a.steps * F::ROW_PARTS * 8 + threadIdx.x; i < whole.scales / 4; i += 256) {
    ((u32 *)shared)[i] = 0;
  }
  for (u32 i = whole.scales / 4 + a.steps + threadIdx.x; i < whole.end / 4; i += 256) {
    ((u32 *)shared)[i] = 0;
  }
}

// The row, normed and rounded, into shared memory, for all warps. What all of it is to be multiplied with at the end, a
// factor or a scale, goes elsewhere.
template <class F>
DEVICE void norm_row(const ProjectArgs &a, const HeldRow &gain, u8 *shared, float *scale) {
  SHARED(float, work, [WIDEST_NORMED / 16]);
  HeldRow row;
  hold(row, (const float *)a.in + (u64)(a.chosen ? *a.chosen : 0) * a.width, a.width);
  if (F::ROW_SCALED) {
    norm(row, quarter_norm_scale(row, work, a.width, a.epsilon), gain);
  } else {
    held_squares(row, a.width, work);
    barrier();
    if (threadIdx.x < 32) {
      float factor = norm_factor(work, a.width, a.epsilon);
      if (threadIdx.x == 0) {
        *scale = factor;
      }
    }
    norm(row, gain);
  }
  Ready to = {shared, F::ROW_SCALED ? scale : (float *)(shared + Whole<F>(a).scales), a.steps, 0};
  F::leave(to, row, work + 32);
  barrier();
}

// The factors of rows that came without them, of those that this block finishes: by as many warps as have some.
template <int TILES, class R>
DEVICE void find_factors(const ProjectArgs &a, int rows, float *factors) {
  const int own = R::COLUMNS == 1 ? 1 : TILES * 8 / R::BLOCKS;
  const int each = (own + WARPS - 1) / WARPS;
  const int stride = WARPS * R::BLOCKS;
  int warp = threadIdx.x / 32;
  if (warp >= own) {
    return;
  }
  const float *squares = a.squares + (u64)blockIdx.x * TILES * 8 * sixteens(a.width);
  int first = warp * R::BLOCKS + place_in_cluster<R>();
  float found[each];
  norm_factors<each, stride>(squares, first, rows, a.width, a.epsilon, found);
  if (threadIdx.x % 32 == 0) {
#pragma unroll
    for (int i = 0; i < each; i++) {
      factors[first + i * stride] = found[i];
    }
  }
}

// PANELS neighbouring panels of outputs a warp, TILES tiles of rows: the more, the less often each is read. A lone row
// has shared memory for one column, so that more stages and blocks find room.
template <class F, int TILES, int PANELS, int PARTED, class R = Eight>
DEVICE void project(const ProjectArgs &a) {
  typedef Plan<F, TILES, PANELS, PARTED, R> P;
  LAUNCHED_SHARED(memory);
  SHARED(float, factors, [R::COLUMNS == 1 ? 1 : TILES * 8]);
  u8 *shared = (u8 *)memory;
  if ((R::BLOCKS > 1 || R::HEADED) && !CLUSTERS) {
    return;
  }
  SHARED(float, turns, [R::HEADED ? CLUSTER * 16 : 1]);
  SHARED(float, head_gain, [R::HEADED ? CLUSTER * 16 : 1]);
  SHARED(int, head_slot, [1]);
  HeadRoom room = {turns, head_gain, head_slot};
  let_next_begin();
  Ring<F, TILES, PANELS, PARTED, R> ring(a, shared);
  if (ring.count <= 0) {
    await_previous();
    return;
  }
  ring.find_weights(a);
  int each = stages_of_part<P::TOGETHER>(a);
  int all = each * P::PARTS;
  Stage ahead = first_stage(a, ring.first_part());
  int ahead_left = each;
#pragma unroll 1
  for (int s = 0; s < a.stages - 1; s++) {
    if (s < all) {
      ring.copy_weights(ahead, s);
      next_stage<P::TOGETHER>(a, ahead, ahead_left);
    }
    if (R::NORMED) {
      end_copies();
    }
  }
  // Rows that are normed here are not those that are added to.
  const bool early = R::COLUMNS == 1 && !R::NORMED;
  float to = 0;
  if (R::NORMED) {
    HeldRow gain;
    hold(gain, a.gain, a.width);
    clear_behind<F>(a, shared);
    await_previous();
    norm_row<F>(a, gain, shared, factors);
  } else {
    ring.find_rows(a);
    if (R::HEADED) {
      fetch_gain(a, room);
    }
    await_previous();
    if (R::HEADED) {
      fetch_way(a, room);
    }
    if (early) {
      to = added_to<P::BLOCK_PANELS>(a);
    }
    ahead = first_stage(a, ring.first_part());
    ahead_left = each;
#pragma unroll 1
    for (int s = 0; s < a.stages - 1; s++) {
      if (s < all) {
        ring.copy_rows(ahead, s);
        next_stage<P::TOGETHER>(a, ahead, ahead_left);
      }
      end_copies();
    }
    if (R::HEADED && threadIdx.x == 0) {
      *room.slot = a.heads.slots[0];
    }
    if (a.squares) {
      find_factors<TILES, R>(a, ring.count, factors);
    }
  }
  float sums[PANELS][TILES][4];
  float total[PANELS][TILES][4];
  clear(sums);
  clear(total);
  int part = ring.first_part();
  int at = first_stage(a, part).step;
  int left = each;
  u32 slot = 0;
#pragma unroll 1
  for (int s = 0; s < all; s++) {
    await_stage(a.stages);
    ring.meet();
    if (s + a.stages - 1 < all) {
      u32 behind = (slot == 0 ? a.stages : slot) - 1;
      ring.copy_weights(ahead, behind);
      if (!R::NORMED) {
        ring.copy_rows(ahead, behind);
      }
      next_stage<P::TOGETHER>(a, ahead, ahead_left);
    }
    end_copies();
    Place place = ring.place(a, slot, at);
#pragma unroll
    for (int step = 0; step < P::TOGETHER; step++) {
      multiply(ring, place, step, sums);
    }
    slot = slot == (u32)a.stages - 1 ? 0 : slot + 1;
    at += P::TOGETHER;
    if (P::PARTS > 1 && --left == 0) {
      add_up(total, sums);
      clear(sums);
      left = each;
      at = first_stage(a, ++part).step;
    }
  }
  await_copies<0>();
  barrier();
  leave_sums<TILES, PANELS, PARTED>((float *)shared, ring.member, ring.team(), P::PARTS > 1 ? total : sums);
  const float *row_scales = R::NORMED || a.squares ? factors : 0;
  if (F::ROW_SCALED && !R::NORMED) {
    row_scales = a.in_scales + blockIdx.x * TILES * 8;
  }
  if (R::HEADED) {
    finish_heads<PARTED, R>(a, (float *)shared, row_scales, room);
  } else {
    finish<TILES, P::BLOCK_PANELS, PARTED, R>(a, (float *)shared, row_scales, early ? &to : 0);
  }
}

// Named by tiles of rows (lone: one row; normed: one that is normed here; headed: that, by a cluster that has whole heads)
// and a block's panels of outputs. Grid of all: ceil(rows / (8 * tiles)), ceil(panels of the matrix / a block's); eight
// times as many where inputs are split, a multiple of eight where a cluster has heads.
KERNEL(project_int8_lonex1, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 8, Lone>(a); }
KERNEL(project_int8_lonex2, 256, 2)(const ProjectArgs a) { project<Bytes, 1, 2, 8, Lone>(a); }
KERNEL(project_int8_lonex4, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 2, Lone>(a); }
KERNEL(project_int8_normedx1, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 8, Normed>(a); }
KERNEL(project_int8_normedx4, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 2, Normed>(a); }
CLUSTER_KERNEL(project_int8_headedx1, 8, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 8, Headed>(a); }
KERNEL(project_int8_1x1, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 8>(a); }
KERNEL(project_int8_1x2, 256, 2)(const ProjectArgs a) { project<Bytes, 1, 2, 8>(a); }
KERNEL(project_int8_1x4, 256, 4)(const ProjectArgs a) { project<Bytes, 1, 1, 2>(a); }
KERNEL(project_int8_2x1, 256, 2)(const ProjectArgs a) { project<Bytes, 2, 1, 8>(a); }
KERNEL(project_int8_2x2, 256, 2)(const ProjectArgs a) { project<Bytes, 2, 2, 8>(a); }
KERNEL(project_int8_2x4, 256, 2)(const ProjectArgs a) { project<Bytes, 2, 1, 2>(a); }
KERNEL(project_int8_4x1, 256, 2)(const ProjectArgs a) { project<Bytes, 4, 1, 8>(a); }
KERNEL(project_int8_4x2, 256, 2)(const ProjectArgs a) { project<Bytes, 4, 2, 8>(a); }
KERNEL(project_int8_4x4, 256, 2)(const ProjectArgs a) { project<Bytes, 4, 1, 2>(a); }
KERNEL(project_int8_4x8, 256, 2)(const ProjectArgs a) { project<Bytes, 4, 2, 2>(a); }
KERNEL(project_int8_8x4, 256, 2)(const ProjectArgs a) { project<Bytes, 8, 1, 2>(a); }
KERNEL(project_int8_8x8, 256)(const ProjectArgs a) { project<Bytes, 8, 2, 2>(a); }
CLUSTER_KERNEL(project_int8_split2x8, 8, 256, 2)(const ProjectArgs a) { project<Bytes, 2, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_int8_split2x16, 8, 256, 2)(const ProjectArgs a) { project<Bytes, 2, 2, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_int8_split4x8, 8, 256, 2)(const ProjectArgs a) { project<Bytes, 4, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_int8_split4x16, 8, 256, 2)(const ProjectArgs a) { project<Bytes, 4, 2, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_int8_split8x8, 8, 256, 2)(const ProjectArgs a) { project<Bytes, 8, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_int8_split8x16, 8, 256, 2)(const ProjectArgs a) { project<Bytes, 8, 2, 1, SplitSteps>(a); }
KERNEL(project_bf16_lonex1, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 8, Lone>(a); }
KERNEL(project_bf16_lonex2, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 1, 2, 8, Lone>(a); }
KERNEL(project_bf16_lonex4, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 2, Lone>(a); }
KERNEL(project_bf16_normedx1, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 8, Normed>(a); }
KERNEL(project_bf16_normedx4, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 2, Normed>(a); }
CLUSTER_KERNEL(project_bf16_headedx1, 8, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 8, Headed>(a); }
KERNEL(project_bf16_1x1, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 8>(a); }
KERNEL(project_bf16_1x2, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 1, 2, 8>(a); }
KERNEL(project_bf16_1x4, 256, 4)(const ProjectArgs a) { project<ThreeHalves, 1, 1, 2>(a); }
KERNEL(project_bf16_2x1, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 2, 1, 8>(a); }
KERNEL(project_bf16_2x2, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 2, 2, 8>(a); }
KERNEL(project_bf16_2x4, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 2, 1, 2>(a); }
KERNEL(project_bf16_4x1, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 4, 1, 8>(a); }
KERNEL(project_bf16_4x2, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 4, 2, 8>(a); }
KERNEL(project_bf16_4x4, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 4, 1, 2>(a); }
KERNEL(project_bf16_4x8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 4, 2, 2>(a); }
KERNEL(project_bf16_8x4, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 8, 1, 2>(a); }
KERNEL(project_bf16_8x8, 256)(const ProjectArgs a) { project<ThreeHalves, 8, 2, 2>(a); }
CLUSTER_KERNEL(project_bf16_split2x8, 8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 2, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_bf16_split2x16, 8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 2, 2, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_bf16_split4x8, 8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 4, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_bf16_split4x16, 8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 4, 2, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_bf16_split8x8, 8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 8, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_bf16_split8x16, 8, 256, 2)(const ProjectArgs a) { project<ThreeHalves, 8, 2, 1, SplitSteps>(a); }
KERNEL(project_f16_lonex1, 256, 4)(const ProjectArgs a) { project<TwoHalves, 1, 1, 8, Lone>(a); }
KERNEL(project_f16_lonex4, 256, 4)(const ProjectArgs a) { project<TwoHalves, 1, 1, 2, Lone>(a); }
KERNEL(project_f16_normedx1, 256, 4)(const ProjectArgs a) { project<TwoHalves, 1, 1, 8, Normed>(a); }
KERNEL(project_f16_normedx4, 256, 4)(const ProjectArgs a) { project<TwoHalves, 1, 1, 2, Normed>(a); }
KERNEL(project_f16_1x1, 256, 4)(const ProjectArgs a) { project<TwoHalves, 1, 1, 8>(a); }
KERNEL(project_f16_1x4, 256, 4)(const ProjectArgs a) { project<TwoHalves, 1, 1, 2>(a); }
KERNEL(project_f16_2x1, 256, 2)(const ProjectArgs a) { project<TwoHalves, 2, 1, 8>(a); }
KERNEL(project_f16_2x2, 256, 2)(const ProjectArgs a) { project<TwoHalves, 2, 2, 8>(a); }
KERNEL(project_f16_2x4, 256, 2)(const ProjectArgs a) { project<TwoHalves, 2, 1, 2>(a); }
KERNEL(project_f16_4x1, 256, 2)(const ProjectArgs a) { project<TwoHalves, 4, 1, 8>(a); }
KERNEL(project_f16_4x2, 256, 2)(const ProjectArgs a) { project<TwoHalves, 4, 2, 8>(a); }
KERNEL(project_f16_4x4, 256, 2)(const ProjectArgs a) { project<TwoHalves, 4, 1, 2>(a); }
KERNEL(project_f16_4x8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 4, 2, 2>(a); }
KERNEL(project_f16_8x4, 256, 2)(const ProjectArgs a) { project<TwoHalves, 8, 1, 2>(a); }
KERNEL(project_f16_8x8, 256)(const ProjectArgs a) { project<TwoHalves, 8, 2, 2>(a); }
CLUSTER_KERNEL(project_f16_split2x8, 8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 2, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_f16_split2x16, 8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 2, 2, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_f16_split4x8, 8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 4, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_f16_split4x16, 8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 4, 2, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_f16_split8x8, 8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 8, 1, 1, SplitSteps>(a); }
CLUSTER_KERNEL(project_f16_split8x16, 8, 256, 2)(const ProjectArgs a) { project<TwoHalves, 8, 2, 1, SplitSteps>(a); }

// Weights [panel][input][16], rows [tile][input][8]; a step is an input. Grid: ceil(rows / 8), panels.
KERNEL(project_f32, 256)(const ProjectArgs a) {
  LAUNCHED_SHARED(work);
  follow();
  if ((int)blockIdx.x * 8 >= row_count(a)) {
    return;
  }
  int lane = threadIdx.x % 32;
  Stage part = first_stage(a, threadIdx.x / 32);
  float sums[1][1][4] = {};
  const float *weights = (const float *)a.weights + (u64)blockIdx.y * a.steps * 16;
  const float *in = (const float *)a.in + (u64)blockIdx.x * a.steps * 8;
  for (int i = part.step; i < part.end; i++) {
    float upper = weights[(u64)i * 16 + lane / 4];
    float lower = weights[(u64)i * 16 + lane / 4 + 8];
    float left = in[(u64)i * 8 + lane % 4 * 2];
    float right = in[(u64)i * 8 + lane % 4 * 2 + 1];
    sums[0][0][0] = fused(upper, left, sums[0][0][0]);
    sums[0][0][1] = fused(upper, right, sums[0][0][1]);
    sums[0][0][2] = fused(lower, left, sums[0][0][2]);
    sums[0][0][3] = fused(lower, right, sums[0][0][3]);
  }
  leave_sums<1, 1, 8>((float *)work, 0, threadIdx.x / 32, sums);
  finish<1, 1, 8, Eight>(a, (float *)work, 0, 0);
}
