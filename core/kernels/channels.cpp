#include "kernels/channels.h"

#include "kernels/active_impl.h"

namespace weft::kernels {
namespace {

const ChannelKernels& kernels_of(const Channels& problem) {
  return problem.block > 1 ? WEFT_ACTIVE(kBlockedChannels)
                           : WEFT_ACTIVE_LAYER(problem.dtype, kChannels);
}

}  // namespace

void run_channel_moments(const Channels& problem, const void* x, void* mean, void* variance,
                         Range channels) {
  kernels_of(problem).moments(problem, x, mean, variance, channels);
}
void run_channel_affine(const Channels& problem, const ChannelAffine& operands, Range planes) {
  kernels_of(problem).affine(problem, operands, planes);
}
void run_channel_sums(const Channels& problem, const ChannelSums& operands, Range channels) {
  kernels_of(problem).sums(problem, operands, channels);
}
void run_channel_mix(const Channels& problem, const ChannelMix& operands, Range planes) {
  kernels_of(problem).mix(problem, operands, planes);
}

}  // namespace weft::kernels
