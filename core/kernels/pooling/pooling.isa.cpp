// Pooling over windows of planes, and gathers and scatters at the offsets that it found. Maxima
// have fast forms for the windows of usual networks; all give the same element.
#include "kernels/isa/isa_target.h"
#include "kernels/pooling/pooling_kernels_impl.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/matmul/gemm_impl.h"
#include "kernels/matmul/short_rows_impl.h"

// The part of one axis that a window reads.
struct Window {
  int64_t begin, end;     // clipped to the image
  int64_t padded_extent;  // clipped to the padded image only
};
WEFT_INLINE Window window_of(int64_t position, int64_t kernel, int64_t stride, int64_t pad,
                             int64_t pad_after, int64_t extent) {
  const int64_t begin = position * stride - pad;
  // The window ends with the padded image (ceil mode can reach further).
  const int64_t end = begin + kernel < extent + pad_after ? begin + kernel : extent + pad_after;
  return {begin > 0 ? begin : 0, end < extent ? end : extent, end - begin};
}

// The maximum during a scan of a window's elements: the first of equal ones, the last NaN. There is
// no branch, because half of the predictions would be wrong.
template <class S>
struct Max {
  const S* x;
  int64_t offset;
  // Replaces all bits of the offset, or none.
  WEFT_INLINE void meet(int64_t at) {
    const LaneType<S> value = to_lane(x[offset]), other = to_lane(x[at]);
    const int64_t is_better = (other > value) | (other != other);
    offset ^= (offset ^ at) & -is_better;
  }
};

// The maximum of a window that lies in the image and has Extent x Extent neighbouring elements. No
// loop is left, and the rows do not wait for each other.
template <int Extent, class S>
WEFT_INLINE int64_t max_inside(const S* x, int64_t first, int64_t in_width) {
  Max<S> of_window{x, first};
#pragma GCC unroll 3
  for (int row = 0; row < Extent; ++row) {
    Max<S> of_row{x, first + row * in_width};
// The first row's maximum begins; the others meet it.
#pragma GCC unroll 3
    for (int col = 1; col < Extent; ++col) of_row.meet(first + row * in_width + col);
    if (row == 0) of_window.offset = of_row.offset;
    if (row != 0) of_window.meet(of_row.offset);
  }
  return of_window.offset;
}

// Windows that move by two columns and are two or three wide, a vector of windows at a time: even
// and odd columns are separated, then elements are compared as above. There is room for `room`
// indices.
template <int... I>
WEFT_INLINE void max_of_pairs(const float* x, int64_t first, int64_t rows, int64_t count,
                              const Pooling& p, float* y, int64_t* indices, int64_t room,
                              Numbers<I...>) {
  using V = Vec<float>;
  using Offsets = Vec<int32_t>;
  // Offsets of the windows' first elements, relative to the first window.
  constexpr int kLanes = V::kLanes;
  const int32_t places[kLanes] = {2 * I...};
  const Offsets lanes = Memory<int32_t>::load(places);
  // The same comparison as Max::meet.
  const auto meet = [](V& value, Offsets& offset, V other, Offsets at) WEFT_LAMBDA {
    const auto is_better = (other > value) | (other != other);
    value = select(is_better, other, value);
    offset = select(is_better, at, offset);
  };
  // A part of a vector at the end of the row, so that nothing behind the plane is read.
  const auto load = [](const float* from, int64_t n) WEFT_LAMBDA {
    return n >= kLanes ? Memory<float>::load(from)
           : n > 0     ? Memory<float>::load_part(from, n)
                       : V(0);
  };
  for (int64_t col = 0; col < count; col += kLanes) {
    const int64_t rest = count - col, n = rest < kLanes ? rest : kLanes;
    V value;
    Offsets offset;
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t at = first + row * p.dilation_height * p.in_width + 2 * col;
      const V low = load(x + at, 2 * n), high = load(x + at + kLanes, 2 * n - kLanes);
      V of_row = V::of(__builtin_shufflevector(low.v, high.v, (2 * I)...));
      const Offsets begin = lanes + Offsets(int32_t(at));
      Offsets offset_of_row = begin;
      meet(of_row, offset_of_row, V::of(__builtin_shufflevector(low.v, high.v, (2 * I + 1)...)),
           begin + Offsets(1));
      // The third column is even again, two elements further on.
      if (p.kernel_width == 3) {
        const V third = load(x + at + 2, 2 * n - 1);
        const V behind = load(x + at + 2 + kLanes, 2 * n - 1 - kLanes);
        meet(of_row, offset_of_row, V::of(__builtin_shufflevector(third.v, behind.v, (2 * I)...)),
             begin + Offsets(2));
      }
      if (row == 0) {
        value = of_row;
        offset = offset_of_row;
      } else {
        meet(value, offset, of_row, offset_of_row);
      }
    }
    if (y) Memory<float>::store_part(y + col, value, n);
    if (!indices) continue;
    // A whole vector is stored; what lies behind the row is written again by other windows or by
    // the next row.
    typedef int64_t Wide __attribute__((vector_size(2 * kVectorBytes)));
    const Wide wide = __builtin_convertvector(offset.v, Wide);
    if (room - col >= kLanes) {
      __builtin_memcpy(indices + col, &wide, sizeof wide);
    } else {
      for (int64_t lane = 0; lane < n; ++lane) indices[col + lane] = wide[lane];
    }
  }
}

// Windows that begin at neighbouring elements, if nobody asks for indices: lanes are windows.
WEFT_INLINE void max_of_neighbours(const float* x, int64_t first, int64_t rows, int64_t count,
                                   const Pooling& p, float* y) {
  using V = Vec<float>;
  for (int64_t col = 0; col < count; col += V::kLanes) {
    const int64_t rest = count - col, n = rest < V::kLanes ? rest : V::kLanes;
    V maximum = Memory<float>::load_part(x + first + col, n);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t tap = 0; tap < p.kernel_width; ++tap) {
        const int64_t at = first + row * p.dilation_height * p.in_width + tap * p.dilation_width;
        const V other = Memory<float>::load_part(x + at + col, n);
        maximum = select((other > maximum) | (other != other), other, maximum);
      }
    Memory<float>::store_part(y + col, maximum, n);
  }
}

// Computes those windows of a row that one of these forms can do, and returns them. `rows` rows of
// the image from `top` on meet the windows. There is room for `room` indices.
WEFT_INLINE Range max_at_once(const float* x, int64_t top, int64_t rows, const Pooling& p, float* y,
                              int64_t* indices, int64_t room) {
  const int64_t span = (p.kernel_width - 1) * p.dilation_width;
  const int64_t last = p.in_width - 1 + p.pad_left - span;  // where the last whole window begins
  // Windows from `begin` to `end` lie in the image with all columns.
  const int64_t begin = (p.pad_left + p.stride_width - 1) / p.stride_width;
  const int64_t whole = last < 0 ? 0 : last / p.stride_width + 1;
  const int64_t end = whole < p.out_width ? whole : p.out_width;
  if (rows < 1 || begin >= end) return {0, 0};
  const int64_t first = top * p.in_width + begin * p.stride_width - p.pad_left;
  const int64_t count = end - begin;
  float* const to = y ? y + begin : nullptr;
  // Offsets are 32-bit lanes.
  if (p.stride_width == 2 && (span == 1 || span == 2) && p.dilation_width == 1 &&
      p.in_height * p.in_width < (int64_t(1) << 31)) {
    max_of_pairs(x, first, rows, count, p, to, indices ? indices + begin : nullptr, room - begin,
                 typename CountTo<Vec<float>::kLanes>::Type());
    return {begin, end};
  }
  if (p.stride_width != 1 || indices) return {0, 0};
  max_of_neighbours(x, first, rows, count, p, to);
  return {begin, end};
}

// The windows of a row: some together, then the others one by one.
template <class S>
void max_pool(const Pooling& p, const void* x_data, void* y_data, int64_t* indices, Range planes) {
  // A square window of 2 or 3 without dilation has a form of its own.
  const int64_t in_plane = p.in_height * p.in_width, out_plane = p.out_height * p.out_width;
  const int64_t extent = p.kernel_height - 1;
  const bool is_plain = p.kernel_height == p.kernel_width && extent >= 1 && extent <= 2 &&
                        p.dilation_height == 1 && p.dilation_width == 1;
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const S* x = (const S*)x_data + plane * in_plane;
    for (int64_t i = 0; i < p.out_height; ++i) {
      const int64_t at = plane * out_plane + i * p.out_width;
      // The first row of the window that lies in the image.
      int64_t top = i * p.stride_height - p.pad_top;
      const int64_t bottom = top + (p.kernel_height - 1) * p.dilation_height;
      while (top < 0) top += p.dilation_height;
      const int64_t last_row = bottom < p.in_height ? bottom : p.in_height - 1;
      Range together = {0, 0};  // windows that are computed together
      if constexpr (kIsSame<S, float>) {
        const int64_t rows = top <= last_row ? (last_row - top) / p.dilation_height + 1 : 0;
        together = max_at_once(x, top, rows, p, y_data ? (float*)y_data + at : nullptr,
                               indices ? indices + at : nullptr, planes.end * out_plane - at);
      }
      const auto past = [&](int64_t j)
                            WEFT_LAMBDA { return j == together.begin ? together.end : j; };
      for (int64_t j = past(0); j < p.out_width; j = past(j + 1)) {
        int64_t left = j * p.stride_width - p.pad_left;
        const int64_t right = left + (p.kernel_width - 1) * p.dilation_width;
        while (left < 0) left += p.dilation_width;
        const int64_t last_col = right < p.in_width ? right : p.in_width - 1;
        const int64_t first = top * p.in_width + left;
        const int inside = is_plain && last_row - top == extent && last_col - left == extent
                               ? static_cast<int>(extent) + 1
                               : 0;
        int64_t best;
        if (inside == 2) {
          best = max_inside<2>(x, first, p.in_width);
        } else if (inside == 3) {
          best = max_inside<3>(x, first, p.in_width);
        } else {
          Max<S> maximum{x, first};
          for (int64_t row = top; row <= last_row; row += p.dilation_height)
            for (int64_t col = left; col <= last_col; col += p.dilation_width)
              maximum.meet(row * p.in_width + col);
          best = maximum.offset;
        }
        if (indices) indices[at + j] = best;
        if (y_data) ((S*)y_data)[at + j] = x[best];
      }
    }
  }
}

// Calls visit(output position, rows of the window, columns of the window, divisor) for each window.
template <class T, class F>
WEFT_INLINE void for_windows(const Pooling& p, F visit) {
  int64_t at = 0;
  for (int64_t i = 0; i < p.out_height; ++i) {
    const Window rows =
        window_of(i, p.kernel_height, p.stride_height, p.pad_top, p.pad_bottom, p.in_height);
    for (int64_t j = 0; j < p.out_width; ++j, ++at) {
      const Window cols =
          window_of(j, p.kernel_width, p.stride_width, p.pad_left, p.pad_right, p.in_width);
      const int64_t inside = (rows.end - rows.begin) * (cols.end - cols.begin);
      const int64_t divisor =
          p.count_include_pad ? rows.padded_extent * cols.padded_extent : inside;
      visit(at, rows, cols, T(divisor));
    }
  }
}

// Is the pooling one window that is the whole plane?
WEFT_INLINE bool is_global(const Pooling& p) {
  return p.out_height == 1 && p.out_width == 1 && p.kernel_height == p.in_height &&
         p.kernel_width == p.in_width && p.pad_top == 0 && p.pad_left == 0 && p.pad_bottom == 0 &&
         p.pad_right == 0;
}

// The average of whole planes, added up like the lines of a reduction
// (kernels/reduce/reduce_lanes.h); small planes side by side.
template <class S>
void average_planes(int64_t size, const S* x, S* y, Range planes) {
  using T = LaneType<S>;
  using V = Vec<T>;
  int64_t plane = planes.begin;
  if (size <= kBlockElements)
    for (; plane + V::kLanes <= planes.end; plane += V::kLanes)
      Memory<S>::store(y + plane,
                       reduce_short_rows<Sum>(x + plane * size, size, size) / V(T(size)));
  for (; plane < planes.end; ++plane) {
    Pairwise<Sum, T> partial;
    for (int64_t i = 0; i < size; i += kBlockElements)
      partial.push(reduce_block<Sum>(x + plane * size + i,
                                     size - i < kBlockElements ? size - i : kBlockElements));
    y[plane] = from_lane<S>(fold<Sum>(partial.total()) / T(size));
  }
}

// The sum of a window runs in the order of memory.
template <class S>
void average_pool(const Pooling& p, const void* x_data, void* y_data, Range planes) {
  using T = LaneType<S>;
  if (is_global(p))
    return average_planes(p.in_height * p.in_width, (const S*)x_data, (S*)y_data, planes);
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const S* x = (const S*)x_data + plane * p.in_height * p.in_width;
    S* y = (S*)y_data + plane * p.out_height * p.out_width;
    for_windows<T>(p, [&](int64_t at, Window rows, Window cols, T divisor) WEFT_LAMBDA {
      T sum = 0;
      for (int64_t row = rows.begin; row < rows.end; ++row)
        for (int64_t col = cols.begin; col < cols.end; ++col)
          sum += to_lane(x[row * p.in_width + col]);
      y[at] = from_lane<S>(sum / divisor);
    });
  }
}

// Each window spreads its cotangent, divided, over its elements; windows may overlap.
template <class S>
void average_pool_adjoint(const Pooling& p, const void* dy_data, void* dx_data, Range planes) {
  using T = LaneType<S>;
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const S* dy = (const S*)dy_data + plane * p.out_height * p.out_width;
    S* dx = (S*)dx_data + plane * p.in_height * p.in_width;
    if (is_global(p)) {
      // T(0) + x turns -0 into 0, as adding to a zeroed element does.
      const S share = from_lane<S>(T(0) + to_lane(*dy) / T(p.in_height * p.in_width));
      for (int64_t i = 0; i < p.in_height * p.in_width; ++i) dx[i] = share;
      continue;
    }
    __builtin_memset(dx, 0, p.in_height * p.in_width * sizeof(S));
    for_windows<T>(p, [&](int64_t at, Window rows, Window cols, T divisor) WEFT_LAMBDA {
      const T share = to_lane(dy[at]) / divisor;
      for (int64_t row = rows.begin; row < rows.end; ++row) {
        for (int64_t col = cols.begin; col < cols.end; ++col) {
          S& element = dx[row * p.in_width + col];
          element = from_lane<S>(to_lane(element) + share);
        }
      }
    });
  }
}

// Offsets are valid: they come from max_pool, or have been checked.
template <class S>
void plane_gather(const PlaneIndex& p, const void* x_data, const int64_t* indices, void* y_data,
                  Range planes) {
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const S* x = (const S*)x_data + plane * p.extent;
    S* y = (S*)y_data + plane * p.count;
    for (int64_t i = 0; i < p.count; ++i) y[i] = x[indices[plane * p.count + i]];
  }
}

// Halves are rounded after each addition.
template <class S>
void plane_scatter(const PlaneIndex& p, const void* dy_data, const int64_t* indices, void* dx_data,
                   Range planes) {
  for (int64_t plane = planes.begin; plane < planes.end; ++plane) {
    const S* dy = (const S*)dy_data + plane * p.count;
    S* dx = (S*)dx_data + plane * p.extent;
    __builtin_memset(dx, 0, p.extent * sizeof(S));
    for (int64_t i = 0; i < p.count; ++i) {
      S& element = dx[indices[plane * p.count + i]];
      element = from_lane<S>(to_lane(element) + to_lane(dy[i]));
    }
  }
}

// Tables by DType (table_entries.h).
const MaxPoolKernel kMaxPools[kNumDTypes] = WEFT_EVERY_DTYPE(max_pool);
const AveragePoolKernel kAveragePools[kNumDTypes] = WEFT_LAYER_DTYPES(average_pool);
const AveragePoolKernel kAveragePoolAdjoints[kNumDTypes] = WEFT_LAYER_DTYPES(average_pool_adjoint);
const PlaneIndexKernel kPlaneGathers[kNumDTypes] = WEFT_EVERY_SIZE(plane_gather);
const PlaneIndexKernel kPlaneScatters[kNumDTypes] = WEFT_EVERY_SUM(plane_scatter);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
