// Kernels over contiguous arrays, each for float and for double.
//
// Conventions: counts are size_t; a stride of 0 broadcasts one element, a stride of 1 walks the array.
// Comparisons are written so that NaN propagates: a NaN must reach the verdict, where it becomes `unknown`.
#ifndef SURETY_KERNELS_H
#define SURETY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

enum surety_unary {
  SURETY_NEGATE, SURETY_MAGNITUDE, SURETY_POSITIVE_PART, SURETY_NEGATIVE_PART, SURETY_RECIPROCAL,
  SURETY_SQUARE, SURETY_SQUARE_ROOT, SURETY_EXP, SURETY_LOG, SURETY_TANH, SURETY_SIGMOID,
  SURETY_SINE, SURETY_COSINE, SURETY_SIGN, SURETY_FLOOR, SURETY_ERF
};

enum surety_binary {
  SURETY_ADD, SURETY_SUBTRACT, SURETY_MULTIPLY, SURETY_DIVIDE, SURETY_MAXIMUM, SURETY_MINIMUM,
  SURETY_EQUAL, SURETY_LESS, SURETY_POWER, SURETY_MEAN, SURETY_HALF_DIFFERENCE
};

// Where the rows of a window lie in a grid of height * width * channels elements (channels last).
// Row r covers grid rows y[r] ..< y[r] + h and columns x[r] ..< x[r] + w; what lies outside the grid is
// padding and is never read or written.
typedef struct {
  size_t rows, h, w, channels;
  ptrdiff_t height, width;
  const int32_t *y, *x;
} surety_window;

// The geometry of a two-dimensional convolution.
typedef struct {
  ptrdiff_t kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w;
} surety_convolution;

/* Has OpenBLAS take the kernels of this processor where it took far older ones, as it does for processors that are younger than it.
   Not to be called while another thread uses OpenBLAS. `chosen` gives the name of its choice. */
void surety_choose_blas_kernels(const char *(*chosen)(void));

#define SURETY_LARGEST_KERNEL 64

/* The elements that each phase of a stride takes of one line of `width` pixels, in whole vectors. */
static inline size_t surety_phase_length(size_t width, ptrdiff_t stride) {
  return ((width + stride - 1) / stride + 15) / 16 * 16;
}


// Factors that are tried in one pass.
#define SURETY_FACTORS 4
// Examples that lie side by side in a block.
#define SURETY_LANES 16
// The most output rows whose kernel gradients are summed before the sums are stored.
#define SURETY_LANE_CHUNK 8
// Input rows that `rows` rows of output read, at most.
#define SURETY_LANE_SLOTS(g, rows)                                                                 \
  (((rows)-1) * (g).stride_h + ((g).kernel_h - 1) * (g).dilation_h + 1)

// What the ends of `parts` examples of `elements` numbers are moved by; prices of the next example are `step` further on.
typedef struct {
  size_t parts, elements, step;
  int has_floors;
} surety_prices;

/* Images of which windows are taken: so many, of planes of height times width, and windows at
   out_height times out_width places. */
typedef struct {
  size_t images, channels, height, width, out_height, out_width;
  size_t kernel_height, kernel_width, outputs;
  ptrdiff_t stride[2], padding[2], dilation[2];
} surety_patches;

#define SURETY_DECLARE(T, S)                                                                       \
  void surety_unary_##S(int op, const T *a, T *out, size_t n);                                     \
  void surety_binary_##S(int op, const T *a, int sa, const T *b, int sb, T *out, size_t n);        \
  void surety_affine_##S(const T *a, T scale, T shift, T *out, size_t n);                          \
  /* center - reach and center + reach with reach = radius + floor, part after part of n; there is one floor \
     where step is 0. largest is at least the size of each end of a part, NaN where one is NaN. */ \
  void surety_outward_ends_##S(const T *center, const T *radius, const T *floor, size_t step,      \
                               size_t parts, size_t n, T *lower, T *upper, T *largest);            \
  /* Sums or differences of intervals, a unit in the last place farther out. */                    \
  void surety_outward_sums_##S(const T *lower, const T *other_lower, const T *upper,               \
                               const T *other_upper, int is_difference, size_t n, T *below,        \
                               T *above);                                                          \
  /* The same with ends that are moved by price * factor + floor. */                               \
  void surety_widen_##S(const T *lower, const T *upper, surety_prices prices, const T *price,      \
                        const T *floor, const T *factor, T *below, T *above);                      \
  /* The larger size of both ends and a least one. */                                              \
  void surety_magnitudes_##S(const T *lower, const T *upper, T least, size_t n, T *out);           \
  /* For each output channel its factor times the Euclidean norm of the larger sizes of both ends, or a least \
     one, in the window over all channels at each place; `scratch` has room for an image of each size. */ \
  void surety_patch_sizes_##S(const T *lower, const T *upper, T least, surety_patches patches,     \
                              const T *factors, T *scratch, T *out);                               \
  /* Middles and half widths of intervals, or of their images under max(x, 0); these plus `reach` times the \
     larger size of both ends, or a least one. */ \
  void surety_middles_##S(const T *lower, const T *upper, int rectified, T reach, T least,         \
                          size_t n, T *center, T *radius);                                         \
  /* Sums that are rounded down. */                                                                \
  void surety_add_below_##S(const T *a, const T *b, size_t n, T *out);                             \
  /* The largest size of an end in each part; NaNs are passed over. */                             \
  void surety_sizes_##S(const T *lower, const T *upper, size_t parts, size_t n, T *largest);       \
  /* Lines that enclose a ReLU over [lower, upper], the upper intercept rounded up. */             \
  void surety_relu_lines_##S(const T *lower, const T *upper, size_t n, T *lower_slope,             \
                             T *upper_slope, T *upper_shift);                                      \
  /* Softmaxes of `scale` times rows of logits, in place; with `causal`, row r sees the first + r + 1 \
     first columns, and the others become 0. */                                                    \
  void surety_softmax_rows_##S(T *logits, size_t rows, size_t columns, size_t first, int causal,   \
                               T scale);                                                           \
  /* Turns the gradient by the weights of softmaxes into that by what they were taken of. */       \
  void surety_softmax_rows_gradient_##S(const T *weights, T *by_weights, size_t rows,              \
                                        size_t columns, T scale);                                  \
  /* Turns features of tokens by the angles of their places, the first of them `first`. */         \
  void surety_turn_rows_##S(const T *x, const T *cosines, const T *sines, size_t rows,             \
                            size_t places, size_t first, size_t heads, size_t half,                \
                            int transposed, T *out);                                               \
  /* GELU and its slope, within 1e-6. */                                                           \
  void surety_gelu_with_slope_##S(const T *a, size_t n, T *value, T *slope);                       \
  int surety_are_finite_##S(const T *a, size_t n);                                                 \
  void surety_sum_##S(const T *a, T *out, size_t outer, size_t n, size_t inner);                   \
  void surety_max_##S(const T *a, T *out, size_t outer, size_t n, size_t inner);                   \
  void surety_min_##S(const T *a, T *out, size_t outer, size_t n, size_t inner);                   \
  void surety_transpose_##S(const T *a, size_t count, size_t rows, size_t columns, T *out);        \
  /* Writes an image of planes with channels last into an image `out_width` pixels wide. */        \
  void surety_interleave_##S(const T *image, size_t channels, size_t height, size_t width, T *out, \
                             size_t out_width);                                                    \
  /* NCHW image (channels * height * width) to columns (channels * kh * kw) x (oh * ow). */        \
  void surety_im2col_##S(const T *image, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,    \
                         surety_convolution g, ptrdiff_t oh, ptrdiff_t ow, T *columns);            \
  /* The transpose: adds columns into an image that the caller has cleared. */                     \
  void surety_col2im_##S(const T *columns, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,  \
                         surety_convolution g, ptrdiff_t oh, ptrdiff_t ow, T *image);              \
  /* One backward step through an elementwise relaxation. For a coefficient a, its image's lines  \
     (slope, intercept): lower lines where a >= 0, upper lines where a < 0. Lower lines are read   \
     at lower_owner[r], upper lines at upper_owner[r], `grid` elements apart; without lower_owner   \
     each row has lower lines of its own, laid out as the row is. An intercept array may be null,  \
     meaning zero. May run in place. constant[r] accumulates. */                                   \
  void surety_relax_##S(const T *a, surety_window p, const T *lower_slope, const T *lower_shift,   \
                        const int32_t *lower_owner, const T *upper_slope, const T *upper_shift,    \
                        const int32_t *upper_owner, T *out, T *constant);                          \
  /* The same lines applied forward to a value z, chosen by the sign of a: the adjoint pass. */    \
  void surety_relax_forward_##S(const T *a, const T *z, surety_window p, const T *lower_slope,     \
                                const T *lower_shift, const int32_t *lower_owner,                  \
                                const T *upper_slope, const T *upper_shift,                        \
                                const int32_t *upper_owner, T *out);                               \
  /* constant[r] += sum a * center - |a| * radius over the window, at grid owner[r]. */            \
  void surety_concretize_##S(const T *a, surety_window p, const T *center, const T *radius,        \
                             const int32_t *owner, T *constant);                                   \
  /* constant[r] -= scale * sum |a| * price over the window, at grid owner[r]. */                  \
  void surety_charge_##S(const T *a, surety_window p, const T *price, T scale,                     \
                         const int32_t *owner, T *constant);                                       \
  /* The point of the box at which each row is smallest, window by window. */                      \
  void surety_minimizer_##S(const T *a, surety_window p, const T *center, const T *radius,         \
                            const int32_t *owner, T *out);                                         \
  /* One Adam step that raises the bound by the rows' lower slopes; z is the activation's input at \
     the minimizing point. Slopes and moments are laid out as the rows are. */                     \
  void surety_ascend_##S(const T *a, const T *z, surety_window p, const T *upper_shift,            \
                         const int32_t *owner, T low, T high, T rate, T first_decay,               \
                         T second_decay, T first_scale, T second_scale, T epsilon, T *slope,       \
                         T *first, T *second);                                                     \
  /* constant[r] += sum over pixels and channels of a * bias[channel]. */                          \
  void surety_channel_dot_##S(const T *a, size_t rows, size_t pixels, size_t channels,             \
                              const T *bias, T *constant);                                         \
  /* The transpose of a convolution from windows of its output (`from`) to windows of its input      \
     (`to`). Weights are taps x from.channels x stride, the last axis being the input's channels     \
     padded with zeros to a multiple of 16. `scratch` holds zeros: from.channels, or where `to` has   \
     at most 4 channels from.channels * from.h * (from.w + 32) and 4 times the lengths of all phases \
     of a line of `to`. Kernels are at most SURETY_LARGEST_KERNEL wide and high. */                  \
  void surety_window_transpose_##S(const T *a, surety_window from, surety_convolution g,             \
                                   surety_window to, const T *weights, size_t stride,                \
                                   T *scratch, T *out);                                              \
  /* The convolution from windows of its input (`from`) to windows of its output (`to`); weights are \
     taps x from.channels x stride, the last axis being the output's channels, padded likewise. The  \
     bias may be null; `zeros` holds from.channels zeros. */                                         \
  void surety_window_convolve_##S(const T *a, surety_window from, surety_convolution g,              \
                                  surety_window to, const T *weights, size_t stride, const T *bias,  \
                                  const T *zeros, T *out);                                           \
  /* Whole images `height * width * depth`, channels last, through a convolution, or its transpose, to images \
     `oh * ow * channels`. Weights and bias are as above. */                                         \
  void surety_convolve_images_##S(int transposed, const T *a, ptrdiff_t images, ptrdiff_t height,    \
                                  ptrdiff_t width, size_t depth, surety_convolution g,               \
                                  const T *weights, size_t stride, const T *bias, ptrdiff_t oh,      \
                                  ptrdiff_t ow, ptrdiff_t channels, T *out);                         \
  /* The same in the form for wide registers or in the other one. */                               \
  void surety_convolve_images_as_##S(int wide, int transposed, const T *a, ptrdiff_t images,         \
                                     ptrdiff_t height, ptrdiff_t width, size_t depth,                \
                                     surety_convolution g, const T *weights, size_t stride,          \
                                     const T *bias, ptrdiff_t oh, ptrdiff_t ow, ptrdiff_t channels,  \
                                     T *out);                                                        \
  /* Adds windows into larger windows, or whole grids, of the same rows. */                        \
  void surety_window_add_##S(const T *a, surety_window from, surety_window to, T *out);            \
  /* Copies windows out of larger windows; what the source does not cover becomes zero. */         \
  void surety_window_copy_##S(const T *a, surety_window from, surety_window to, T *out);           \
  /* Copies windows out of whole grids, one grid per owner. */                                     \
  void surety_window_gather_##S(const T *grids, const int32_t *owner, surety_window to, T *out);   \
  /* The convolution, or its transpose, of one block of images `channels * height * width * LANES`   \
     to `outputs * oh * ow * LANES`. Weights are as surety_lane_pack leaves them. Each lane's bias is   \
     times its entry of `bias_scale`, LANES numbers, unless that is null. */                           \
  void surety_lane_convolve_##S(const T *image, ptrdiff_t channels, ptrdiff_t height,                \
                                ptrdiff_t width, surety_convolution g, int transposed,               \
                                const T *weights, const T *bias, const T *bias_scale,                \
                                ptrdiff_t outputs, ptrdiff_t oh,                                     \
                                ptrdiff_t ow, T *out);                                               \
  /* The same for kernels of 3 x 3 at stride 1 without dilation, the padding above and to the left given; of a \
     transpose it is 2 less the convolution's. Weights are as surety_winograd_pack leaves them, 16 for each \
     pair of channels. `group` tiles of 2 x 2 outputs are taken together; `scratch` holds               \
     16 x (channels + outputs) x group x LANES. */                                                     \
  void surety_winograd_##S(const T *image, ptrdiff_t channels, ptrdiff_t height, ptrdiff_t width,     \
                           ptrdiff_t pad_y, ptrdiff_t pad_x, const T *weights, const T *bias,         \
                           const T *bias_scale, ptrdiff_t outputs, ptrdiff_t oh, ptrdiff_t ow,        \
                           ptrdiff_t group, T *scratch, T *out);                                      \
  /* Kernels as surety_winograd reads them; `transposed` as for surety_lane_pack. */                  \
  void surety_winograd_pack_##S(const T *kernel, ptrdiff_t outputs, ptrdiff_t channels,               \
                                int transposed, T *packed);                                           \
  /* Adds the derivative of a convolution by its kernels, for the first `lanes` examples of a block,  \
     to `partial`: outputs / 8 x channels x kernel_h x kernel_w x 8 x LANES. `scratch` holds           \
     SURETY_LANE_SLOTS(g, SURETY_LANE_CHUNK) x channels x padded width x LANES and                     \
     8 x SURETY_LANE_CHUNK x max(ow, 32) x LANES. */                                                  \
  void surety_lane_kernel_gradient_##S(const T *image, ptrdiff_t channels, ptrdiff_t height,         \
                                       ptrdiff_t width, surety_convolution g, const T *rows,         \
                                       ptrdiff_t outputs, ptrdiff_t oh, ptrdiff_t ow,                \
                                       ptrdiff_t lanes, T *scratch, T *partial);                     \
  /* Adds the lanes of `partial` to a gradient, outputs x channels x taps. */                        \
  void surety_lane_kernel_sum_##S(const T *partial, ptrdiff_t channels, ptrdiff_t taps,              \
                                  ptrdiff_t outputs, T *gradient);                                   \
  /* Kernels `outputs * channels * taps` in the order in which a convolution reads them; with         \
     `transposed` they are `channels * outputs * taps`, for the transpose of a convolution. */        \
  void surety_lane_pack_##S(const T *kernel, ptrdiff_t outputs, ptrdiff_t channels, ptrdiff_t taps,  \
                            int transposed, T *packed);                                              \
  /* The same in one form, for 32 wide registers or for narrow ones, whatever the machine has:    \
     tests compare the two. Both forms run everywhere. */                                            \
  void surety_lane_convolve_as_##S(int wide, const T *image, ptrdiff_t channels, ptrdiff_t height,    \
                                   ptrdiff_t width, surety_convolution g, int transposed,            \
                                   const T *weights, const T *bias, const T *bias_scale,             \
                                   ptrdiff_t outputs, ptrdiff_t oh, ptrdiff_t ow, T *out);           \
  void surety_winograd_as_##S(int wide, const T *image, ptrdiff_t channels, ptrdiff_t height,        \
                              ptrdiff_t width, ptrdiff_t pad_y, ptrdiff_t pad_x, const T *weights,   \
                              const T *bias, const T *bias_scale, ptrdiff_t outputs, ptrdiff_t oh,   \
                              ptrdiff_t ow, ptrdiff_t group, T *scratch, T *out);                    \
  void surety_winograd_pack_as_##S(int wide, const T *kernel, ptrdiff_t outputs, ptrdiff_t channels, \
                                   int transposed, T *packed);                                       \
  void surety_lane_kernel_gradient_as_##S(int wide, const T *image, ptrdiff_t channels,              \
                                          ptrdiff_t height, ptrdiff_t width, surety_convolution g,   \
                                          const T *rows, ptrdiff_t outputs, ptrdiff_t oh,            \
                                          ptrdiff_t ow, ptrdiff_t lanes, T *scratch, T *partial);    \
  void surety_lane_pack_as_##S(int wide, const T *kernel, ptrdiff_t outputs, ptrdiff_t channels,     \
                               ptrdiff_t taps, int transposed, T *packed);                           \
  /* For each channel of outer x channels x inner: sums += sum a, dots += sum a * b; without b both of \
     a - shift[channel], dots being the squares. Of each 16 elements of the last outer slice only the  \
     first `tail` count. */                                                                           \
  void surety_channel_sums_##S(const T *a, const T *b, const T *shift, ptrdiff_t outer,              \
                               ptrdiff_t channels, ptrdiff_t inner, ptrdiff_t tail, T *dots,         \
                               T *sums);                                                             \
  /* a * scale[channel] + shift[channel] + addend; shift and addend may be null. */                  \
  void surety_channel_affine_##S(const T *a, ptrdiff_t outer, ptrdiff_t channels, ptrdiff_t inner,   \
                                 const T *scale, const T *shift, const T *addend, T *out);           \
  /* max(a * scale[channel] + shift[channel], 0). */                                                 \
  void surety_channel_relu_##S(const T *a, ptrdiff_t outer, ptrdiff_t channels, ptrdiff_t inner,     \
                               const T *scale, const T *shift, T *out);                              \
  /* The transpose of its derivative by a applied to rows; adds that by scale to dots and that by shift \
     to sums. Of each 16 elements of the last outer slice only the first `tail` count in those. */     \
  void surety_channel_relu_gradient_##S(const T *a, const T *rows, ptrdiff_t outer,                  \
                                        ptrdiff_t channels, ptrdiff_t inner, ptrdiff_t tail,         \
                                        const T *scale, const T *shift, T *out, T *dots, T *sums);   \
  /* The image of scale[channel] * (center +- radius) + shift[channel] under max(x, 0); scale and shift \
     may be null. Adds to `sums` over the intervals m +- r before that: r, m, and over those above 0   \
     and then those below 0 of 1, m and m * m. `tail` as above. */                                   \
  void surety_interval_relu_##S(const T *center, const T *radius, ptrdiff_t outer,                   \
                                ptrdiff_t channels, ptrdiff_t inner, ptrdiff_t tail,                 \
                                const T *scale, const T *shift, T *new_center, T *new_radius,        \
                                double *sums);                                                       \
  /* The transpose of its derivative, applied to rows of the image and of the eight sums. Adds three  \
     lines of channels to `sums`: dots with the center, plain sums, dots with the radius. The scale's  \
     derivative is the first plus its sign times the third, the shift's is the second. */            \
  void surety_interval_relu_gradient_##S(                                                            \
      const T *center, const T *radius, const T *row_center, const T *row_radius, ptrdiff_t outer,   \
      ptrdiff_t channels, ptrdiff_t inner, ptrdiff_t tail, const T *scale, const T *shift,           \
      const T *row_sums, T *out_center, T *out_radius, T *sums);                                     \
  /* One step of Adam on weights: decay * w + rate * m / (sqrt(v * second_scale) + epsilon) is taken off. */ \
  void surety_adam_##S(const T *gradient, size_t n, T first_decay, T second_decay, T rate,            \
                       T second_scale, T epsilon, T decay, T *first, T *second, T *weights);          \
  /* Rows of one block of examples through an activation between lines: function f of them is `stride`  \
     further on, n vectors of LANES each. out = a * lower slope where a > 0, a * upper slope where a < 0; \
     constant + f * constant_stride, LANES numbers, accumulates a * shift. lower_shift may be null. */  \
  void surety_lane_relax_##S(const T *rows, ptrdiff_t functions, ptrdiff_t stride, ptrdiff_t n,       \
                             const T *lower_slope, const T *lower_shift, const T *upper_slope,        \
                             const T *upper_shift, T *out, T *constant, ptrdiff_t constant_stride);   \
  /* The transpose of its derivative. by_rows is written; the others accumulate, those of the lower line \
     unless they are null. */                                                                         \
  void surety_lane_relax_gradient_##S(                                                                \
      const T *rows, const T *by_out, const T *by_constant, ptrdiff_t constant_stride,                \
      ptrdiff_t functions, ptrdiff_t stride, ptrdiff_t n, const T *lower_slope, const T *lower_shift, \
      const T *upper_slope, const T *upper_shift, T *by_rows, T *by_lower_slope, T *by_lower_shift,   \
      T *by_upper_slope, T *by_upper_shift);                                                          \
  /* Rows laid out so, at their minimum over a box of each example; and the transpose of the derivative \
     by the rows. */                                                                                  \
  void surety_lane_minimum_##S(const T *rows, ptrdiff_t functions, ptrdiff_t stride, ptrdiff_t n,     \
                               const T *center, const T *radius, T *out, ptrdiff_t out_stride);       \
  void surety_lane_minimum_gradient_##S(const T *rows, const T *by_out, ptrdiff_t out_stride,         \
                                        ptrdiff_t functions, ptrdiff_t stride, ptrdiff_t n,           \
                                        const T *center, const T *radius, T *by_rows);                \
  /* sums[k] = the sum of |a - factors[k] * b|, for SURETY_FACTORS factors. */                        \
  void surety_distances_##S(const T *a, const T *b, size_t n, const T *factors, T *sums);             \
  /* rows where mask > 0, else 0. */                                                                 \
  void surety_masked_##S(const T *rows, const T *mask, size_t n, T *out);

SURETY_DECLARE(float, f32)
SURETY_DECLARE(double, f64)

// The number of threads a parallel loop may use, and whether this thread is inside one already.
int surety_thread_limit(void);
void surety_set_thread_limit(int count);
int surety_inside_parallel(void);
void surety_set_inside_parallel(int inside);

// Runs `body` with each index below `count`, on this thread and `threads - 1` others that are kept for it. Returns 0,
// and has run nothing, while a loop of another thread has them.
int surety_parallel(long count, int threads, void (*body)(void *context, long index), void *context);

// The version of this C compiler, which comes with Swift's and tells its builds apart.
const char *surety_compiler(void);

#endif
