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
// 5. heads come from their projection's last block (project.cu): store_kv is for the rest;
// 6. tensor cores with loads of eight numbers, a step of keys and values ahead, a kernel for each kind of cache, and
//    warps merged as a tree in registers: before, an H200 took 115 us for a row behind 512 others and 547 us for 128
//    such rows, whose cache it reads in 0.5 and 63 us.
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
  SHARED(float, heads, [4][WIDEST_HEAD]);
  follow();
  int index = blockIdx.y * 4 + threadIdx.x / 32;
  if ((int)blockIdx.x < a.counts->rows && index < all_heads(a.heads)) {
    store_head(a.heads, heads[threadIdx.x / 32], blockIdx.x, index, way_of(a.heads, blockIdx.x));
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
#pragma unroll 1
    for (int first = 0; first < dim; first += 32) {
      ready_group(ready, row, head * dim + first, number(first + lane));
    }
    return;
  }
  float *to = out + ((u64)row * heads + head) * dim;
#pragma unroll 1
  for (int i = lane; i < dim; i += 32) {
    to[i] = number(i);
  }
}

// Whether this block is the last one to be done with its heads of a row that was cut.
DEVICE bool last_of(const AttendArgs &a, const Item &item, const Split &split) {
  SHARED(bool, last, );
  barrier();
  if (threadIdx.x == 0) {
    int *arrivals = a.arrivals + item.split * gridDim.y + blockIdx.y;
    last = arrive(arrivals) == split.parts - 1;
    if (last) {
      *arrivals = 0;
    }
  }
  barrier();
  return last;
}

// A head's partitions in order, by a warp; TOGETHER of them are on their way at once.
template <int LANES, int TOGETHER>
DEVICE void merge_parts(const AttendArgs &a, const Split &split, int head, Softmax<LANES> &merged) {
  int lane = threadIdx.x % 32;
  merged.clear();
#pragma unroll 1
  for (int part = 0; part < split.parts; part += TOGETHER) {
    int count = split.parts - part;
    Softmax<LANES> next[TOGETHER];
#pragma unroll
    for (int k = 0; k < TOGETHER; k++) {
      next[k].clear();
      if (k < count) {
        const float *from = a.scratch + ((u64)(split.scratch + part + k) * a.heads + head) * (a.dim + 2);
        next[k].max = fresh(from);
        next[k].sum = fresh(from + 1);
#pragma unroll
        for (int i = 0; i < LANES; i++) {
          next[k].out[i] = lane + 32 * i < a.dim ? fresh(from + 2 + lane + 32 * i) : 0;
        }
      }
    }
#pragma unroll
    for (int k = 0; k < TOGETHER; k++) {
      if (k < count) {
        merged.merge(next[k]);
      }
    }
  }
}

// Merges the partitions of a row that was cut, if this block was the last one to be done with one: its heads from
// `first` on, `count` of them, a head a warp.
template <int LANES>
DEVICE void merge_split(const AttendArgs &a, const Item &item, int first, int count) {
  Split split = a.splits[item.split];
  if (!last_of(a, item, split)) {
    return;
  }
  int lane = threadIdx.x % 32;
  for (int head = first + threadIdx.x / 32; head < first + count; head += 4) {
    Softmax<LANES> merged;
    merge_parts<LANES, (LANES > 4 ? 1 : 4)>(a, split, head, merged);
    float *to = a.out + ((u64)split.row * a.heads + head) * a.dim;
#pragma unroll
    for (int i = 0; i < LANES; i++) {
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
  SHARED(float, queries, [8][D]);
  SHARED(float, staged, [PIECE][D + 1]);
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
    merge_split<D / 32>(a, item, kv_head * group + within, group - within < together ? group - within : together);
  }
}

// Grid: items, kv heads times chunks of eight heads of a group.
KERNEL(attend_64, 128, 4)(const AttendArgs a) { attend<64>(a); }
KERNEL(attend_128, 128, 4)(const AttendArgs a) { attend<128>(a); }
KERNEL(attend_256, 128)(const AttendArgs a) { attend<256>(a); }

// Attention in tensor cores, for caches of binary16 or bytes: scores of 16 query heads and 16 keys at a time from
// exact products (queries as two binary16 and a power of two), probabilities rounded to binary16. A warp takes every
// fourth piece of 16 of a partition's positions; what the warps have is merged as a tree that does not change.
//
// Heads are multiples of eight numbers, and a lane loads eight neighbours of the cache at once. Where a product's
// numbers stand in fragments is free as long as both sides agree: of 32 neighbours of a key, lane l has the eight from
// l % 4 * 8 on, for two products; of 64 of a value, the eight from l / 4 * 8 on, a column each of eight tiles.
static const int STEP = 16;
static const int ATTENDING = 4;
static const int STEPS = PARTITION / STEP / ATTENDING;

struct alignas(16) Wide {
  u32 words[4];
};

// Eight numbers of a cache.
struct alignas(16) EightHalves {
  u32 words[4];

  // Numbers 4 i to 4 i + 3.
  DEVICE Pair four(int i) const { return {words[2 * i], words[2 * i + 1]}; }
};

struct alignas(8) EightBytes {
  u32 words[2];

  DEVICE Pair four(int i) const { return {low_bytes(words[i]), high_bytes(words[i])}; }
  // As binary16. With 128 more a byte is not negative, and behind 0x64 it is added to 1,024.
  DEVICE static u32 low_bytes(u32 word) { return two_of(word, 0x4140); }
  DEVICE static u32 high_bytes(u32 word) { return two_of(word, 0x4342); }
  DEVICE static u32 two_of(u32 word, u32 selector) {
    return subtract_halves(permute(word ^ 0x80808080u, 0x64646464u, selector), 0x64806480u);
  }
};

// Numbers 2 i and 2 i + 1 of two positions, a position a half: number 2 i in x.
DEVICE Pair beside(const EightHalves &first, const EightHalves &second, int i) {
  return {permute(first.words[i], second.words[i], 0x5410), permute(first.words[i], second.words[i], 0x7632)};
}

DEVICE Pair beside(const EightBytes &first, const EightBytes &second, int i) {
  u32 both = permute(first.words[i / 2], second.words[i / 2], i % 2 ? 0x7362 : 0x5140);
  return {EightBytes::low_bytes(both), EightBytes::high_bytes(both)};
}

// The query heads of a block.
struct Chunk {
  int kv_head;
  int head;      // the first
  int count;     // heads of a row
  int together;  // places of a row
};

// What lanes keep of a softmax in shared memory, each for itself.
template <int D>
struct Lanes {
  Wide out[2][D / 16][32];
  float max[2][32];
  float sum[2][32];
};

template <int D>
struct TensorWork {
  Wide queries[D / 16][2][32];
  float down[16];
  Item item;    // here, as registers are few
  Chunk chunk;
  Split split;
  Lanes<D> all;  // partitions before
  union {
    Lanes<D> slots[3];
    float rows[16][D + 4];  // output, largest score, sum
  };
};

DEVICE Chunk chunk_of(const AttendArgs &a) {
  int group = a.heads / a.kv_heads;
  if (group <= 16) {
    return {(int)blockIdx.y, (int)blockIdx.y * group, group, group};
  }
  int chunks = (group + 15) / 16;
  int kv_head = blockIdx.y / chunks;
  int within = (blockIdx.y - kv_head * chunks) * 16;
  return {kv_head, kv_head * group + within, group - within < 16 ? group - within : 16, 16};
}

struct QueryRow {
  int head;      // -1: none
  int row;
  int position;  // -1: sees nothing
};

DEVICE QueryRow query_row(const Chunk &chunk, const Item &item, int place) {
  int row = place / chunk.together;
  int within = place - row * chunk.together;
  bool used = row < item.rows && within < chunk.count;
  return {used ? chunk.head + within : -1, item.row + row, used ? item.position + row : -1};
}


// A warp takes every fourth row of queries, a lane four neighbours of each.
DEVICE void load_queries(Wide (&numbers)[4], const AttendArgs &a, const Chunk &chunk, const Item &item) {
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    QueryRow query = query_row(chunk, item, warp + ATTENDING * i);
    numbers[i] = {};
    if (query.head >= 0 && lane * 4 < a.dim) {
      u64 head = (u64)query.row * (a.heads + 2 * a.kv_heads) + query.head;
      numbers[i] = *(const Wide *)(a.qkv + head * a.dim + lane * 4);
    }
  }
}

// Queries as fragments.
template <int D>
DEVICE void lay_queries(const Wide (&numbers)[4], TensorWork<D> &work) {
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  float largest[4];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    largest[i] = 0;
#pragma unroll
    for (int w = 0; w < 4; w++) {
      largest[i] = larger(largest[i], fabsf(bits_to_f32(numbers[i].words[w])));
    }
  }
#pragma unroll
  for (int mask = 16; mask > 0; mask >>= 1) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      largest[i] = larger(largest[i], shuffle_xor(largest[i], mask));
    }
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    int place = warp + ATTENDING * i;
    int shift = largest[i] == 0 ? 0 : 14 - ((int)(f32_to_bits(largest[i]) >> 23) - 127);
    shift = shift > 100 ? 100 : (shift < -100 ? -100 : shift);
    float up = bits_to_f32((u32)(127 + shift) << 23);
    if (lane == 0) {
      work.down[place] = bits_to_f32((u32)(127 - shift) << 23);
    }
    if (lane * 4 < D) {
      int reader = place % 8 * 4 + lane % 8 / 2;
#pragma unroll
      for (int pair = 0; pair < 2; pair++) {
        float first = bits_to_f32(numbers[i].words[2 * pair]) * up;
        float second = bits_to_f32(numbers[i].words[2 * pair + 1]) * up;
        u32 high = two_f16(first, second);
        u32 low = two_f16(first - f16_to_f32((u16)high), second - f16_to_f32((u16)(high >> 16)));
        Wide(&to)[2][32] = work.queries[lane / 8 * 2 + lane % 2];
        to[0][reader].words[pair * 2 + place / 8] = high;
        to[1][reader].words[pair * 2 + place / 8] = low;
      }
    }
  }
}

// The first position that any of an item's rows sees.
DEVICE int lowest_seen(const AttendArgs &a, const Item &item) {
  return a.window == 0 ? 0 : item.position - a.window + 1;
}

// Where a warp's positions of a partition are in the cache, each looked up by one lane: positions of steps 2 i and
// 2 i + 1, half the lanes each. What is behind the sequence's end has the last position's place, as what is there is
// finite, and is not seen.
struct Places {
  u32 at[2];
  float key_scale[2];
  float value_scale[2];

  DEVICE void find(const AttendArgs &a, const Chunk &chunk, const Item &item, int partition) {
    int lane = threadIdx.x % 32;
    int last = item.position + item.rows - 1;
#pragma unroll
    for (int i = 0; i < 2; i++) {
      int step = 2 * i + lane / 16;
      int position = partition * PARTITION + (step * ATTENDING + (int)threadIdx.x / 32) * STEP + lane % 16;
      position = position < last ? position : last;
      int block = position / a.block_size;
      int slot = (a.tables[item.table + block] - block) * a.block_size + position;
      at[i] = (u32)slot * a.kv_heads + chunk.kv_head;
    }
  }

  // Asks for what a lane's positions have in the cache, so that it comes while kernels before are at work.
  template <class Eight>
  DEVICE void fetch(const AttendArgs &a) const {
    int bytes = a.dim / 8 * sizeof(Eight);
#pragma unroll
    for (int i = 0; i < 2; i++) {
#pragma unroll 1
      for (int byte = 0; byte < bytes; byte += 128) {
        u64 from = (u64)at[i] * bytes + byte;
        fetch_ahead((const u8 *)a.keys + from);
        fetch_ahead((const u8 *)a.values + from);
      }
      if (sizeof(Eight) == 8) {
        fetch_ahead(a.key_scales + at[i]);
        fetch_ahead(a.value_scales + at[i]);
      }
    }
  }

  DEVICE void load_scales(const AttendArgs &a) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      key_scale[i] = a.key_scales[at[i]];
      value_scale[i] = a.value_scales[at[i]];
    }
  }

  DEVICE u32 place(int step, int position) const {
    return f32_to_bits(shuffle(bits_to_f32(step < 2 ? at[0] : at[1]), step % 2 * 16 + position));
  }
};

DEVICE float of_step(const float (&numbers)[2], int step, int position) {
  return shuffle(step < 2 ? numbers[0] : numbers[1], step % 2 * 16 + position);
}

// RUNS times eight numbers of a position, `apart` eights from each other.
template <class Eight, int RUNS>
DEVICE void load_eights(Eight (&to)[RUNS], const void *from, u32 place, int dim, int first, int apart) {
  const Eight *row = (const Eight *)from + (u64)place * (dim / 8);
#pragma unroll
  for (int run = 0; run < RUNS; run++) {
    to[run] = {};
    if ((first + run * apart) * 8 < dim) {
      to[run] = row[first + run * apart];
    }
  }
}

template <class Eight, int D>
DEVICE void load_keys(Eight (&keys)[2][D / 32], const AttendArgs &a, const Places &places, int step) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int t = 0; t < 2; t++) {
    load_eights(keys[t], a.keys, places.place(step, t * 8 + lane / 4), a.dim, lane % 4, 4);
  }
}

template <class Eight, int D>
DEVICE void load_values(Eight (&values)[4][D / 64], const AttendArgs &a, const Places &places, int step) {
  int lane = threadIdx.x % 32;
#pragma unroll
  for (int j = 0; j < 4; j++) {
    int position = lane % 4 * 2 + j % 2 + j / 2 * 8;
    load_eights(values[j], a.values, places.place(step, position), a.dim, lane / 4, 8);
  }
}

// One warp's softmax; lane l has columns of rows l / 4 and l / 4 + 8: in tile n, of 64 numbers from n / 8 * 64 on,
// numbers (l % 4 * 2 + c % 2) * 8 + n % 8.
template <int D>
struct WarpSoftmax {
  float max[2];
  float sum[2];
  float out[D / 8][4];

  DEVICE void clear() {
    max[0] = max[1] = minus_infinity();
    sum[0] = sum[1] = 0;
#pragma unroll
    for (int n = 0; n < D / 8; n++) {
      out[n][0] = out[n][1] = out[n][2] = out[n][3] = 0;
    }
  }

  DEVICE void store(Lanes<D> &to, int halves) const {
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int r = 0; r < 2; r++) {
      if (r < halves) {
        to.max[r][lane] = max[r];
        to.sum[r][lane] = sum[r];
#pragma unroll
        for (int n = 0; n < D / 16; n++) {
          to.out[r][n][lane] = {
              f32_to_bits(out[2 * n][2 * r]), f32_to_bits(out[2 * n][2 * r + 1]),
              f32_to_bits(out[2 * n + 1][2 * r]), f32_to_bits(out[2 * n + 1][2 * r + 1])};
        }
      }
    }
  }

  // As Softmax.merge() merges this one into `before`.
  DEVICE void merge_into(const Lanes<D> &before, int halves) {
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float others_sum = r < halves ? before.sum[r][lane] : 0;
      if (others_sum == 0) {
        continue;
      }
      float others_max = before.max[r][lane];
      bool none = sum[r] == 0;
      float top = none ? others_max : larger(others_max, max[r]);
      float mine = none ? 0 : expf(max[r] - top);
      float others = expf(others_max - top);
      max[r] = top;
      sum[r] = none ? others_sum : fused(sum[r], mine, others_sum * others);
#pragma unroll
      for (int n = 0; n < D / 16; n++) {
        Wide was = before.out[r][n][lane];
#pragma unroll
        for (int c = 0; c < 4; c++) {
          float &number = out[2 * n + c / 2][2 * r + c % 2];
          float old = bits_to_f32(was.words[c]);
          number = none ? old : fused(number, mine, old * others);
        }
      }
    }
  }

  DEVICE void leave(float (&rows)[16][D + 4], int halves) const {
    int lane = threadIdx.x % 32;
#pragma unroll
    for (int r = 0; r < 2; r++) {
      if (r < halves) {
        float *to = rows[lane / 4 + 8 * r];
#pragma unroll
        for (int n = 0; n < D / 8; n += 4) {
#pragma unroll
          for (int c = 0; c < 2; c++) {
            *(Wide *)(to + n / 8 * 64 + (lane % 4 * 2 + c) * 8 + n % 8) = {
                f32_to_bits(out[n][2 * r + c]), f32_to_bits(out[n + 1][2 * r + c]),
                f32_to_bits(out[n + 2][2 * r + c]), f32_to_bits(out[n + 3][2 * r + c])};
          }
        }
        if (lane % 4 == 0) {
          to[D] = max[r];
          to[D + 1] = sum[r];
        }
      }
    }
  }
};

// Probabilities of bytes are multiplied with their scales and this, so that small ones keep their bits.
static const float LIFT = 64.0f;

template <int D, class Eight>
DEVICE void score(const Wide (&queries)[D / 16][2][32], const Eight (&keys)[2][D / 32], float (&scores)[2][4]) {
  int lane = threadIdx.x % 32;
  float low[2][4] = {};
#pragma unroll
  for (int t = 0; t < 2; t++) {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      scores[t][c] = 0;
    }
  }
#pragma unroll
  for (int k = 0; k < D / 16; k++) {
    Wide high_query = queries[k][0][lane];
    Wide low_query = queries[k][1][lane];
    Quad high = {high_query.words[0], high_query.words[1], high_query.words[2], high_query.words[3]};
    Quad rest = {low_query.words[0], low_query.words[1], low_query.words[2], low_query.words[3]};
#pragma unroll
    for (int t = 0; t < 2; t++) {
      Pair four = keys[t][k / 2].four(k % 2);
      mma_f16(low[t], rest, four);
      mma_f16(scores[t], high, four);
    }
  }
#pragma unroll
  for (int t = 0; t < 2; t++) {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      scores[t][c] += low[t][c];
    }
  }
}

// A loop, as it is long and rarely needed; scores change places, as registers have no index.
DEVICE void cap_scores(float (&scores)[2][4], float cap) {
#pragma unroll 1
  for (int i = 0; i < 8; i++) {
    float capped = cap * tanhf(scores[0][0] / cap);
#pragma unroll
    for (int k = 0; k < 7; k++) {
      scores[k / 4][k % 4] = scores[(k + 1) / 4][(k + 1) % 4];
    }
    scores[1][3] = capped;
  }
}

// Scores become probabilities beneath the new largest score; what there was is lowered. Of what is not seen the score
// is minus infinity, whose power is 0.
template <int D>
DEVICE void weigh(float (&scores)[2][4], WarpSoftmax<D> &soft, int halves) {
#pragma unroll
  for (int r = 0; r < 2; r++) {
    if (r >= halves) {
      scores[0][2 * r] = scores[0][2 * r + 1] = scores[1][2 * r] = scores[1][2 * r + 1] = 0;
      continue;
    }
    float top = larger(larger(scores[0][2 * r], scores[0][2 * r + 1]), larger(scores[1][2 * r], scores[1][2 * r + 1]));
    top = larger(top, shuffle_xor(top, 1));
    top = larger(top, shuffle_xor(top, 2));
    top = larger(top, soft.max[r]);
    float base = top == minus_infinity() ? 0 : top;
    float correction = expf(soft.max[r] - base);
    float sum = 0;
#pragma unroll
    for (int t = 0; t < 2; t++) {
#pragma unroll
      for (int c = 2 * r; c < 2 * r + 2; c++) {
        scores[t][c] = expf(scores[t][c] - base);
        sum += scores[t][c];
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
}

template <int D, class Eight>
DEVICE void add_values(const float (&shares)[2][4], const Eight (&values)[4][D / 64], WarpSoftmax<D> &soft) {
  Quad left = {
      two_f16(shares[0][0], shares[0][1]), two_f16(shares[0][2], shares[0][3]),
      two_f16(shares[1][0], shares[1][1]), two_f16(shares[1][2], shares[1][3])};
#pragma unroll
  for (int n = 0; n < D / 8; n += 2) {
    Pair first = beside(values[0][n / 8], values[1][n / 8], n % 8 / 2);
    Pair second = beside(values[2][n / 8], values[3][n / 8], n % 8 / 2);
    mma_f16(soft.out[n], left, {first.x, second.x});
    mma_f16(soft.out[n + 1], left, {first.y, second.y});
  }
}

// What a lane knows of the two query rows that it has columns of.
struct Seen {
  int last[2];     // positions up to here
  int before[2];   // and behind this one
  float scale[2];  // of scores
};

// A warp's steps of a partition, and the keys and values of the first, which are on their way.
template <int D, class Eight>
struct Steps {
  int step;
  int end;
  Eight keys[2][D / 32];
  Eight values[4][D / 64];

  DEVICE void begin(const AttendArgs &a, const Item &item, const Places &places, int partition) {
    int first = partition * PARTITION + (int)threadIdx.x / 32 * STEP;
    int behind = item.position + item.rows - first;
    int hidden = lowest_seen(a, item) - first - STEP;
    end = behind <= 0 ? 0 : (behind - 1) / (ATTENDING * STEP) + 1;
    end = end < STEPS ? end : STEPS;
    step = hidden < 0 ? 0 : hidden / (ATTENDING * STEP) + 1;
    if (step < end) {
      load_keys<Eight, D>(keys, a, places, step);
      load_values<Eight, D>(values, a, places, step);
    }
  }
};

// A warp's part of a partition. Keys and values of the next step are on their way while this one is computed.
template <int D, class Eight, bool BYTES>
DEVICE void attend_partition(
    const AttendArgs &a, const TensorWork<D> &work, const Seen &rows, const Places &places, int partition, int halves,
    Steps<D, Eight> &steps, WarpSoftmax<D> &soft) {
  int lane = threadIdx.x % 32;
  int begin = partition * PARTITION + (int)threadIdx.x / 32 * STEP;
  int step = steps.step;
  int end = steps.end;
#pragma unroll 1
  for (; step < end; step++) {
    float scores[2][4];
    score<D, Eight>(work.queries, steps.keys, scores);
    if (step + 1 < end) {
      load_keys<Eight, D>(steps.keys, a, places, step + 1);
    }
    float value_scale[2][2];
#pragma unroll
    for (int t = 0; t < 2; t++) {
#pragma unroll
      for (int c = 0; c < 2; c++) {
        int position = t * 8 + lane % 4 * 2 + c;
        scores[t][c] *= rows.scale[0];
        scores[t][c + 2] *= rows.scale[1];
        if (BYTES) {
          float key_scale = of_step(places.key_scale, step, position);
          scores[t][c] *= key_scale;
          scores[t][c + 2] *= key_scale;
          value_scale[t][c] = of_step(places.value_scale, step, position) * LIFT;
        }
      }
    }
    if (a.cap != 0) {
      cap_scores(scores, a.cap);
    }
#pragma unroll
    for (int t = 0; t < 2; t++) {
#pragma unroll
      for (int c = 0; c < 4; c++) {
        int position = begin + step * ATTENDING * STEP + t * 8 + lane % 4 * 2 + c % 2;
        bool seen = position <= rows.last[c / 2] && position > rows.before[c / 2];
        scores[t][c] = seen ? scores[t][c] : minus_infinity();
      }
    }
    weigh<D>(scores, soft, halves);
    if (BYTES) {
#pragma unroll
      for (int t = 0; t < 2; t++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
          scores[t][c] *= value_scale[t][c % 2];
        }
      }
    }
    add_values<D, Eight>(scores, steps.values, soft);
    if (step + 1 < end) {
      load_values<Eight, D>(steps.values, a, places, step + 1);
    }
  }
}

// The first warp gets what all warps have of a partition, and then what came before. A loop, as a merge is long.
template <int D, bool BYTES>
DEVICE void merge_warps(TensorWork<D> &work, WarpSoftmax<D> &soft, int halves, bool first, bool last) {
  int warp = threadIdx.x / 32;
#pragma unroll 1
  for (int level = 0; level < 3; level++) {
    int half = 2 >> level;
    if (level < 2) {
      if (warp >= half && warp < 2 * half) {
        soft.store(work.slots[level * 2 + warp - half], halves);
      }
      barrier();
    } else if (BYTES) {
#pragma unroll
      for (int n = 0; n < D / 8; n++) {
#pragma unroll
        for (int c = 0; c < 4; c++) {
          soft.out[n][c] *= 1 / LIFT;
        }
      }
    }
    if (warp < half || (level == 2 && warp == 0 && !first)) {
      soft.merge_into(level < 2 ? work.slots[level * 2 + warp] : work.all, halves);
    }
  }
  if (warp == 0 && !last) {
    soft.store(work.all, halves);
  }
}

// Leaves a partition's heads for the last block of their row, which takes what all have left in their stead. A head
// is always the same warp's.
template <int D>
DEVICE bool merge_rows(
    const AttendArgs &a, const Item &item, const Chunk &chunk, const Split &split, float (&rows)[16][D + 4]) {
  int lane = threadIdx.x % 32;
#pragma unroll 1
  for (int place = threadIdx.x / 32; place < chunk.count; place += ATTENDING) {
    float *to = a.scratch + ((u64)item.scratch * a.heads + chunk.head + place) * (a.dim + 2);
#pragma unroll
    for (int i = lane; i < D; i += 32) {
      if (i < a.dim) {
        to[2 + i] = rows[place][i];
      }
    }
    if (lane < 2) {
      to[lane] = rows[place][D + lane];
    }
  }
  if (!last_of(a, item, split)) {
    return false;
  }
#pragma unroll 1
  for (int place = threadIdx.x / 32; place < chunk.count; place += ATTENDING) {
    Softmax<D / 32> merged;
    merge_parts<D / 32, 16>(a, split, chunk.head + place, merged);
#pragma unroll
    for (int i = 0; i < D / 32; i++) {
      rows[place][lane + 32 * i] = merged.out[i];
    }
    if (lane == 0) {
      rows[place][D + 1] = merged.sum;
    }
  }
  warp_barrier();
  return true;
}

// What is read before the wait is written by copies alone. What earlier steps left in the cache is asked for.
template <int D, class Eight, bool BYTES>
DEVICE void attend_tensor(const AttendArgs &a) {
  SHARED(TensorWork<D>, work, );
  let_next_begin();
  bool needed = (int)blockIdx.x < a.counts->items;
  Places places;
  if (needed) {
    Item item = a.items[blockIdx.x];
    Chunk chunk = chunk_of(a);
    places.find(a, chunk, item, item.first);
    if ((item.first + 1) * PARTITION > lowest_seen(a, item)) {
      places.fetch<Eight>(a);
    }
    if (threadIdx.x == 0) {
      work.item = item;
      work.chunk = chunk;
      if (item.scratch >= 0) {
        work.split = a.splits[item.split];
      }
    }
  }
  barrier();
  await_previous();
  if (!needed) {
    return;
  }
  const Item &item = work.item;
  const Chunk &chunk = work.chunk;
  Steps<D, Eight> steps;
  Wide queries[4];
  load_queries(queries, a, chunk, item);
  if (BYTES) {
    places.load_scales(a);
  }
  steps.begin(a, item, places, item.first);
  lay_queries<D>(queries, work);
  barrier();
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  int halves = item.rows * chunk.together <= 8 ? 1 : 2;
  Seen rows;
#pragma unroll
  for (int r = 0; r < 2; r++) {
    rows.last[r] = query_row(chunk, item, lane / 4 + 8 * r).position;
    rows.before[r] = a.window == 0 ? -1 : rows.last[r] - a.window;
    rows.scale[r] = work.down[lane / 4 + 8 * r] * a.scale;
  }
  WarpSoftmax<D> soft;
#pragma unroll 1
  for (int partition = item.first; partition < item.end; partition++) {
    soft.clear();
    bool last = partition + 1 == item.end;
    Places next = places;
    if (!last) {
      next.find(a, chunk, item, partition + 1);
    }
    attend_partition<D, Eight, BYTES>(a, work, rows, places, partition, halves, steps, soft);
    if (!last) {
      places = next;
      if (BYTES) {
        places.load_scales(a);
      }
      steps.begin(a, item, places, partition + 1);
    }
    merge_warps<D, BYTES>(work, soft, halves, partition == item.first, last);
  }
  if (warp == 0) {
    soft.leave(work.rows, halves);
  }
  barrier();
  if (item.scratch >= 0 && !merge_rows<D>(a, item, chunk, work.split, work.rows)) {
    return;
  }
#pragma unroll 1
  for (int place = warp; place < 8 * halves; place += ATTENDING) {
    QueryRow of = query_row(chunk, item, place);
    if (of.head >= 0) {
      const float *from = work.rows[place];
      leave_head(a.out, a.ready, a.heads, a.dim, of.row, of.head, [&](int i) { return from[i] / from[D + 1]; });
    }
  }
}

// Grid: items, kv heads times chunks of sixteen heads of a group.
KERNEL(attend_tensor_64, 128)(const AttendArgs a) { attend_tensor<64, EightHalves, false>(a); }
KERNEL(attend_tensor_128, 128, 2)(const AttendArgs a) { attend_tensor<128, EightHalves, false>(a); }
KERNEL(attend_bytes_64, 128)(const AttendArgs a) { attend_tensor<64, EightBytes, true>(a); }
KERNEL(attend_bytes_128, 128, 2)(const AttendArgs a) { attend_tensor<128, EightBytes, true>(a); }
