#include "kernels.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

// Contraction would make results differ from one instruction set to the next.
#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define SURETY_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define SURETY_CLONES
#endif

static _Atomic int thread_limit = 0;
static _Thread_local int inside_parallel = 0;

int surety_thread_limit(void) { return atomic_load(&thread_limit); }
void surety_set_thread_limit(int count) { atomic_store(&thread_limit, count); }
int surety_inside_parallel(void) { return inside_parallel; }
void surety_set_inside_parallel(int inside) { inside_parallel = inside; }

static inline ptrdiff_t clamp(ptrdiff_t v, ptrdiff_t lo, ptrdiff_t hi) {
  return v < lo ? lo : v > hi ? hi : v;
}

// Whether vectors of 64 bytes stay in registers, 32 of them.
static int has_wide_registers(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") != 0;
#else
  return 0;
#endif
}

// How many of the remaining outputs of a convolution are summed together.
static inline ptrdiff_t output_block(int wide, ptrdiff_t left) {
  if (wide) return left >= 8 ? 8 : left >= 4 ? 4 : left;
  return left == 6 || left > 10 ? 6 : left > 7 ? 5 : left == 7 ? 4 : left;
}

// Where the stride of a transposed convolution skips a tap.
#define SURETY_NO_TAP PTRDIFF_MIN

#define T float
#define NAME(n) n##_f32
#define MATH(name) name##f
#define FAST_EXP surety_fast_exp
#include "elementwise.inc"
#include "transpose.inc"
#include "convolution.inc"
#include "taps.inc"
#include "images.inc"
#include "adam.inc"
#include "windows.inc"
#include "thin_convolution.inc"
#include "window_convolution.inc"
#include "lanes.inc"
#include "lane_gradient.inc"
#include "channels.inc"
#include "tokens.inc"
#include "rectified.inc"
#include "rows.inc"
#include "winograd.inc"
#undef T
#undef NAME
#undef MATH
#undef FAST_EXP

#define T double
#define NAME(n) n##_f64
#define MATH(name) name
#define FAST_EXP surety_exact_exp
#include "elementwise.inc"
#include "transpose.inc"
#include "convolution.inc"
#include "taps.inc"
#include "images.inc"
#include "adam.inc"
#include "windows.inc"
#include "thin_convolution.inc"
#include "window_convolution.inc"
#include "lanes.inc"
#include "lane_gradient.inc"
#include "channels.inc"
#include "tokens.inc"
#include "rectified.inc"
#include "rows.inc"
#include "winograd.inc"
