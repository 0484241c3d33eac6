// Weights of random numbers, made where they are used: a model's speed does not depend on what it knows.
#include "common.cuh"

struct RandomArgs {
  void *out;
  u64 count;  // of 4-byte words
  u32 seed;
  int kind;  // 0 float32, 1 bfloat16, 2 binary16, 3 bytes, 4 binary16 scales that are all `scale`
  float scale;
};

// A word from its number (Steele and Lea's mix of 32 bits, by multiplications and shifts).
DEVICE u32 mixed(u64 number, u32 seed) {
  u32 x = (u32)number * 0x9e3779b9u + (u32)(number >> 32) * 0x85ebca6bu + seed;
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return x;
}

// -1 to 1.
DEVICE float uniform(u32 bits) { return (int)(bits << 16) / 2147483648.0f; }

// Grid: any; each thread goes on by the threads of all.
KERNEL(fill_random, 256)(const RandomArgs a) {
  follow();
  u64 step = (u64)gridDim.x * 256;
  for (u64 i = (u64)blockIdx.x * 256 + threadIdx.x; i < a.count; i += step) {
    u32 bits = mixed(i, a.seed);
    float low = uniform(bits) * a.scale;
    float high = uniform(bits >> 16) * a.scale;
    u32 word;
    switch (a.kind) {
      case 0:
        word = f32_to_bits(low);
        break;
      case 1:
        word = f32_to_bf16(low) | (u32)f32_to_bf16(high) << 16;
        break;
      case 2:
        word = f32_to_f16(low) | (u32)f32_to_f16(high) << 16;
        break;
      case 3:
        // -128 has no place among the bytes.
        word = (bits & 0xfefefefeu) ^ 0x01010101u;
        break;
      default:
        word = f32_to_f16(a.scale) * 0x10001u;
    }
    ((u32 *)a.out)[i] = word;
  }
}
