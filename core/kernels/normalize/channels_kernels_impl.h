// The kernels of channels.h, for plain arrays by dtype and for channels in blocks.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/normalize/channels.h"

namespace weft::kernels {

struct ChannelKernels {
  void (*moments)(const Channels& problem, const void* x, void* mean, void* variance,
                  Range channels);
  void (*affine)(const Channels& problem, const ChannelAffine& operands, Range planes);
  void (*sums)(const Channels& problem, const ChannelSums& operands, Range channels);
  void (*mix)(const Channels& problem, const ChannelMix& operands, Range planes);
};

// Channels in blocks are float32.
WEFT_KERNELS(extern const ChannelKernels kChannels[kNumDTypes];
             extern const ChannelKernels kBlockedChannels;)

}  // namespace weft::kernels
