// The next token of each row of logits: soft cap, bias, penalties, mask, temperature, top-k, top-p, min-p, draw;
// log probabilities under the logits as they were. Only tokens come back to the host.
//
// All three cuts keep a front part of the tokens sorted by probability, equal ones by id. Nothing is sorted: a
// place in that order is found digit by digit of the logits' bits (radix select), by its rank or by the mass
// before it. Masses are integers, so that sums do not depend on who comes first.
//
// Ladder: 1. a block a row, every pass from L2 (this); 2. the largest logit beside lm_head: not built yet.
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
  float *work;  // [row][tokens]
  int *out;     // [row][44]: token, first logit that is not finite or -1, log probability, number of ids, ids, theirs
  int vocabulary;  // logits of a row
  int tokens;      // of which these are tokens
  float cap;
};

static const int SAMPLE_THREADS = 1024;
static const int MOST_TOP = 20;
static const int OUT_INTS = 44;

DEVICE u32 order_of(float value) {
  u32 bits = f32_to_bits(value);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

// The state of a block that samples a row.
struct Drawing {
  const float *logits;
  int tokens;
  float max;
  float temperature;
  u64 *bins;  // 256 in shared memory, and then two results

  DEVICE u64 mass(int id) const {
    return (u64)(expf((logits[id] - max) / temperature) * 1099511627776.0f);
  }
};

// A place in the order of tokens.
struct Place {
  u32 key;     // of its logit
  u64 before;  // rank or mass of all with larger keys
  u64 within;  // its number among those with the same key
};

// Adds up over the block.
DEVICE u64 total(const Drawing &d, u64 value) {
  barrier();
  if (threadIdx.x == 0) {
    d.bins[0] = 0;
  }
  barrier();
  add_shared(&d.bins[0], value);
  barrier();
  return d.bins[0];
}

// The place at rank `target`, or the first one with which the mass exceeds `target`.
DEVICE Place locate(const Drawing &d, u64 target, bool by_mass) {
  u32 prefix = 0;
  u64 before = 0;
  for (int shift = 24; shift >= 0; shift -= 8) {
    barrier();
    for (int i = threadIdx.x; i < 256; i += SAMPLE_THREADS) {
      d.bins[i] = 0;
    }
    barrier();
    for (int id = threadIdx.x; id < d.tokens; id += SAMPLE_THREADS) {
      u32 key = order_of(d.logits[id]);
      if (shift == 24 || (key >> (shift + 8)) == (prefix >> (shift + 8))) {
        add_shared(&d.bins[(key >> shift) & 255], by_mass ? d.mass(id) : (u64)1);
      }
    }
    barrier();
    if (threadIdx.x == 0) {
      int bin = 255;
      u64 sum = before;
      while (bin > 0 && sum + d.bins[bin] <= target) {
        sum += d.bins[bin];
        bin--;
      }
      d.bins[256] = (u64)bin;
      d.bins[257] = sum;
    }
    barrier();
    prefix |= (u32)d.bins[256] << shift;
    before = d.bins[257];
  }
  Place place;
  place.key = prefix;
  place.before = before;
  place.within = target - before;
  if (by_mass) {
    u64 each = (u64)(expf((bits_to_f32(prefix & 0x80000000u ? prefix ^ 0x80000000u : ~prefix) - d.max) /
                          d.temperature) * 1099511627776.0f);
    place.within = each == 0 ? 0 : place.within / each;
  }
  return place;
}

// The token there: number `within` of those with that key, by id.
DEVICE int token_at(const Drawing &d, const Place &place) {
  SHARED int counts[SAMPLE_THREADS];
  SHARED int found;
  int each = (d.tokens + SAMPLE_THREADS - 1) / SAMPLE_THREADS;
  int begin = threadIdx.x * each;
  int end = begin + each < d.tokens ? begin + each : d.tokens;
  int count = 0;
  for (int id = begin; id < end; id++) {
    count += order_of(d.logits[id]) == place.key;
  }
  barrier();
  counts[threadIdx.x] = count;
  if (threadIdx.x == 0) {
    found = 0;
  }
  barrier();
  u64 before = 0;
  for (int i = 0; i < (int)threadIdx.x; i++) {
    before += counts[i];
  }
  if (place.within >= before && place.within < before + count) {
    for (int id = begin; id < end; id++) {
      if (order_of(d.logits[id]) == place.key && before++ == place.within) {
        found = id;
      }
    }
  }
  barrier();
  return found;
}

// Mass of the tokens up to this place.
DEVICE u64 mass_up_to(const Drawing &d, const Place &place) {
  u64 sum = 0;
  for (int id = threadIdx.x; id < d.tokens; id += SAMPLE_THREADS) {
    sum += order_of(d.logits[id]) > place.key ? d.mass(id) : 0;
  }
  u64 each = (u64)(expf((bits_to_f32(place.key & 0x80000000u ? place.key ^ 0x80000000u : ~place.key) - d.max) /
                        d.temperature) * 1099511627776.0f);
  return total(d, sum) + (place.within + 1) * each;
}

DEVICE u64 least(u64 a, u64 b) { return a < b ? a : b; }

DEVICE int draw(const Drawing &d, const SampleRow &row) {
  u64 sum = 0;
  u64 likely = 0;
  u64 bound = (u64)(row.min_p * 1099511627776.0f);
  for (int id = threadIdx.x; id < d.tokens; id += SAMPLE_THREADS) {
    u64 mass = d.mass(id);
    sum += mass;
    likely += mass >= bound ? mass : 0;
  }
  u64 mass = total(d, sum);
  u64 kept = row.min_p > 0 ? total(d, likely) : mass;
  if (row.top_k > 0 && row.top_k < d.tokens) {
    Place last = locate(d, (u64)row.top_k - 1, false);
    mass = mass_up_to(d, last);
    kept = least(kept, mass);
  }
  if (row.top_p < 1) {
    u64 wanted = (u64)((double)row.top_p * (double)mass);
    Place last = locate(d, wanted > 0 ? wanted - 1 : 0, true);
    kept = least(kept, mass_up_to(d, last));
  }
  u64 target = (u64)(row.share * (double)kept);
  return token_at(d, locate(d, target < kept ? target : kept - 1, true));
}

DEVICE float adjusted(float logit, int generated, const SampleRow &row) {
  float value = logit > 0 ? logit / row.repetition : logit * row.repetition;
  if (generated > 0) {
    value -= generated * row.frequency + row.presence;
  }
  const float most = 3.40282347e38f;
  return value > most ? most : (value < -most ? -most : value);
}

// Bias, penalties and mask, in `work`.
DEVICE void adjust(const SampleArgs &a, const SampleRow &row, float *work) {
  for (int i = row.bias + threadIdx.x; i < row.bias_end; i += SAMPLE_THREADS) {
    work[a.bias_ids[i]] += a.biases[i];
  }
  barrier();
  for (int i = row.seen + threadIdx.x; i < row.seen_end; i += SAMPLE_THREADS) {
    int id = a.seen_ids[i];
    work[id] = adjusted(work[id], a.seen_counts[i], row);
  }
  barrier();
  if (row.mask >= 0) {
    for (int id = threadIdx.x; id < a.tokens; id += SAMPLE_THREADS) {
      u64 word = id / 64 < row.mask_words ? a.masks[row.mask + id / 64] : 0;
      if (!(word >> (id % 64) & 1)) {
        work[id] = minus_infinity();
      }
    }
    barrier();
  }
}

// Log probabilities of the token and of the likeliest ones. `d` is over the logits as they were.
DEVICE void describe(const Drawing &d, const SampleRow &row, int token, int *out) {
  u64 sum = 0;
  for (int id = threadIdx.x; id < d.tokens; id += SAMPLE_THREADS) {
    sum += d.mass(id);
  }
  float log_sum = d.max + logf((float)((double)total(d, sum) / 1099511627776.0));
  int count = row.top < d.tokens ? row.top : d.tokens;
  count = count < MOST_TOP ? count : MOST_TOP;
  for (int rank = 0; rank < count; rank++) {
    int id = token_at(d, locate(d, (u64)rank, false));
    if (threadIdx.x == 0) {
      out[4 + rank] = id;
      out[4 + MOST_TOP + rank] = (int)f32_to_bits(d.logits[id] - log_sum);
    }
  }
  if (threadIdx.x == 0) {
    out[2] = (int)f32_to_bits(d.logits[token] - log_sum);
    out[3] = count;
  }
}

// Grid: outputs.
KERNEL(sample, 1024)(const SampleArgs a) {
  SHARED float reduce[32];
  SHARED u64 bins[258];
  SHARED u32 broken;
  follow();
  if ((int)blockIdx.x >= a.counts->outputs) {
    return;
  }
  SampleRow row = a.rows[blockIdx.x];
  const float *logits = a.logits + (u64)blockIdx.x * a.vocabulary;
  float *work = a.work + (u64)blockIdx.x * 2 * a.tokens;
  float *plain = work + a.tokens;
  int *out = a.out + (u64)blockIdx.x * OUT_INTS;
  if (threadIdx.x == 0) {
    broken = 0xffffffffu;
  }
  barrier();
  float max = minus_infinity();
  for (int id = threadIdx.x; id < a.tokens; id += SAMPLE_THREADS) {
    float logit = logits[id];
    if (!is_finite(logit)) {
      least_shared(&broken, (u32)id);
    }
    logit = a.cap == 0 ? logit : a.cap * tanhf(logit / a.cap);
    plain[id] = logit;
    work[id] = logit;
    max = larger(max, logit);
  }
  max = block_max(max, reduce);
  if (broken != 0xffffffffu) {
    if (threadIdx.x == 0) {
      out[0] = -1;
      out[1] = (int)broken;
    }
    return;
  }
  adjust(a, row, work);
  float top = minus_infinity();
  for (int id = threadIdx.x; id < a.tokens; id += SAMPLE_THREADS) {
    top = larger(top, work[id]);
  }
  Drawing d;
  d.logits = work;
  d.tokens = a.tokens;
  d.max = block_max(top, reduce);
  d.temperature = row.temperature == 0 ? 1 : row.temperature;
  d.bins = bins;
  int token;
  if (row.temperature == 0) {
    Place first;
    first.key = order_of(d.max);
    first.before = 0;
    first.within = 0;
    token = token_at(d, first);
  } else {
    token = draw(d, row);
  }
  if (row.top >= 0) {
    d.logits = plain;
    d.max = max;
    d.temperature = 1;
    describe(d, row, token, out);
  }
  if (threadIdx.x == 0) {
    out[0] = token;
    out[1] = -1;
  }
}
