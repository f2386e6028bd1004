// What an int8 convolution or dense layer is made of, read from a step of a plan, and what the fast
// kernels (int8_text.h) want of it: arrays in their order, and a proof that their sums are small.
#pragma once

#include <cstdint>
#include <vector>

#include "c99/program/call.h"
#include "kernels/convolution/convolution.h"

namespace weft::c99 {

struct Int8Layer {
  kernels::Convolution shape{};  // of a dense layer: places are its rows
  bool is_depthwise = false;     // the operator of groups of one channel and one filter
  bool has_residual = false;
  // Of filters: int8 in the order (filters, rows, columns, channels of a group), and numbers.
  std::vector<int8_t> weight;
  std::vector<int32_t> bias, multiplier, shift, factor;
  int32_t zero = 0, out_zero = 0, low = -128, high = 127;

  int64_t features() const {  // of a filter
    return shape.kernel_height * shape.kernel_width * shape.in_channels / shape.groups;
  }
  bool is_sum() const { return multiplier.empty(); }
  // With the zero point of x in it, so that kernels multiply x as it is.
  int32_t folded_bias(int64_t filter) const;
  bool sums_are_below(int64_t filter, int64_t bound) const;  // of bias and products, in amount
  // Can the short rescaling be used for all filters, whatever int8 x and the residual are?
  bool is_proven() const;
  // Can the filters of each group be in pairs? An odd last one is beside nothing.
  bool has_pairs() const;
};

// Of the operators quantized_product, quantized_convolution_rows, quantized_convolution_groups,
// quantized_depthwise and quantized_convolution_packed. Fails where weights are not known.
Result<Int8Layer> read_int8_layer(const Call& call);

// The convolution that an operator of these makes, from types alone.
kernels::Convolution int8_shape(const ops::SlotTypes& types);

// Does it make each place of y from the same one of x?
bool makes_places(const kernels::Convolution& s);

// What a group of it is by itself: the first one, and each with its numbers.
kernels::Convolution group_of(kernels::Convolution s);
std::vector<Int8Layer> groups_of(const Int8Layer& layer);

// ---- windows of the fast kernels

// How long a row of a window of `length` elements is in scratch: pairs behind the last fourth one.
constexpr int64_t widened(int64_t length) {
  const int64_t rest = length % 4;
  return length - rest + (rest + 1) / 2 * 2;
}
// Eighths of a window.
constexpr int64_t steps_of(const kernels::Convolution& s) {
  return (s.kernel_height * widened(s.kernel_width * s.in_channels) + 7) / 8;
}

// The filters in pairs, (filters / 2, steps, 8) words; `is_dense`: in fours, with what is missing
// to the last four zero.
std::vector<uint32_t> paired_weights(const Int8Layer& layer, bool is_dense);
// The numbers of pairs: biases, factors where there is a residual, multipliers, shifts.
std::vector<int32_t> paired_numbers(const Int8Layer& layer, bool is_dense);
// For Helium: `together` filters by turns, 16 features of each, zero where there are none: two of a
// convolution, four of a dense layer.
std::vector<uint32_t> weights_for_helium(const Int8Layer& layer, int64_t together);
// The numbers of as many: biases, multipliers, shifts in bytes, factors where there is a residual.
std::vector<int32_t> numbers_for_helium(const Int8Layer& layer, int64_t together);
// Numbers and taps of a filter for each channel, four channels at a time, the last ones whatever
// their number: biases, multipliers, right shifts in bytes, factors where there is a residual,
// taps.
std::vector<uint32_t> numbers_by_four(const Int8Layer& layer);
// Numbers and taps of 3 x 3 filters.
std::vector<uint32_t> depthwise_numbers(const Int8Layer& layer);

}  // namespace weft::c99
