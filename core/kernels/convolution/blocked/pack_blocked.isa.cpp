// Packing weights into the form that the loops over channel blocks read
// (kernels/convolution/blocked/convolution_blocked.h), for direct sums and for Winograd's tiles.
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

WEFT_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }

// Packs panels for the direct sum. kTogether channels of one filter lie side by side (bf16x2),
// unless the image is plain.
template <class S, int kTogether>
WEFT_INLINE void pack_every_panel(const Convolution& p, int64_t in_block, Filters filters_of,
                                  const S* weights, S* packed, Range panels) {
  const int64_t taps = p.kernel_height * p.kernel_width;
  const int64_t channels = p.in_channels / p.groups, filters = p.out_channels / p.groups;
  const bool is_depthwise = p.groups > 1 && p.groups == p.in_channels && p.groups == p.out_channels;
  const int64_t elements = (is_depthwise ? in_block : channels * kPanelChannels) * taps;
  const int64_t together = in_block == 1 ? 1 : kTogether;
  const int64_t group_panels = (filters + kPanelChannels - 1) / kPanelChannels;
  const bool is_own = filters_of == Filters::kOwn;
  const int64_t filter_step = (is_own ? channels : 1) * taps;
  const int64_t channel_step = (is_own ? 1 : filters) * taps;
  // A panel: [channel block][tap][channel][filter], absent filters zero.
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    S* to = packed + panel * elements;
    if (is_depthwise) {
      const S* from = weights + panel * in_block * taps;
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t c = 0; c < in_block; ++c) *to++ = from[c * taps + tap];
      continue;
    }
    const int64_t group = panel / group_panels;
    const int64_t first = panel % group_panels * kPanelChannels;
    const int64_t lanes = lesser(kPanelChannels, filters - first);
    const S* from = weights + group * filters * channels * taps + first * filter_step;
    for (int64_t block = 0; block < channels; block += in_block)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t c = block; c < block + in_block; c += together)
          for (int64_t lane = 0; lane < kPanelChannels; ++lane)
            for (int64_t e = c; e < c + together; ++e, ++to)
              *to = lane < lanes ? from[lane * filter_step + e * channel_step + tap] : S{};
  }
}

void pack_panels(const Convolution& p, int64_t in_block, Filters filters, const void* weights,
                 void* packed, Range panels) {
  pack_every_panel<float, 1>(p, in_block, filters, (const float*)weights, (float*)packed, panels);
}
void pack_pair_panels(const Convolution& p, int64_t in_block, Filters filters, const void* weights,
                      void* packed, Range panels) {
  pack_every_panel<BFloat16, 2>(p, in_block, filters, (const BFloat16*)weights, (BFloat16*)packed,
                                panels);
}

// Filters of a panel as vectors of double: the transform of weights is done once, so it can be
// exact.
using D = Vec<double>;
constexpr int kParts = int(kPanelChannels) / D::kLanes;

// G g G^T for the kernels of a panel's filters and one channel: out[frequency][filter].
template <int kSide>
WEFT_INLINE void kernel_frequencies(const double (&g)[kSide][3],
                                    const double (&taps)[9][kPanelChannels], double* out,
                                    int64_t step) {
  for (int part = 0; part < kParts; ++part) {
    const auto tap = [&](int t)
                         WEFT_LAMBDA { return Memory<double>::load(taps[t] + part * D::kLanes); };
    for (int y = 0; y < kSide; ++y) {
      D row[3];
      for (int x = 0; x < 3; ++x)
        row[x] = D(g[y][0]) * tap(x) + D(g[y][1]) * tap(3 + x) + D(g[y][2]) * tap(6 + x);
      for (int x = 0; x < kSide; ++x)
        Memory<double>::store(out + (y * kSide + x) * step + part * D::kLanes,
                              row[0] * D(g[x][0]) + row[1] * D(g[x][1]) + row[2] * D(g[x][2]));
    }
  }
}

// Frequencies of a few channels are gathered before they are stored: in the packed weights they lie
// far apart, at distances that are powers of two, and would share a set of the cache.
template <class S, int kSide>
void pack_frequencies(const Convolution& p, const double (&g)[kSide][3], Filters filters,
                      const S* weights, S* packed, Range panels) {
  constexpr int64_t kPaired = kIsSame<S, float> ? 1 : 2;  // channels side by side
  constexpr int64_t kTogether = 4, kAhead = 8;
  constexpr int64_t kStep = kTogether * kPanelChannels;
  const bool is_own = filters == Filters::kOwn;
  const int64_t filter_step = is_own ? p.in_channels * 9 : 9;
  const int64_t channel_step = is_own ? 9 : p.out_channels * 9;
  double taps[9][kPanelChannels], sums[kSide * kSide * kStep];
  // Per panel: all channels, a few at a time.
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    // 16 divides the channels, so kTogether does, too
    for (int64_t first = 0; first < p.in_channels; first += kTogether) {
      for (int64_t c = 0; c < kTogether; ++c) {
        const S* from = weights + panel * kPanelChannels * filter_step + (first + c) * channel_step;
        for (int64_t lane = 0; lane < kPanelChannels; ++lane) {
          const S* kernel = from + lane * filter_step;
          __builtin_prefetch(kernel + kAhead * channel_step);
          for (int tap = 0; tap < 9; ++tap)
            taps[tap][lane] = to_lane(kernel[is_own ? tap : 8 - tap]);
        }
        kernel_frequencies(g, taps, sums + c * kPanelChannels, kStep);
      }
      S* to = packed + (panel * p.in_channels + first) * kPanelChannels;
      for (int64_t f = 0; f < kSide * kSide; ++f, to += p.out_channels * p.in_channels)
        for (int64_t i = 0; i < kStep; ++i) {
          const int64_t c = i / kPanelChannels, lane = i % kPanelChannels;
          const int64_t pair = c / kPaired * kPanelChannels + lane;
          to[pair * kPaired + c % kPaired] = from_lane<S>(float(sums[f * kStep + i]));
        }
    }
  }
}

// The matrices G of F(4 x 4, 3 x 3) and F(2 x 2, 3 x 3) (Lavin and Gray, 2016). The adjoint meets
// the taps of a kernel in reverse order.
void pack_winograd(const Convolution& p, int64_t tile, Filters filters, const void* weights,
                   void* packed, Range panels) {
  static constexpr double kFour[6][3] = {{1. / 4, 0, 0},
                                         {-1. / 6, -1. / 6, -1. / 6},
                                         {-1. / 6, 1. / 6, -1. / 6},
                                         {1. / 24, 1. / 12, 1. / 6},
                                         {1. / 24, -1. / 12, 1. / 6},
                                         {0, 0, 1}};
  static constexpr double kTwo[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
  if (p.dtype == DType::kBFloat16)
    pack_frequencies(p, kTwo, filters, (const BFloat16*)weights, (BFloat16*)packed, panels);
  else if (tile == 4)
    pack_frequencies(p, kFour, filters, (const float*)weights, (float*)packed, panels);
  else
    pack_frequencies(p, kTwo, filters, (const float*)weights, (float*)packed, panels);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
