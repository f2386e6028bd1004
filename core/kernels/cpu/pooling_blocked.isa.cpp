// Pooling over channel blocks: a vector of channels at a time, in the order of the plain kernels.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/blocked_impl.h"

// A window clipped to the image, and how many elements its average counts.
struct PoolWindow {
  int64_t top, bottom, left, right;
  int64_t counted;
};
WEFT_INLINE PoolWindow pool_window(const Pooling& p, int64_t row, int64_t col) {
  const int64_t top = row * p.stride_height - p.pad_top;
  const int64_t left = col * p.stride_width - p.pad_left;
  const int64_t bottom = lesser(top + p.kernel_height, p.in_height + p.pad_bottom);
  const int64_t right = lesser(left + p.kernel_width, p.in_width + p.pad_right);
  const PoolWindow inside = {greater(0, top), lesser(bottom, p.in_height), greater(0, left),
                             lesser(right, p.in_width), (bottom - top) * (right - left)};
  if (p.count_include_pad) return inside;
  return {inside.top, inside.bottom, inside.left, inside.right,
          (inside.bottom - inside.top) * (inside.right - inside.left)};
}

// Calls reduce(first element of the image's plane, window) for each result, and stores what it
// gives.
template <class F>
WEFT_INLINE void each_window(const Pooling& p, int64_t block, const float* x, float* y, Range rows,
                             F reduce) {
  const int64_t lanes = lesser(block, Vec<float>::kLanes);
  for (int64_t unit = rows.begin; unit < rows.end; ++unit) {
    const float* plane = x + unit / p.out_height * p.in_height * p.in_width * block;
    float* out = y + unit * p.out_width * block;
    for (int64_t col = 0; col < p.out_width; ++col) {
      const PoolWindow window = pool_window(p, unit % p.out_height, col);
      for (int64_t lane = 0; lane < block; lane += lanes)
        Memory<float>::store_part(out + col * block + lane, reduce(plane + lane, window, lanes),
                                  lanes);
    }
  }
}

void blocked_max_pool(const Pooling& p, int64_t block, const float* x, float* y, Range rows) {
  using V = Vec<float>;
  each_window(p, block, x, y, rows,
              [&](const float* plane, const PoolWindow& window, int64_t lanes) WEFT_LAMBDA {
                const auto load = [&](int64_t row, int64_t col) WEFT_LAMBDA {
                  return Memory<float>::load_part(plane + (row * p.in_width + col) * block, lanes);
                };
                V most = load(window.top, window.left);
                for (int64_t row = window.top; row < window.bottom; ++row) {
                  for (int64_t col = window.left; col < window.right; ++col) {
                    const V value = load(row, col);
                    most = select((value > most) | (value != value), value, most);
                  }
                }
                return most;
              });
}

void blocked_average_pool(const Pooling& p, int64_t block, const float* x, float* y, Range rows) {
  using V = Vec<float>;
  each_window(p, block, x, y, rows,
              [&](const float* plane, const PoolWindow& window, int64_t lanes) WEFT_LAMBDA {
                V sum(0);
                for (int64_t row = window.top; row < window.bottom; ++row)
                  for (int64_t col = window.left; col < window.right; ++col)
                    sum = sum +
                          Memory<float>::load_part(plane + (row * p.in_width + col) * block, lanes);
                return sum / V(float(window.counted));
              });
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
