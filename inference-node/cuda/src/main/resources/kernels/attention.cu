// Rotary embedding, the paged KV cache, and attention over block tables.
//
// A block computes up to eight (in tensor cores sixteen) query heads that read one key head: the heads of a group for one row, or for a
// few neighbouring rows. It goes over positions in pieces of 32, a key to a lane, with an online softmax
// (Dao et al. 2022); after every 256 positions the partial result is closed and merged with those before. A row
// of a long sequence may be cut at those places into work of several blocks (flash-decoding, Dao et al. 2023),
// whose results the last of them merges in the same order by the same formula. So a row comes out the same to the bit
// however rows are cut into steps and work into blocks.
//
// Ladder (no step was timed on a device yet: docs/cuda.md; each passes the engine's contract kit in emulation):
// 1. a warp a head, K and V through shared memory, float32: for caches of float32 and heads over 128;
// 2. tensor cores: for the other caches;
// 3. results leave ready for the projection behind, which saves a launch and two ways through memory;
// 4. the last block of a row that was cut merges it, which saves a launch;
// 5. heads come from their projection's last block (project.cu): store_kv is for the rest.
#include "heads.cuh"
#include "ready.cuh"

struct RotateArgs {
  const Counts *counts;
  const int *positions;
  const float *frequencies;
  float *turns;  // [row][pair] cosine, sine
  int pairs;
  float magnitude;
};

// Once a step for all layers, in double precision as on the CPU. Grid: rows, ceil(pairs / 128).
KERNEL(rotations, 128)(const RotateArgs a) {
  follow();
  int pair = blockIdx.y * 128 + threadIdx.x;
  int row = blockIdx.x;
  if (row >= a.counts->rows || pair >= a.pairs) {
    return;
  }
  float angle = a.positions[row] * a.frequencies[pair];
  float *turn = a.turns + ((u64)row * a.pairs + pair) * 2;
  turn[0] = (float)cos((double)angle) * a.magnitude;
  turn[1] = (float)sin((double)angle) * a.magnitude;
}

struct StoreArgs {
  const Counts *counts;
  Heads heads;
};

// For heads that their projection could not bring on their way itself. A warp a head.
// Grid: rows, ceil((heads + 2 kv heads) / 4).
KERNEL(store_kv, 128)(const StoreArgs a) {
  SHARED float heads[4][WIDEST_HEAD];
  follow();
  int index = blockIdx.y * 4 + threadIdx.x / 32;
  if ((int)blockIdx.x < a.counts->rows && index < all_heads(a.heads)) {
    store_head(a.heads, heads[threadIdx.x / 32], blockIdx.x, index);
  }
}

// What a block computes: rows of one sequence over some partitions of its positions.
struct Item {
  int row;       // first row of the batch
  int rows;      // neighbours, at most 8, in tensor cores 16, over the heads of a group
  int position;  // of the first row
  int table;     // where the sequence's block ids begin
  int first;     // first partition
  int end;       // partition behind the last
  int scratch;   // where the one partition's result goes; -1: all are merged here
  int split;     // which of the splits it belongs to
};

// A row whose partitions are computed apart. The block that is the last to be done with its heads merges them.
struct Split {
  int row;
  int scratch;
  int parts;
  int unused;
};

struct AttendArgs {
  const Counts *counts;
  const Item *items;
  const int *tables;
  const float *qkv;
  const void *keys;
  const void *values;
  const float *key_scales;
  const float *value_scales;
  float *out;
  float *scratch;  // [place][head][dim + 2]
  const Split *splits;
  int *arrivals;  // [split][block of heads]: partitions that are done, 0 between kernels
  Ready ready;
  int heads;
  int kv_heads;
  int dim;
  int block_size;
  int window;
  int kind;  // of the cache
  float scale;
  float cap;
};

static const int PARTITION = 256;
static const int PIECE = 32;

template <int LANES>
struct Softmax {
  float max;
  float sum;
  float out[LANES];

  DEVICE void clear() {
    max = minus_infinity();
    sum = 0;
#pragma unroll
    for (int i = 0; i < LANES; i++) {
      out[i] = 0;
    }
  }

  DEVICE void merge(const Softmax &next) {
    if (next.sum == 0) {
      return;
    }
    if (sum == 0) {
      *this = next;
      return;
    }
    float top = larger(max, next.max);
    float mine = expf(max - top);
    float others = expf(next.max - top);
    max = top;
    sum = fused(next.sum, others, sum * mine);
#pragma unroll
    for (int i = 0; i < LANES; i++) {
      out[i] = fused(next.out[i], others, out[i] * mine);
    }
  }
};

// A row's result of a head, by a warp: as it is, or ready for the projection behind it, if heads are whole groups
// of 32. `number` gives it.
template <class Number>
DEVICE void leave_head(float *out, const Ready &ready, int heads, int dim, int row, int head, Number number) {
  int lane = threadIdx.x % 32;
  if (ready.format) {
    for (int first = 0; first < dim; first += 32) {
      ready_group(ready, row, head * dim + first, number(first + lane));
    }
    return;
  }
  float *to = out + ((u64)row * heads + head) * dim;
  for (int i = lane; i < dim; i += 32) {
    to[i] = number(i);
  }
}

// Merges the partitions of a row that was cut, if this block was the last one to be done with one: its heads from
// `first` on, `count` of them, a head a warp.
DEVICE void merge_split(const AttendArgs &a, const Item &item, int first, int count) {
  SHARED bool last;
  publish();
  barrier();
  Split split = a.splits[item.split];
  if (threadIdx.x == 0) {
    int *arrivals = a.arrivals + item.split * gridDim.y + blockIdx.y;
    last = arrive(arrivals) == split.parts - 1;
    if (last) {
      *arrivals = 0;
    }
  }
  barrier();
  if (!last) {
    return;
  }
  publish();
  int lane = threadIdx.x % 32;
  for (int head = first + threadIdx.x / 32; head < first + count; head += 4) {
    Softmax<8> merged;
    merged.clear();
    for (int part = 0; part < split.parts; part++) {
      const float *from = a.scratch + ((u64)(split.scratch + part) * a.heads + head) * (a.dim + 2);
      Softmax<8> next;
      next.max = fresh(from);
      next.sum = fresh(from + 1);
#pragma unroll
      for (int i = 0; i < 8; i++) {
        next.out[i] = lane + 32 * i < a.dim ? fresh(from + 2 + lane + 32 * i) : 0;
      }
      merged.merge(next);
    }
    float *to = a.out + ((u64)split.row * a.heads + head) * a.dim;
#pragma unroll
    for (int i = 0; i < 8; i++) {
      if (a.ready.format && 32 * i < a.dim) {
        ready_group(a.ready, split.row, head * a.dim + 32 * i, merged.out[i] / merged.sum);
      } else if (lane + 32 * i < a.dim) {
        to[lane + 32 * i] = merged.out[i] / merged.sum;
      }
    }
  }
}

template <int D>
DEVICE void stage(const AttendArgs &a, const Item &item, int piece, int kv_head, float (*to)[D + 1], bool key) {
  int limit = item.position + item.rows;
  const void *from = key ? a.keys : a.values;
  for (int e = threadIdx.x; e < PIECE * D; e += 128) {
    int position = piece + e / D;
    int i = e % D;
    float number = 0;
    if (position < limit && i < a.dim) {
      int slot = a.tables[item.table + position / a.block_size] * a.block_size + position % a.block_size;
      u64 place = (u64)slot * a.kv_heads + kv_head;
      u64 at = place * a.dim + i;
      if (a.kind == 0) {
        number = ((const float *)from)[at];
      } else if (a.kind == 1) {
        number = ((const signed char *)from)[at] * (key ? a.key_scales : a.value_scales)[place];
      } else {
        number = f16_to_f32(((const u16 *)from)[at]);
      }
    }
    to[e / D][i] = number;
  }
}

template <int D>
DEVICE void attend(const AttendArgs &a) {
  SHARED float queries[8][D];
  SHARED float staged[PIECE][D + 1];
  follow();
  if ((int)blockIdx.x >= a.counts->items) {
    return;
  }
  Item item = a.items[blockIdx.x];
  int group = a.heads / a.kv_heads;
  int together = group < 8 ? group : 8;
  int chunks = (group + together - 1) / together;
  int kv_head = blockIdx.y / chunks;
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  int head_of[2];
  int position_of[2];
  int row_of[2];
#pragma unroll
  for (int k = 0; k < 2; k++) {
    int place = warp + 4 * k;
    int within = blockIdx.y % chunks * together + place % together;
    bool used = place / together < item.rows && place < 8 / together * together && within < group;
    head_of[k] = used ? kv_head * group + within : -1;
    row_of[k] = item.row + place / together;
    position_of[k] = used ? item.position + place / together : -1;
    for (int i = lane; i < D; i += 32) {
      queries[place][i] = used && i < a.dim
          ? a.qkv[(u64)row_of[k] * (a.heads + 2 * a.kv_heads) * a.dim + head_of[k] * a.dim + i]
          : 0;
    }
  }
  Softmax<D / 32> merged[2];
  merged[0].clear();
  merged[1].clear();
  int lowest = a.window == 0 ? 0 : item.position - a.window + 1;
  for (int partition = item.first; partition < item.end; partition++) {
    Softmax<D / 32> partial[2];
    partial[0].clear();
    partial[1].clear();
    int end = (partition + 1) * PARTITION;
    end = end < item.position + item.rows ? end : item.position + item.rows;
    for (int piece = partition * PARTITION; piece < end; piece += PIECE) {
      if (piece + PIECE <= lowest) {
        continue;
      }
      barrier();
      stage<D>(a, item, piece, kv_head, staged, true);
      barrier();
      float weight[2];
#pragma unroll
      for (int k = 0; k < 2; k++) {
        float score = 0;
#pragma unroll 8
        for (int i = 0; i < D; i++) {
          score = fused(queries[warp + 4 * k][i], staged[lane][i], score);
        }
        score *= a.scale;
        if (a.cap != 0) {
          score = a.cap * tanhf(score / a.cap);
        }
        int position = piece + lane;
        bool seen = position <= position_of[k] && (a.window == 0 || position > position_of[k] - a.window);
        float top = larger(partial[k].max, warp_max(seen ? score : minus_infinity()));
        weight[k] = seen ? expf(score - top) : 0;
        if (top != minus_infinity()) {
          float correction = expf(partial[k].max - top);
          partial[k].max = top;
          partial[k].sum = fused(partial[k].sum, correction, warp_sum(weight[k]));
#pragma unroll
          for (int i = 0; i < D / 32; i++) {
            partial[k].out[i] *= correction;
          }
        }
      }
      barrier();
      stage<D>(a, item, piece, kv_head, staged, false);
      barrier();
#pragma unroll
      for (int k = 0; k < 2; k++) {
#pragma unroll 4
        for (int j = 0; j < PIECE; j++) {
          float share = shuffle(weight[k], j);
#pragma unroll
          for (int i = 0; i < D / 32; i++) {
            partial[k].out[i] = fused(share, staged[j][lane + 32 * i], partial[k].out[i]);
          }
        }
      }
    }
    merged[0].merge(partial[0]);
    merged[1].merge(partial[1]);
  }
#pragma unroll
  for (int k = 0; k < 2; k++) {
    if (head_of[k] < 0) {
      continue;
    }
    if (item.scratch >= 0) {
      float *to = a.scratch + ((u64)item.scratch * a.heads + head_of[k]) * (a.dim + 2);
      if (lane == 0) {
        to[0] = merged[k].max;
        to[1] = merged[k].sum;
      }
#pragma unroll
      for (int i = 0; i < D / 32; i++) {
        if (lane + 32 * i < a.dim) {
          to[2 + lane + 32 * i] = merged[k].out[i];
        }
      }
    } else {
      // Written out, as registers have no index.
      const Softmax<D / 32> &all = merged[k];
      float *to = a.out + ((u64)row_of[k] * a.heads + head_of[k]) * a.dim;
#pragma unroll
      for (int i = 0; i < D / 32; i++) {
        if (a.ready.format && 32 * i < a.dim) {
          ready_group(a.ready, row_of[k], head_of[k] * a.dim + 32 * i, all.out[i] / all.sum);
        } else if (lane + 32 * i < a.dim) {
          to[lane + 32 * i] = all.out[i] / all.sum;
        }
      }
    }
  }
  if (item.scratch >= 0) {
    int within = blockIdx.y % chunks * together;
    merge_split(a, item, kv_head * group + within, group - within < together ? group - within : together);
  }
}

// Grid: items, kv heads times chunks of eight heads of a group.
KERNEL(attend_64, 128)(const AttendArgs a) { attend<64>(a); }
KERNEL(attend_128, 128)(const AttendArgs a) { attend<128>(a); }
KERNEL(attend_256, 128)(const AttendArgs a) { attend<256>(a); }

// Attention in tensor cores, for caches of binary16 or bytes: scores of 16 query heads and 16 keys at a time from
// exact products (queries as two binary16 and a power of two), probabilities rounded to binary16. Each warp
// takes 64 of a partition's 256 positions; their results are merged in order.
template <int D>
struct TensorWork {
  Quad queries[D / 16][2][32];
  float down[16];
  float part[16][D + 2];  // of the partition: largest score, sum, output
  float all[16][D + 2];   // of the partitions before
};

DEVICE u32 two_halves(float first, float second) { return f32_to_f16(first) | (u32)f32_to_f16(second) << 16; }

// Merges one row's softmax, kept as largest score, sum and output, from `next` into `to`. By `lanes` lanes.
template <class Next>
DEVICE void merge_row(float *to, float next_max, float next_sum, int dim, int lane, int lanes, Next next) {
  float max = to[0];
  float sum = to[1];
  float top = larger(max, next_max);
  float mine = sum == 0 ? 0 : expf(max - top);
  float others = sum == 0 ? 1 : expf(next_max - top);
  for (int i = lane; i < dim; i += lanes) {
    to[2 + i] = sum == 0 ? next(i) : fused(next(i), others, to[2 + i] * mine);
  }
  warp_barrier();
  if (lane == 0) {
    to[0] = sum == 0 ? next_max : top;
    to[1] = sum == 0 ? next_sum : fused(next_sum, others, sum * mine);
  }
}

struct QueryRow {
  int head;      // -1: none
  int row;
  int position;  // -1: sees nothing
};

DEVICE QueryRow query_row(const AttendArgs &a, const Item &item, int place) {
  int group = a.heads / a.kv_heads;
  int together = group < 16 ? group : 16;
  int chunks = (group + together - 1) / together;
  int within = blockIdx.y % chunks * together + place % together;
  bool used = place / together < item.rows && place < 16 / together * together && within < group;
  QueryRow query;
  query.head = used ? (int)blockIdx.y / chunks * group + within : -1;
  query.row = item.row + place / together;
  query.position = used ? item.position + place / together : -1;
  return query;
}

// Queries as fragments; a warp takes every fourth row.
template <int D>
DEVICE void load_queries(const AttendArgs &a, const Item &item, TensorWork<D> &work) {
  int lane = threadIdx.x % 32;
  for (int place = threadIdx.x / 32; place < 16; place += 4) {
    QueryRow query = query_row(a, item, place);
    const float *from =
        a.qkv + ((u64)query.row * (a.heads + 2 * a.kv_heads) + (query.head < 0 ? 0 : query.head)) * a.dim;
    float largest = 0;
    for (int i = lane; i < a.dim && query.head >= 0; i += 32) {
      largest = larger(largest, fabsf(from[i]));
    }
    largest = warp_max(largest);
    int shift = largest == 0 ? 0 : 14 - ((int)(f32_to_bits(largest) >> 23) - 127);
    shift = shift > 100 ? 100 : (shift < -100 ? -100 : shift);
    float up = bits_to_f32((u32)(127 + shift) << 23);
    if (lane == 0) {
      work.down[place] = bits_to_f32((u32)(127 - shift) << 23);
      for (int i = 0; i < 2; i++) {
        work.all[place][i] = 0;
      }
    }
    u16 *to = (u16 *)work.queries;
    for (int i = lane; i < D; i += 32) {
      float number = query.head >= 0 && i < a.dim ? from[i] * up : 0;
      u16 high = f32_to_f16(number);
      int k = i % 16;
      int at = (place % 8 * 4 + k % 8 / 2) * 8 + (k / 8 * 2 + place / 8) * 2 + k % 2;
      to[(i / 16 * 2 + 0) * 256 + at] = high;
      to[(i / 16 * 2 + 1) * 256 + at] = f32_to_f16(number - f16_to_f32(high));
    }
  }
}

DEVICE u64 place_of(const AttendArgs &a, const Item &item, int position, int kv_head) {
  int slot = a.tables[item.table + position / a.block_size] * a.block_size + position % a.block_size;
  return (u64)slot * a.kv_heads + kv_head;
}

// Two neighbouring numbers of a key.
DEVICE u32 key_pair(const AttendArgs &a, u64 place, int i, bool seen) {
  if (!seen || i >= a.dim) {
    return 0;
  }
  u64 at = place * a.dim + i;
  if (a.kind == 2) {
    return *(const u32 *)((const u16 *)a.keys + at);
  }
  const signed char *bytes = (const signed char *)a.keys + at;
  return two_halves(bytes[0], bytes[1]);
}

DEVICE u32 value_half(const AttendArgs &a, u64 place, int i, bool seen) {
  if (!seen || i >= a.dim) {
    return 0;
  }
  u64 at = place * a.dim + i;
  return a.kind == 2 ? ((const u16 *)a.values)[at] : f32_to_f16(((const signed char *)a.values)[at]);
}

// One warp's softmax over 64 positions; lane l has columns of rows l / 4 and l / 4 + 8.
template <int D>
struct WarpSoftmax {
  float max[2];
  float sum[2];
  float out[D / 8][4];
};

// Probabilities of bytes are multiplied with their scales and this, so that small ones keep their bits.
static const float LIFT = 64.0f;

template <int D>
DEVICE void attend_piece(
    const AttendArgs &a, const Item &item, const TensorWork<D> &work, const QueryRow (&query)[2], int piece, int kv_head,
    WarpSoftmax<D> &soft) {
  int lane = threadIdx.x % 32;
  int limit = item.position + item.rows;
  float scores[2][4] = {};
#pragma unroll
  for (int t = 0; t < 2; t++) {
    int position = piece + t * 8 + lane / 4;
    bool seen = position < limit;
    u64 place = seen ? place_of(a, item, position, kv_head) : 0;
#pragma unroll 4
    for (int k = 0; k < D / 16; k++) {
      Pair keys;
      keys.x = key_pair(a, place, k * 16 + lane % 4 * 2, seen);
      keys.y = key_pair(a, place, k * 16 + lane % 4 * 2 + 8, seen);
      mma_f16(scores[t], work.queries[k][1][lane], keys);
      mma_f16(scores[t], work.queries[k][0][lane], keys);
    }
  }
  float value_scale[2][2];
#pragma unroll
  for (int t = 0; t < 2; t++) {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      int position = piece + t * 8 + lane % 4 * 2 + c % 2;
      const QueryRow &of = query[c / 2];
      bool seen = position <= of.position && (a.window == 0 || position > of.position - a.window);
      float score = scores[t][c] * work.down[lane / 4 + c / 2 * 8] * a.scale;
      value_scale[t][c % 2] = 1;
      if (a.kind == 1 && position < limit) {
        u64 place = place_of(a, item, position, kv_head);
        score *= a.key_scales[place];
        value_scale[t][c % 2] = a.value_scales[place] * LIFT;
      }
      if (a.cap != 0) {
        score = a.cap * tanhf(score / a.cap);
      }
      scores[t][c] = seen ? score : minus_infinity();
    }
  }
#pragma unroll
  for (int r = 0; r < 2; r++) {
    float top = larger(larger(scores[0][2 * r], scores[0][2 * r + 1]), larger(scores[1][2 * r], scores[1][2 * r + 1]));
    top = larger(top, shuffle_xor(top, 1));
    top = larger(top, shuffle_xor(top, 2));
    top = larger(top, soft.max[r]);
    float correction = top == minus_infinity() ? 1 : expf(soft.max[r] - top);
    float sum = 0;
#pragma unroll
    for (int t = 0; t < 2; t++) {
#pragma unroll
      for (int c = 2 * r; c < 2 * r + 2; c++) {
        scores[t][c] = scores[t][c] == minus_infinity() ? 0 : expf(scores[t][c] - top);
        sum += scores[t][c];
        scores[t][c] *= value_scale[t][c % 2];
      }
    }
    sum += shuffle_xor(sum, 1);
    sum += shuffle_xor(sum, 2);
    soft.sum[r] = fused(soft.sum[r], correction, sum);
    soft.max[r] = top;
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
      soft.out[n][2 * r] *= correction;
      soft.out[n][2 * r + 1] *= correction;
    }
  }
  Quad shares;
  shares.x = two_halves(scores[0][0], scores[0][1]);
  shares.y = two_halves(scores[0][2], scores[0][3]);
  shares.z = two_halves(scores[1][0], scores[1][1]);
  shares.w = two_halves(scores[1][2], scores[1][3]);
  u64 places[4];
  bool seen[4];
#pragma unroll
  for (int j = 0; j < 4; j++) {
    int position = piece + lane % 4 * 2 + j % 2 + j / 2 * 8;
    seen[j] = position < limit;
    places[j] = seen[j] ? place_of(a, item, position, kv_head) : 0;
  }
#pragma unroll
  for (int n = 0; n < D / 8; n++) {
    int i = n * 8 + lane / 4;
    Pair values;
    values.x = value_half(a, places[0], i, seen[0]) | value_half(a, places[1], i, seen[1]) << 16;
    values.y = value_half(a, places[2], i, seen[2]) | value_half(a, places[3], i, seen[3]) << 16;
    mma_f16(soft.out[n], shares, values);
  }
}

template <int D>
DEVICE void attend_tensor(const AttendArgs &a) {
  SHARED TensorWork<D> work;
  follow();
  if ((int)blockIdx.x >= a.counts->items) {
    return;
  }
  Item item = a.items[blockIdx.x];
  int group = a.heads / a.kv_heads;
  int together = group < 16 ? group : 16;
  int kv_head = blockIdx.y / ((group + together - 1) / together);
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  load_queries<D>(a, item, work);
  barrier();
  QueryRow query[2] = {query_row(a, item, lane / 4), query_row(a, item, lane / 4 + 8)};
  int lowest = a.window == 0 ? 0 : item.position - a.window + 1;
  for (int partition = item.first; partition < item.end; partition++) {
    WarpSoftmax<D> soft;
    for (int r = 0; r < 2; r++) {
      soft.max[r] = minus_infinity();
      soft.sum[r] = 0;
    }
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
      soft.out[n][0] = soft.out[n][1] = soft.out[n][2] = soft.out[n][3] = 0;
    }
    int begin = partition * PARTITION + warp * (PARTITION / 4);
    for (int piece = begin; piece < begin + PARTITION / 4; piece += 16) {
      if (piece < item.position + item.rows && piece + 16 > lowest) {
        attend_piece<D>(a, item, work, query, piece, kv_head, soft);
      }
    }
    // One warp after another adds what it has; the first one begins.
    for (int turn = 0; turn < 4; turn++) {
      if (warp == turn) {
#pragma unroll
        for (int r = 0; r < 2; r++) {
          float *to = work.part[lane / 4 + 8 * r];
          float max = turn == 0 ? minus_infinity() : to[0];
          float sum = turn == 0 ? 0 : to[1];
          float top = larger(max, soft.max[r]);
          float mine = sum == 0 ? 0 : expf(max - top);
          float others = soft.sum[r] == 0 ? 0 : expf(soft.max[r] - top);
          warp_barrier();
#pragma unroll
          for (int n = 0; n < D / 8; n++) {
#pragma unroll
            for (int c = 0; c < 2; c++) {
              float *place = to + 2 + n * 8 + lane % 4 * 2 + c;
              float before = turn == 0 ? 0 : *place;
              *place = fused(soft.out[n][2 * r + c], others, before * mine);
            }
          }
          if (lane % 4 == 0) {
            to[0] = top;
            to[1] = fused(soft.sum[r], others, sum * mine);
          }
        }
      }
      barrier();
    }
    for (int place = warp; place < 16; place += 4) {
      const float *part = work.part[place];
      if (part[1] != 0) {
        merge_row(work.all[place], part[0], part[1], D, lane, 32, [&](int i) { return part[2 + i]; });
      }
    }
    barrier();
  }
  float drop = a.kind == 1 ? 1 / LIFT : 1;
  for (int place = warp; place < 16; place += 4) {
    QueryRow of = query_row(a, item, place);
    if (of.head < 0) {
      continue;
    }
    const float *from = work.all[place];
    if (item.scratch >= 0) {
      float *to = a.scratch + ((u64)item.scratch * a.heads + of.head) * (a.dim + 2);
      for (int i = lane; i < a.dim + 2; i += 32) {
        to[i] = i < 2 ? from[i] : from[i] * drop;
      }
    } else {
      leave_head(
          a.out, a.ready, a.heads, a.dim, of.row, of.head, [&](int i) { return from[2 + i] * drop / from[1]; });
    }
  }
  if (item.scratch >= 0) {
    int chunks = (group + together - 1) / together;
    int within = blockIdx.y % chunks * together;
    merge_split(a, item, kv_head * group + within, group - within < together ? group - within : together);
  }
}

// Grid: items, kv heads times chunks of sixteen heads of a group.
KERNEL(attend_tensor_64, 128)(const AttendArgs a) { attend_tensor<64>(a); }
KERNEL(attend_tensor_128, 128)(const AttendArgs a) { attend_tensor<128>(a); }
