/* What arm_nnfunctions.h declares, after its documentation: one place after the other. See README.
 */
#include "arm_nnfunctions.h"

#include <stdbool.h>
#include <string.h>

#if defined(__ARM_FEATURE_MVE)
#define ARM_MATH_MVEI 1
#elif defined(__ARM_FEATURE_DSP)
#define ARM_MATH_DSP 1
#endif

static int32_t most_of(int32_t a, int32_t b) { return a > b ? a : b; }
static int32_t clamped(int32_t x, int32_t minimum, int32_t maximum) {
  return x < minimum ? minimum : x > maximum ? maximum : x;
}

/* Rounded to the nearest, halves up, then by a power of two, halves away from zero. */
static int32_t doubled_high(int64_t a, int64_t b) {
  if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
  const int64_t product = a * b;
  const int64_t half = product < 0 ? 1 - ((int64_t)1 << 30) : (int64_t)1 << 30;
  return (int32_t)((product + half) / ((int64_t)1 << 31));
}
static int32_t divided(int32_t x, int32_t exponent) {
  const double quotient = (double)x / (double)((int64_t)1 << exponent);
  return (int32_t)(quotient + (quotient < 0 ? -0.5 : 0.5));
}
static int32_t requantized(int32_t x, int32_t multiplier, int32_t shift) {
  const int32_t left = most_of(shift, 0), right = most_of(-shift, 0);
  return divided(doubled_high((int64_t)x * ((int64_t)1 << left), multiplier), right);
}

/* Scratch is the function's alone: before it reads anything, and after it wrote everything. */
static void spoil(const cmsis_nn_context* context) {
  if (context->buf) memset(context->buf, 0x5a, (size_t)context->size);
}
static bool are_apart(const void* a, int64_t a_bytes, const void* b, int64_t b_bytes) {
  const uintptr_t i = (uintptr_t)a, k = (uintptr_t)b;
  return i + (uintptr_t)a_bytes <= k || k + (uintptr_t)b_bytes <= i;
}
static int64_t count_of(const cmsis_nn_dims* d) { return (int64_t)d->n * d->h * d->w * d->c; }
static bool is_sound(const cmsis_nn_context* context, int32_t asked, const cmsis_nn_dims* x_extents,
                     const int8_t* x, const cmsis_nn_dims* y_extents, const int8_t* y,
                     const cmsis_nn_activation* bounds) {
  return asked <= context->size && (asked == 0 || context->buf) &&
         (uintptr_t)context->buf % 4 == 0 &&
         are_apart(x, count_of(x_extents), y, count_of(y_extents)) && bounds->min >= -128 &&
         bounds->max <= 127 && bounds->min <= bounds->max;
}

/* ---- convolutions */

static int32_t up_to(int32_t n, int32_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

static int32_t scratch_of_windows(const cmsis_nn_tile* stride, const cmsis_nn_tile* padding,
                                  const cmsis_nn_tile* dilation, const cmsis_nn_dims* extents,
                                  int32_t channels) {
  const int32_t column = extents->h * extents->w * channels;
  if (extents->h * extents->w == 1 && stride->h * stride->w == 1 && padding->h + padding->w == 0 &&
      dilation->h * dilation->w == 1)
    return 0;
#ifdef ARM_MATH_MVEI
  return 4 * up_to(column, 16);
#else
  return 4 * up_to(column, 4);
#endif
}

int32_t arm_convolve_wrapper_s8_get_buffer_size(const cmsis_nn_conv_params* parameters,
                                                const cmsis_nn_dims* x_extents,
                                                const cmsis_nn_dims* extents,
                                                const cmsis_nn_dims* y_extents) {
  (void)y_extents;
  return scratch_of_windows(&parameters->stride, &parameters->padding, &parameters->dilation,
                            extents, x_extents->c);
}

int32_t arm_depthwise_conv_wrapper_s8_get_buffer_size(const cmsis_nn_dw_conv_params* parameters,
                                                      const cmsis_nn_dims* x_extents,
                                                      const cmsis_nn_dims* extents,
                                                      const cmsis_nn_dims* y_extents) {
  const int32_t taps = extents->h * extents->w;
  if (x_extents->c == 1)
    return scratch_of_windows(&parameters->stride, &parameters->padding, &parameters->dilation,
                              extents, 1) +
           taps * y_extents->c;
  if (x_extents->c != y_extents->c || x_extents->n != 1 || parameters->dilation.w != 1 ||
      parameters->dilation.h != 1)
    return 0;
#if defined(ARM_MATH_MVEI)
  return 4 * 124 * taps;
#elif defined(ARM_MATH_DSP)
  return 2 * x_extents->c * taps;
#else
  return 0 * taps;
#endif
}

/* Where a tap of the window at a place is in an image, or -1. */
static int32_t place_of(const cmsis_nn_dims* x, const cmsis_nn_tile* at, const cmsis_nn_tile* tap,
                        const cmsis_nn_tile* stride, const cmsis_nn_tile* padding,
                        const cmsis_nn_tile* dilation) {
  const int32_t h = at->h * stride->h - padding->h + tap->h * dilation->h;
  const int32_t w = at->w * stride->w - padding->w + tap->w * dilation->w;
  return h < 0 || w < 0 || h >= x->h || w >= x->w ? -1 : h * x->w + w;
}

arm_cmsis_nn_status arm_convolve_wrapper_s8(const cmsis_nn_context* context,
                                            const cmsis_nn_conv_params* p,
                                            const cmsis_nn_per_channel_quant_params* numbers,
                                            const cmsis_nn_dims* x_extents, const int8_t* x,
                                            const cmsis_nn_dims* extents, const int8_t* weights,
                                            const cmsis_nn_dims* bias_extents, const int32_t* bias,
                                            const cmsis_nn_dims* y_extents, int8_t* y) {
  const int32_t channels = x_extents->c, filters = y_extents->c;
  const int32_t asked = arm_convolve_wrapper_s8_get_buffer_size(p, x_extents, extents, y_extents);
  if (!is_sound(context, asked, x_extents, x, y_extents, y, &p->activation) ||
      p->input_offset < -127 || p->input_offset > 128 || extents->n != filters ||
      extents->c != channels || bias_extents->c != filters)
    return ARM_CMSIS_NN_ARG_ERROR;
  spoil(context);
  for (int32_t image = 0; image < x_extents->n; ++image)
    for (cmsis_nn_tile at = {0, 0}; at.h < y_extents->h; ++at.h)
      for (at.w = 0; at.w < y_extents->w; ++at.w)
        for (int32_t filter = 0; filter < filters; ++filter) {
          int32_t sum = bias ? bias[filter] : 0;
          const int8_t* w = weights + filter * extents->h * extents->w * channels;
          for (cmsis_nn_tile tap = {0, 0}; tap.h < extents->h; ++tap.h)
            for (tap.w = 0; tap.w < extents->w; ++tap.w, w += channels) {
              const int32_t place =
                  place_of(x_extents, &at, &tap, &p->stride, &p->padding, &p->dilation);
              for (int32_t c = 0; place >= 0 && c < channels; ++c)
                sum += (x[place * channels + c] + p->input_offset) * w[c];
            }
          sum = requantized(sum, numbers->multiplier[filter], numbers->shift[filter]);
          y[(at.h * y_extents->w + at.w) * filters + filter] =
              (int8_t)clamped(sum + p->output_offset, p->activation.min, p->activation.max);
        }
  spoil(context);
  return x_extents->n == 1 ? ARM_CMSIS_NN_SUCCESS : ARM_CMSIS_NN_NO_IMPL_ERROR;
}

arm_cmsis_nn_status arm_depthwise_conv_wrapper_s8(
    const cmsis_nn_context* context, const cmsis_nn_dw_conv_params* p,
    const cmsis_nn_per_channel_quant_params* numbers, const cmsis_nn_dims* x_extents,
    const int8_t* x, const cmsis_nn_dims* extents, const int8_t* weights,
    const cmsis_nn_dims* bias_extents, const int32_t* bias, const cmsis_nn_dims* y_extents,
    int8_t* y) {
  const int32_t channels = y_extents->c;
  const int32_t asked =
      arm_depthwise_conv_wrapper_s8_get_buffer_size(p, x_extents, extents, y_extents);
  if (!is_sound(context, asked, x_extents, x, y_extents, y, &p->activation) ||
      p->input_offset < -127 || p->input_offset > 128 || extents->n != 1 ||
      extents->c != channels || bias_extents->c != channels ||
      x_extents->c * p->ch_mult != channels || x_extents->n != 1)
    return ARM_CMSIS_NN_ARG_ERROR;
  spoil(context);
  for (cmsis_nn_tile at = {0, 0}; at.h < y_extents->h; ++at.h)
    for (at.w = 0; at.w < y_extents->w; ++at.w)
      for (int32_t c = 0; c < channels; ++c) {
        int32_t sum = bias ? bias[c] : 0;
        const int8_t* w = weights + c;
        for (cmsis_nn_tile tap = {0, 0}; tap.h < extents->h; ++tap.h)
          for (tap.w = 0; tap.w < extents->w; ++tap.w, w += channels) {
            const int32_t place =
                place_of(x_extents, &at, &tap, &p->stride, &p->padding, &p->dilation);
            if (place < 0) continue;
            sum += (x[place * x_extents->c + c / p->ch_mult] + p->input_offset) * *w;
          }
        sum = requantized(sum, numbers->multiplier[c], numbers->shift[c]);
        y[(at.h * y_extents->w + at.w) * channels + c] =
            (int8_t)clamped(sum + p->output_offset, p->activation.min, p->activation.max);
      }
  spoil(context);
  return ARM_CMSIS_NN_SUCCESS;
}

/* ---- poolings: only what lies in the image counts */

int32_t arm_avgpool_s8_get_buffer_size(const int width, const int channels) {
  (void)width;
#if defined(ARM_MATH_DSP) && !defined(ARM_MATH_MVEI)
  return 4 * channels;
#else
  return 0 * channels;
#endif
}

static arm_cmsis_nn_status pooled(const cmsis_nn_context* context, int32_t asked,
                                  const cmsis_nn_pool_params* p, const cmsis_nn_dims* x_extents,
                                  const int8_t* x, const cmsis_nn_dims* extents,
                                  const cmsis_nn_dims* y_extents, int8_t* y, bool is_average) {
  const cmsis_nn_tile one = {1, 1};
  const int32_t channels = x_extents->c;
  if (!is_sound(context, asked, x_extents, x, y_extents, y, &p->activation) || x_extents->n != 1)
    return ARM_CMSIS_NN_ARG_ERROR;
  spoil(context);
  for (cmsis_nn_tile at = {0, 0}; at.h < y_extents->h; ++at.h)
    for (at.w = 0; at.w < y_extents->w; ++at.w)
      for (int32_t c = 0; c < channels; ++c) {
        int32_t sum = 0, count = 0, maximum = -128;
        for (cmsis_nn_tile tap = {0, 0}; tap.h < extents->h; ++tap.h)
          for (tap.w = 0; tap.w < extents->w; ++tap.w) {
            const int32_t place = place_of(x_extents, &at, &tap, &p->stride, &p->padding, &one);
            if (place < 0) continue;
            sum += x[place * channels + c];
            maximum = most_of(maximum, x[place * channels + c]);
            ++count;
          }
        if (is_average && count == 0) return ARM_CMSIS_NN_ARG_ERROR;
        if (is_average) maximum = (sum > 0 ? sum + count / 2 : sum - count / 2) / count;
        y[(at.h * y_extents->w + at.w) * channels + c] =
            (int8_t)clamped(maximum, p->activation.min, p->activation.max);
      }
  spoil(context);
  return ARM_CMSIS_NN_SUCCESS;
}

arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context* context, const cmsis_nn_pool_params* p,
                                   const cmsis_nn_dims* x_extents, const int8_t* x,
                                   const cmsis_nn_dims* extents, const cmsis_nn_dims* y_extents,
                                   int8_t* y) {
  const int32_t asked = arm_avgpool_s8_get_buffer_size(y_extents->w, x_extents->c);
  return pooled(context, asked, p, x_extents, x, extents, y_extents, y, true);
}

arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context* context, const cmsis_nn_pool_params* p,
                                    const cmsis_nn_dims* x_extents, const int8_t* x,
                                    const cmsis_nn_dims* extents, const cmsis_nn_dims* y_extents,
                                    int8_t* y) {
  return pooled(context, 0, p, x_extents, x, extents, y_extents, y, false);
}

/* ---- elements */

arm_cmsis_nn_status arm_elementwise_add_s8(const int8_t* a, const int8_t* b, const int32_t a_offset,
                                           const int32_t a_multiplier, const int32_t a_shift,
                                           const int32_t b_offset, const int32_t b_multiplier,
                                           const int32_t b_shift, const int32_t left_shift,
                                           int8_t* y, const int32_t y_offset,
                                           const int32_t y_multiplier, const int32_t y_shift,
                                           const int32_t minimum, const int32_t maximum,
                                           const int32_t count) {
  if (a_offset < -127 || a_offset > 128 || b_offset < -127 || b_offset > 128 || a_shift > 0 ||
      b_shift > 0 || minimum < -128 || maximum > 127)
    return ARM_CMSIS_NN_ARG_ERROR;
  for (int32_t i = 0; i < count; ++i) {
    const int32_t wide = 1 << left_shift;
    const int32_t u = requantized((a[i] + a_offset) * wide, a_multiplier, a_shift);
    const int32_t v = requantized((b[i] + b_offset) * wide, b_multiplier, b_shift);
    y[i] = (int8_t)clamped(requantized(u + v, y_multiplier, y_shift) + y_offset, minimum, maximum);
  }
  return ARM_CMSIS_NN_SUCCESS;
}

/* gemmlowp's fixed-point functions, by their definitions; e^a of multiples of 2^-26 */
static int32_t exponential(int32_t a) {
  static const int32_t powers[] = {1672461947, 1302514674, 790015084, 290630308,
                                   39332535,   720401,     242};
  const int32_t quarter = 1 << 24, inside = (a & (quarter - 1)) - quarter;
  const int32_t u = inside * 32 + (1 << 28), u2 = doubled_high(u, u), u3 = doubled_high(u2, u);
  const int32_t u4 = divided(doubled_high(u2, u2), 2);
  const int32_t v = u + divided(doubled_high(u4 + u3, 715827883) + u2, 1);
  int32_t y = 1895147668 + doubled_high(1895147668, v);
  for (int bit = 0; bit < 7; ++bit)
    if ((inside - a) >> (24 + bit) & 1) y = doubled_high(y, powers[bit]);
  return a == 0 ? INT32_MAX : y;
}

static int32_t reciprocal(int32_t a) {
  const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
  int64_t x = 1515870810 + doubled_high(half, -1010580540);
  for (int step = 0; step < 3; ++step)
    x += (int64_t)doubled_high(x, (1 << 29) - doubled_high(half, x)) * 4;
  return (int32_t)(2 * x > INT32_MAX ? INT32_MAX : 2 * x);
}

void arm_softmax_s8(const int8_t* x, const int32_t rows, const int32_t row_size,
                    const int32_t multiplier, const int32_t shift, const int32_t diff_min,
                    int8_t* y) {
  for (int32_t row = 0; row < rows; ++row, x += row_size, y += row_size) {
    int32_t maximum = -128, sum = 0, room = 0;
    for (int32_t i = 0; i < row_size; ++i) maximum = most_of(maximum, x[i]);
    for (int32_t i = 0; i < row_size; ++i)
      if (x[i] - maximum >= diff_min)
        sum += divided(exponential(doubled_high((int64_t)(x[i] - maximum) * ((int64_t)1 << shift),
                                                multiplier)),
                       12);
    while (room < 32 && !((uint32_t)sum << room & 0x80000000u)) ++room;
    const int32_t scale = reciprocal((int32_t)(((uint32_t)sum << room) - 0x80000000u));
    for (int32_t i = 0; i < row_size; ++i) {
      y[i] = -128;
      if (x[i] - maximum < diff_min) continue;
      const int32_t e =
          exponential(doubled_high((int64_t)(x[i] - maximum) * ((int64_t)1 << shift), multiplier));
      y[i] = (int8_t)clamped(divided(doubled_high(scale, e), 35 - room) - 128, -128, 127);
    }
  }
}
