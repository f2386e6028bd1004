// softmax, log_softmax and cross entropy of rows: the maximum, the sum of exponentials, then the
// result. There is code for float32 and float64. Blocks of half types are widened on their way in
// and narrowed on their way out, which costs little beside exponentials.
#include "kernels/isa/isa_target.h"
#include "kernels/normalize/softmax_kernels_impl.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"

// Conversion between a half type and float32, as functions: so all half types share one kernel.
struct Narrow {
  // `first` counts elements of the half array.
  void (*widen)(const void* from, int64_t first, int64_t count, float* to);
  void (*narrow)(const float* from, void* to, int64_t first, int64_t count);
};
template <class S>
void widen(const void* from, int64_t first, int64_t count, float* to) {
  for_lanes<float>(count, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    store_lanes(to + i, load_lanes((const S*)from + first + i, n), n);
  });
}
template <class S>
void narrow(const float* from, void* to, int64_t first, int64_t count) {
  for_lanes<float>(count, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    store_lanes((S*)to + first + i, load_lanes(from + i, n), n);
  });
}
// Null for types that are computed in as they are.
template <class S>
WEFT_INLINE const Narrow* narrow_of() {
  if constexpr (kIsSame<S, LaneType<S>>) {
    return nullptr;
  } else {
    static constexpr Narrow kNarrow = {widen<S>, narrow<S>};
    return &kNarrow;
  }
}

// Gives blocks of an array to read, and of a result to write before finish(): the array itself, or
// a buffer of widened elements.
template <class T>
struct Blocks {
  const Narrow* narrow;
  int64_t widened;  // number of the first element in the buffer, or -1
  T buffer[kBlockElements];

  explicit Blocks(const Narrow* narrow) : narrow(narrow), widened(-1) {}

  WEFT_INLINE const T* read(const void* array, int64_t first, int64_t count) {
    // The buffer keeps its block, so a row of one block is widened once for all passes.
    if constexpr (kIsSame<T, float>) {
      if (narrow) {
        if (widened != first) narrow->widen(array, first, count, buffer);
        widened = first;
        return buffer;
      }
    }
    return (const T*)array + first;
  }
  WEFT_INLINE T* place(void* array, int64_t first) {
    widened = -1;
    return narrow ? buffer : (T*)array + first;
  }
  WEFT_INLINE void finish(void* array, int64_t first, int64_t count) const {
    if constexpr (kIsSame<T, float>)
      if (narrow) narrow->narrow(buffer, array, first, count);
  }
};

// Calls f(first, count) for the blocks of a row.
template <class F>
WEFT_INLINE void for_blocks(int64_t cols, F f) {
  for (int64_t i = 0; i < cols; i += kBlockElements)
    f(i, cols - i < kBlockElements ? cols - i : kBlockElements);
}

// Maximum without care for NaN: the sum of exponentials will be NaN anyway.
struct LargestNumber : Largest {
  static constexpr bool kReverses = false;
  template <class V>
  WEFT_INLINE static V combine(V a, V b) {
    return max_(a, b);
  }
};

// What is subtracted from elements of which `maximum` is the largest. In a row of -inf alone this
// is the lowest number, so that elements stay -inf and their sum of exponentials is 0; divisor_of()
// replaces that 0. Any other sum is at least 1. One instruction each; NaN stays NaN.
template <class T>
WEFT_INLINE Vec<T> base_of(Vec<T> maximum) {
  return max_(maximum, Vec<T>(-T(sizeof(T) == 4 ? double(__FLT_MAX__) : __DBL_MAX__)));
}
template <class T>
WEFT_INLINE Vec<T> divisor_of(Vec<T> sum) {
  return max_(Vec<T>(T(0.5)), sum);
}

template <class T>
struct Totals {
  Vec<T> maximum, sum;             // the largest element; the sum of exp(x - maximum)
  T exponentials[kBlockElements];  // of the last block, which is the whole row if it is short
};

// The totals of the row that begins at element `at`. The next row is prefetched meanwhile, unless
// rows are so long that the processor does so by itself.
template <class T>
WEFT_SHARED void find_totals(const void* x, int64_t at, int64_t cols, Blocks<T>& blocks,
                             Totals<T>* totals) {
  constexpr int64_t kFetched = 16384;  // bytes
  const int64_t ahead = cols * int64_t(sizeof(T)) <= kFetched ? cols : 0;
  // The maximum first: later blocks need it.
  Pairwise<LargestNumber, T> maximum;
  for_blocks(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    maximum.push(reduce_block<LargestNumber>(blocks.read(x, at + i, n), n));
  });
  const Vec<T> largest = base_of<T>(Vec<T>(fold<LargestNumber>(maximum.total())));
  T sum = 0;
  for_blocks(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const T* const from = blocks.read(x, at + i, n);
    T of_block[1];
    sum_terms<1>(
        n,
        [&](int64_t j, int64_t lanes) WEFT_LAMBDA {
          __builtin_prefetch(from + j + ahead);
          const Vec<T> exponential = apply<Exp>(load_lanes(from + j, lanes) - largest);
          store_lanes(totals->exponentials + j, exponential, lanes);
          return Terms<T, 1>{{exponential}};
        },
        of_block);
    sum += of_block[0];
  });
  totals->maximum = largest;
  totals->sum = divisor_of<T>(Vec<T>(sum));
}

// Writes factor * exp(x - maximum) / sum for one row; short rows still have their exponentials.
template <class T>
WEFT_SHARED void write_shares(const void* x, void* y, int64_t at, int64_t cols, Blocks<T>& blocks,
                              const Totals<T>& totals, Vec<T> factor) {
  for_blocks(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    // A long row's exponentials are computed again: they were not kept.
    const T* const from = cols > kBlockElements ? blocks.read(x, at + i, n) : nullptr;
    T* const to = blocks.place(y, at + i);
    for_lanes<T>(n, [&](int64_t j, int64_t lanes) WEFT_LAMBDA {
      const Vec<T> exponential = from ? apply<Exp>(load_lanes(from + j, lanes) - totals.maximum)
                                      : load_lanes(totals.exponentials + j, lanes);
      store_lanes(to + j, factor * (exponential / totals.sum), lanes);
    });
    blocks.finish(y, at + i, n);
  });
}

// All rows; rows without elements have nothing to do.
template <class T>
WEFT_SHARED void softmax_rows(const Softmax& p, const void* x, void* y, Range rows,
                              const Narrow* narrow) {
  Blocks<T> blocks(narrow);
  Totals<T> totals;
  for (int64_t row = rows.begin; row < rows.end && p.cols > 0; ++row) {
    const int64_t at = row * p.cols;
    find_totals(x, at, p.cols, blocks, &totals);
    if (!p.logarithm) {
      write_shares(x, y, at, p.cols, blocks, totals, Vec<T>(1));
      continue;
    }
    const Vec<T> logarithm = apply<Log>(totals.sum);
    for_blocks(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const T* const from = blocks.read(x, at + i, n);
      T* const to = blocks.place(y, at + i);
      for_lanes<T>(n, [&](int64_t j, int64_t lanes) WEFT_LAMBDA {
        store_lanes(to + j, (load_lanes(from + j, lanes) - totals.maximum) - logarithm, lanes);
      });
      blocks.finish(y, at + i, n);
    });
  }
}

WEFT_INLINE int64_t place_of(int64_t label, int64_t cols) {
  return label < 0 ? label + cols : label;
}

// Sums up a lane's classes: few elements first, then these sums, so that errors grow slowly.
template <class F>
WEFT_INLINE Vec<float> sum_classes(int64_t classes, F term) {
  constexpr int64_t kAtOnce = 32;
  Vec<float> sum(0.0f);
  for (int64_t i = 0; i < classes;) {
    Vec<float> part(0.0f);
    for (int64_t end = classes - i < kAtOnce ? classes : i + kAtOnce; i < end; ++i)
      part = part + term(i);
    sum = sum + part;
  }
  return sum;
}

// Columns in lanes; exponentials wait in y until the sum is known.
void softmax_columns(const SoftmaxColumns& p, const float* x, float* y) {
  typedef Vec<float> V;
  for (int64_t column = 0; column < p.columns;
       column += V::kLanes, x += V::kLanes, y += V::kLanes) {
    const int64_t lanes = p.columns - column < V::kLanes ? p.columns - column : V::kLanes;
    const auto at = [&](int64_t i) WEFT_LAMBDA { return load_lanes(x + i * p.x_stride, lanes); };
    V maximum = at(0);
    for (int64_t i = 1; i < p.classes; ++i) maximum = max_(maximum, at(i));
    maximum = base_of<float>(maximum);
    V sum = sum_classes(p.classes, [&](int64_t i) WEFT_LAMBDA {
      const V exponential = apply<Exp>(at(i) - maximum);
      if (!p.logarithm) store_lanes(y + i * p.y_stride, exponential, lanes);
      return exponential;
    });
    sum = divisor_of<float>(sum);
    // The result times a factor for each lane.
    const auto multiply = [&](V factor) WEFT_LAMBDA {
      for (int64_t i = 0; i < p.classes; ++i)
        store_lanes(y + i * p.y_stride, load_lanes(y + i * p.y_stride, lanes) * factor, lanes);
    };
    if (p.logarithm) {
      const V logarithm = apply<Log>(sum);
      for (int64_t i = 0; i < p.classes; ++i)
        store_lanes(y + i * p.y_stride, (at(i) - maximum) - logarithm, lanes);
    } else {
      multiply(V(1.0f) / sum);
    }
    // The gradient of cross entropy: (softmax - [label]) factor.
    if (p.labels) {
      for (int64_t lane = 0; lane < lanes; ++lane)
        y[place_of(p.labels[column + lane], p.classes) * p.y_stride + lane] -= 1;
      multiply(load_lanes(p.factors + column, lanes));
    }
  }
}

// Here all arrays have the stride of y.
void softmax_gradient_columns(const SoftmaxColumns& p, const float* dy, const float* y, float* dx) {
  typedef Vec<float> V;
  for (int64_t column = 0; column < p.columns; column += V::kLanes) {
    const int64_t lanes = p.columns - column < V::kLanes ? p.columns - column : V::kLanes;
    const auto at = [&](const float* from, int64_t i)
                        WEFT_LAMBDA { return load_lanes(from + i * p.y_stride + column, lanes); };
    const V sum = sum_classes(p.classes, [&](int64_t i) WEFT_LAMBDA {
      return p.logarithm ? at(dy, i) : at(dy, i) * at(y, i);
    });
    for (int64_t i = 0; i < p.classes; ++i) {
      const V cotangent = at(dy, i), value = at(y, i);
      store_lanes(dx + i * p.y_stride + column,
                  p.logarithm ? cotangent - apply<Exp>(value) * sum : value * (cotangent - sum),
                  lanes);
    }
  }
}

// Two passes: the sum Σ dy y (or Σ dy), then dx.
template <class T>
WEFT_SHARED void gradient_rows(const Softmax& p, const void* dy, const void* y, void* dx,
                               Range rows, const Narrow* narrow) {
  typedef Vec<T> V;
  Blocks<T> cotangents(narrow), results(narrow);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t at = row * p.cols;
    // Blocks combine pairwise, like in all sums.
    Pairwise<Sum, T> sum;
    T terms[kBlockElements];
    for_blocks(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const T* of_sum = cotangents.read(dy, at + i, n);
      if (!p.logarithm) {
        const T* const result = results.read(y, at + i, n);
        for_lanes<T>(n, [&](int64_t j, int64_t lanes) WEFT_LAMBDA {
          store_lanes(terms + j, load_lanes(of_sum + j, lanes) * load_lanes(result + j, lanes),
                      lanes);
        });
        of_sum = terms;
      }
      sum.push(reduce_block<Sum>(of_sum, n));
    });
    if (p.cols == 0) continue;
    const V total(fold<Sum>(sum.total()));
    for_blocks(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const T* const given = cotangents.read(dy, at + i, n);
      const T* const result = results.read(y, at + i, n);
      T* const to = results.place(dx, at + i);
      for_lanes<T>(n, [&](int64_t j, int64_t lanes) WEFT_LAMBDA {
        const V cotangent = load_lanes(given + j, lanes), value = load_lanes(result + j, lanes);
        store_lanes(
            to + j,
            p.logarithm ? cotangent - apply<Exp>(value) * total : value * (cotangent - total),
            lanes);
      });
      results.finish(dx, at + i, n);
    });
  }
}

// The losses of rows, or their gradient if there are cotangents of the losses.
template <class T>
WEFT_SHARED void cross_entropy_rows(const Softmax& p, const void* x, const int64_t* labels,
                                    const void* cotangents, void* out, Range rows,
                                    const Narrow* narrow) {
  typedef Vec<T> V;
  Blocks<T> blocks(narrow), single(narrow);
  Totals<T> totals;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t at = row * p.cols, label = at + place_of(labels[row], p.cols);
    find_totals(x, at, p.cols, blocks, &totals);
    // One element, in all lanes.
    const auto one = [&](const void* array, int64_t i) WEFT_LAMBDA {
      single.widened = -1;
      return V(*single.read(array, i, 1));
    };
    const V chosen = one(x, label);
    // The element of the label is written last, because it is not a plain share.
    V found;
    int64_t place = row;
    if (cotangents) {
      const V cotangent = one(cotangents, row);
      write_shares(x, out, at, p.cols, blocks, totals, cotangent);
      found = cotangent * (apply<Exp>(chosen - totals.maximum) / totals.sum - V(1));
      place = label;
    } else {
      found = apply<Log>(totals.sum) - (chosen - totals.maximum);
    }
    store_lanes(single.place(out, place), found, 1);
    single.finish(out, place, 1);
  }
}

template <class S>
void softmax(const Softmax& p, const void* x, void* y, Range rows) {
  softmax_rows<LaneType<S>>(p, x, y, rows, narrow_of<S>());
}
template <class S>
void softmax_gradient(const Softmax& p, const void* dy, const void* y, void* dx, Range rows) {
  gradient_rows<LaneType<S>>(p, dy, y, dx, rows, narrow_of<S>());
}
template <class S>
void cross_entropy(const Softmax& p, const void* x, const int64_t* labels, void* loss, Range rows) {
  cross_entropy_rows<LaneType<S>>(p, x, labels, nullptr, loss, rows, narrow_of<S>());
}
template <class S>
void cross_entropy_gradient(const Softmax& p, const void* dloss, const void* x,
                            const int64_t* labels, void* dx, Range rows) {
  cross_entropy_rows<LaneType<S>>(p, x, labels, dloss, dx, rows, narrow_of<S>());
}

const CrossEntropyKernel kCrossEntropies[kNumDTypes] = WEFT_FLOATING_DTYPES(cross_entropy);
const CrossEntropyGradientKernel kCrossEntropyGradients[kNumDTypes] =
    WEFT_FLOATING_DTYPES(cross_entropy_gradient);

const SoftmaxGradientKernel kSoftmaxGradients[kNumDTypes] = WEFT_FLOATING_DTYPES(softmax_gradient);

const SoftmaxKernel kSoftmaxes[kNumDTypes] = WEFT_FLOATING_DTYPES(softmax);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
