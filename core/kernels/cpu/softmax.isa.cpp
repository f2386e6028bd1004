// softmax and log_softmax of rows: maximum, sum of exponentials, then the result.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce_lanes.h"

template <class S, class F>
WEFT_INLINE void map_row(S* to, const S* from, int64_t n, F f) {
  using T = LaneType<S>;
  int64_t i = 0;
  for (; i + Vec<T>::kLanes <= n; i += Vec<T>::kLanes)
    Memory<S>::store(to + i, f(Memory<S>::load(from + i)));
  if (i < n) Memory<S>::store_part(to + i, f(Memory<S>::load_part(from + i, n - i)), n - i);
}

template <class S>
LaneType<S> row_maximum(const S* x, int64_t cols) {
  Pairwise<Largest, LaneType<S>> partial;
  for (int64_t i = 0; i < cols; i += kBlockElements) {
    const int64_t n = cols - i < kBlockElements ? cols - i : kBlockElements;
    partial.push(reduce_block<Largest>(x + i, n, to_lane(x[0])));
  }
  return fold<Largest>(partial.total());
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
      partial.push(reduce_block<Sum>(exponentials, n, T(0)));
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

extern const SoftmaxKernel kSoftmaxes[kNumDTypes];
const SoftmaxKernel kSoftmaxes[kNumDTypes] = WEFT_FLOATING_DTYPES(softmax);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
