// What tests of int8 kernels compare with, and the images that they try.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/kernels/kernel_testing.h"
#include "kernels/int8/quantized.h"

namespace weft::kernels::testing {

// gemmlowp's formula as it stands there: the high half of the doubled product with its own
// rounding, then a division by a power of two with another.
inline int32_t rescaled(int32_t x, int32_t multiplier, int32_t shift) {
  const int left = shift > 0 ? shift : 0, right = shift > 0 ? 0 : -shift;
  const int32_t shifted = int32_t(uint32_t(x) << left);
  const int64_t product = int64_t(shifted) * multiplier;
  const int64_t nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30);
  const auto high = int32_t((product + nudge) / (int64_t{1} << 31));
  const auto mask = int32_t((int64_t{1} << right) - 1);
  const int32_t remainder = high & mask, threshold = (mask >> 1) + (high < 0 ? 1 : 0);
  return (high >> right) + (remainder > threshold ? 1 : 0);
}
inline int8_t placed(int32_t x, const Requantization& how, int64_t channel) {
  const int64_t at = how.is_per_channel ? channel : 0;
  const int64_t y = int64_t{rescaled(x, how.multiplier[at], how.shift[at])} + how.zero_point;
  return int8_t(std::min<int64_t>(std::max<int64_t>(y, how.low), how.high));
}

struct SumScales {
  std::vector<int32_t> multiplier, shift, bias;

  explicit SumScales(int64_t count) {
    Samples samples(5);
    for (int64_t i = 0; i < count; ++i) {
      multiplier.push_back(int32_t(samples.bits() % 0x80000000));
      shift.push_back(int32_t(samples.bits() % 14) - 10);
      bias.push_back(int32_t(samples.bits() % 4001) - 2000);
    }
  }
  Requantization requantization(bool is_per_channel) const {
    return {multiplier.data(), shift.data(), is_per_channel, -7, -100, 120};
  }
};

struct Image {
  int64_t batch, groups, channels, filters, height, width, kernel_height, kernel_width;
  int64_t stride_height, stride_width, pad_height, pad_width, dilation_height, dilation_width;
};
inline const Image kImages[] = {
    {2, 1, 5, 7, 9, 40, 1, 1, 1, 1, 0, 0, 1, 1},     {1, 1, 3, 16, 19, 21, 7, 7, 2, 2, 3, 3, 1, 1},
    {1, 1, 8, 45, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1},     {2, 3, 6, 9, 8, 11, 3, 2, 2, 1, 1, 0, 1, 2},
    {1, 4, 4, 4, 10, 35, 3, 3, 1, 1, 1, 1, 1, 1},    {1, 1, 9, 2, 12, 13, 2, 3, 3, 2, 2, 2, 2, 3},
    {1, 1, 4, 100, 30, 33, 3, 3, 1, 1, 1, 1, 1, 1},  {1, 2, 4, 4, 9, 9, 3, 3, 4, 4, 0, 5, 2, 2},
    {1, 1, 17, 3, 1, 50, 1, 5, 1, 3, 0, 4, 1, 2},    {1, 1, 2, 2, 6, 6, 1, 1, 2, 2, 0, 0, 1, 1},
    {1, 1, 64, 5, 90, 70, 3, 3, 1, 1, 30, 1, 20, 1}, {2, 1, 16, 45, 9, 7, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 1, 32, 17, 14, 14, 2, 3, 2, 1, 1, 2, 3, 1},  {1, 1, 48, 33, 5, 13, 1, 3, 1, 1, 0, 0, 1, 1},
    {3, 1, 16, 16, 6, 9, 5, 3, 1, 1, 2, 1, 1, 1},    {1, 1, 8, 16, 3, 700, 3, 3, 1, 1, 1, 1, 1, 1},
    {2, 1, 12, 20, 1, 200, 1, 3, 1, 1, 0, 1, 1, 1},  {1, 1, 4, 9, 20, 64, 3, 3, 2, 2, 1, 1, 1, 1},
};

inline Convolution shape_of(const Image& e) {
  Convolution s = {DType::kInt8,
                   e.batch,
                   e.groups,
                   e.channels,
                   e.height,
                   e.width,
                   e.filters,
                   0,
                   0,
                   e.kernel_height,
                   e.kernel_width,
                   e.stride_height,
                   e.stride_width,
                   e.pad_height,
                   e.pad_width,
                   e.dilation_height,
                   e.dilation_width};
  s.out_height = convolution_extent(e.height, e.kernel_height, e.stride_height, e.pad_height,
                                    e.pad_height, e.dilation_height);
  s.out_width = convolution_extent(e.width, e.kernel_width, e.stride_width, e.pad_width,
                                   e.pad_width, e.dilation_width);
  return s;
}

}  // namespace weft::kernels::testing
