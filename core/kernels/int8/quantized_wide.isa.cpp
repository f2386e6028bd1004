// Convolutions of int16 images: kernels/int8/quantized_wide.h. Products are summed up in 32 bits as
// far as these cannot overflow, and these sums in 64 bits.
#include "kernels/int8/quantized_wide.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

namespace {

// So many products of 2^15 * 2^7 stay below 2^31.
constexpr int64_t kExact = 256;

uint64_t dot(const int16_t* x, const int8_t* w, int64_t count) {
  uint64_t sum = 0;
  for (int64_t first = 0; first < count; first += kExact) {
    const int64_t end = first + kExact < count ? first + kExact : count;
    int32_t part = 0;
    for (int64_t i = first; i < end; ++i) part += int32_t(x[i]) * int32_t(w[i]);
    sum += uint64_t(int64_t(part));
  }
  return sum;
}

// The sum of the window at (row, column) of one image; what lies outside the image counts as 0.
uint64_t window(const Convolution& s, const int16_t* image, const int8_t* w, int64_t row,
                int64_t column, int64_t channel) {
  const int64_t depth = s.in_channels / s.groups;
  const int64_t top = row * s.stride_height - s.pad_top;
  const int64_t left = column * s.stride_width - s.pad_left;
  uint64_t sum = 0;
  for (int64_t i = 0; i < s.kernel_height; ++i) {
    const int64_t y = top + i * s.dilation_height;
    if (y < 0 || y >= s.in_height) continue;
    for (int64_t j = 0; j < s.kernel_width; ++j) {
      const int64_t x = left + j * s.dilation_width;
      if (x < 0 || x >= s.in_width) continue;
      sum += dot(image + (y * s.in_width + x) * s.in_channels + channel,
                 w + (i * s.kernel_width + j) * depth, depth);
    }
  }
  return sum;
}

void place(const WideConvolution& p, uint64_t sum, int64_t filter, int64_t at) {
  if (!p.multiplier) {
    ((int64_t*)p.y)[at] = int64_t(sum);
    return;
  }
  const int32_t shift = p.shift[filter];
  const uint64_t scaled = sum * uint64_t(p.multiplier[filter]) + (uint64_t(1) << (shift - 1));
  const int64_t y = int64_t(scaled) >> shift;
  ((int16_t*)p.y)[at] = int16_t(y < p.low ? p.low : y > p.high ? p.high : y);
}

}  // namespace

void run_wide_convolution(const WideConvolution& p, Range units) {
  const Convolution& s = p.shape;
  const int64_t filters = s.out_channels / s.groups, depth = s.in_channels / s.groups;
  const int64_t taps = s.kernel_height * s.kernel_width * depth;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t row = unit % s.out_height;
    const int16_t* const image =
        p.x + unit / s.out_height * s.in_height * s.in_width * s.in_channels;
    int64_t at = unit * s.out_width * s.out_channels;
    for (int64_t column = 0; column < s.out_width; ++column)
      for (int64_t filter = 0; filter < s.out_channels; ++filter, ++at) {
        const uint64_t sum =
            window(s, image, p.w + filter * taps, row, column, filter / filters * depth);
        place(p, p.bias ? sum + uint64_t(p.bias[filter]) : sum, filter, at);
      }
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
