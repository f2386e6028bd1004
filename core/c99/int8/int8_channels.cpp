// Depthwise convolutions of int8 images with channels last, for any window: four channels lie side
// by side, and are computed together as two 16-bit lanes in two words.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// With DSP instructions: sxtab16 unpacks two channels and subtracts the zero point, smlabb and
// smlatt multiply the low and the high lanes.
constexpr std::string_view kAddFour =
    R"(/* Products of four channels with a byte of `taps` each, added to their sums; zeros: what the zero
 * point takes away, negative, in both lanes. */
#if WEFT_DSP
static inline void weft_add_four(const int8_t *x, uint32_t zeros, uint32_t taps, uint32_t *sums)
{
  uint32_t four, even, odd, even_taps, odd_taps;
  memcpy(&four, x, 4);
  __asm__("sxtab16 %0, %1, %2" : "=r"(even) : "r"(zeros), "r"(four));
  __asm__("sxtab16 %0, %1, %2, ror #8" : "=r"(odd) : "r"(zeros), "r"(four));
  __asm__("sxtb16 %0, %1" : "=r"(even_taps) : "r"(taps));
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(odd_taps) : "r"(taps));
  __asm__("smlabb %0, %1, %2, %0" : "+r"(sums[0]) : "r"(even), "r"(even_taps));
  __asm__("smlabb %0, %1, %2, %0" : "+r"(sums[1]) : "r"(odd), "r"(odd_taps));
  __asm__("smlatt %0, %1, %2, %0" : "+r"(sums[2]) : "r"(even), "r"(even_taps));
  __asm__("smlatt %0, %1, %2, %0" : "+r"(sums[3]) : "r"(odd), "r"(odd_taps));
}
#else
static inline void weft_add_four(const int8_t *x, uint32_t zeros, uint32_t taps, uint32_t *sums)
{
  const int32_t zero = weft_low(zeros);
  sums[0] += (uint32_t)((x[0] + zero) * weft_low_byte(taps));
  sums[1] += (uint32_t)((x[1] + zero) * weft_low_byte(taps >> 8));
  sums[2] += (uint32_t)((x[2] + zero) * weft_low_byte(taps >> 16));
  sums[3] += (uint32_t)((x[3] + zero) * weft_low_byte(taps >> 24));
}
#endif
)";

// If the number of channels is no multiple of 4, the last four overlap the ones before, and some
// channels are computed twice.
constexpr std::string_view kChannels =
    R"(/* w: per four channels the biases, multipliers, right shifts in bytes$residual_table, and taps in
 * bytes; the last four end with the last channel. */
static void $name(
    const struct weft_image *p, const uint32_t *w, const int8_t *x, $residual_parameterint8_t *y)
{
  const int32_t channels = p->groups, words = p->kernel_height * p->kernel_width + $words;
  const int32_t down = p->dilation_height * p->x_row, across = p->dilation_width * p->x_place;
  const uint32_t zeros = ((uint32_t)-p->zero & 0xffffu) * 0x10001u;
  const int32_t zero2 = 2 * p->out_zero + 1;
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column) {
$taps      const int32_t at = row * p->y_row + column * p->y_place;
      const uint32_t *four = w;
      for (int32_t done = 0; done < channels; done += 4, four += words) {
        const int32_t channel = done + 4 > channels ? channels - 4 : done;
        const int8_t *a = u + channel;
        const uint32_t *b = four + $words + first;
        uint32_t sums[4] = {four[0], four[1], four[2], four[3]};
        for (int32_t i = 0; i < height; ++i, a += down, b += p->kernel_width)
          for (int32_t j = 0; j < width; ++j) weft_add_four(a + j * across, zeros, b[j], sums);
        int8_t *const to = y + at + channel;
$places      }
    }
}
)";
constexpr std::string_view kPlaced =
    R"(        to[$k] = weft_place(
            (int32_t)(2 * sums[$k]), (int32_t)four[4 + $k], weft_low_byte(four[8] >> 8 * $k), zero2);
)";
constexpr std::string_view kAdded = R"(        const int8_t *const z = residual + at + channel;
        for (int32_t k = 0; k < 4; ++k) sums[k] += (uint32_t)z[k] * four[9 + k];
)";

}  // namespace

// The lines at the start of each place, which clip the window to the image.
std::string_view taps_inside() {
  return R"(      /* Taps inside the image: `height` rows and `width` columns, from tap `first` on. */
      int32_t in = row * p->stride_height - p->pad_top, height = p->kernel_height, first = 0;
      int32_t left = column * p->stride_width - p->pad_left, width = p->kernel_width;
      for (; in < 0 && height > 0; in += p->dilation_height, first += p->kernel_width) --height;
      for (; left < 0 && width > 0; left += p->dilation_width, ++first) --width;
      while (height > 0 && in + (height - 1) * p->dilation_height >= p->height) --height;
      while (width > 0 && left + (width - 1) * p->dilation_width >= p->width) --width;
      const int8_t *const u = x + (height > 0 && width > 0 ? in * p->x_row + left * p->x_place : 0);
)";
}

std::string define_channels(Source& source, bool has_residual) {
  define_place(source);
  define_image(source);
  source.define("weft_add_four", kAddFour);
  const std::string name = has_residual ? "weft_channels_added" : "weft_channels";
  std::string places(has_residual ? kAdded : "");
  for (const char* k : {"0", "1", "2", "3"}) places += replaced(kPlaced, "$k", k);
  std::string out = replaced(kChannels, "$name", name);
  out = replaced(out, "$places", places);
  out = replaced(out, "$taps", taps_inside());
  out = replaced(out, "$words", has_residual ? "13" : "9");
  out = replaced(out, "$residual_table", has_residual ? ", factors" : "");
  out = replaced(out, "$residual_parameter", has_residual ? "const int8_t *residual, " : "");
  source.define(name, out);
  return name;
}

}  // namespace weft::c99
