// The choice of kernels for statistics and affine maps of channels, and what happens without
// elements.

#include "kernels/normalize/channels.h"

#include <cstring>

#include "kernels/isa/active.h"
#include "kernels/normalize/channels_kernels_impl.h"

namespace weft::kernels {
namespace {

// Channels in blocks have kernels of their own, for float32 and bfloat16.
const ChannelKernels& kernels_of(const Channels& problem) {
  return problem.block > 1 ? WEFT_ACTIVE(kBlockedChannels)
                           : WEFT_ACTIVE_LAYER(problem.dtype, kChannels);
}

// Kernels divide by the number of a channel's elements; so without elements they do not run, and
// the statistics are 0.
bool is_empty(const Channels& problem) { return problem.outer == 0 || problem.inner == 0; }

// Sets the numbers of some channels to zero in two arrays.
void clear(const Channels& problem, Range channels, void* a, void* b) {
  const size_t size = problem.dtype == DType::kFloat64 ? sizeof(double) : sizeof(float);
  const size_t first = static_cast<size_t>(channels.begin * problem.block) * size;
  const size_t bytes = static_cast<size_t>((channels.end - channels.begin) * problem.block) * size;
  for (void* const vector : {a, b}) std::memset(static_cast<char*>(vector) + first, 0, bytes);
}

}  // namespace

void run_channel_moments(const Channels& problem, const void* x, void* mean, void* variance,
                         Range channels) {
  if (is_empty(problem)) return clear(problem, channels, mean, variance);
  kernels_of(problem).moments(problem, x, mean, variance, channels);
}
void run_channel_affine(const Channels& problem, const ChannelAffine& operands, Range planes) {
  if (is_empty(problem)) return;
  kernels_of(problem).affine(problem, operands, planes);
}
void run_channel_sums(const Channels& problem, const ChannelSums& operands, Range channels) {
  if (is_empty(problem)) return clear(problem, channels, operands.sum, operands.product);
  kernels_of(problem).sums(problem, operands, channels);
}
void run_channel_mix(const Channels& problem, const ChannelMix& operands, Range planes) {
  if (is_empty(problem)) return;
  kernels_of(problem).mix(problem, operands, planes);
}

}  // namespace weft::kernels
