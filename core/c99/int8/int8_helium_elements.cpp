// Int8 operators without weights for Helium: poolings of images with channels last, sums,
// rescaling. Each has the bits of the plain form in int8_plain.cpp.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

constexpr std::string_view kRescale = R"(/* weft_rescale of four. */
static inline int32x4_t weft_rescale_four(int32x4_t x, int32x4_t multiplier, int32x4_t shift)
{
  const int32x4_t left = vmaxq_s32(shift, vdupq_n_s32(0)), right = vminq_s32(shift, vdupq_n_s32(0));
  const int32x4_t high = vqrdmulhq_s32(vshlq_s32(x, left), multiplier);
  /* Halves of negative numbers go away from zero. */
  return vrshlq_s32(vqaddq_s32(high, vshrq_n_s32(vandq_s32(high, right), 31)), right);
}

/* With the zero point of y, in its bounds. */
static inline void weft_store_four(
    int8_t *y, int32x4_t placed, int32_t zero, int32_t low, int32_t high, mve_pred16_t lanes)
{
  const int32x4_t moved = vqaddq_n_s32(placed, zero);
  vstrbq_p_s32(y, vmaxq_s32(vminq_s32(moved, vdupq_n_s32(high)), vdupq_n_s32(low)), lanes);
}
)";

constexpr std::string_view kAdd =
    R"(/* Both rescaled to one scale, and their sum to that of y. */
static void weft_add_i8(
    const struct weft_sum_i8 *p, const int8_t *a, const int8_t *b, int8_t *y, int32_t count)
{
  int32x4_t multiplier[3], shift[3];
  for (int32_t i = 0; i < 3; ++i) {
    multiplier[i] = vdupq_n_s32(p->multiplier[i]);
    shift[i] = vdupq_n_s32(p->shift[i]);
  }
  for (int32_t i = 0; i < count; i += 4) {
    const mve_pred16_t lanes = vctp32q((uint32_t)(count - i));
    const int32x4_t u = vshlq_n_s32(vsubq_n_s32(vldrbq_z_s32(a + i, lanes), p->zero[0]), 20);
    const int32x4_t v = vshlq_n_s32(vsubq_n_s32(vldrbq_z_s32(b + i, lanes), p->zero[1]), 20);
    const int32x4_t sum = vaddq_s32(weft_rescale_four(u, multiplier[0], shift[0]),
                                    weft_rescale_four(v, multiplier[1], shift[1]));
    weft_store_four(
        y + i, weft_rescale_four(sum, multiplier[2], shift[2]), p->out_zero, p->low, p->high, lanes);
  }
}
)";

constexpr std::string_view kRequantize =
    R"(/* Rows of `inner` sums, one scale for each of `channels` rows, or for all. */
static void weft_requantize(
    const int32_t *x, const int32_t *multiplier, const int32_t *shift, int32_t outer,
    int32_t channels, int32_t inner, int32_t scales, int32_t zero, int32_t low, int32_t high,
    int8_t *y)
{
  /* Where channels lie side by side a vector has their scales. */
  const int32_t is_beside = inner == 1 && scales > 0;
  const int32_t length = is_beside || scales == 0 ? channels * inner : inner;
  const int32_t rows = is_beside || scales == 0 ? outer : outer * channels;
  for (int32_t i = 0; i < rows; ++i, x += length, y += length) {
    const int32_t scale = is_beside ? 0 : i % channels * scales;
    int32x4_t factor = vdupq_n_s32(multiplier[scale]), places = vdupq_n_s32(shift[scale]);
    for (int32_t j = 0; j < length; j += 4) {
      const mve_pred16_t lanes = vctp32q((uint32_t)(length - j));
      if (is_beside) {
        factor = vldrwq_z_s32(multiplier + j, lanes);
        places = vldrwq_z_s32(shift + j, lanes);
      }
      const int32x4_t sums = vldrwq_z_s32(x + j, lanes);
      weft_store_four(y + j, weft_rescale_four(sums, factor, places), zero, low, high, lanes);
    }
  }
}
)";

constexpr std::string_view kBound =
    R"(static void weft_bound(int8_t *y, int32_t count, int32_t low, int32_t high)
{
  const int8x16_t least = vdupq_n_s8((int8_t)low), most = vdupq_n_s8((int8_t)high);
  for (; count > 0; count -= 16, y += 16) {
    const mve_pred16_t lanes = vctp8q((uint32_t)count);
    vstrbq_p_s8(y, vmaxq_s8(vminq_s8(vldrbq_z_s8(y, lanes), most), least), lanes);
  }
}
)";

// Divides sums over `count` elements, halves away from zero; Helium has no vector division.
constexpr std::string_view kDivide =
    R"(static inline int32x4_t weft_divide_four(int32x4_t sums, int32_t count)
{
  int32_t all[4];
  vstrwq_s32(all, sums);
  for (int32_t i = 0; i < 4; ++i)
    all[i] = (all[i] < 0 ? all[i] - count / 2 : all[i] + count / 2) / count;
  return vldrwq_s32(all);
}
)";

constexpr std::string_view kGlobalAverage =
    R"(static void weft_average(const struct weft_window_i8 *p, const int8_t *x, int8_t *y)
{
  const int32_t count = p->height * p->width, channels = p->channels;
  for (int32_t c = 0; c < channels; c += 4) {
    const mve_pred16_t lanes = vctp32q((uint32_t)(channels - c));
    const int8_t *from = x + c;
    int32x4_t sum = vdupq_n_s32(0);
    for (int32_t i = 0; i < count; ++i, from += channels)
      sum = vaddq_s32(sum, vldrbq_z_s32(from, lanes));
    vstrbq_p_s32(y + c, weft_divide_four(sum, count), lanes);
  }
}
)";

constexpr std::string_view kMaximum =
    R"(static void weft_pool_max_last_i8(const struct weft_pool *p, const int8_t *x, int8_t *y)
{
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column)
      for (int32_t channel = 0; channel < p->channels; channel += 16) {
        const mve_pred16_t lanes = vctp8q((uint32_t)(p->channels - channel));
        int8x16_t most = vdupq_n_s8(-128);
        for (int32_t i = 0; i < p->kernel_height; ++i)
          for (int32_t j = 0; j < p->kernel_width; ++j) {
            const int32_t in = row * p->stride_height - p->pad_top + i * p->dilation_height;
            const int32_t left = column * p->stride_width - p->pad_left + j * p->dilation_width;
            if (in < 0 || in >= p->height || left < 0 || left >= p->width) continue;
            most = vmaxq_s8(
                most, vldrbq_z_s8(x + in * p->x_row + left * p->x_place + channel, lanes));
          }
        vstrbq_p_s8(y + row * p->y_row + column * p->y_place + channel, most, lanes);
      }
}
)";

constexpr std::string_view kAverage = R"(/* Halves go away from zero. */
static void weft_pool_average_last_i8(const struct weft_pool *p, const int8_t *x, int8_t *y)
{
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column) {
      const int32_t top = row * p->stride_height - p->pad_top;
      const int32_t left = column * p->stride_width - p->pad_left;
      int32_t bottom = top + p->kernel_height, right = left + p->kernel_width;
      if (bottom > p->height + p->pad_bottom) bottom = p->height + p->pad_bottom;
      if (right > p->width + p->pad_right) right = p->width + p->pad_right;
      const int32_t all = (bottom - top) * (right - left);
      const int32_t first = left < 0 ? 0 : left, last = right < p->width ? right : p->width;
      for (int32_t channel = 0; channel < p->channels; channel += 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)(p->channels - channel));
        int32x4_t sum = vdupq_n_s32(0);
        int32_t count = 0;
        for (int32_t i = top < 0 ? 0 : top; i < bottom && i < p->height; ++i)
          for (int32_t j = first; j < last; ++j, ++count)
            sum = vaddq_s32(
                sum, vldrbq_z_s32(x + i * p->x_row + j * p->x_place + channel, lanes));
        if (p->counts_padding) {
          sum = vaddq_n_s32(sum, (all - count) * p->zero);
          count = all;
        }
        vstrbq_p_s32(y + row * p->y_row + column * p->y_place + channel,
                     weft_divide_four(sum, count), lanes);
      }
    }
}
)";

}  // namespace

void define_helium_pooling(Source& source, bool is_average) {
  if (is_average) define_for_helium(source, "weft_divide_four", kDivide);
  define_for_helium(source, is_average ? "weft_pool_average_last_i8" : "weft_pool_max_last_i8",
                    is_average ? kAverage : kMaximum);
}

void define_helium_global_average(Source& source) {
  define_for_helium(source, "weft_divide_four", kDivide);
  define_for_helium(source, "weft_average", kGlobalAverage);
}

void define_helium_add(Source& source) {
  define_for_helium(source, "weft_rescale_four", kRescale);
  define_for_helium(source, "weft_add_i8", kAdd);
}

void define_helium_requantize(Source& source) {
  define_for_helium(source, "weft_rescale_four", kRescale);
  define_for_helium(source, "weft_requantize", kRequantize);
}

void define_helium_bound(Source& source) { define_for_helium(source, "weft_bound", kBound); }

}  // namespace weft::c99
