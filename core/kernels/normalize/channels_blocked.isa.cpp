// Statistics and affine maps of channels in blocks (kernels/normalize/channels.h). A vector has one
// position of several channels, so sums need no folding across lanes. Each channel has four chains
// of sums, position i in chain i mod 4, whatever the width of a vector; so bits do not depend on
// it.
#include "kernels/isa/isa_target.h"
#include "kernels/normalize/channels_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

using V = Vec<float>;

// Channel blocks in an image.
WEFT_INLINE int64_t blocks_of(const Channels& p) { return p.channels / p.block; }

// positions that are summed at a time: they stay in the cache for two passes
constexpr int64_t kSpan = 256;
constexpr int kChains = 4;  // chains of sums for each channel

// A vector of a block: channels from `channel` on, at offset `at` in each position. kPart: the
// block is less than a vector; the compiler knows it.
template <bool kPart>
struct BlockLanes {
  int64_t at, channel, lanes;

  template <class S>
  WEFT_INLINE V load(const S* from) const {
    return kPart ? Memory<S>::load_part(from, lanes) : Memory<S>::load(from);
  }
  template <class S>
  WEFT_INLINE void store(S* to, V v) const {
    if constexpr (kPart)
      Memory<S>::store_part(to, v, lanes);
    else
      Memory<S>::store(to, v);
  }
  // Numbers of these channels.
  WEFT_INLINE V of_channels(const void* numbers) const {
    return load((const float*)numbers + channel);
  }
};
// Calls f(lanes) for each vector of a block.
template <class F>
WEFT_INLINE void for_block_lanes(const Channels& p, int64_t block, F f) {
  if (p.block < V::kLanes) {
    f(BlockLanes<true>{0, block * p.block, p.block});
    return;
  }
  for (int64_t at = 0; at < p.block; at += V::kLanes)
    f(BlockLanes<false>{at, block * p.block + at, V::kLanes});
}

// Calls f(first element, segments, positions of each) for every span of a channel block.
template <class F>
WEFT_INLINE void for_spans(const Channels& p, int64_t block, F f) {
  // Small images are joined to spans of several.
  const int64_t together = p.inner < kSpan ? kSpan / p.inner : 1;
  for (int64_t segment = 0; segment < p.outer; segment += together) {
    const int64_t rest = p.outer - segment;
    for (int64_t i = 0; i < p.inner; i += kSpan)
      f((segment * blocks_of(p) + block) * p.inner * p.block + i * p.block,
        rest < together ? rest : together, p.inner - i < kSpan ? p.inner - i : kSpan);
  }
}

// K sums, one lane for each channel.
template <int K>
struct VectorTerms {
  V of[K];
};

// Σ terms(element) over the positions of a span. Indices of chains are constants, because otherwise
// sums would be in memory.
template <int K, class F>
WEFT_INLINE VectorTerms<K> sum_span(const Channels& p, int64_t segments, int64_t length, F terms) {
  VectorTerms<K> sums[kChains];
  repeat<kChains>([&](auto chain) WEFT_LAMBDA {
    repeat<K>([&](auto k)
                  WEFT_LAMBDA { sums[decltype(chain)::value].of[decltype(k)::value] = V(0); });
  });
  const int64_t step = p.block;
  const auto add = [&](auto chain, int64_t at) WEFT_LAMBDA {
    const VectorTerms<K> term = terms(at);
    repeat<K>([&](auto k) WEFT_LAMBDA {
      V& sum = sums[decltype(chain)::value].of[decltype(k)::value];
      sum = sum + term.of[decltype(k)::value];
    });
  };
  for (int64_t segment = 0; segment < segments; ++segment) {
    int64_t at = segment * p.channels * p.inner;
    int64_t i = 0;
    for (; i + kChains <= length; i += kChains, at += kChains * step)
      repeat<kChains>([&](auto chain)
                          WEFT_LAMBDA { add(chain, at + decltype(chain)::value * step); });
    // The last positions of a segment take the chains from the first one on.
    repeat<kChains - 1>([&](auto chain) WEFT_LAMBDA {
      constexpr int j = decltype(chain)::value;
      if (i + j < length) add(chain, at + j * step);
    });
  }
  VectorTerms<K> total;
  repeat<K>([&](auto index) WEFT_LAMBDA {
    constexpr int k = decltype(index)::value;
    total.of[k] = (sums[0].of[k] + sums[1].of[k]) + (sums[2].of[k] + sums[3].of[k]);
  });
  return total;
}

// As in channels.isa.cpp, with a lane for each channel.
template <class S>
void moments_of(const Channels& p, const void* x_data, void* mean_data, void* variance_data,
                Range blocks) {
  for (int64_t block = blocks.begin; block < blocks.end; ++block) {
    for_block_lanes(p, block, [&](const auto& lanes) WEFT_LAMBDA {
      // Double, because these join spans that may differ by much.
      double count = 0, mean[V::kLanes] = {}, squares[V::kLanes] = {};
      for_spans(p, block, [&](int64_t first, int64_t segments, int64_t length) WEFT_LAMBDA {
        const S* x = (const S*)x_data + first + lanes.at;
        const double size = double(segments * length), total = count + size;
        float span_mean[V::kLanes], span_squares[V::kLanes];
        const VectorTerms<1> sums = sum_span<1>(p, segments, length, [&](int64_t at) WEFT_LAMBDA {
          return VectorTerms<1>{{lanes.load(x + at)}};
        });
        Memory<float>::store(span_mean, sums.of[0]);
        for (int i = 0; i < V::kLanes; ++i) span_mean[i] = float(double(span_mean[i]) / size);
        // The squares around the mean of this span.
        const V centre = Memory<float>::load(span_mean);
        const VectorTerms<1> spread = sum_span<1>(p, segments, length, [&](int64_t at) WEFT_LAMBDA {
          const V centred = lanes.load(x + at) - centre;
          return VectorTerms<1>{{centred * centred}};
        });
        Memory<float>::store(span_squares, spread.of[0]);
        // Joins the span to those before it, in double (Chan, Golub and LeVeque).
        for (int i = 0; i < V::kLanes; ++i) {
          const double gap = double(span_mean[i]) - mean[i];
          mean[i] += gap * (size / total);
          squares[i] += double(span_squares[i]) + gap * gap * (count * size / total);
        }
        count = total;
      });
      // Variances are divided by the number of elements, without Bessel's correction.
      for (int64_t i = 0; i < lanes.lanes; ++i) {
        ((float*)mean_data)[lanes.channel + i] = float(mean[i]);
        ((float*)variance_data)[lanes.channel + i] = float(squares[i] / count);
      }
    });
  }
}

template <class S>
void sums_of(const Channels& p, const ChannelSums& o, Range blocks) {
  for (int64_t block = blocks.begin; block < blocks.end; ++block) {
    for_block_lanes(p, block, [&](const auto& lanes) WEFT_LAMBDA {
      const V mean = lanes.of_channels(o.mean);
      double sum[V::kLanes] = {}, product[V::kLanes] = {};
      for_spans(p, block, [&](int64_t first, int64_t segments, int64_t length) WEFT_LAMBDA {
        const S* x = (const S*)o.x + first + lanes.at;
        const S* dy = (const S*)o.dy + first + lanes.at;
        const VectorTerms<2> sums = sum_span<2>(p, segments, length, [&](int64_t at) WEFT_LAMBDA {
          const V cotangent = lanes.load(dy + at);
          return VectorTerms<2>{{cotangent, cotangent * (lanes.load(x + at) - mean)}};
        });
        float parts[2][V::kLanes];
        Memory<float>::store(parts[0], sums.of[0]);
        Memory<float>::store(parts[1], sums.of[1]);
        for (int i = 0; i < V::kLanes; ++i) {
          sum[i] += double(parts[0][i]);
          product[i] += double(parts[1][i]);
        }
      });
      for (int64_t i = 0; i < lanes.lanes; ++i) {
        ((float*)o.sum)[lanes.channel + i] = float(sum[i]);
        ((float*)o.product)[lanes.channel + i] = float(product[i]);
      }
    });
  }
}

// Maps each element of some planes; f(lanes) returns the function of an element's offset.
template <class S, class F>
WEFT_INLINE void map_planes(const Channels& p, void* out, Range planes, F f) {
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    // The channels' numbers are loaded once for a plane.
    for_block_lanes(p, plane % blocks_of(p), [&](const auto& lanes) WEFT_LAMBDA {
      const auto map = f(lanes);
      const int64_t first = plane * p.inner * p.block + lanes.at;
      for (int64_t i = 0; i < p.inner; ++i) {
        const int64_t at = first + i * p.block;
        lanes.store((S*)out + at, map(at));
      }
    });
  }
}

// The two maps of channels.h.
template <class S>
void affine_of(const Channels& p, const ChannelAffine& o, Range planes) {
  map_planes<S>(p, o.y, planes, [&](const auto& lanes) WEFT_LAMBDA {
    const V mean = lanes.of_channels(o.mean), scale = lanes.of_channels(o.scale);
    const V shift = lanes.of_channels(o.shift);
    return [=, &o](int64_t at)
               WEFT_LAMBDA { return (lanes.load((const S*)o.x + at) - mean) * scale + shift; };
  });
}

template <class S>
void mix_of(const Channels& p, const ChannelMix& o, Range planes) {
  map_planes<S>(p, o.dx, planes, [&](const auto& lanes) WEFT_LAMBDA {
    const V mean = lanes.of_channels(o.mean), scale = lanes.of_channels(o.scale);
    const V slope = lanes.of_channels(o.slope), shift = lanes.of_channels(o.shift);
    return [=, x = (const S*)o.x, dy = (const S*)o.dy](int64_t at) WEFT_LAMBDA {
      const V straight = lanes.load(dy + at) * scale;
      return straight + ((lanes.load(x + at) - mean) * slope + shift);
    };
  });
}

// Which of the two storage types.
bool is_half(const Channels& p) { return p.dtype == DType::kBFloat16; }

void blocked_moments(const Channels& p, const void* x, void* mean, void* variance, Range blocks) {
  (is_half(p) ? moments_of<BFloat16> : moments_of<float>)(p, x, mean, variance, blocks);
}
void blocked_affine(const Channels& p, const ChannelAffine& o, Range planes) {
  (is_half(p) ? affine_of<BFloat16> : affine_of<float>)(p, o, planes);
}
void blocked_sums(const Channels& p, const ChannelSums& o, Range blocks) {
  (is_half(p) ? sums_of<BFloat16> : sums_of<float>)(p, o, blocks);
}
void blocked_mix(const Channels& p, const ChannelMix& o, Range planes) {
  (is_half(p) ? mix_of<BFloat16> : mix_of<float>)(p, o, planes);
}

const ChannelKernels kBlockedChannels = {blocked_moments, blocked_affine, blocked_sums,
                                         blocked_mix};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
