// The cost model of the convolution methods. Each constant is a measured cost in the unit of the
// header: the time of one multiply-add of a kernel at full speed. The names say what it is paid
// for.

#include "ops/nn/convolution/convolution_costs_impl.h"

#include <cmath>

namespace weft::ops {
namespace {

using kernels::Convolution;
using Made = ConvolutionResult;

bool has_strides(const Convolution& p) { return p.stride_height != 1 || p.stride_width != 1; }

// If windows do not overlap, each phase has one tap and reads dy in its own order, without a copy.
bool is_one_tap_a_phase(const Convolution& p) {
  return p.kernel_height <= p.stride_height && p.kernel_width <= p.stride_width && p.pad_top == 0 &&
         p.pad_left == 0;
}

// The cost of im2col: columns are gathered row by row. For the gradient of weights they are
// gathered again for every kFilters filters.
double gathering(const Convolution& p, Made made) {
  constexpr double kDense = 12, kRow = 400, kRowOfPhase = 300, kFilters = 168;
  const double element = p.stride_width > 2 ? 45 : kDense, of_weights = element + 28;
  const auto images = static_cast<double>(p.batch);
  const auto taps = static_cast<double>(p.kernel_height * p.kernel_width);
  const auto phases = static_cast<double>(p.stride_height * p.stride_width);
  const auto out_plane = static_cast<double>(p.out_height * p.out_width);
  if (made == Made::kData) {
    const double elements = images * static_cast<double>(p.out_channels) * taps *
                            static_cast<double>(p.in_height * p.in_width) / phases;
    const double width = std::ceil(static_cast<double>(p.in_width) / p.stride_width);
    return elements * (kDense + kRowOfPhase / (is_one_tap_a_phase(p) ? width * width : width));
  }
  const double elements = images * static_cast<double>(p.in_channels) * taps * out_plane;
  const double width =
      static_cast<double>(has_strides(p) ? p.out_width : p.out_height * p.out_width);
  if (made == Made::kForward) return elements * (element + kRow / width);
  const double times = std::ceil(static_cast<double>(p.out_channels / p.groups) / kFilters);
  return times * elements * (of_weights + kRow / width);
}

// Kernels compute whole padded rows, so narrow images cost more. Batches of small images are joined
// and suffer less.
double padded(const Convolution& p) {
  constexpr double kOfBatches = 1.2;
  const auto span = static_cast<double>((p.kernel_width - 1) * p.dilation_width);
  const double wide = 1 + span / static_cast<double>(p.out_width);
  return p.batch >= 16 && p.groups == 1 ? std::min(wide, kOfBatches) : wide;
}

// The share of products whose element of x lies inside the image; the blocked kernels skip the
// others.
double inside(int64_t out, int64_t in, int64_t taps, int64_t stride, int64_t dilation,
              int64_t pad) {
  int64_t count = 0;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const int64_t start = tap * dilation - pad;  // position 0 reads there
    const int64_t first = start < 0 ? (-start + stride - 1) / stride : 0;
    const int64_t end = start < in ? (in - start + stride - 1) / stride : 0;
    count += std::max<int64_t>(0, std::min(out, end) - first);
  }
  return static_cast<double>(count) / static_cast<double>(out * taps);
}

}  // namespace

// The products themselves count 1 each; the rest is gathering, packing and scattering.
double plain_cost(const Convolution& p, Made made) {
  constexpr double kPackedForward = 80, kPackedData = 400;  // for each weight, on each thread
  // For a gradient with strides: each weight; each result.
  constexpr double kPackedPhases = 260, kScattered = 40;
  constexpr double kDepthwise = 2.8, kCopied = 22, kDepthwiseWeight = 5, kDepthwiseStrided = 25;
  constexpr double kDepthwiseRow = 55;  // for each row and tap
  // With at most kNarrow filters, whose gradient gathers nothing.
  constexpr double kNarrowWeight = 2;
  constexpr int64_t kNarrow = 32;
  const auto count = static_cast<double>(products(p));
  const auto weights = static_cast<double>(weights_of(p));
  const bool is_depthwise = kernels::is_depthwise(p);
  const double moved = has_strides(p) ? gathering(p, made) : 0;
  double cost = 0;
  if (made == Made::kWeight) {
    const bool is_narrow = !has_strides(p) && p.out_channels / p.groups <= kNarrow;
    if (!is_depthwise) return is_narrow ? count * kNarrowWeight : count + gathering(p, made);
    if (has_strides(p)) return moved + count * kDepthwiseStrided;
    const double of_row = kDepthwiseRow / static_cast<double>(p.out_width);
    return count * (kDepthwiseWeight * padded(p) + of_row);
  }
  if (made == Made::kData && has_strides(p))
    return moved + weights * kPackedPhases +
           kScattered * static_cast<double>(p.batch * elements_in(p)) + count;
  cost = moved + weights * (made == Made::kData ? kPackedData : kPackedForward);
  if (has_strides(p)) return cost + count;
  if (!is_depthwise) return cost + count * padded(p);
  return cost + count * padded(p) * kDepthwise +
         kCopied * static_cast<double>(p.batch * elements_in(p));
}

namespace {

// The cost of copying one element into blocks or back. It is less if a depthwise plane and its
// result stay in a core's second-level cache (convolution_by_planes_impl.h), and more for half
// vectors.
double turning(const Convolution& p) {
  constexpr double kTransposed = 30, kTransposedInCache = 13;
  constexpr int64_t kCachedBytes = 640 * 1024;
  if (!kernels::is_depthwise(p)) return kTransposed;
  const int64_t block = kernels::channel_block(p.in_channels);
  const int64_t bytes = (elements_in(p) + elements_out(p)) / p.in_channels * block * 4;
  return bytes > kCachedBytes ? kTransposed
         : block < 16         ? 2 * kTransposedInCache
                              : kTransposedInCache;
}

}  // namespace

double blocked_cost(const Convolution& p, Made made, int64_t winograd) {
  constexpr double kPacked = 41;  // for each weight
  constexpr double kTilesOfFour = 0.4, kTilesOfTwo = 0.6;
  constexpr double kDepthwise = 1.5, kDepthwiseWeight = 5.8, kWeight = 0.8, kHalfVectors = 2;
  const double moved =
      turning(p) * static_cast<double>(p.batch * (elements_in(p) + elements_out(p))) +
      kPacked * static_cast<double>(made == Made::kWeight ? 0 : weights_of(p));
  double count =
      static_cast<double>(products(p)) *
      inside(p.out_height, p.in_height, p.kernel_height, p.stride_height, p.dilation_height,
             p.pad_top) *
      inside(p.out_width, p.in_width, p.kernel_width, p.stride_width, p.dilation_width, p.pad_left);
  if (winograd > 0) return moved + count * (winograd == 4 ? kTilesOfFour : kTilesOfTwo);
  if (kernels::channel_block(p.in_channels) < 16 || kernels::channel_block(p.out_channels) < 16)
    count *= kHalfVectors;
  if (kernels::is_depthwise(p))
    return moved + count * (made == Made::kWeight ? kDepthwiseWeight : kDepthwise);
  if (made != Made::kWeight) return moved + count;
  // With few taps, each tile of sums is stored more often.
  const auto taps = static_cast<double>(p.kernel_height * p.kernel_width);
  return moved + count * (1 + kWeight / std::sqrt(taps));
}

}  // namespace weft::ops
