// What all kernels share. The same sources are compiled for a device (nvcc, NVRTC; no headers of CUDA are
// needed) and for the host, where TOKENLANE_HOST names a header that stands in for the device.
//
// A kernel takes one structure by value: pointers first, then integers, then floats. Rows are float32,
// row-major. A batch's counts are read from memory, not passed, so that a graph of launches can be run again
// for another batch: blocks beyond the counts end at once and write nothing.
//
// Nothing is contracted (-fmad=false): only fused() rounds once. So an expression has the same bits in every
// kernel that it is inlined into, and on the host.
//
// A kernel may be on the device before the one that it depends on has ended (programmatic dependent launch, from
// compute capability 9.0 on). So every thread of every kernel calls await_previous(), before which it touches
// nothing that another kernel writes; mostly through follow().
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef TOKENLANE_HOST
#include TOKENLANE_HOST
#else

// Threads of a block, and, where registers are to be kept for them, blocks of a multiprocessor.
#define KERNEL(name, ...) extern "C" __global__ void __launch_bounds__(__VA_ARGS__) name
// The same, where so many blocks that follow each other in the grid's second dimension are a cluster: on the device at
// once, and each can read the others' shared memory. From compute capability 9.0 on; nothing is to launch it below.
#if __CUDA_ARCH__ >= 900
static const bool CLUSTERS = true;
#define CLUSTER_KERNEL(name, blocks, ...) \
  extern "C" __global__ void __cluster_dims__(1, blocks, 1) __launch_bounds__(__VA_ARGS__) name
#else
static const bool CLUSTERS = false;
#define CLUSTER_KERNEL(name, blocks, ...) KERNEL(name, __VA_ARGS__)
#endif
#define DEVICE __device__ __forceinline__
// A variable of a block, an array if there are dimensions.
#define SHARED(type, name, dimensions) __shared__ __align__(16) type name dimensions
// Shared memory of as many bytes as the launch asks for.
#define LAUNCHED_SHARED(name) extern __shared__ Quad name[]

// Of so many bytes' alignment, so that one instruction loads or stores them.
struct __align__(16) Quad {
  u32 x, y, z, w;
};
struct __align__(8) Pair {
  u32 x, y;
};

// D = A B + C over 16 x 8 x 32 bytes; lane l holds of A rows l / 4 and l / 4 + 8, of B column l / 4. C is apart from D, as
// where it does not change it need not be set anew for each product.
DEVICE void mma_s8(int (&d)[4], const Quad &a, const Pair &b, const Quad &c) {
  asm(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%10,%11,%12,%13};"
      : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
      : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y), "r"(c.x), "r"(c.y), "r"(c.z), "r"(c.w));
}

// D = A B + D over 16 x 8 x 16 bfloat16.
DEVICE void mma_bf16(float (&d)[4], const Quad &a, const Pair &b) {
  asm(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y));
}

// The same over 16 x 8 x 16 binary16.
DEVICE void mma_f16(float (&d)[4], const Quad &a, const Pair &b) {
  asm(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b.x), "r"(b.y));
}

DEVICE float f16_to_f32(u16 bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}

DEVICE u16 f32_to_f16(float value) {
  u16 bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}

// Two numbers in a word, each to nearest, ties to even: as binary16, and as bfloat16.
DEVICE u32 two_f16(float low, float high) {
  u32 bits;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
  return bits;
}

DEVICE u16 f32_to_bf16(float value) {
  u16 bits;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}

// The largest of a warp's.
DEVICE u32 warp_most(u32 value) {
  u32 most;
  asm volatile("redux.sync.max.u32 %0, %1, 0xffffffff;" : "=r"(most) : "r"(value));
  return most;
}

DEVICE u32 two_bf16(float low, float high) {
  u32 bits;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(bits) : "f"(high), "f"(low));
  return bits;
}

// 1 / x, give or take the last bit, of normal numbers below 2^126.
DEVICE float reciprocal(float x) {
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// Bytes of `a` (0 to 3) and `b` (4 to 7), the lowest by the lowest four bits of the selector.
DEVICE u32 permute(u32 a, u32 b, u32 selector) { return __byte_perm(a, b, selector); }

// Two binary16 less two.
DEVICE u32 subtract_halves(u32 a, u32 b) {
  u32 difference;
  asm("sub.rn.f16x2 %0, %1, %2;" : "=r"(difference) : "r"(a), "r"(b));
  return difference;
}

DEVICE float bits_to_f32(u32 bits) { return __uint_as_float(bits); }
DEVICE u32 f32_to_bits(float value) { return __float_as_uint(value); }
DEVICE float shuffle_xor(float value, int mask) { return __shfl_xor_sync(0xffffffffu, value, mask); }
DEVICE float shuffle(float value, int lane) { return __shfl_sync(0xffffffffu, value, lane); }
DEVICE u64 shuffle64(u64 value, int lane) { return __shfl_sync(0xffffffffu, value, lane); }
DEVICE void barrier() { __syncthreads(); }
DEVICE void warp_barrier() { __syncwarp(); }
#if __CUDA_ARCH__ >= 900
// All threads of the cluster come here before any goes on, and see what others wrote before.
DEVICE void cluster_barrier() {
  asm volatile("barrier.cluster.arrive.aligned;\nbarrier.cluster.wait.aligned;" ::: "memory");
}
// The same where nothing is to be seen: nobody needs this block's shared memory any more, nor what it wrote elsewhere.
DEVICE void cluster_end() {
  asm volatile("barrier.cluster.arrive.relaxed.aligned;\nbarrier.cluster.wait.aligned;" ::: "memory");
}
// Where a block of the cluster has what this one has there in its shared memory.
DEVICE const float *of_block(const float *mine, u32 block) {
  u64 theirs;
  asm("mapa.u64 %0, %1, %2;" : "=l"(theirs) : "l"(mine), "r"(block));
  return (const float *)theirs;
}
#else
DEVICE void cluster_barrier() {}
DEVICE void cluster_end() {}
DEVICE const float *of_block(const float *mine, u32) { return mine; }
#endif
// Gives what was there before. Of 32 bits, as 64 are a loop.
DEVICE u32 add_shared(u32 *at, u32 value) { return atomicAdd(at, value); }
DEVICE void least_shared(u32 *at, u32 value) { atomicMin(at, value); }
// One more; gives what was there before. What this thread wrote, or saw behind a barrier, is there for those who arrive
// later, in other blocks; and what it reads next is not from before. Others of its block have that behind the next barrier.
DEVICE int arrive(int *at) {
  int before;
  asm volatile("atom.acq_rel.gpu.global.add.s32 %0, [%1], 1;" : "=r"(before) : "l"(at) : "memory");
  return before;
}
// Read past the caches that blocks do not share.
DEVICE float fresh(const float *at) {
  float value;
  asm volatile("ld.global.cg.f32 %0, [%1];" : "=f"(value) : "l"(at) : "memory");
  return value;
}
DEVICE Quad fresh_quad(const Quad *at) {
  Quad q;
  asm volatile("ld.global.cg.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(q.x), "=r"(q.y), "=r"(q.z), "=r"(q.w)
               : "l"(at)
               : "memory");
  return q;
}
// The next kernel may come onto the device: its threads wait for this one's end where they need it.
DEVICE void let_next_begin() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
// All that came before has ended, and what it wrote is there.
DEVICE void await_previous() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
// Has a number computed here and now, and kept: what is computed anew at each turn of a loop costs more than a register.
DEVICE void keep(u32 &number) { asm volatile("" : "+r"(number)); }
template <class T>
DEVICE void keep(const T *&pointer) {
  asm volatile("" : "+l"(pointer));
}
// Begins to copy 16 bytes from memory into shared memory, or to fill them with zeros where there is nothing to copy.
// Copies that a thread begins before it calls end_copies() belong together.
DEVICE void begin_copy(void *to, const void *from, bool there) {
  u32 shared = (u32)__cvta_generic_to_shared(to);
  u32 bytes = there ? 16 : 0;
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16, %2;" ::"r"(shared), "l"(from), "r"(bytes)
               : "memory");
}
DEVICE void end_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
// What this thread began to copy is there, but for its latest MOST groups; for other threads behind a barrier.
template <int MOST>
DEVICE void await_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(MOST) : "memory");
}
// Asks for the 128 bytes there to come nearer, into L2. Reads nothing, so others may still write there.
DEVICE void fetch_ahead(const void *at) { asm volatile("prefetch.global.L2 [%0];" ::"l"(at)); }
// Read once and by nobody else: weights pass the caches by. Not volatile, nor are products: what does not
// depend on each other may be put in any order, so that loads run ahead.
DEVICE Quad stream_quad(const Quad *at) {
  Quad q;
  asm("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
               : "=r"(q.x), "=r"(q.y), "=r"(q.z), "=r"(q.w)
               : "l"(at));
  return q;
}
#endif

DEVICE void follow() {
  let_next_begin();
  await_previous();
}

// One rounding less.
DEVICE float fused(float a, float b, float c) { return fmaf(a, b, c); }

DEVICE float bf16_to_f32(u16 bits) { return bits_to_f32((u32)bits << 16); }

// To nearest, ties to even; not for NaN.
// To the nearest integer, ties to even, of less than 2^22: it lies in the last bits, as they are of 12,582,912 + number.
DEVICE u32 rounded_bits(float number) { return f32_to_bits(number + 12582912.0f); }

DEVICE bool is_finite(float value) { return (f32_to_bits(value) & 0x7f800000u) != 0x7f800000u; }

DEVICE float minus_infinity() { return bits_to_f32(0xff800000u); }

DEVICE float larger(float a, float b) { return a > b ? a : b; }

DEVICE float warp_sum(float value) {
  for (int mask = 16; mask > 0; mask >>= 1) {
    value += shuffle_xor(value, mask);
  }
  return value;
}

// In the order of magnitudes: what is no number is largest, and so is not lost.
DEVICE u32 magnitude(float value) { return f32_to_bits(value) & 0x7fffffffu; }

DEVICE u32 more_of(u32 a, u32 b) { return a > b ? a : b; }

DEVICE float warp_max(float value) {
  for (int mask = 16; mask > 0; mask >>= 1) {
    value = larger(value, shuffle_xor(value, mask));
  }
  return value;
}

// Over a block of at most 1024 threads, in an order that does not change. `work` has 32 places that nothing else
// uses: one barrier is enough.
DEVICE float block_sum(float value, float *work) {
  value = warp_sum(value);
  if (threadIdx.x % 32 == 0) {
    work[threadIdx.x / 32] = value;
  }
  barrier();
  return warp_sum(threadIdx.x % 32 < blockDim.x / 32 ? work[threadIdx.x % 32] : 0.0f);
}

DEVICE float block_max(float value, float *work) {
  value = warp_max(value);
  if (threadIdx.x % 32 == 0) {
    work[threadIdx.x / 32] = value;
  }
  barrier();
  return warp_max(work[threadIdx.x % 32 < blockDim.x / 32 ? threadIdx.x % 32 : 0]);
}

// A batch's counts, at the beginning of its memory.
struct Counts {
  int rows;
  int outputs;
  int items;
  int splits;
};

// x / (1 + exp(-x)), or x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))).
DEVICE float activated(float x, int gelu) {
  if (gelu) {
    return 0.5f * x * (1.0f + tanhf(0.7978845608028654f * (x + 0.044715f * x * x * x)));
  }
  return x / (1.0f + expf(-x));
}
