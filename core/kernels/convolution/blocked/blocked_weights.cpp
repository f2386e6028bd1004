// Weights for the loops over channel blocks: which convolutions fit blocks, how large the packed
// weights are, who packs them, and where the tiles of Winograd pay.
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/divide_up.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

constexpr int64_t kLargeBatch = 8;  // images that read the weights of tiles of 4 often enough
constexpr int64_t kManyTiles = 64;  // tiles of 4 whose sums outweigh the transforms

}  // namespace

bool blocks_fit(const Convolution& p, int64_t in_block) {
  const int64_t out_block = channel_block(p.out_channels);
  if (out_block == 1 || p.in_channels < 1) return false;
  if (is_depthwise(p)) return in_block == out_block;
  if (p.out_channels / p.groups % out_block != 0) return false;
  return p.in_channels / p.groups % in_block == 0;
}

int64_t packed_panels(const Convolution& p, int64_t in_block) {
  if (is_depthwise(p)) return p.in_channels / in_block;
  return p.groups * divide_up(p.out_channels / p.groups, kPanelChannels);
}

int64_t packed_panel_elements(const Convolution& p, int64_t in_block) {
  const int64_t taps = p.kernel_height * p.kernel_width;
  return is_depthwise(p) ? taps * in_block : p.in_channels / p.groups * taps * kPanelChannels;
}

void pack_panels(Isa isa, const Convolution& shape, int64_t in_block, Filters filters,
                 const void* weights, void* packed, Range panels) {
  const auto pack = shape.dtype == DType::kBFloat16
                        ? WEFT_KEPT(BFloat16, &WEFT_KERNEL_OF(isa, pack_pair_panels))
                        : &WEFT_KERNEL_OF(isa, pack_panels);
  pack(shape, in_block, filters, weights, packed, panels);
}
void pack_panels(const Convolution& shape, int64_t in_block, Filters filters, const void* weights,
                 void* packed, Range panels) {
  pack_panels(active_isa(), shape, in_block, filters, weights, packed, panels);
}
void pack_winograd(const Convolution& shape, int64_t tile, Filters filters, const void* weights,
                   void* packed, Range panels) {
#if WEFT_KEEPS_winograd
  WEFT_ACTIVE(pack_winograd)(shape, tile, filters, weights, packed, panels);
#endif
}

namespace {

// Does Winograd's method apply at all?
bool winograd_fits(const Convolution& p) {
  if (!WEFT_KEEPS_winograd) return false;
  const char* given = std::getenv("WEFT_WINOGRAD");
  if (given && std::string_view(given) == "0") return false;
  return p.kernel_height == 3 && p.kernel_width == 3 && p.stride_height == 1 &&
         p.stride_width == 1 && p.dilation_height == 1 && p.dilation_width == 1 && p.groups == 1 &&
         p.in_channels % 16 == 0 && p.out_channels % 16 == 0;
}
int64_t tiles_of_four(const Convolution& p) {
  return p.batch * divide_up(p.out_height, 4) * divide_up(p.out_width, 4);
}

}  // namespace

// Where Winograd pays, measured with AVX-512 and AVX2 on one core, relative to the direct sum.
// Tiles of 4 take 0.35 of its time at 56 x 56 and 28 x 28, tiles of 2 about half at 14 x 14. On
// smaller images, and where there are so many weights that they come from memory, the larger
// weights cost more than the saved products. A large batch reads them for many tiles, so tiles of 4
// pay on small images, too. With 16 channels on a side, transforms cost more than tiles of 2 save.
// For bfloat16 tiles of 2 take 0.55 to 0.9 from 32 channels on, with VDPBF16PS; AMX gains more than
// that on the direct sum.
int64_t winograd_tile(const Convolution& p) {
  if (!winograd_fits(p) || p.in_channels * p.out_channels > 256 * 256) return 0;
  const int64_t side = std::min(p.out_height, p.out_width);
  const int64_t channels = std::min(p.in_channels, p.out_channels);
  if (p.dtype == DType::kBFloat16)
    return side >= 12 && channels >= 32 && !uses(Extra::kAmxBf16) ? 2 : 0;
  if (p.batch >= kLargeBatch && side >= 7 && tiles_of_four(p) >= kManyTiles) return 4;
  return side >= 24 ? 4 : side >= 12 && channels >= 32 ? 2 : 0;
}

// No weights are packed here, so it only takes enough tiles to sum over.
int64_t winograd_weight_tile(const Convolution& p) {
  const int64_t side = std::min(p.out_height, p.out_width);
  return winograd_fits(p) && side >= 7 && tiles_of_four(p) >= kManyTiles ? 4 : 0;
}

}  // namespace weft::kernels
