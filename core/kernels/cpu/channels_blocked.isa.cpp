// Statistics and affine maps of channels that lie in blocks (kernels/channels.h): a vector has the
// same position of several channels, so sums need no folding across lanes. Each channel has four
// chains, position i in chain i mod 4, whatever the width of a vector.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

using V = Vec<float>;

constexpr int64_t kSpan = 256;  // positions that are summed at a time
constexpr int kChains = 4;

// A vector of a block: `lanes` channels from `channel` on, `at` elements into each position.
struct BlockLanes {
  int64_t at, channel, lanes;

  WEFT_INLINE V load(const float* from) const { return Memory<float>::load_part(from, lanes); }
  WEFT_INLINE V of_channels(const void* numbers) const {
    return load((const float*)numbers + channel);
  }
};
template <class F>
WEFT_INLINE void for_block_lanes(const Channels& p, int64_t block, F f) {
  const int64_t lanes = p.block < V::kLanes ? p.block : V::kLanes;
  for (int64_t at = 0; at < p.block; at += lanes) f(BlockLanes{at, block * p.block + at, lanes});
}

// f(first element, segments, positions of each) for every span of a block of channels.
template <class F>
WEFT_INLINE void for_spans(const Channels& p, int64_t block, F f) {
  const int64_t together = p.inner < kSpan ? kSpan / p.inner : 1;
  for (int64_t segment = 0; segment < p.outer; segment += together) {
    const int64_t rest = p.outer - segment;
    for (int64_t i = 0; i < p.inner; i += kSpan)
      f((segment * p.units() + block) * p.inner * p.block + i * p.block,
        rest < together ? rest : together, p.inner - i < kSpan ? p.inner - i : kSpan);
  }
}

template <int K>
struct VectorTerms {
  V of[K];
};

// Σ terms(element) over the positions of a span, a number for each lane.
template <int K, class F>
WEFT_INLINE VectorTerms<K> sum_span(const Channels& p, int64_t segments, int64_t length, F terms) {
  V sums[K][kChains];
  for (int k = 0; k < K; ++k)
    for (int j = 0; j < kChains; ++j) sums[k][j] = V(0);
  for (int64_t segment = 0; segment < segments; ++segment) {
    int64_t at = segment * p.channels * p.inner;
    int64_t i = 0;
    for (; i + kChains <= length; i += kChains) {
      for (int j = 0; j < kChains; ++j, at += p.block) {
        const VectorTerms<K> term = terms(at);
        for (int k = 0; k < K; ++k) sums[k][j] = sums[k][j] + term.of[k];
      }
    }
    for (int j = 0; i < length; ++i, ++j, at += p.block) {
      const VectorTerms<K> term = terms(at);
      for (int k = 0; k < K; ++k) sums[k][j] = sums[k][j] + term.of[k];
    }
  }
  VectorTerms<K> total;
  for (int k = 0; k < K; ++k) total.of[k] = (sums[k][0] + sums[k][1]) + (sums[k][2] + sums[k][3]);
  return total;
}

void blocked_moments(const Channels& p, const void* x_data, void* mean_data, void* variance_data,
                     Range blocks) {
  for (int64_t block = blocks.begin; block < blocks.end; ++block) {
    for_block_lanes(p, block, [&](const BlockLanes& lanes) WEFT_LAMBDA {
      double count = 0, mean[V::kLanes] = {}, squares[V::kLanes] = {};
      for_spans(p, block, [&](int64_t first, int64_t segments, int64_t length) WEFT_LAMBDA {
        const float* x = (const float*)x_data + first + lanes.at;
        const double size = double(segments * length), total = count + size;
        float span_mean[V::kLanes], span_squares[V::kLanes];
        const VectorTerms<1> sums = sum_span<1>(p, segments, length, [&](int64_t at) WEFT_LAMBDA {
          return VectorTerms<1>{{lanes.load(x + at)}};
        });
        Memory<float>::store(span_mean, sums.of[0]);
        for (int i = 0; i < V::kLanes; ++i) span_mean[i] = float(double(span_mean[i]) / size);
        const V centre = Memory<float>::load(span_mean);
        const VectorTerms<1> apart = sum_span<1>(p, segments, length, [&](int64_t at) WEFT_LAMBDA {
          const V centred = lanes.load(x + at) - centre;
          return VectorTerms<1>{{centred * centred}};
        });
        Memory<float>::store(span_squares, apart.of[0]);
        for (int i = 0; i < V::kLanes; ++i) {
          const double gap = double(span_mean[i]) - mean[i];
          mean[i] += gap * (size / total);
          squares[i] += double(span_squares[i]) + gap * gap * (count * size / total);
        }
        count = total;
      });
      for (int64_t i = 0; i < lanes.lanes; ++i) {
        ((float*)mean_data)[lanes.channel + i] = float(mean[i]);
        ((float*)variance_data)[lanes.channel + i] = float(squares[i] / count);
      }
    });
  }
}

void blocked_sums(const Channels& p, const ChannelSums& o, Range blocks) {
  for (int64_t block = blocks.begin; block < blocks.end; ++block) {
    for_block_lanes(p, block, [&](const BlockLanes& lanes) WEFT_LAMBDA {
      const V mean = lanes.of_channels(o.mean);
      double sum[V::kLanes] = {}, product[V::kLanes] = {};
      for_spans(p, block, [&](int64_t first, int64_t segments, int64_t length) WEFT_LAMBDA {
        const float* x = (const float*)o.x + first + lanes.at;
        const float* dy = (const float*)o.dy + first + lanes.at;
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

// f(lanes) gives what is done with each element of a plane.
template <class F>
WEFT_INLINE void map_planes(const Channels& p, void* out, Range planes, F f) {
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    for_block_lanes(p, plane % p.units(), [&](const BlockLanes& lanes) WEFT_LAMBDA {
      const auto map = f(lanes);
      const int64_t first = plane * p.inner * p.block + lanes.at;
      for (int64_t i = 0; i < p.inner; ++i) {
        const int64_t at = first + i * p.block;
        Memory<float>::store_part((float*)out + at, map(at), lanes.lanes);
      }
    });
  }
}

void blocked_affine(const Channels& p, const ChannelAffine& o, Range planes) {
  map_planes(p, o.y, planes, [&](const BlockLanes& lanes) WEFT_LAMBDA {
    const V mean = lanes.of_channels(o.mean), scale = lanes.of_channels(o.scale);
    const V shift = lanes.of_channels(o.shift);
    return [=, &o](int64_t at)
               WEFT_LAMBDA { return (lanes.load((const float*)o.x + at) - mean) * scale + shift; };
  });
}

void blocked_mix(const Channels& p, const ChannelMix& o, Range planes) {
  map_planes(p, o.dx, planes, [&](const BlockLanes& lanes) WEFT_LAMBDA {
    const V mean = lanes.of_channels(o.mean), scale = lanes.of_channels(o.scale);
    const V slope = lanes.of_channels(o.slope), shift = lanes.of_channels(o.shift);
    return [=, &o](int64_t at) WEFT_LAMBDA {
      const V straight = lanes.load((const float*)o.dy + at) * scale;
      return straight + ((lanes.load((const float*)o.x + at) - mean) * slope + shift);
    };
  });
}

extern const ChannelKernels kBlockedChannels;
const ChannelKernels kBlockedChannels = {blocked_moments, blocked_affine, blocked_sums,
                                         blocked_mix};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
