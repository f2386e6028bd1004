// Normalised rows and their gradient (layer normalisation: Ba, Kiros and Hinton, 2016; root mean
// square normalisation: Zhang and Sennrich, 2019).
//
// With g = dy gamma and r = 1 / sqrt(variance + eps), the gradient of a row is dx = r (g - mean(g)
// - x̂ mean(g x̂)); if not centred, without mean(g). A row is read from memory once and stays in
// the first-level cache while its statistics, its two means and dx are computed. So the backward
// pass computes the statistics again, which is cheaper than storing and reading them.
#include "kernels/isa/isa_target.h"
#include "kernels/normalize/normalize_kernels_impl.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"

template <class T>
struct Moments {
  Vec<T> mean, inverse;  // mean of the row, or 0; 1 / sqrt(variance + eps)
};

// Two passes: first the mean, then the squares around it.
template <class S>
Moments<LaneType<S>> moments_of(const Normalize& p, const S* x) {
  using T = LaneType<S>;
  using V = Vec<T>;
  // 0 where the rows are not centred.
  T sums[1] = {0};
  if (p.is_centred)
    sum_terms<1>(
        p.cols,
        [&](int64_t i, int64_t n) WEFT_LAMBDA { return Terms<T, 1>{{load_lanes(x + i, n)}}; },
        sums);
  const V mean = V(sums[0]) / V(T(p.cols));
  sum_terms<1>(
      p.cols,
      [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const V centred = load_lanes(x + i, n) - mean;
        return Terms<T, 1>{{centred * centred}};
      },
      sums);
  return {mean, V(1) / sqrt_(V(sums[0]) / V(T(p.cols)) + V(T(p.eps)))};
}

// sums[k] = Σ term(k, i, n) over K short rows at once, so that no sum waits for itself. One chain
// of 64 bytes of lanes for each row.
template <class T, int K, class F>
WEFT_INLINE void sum_short(int64_t cols, Vec<T> (&sums)[K], F term) {
  using W = Wide<T>;
  constexpr int kLanes = Vec<T>::kLanes;
  W totals[K];
  for (W& total : totals) total = W::repeat(0);
  // K rows take one vector each in turn.
  int64_t i = 0;
  for (; i + W::kLanes <= cols; i += W::kLanes) {
    WEFT_UNROLL
    for (int at = 0; at < K * W::kParts; ++at) {
      Vec<T>& sum = totals[at % K].part[at / K];
      sum = sum + term(at % K, i + at / K * kLanes, kLanes);
    }
  }
  for (int part = 0; i < cols; i += kLanes, ++part) {
    const int64_t n = cols - i < kLanes ? cols - i : kLanes;
    WEFT_UNROLL
    for (int k = 0; k < K; ++k)
      totals[k].part[part] = totals[k].part[part] + first_lanes(term(k, i, n), n);
  }
  // Each row is folded on its own, as fold() would.
  WEFT_UNROLL
  for (int k = 0; k < K; ++k) {
    const Vec<T> lanes = fold_parts<Sum>(totals[k]);
    sums[k] = Vec<T>(fold_lanes<Sum, kLanes / 2>(lanes, typename CountTo<kLanes>::Type()).v[0]);
  }
}

constexpr int kAtOnce = 4;  // short rows at a time
// The most elements of a short row. Only float32 has short rows; float64 rows go one by one.
constexpr int64_t kShort = 512;

// The moments of up to kAtOnce rows that follow one another. A row's numbers do not depend on the
// rows beside it; missing rows repeat the last one.
WEFT_SHARED void short_moments(const Normalize& p, const float* x, int64_t rows,
                               Moments<float>* moments) {
  using V = Vec<float>;
  const float* row[kAtOnce];
  // A row that does not exist is the last one again: its moments are not used.
  for (int k = 0; k < kAtOnce; ++k) row[k] = x + (k < rows ? k : rows - 1) * p.cols;
  const V count(float(p.cols));
  V mean[kAtOnce], inverse[kAtOnce];
  for (V& each : mean) each = V(0);
  if (p.is_centred) {
    sum_short<float>(p.cols, mean, [&](int k, int64_t i, int64_t n) WEFT_LAMBDA {
      return load_lanes(row[k] + i, n);
    });
    for (V& each : mean) each = each / count;
  }
  sum_short<float>(p.cols, inverse, [&](int k, int64_t i, int64_t n) WEFT_LAMBDA {
    const V centred = load_lanes(row[k] + i, n) - mean[k];
    return centred * centred;
  });
  for (int k = 0; k < kAtOnce; ++k)
    moments[k] = {mean[k], V(1) / sqrt_(inverse[k] / count + V(float(p.eps)))};
}

// Short rows get their moments kAtOnce at a time, others one by one.
template <class S>
void normalize(const Normalize& p, const NormalizeForward& o, Range rows) {
  using T = LaneType<S>;
  using V = Vec<T>;
  const S* gamma = (const S*)o.gamma;
  const S* beta = (const S*)o.beta;
  Moments<T> some[kAtOnce];
  int64_t known = rows.begin;  // the first row whose moments are not in `some`
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const S* x = (const S*)o.x + row * p.cols;
    S* y = (S*)o.y + row * p.cols;
    // Only float32 has short rows; halves would have to be widened for each pass.
    if constexpr (kIsSame<S, float>)
      if (row == known && p.cols <= kShort) {
        short_moments(p, x, rows.end - row, some);
        known = row + kAtOnce;
      }
    const Moments<T> moments = row < known ? some[row - (known - kAtOnce)] : moments_of(p, x);
    for_lanes<T>(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      V value = (load_lanes(x + i, n) - moments.mean) * moments.inverse;
      if (gamma) value = value * load_lanes(gamma + i, n);
      if (beta) value = value + load_lanes(beta + i, n);
      store_lanes(y + i, value, n);
    });
  }
}

// dx of one row; adds its contribution to the sums of gamma's and beta's gradients, if these are
// wanted.
template <class T>
void normalize_gradient_row(const Normalize& p, const NormalizeBackward& o, int64_t row,
                            T* scale_sums, T* shift_sums) {
  using V = Vec<T>;
  const T* gamma = (const T*)o.gamma;
  const T* x = (const T*)o.x + row * p.cols;
  const T* dy = (const T*)o.dy + row * p.cols;
  T* dx = (T*)o.dx + row * p.cols;
  const Moments<T> moments = moments_of(p, x);
  // g, the cotangent of x̂.
  const auto scaled = [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V cotangent = load_lanes(dy + i, n);
    return gamma ? cotangent * load_lanes(gamma + i, n) : cotangent;
  };
  // x̂, computed again where it is needed.
  const auto standard = [&](int64_t i, int64_t n) WEFT_LAMBDA {
    return (load_lanes(x + i, n) - moments.mean) * moments.inverse;
  };
  T sums[2];
  sum_terms<2>(
      p.cols,
      [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const V g = scaled(i, n);
        return Terms<T, 2>{{g, g * standard(i, n)}};
      },
      sums);
  const V count(T(p.cols));
  const V mean = p.is_centred ? V(sums[0]) / count : V(0);
  const V share = V(sums[1]) / count;
  for_lanes<T>(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    const V value = standard(i, n);
    store_lanes(dx + i, moments.inverse * ((scaled(i, n) - mean) - value * share), n);
    // The contributions of the row to the gradients of gamma and beta.
    if (!scale_sums) return;
    const V cotangent = load_lanes(dy + i, n);
    store_lanes(scale_sums + i, load_lanes(scale_sums + i, n) + cotangent * value, n);
    store_lanes(shift_sums + i, load_lanes(shift_sums + i, n) + cotangent, n);
  });
}

// The same for kAtOnce short rows. Their contributions to the sums are added to memory once for
// all.
WEFT_SHARED void short_gradients(const Normalize& p, const NormalizeBackward& o, int64_t row,
                                 float* scale_sums, float* shift_sums) {
  using T = float;
  using V = Vec<T>;
  const int64_t first = row * p.cols;
  const T *const gamma = (const T*)o.gamma, *const x = (const T*)o.x + first;
  const T* const dy = (const T*)o.dy + first;
  const V count(T(p.cols));
  V means[kAtOnce], shares[kAtOnce];
  Moments<T> moments[kAtOnce];
  short_moments(p, x, kAtOnce, moments);
  const auto standard = [&](int k, int64_t i, int64_t n) WEFT_LAMBDA {
    return (load_lanes(x + k * p.cols + i, n) - moments[k].mean) * moments[k].inverse;
  };
  const auto scaled = [&](int k, int64_t i, int64_t n) WEFT_LAMBDA {
    const V cotangent = load_lanes(dy + k * p.cols + i, n);
    return gamma ? cotangent * load_lanes(gamma + i, n) : cotangent;
  };
  sum_short<T>(p.cols, means, scaled);
  sum_short<T>(p.cols, shares, [&](int k, int64_t i, int64_t n) WEFT_LAMBDA {
    return scaled(k, i, n) * standard(k, i, n);
  });
  for (V& each : means) each = p.is_centred ? each / count : V(0);
  for (V& each : shares) each = each / count;
  for_lanes<T>(p.cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    V scale(0), shift(0);
    WEFT_UNROLL
    for (int k = 0; k < kAtOnce; ++k) {
      const V value = standard(k, i, n);
      const V g = scaled(k, i, n) - means[k];
      store_lanes((T*)o.dx + first + k * p.cols + i, moments[k].inverse * (g - value * shares[k]),
                  n);
      const V cotangent = load_lanes(dy + k * p.cols + i, n);
      scale = scale + cotangent * value;
      shift = shift + cotangent;
    }
    if (!scale_sums) return;
    store_lanes(scale_sums + i, load_lanes(scale_sums + i, n) + scale, n);
    store_lanes(shift_sums + i, load_lanes(shift_sums + i, n) + shift, n);
  });
}

// Sums start with zero in each unit; the caller adds units up in their order.
template <class T>
void normalize_gradient(const Normalize& p, const NormalizeBackward& o, Range units) {
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    T* scale_sums = o.sums ? (T*)o.sums + unit * 2 * p.cols : nullptr;
    T* shift_sums = o.sums ? scale_sums + p.cols : nullptr;
    if (o.sums) __builtin_memset(scale_sums, 0, 2 * p.cols * sizeof(T));
    int64_t end = (unit + 1) * kNormalizeRows;
    if (end > p.rows) end = p.rows;
    int64_t row = unit * kNormalizeRows;
    if constexpr (kIsSame<T, float>)
      // The number of rows that go together depends on the row's number alone, not on the threads.
      for (; p.cols <= kShort && row + kAtOnce <= end; row += kAtOnce)
        short_gradients(p, o, row, scale_sums, shift_sums);
    for (; row < end; ++row) normalize_gradient_row<T>(p, o, row, scale_sums, shift_sums);
  }
}

const NormalizeKernel kNormalizes[kNumDTypes] = WEFT_LAYER_DTYPES(normalize);
const NormalizeGradientKernel kNormalizeGradients[kNumDTypes] = {
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
    WEFT_LAYER(float, normalize_gradient<float>),
    WEFT_LAYER(double, normalize_gradient<double>)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
