// softmax, log_softmax and cross entropy of rows: maximum, sum of exponentials, then the result.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce_lanes.h"

#include "kernels/cpu/row_lanes.h"

template <class S, class F>
WEFT_INLINE void map_row(S* to, const S* from, int64_t n, F f) {
  using T = LaneType<S>;
  int64_t i = 0;
  for (; i + Vec<T>::kLanes <= n; i += Vec<T>::kLanes)
    Memory<S>::store(to + i, f(Memory<S>::load(from + i)));
  if (i < n) Memory<S>::store_part(to + i, f(Memory<S>::load_part(from + i, n - i)), n - i);
}

// NaN may get lost: the sum of exponentials has it.
struct LargestNumber : Largest {
  static constexpr bool kTurns = false;
  template <class V>
  WEFT_INLINE static V combine(V a, V b) {
    return max_(a, b);
  }
};

template <class S>
LaneType<S> row_maximum(const S* x, int64_t cols) {
  Pairwise<LargestNumber, LaneType<S>> partial;
  for (int64_t i = 0; i < cols; i += kBlockElements) {
    const int64_t n = cols - i < kBlockElements ? cols - i : kBlockElements;
    partial.push(reduce_block<LargestNumber>(x + i, n));
  }
  return fold<LargestNumber>(partial.total());
}

template <class S>
void softmax(const Softmax& p, const void* x_data, void* y_data, Range rows) {
  using T = LaneType<S>;
  if (p.cols == 0) return;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const S* x = (const S*)x_data + row * p.cols;
    S* y = (S*)y_data + row * p.cols;
    const Vec<T> most(row_maximum(x, p.cols));
    T exponentials[kBlockElements];
    Pairwise<Sum, T> partial;
    for (int64_t i = 0; i < p.cols; i += kBlockElements) {
      const int64_t n = p.cols - i < kBlockElements ? p.cols - i : kBlockElements;
      for (int64_t j = 0; j < n; j += Vec<T>::kLanes) {
        const int64_t lanes = n - j < Vec<T>::kLanes ? n - j : Vec<T>::kLanes;
        const Vec<T> value = lanes == Vec<T>::kLanes ? Memory<S>::load(x + i + j)
                                                     : Memory<S>::load_part(x + i + j, lanes);
        Memory<T>::store(exponentials + j, apply<Exp>(value - most));
      }
      partial.push(reduce_block<Sum>(exponentials, n));
    }
    const Vec<T> sum(fold<Sum>(partial.total()));
    if (p.logarithm) {
      const Vec<T> logarithm = apply<Log>(sum);
      map_row(y, x, p.cols, [&](Vec<T> value) WEFT_LAMBDA { return (value - most) - logarithm; });
    } else if (p.cols <= kBlockElements) {
      for (int64_t j = 0; j < p.cols; j += Vec<T>::kLanes) {
        const Vec<T> share = Memory<T>::load(exponentials + j) / sum;
        if (p.cols - j >= Vec<T>::kLanes) {
          Memory<S>::store(y + j, share);
        } else {
          Memory<S>::store_part(y + j, share, p.cols - j);
        }
      }
    } else {
      map_row(y, x, p.cols,
              [&](Vec<T> value) WEFT_LAMBDA { return apply<Exp>(value - most) / sum; });
    }
  }
}

// Sums of few elements, then of these, so that errors grow slowly.
void softmax_columns(const SoftmaxColumns& p, const float* x, float* y) {
  constexpr int64_t kAtOnce = 32;
  typedef Vec<float> V;
  for (int64_t column = 0; column < p.columns;
       column += V::kLanes, x += V::kLanes, y += V::kLanes) {
    const int64_t lanes = p.columns - column < V::kLanes ? p.columns - column : V::kLanes;
    const auto at = [&](int64_t i) WEFT_LAMBDA { return load_lanes(x + i * p.x_stride, lanes); };
    V most = at(0), sum(0.0f);
    for (int64_t i = 1; i < p.classes; ++i) most = max_(most, at(i));
    for (int64_t i = 0; i < p.classes;) {
      V part(0.0f);
      for (int64_t end = p.classes - i < kAtOnce ? p.classes : i + kAtOnce; i < end; ++i) {
        const V exponential = apply<Exp>(at(i) - most);
        part = part + exponential;
        if (!p.logarithm) store_lanes(y + i * p.y_stride, exponential, lanes);
      }
      sum = sum + part;
    }
    if (p.logarithm) {
      const V logarithm = apply<Log>(sum);
      for (int64_t i = 0; i < p.classes; ++i)
        store_lanes(y + i * p.y_stride, (at(i) - most) - logarithm, lanes);
    } else {
      const V factor = p.factors ? load_lanes(p.factors + column, lanes) : V(1.0f),
              share = factor / sum;
      for (int64_t i = 0; i < p.classes; ++i)
        store_lanes(y + i * p.y_stride, load_lanes(y + i * p.y_stride, lanes) * share, lanes);
    }
  }
}

template <class S>
void softmax_gradient(const Softmax& p, const void* dy_data, const void* y_data, void* dx_data,
                      Range rows) {
  using T = LaneType<S>;
  using V = Vec<T>;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const S* dy = (const S*)dy_data + row * p.cols;
    const S* y = (const S*)y_data + row * p.cols;
    S* dx = (S*)dx_data + row * p.cols;
    T sums[1];
    sum_terms<1>(
        p.cols,
        [&](int64_t i, int64_t n) WEFT_LAMBDA {
          const V cotangent = load_lanes(dy + i, n);
          return Terms<T, 1>{{p.logarithm ? cotangent : cotangent * load_lanes(y + i, n)}};
        },
        sums);
    const V sum(sums[0]);
    for_lanes<T>(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const V cotangent = load_lanes(dy + i, n), result = load_lanes(y + i, n);
      const V out = p.logarithm ? cotangent - apply<Exp>(result) * sum : result * (cotangent - sum);
      store_lanes(dx + i, out, n);
    });
  }
}

// Σ exp(x - most) of a row. The row behind it, which is read next, is fetched meanwhile, unless
// rows are long: then the processor does so by itself.
template <class S>
WEFT_INLINE LaneType<S> sum_exponentials(const S* x, int64_t cols, Vec<LaneType<S>> most) {
  using T = LaneType<S>;
  constexpr int64_t kFetched = 16384;  // bytes
  const int64_t row = cols * int64_t(sizeof(S)), ahead = row <= kFetched ? row : 0;
  T sums[1];
  sum_terms<1>(
      cols,
      [&](int64_t i, int64_t n) WEFT_LAMBDA {
        __builtin_prefetch((const char*)(x + i) + ahead);
        return Terms<T, 1>{{apply<Exp>(load_lanes(x + i, n) - most)}};
      },
      sums);
  return sums[0];
}

WEFT_INLINE int64_t place_of(int64_t label, int64_t cols) {
  return label < 0 ? label + cols : label;
}

template <class S>
void cross_entropy(const Softmax& p, const void* x_data, const int64_t* labels, void* loss_data,
                   Range rows) {
  using T = LaneType<S>;
  using V = Vec<T>;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const S* x = (const S*)x_data + row * p.cols;
    const V most(row_maximum(x, p.cols));
    const V logarithm = apply<Log>(V(sum_exponentials(x, p.cols, most)));
    const V chosen(to_lane(x[place_of(labels[row], p.cols)]));
    store_lanes((S*)loss_data + row, logarithm - (chosen - most), 1);
  }
}

template <class S>
void cross_entropy_gradient(const Softmax& p, const void* dloss, const void* x_data,
                            const int64_t* labels, void* dx_data, Range rows) {
  using T = LaneType<S>;
  using V = Vec<T>;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const S* x = (const S*)x_data + row * p.cols;
    S* dx = (S*)dx_data + row * p.cols;
    const V most(row_maximum(x, p.cols)), sum(sum_exponentials(x, p.cols, most));
    const V cotangent(to_lane(((const S*)dloss)[row]));
    const auto share = [&](int64_t i, int64_t n)
                           WEFT_LAMBDA { return apply<Exp>(load_lanes(x + i, n) - most) / sum; };
    for_lanes<T>(p.cols, [&](int64_t i, int64_t n)
                             WEFT_LAMBDA { store_lanes(dx + i, cotangent * share(i, n), n); });
    const int64_t label = place_of(labels[row], p.cols);
    store_lanes(dx + label, cotangent * (share(label, 1) - V(1)), 1);
  }
}

extern const CrossEntropyKernel kCrossEntropies[kNumDTypes];
const CrossEntropyKernel kCrossEntropies[kNumDTypes] = WEFT_FLOATING_DTYPES(cross_entropy);
extern const CrossEntropyGradientKernel kCrossEntropyGradients[kNumDTypes];
const CrossEntropyGradientKernel kCrossEntropyGradients[kNumDTypes] =
    WEFT_FLOATING_DTYPES(cross_entropy_gradient);

extern const SoftmaxGradientKernel kSoftmaxGradients[kNumDTypes];
const SoftmaxGradientKernel kSoftmaxGradients[kNumDTypes] = WEFT_FLOATING_DTYPES(softmax_gradient);

extern const SoftmaxKernel kSoftmaxes[kNumDTypes];
const SoftmaxKernel kSoftmaxes[kNumDTypes] = WEFT_FLOATING_DTYPES(softmax);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
