// Loops of the checker that the Swift optimiser cannot vectorise. Each adds up products in an order of its own; the error bounds
// of `Checking` hold for any order, and for products that are rounded together with sums.
#ifndef SURETY_CHECKING_H
#define SURETY_CHECKING_H

#include <stddef.h>

#pragma clang assume_nonnull begin

/// Patches of an image: a height and width, and where the patch of each row begins.
typedef struct {
  ptrdiff_t height, width;
  const ptrdiff_t *tops, *lefts;
} surety_check_patches;

/// A convolution from an image of `height x width x channels`, with `groups` of `inputs` and `outputs` channels each.
typedef struct {
  ptrdiff_t height, width, groups, inputs, outputs, kernel_height, kernel_width;
  ptrdiff_t stride[2], padding[2], dilation[2];
} surety_check_convolution;

/// Adds, to each row of `to`, the row of `from` times the convolution.
///
/// `weights` are `groups x outputs x kernel_height x kernel_width x inputs`; rows are patches with channels last. The patches of
/// `to` hold all places of the image that those of `from` read.
void surety_check_pull_back(const surety_check_convolution *convolution, ptrdiff_t count,
                            const double *from, surety_check_patches from_patches,
                            const double *weights, double *to, surety_check_patches to_patches);

/// `sum a b`.
double surety_check_dot(const double *a, const double *b, ptrdiff_t count);

/// `sum |a| b`.
double surety_check_weighted(const double *a, const double *b, ptrdiff_t count);

/// Adds `sum (a > 0 ? a lower : a upper)`, and the sum of the terms' sizes.
void surety_check_least(const double *a, const double *lower, const double *upper, ptrdiff_t count,
                        double *sum, double *sizes);

/// Lines below and above, element by element.
typedef struct {
  const double *lower_slope, *lower_intercept, *upper_slope, *upper_intercept;
} surety_check_lines;

/// Multiplies each coefficient by the slope of its line, the lower one where it is positive.
///
/// Adds to `sums` the coefficients times the intercepts of these lines, the sizes of these products, and the sizes of the new
/// coefficients times `rounded`.
void surety_check_pass(double *a, surety_check_lines lines, const double *rounded, ptrdiff_t count,
                       double *sums);

#pragma clang assume_nonnull end

#endif
