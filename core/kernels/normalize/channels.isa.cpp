// Statistics and affine maps of channels: kernels/normalize/channels.h. A channel has `outer`
// segments of `inner` dense elements. A block is some segments, or a part of one, and small enough
// for the first-level cache. bfloat16 is widened as it is read, and rounded once as it is stored.
#include "kernels/isa/isa_target.h"
#include "kernels/normalize/channels_kernels_impl.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"

constexpr int64_t kChannelBlock = 4096;  // elements

// Calls f(first element, segments, length of each) for every block of a channel.
template <class F>
WEFT_INLINE void for_blocks(const Channels& p, int64_t channel, F f) {
  const int64_t stride = p.channels * p.inner;
  const int64_t together = p.inner < kChannelBlock ? kChannelBlock / p.inner : 1;
  for (int64_t segment = 0; segment < p.outer; segment += together) {
    const int64_t rest = p.outer - segment;
    const int64_t segments = rest < together ? rest : together;
    for (int64_t i = 0; i < p.inner; i += kChannelBlock) {
      const int64_t length = p.inner - i < kChannelBlock ? p.inner - i : kChannelBlock;
      f(segment * stride + channel * p.inner + i, segments, length);
    }
  }
}

// results[k] = Σ terms(at, n).of[k] over one block; `at` counts from its first element. Element i
// of a segment belongs to lane i mod (4 W), as in kernels/reduce/reduce_lanes.h.
template <int K, class T, class F>
WEFT_INLINE void sum_block(int64_t segments, int64_t length, int64_t stride, F terms,
                           T (&results)[K]) {
  using W = Wide<T>;
  constexpr int kLanes = Vec<T>::kLanes;
  constexpr int kChains = 4;
  W sums[K][kChains];
  // Four chains of 64-byte virtual lanes, so that no sum waits for itself.
  for (int k = 0; k < K; ++k)
    for (int j = 0; j < kChains; ++j) sums[k][j] = W::repeat(T(0));
  for (int64_t segment = 0; segment < segments; ++segment) {
    const int64_t first = segment * stride;
    int64_t i = 0;
    for (; i + kChains * W::kLanes <= length; i += kChains * W::kLanes) {
      for (int j = 0; j < kChains; ++j) {
        for (int part = 0; part < W::kParts; ++part) {
          const auto term = terms(first + i + j * W::kLanes + part * kLanes, kLanes);
          for (int k = 0; k < K; ++k) sums[k][j].part[part] = sums[k][j].part[part] + term.of[k];
        }
      }
    }
    // The rest of a segment goes on with the chains, one vector at a time.
    for (int at = 0; i < length; i += kLanes, ++at) {
      const int64_t n = length - i < kLanes ? length - i : kLanes;
      auto term = terms(first + i, n);
      for (int k = 0; k < K; ++k) {
        if (n < kLanes) term.of[k] = first_lanes(term.of[k], n);
        Vec<T>& sum = sums[k][at / W::kParts].part[at % W::kParts];
        sum = sum + term.of[k];
      }
    }
  }
  for (int k = 0; k < K; ++k)
    results[k] = fold<Sum>(
        combine<Sum>(combine<Sum>(sums[k][0], sums[k][1]), combine<Sum>(sums[k][2], sums[k][3])));
}

// S is the stored type, T that of the lanes and of the channels' numbers.
template <class S, class T = LaneType<S>>
void channel_moments(const Channels& p, const void* x_data, void* mean_data, void* variance_data,
                     Range channels) {
  const int64_t stride = p.channels * p.inner;
  for (int64_t channel = channels.begin; channel < channels.end; ++channel) {
    double count = 0, mean = 0, squares = 0;
    for_blocks(p, channel, [&](int64_t first, int64_t segments, int64_t length) WEFT_LAMBDA {
      const S* x = (const S*)x_data + first;
      T sums[1];
      sum_block<1>(
          segments, length, stride,
          [&](int64_t at, int64_t n) WEFT_LAMBDA { return Terms<T, 1>{{load_lanes(x + at, n)}}; },
          sums);
      const double size = double(segments * length), total = count + size;
      const T block_mean = T(double(sums[0]) / size);
      // The second pass over the block, which is in the cache now.
      sum_block<1>(
          segments, length, stride,
          [&](int64_t at, int64_t n) WEFT_LAMBDA {
            const Vec<T> centred = load_lanes(x + at, n) - Vec<T>(block_mean);
            return Terms<T, 1>{{centred * centred}};
          },
          sums);
      // Chan, Golub and LeVeque: the squares around two means, joined.
      const double difference = double(block_mean) - mean;
      mean += difference * (size / total);
      squares += double(sums[0]) + difference * difference * (count * size / total);
      count = total;
    });
    ((T*)mean_data)[channel] = T(mean);
    ((T*)variance_data)[channel] = T(squares / count);
  }
}

// The sums of a block are in T, those of blocks in double.
template <class S, class T = LaneType<S>>
void channel_sums(const Channels& p, const ChannelSums& o, Range channels) {
  const int64_t stride = p.channels * p.inner;
  for (int64_t channel = channels.begin; channel < channels.end; ++channel) {
    const Vec<T> mean(((const T*)o.mean)[channel]);
    double sum = 0, product = 0;
    for_blocks(p, channel, [&](int64_t first, int64_t segments, int64_t length) WEFT_LAMBDA {
      const S* x = (const S*)o.x + first;
      const S* dy = (const S*)o.dy + first;
      T sums[2];
      sum_block<2>(
          segments, length, stride,
          [&](int64_t at, int64_t n) WEFT_LAMBDA {
            const Vec<T> cotangent = load_lanes(dy + at, n);
            return Terms<T, 2>{{cotangent, cotangent * (load_lanes(x + at, n) - mean)}};
          },
          sums);
      sum += double(sums[0]);
      product += double(sums[1]);
    });
    ((T*)o.sum)[channel] = T(sum);
    ((T*)o.product)[channel] = T(product);
  }
}

// The forward map of batch normalisation. It rounds after each operation, without fused ones.
template <class S, class T = LaneType<S>>
void channel_affine(const Channels& p, const ChannelAffine& o, Range planes) {
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const int64_t channel = plane % p.channels;
    const Vec<T> mean(((const T*)o.mean)[channel]), scale(((const T*)o.scale)[channel]),
        shift(((const T*)o.shift)[channel]);
    const S* x = (const S*)o.x + plane * p.inner;
    S* y = (S*)o.y + plane * p.inner;
    for_lanes<T>(p.inner, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      store_lanes(y + i, (load_lanes(x + i, n) - mean) * scale + shift, n);
    });
  }
}

// The map of its gradient.
template <class S, class T = LaneType<S>>
void channel_mix(const Channels& p, const ChannelMix& o, Range planes) {
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const int64_t channel = plane % p.channels;
    const Vec<T> mean(((const T*)o.mean)[channel]), scale(((const T*)o.scale)[channel]),
        slope(((const T*)o.slope)[channel]), shift(((const T*)o.shift)[channel]);
    const S* x = (const S*)o.x + plane * p.inner;
    const S* dy = (const S*)o.dy + plane * p.inner;
    S* dx = (S*)o.dx + plane * p.inner;
    // The same order of operations as in mix_of(), so channel blocks give the same bits.
    for_lanes<T>(p.inner, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const Vec<T> straight = load_lanes(dy + i, n) * scale;
      store_lanes(dx + i, straight + ((load_lanes(x + i, n) - mean) * slope + shift), n);
    });
  }
}

// By DType; float16 and integers have none.
#define WEFT_CHANNELS(S)                                                 \
  {                                                                      \
    WEFT_LAYER(S, channel_moments<S>), WEFT_LAYER(S, channel_affine<S>), \
        WEFT_LAYER(S, channel_sums<S>), WEFT_LAYER(S, channel_mix<S>)    \
  }

const ChannelKernels kChannels[kNumDTypes] = {{},
                                              {},
                                              {},
                                              {},
                                              {},
                                              {},
                                              {},
                                              {},
                                              {},
                                              {},
                                              WEFT_CHANNELS(BFloat16),
                                              WEFT_CHANNELS(float),
                                              WEFT_CHANNELS(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
