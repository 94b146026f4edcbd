#include "checking.h"

#include <math.h>

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CLONES
#endif

// Coefficients of one pixel that are not 0, at most so many at a time.
#define MOST 128

// Adds `sum_i coefficient[i] weights[place[i] + ...]` to a run of numbers.
static inline __attribute__((always_inline)) void add_block(
    double *to, const double *weights, const ptrdiff_t *places, const double *coefficients,
    ptrdiff_t terms, int size) {
  double sums[32];
  for (int j = 0; j < size; j++) sums[j] = to[j];
  for (ptrdiff_t i = 0; i < terms; i++) {
    const double *line = weights + places[i];
    for (int j = 0; j < size; j++) sums[j] += coefficients[i] * line[j];
  }
  for (int j = 0; j < size; j++) to[j] = sums[j];
}

static inline __attribute__((always_inline)) void add_run(
    double *to, const double *weights, const ptrdiff_t *places, const double *coefficients,
    ptrdiff_t terms, ptrdiff_t length) {
  ptrdiff_t at = 0;
  for (; at + 32 <= length; at += 32)
    add_block(to + at, weights + at, places, coefficients, terms, 32);
  for (; at + 16 <= length; at += 16)
    add_block(to + at, weights + at, places, coefficients, terms, 16);
  for (; at + 8 <= length; at += 8)
    add_block(to + at, weights + at, places, coefficients, terms, 8);
  for (; at < length; at++) add_block(to + at, weights + at, places, coefficients, terms, 1);
}

CLONES void surety_check_pull_back(const surety_check_convolution *c, ptrdiff_t count,
                                   const double *from, surety_check_patches from_patches,
                                   const double *weights, double *to,
                                   surety_check_patches to_patches) {
  const ptrdiff_t channels = c->groups * c->inputs, all_outputs = c->groups * c->outputs;
  const ptrdiff_t line_length = c->kernel_width * c->inputs;
  const ptrdiff_t length = c->kernel_height * line_length;
  // The taps of a line lie side by side in the image too.
  const int is_joined = c->groups == 1 && c->dilation[1] == 1;
  const ptrdiff_t pixels = from_patches.height * from_patches.width;
  const ptrdiff_t to_size = to_patches.height * to_patches.width * channels;
  ptrdiff_t places[MOST];
  double coefficients[MOST];
  for (ptrdiff_t row = 0; row < count; row++) {
    for (ptrdiff_t pixel = 0; pixel < pixels; pixel++) {
      const ptrdiff_t y = from_patches.tops[row] + pixel / from_patches.width;
      const ptrdiff_t x = from_patches.lefts[row] + pixel % from_patches.width;
      const ptrdiff_t first_line = y * c->stride[0] - c->padding[0];
      const ptrdiff_t first = x * c->stride[1] - c->padding[1];
      for (ptrdiff_t output = 0; output < all_outputs;) {
        // Of one group, and no more than fit.
        const ptrdiff_t group = output / c->outputs;
        const ptrdiff_t end = (group + 1) * c->outputs;
        const double *values = from + (row * pixels + pixel) * all_outputs;
        ptrdiff_t terms = 0;
        for (; output < end && terms < MOST; output++) {
          // NaN is not 0 either.
          if (values[output] == 0) continue;
          places[terms] = output * length;
          coefficients[terms++] = values[output];
        }
        if (terms == 0) continue;
        for (ptrdiff_t tap_line = 0; tap_line < c->kernel_height; tap_line++) {
          const ptrdiff_t line = first_line + tap_line * c->dilation[0];
          if (line < 0 || line >= c->height) continue;
          double *target = to + row * to_size +
                           (line - to_patches.tops[row]) * to_patches.width * channels +
                           group * c->inputs;
          const double *taps = weights + tap_line * line_length;
          if (is_joined && first >= 0 && first + c->kernel_width <= c->width) {
            add_run(target + (first - to_patches.lefts[row]) * channels, taps, places,
                    coefficients, terms, line_length);
            continue;
          }
          for (ptrdiff_t tap = 0; tap < c->kernel_width; tap++) {
            const ptrdiff_t column = first + tap * c->dilation[1];
            if (column < 0 || column >= c->width) continue;
            add_run(target + (column - to_patches.lefts[row]) * channels, taps + tap * c->inputs,
                    places, coefficients, terms, c->inputs);
          }
        }
      }
    }
  }
}

CLONES double surety_check_dot(const double *a, const double *b, ptrdiff_t count) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (ptrdiff_t i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

CLONES double surety_check_weighted(const double *a, const double *b, ptrdiff_t count) {
#pragma clang fp reassociate(on)
  double sum = 0;
  for (ptrdiff_t i = 0; i < count; i++) sum += fabs(a[i]) * b[i];
  return sum;
}

CLONES void surety_check_least(const double *a, const double *lower, const double *upper,
                               ptrdiff_t count, double *sum, double *sizes) {
#pragma clang fp reassociate(on)
  double own = 0, own_sizes = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    const double term = a[i] * (a[i] > 0 ? lower[i] : upper[i]);
    own += term;
    own_sizes += fabs(term);
  }
  *sum += own;
  *sizes += own_sizes;
}

CLONES void surety_check_pass(double *a, surety_check_lines lines, const double *rounded,
                              ptrdiff_t count, double *sums) {
#pragma clang fp reassociate(on)
  double constant = 0, intercepts = 0, slopes = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    const double value = a[i];
    const double lower = lines.lower_slope[i], upper = lines.upper_slope[i];
    const double below = lines.lower_intercept[i], above = lines.upper_intercept[i];
    const double next = value * (value > 0 ? lower : upper);
    const double part = value * (value > 0 ? below : above);
    a[i] = next;
    constant += part;
    intercepts += fabs(part);
    slopes += fabs(next) * rounded[i];
  }
  sums[0] += constant;
  sums[1] += intercepts;
  sums[2] += slopes;
}
