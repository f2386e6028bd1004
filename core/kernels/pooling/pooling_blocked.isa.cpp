// Pooling over channel blocks: a vector of channels at a time, in the order of the plain kernels,
// so with the same bits. Images may be rings of rows.
#include "kernels/convolution/blocked/convolution_blocked.h"
#include "kernels/isa/isa_target.h"
#include "kernels/pooling/pooling_kernels_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/blocked/blocked_impl.h"

// A window clipped to the image, and the number of elements that its average counts.
struct PoolWindow {
  int64_t top, bottom, left, right;
  int64_t counted;
  int64_t first_tap;  // number of the tap at (top, left)
  // a multiple of the ring's rows: the image row at the start of the ring when `top` is in it
  int64_t ring;
};
WEFT_INLINE PoolWindow pool_window(const Pooling& p, int64_t row, int64_t col) {
  const int64_t top = row * p.stride_height - p.pad_top;
  const int64_t left = col * p.stride_width - p.pad_left;
  const int64_t bottom = lesser(top + p.kernel_height, p.in_height + p.pad_bottom);
  const int64_t right = lesser(left + p.kernel_width, p.in_width + p.pad_right);
  PoolWindow inside = {greater(0, top),
                       lesser(bottom, p.in_height),
                       greater(0, left),
                       lesser(right, p.in_width),
                       (bottom - top) * (right - left),
                       0,
                       0};
  inside.first_tap = (inside.top - top) * p.kernel_width + inside.left - left;
  if (!p.count_include_pad)
    inside.counted = (inside.bottom - inside.top) * (inside.right - inside.left);
  if (inside.top >= p.in_ring_rows) inside.ring = inside.top / p.in_ring_rows * p.in_ring_rows;
  return inside;
}
// The offset of a pixel, in channel blocks from the start of the plane.
WEFT_INLINE int64_t place_in(const Pooling& p, const PoolWindow& window, int64_t row, int64_t col) {
  const int64_t at = row - window.ring;
  return (at < p.in_ring_rows ? at : at - p.in_ring_rows) * p.in_width + col;
}

// Does a block of 8 channels leave a vector half empty?
WEFT_INLINE bool is_part_of_vector(int64_t block) {
  return Vec<float>::kLanes > 8 && block < Vec<float>::kLanes;
}

// Access to the channels of a vector; kPart: they do not fill it, which the compiler knows.
template <bool kPart>
struct PoolLanes {
  int64_t lanes;

  template <class S>
  WEFT_INLINE auto load(const S* from) const {
    return kPart ? Memory<S>::load_part(from, lanes) : Memory<S>::load(from);
  }
  template <class S, class T>
  WEFT_INLINE void store(S* to, T v) const {
    if constexpr (kPart)
      Memory<S>::store_part(to, v, lanes);
    else
      Memory<S>::store(to, v);
  }
};

// Calls use(vector) for the elements of a window, row by row.
template <class X, class Lanes, class F>
WEFT_INLINE void over_window(const Pooling& p, int64_t block, const X* plane,
                             const PoolWindow& window, const Lanes& lanes, F use) {
  for (int64_t row = window.top; row < window.bottom; ++row) {
    const X* from = plane + place_in(p, window, row, window.left) * block;
    for (int64_t col = window.left; col < window.right; ++col, from += block) use(lanes.load(from));
  }
}

// Calls reduce(first element of the plane, window, lanes) for each result, and stores what it
// returns.
template <bool kPart, class X, class S, class F>
WEFT_INLINE void each_window_of(const Pooling& p, int64_t block, const X* x, S* y, Range rows,
                                F reduce) {
  const PoolLanes<kPart> lanes{lesser(block, Vec<float>::kLanes)};
  const int64_t made = p.rows.end - p.rows.begin;
  for (int64_t unit = rows.begin; unit < rows.end; ++unit) {
    // Input and output have rings of their own.
    const X* plane = x + unit / made * p.in_ring_rows * p.in_width * block;
    const int64_t row = p.rows.begin + unit % made;
    S* out = y + (unit / made * p.out_ring_rows + row % p.out_ring_rows) * p.out_width * block;
    for (int64_t col = 0; col < p.out_width; ++col) {
      const PoolWindow window = pool_window(p, row, col);
      for (int64_t lane = 0; lane < block; lane += lanes.lanes)
        lanes.store(out + col * block + lane, reduce(plane + lane, window, lanes));
    }
  }
}
template <class X, class S, class F>
WEFT_INLINE void each_window(const Pooling& p, int64_t block, const X* x, S* y, Range rows,
                             F reduce) {
  if (is_part_of_vector(block))
    each_window_of<true>(p, block, x, y, rows, reduce);
  else
    each_window_of<false>(p, block, x, y, rows, reduce);
}

// The last NaN counts. NaN is rare, so a fast pass only notes whether there is one.
template <class S>
void blocked_max_pool(const Pooling& problem, int64_t block, const void* x, void* y, Range rows) {
  using V = Vec<float>;
  const Pooling p = problem;  // a copy: stores might change `problem`, as far as the compiler knows
  each_window(p, block, (const S*)x, (S*)y, rows,
              [&](const S* plane, const PoolWindow& window, auto lanes) WEFT_LAMBDA {
                V maximum(-__builtin_inff());
                // False in all lanes.
                auto is_nan = maximum != maximum;
                over_window(p, block, plane, window, lanes, [&](V value) WEFT_LAMBDA {
                  is_nan = is_nan | (value != value);
                  maximum = max_(value, maximum);
                });
                // Only then the slow pass, which keeps the last NaN.
                if (__builtin_expect(is_any(is_nan), false))
                  over_window(p, block, plane, window, lanes, [&](V value) WEFT_LAMBDA {
                    maximum = select((value > maximum) | (value != value), value, maximum);
                  });
                return maximum;
              });
}

// Divides the sum in the order of taps by the number that counts.
template <class S>
void blocked_average_pool(const Pooling& problem, int64_t block, const void* x, void* y,
                          Range rows) {
  using V = Vec<float>;
  const Pooling p = problem;
  each_window(p, block, (const S*)x, (S*)y, rows,
              [&](const S* plane, const PoolWindow& window, auto lanes) WEFT_LAMBDA {
                V sum(0);
                over_window(p, block, plane, window, lanes,
                            [&](V value) WEFT_LAMBDA { sum = sum + value; });
                return sum / V(float(window.counted));
              });
}

#define WEFT_BLOCKED_POOLS(S)                                               \
  {                                                                         \
    WEFT_KEPT(S, WEFT_KEPT_PART(max_pool, blocked_max_pool<S>)),            \
        WEFT_KEPT(S, WEFT_KEPT_PART(average_pool, blocked_average_pool<S>)) \
  }

// By DType.
const BlockedPoolKernels kBlockedPools[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_BLOCKED_POOLS(BFloat16), WEFT_BLOCKED_POOLS(float),
    {}};

// The taps are computed exactly like the maxima: first of equal elements, last NaN.
void blocked_pool_taps(const Pooling& p, int64_t block, const float* x, uint8_t* taps, Range rows) {
  using V = Vec<float>;
  each_window(p, block, x, taps, rows,
              [&](const float* plane, const PoolWindow& window, auto lanes) WEFT_LAMBDA {
                const auto load = [&](int64_t row, int64_t col) WEFT_LAMBDA {
                  return lanes.load(plane + place_in(p, window, row, col) * block);
                };
                // The first element is a valid choice, so no number below all others is needed.
                V maximum = load(window.top, window.left);
                Vec<uint32_t> best(uint32_t(window.first_tap));
                for (int64_t row = window.top; row < window.bottom; ++row) {
                  const int64_t first = window.first_tap + (row - window.top) * p.kernel_width;
                  for (int64_t col = window.left; col < window.right; ++col) {
                    const V value = load(row, col);
                    const auto is_better = (value > maximum) | (value != value);
                    maximum = select(is_better, value, maximum);
                    best =
                        select(is_better, Vec<uint32_t>(uint32_t(first + col - window.left)), best);
                  }
                }
                return best;
              });
}

// Adds share(tap) to each element of all windows; windows may overlap, so dx is zeroed first.
template <bool kPart, class F>
WEFT_INLINE void add_windows_of(const Pooling& p, int64_t block, float* dx, Range planes,
                                F share_of) {
  using V = Vec<float>;
  const PoolLanes<kPart> lanes{lesser(block, V::kLanes)};
  const int64_t extent = p.in_height * p.in_width * block;
  for (int64_t unit = planes.begin; unit < planes.end; ++unit) {
    float* plane = dx + unit * extent;
    // The adjoint is for whole images, not for rings.
    for (int64_t i = 0; i < extent; i += lanes.lanes) lanes.store(plane + i, V(0));
    for (int64_t row = 0; row < p.out_height; ++row) {
      for (int64_t col = 0; col < p.out_width; ++col) {
        const PoolWindow window = pool_window(p, row, col);
        const int64_t at = ((unit * p.out_height + row) * p.out_width + col) * block;
        for (int64_t lane = 0; lane < block; lane += lanes.lanes) {
          const auto share = share_of(at + lane, window, lanes);
          for (int64_t y = window.top; y < window.bottom; ++y) {
            float* to = plane + (y * p.in_width + window.left) * block + lane;
            int64_t tap = window.first_tap + (y - window.top) * p.kernel_width;
            for (int64_t x = window.left; x < window.right; ++x, to += block, ++tap)
              lanes.store(to, lanes.load((const float*)to) + share(tap));
          }
        }
      }
    }
  }
}
template <class F>
WEFT_INLINE void add_windows(const Pooling& p, int64_t block, float* dx, Range planes, F share_of) {
  if (is_part_of_vector(block))
    add_windows_of<true>(p, block, dx, planes, share_of);
  else
    add_windows_of<false>(p, block, dx, planes, share_of);
}

// A maximum gives its cotangent to one tap, an average an equal share to all.
void blocked_pool_adjoint(const Pooling& p, int64_t block, const float* dy, const uint8_t* taps,
                          float* dx, Range planes) {
  using V = Vec<float>;
  if (taps) {
    add_windows(p, block, dx, planes, [&](int64_t at, const PoolWindow&, auto lanes) WEFT_LAMBDA {
      const V cotangent = lanes.load(dy + at);
      const Vec<uint32_t> best = lanes.load(taps + at);
      return [=](int64_t tap) WEFT_LAMBDA {
        return select(best == Vec<uint32_t>(uint32_t(tap)), cotangent, V(0));
      };
    });
  } else {
    add_windows(p, block, dx, planes,
                [&](int64_t at, const PoolWindow& window, auto lanes) WEFT_LAMBDA {
                  const V share = lanes.load(dy + at) / V(float(window.counted));
                  return [=](int64_t) WEFT_LAMBDA { return share; };
                });
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
