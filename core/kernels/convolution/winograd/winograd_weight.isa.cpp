// The gradient of the weights of 3 x 3 kernels by Winograd's tiles: the adjoint, in the weights, of
// the forward pass (Lavin and Gray, 2016, equation 8). With the frequencies V = B^T x B of windows
// and Y = A dy A^T of the tiles of dy it is
//
//     dw = G^T (Σ over tiles V ⊙ Y) G
//
// Each frequency of the sum is a product (channels x tiles) times (tiles x filters): with tiles of
// 4 a quarter of the direct sum's multiply-adds. A unit is some channels and some filters; it
// transforms some tiles at a time and adds their products to its sums.
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

#include "kernels/convolution/winograd/winograd_impl.h"

// One row or column of G^T m: frequencies to the three taps.
template <class V>
WEFT_INLINE void to_taps(const V (&m)[4], V (&out)[3]) {
  const V even = V(.5f) * (m[1] + m[2]), odd = V(.5f) * (m[1] - m[2]);
  out[0] = m[0] + even;
  out[1] = odd;
  out[2] = even + m[3];
}
template <class V>
WEFT_INLINE void to_taps(const V (&m)[6], V (&out)[3]) {
  const V even = V(1.f / 6) * (m[1] + m[2]), odd = V(1.f / 6) * (m[2] - m[1]);
  const V far_even = V(1.f / 24) * (m[3] + m[4]), far_odd = V(1.f / 12) * (m[3] - m[4]);
  out[0] = V(.25f) * m[0] - even + far_even;
  out[1] = odd + far_odd;
  out[2] = V(4) * far_even - even + m[5];
}

// The work of one thread on one call.
template <int kTile>
class WinogradWeight {
 public:
  static constexpr int kSide = kTile + 2, kFrequencies = kSide * kSide;
  static constexpr int64_t kBlock = kPanelChannels;
  using V = Vec<float>;

  WinogradWeight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                 const BlockedWeightOperands& operands, void* scratch)
      : p_(problem.shape),
        places_(problem.places),
        cut_(cut),
        operands_(operands),
        // Scratch: sums, the windows' frequencies, the tiles' frequencies.
        sums_((float*)((char*)scratch + cut.sums)),
        windows_((float*)((char*)scratch + cut.row_tile)),
        tiles_(windows_ + kFrequencies * cut.rows * cut.channels) {
    wide_ = (p_.out_width + kTile - 1) / kTile;
    count_ = wide_ * ((p_.out_height + kTile - 1) / kTile);
  }

  void run(int64_t unit) {
    first_channel_ = unit % cut_.channel_chunks * cut_.channels;
    channels_ = lesser(cut_.channels, p_.in_channels - first_channel_);
    first_filter_ = unit / cut_.channel_chunks * cut_.filters;
    filters_ = lesser(cut_.filters, p_.out_channels - first_filter_);
    const int64_t size = kFrequencies * channels_ * filters_;
    for (int64_t i = 0; i < size; i += V::kLanes) Memory<float>::store(sums_ + i, V(0));
    // Tiles of all images are numbered in one sequence.
    const int64_t tiles = p_.batch * count_;
    for (int64_t first = 0; first < tiles; first += cut_.rows)
      add_products(first, lesser(cut_.rows, tiles - first));
    for (int64_t filter = 0; filter < filters_; filter += kBlock) store(filter);
  }

 private:
  // Transforms some tiles and adds their products to the sums.
  void add_products(int64_t first, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const int64_t image = (first + i) / count_, tile = (first + i) % count_;
      const int64_t top = tile / wide_ * kTile, left = tile % wide_ * kTile;
      for (int64_t c = 0; c < channels_; c += kBlock)
        for (int64_t lane = 0; lane < kBlock; lane += V::kLanes)
          read_channels(image, c + lane, top, left, windows_ + (c * count + i * kBlock) + lane,
                        channels_ * count);
      for (int64_t c = 0; c < filters_; c += kBlock)
        for (int64_t lane = 0; lane < kBlock; lane += V::kLanes)
          read_tile(
              operands_.dy +
                  (image * p_.out_channels + first_filter_ + c) * p_.out_height * p_.out_width +
                  lane,
              top, left, tiles_ + (c * count + i * kBlock) + lane, filters_ * count);
    }
    for (int64_t f = 0; f < kFrequencies; ++f) multiply(f, count);
  }

  // The frequencies of a window of x.
  void read_channels(int64_t image, int64_t channel, int64_t top, int64_t left, float* to,
                     int64_t step) const {
    const int64_t block = channel / kBlock * kBlock;
    const float* plane =
        operands_.x + (places_.first(image) + first_channel_ + block) * p_.in_height * p_.in_width;
    read_window<kSide>(
        plane + channel % kBlock,
        {top - p_.pad_top, left - p_.pad_left, p_.in_height, p_.in_width, p_.in_height},
        [&](int frequency, V value)
            WEFT_LAMBDA { Memory<float>::store(to + frequency * step, value); });
  }

  // The frequencies of a tile of dy; outside dy is zero.
  void read_tile(const float* plane, int64_t top, int64_t left, float* to, int64_t step) const {
    transform_square<kTile, kSide>(
        [&](int y, int x) WEFT_LAMBDA {
          const bool is_there = top + y < p_.out_height && left + x < p_.out_width;
          return is_there
                     ? Memory<float>::load(plane + ((top + y) * p_.out_width + left + x) * kBlock)
                     : V(0);
        },
        [](const V(&d)[kTile], V(&out)[kSide]) WEFT_LAMBDA { spread_frequencies(d, out); },
        [&](int y, int x, V value)
            WEFT_LAMBDA { Memory<float>::store(to + (y * kSide + x) * step, value); });
  }

  // One frequency: the tiles are the positions of the weight tiles of blocked_impl.h.
  void multiply(int64_t f, int64_t count) const {
    WeightTile tile;
    tile.images = tile.rows = 1;
    tile.cols = count;
    tile.x_image = tile.x_row = tile.dy_image = tile.dy_row = 0;
    tile.x_pixel = tile.dy_pixel = kBlock;
    tile.dy_vector = V::kLanes < kBlock ? V::kLanes : count * kBlock;
    tile.sums_row = filters_;
    tile.lanes = V::kLanes;
    const float* windows = windows_ + f * channels_ * count;
    const float* tiles = tiles_ + f * filters_ * count;
    float* sums = sums_ + f * channels_ * filters_;
    for (int64_t filter = 0; filter < filters_; filter += 2 * V::kLanes) {
      const int vectors = filters_ - filter > V::kLanes ? 2 : 1;
      tile.dy = tiles + filter / kBlock * kBlock * count + filter % kBlock;
      for (int64_t c = 0; c < channels_; c += kWeightRows) {
        tile.x = windows + c / kBlock * kBlock * count + c % kBlock;
        tile.sums = sums + c * filters_ + filter;
        kWeightTiles.at[false][vectors - 1][kWeightRows - 1](tile);
      }
    }
  }

  // Transforms the sums of a block of filters to weights and stores them, a filter's channels side
  // by side.
  void store(int64_t filter) const {
    const int64_t step = channels_ * filters_;
    float* const taps = windows_;  // [channel][tap][filter]; windows are not needed any more
    for (int64_t c = 0; c < channels_; ++c)
      for (int64_t lane = 0; lane < kBlock; lane += V::kLanes)
        write_taps(sums_ + c * filters_ + filter + lane, step, taps + c * 9 * kBlock + lane);
    for (int64_t lane = 0; lane < kBlock; ++lane) {
      float* to =
          operands_.dw + ((first_filter_ + filter + lane) * p_.in_channels + first_channel_) * 9;
      for (int64_t i = 0; i < channels_ * 9; ++i) to[i] = taps[i * kBlock + lane];
    }
  }

  static void write_taps(const float* from, int64_t step, float* to) {
    transform_square<kSide, 3>(
        [&](int y, int x)
            WEFT_LAMBDA { return Memory<float>::load(from + (y * kSide + x) * step); },
        [](const V(&m)[kSide], V(&out)[3]) WEFT_LAMBDA { to_taps(m, out); },
        [&](int y, int x, V value)
            WEFT_LAMBDA { Memory<float>::store(to + (y * 3 + x) * kBlock, value); });
  }

  const Convolution& p_;
  const ImagePlaces& places_;
  const BlockedWeightCut& cut_;
  const BlockedWeightOperands& operands_;
  float* sums_;     // [frequency][channel][filter]
  float* windows_;  // [frequency][channel block][tile][channel]
  float* tiles_;    // the same for filters
  int64_t wide_, count_;
  int64_t first_channel_, channels_, first_filter_, filters_;
};

template <int kTile>
void run_winograd_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                         const BlockedWeightOperands& operands, Range units, void* scratch) {
  WinogradWeight<kTile> work(problem, cut, operands, scratch);
  for (int64_t unit = units.begin; unit < units.end; ++unit) work.run(unit);
}

void blocked_winograd_weight(const BlockedConvolution& problem, const BlockedWeightCut& cut,
                             const BlockedWeightOperands& operands, Range units, void* scratch) {
  const auto run = problem.winograd == 4 ? run_winograd_weight<4> : run_winograd_weight<2>;
  run(problem, cut, operands, units, scratch);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
