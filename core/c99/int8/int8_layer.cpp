// Reads packed weights back into plain order, proves bounds, and packs for the kernels in C. The
// proof takes the worst case of every product: x is any int8.
#include "c99/int8/int8_layer.h"

#include <algorithm>

#include "base/errors.h"
#include "kernels/int8/quantized.h"
#include "ops/problems/convolution_problem.h"

namespace weft::c99 {
namespace {

using kernels::Convolution;
using kernels::int8x4s_of;
using kernels::kInt8x4;
using kernels::kQuantizedColumns;

// The shape (N, C, ...) of an image with channels last.
Shape channels_second(const Shape& x) {
  Shape y{x[0], x[x.rank() - 1]};
  for (int axis = 1; axis + 1 < x.rank(); ++axis) y.push_back(x[axis]);
  return y;
}

// A dense layer is a 1 x 1 convolution over its rows, as an image of one line.
Convolution shape_of_product(const ops::AttributeReader& a, const Shape& x) {
  Convolution s{};
  s.batch = s.groups = s.in_height = s.out_height = 1;
  s.kernel_height = s.kernel_width = s.stride_height = s.stride_width = 1;
  s.dilation_height = s.dilation_width = 1;
  s.in_width = s.out_width = x[0];
  s.in_channels = x[1];
  s.out_channels = a.integer("columns");
  return s;
}

Convolution shape_of(const ops::AttributeReader& a, const Shape& x, const Shape& w) {
  const std::string& op = a.op().name;
  if (op == "quantized_product") return shape_of_product(a, x);
  const bool is_planar = op == "quantized_convolution_packed";
  const Shape image = is_planar ? x : channels_second(x);
  Shape weight{op == "quantized_depthwise" ? image[1]
               : is_planar                 ? w[0]
                                           : a.integer("filters"),
               op == "quantized_depthwise" ? 1 : image[1]};
  if (is_planar || op == "quantized_convolution_groups") weight[1] /= a.integer("num_group");
  for (const int64_t extent : a.ints("kernel")) weight.push_back(extent);
  return ops::convolution_problem(a, DType::kInt8, image, weight).value();
}

// ---- packed weights of the library's kernels, read back

// Panels of columns; in each, 4 elements of k of one column side by side.
void unpack_product(const int8_t* packed, Int8Layer& layer) {
  const int64_t k = layer.features(), row = kQuantizedColumns * kInt8x4;
  for (int64_t filter = 0; filter < layer.shape.out_channels; ++filter) {
    const int8_t* const panel = packed + filter / kQuantizedColumns * (int8x4s_of(k) + 1) * row;
    for (int64_t i = 0; i < k; ++i)
      layer.weight.push_back(
          panel[i / kInt8x4 * row + filter % kQuantizedColumns * kInt8x4 + i % kInt8x4]);
  }
}

// 4 rows of a column of the window side by side, by channel.
void unpack_depthwise(const int8_t* packed, Int8Layer& layer) {
  const Convolution& s = layer.shape;
  const int64_t int8x4s = int8x4s_of(s.kernel_height);
  for (int64_t channel = 0; channel < s.in_channels; ++channel)
    for (int64_t row = 0; row < s.kernel_height; ++row)
      for (int64_t column = 0; column < s.kernel_width; ++column)
        layer.weight.push_back(
            packed[((column * int8x4s + row / kInt8x4) * s.in_channels + channel) * kInt8x4 +
                   row % kInt8x4]);
}

// The channels of each tap, filled up to a multiple of 4; each filter is followed by its sum.
void unpack_filters(const int8_t* packed, Int8Layer& layer) {
  const Convolution& s = layer.shape;
  const int64_t channels = s.in_channels / s.groups, taps = s.kernel_height * s.kernel_width;
  const int64_t int8x4s = int8x4s_of(channels);
  for (int64_t filter = 0; filter < s.out_channels; ++filter)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t channel = 0; channel < channels; ++channel)
        layer.weight.push_back(
            packed[(filter * (taps * int8x4s + 1) + tap * int8x4s) * kInt8x4 + channel]);
}

// ---- numbers of filters

// Operands of these operators.
constexpr size_t kWeight = 1, kBias = 2, kMultiplier = 3, kShift = 4, kResidual = 5, kFactor = 6;

// One number for each filter; a scalar operand is the number of all filters.
Result<std::vector<int32_t>> numbers_of(const Call& call, size_t input, int64_t filters) {
  if (!call.given(input)) return std::vector<int32_t>();
  const Operand& operand = call.in(input);
  if (!operand.content || !operand.dense())
    return errors::unsupported("compile", "`", call.op().name, "` has a C form only for constant `",
                               operand.name, "`; export the network with its parameters");
  const auto* const numbers = static_cast<const int32_t*>(operand.content);
  const bool is_one = operand.shape.rank() == 0;
  std::vector<int32_t> all;
  for (int64_t i = 0; i < filters; ++i) all.push_back(numbers[is_one ? 0 : i]);
  return all;
}

// All values that a sum can have.
struct Interval {
  int64_t low = 0, high = 0;
  void add(int64_t weight, int64_t minimum, int64_t maximum) {
    low += std::min(weight * minimum, weight * maximum);
    high += std::max(weight * minimum, weight * maximum);
  }
  bool is_below(int64_t bound) const { return low > -bound && high < bound; }
};

// The interval of a filter's sum without the residual. Padding is the zero point and adds 0.
Interval sums_of(const Int8Layer& layer, int64_t filter) {
  Interval sum{layer.bias[static_cast<size_t>(filter)], layer.bias[static_cast<size_t>(filter)]};
  const int64_t k = layer.features();
  for (int64_t i = 0; i < k; ++i)
    sum.add(layer.weight[static_cast<size_t>(filter * k + i)], -128 - layer.zero, 127 - layer.zero);
  return sum;
}

// weft_place takes sums below 2^30 and right shifts up to 22; pairs need the second sum below 2^23,
// because it sits above the low 8 bits of a 32-bit sum.
constexpr int64_t kPlaceBound = int64_t{1} << 30, kPairBound = int64_t{1} << 23;
constexpr int32_t kMaxRight = 22;

// The lane of element i of a window's row. weft_widen puts four elements as (0, 2) and (1, 3); the
// rest stays in order.
int64_t lane_of(int64_t i, int64_t length) {
  if (i >= length / 4 * 4) return i;
  constexpr int64_t kOrder[] = {0, 2, 1, 3};
  return i / 4 * 4 + kOrder[i % 4];
}

}  // namespace

kernels::Convolution int8_shape(const ops::SlotTypes& types) {
  return shape_of(types.op.reader(types.attributes), types.in[0].shape, types.in[1].shape);
}

Convolution group_of(Convolution s) {
  s.in_channels /= s.groups;
  s.out_channels /= s.groups;
  s.groups = 1;
  return s;
}

std::vector<Int8Layer> groups_of(const Int8Layer& layer) {
  std::vector<Int8Layer> groups;
  const auto part = [&](auto& numbers, int64_t group) {
    const size_t count = numbers.size() / static_cast<size_t>(layer.shape.groups);
    const size_t first = static_cast<size_t>(group) * count;
    numbers = {numbers.begin() + static_cast<std::ptrdiff_t>(first),
               numbers.begin() + static_cast<std::ptrdiff_t>(first + count)};
  };
  for (int64_t group = 0; group < layer.shape.groups; ++group) {
    Int8Layer one = layer;
    one.shape = group_of(layer.shape);
    part(one.weight, group);
    for (std::vector<int32_t>* numbers : {&one.bias, &one.multiplier, &one.shift, &one.factor})
      part(*numbers, group);
    groups.push_back(std::move(one));
  }
  return groups;
}

bool makes_places(const Convolution& s) {
  return s.kernel_height * s.kernel_width == 1 && s.stride_height * s.stride_width == 1 &&
         s.pad_top + s.pad_left == 0 && s.out_height == s.in_height && s.out_width == s.in_width;
}

int32_t Int8Layer::folded_bias(int64_t filter) const {
  const int64_t k = features();
  auto sum = static_cast<uint32_t>(bias[static_cast<size_t>(filter)]);
  // Unsigned: the sum may wrap, and the kernel's sum wraps back.
  for (int64_t i = 0; i < k; ++i)
    sum -= static_cast<uint32_t>(zero * weight[static_cast<size_t>(filter * k + i)]);
  return static_cast<int32_t>(sum);
}

bool Int8Layer::sums_are_below(int64_t filter, int64_t bound) const {
  return sums_of(*this, filter).is_below(bound);
}

bool Int8Layer::is_proven() const {
  for (int64_t filter = 0; filter < shape.out_channels; ++filter) {
    const auto at = static_cast<size_t>(filter);
    if (is_sum() || multiplier[at] < 0 || shift[at] > -1 || shift[at] < -kMaxRight) return false;
    Interval sum = sums_of(*this, filter);
    // The residual adds factor times an int8.
    if (has_residual) sum.add(factor[at], -128, 127);
    if (!sum.is_below(kPlaceBound)) return false;
  }
  return true;
}

bool Int8Layer::has_pairs() const {
  const int64_t k = features(), of_group = shape.out_channels / shape.groups;
  for (int64_t filter = 1; filter < shape.out_channels; ++filter) {
    if (filter % of_group % 2 == 0) continue;  // the first of its pair
    if (!sums_of(*this, filter).is_below(kPairBound)) return false;
    for (int64_t i = 0; i < k; ++i) {  // 256 b + a must fit an int16; it cannot be too large
      const int a = weight[static_cast<size_t>((filter - 1) * k + i)];
      if (256 * weight[static_cast<size_t>(filter * k + i)] + a < INT16_MIN) return false;
    }
  }
  return true;
}

Result<Int8Layer> read_int8_layer(const Call& call) {
  const std::string& op = call.op().name;
  const ops::AttributeReader a = call.attributes();
  const Operand& packed = call.in(kWeight);
  Int8Layer layer;
  layer.shape = shape_of(a, call.in(0).shape, packed.shape);
  layer.is_depthwise = op == "quantized_depthwise";
  const int64_t filters = layer.shape.out_channels;
  if (!packed.content || !packed.dense())
    return errors::unsupported("compile", "`", op,
                               "` has a C form only for a constant `weight`; export "
                               "the network with its parameters");
  const auto* const bytes = static_cast<const int8_t*>(packed.content);
  if (op == "quantized_depthwise") {
    unpack_depthwise(bytes, layer);
  } else if (op == "quantized_convolution_packed" || op == "quantized_convolution_groups") {
    unpack_filters(bytes, layer);
  } else {
    unpack_product(bytes, layer);
  }
  WEFT_ASSIGN(layer.bias, numbers_of(call, kBias, filters));
  WEFT_ASSIGN(layer.multiplier, numbers_of(call, kMultiplier, filters));
  WEFT_ASSIGN(layer.shift, numbers_of(call, kShift, filters));
  layer.bias.resize(static_cast<size_t>(filters), 0);
  layer.has_residual = call.given(kResidual);
  WEFT_ASSIGN(layer.factor, numbers_of(call, kFactor, filters));
  layer.zero = static_cast<int32_t>(a.integer("zero_point"));
  layer.out_zero = static_cast<int32_t>(a.integer("output_zero_point"));
  layer.low = static_cast<int32_t>(a.integer("low"));
  layer.high = static_cast<int32_t>(a.integer("high"));
  return layer;
}

std::vector<uint32_t> paired_weights(const Int8Layer& layer, bool is_dense) {
  const Convolution& s = layer.shape;
  const int64_t k = layer.features(), length = s.kernel_width * s.in_channels;
  const int64_t together = is_dense ? 4 : 2;
  const int64_t filters = (s.out_channels + together - 1) / together * together;
  const int64_t lanes = 8 * steps_of(s);
  std::vector<uint32_t> words(static_cast<size_t>(filters / 2 * lanes / 2), 0);
  for (int64_t filter = 0; filter < s.out_channels; filter += 2)
    for (int64_t i = 0; i < k; ++i) {
      const bool is_alone = filter + 1 == s.out_channels;
      const int a = layer.weight[static_cast<size_t>(filter * k + i)];
      const int b = is_alone ? 0 : layer.weight[static_cast<size_t>((filter + 1) * k + i)];
      const int64_t lane = i / length * widened(length) + lane_of(i % length, length);
      // In fours, the two pairs take turns every two words.
      const int64_t word = is_dense ? filter / 4 * lanes + lane / 4 * 4 + filter % 4 + lane % 4 / 2
                                    : filter / 2 * lanes / 2 + lane / 2;
      const auto pair = static_cast<uint32_t>(256 * b + a) & 0xffffu;
      words[static_cast<size_t>(word)] |= pair << lane % 2 * 16;
    }
  return words;
}

std::vector<int32_t> paired_numbers(const Int8Layer& layer, bool is_dense) {
  std::vector<int32_t> numbers;
  const int64_t filters = layer.shape.out_channels;
  for (int64_t filter = 0; filter < filters; filter += 2) {
    const bool is_alone = filter + 1 == filters;  // an odd last filter takes its own numbers twice
    const auto a = static_cast<size_t>(filter), b = is_alone ? a : a + 1;
    const auto bias = static_cast<uint32_t>(layer.folded_bias(filter));
    const auto other = is_alone ? 0 : static_cast<uint32_t>(layer.folded_bias(filter + 1));
    numbers.push_back(static_cast<int32_t>(256 * other + bias));
    numbers.push_back(static_cast<int32_t>(bias));
    if (layer.has_residual) {
      numbers.push_back(2 * layer.factor[a]);
      numbers.push_back(2 * layer.factor[b]);
    }
    numbers.push_back(layer.multiplier[a]);
    numbers.push_back(layer.multiplier[b]);
    // -shift - 1 in 8 bits each: the right shift beyond the one that weft_place always makes.
    numbers.push_back((-layer.shift[a] - 1) | (-layer.shift[b] - 1) << 8);
  }
  // Zeros for the pair that is missing in the last four.
  if (is_dense && (filters + 1) / 2 % 2 != 0) numbers.insert(numbers.end(), 5, 0);
  return numbers;
}

std::vector<uint32_t> weights_for_helium(const Int8Layer& layer, int64_t together) {
  constexpr int64_t kVector = 16;
  const int64_t k = layer.features(), steps = (k + kVector - 1) / kVector;
  const int64_t filters = layer.shape.out_channels;
  const int64_t groups = (filters + together - 1) / together;
  std::vector<uint32_t> words(static_cast<size_t>(groups * together * steps * kVector / 4), 0);
  for (int64_t filter = 0; filter < filters; ++filter)
    for (int64_t i = 0; i < k; ++i) {
      const int64_t vector =
          (filter / together * steps + i / kVector) * together + filter % together;
      const int64_t byte = vector * kVector + i % kVector;
      const auto bits = static_cast<uint8_t>(layer.weight[static_cast<size_t>(filter * k + i)]);
      words[static_cast<size_t>(byte / 4)] |= static_cast<uint32_t>(bits) << byte % 4 * 8;
    }
  return words;
}

std::vector<int32_t> numbers_for_helium(const Int8Layer& layer, int64_t together) {
  std::vector<int32_t> numbers;
  const auto filters = static_cast<size_t>(layer.shape.out_channels);
  const auto count = static_cast<size_t>(together);
  for (size_t first = 0; first < filters; first += count) {
    const size_t end = std::min(first + count, filters), at = numbers.size();
    numbers.resize(at + 2 * count + 1 + (layer.has_residual ? count : 0), 0);
    uint32_t shifts = 0;
    for (size_t filter = first; filter < end; ++filter) {
      const size_t i = filter - first;
      numbers[at + i] = layer.folded_bias(static_cast<int64_t>(filter));
      numbers[at + count + i] = layer.multiplier[filter];
      shifts |= static_cast<uint32_t>(static_cast<uint8_t>(layer.shift[filter])) << 8 * i;
      if (layer.has_residual) numbers[at + 2 * count + 1 + i] = layer.factor[filter];
    }
    numbers[at + 2 * count] = static_cast<int32_t>(shifts);
  }
  return numbers;
}

std::vector<uint32_t> numbers_by_four(const Int8Layer& layer) {
  constexpr size_t kTogether = 4;
  std::vector<uint32_t> numbers;
  const auto filters = static_cast<size_t>(layer.shape.out_channels);
  const size_t taps = layer.weight.size() / filters;
  const auto bytes = [&](const auto& of_filter) {
    uint32_t word = 0;
    for (size_t i = 0; i < kTogether; ++i)
      word |= static_cast<uint32_t>(static_cast<uint8_t>(of_filter(i))) << 8 * i;
    numbers.push_back(word);
  };
  for (size_t done = 0; done < filters; done += kTogether) {
    const size_t first = std::min(done, filters - kTogether);
    const auto add = [&](const std::vector<int32_t>& all) {
      for (size_t i = 0; i < kTogether; ++i)
        numbers.push_back(static_cast<uint32_t>(all[first + i]));
    };
    add(layer.bias);
    add(layer.multiplier);
    bytes([&](size_t i) { return -layer.shift[first + i] - 1; });
    if (layer.has_residual) add(layer.factor);
    for (size_t tap = 0; tap < taps; ++tap)
      bytes([&](size_t i) { return layer.weight[(first + i) * taps + tap]; });
  }
  return numbers;
}

std::vector<uint32_t> depthwise_numbers(const Int8Layer& layer) {
  std::vector<uint32_t> numbers;
  const bool is_proven = layer.is_proven();
  for (int64_t filter = 0; filter < layer.shape.out_channels; ++filter) {
    const auto at = static_cast<size_t>(filter);
    const int32_t shift = is_proven ? -layer.shift[at] - 1 : layer.shift[at];
    uint8_t bytes[12] = {};
    for (size_t i = 0; i < 9; ++i) bytes[i] = static_cast<uint8_t>(layer.weight[9 * at + i]);
    bytes[9] = static_cast<uint8_t>(shift);
    numbers.push_back(static_cast<uint32_t>(layer.folded_bias(filter)));
    numbers.push_back(static_cast<uint32_t>(layer.multiplier[at]));
    for (size_t word = 0; word < 3; ++word)
      numbers.push_back(bytes[4 * word] | static_cast<uint32_t>(bytes[4 * word + 1]) << 8 |
                        static_cast<uint32_t>(bytes[4 * word + 2]) << 16 |
                        static_cast<uint32_t>(bytes[4 * word + 3]) << 24);
  }
  return numbers;
}

}  // namespace weft::c99
