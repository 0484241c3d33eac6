// The next token of each row of logits: soft cap, bias, penalties, mask, temperature, top-k, top-p, min-p, draw;
// log probabilities under the logits as they were. Only tokens come back to the host.
//
// Where nothing is cut a token is drawn in the order of ids. All three cuts keep a front part of the tokens sorted by
// probability, equal ones by id. Nothing is sorted: a place in that order is found by its rank or by the mass before
// it. Masses are integers, so that sums do not depend on who comes first.
//
// A row is looked through by several blocks: each takes a slice of its tokens, adjusts it, and finds the largest
// logit and the first that is not finite. The block that is done last puts that together. For a row that only wants
// the largest that is all, and nothing is copied.
//
// A place is first looked for by how far logits lie below the largest, in bins of equal width: the tokens of one bin
// mostly fit into shared memory, where each is compared with all. Only where they do not, the place is found digit by
// digit of the logits' bits (radix select).
//
// Ladder: 1. a block a row, every pass from L2, 70 us for the largest of 128,256 logits; 2. slices, 16 bytes a load,
// bins of equal width, no copy for who only wants the largest (this, not timed yet); 3. the largest logit beside
// lm_head: not built yet.
#include "common.cuh"

struct SampleRow {
  float temperature;  // 0: the largest
  int top_k;          // 0: all
  float top_p;
  float min_p;
  float frequency;
  float presence;
  float repetition;
  int seen;        // entries of `seen_ids`: first
  int seen_end;    //   and behind the last
  int bias;        // entries of `bias_ids`
  int bias_end;
  int mask;        // first word of `masks`; -1: everything is permitted
  int mask_words;
  int top;         // log probabilities wanted: -1 none, else so many of the likeliest too
  double share;    // 0 to 1: where in the mass the draw falls
};

struct SampleArgs {
  const Counts *counts;
  const float *logits;
  const SampleRow *rows;
  const int *seen_ids;
  const int *seen_counts;  // how often generated
  const int *bias_ids;
  const float *biases;
  const u64 *masks;
  float *work;    // [row][2][tokens, in whole fours]: adjusted; as they were, where that is something else
  Quad *slices;   // [row][slice][2]: what each block found
  int *arrivals;  // [row]: blocks that are done
  int *out;       // [row][44]: token, first logit that is not finite or -1, log probability, number of ids, ids, theirs
  int vocabulary;  // logits of a row
  int tokens;      // of which these are tokens
  float cap;
};

static const int SAMPLE_THREADS = 1024;
static const int MOST_TOP = 20;
static const int OUT_INTS = 44;
static const int BINS = 2048;
static const int LIST = 1024;  // one a thread
static const int IN_FLIGHT = 2;

// Order of numbers; both zeros are one.
DEVICE u32 order_of(float value) {
  u32 bits = value == 0 ? 0 : f32_to_bits(value);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

DEVICE float of_order(u32 key) { return bits_to_f32(key & 0x80000000u ? key ^ 0x80000000u : ~key); }

// The larger, the further in front: by logit, equal ones by id.
DEVICE u64 standing(float logit, int id) { return (u64)order_of(logit) << 32 | (u32)~id; }

// Part of a row, looked through.
struct Findings {
  u64 best;      // standing of the foremost
  u32 broken;    // first that is not finite
  float least;   // finite logit, adjusted
  float plain;   // largest logit before it was adjusted

  DEVICE void merge(const Findings &other) {
    best = best > other.best ? best : other.best;
    broken = broken < other.broken ? broken : other.broken;
    least = least < other.least ? least : other.least;
    plain = larger(plain, other.plain);
  }
};

struct DrawSpace {
  u64 masses[BINS + 1];  // of a bin; then of all bins before
  u32 counts[BINS + 1];
  u64 list[LIST];        // standings of the tokens of one bin; or 256 bins
  u64 weights[LIST];     // their masses
  u64 sums[32];
  Findings seen[32];
  Findings row;
  u64 likely;
  u64 up_to;
  u32 listed;
  int bin;
  int found;
  int last;
};

// The state of a block that draws from a row.
struct Drawing {
  const float *logits;
  int tokens;
  float max;
  float temperature;
  float bins_per_unit;

  DEVICE void over(const float *row, float largest, float least, float divisor) {
    logits = row;
    max = largest;
    temperature = divisor;
    float range = largest - least;
    range = range < 28.0f * divisor ? range : 28.0f * divisor;
    bins_per_unit = range > 0 ? BINS / range : 0;
  }

  // Of 2^40 for the largest. Nothing is left of exp(-28).
  DEVICE u64 mass(float logit) const {
    float below = logit - max;
    if (temperature != 1) {
      below /= temperature;
    }
    return below > -28.0f ? (u64)(expf(below) * 1099511627776.0f) : 0;
  }

  // Bins lie in the order of tokens.
  DEVICE int bin(float logit) const {
    float at = (max - logit) * bins_per_unit;
    return at < (float)(BINS - 1) ? (int)at : BINS - 1;
  }

  DEVICE int fours() const { return (tokens + 3) / 4; }

  template <class Use>
  DEVICE void each(Use use) const {
    each(threadIdx.x, fours(), SAMPLE_THREADS, use);
  }

  // Calls `use` for the tokens of every `stride`-th four from `begin` to `quads`.
  template <class Use>
  DEVICE void each(int begin, int quads, int stride, Use use) const {
    for (int first = begin; first < quads; first += IN_FLIGHT * stride) {
      Quad held[IN_FLIGHT];
#pragma unroll
      for (int k = 0; k < IN_FLIGHT; k++) {
        int quad = first + k * stride;
        held[k] = fresh_quad((const Quad *)logits + (quad < quads ? quad : first));
      }
#pragma unroll
      for (int k = 0; k < IN_FLIGHT; k++) {
        int id = 4 * (first + k * stride);
        int end = first + k * stride < quads ? tokens : 0;
        u32 bits[4] = {held[k].x, held[k].y, held[k].z, held[k].w};
#pragma unroll
        for (int i = 0; i < 4; i++) {
          if (id + i < end) {
            use(id + i, bits_to_f32(bits[i]));
          }
        }
      }
    }
  }
};

DEVICE void add_mass(u64 *at, u64 mass) {
  u32 *words = (u32 *)at;
  u32 low = (u32)mass;
  u32 before = add_shared(words, low);
  u32 high = (u32)(mass >> 32) + (before + low < before ? 1 : 0);
  if (high != 0) {
    add_shared(words + 1, high);
  }
}

struct Sums {
  u64 before;  // of the threads before
  u64 all;
};

DEVICE u64 warp_scan(u64 value) {
  int lane = threadIdx.x % 32;
  for (int step = 1; step < 32; step *= 2) {
    u64 other = shuffle64(value, lane >= step ? lane - step : lane);
    value += lane >= step ? other : 0;
  }
  return value;
}

DEVICE Sums block_scan(u64 value, u64 *sums) {
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  u64 within = warp_scan(value);
  barrier();
  if (lane == 31) {
    sums[warp] = within;
  }
  barrier();
  u64 warps = warp_scan(sums[lane]);
  Sums result;
  u64 others = shuffle64(warps, warp > 0 ? warp - 1 : 0);
  result.before = (warp > 0 ? others : 0) + within - value;
  result.all = shuffle64(warps, 31);
  return result;
}

struct Found {
  int id;
  u64 up_to;  // mass of the tokens up to it
};

// Digit by digit: the place at rank `target`, or the first one with which the mass exceeds it.
DEVICE Found find_by_digits(const Drawing &d, DrawSpace &s, u64 target, bool by_mass) {
  u32 prefix = 0;
  u64 before = 0;
#pragma unroll 1
  for (int shift = 24; shift >= 0; shift -= 8) {
    barrier();
    if (threadIdx.x < 256) {
      s.list[threadIdx.x] = 0;
    }
    barrier();
    d.each([&](int, float logit) {
      u32 key = order_of(logit);
      if (shift == 24 || (key >> (shift + 8)) == (prefix >> (shift + 8))) {
        add_mass(&s.list[(key >> shift) & 255], by_mass ? d.mass(logit) : (u64)1);
      }
    });
    barrier();
    u64 mine = threadIdx.x < 256 ? s.list[255 - threadIdx.x] : 0;
    Sums sums = block_scan(mine, s.sums);
    u64 low = before + sums.before;
    if (target >= low && (threadIdx.x == 255 || (threadIdx.x < 255 && target < low + mine))) {
      s.bin = 255 - threadIdx.x;
      s.up_to = low;
    }
    barrier();
    prefix |= (u32)s.bin << shift;
    before = s.up_to;
  }
  u64 within = target - before;
  u64 each = d.mass(of_order(prefix));
  if (by_mass) {
    within = each == 0 ? 0 : within / each;
  }
  // Number `within` of those with that key, by id.
  int share = (d.tokens + SAMPLE_THREADS - 1) / SAMPLE_THREADS;
  int begin = threadIdx.x * share;
  int end = begin + share < d.tokens ? begin + share : d.tokens;
  u64 equal = 0;
#pragma unroll 4
  for (int id = begin; id < end; id++) {
    equal += order_of(fresh(d.logits + id)) == prefix;
  }
  if (threadIdx.x == 0) {
    s.found = 0;
  }
  Sums numbers = block_scan(equal, s.sums);
  if (within >= numbers.before && within < numbers.before + equal) {
    u64 number = numbers.before;
#pragma unroll 1
    for (int id = begin; id < end; id++) {
      if (order_of(fresh(d.logits + id)) == prefix && number++ == within) {
        s.found = id;
      }
    }
  }
  u64 larger_ones = 0;
  d.each([&](int, float logit) { larger_ones += order_of(logit) > prefix ? d.mass(logit) : 0; });
  Found found;
  found.up_to = block_scan(larger_ones, s.sums).all + (within + 1) * each;
  found.id = s.found;
  return found;
}

// Fills the bins; what they hold becomes what all bins before hold. Gives all mass, and in `likely` that of the tokens
// with `bound` at least.
DEVICE u64 weigh(const Drawing &d, DrawSpace &s, u64 bound) {
  int first = 2 * threadIdx.x;
  barrier();
  s.masses[first] = s.masses[first + 1] = 0;
  s.counts[first] = s.counts[first + 1] = 0;
  barrier();
  u64 reaching = 0;
  d.each([&](int, float logit) {
    u64 mass = d.mass(logit);
    int bin = d.bin(logit);
    reaching += mass >= bound ? mass : 0;
    if (bin < BINS - 1) {
      add_shared(&s.counts[bin], 1u);
    }
    if (mass != 0) {
      add_mass(&s.masses[bin], mass);
    }
  });
  barrier();
  u64 mass = s.masses[first];
  u64 next_mass = s.masses[first + 1];
  u32 count = s.counts[first];
  u32 next_count = s.counts[first + 1];
  Sums masses = block_scan(mass + next_mass, s.sums);
  Sums counts = block_scan((u64)count + next_count, s.sums);
  s.masses[first] = masses.before;
  s.masses[first + 1] = masses.before + mass;
  s.counts[first] = (u32)counts.before;
  s.counts[first + 1] = (u32)counts.before + count;
  u64 likely = block_scan(reaching, s.sums).all;
  if (threadIdx.x == 0) {
    s.masses[BINS] = masses.all;
    s.counts[BINS] = (u32)counts.all;
    s.likely = likely;
  }
  barrier();
  return masses.all;
}

// The bin of a place. The last one's tokens are not counted, as few ask for them.
DEVICE int bin_of(DrawSpace &s, u64 target, bool by_mass) {
  barrier();
  if (threadIdx.x == 0) {
    s.bin = BINS - 1;
    s.listed = 0;
    s.found = 0;
    s.up_to = 0;
  }
  barrier();
#pragma unroll
  for (int i = 0; i < 2; i++) {
    int bin = 2 * threadIdx.x + i;
    u64 low = by_mass ? s.masses[bin] : s.counts[bin];
    u64 high = by_mass ? s.masses[bin + 1] : s.counts[bin + 1];
    if (target >= low && target < high) {
      s.bin = bin;
    }
  }
  barrier();
  return s.bin;
}

// Lists the tokens of these bins; false if they are too many.
DEVICE bool list(const Drawing &d, DrawSpace &s, int first, int last) {
  d.each([&](int id, float logit) {
    int bin = d.bin(logit);
    if (bin >= first && bin <= last) {
      u32 at = add_shared(&s.listed, 1u);
      if (at < LIST) {
        s.list[at] = standing(logit, id);
        s.weights[at] = d.mass(logit);
      }
    }
  });
  barrier();
  return s.listed <= LIST;
}

// The place at rank `target`, or the first one with which the mass exceeds it.
DEVICE Found find(const Drawing &d, DrawSpace &s, u64 target, bool by_mass) {
  int bin = bin_of(s, target, by_mass);
  if (!list(d, s, bin, bin)) {
    return find_by_digits(d, s, target, by_mass);
  }
  if (threadIdx.x < s.listed) {
    u64 mine = s.list[threadIdx.x];
    u64 weight = s.weights[threadIdx.x];
    u64 before = s.masses[bin];
    u64 rank = s.counts[bin];
#pragma unroll 4
    for (u32 i = 0; i < s.listed; i++) {
      bool ahead = s.list[i] > mine;
      before += ahead ? s.weights[i] : 0;
      rank += ahead ? 1 : 0;
    }
    if (by_mass ? target >= before && target < before + weight : target == rank) {
      s.found = (int)~(u32)mine;
      s.up_to = before + weight;
    }
  }
  barrier();
  Found found;
  found.id = s.found;
  found.up_to = s.up_to;
  return found;
}

DEVICE u64 least(u64 a, u64 b) { return a < b ? a : b; }

DEVICE u64 place_of(double share, u64 mass) {
  u64 place = (u64)(share * (double)mass);
  return place < mass ? place : mass - 1;
}

// Where nothing is cut no order is needed but that of the ids, in which the host draws then, too: the mass of each
// warp's part of the row, then the tokens of one part.
DEVICE int draw_any(const Drawing &d, DrawSpace &s, double share) {
  int quads = d.fours();
  int part = (quads + 31) / 32;
  int begin = (int)(threadIdx.x / 32) * part;
  int end = begin + part < quads ? begin + part : quads;
  u64 mass = 0;
  d.each(begin + threadIdx.x % 32, end, 32, [&](int, float logit) { mass += d.mass(logit); });
  if (threadIdx.x == 0) {
    s.bin = 0;
    s.up_to = 0;
    s.found = 0;
  }
  Sums sums = block_scan(mass, s.sums);
  u64 target = place_of(share, sums.all);
  u64 before = shuffle64(sums.before, 0);
  u64 after = shuffle64(sums.before + mass, 31);
  if (threadIdx.x % 32 == 0 && target >= before && target < after) {
    s.bin = threadIdx.x / 32;
    s.up_to = before;
  }
  barrier();
  target -= s.up_to;
  // The part's fours, neighbours by a thread.
  int each = (part + SAMPLE_THREADS - 1) / SAMPLE_THREADS;
  int last = (s.bin + 1) * part < quads ? (s.bin + 1) * part : quads;
  begin = s.bin * part + (int)threadIdx.x * each;
  end = begin + each < last ? begin + each : last;
  mass = 0;
  d.each(begin, end, 1, [&](int, float logit) { mass += d.mass(logit); });
  u64 sum = block_scan(mass, s.sums).before;
  if (target >= sum && target < sum + mass) {
    d.each(begin, end, 1, [&](int id, float logit) {
      u64 next = sum + d.mass(logit);
      if (target >= sum && target < next) {
        s.found = id;
      }
      sum = next;
    });
  }
  barrier();
  return s.found;
}

DEVICE int draw(const Drawing &d, DrawSpace &s, const SampleRow &row) {
  if (row.top_k <= 0 && row.top_p >= 1 && row.min_p <= 0) {
    return draw_any(d, s, row.share);
  }
  u64 mass = weigh(d, s, (u64)(row.min_p * 1099511627776.0f));
  u64 kept = row.min_p > 0 ? s.likely : mass;
  // One loop for all three, so that the search is there once: first what top-k and top-p keep, then the token.
  Found found;
#pragma unroll 1
  for (int cut = 0; cut < 3; cut++) {
    u64 target;
    if (cut == 0) {
      if (row.top_k <= 0 || row.top_k >= d.tokens) {
        continue;
      }
      target = (u64)row.top_k - 1;
    } else if (cut == 1) {
      if (row.top_p >= 1) {
        continue;
      }
      u64 wanted = (u64)((double)row.top_p * (double)mass);
      target = wanted > 0 ? wanted - 1 : 0;
    } else {
      target = place_of(row.share, kept);
    }
    found = find(d, s, target, cut > 0);
    kept = least(kept, found.up_to);
    mass = cut == 0 ? found.up_to : mass;
  }
  return found.id;
}

DEVICE float adjusted(float logit, int generated, const SampleRow &row) {
  float value = logit > 0 ? logit / row.repetition : logit * row.repetition;
  if (generated > 0) {
    value -= generated * row.frequency + row.presence;
  }
  const float most = 3.40282347e38f;
  return value > most ? most : (value < -most ? -most : value);
}

DEVICE bool changes(const SampleRow &row) {
  return row.bias < row.bias_end || row.seen < row.seen_end || row.mask >= 0;
}

DEVICE bool only_largest(const SampleRow &row) {
  return row.temperature == 0 && row.top < 0 && !changes(row);
}

// Bias and penalties of the tokens from `begin` to `end`, in `work`.
DEVICE void adjust(const SampleArgs &a, const SampleRow &row, float *work, int begin, int end) {
  barrier();
  for (int i = row.bias + threadIdx.x; i < row.bias_end; i += SAMPLE_THREADS) {
    int id = a.bias_ids[i];
    if (id >= begin && id < end) {
      work[id] += a.biases[i];
    }
  }
  barrier();
  for (int i = row.seen + threadIdx.x; i < row.seen_end; i += SAMPLE_THREADS) {
    int id = a.seen_ids[i];
    if (id >= begin && id < end) {
      work[id] = adjusted(work[id], a.seen_counts[i], row);
    }
  }
  barrier();
}

// Four logits from `id` on; a row begins at whole 16 bytes only where all do.
DEVICE Quad four_logits(const SampleArgs &a, const float *logits, int id) {
  if (a.vocabulary % 4 == 0) {
    return fresh_quad((const Quad *)(logits + id));
  }
  u32 bits[4];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    bits[i] = id + i < a.tokens ? f32_to_bits(logits[id + i]) : 0;
  }
  return {bits[0], bits[1], bits[2], bits[3]};
}

// A thread's share of a slice's largest.
struct Largest {
  float logit;
  int id;  // -1: none yet

  DEVICE void take(float other, int other_id) {
    if (id < 0 || other > logit) {
      logit = other;
      id = other_id;
    }
  }

  DEVICE u64 standing_of() const { return id < 0 ? 0 : standing(logit, id); }
};

// Calls `use` for the logits from `begin` to `end`, capped.
template <class Use>
DEVICE void look_through(const SampleArgs &a, const float *logits, int begin, int end, Findings &seen, Use use) {
  const int stride = 4 * SAMPLE_THREADS;
  for (int first = begin + 4 * threadIdx.x; first < end; first += IN_FLIGHT * stride) {
    Quad held[IN_FLIGHT];
#pragma unroll
    for (int k = 0; k < IN_FLIGHT; k++) {
      int id = first + k * stride;
      held[k] = four_logits(a, logits, id < end ? id : first);
    }
#pragma unroll
    for (int k = 0; k < IN_FLIGHT; k++) {
      int id = first + k * stride;
      u32 bits[4] = {held[k].x, held[k].y, held[k].z, held[k].w};
      float four[4];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        four[i] = bits_to_f32(bits[i]);
        if (!is_finite(four[i]) && id + i < end && seen.broken > (u32)(id + i)) {
          seen.broken = id + i;
        }
        if (a.cap != 0) {
          four[i] = a.cap * tanhf(four[i] / a.cap);
        }
      }
      if (id < end) {
        use(id, four);
      }
    }
  }
}

// Slices of rows that only want the largest.
DEVICE Findings largest_of(const SampleArgs &a, const float *logits, int begin, int end) {
  Findings seen = {0, 0xffffffffu, 0, 0};
  Largest best = {0, -1};
  look_through(a, logits, begin, end, seen, [&](int id, const float(&four)[4]) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      if (id + i < end) {
        best.take(four[i], id + i);
      }
    }
  });
  seen.best = best.standing_of();
  return seen;
}

// Slices of all others: adjusted logits into `work`, and into `plain` as they were, if there is such a place.
DEVICE Findings adjusted_of(const SampleArgs &a, const SampleRow &row, const float *logits, float *work, float *plain,
                        int begin, int end) {
  Findings seen = {0, 0xffffffffu, -minus_infinity(), minus_infinity()};
  look_through(a, logits, begin, end, seen, [&](int id, const float(&four)[4]) {
    Quad quad = {f32_to_bits(four[0]), f32_to_bits(four[1]), f32_to_bits(four[2]), f32_to_bits(four[3])};
    *(Quad *)(work + id) = quad;
    if (plain) {
      *(Quad *)(plain + id) = quad;
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
      seen.plain = larger(seen.plain, id + i < end ? four[i] : seen.plain);
    }
  });
  if (row.bias < row.bias_end || row.seen < row.seen_end) {
    adjust(a, row, work, begin, end);
  }
  Largest best = {0, -1};
  for (int id = begin + 4 * threadIdx.x; id < end; id += 4 * SAMPLE_THREADS) {
    u64 permitted = ~(u64)0;
    if (row.mask >= 0) {
      permitted = id / 64 < row.mask_words ? a.masks[row.mask + id / 64] >> (id % 64) : 0;
    }
    for (int i = 0; i < 4 && id + i < end; i++) {
      if (!(permitted >> i & 1)) {
        work[id + i] = minus_infinity();
      }
      float logit = work[id + i];
      best.take(logit, id + i);
      seen.least = is_finite(logit) && logit < seen.least ? logit : seen.least;
    }
  }
  seen.best = best.standing_of();
  return seen;
}

// Log probabilities of the token and of the likeliest ones. `d` is over the logits as they were.
DEVICE void describe(const Drawing &d, DrawSpace &s, const SampleRow &row, int token, int *out) {
  u64 mass = weigh(d, s, 0);
  float log_sum = d.max + logf((float)((double)mass / 1099511627776.0));
  int count = row.top < d.tokens ? row.top : d.tokens;
  count = count < MOST_TOP ? count : MOST_TOP;
  if (threadIdx.x == 0) {
    out[2] = (int)f32_to_bits(fresh(d.logits + token) - log_sum);
    out[3] = count;
  }
  if (count <= 0) {
    return;
  }
  int *ids = out + 4;
  int *theirs = out + 4 + MOST_TOP;
  int bin = bin_of(s, (u64)count - 1, false);
  if (list(d, s, 0, bin)) {
    if (threadIdx.x < s.listed) {
      u64 mine = s.list[threadIdx.x];
      int rank = 0;
#pragma unroll 4
      for (u32 i = 0; i < s.listed; i++) {
        rank += s.list[i] > mine ? 1 : 0;
      }
      if (rank < count) {
        int id = (int)~(u32)mine;
        ids[rank] = id;
        theirs[rank] = (int)f32_to_bits(fresh(d.logits + id) - log_sum);
      }
    }
    return;
  }
#pragma unroll 1
  for (int rank = 0; rank < count; rank++) {
    int id = find_by_digits(d, s, (u64)rank, false).id;
    if (threadIdx.x == 0) {
      ids[rank] = id;
      theirs[rank] = (int)f32_to_bits(fresh(d.logits + id) - log_sum);
    }
  }
}

DEVICE Findings warp_merge(Findings seen, bool largest) {
  for (int mask = 16; mask > 0; mask >>= 1) {
    Findings other = seen;
    other.best = shuffle64(seen.best, (threadIdx.x % 32) ^ mask);
    other.broken = f32_to_bits(shuffle_xor(bits_to_f32(seen.broken), mask));
    if (!largest) {
      other.least = shuffle_xor(seen.least, mask);
      other.plain = shuffle_xor(seen.plain, mask);
    }
    seen.merge(other);
  }
  return seen;
}

// What the slices before this one found too, if this block is the last of its row; by a warp. False if it is not.
DEVICE bool merge_slices(const SampleArgs &a, Findings &seen, bool largest) {
  int lane = threadIdx.x % 32;
  int slices = gridDim.y;
  Quad *of_row = a.slices + (u64)blockIdx.x * slices * 2;
  u64 last = 0;
  if (lane == 0) {
    Quad first = {(u32)seen.best, (u32)(seen.best >> 32), seen.broken, 0};
    Quad second = {f32_to_bits(seen.least), f32_to_bits(seen.plain), 0, 0};
    of_row[2 * blockIdx.y] = first;
    of_row[2 * blockIdx.y + 1] = second;
    last = arrive(a.arrivals + blockIdx.x) == slices - 1;
    if (last) {
      a.arrivals[blockIdx.x] = 0;
    }
  }
  if (!shuffle64(last, 0)) {
    return false;
  }
  int slice = lane < slices ? lane : 0;
  Quad first = fresh_quad(of_row + 2 * slice);
  Quad second = fresh_quad(of_row + 2 * slice + 1);
  seen = {first.x | (u64)first.y << 32, first.z, bits_to_f32(second.x), bits_to_f32(second.y)};
  seen = warp_merge(seen, largest);
  return true;
}

DEVICE void tell(int *out, const Findings &seen, int token) {
  bool broken = seen.broken != 0xffffffffu;
  out[0] = broken ? -1 : token;
  out[1] = broken ? (int)seen.broken : -1;
}

// Grid: outputs, slices (at most 32).
KERNEL(sample, 1024)(const SampleArgs a) {
  SHARED(DrawSpace, s, );
  let_next_begin();
  // Counts and wishes are copies: they are there.
  if ((int)blockIdx.x >= a.counts->outputs) {
    await_previous();
    return;
  }
  const SampleRow &row = a.rows[blockIdx.x];
  bool largest = only_largest(row);
  bool changed = changes(row);
  const float *logits = a.logits + (u64)blockIdx.x * a.vocabulary;
  int quads = (a.tokens + 3) / 4;
  float *work = a.work + (u64)blockIdx.x * 8 * quads;
  int *out = a.out + (u64)blockIdx.x * OUT_INTS;
  int each = (quads + gridDim.y - 1) / gridDim.y * 4;
  int begin = blockIdx.y * each;
  int end = begin + each < a.tokens ? begin + each : a.tokens;
  float *plain = row.top >= 0 && changed ? work + 4 * quads : 0;
  await_previous();
  Findings seen = largest ? largest_of(a, logits, begin, end) : adjusted_of(a, row, logits, work, plain, begin, end);
  seen = warp_merge(seen, largest);
  if (threadIdx.x % 32 == 0) {
    s.seen[threadIdx.x / 32] = seen;
  }
  barrier();
  if (threadIdx.x < 32) {
    seen = warp_merge(s.seen[threadIdx.x], largest);
    bool last = gridDim.y == 1 || merge_slices(a, seen, largest);
    if (threadIdx.x == 0) {
      s.row = seen;
      s.last = last;
      if (last) {
        tell(out, seen, (int)~(u32)seen.best);
      }
    }
  }
  if (largest) {
    return;
  }
  barrier();
  if (!s.last || s.row.broken != 0xffffffffu) {
    return;
  }
  seen = s.row;
  Drawing d;
  d.tokens = a.tokens;
  int token = (int)~(u32)seen.best;
  if (row.temperature != 0) {
    d.over(work, of_order((u32)(seen.best >> 32)), seen.least, row.temperature);
    token = draw(d, s, row);
    if (threadIdx.x == 0) {
      tell(out, seen, token);
    }
  }
  if (row.top >= 0) {
    d.over(plain ? plain : work, seen.plain, plain ? minus_infinity() : seen.least, 1);
    describe(d, s, row, token, out);
  }
}
