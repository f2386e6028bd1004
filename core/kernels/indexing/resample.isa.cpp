// Resampling along an axis. If there are axes behind it, their elements are vectors. If it is the
// last axis, some lines are transposed first, so that the same element of all lines is a vector.
// Cost: one multiply-add and one load for each tap and vector of results. Transposed lines cost two
// square tiles more, about as much as four taps.
#include "kernels/indexing/resample_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"
#include "kernels/simd/transpose_tile_impl.h"

// Elements of a line that are transposed at a time.
constexpr int64_t kWindow = 256;

// Transposes a square: `lines` lines of `elements` elements, each at most as many as a vector has
// lanes.
template <class T>
__attribute__((noinline)) void turn(const T* from, int64_t from_stride, int64_t lines,
                                    int64_t elements, T* to, int64_t to_stride) {
  using V = Vec<T>;
  typename V::Native square[V::kLanes];
  for (int i = 0; i < V::kLanes; ++i)
    square[i] = i < lines ? load_lanes(from + i * from_stride, elements).v : V(0).v;
  transpose_tile<V::kLanes>(square);
  for (int i = 0; i < V::kLanes; ++i)
    if (i < elements) store_lanes(to + i * to_stride, V::of(square[i]), lines);
}

// Results [first, end) of a line and the elements [from, from + elements) that they need, which fit
// a window.
struct Piece {
  int64_t first, end, from, elements;
};

// As many results from `first` on as have their elements in one window; none if the first result
// needs more than a window. A result may begin before its predecessor, because weights of 0 are
// left out.
Piece piece_at(const Resample& p, const ResampleTable& table, int64_t first) {
  Piece piece{first, first, 0, 0};
  int64_t begin = table.first[first], end = begin;
  for (int64_t o = first; o < p.out; ++o) {
    const int64_t last = table.first[o] + table.count[o];
    if (table.first[o] < begin) begin = table.first[o];
    if (last > end) end = last;
    if (end - begin > kWindow) break;
    piece = {first, o + 1, begin, end - begin};
  }
  return piece;
}

// Calls one(o) for each result that needs more than a window, and body(piece) for the others.
template <class One, class Body>
WEFT_INLINE void for_pieces(const Resample& p, const ResampleTable& table, One one, Body body) {
  for (int64_t o = 0; o < p.out;) {
    const Piece piece = piece_at(p, table, o);
    if (piece.end == o) {
      one(o++);
    } else {
      body(piece);
      o = piece.end;
    }
  }
}

// Results first .. end - 1 of one line, without vectors.
template <class T>
void resample_line(const ResampleTable& table, const T* x, int64_t first, int64_t end, T* y) {
  const T* weights = (const T*)table.weights + first * table.taps;
  if (table.taps == 1) {  // the weight is 1, because weights of a result add up to that
    for (int64_t o = first; o < end; ++o) y[o] = x[table.first[o]];
    return;
  }
  for (int64_t o = first; o < end; ++o, weights += table.taps) {
    const T* const from = x + table.first[o];
    T sum = weights[0] * from[0];
    for (int64_t k = 1; k < table.count[o]; ++k) sum += weights[k] * from[k];
    y[o] = sum;
  }
}

// Some lines, at most as many as a vector has lanes; a vector has one element of each.
template <class T>
void resample_lines(const Resample& p, const ResampleTable& table, const T* x, int64_t lines,
                    T* y) {
  using V = Vec<T>;
  constexpr int64_t kLanes = V::kLanes;
  T columns[kWindow * kLanes], results[kLanes * kLanes];
  if (lines < kLanes) __builtin_memset(columns, 0, sizeof columns);
  const auto one = [&](int64_t o) WEFT_LAMBDA {
    for (int64_t line = 0; line < lines; ++line)
      resample_line(table, x + line * p.in, o, o + 1, y + line * p.out);
  };
  for_pieces(p, table, one, [&](const Piece& piece) WEFT_LAMBDA {
    for_lanes<T>(piece.elements, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      turn(x + piece.from + i, p.in, lines, n, columns + i * kLanes, kLanes);
    });
    for_lanes<T>(piece.end - piece.first, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      for (int64_t j = 0; j < n; ++j) {
        const int64_t o = piece.first + i + j;
        const T* const weights = (const T*)table.weights + o * table.taps;
        const T* const from = columns + (table.first[o] - piece.from) * kLanes;
        V sum = V(weights[0]) * Memory<T>::load(from);
        for (int64_t k = 1; k < table.count[o]; ++k)
          sum = sum + V(weights[k]) * Memory<T>::load(from + k * kLanes);
        Memory<T>::store(results + j * kLanes, sum);
      }
      turn(results, kLanes, n, lines, y + piece.first + i, p.out);
    });
  });
}

// How many lines are worth transposing: it takes the same time for few of them, and longer than
// copying them.
template <class T>
WEFT_INLINE int64_t lines_at_once(const ResampleTable& table, int64_t lines) {
  constexpr int64_t kLanes = Vec<T>::kLanes;
  if (table.taps == 1 || lines <= kLanes / 4) return 0;
  return lines < kLanes ? lines : kLanes;
}

// A unit is one result, or a row of them; whole lines are computed together if there are enough.
template <class T>
void resample(const Resample& p, const ResampleTable& table, const void* x_data, void* y_data,
              Range units) {
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t o = unit % p.out, outer = unit / p.out;
    const T* const x = (const T*)x_data + outer * p.in * p.inner;
    T* const y = (T*)y_data + outer * p.out * p.inner;
    if (p.inner == 1) {
      const int64_t rest = units.end - unit;
      const int64_t lines = o == 0 ? lines_at_once<T>(table, rest / p.out) : 0;
      const int64_t end = p.out - o < rest ? p.out : o + rest;
      if (lines > 0)
        resample_lines(p, table, x, lines, y);
      else
        resample_line(table, x, o, end, y);
      unit += lines > 0 ? lines * p.out : end - o;
      continue;
    }
    const T* const from = x + table.first[o] * p.inner;
    const T* const weights = (const T*)table.weights + o * table.taps;
    const int64_t count = table.count[o];
    for_lanes<T>(p.inner, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      Vec<T> sum = Vec<T>(weights[0]) * load_lanes(from + i, n);
      for (int64_t k = 1; k < count; ++k)
        sum = sum + Vec<T>(weights[k]) * load_lanes(from + k * p.inner + i, n);
      store_lanes(y + o * p.inner + i, sum, n);
    });
    ++unit;
  }
}

// Adds the shares of results [first, end) of a line to the elements that made them.
template <class T>
WEFT_INLINE void add_line(const ResampleTable& table, const T* dy, int64_t first, int64_t end,
                          T* dx) {
  for (int64_t o = first; o < end; ++o) {
    const T* const weights = (const T*)table.weights + o * table.taps;
    for (int64_t k = 0; k < table.count[o]; ++k) dx[table.first[o] + k] += weights[k] * dy[o];
  }
}

// The same for some lines, transposed as in resample_lines(). What one piece leaves in an element
// the next one adds to, in the order of results.
template <class T>
void add_lines(const Resample& p, const ResampleTable& table, const T* dy, int64_t lines, T* dx) {
  using V = Vec<T>;
  constexpr int64_t kLanes = V::kLanes;
  T columns[kWindow * kLanes], results[kLanes * kLanes];
  if (lines < kLanes) {
    __builtin_memset(columns, 0, sizeof columns);
    __builtin_memset(results, 0, sizeof results);
  }
  const auto one = [&](int64_t o) WEFT_LAMBDA {
    for (int64_t line = 0; line < lines; ++line)
      add_line(table, dy + line * p.out, o, o + 1, dx + line * p.in);
  };
  for_pieces(p, table, one, [&](const Piece& piece) WEFT_LAMBDA {
    for_lanes<T>(piece.elements, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      turn(dx + piece.from + i, p.in, lines, n, columns + i * kLanes, kLanes);
    });
    for_lanes<T>(piece.end - piece.first, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      turn(dy + piece.first + i, p.out, lines, n, results, kLanes);
      for (int64_t j = 0; j < n; ++j) {
        const int64_t o = piece.first + i + j;
        const V share = Memory<T>::load(results + j * kLanes);
        const T* const weights = (const T*)table.weights + o * table.taps;
        T* const to = columns + (table.first[o] - piece.from) * kLanes;
        for (int64_t k = 0; k < table.count[o]; ++k)
          Memory<T>::store(to + k * kLanes,
                           Memory<T>::load(to + k * kLanes) + V(weights[k]) * share);
      }
    });
    for_lanes<T>(piece.elements, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      turn(columns + i * kLanes, kLanes, n, lines, dx + piece.from + i, p.in);
    });
  });
}

// A unit is some columns behind the axis, for all of the axis.
template <class T>
void resample_adjoint(const Resample& p, const ResampleTable& table, const void* dy_data,
                      void* dx_data, Range units) {
  const int64_t blocks = (p.inner + kResampleColumns - 1) / kResampleColumns;
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t first = unit % blocks * kResampleColumns;
    const int64_t cols = p.inner - first < kResampleColumns ? p.inner - first : kResampleColumns;
    const T* const dy = (const T*)dy_data + unit / blocks * p.out * p.inner + first;
    T* const dx = (T*)dx_data + unit / blocks * p.in * p.inner + first;
    if (p.inner == 1) {
      const int64_t lines = lines_at_once<T>(table, units.end - unit);
      __builtin_memset(dx, 0, (lines ? lines : 1) * p.in * sizeof(T));
      if (lines > 0)
        add_lines(p, table, dy, lines, dx);
      else
        add_line(table, dy, 0, p.out, dx);
      unit += lines ? lines : 1;
      continue;
    }
    const int64_t rows = cols == p.inner ? 1 : p.in;  // whole rows follow one another
    for (int64_t i = 0; i < rows; ++i)
      __builtin_memset(dx + i * p.inner, 0, p.in / rows * cols * sizeof(T));
    for (int64_t o = 0; o < p.out; ++o) {
      const T* const from = dy + o * p.inner;
      for (int64_t k = 0; k < table.count[o]; ++k) {
        T* const to = dx + (table.first[o] + k) * p.inner;
        const T weight = ((const T*)table.weights)[o * table.taps + k];
        for_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
          store_lanes(to + i, load_lanes(to + i, n) + Vec<T>(weight) * load_lanes(from + i, n), n);
        });
      }
    }
    ++unit;
  }
}

#define WEFT_RESAMPLE(T) \
  { WEFT_LAYER(T, resample<T>), WEFT_LAYER(T, resample_adjoint<T>) }

const ResampleKernels kResamples[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_RESAMPLE(float), WEFT_RESAMPLE(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
