// An int8 convolution or dense layer, read from a step of a plan, and what the fast kernels
// (int8_text.h) need of it: its arrays in their order, and a proof that its sums are small. A place
// is a pixel of the result, a tap an element of the window, a filter an output channel.
#pragma once

#include <cstdint>
#include <vector>

#include "c99/program/call.h"
#include "kernels/convolution/convolution.h"

namespace weft::c99 {

// The layer in plain form: weights unpacked, one number for each filter.
struct Int8Layer {
  kernels::Convolution shape{};  // a dense layer is a 1 x 1 convolution over its rows
  bool is_depthwise = false;     // quantized_depthwise: each group has one channel and one filter
  bool has_residual = false;
  // int8 weights in the order (filters, rows, columns, channels of a group).
  std::vector<int8_t> weight;
  // For each filter: bias, and the factor of its sum, multiplier * 2^(shift - 31). `factor` is that
  // of the residual. Empty where the operator has none.
  std::vector<int32_t> bias, multiplier, shift, factor;
  // zero points of x and y, and the bounds of y
  int32_t zero = 0, out_zero = 0, low = -128, high = 127;

  int64_t features() const {  // products in the sum of a filter
    return shape.kernel_height * shape.kernel_width * shape.in_channels / shape.groups;
  }
  // Is the result the int32 sums, without rescaling?
  bool is_sum() const { return multiplier.empty(); }
  // The bias minus zero point times the sum of weights, so that kernels multiply x as it is.
  int32_t folded_bias(int64_t filter) const;
  // Is the absolute value of bias plus products below the bound, whatever x is?.
  bool sums_are_below(int64_t filter, int64_t bound) const;
  // Can weft_place rescale the sums of all filters, whatever int8 x and the residual are?
  bool is_proven() const;
  // Can the filters of each group be computed in pairs (see int8_text.h)? An odd last filter has no
  // partner.
  bool has_pairs() const;
};

// Reads the layer of quantized_product, quantized_convolution_rows, quantized_convolution_groups,
// quantized_depthwise or quantized_convolution_packed. Fails where weights are not known now.
Result<Int8Layer> read_int8_layer(const Call& call);

// The convolution that one of these operators makes, from types alone.
kernels::Convolution int8_shape(const ops::SlotTypes& types);

// Is it a 1 x 1 convolution with stride 1, in which each place of y comes from the same place of x?
bool makes_places(const kernels::Convolution& s);

// A single group of the convolution, and the layers of all groups with their own numbers.
kernels::Convolution group_of(kernels::Convolution s);
std::vector<Int8Layer> groups_of(const Int8Layer& layer);

// ---- windows of the fast kernels

// The length of a window's row in scratch, where a row of `length` elements is stored as pairs of
// 16 bits: behind the last four elements, the rest takes whole pairs.
constexpr int64_t widened(int64_t length) {
  const int64_t rest = length % 4;
  return length - rest + (rest + 1) / 2 * 2;
}
// Steps of the kernel for pairs: each takes 8 elements of a window.
constexpr int64_t steps_of(const kernels::Convolution& s) {
  return (s.kernel_height * widened(s.kernel_width * s.in_channels) + 7) / 8;
}

// The weights in pairs of filters, (filters / 2, steps, 8) lanes of 16 bits in uint32 words.
// `is_dense`: in fours of filters, where missing ones up to a multiple of four are zero.
std::vector<uint32_t> paired_weights(const Int8Layer& layer, bool is_dense);
// The numbers of each pair: two biases, two factors if there is a residual, two multipliers, and
// both shifts in one word.
std::vector<int32_t> paired_numbers(const Int8Layer& layer, bool is_dense);
// For Helium: 16 elements of one filter, then of the next, `together` filters by turns (2 of a
// convolution, 4 of a dense layer); zeros fill up to whole vectors.
std::vector<uint32_t> weights_for_helium(const Int8Layer& layer, int64_t together);
// The numbers of as many filters: biases, multipliers, shifts in bytes, factors if there is a
// residual.
std::vector<int32_t> numbers_for_helium(const Int8Layer& layer, int64_t together);
// For four channels at a time: biases, multipliers, right shifts in bytes, factors if there is a
// residual, then taps. If the number of channels is no multiple of four, the last four overlap the
// ones before.
std::vector<uint32_t> numbers_by_four(const Int8Layer& layer);
// For each 3 x 3 filter: bias, multiplier, then nine taps and the shift in 12 bytes.
std::vector<uint32_t> depthwise_numbers(const Int8Layer& layer);

}  // namespace weft::c99
