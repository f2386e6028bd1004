// Resampling along an axis: rows behind the axis are whole vectors; where the axis is the last one,
// results are made one by one.
// Cost: a multiply-add and a load for each tap of each result.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/reduce_lanes.h"

#include "kernels/cpu/row_lanes.h"

// Results first .. end - 1 of a line along the last axis.
template <class T>
void resample_line(const ResampleTable& table, const T* x, int64_t first, int64_t end, T* y) {
  const T* weights = (const T*)table.weights + first * table.taps;
  if (table.taps == 1) {
    for (int64_t o = first; o < end; ++o) y[o] = *weights++ * x[table.first[o]];
    return;
  }
  for (int64_t o = first; o < end; ++o, weights += table.taps) {
    const T* const from = x + table.first[o];
    T sum = weights[0] * from[0];
    for (int64_t k = 1; k < table.count[o]; ++k) sum += weights[k] * from[k];
    y[o] = sum;
  }
}

template <class T>
void resample(const Resample& p, const ResampleTable& table, const void* x_data, void* y_data,
              Range units) {
  for (int64_t unit = units.begin; unit < units.end;) {
    const int64_t o = unit % p.out, outer = unit / p.out;
    if (p.inner == 1) {
      const int64_t end = p.out - o < units.end - unit ? p.out : o + units.end - unit;
      resample_line(table, (const T*)x_data + outer * p.in, o, end, (T*)y_data + outer * p.out);
      unit += end - o;
      continue;
    }
    const T* const x = (const T*)x_data + (outer * p.in + table.first[o]) * p.inner;
    T* const y = (T*)y_data + unit * p.inner;
    const T* const weights = (const T*)table.weights + o * table.taps;
    const int64_t count = table.count[o];
    for_lanes<T>(p.inner, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      Vec<T> sum = Vec<T>(weights[0]) * load_lanes(x + i, n);
      for (int64_t k = 1; k < count; ++k)
        sum = sum + Vec<T>(weights[k]) * load_lanes(x + k * p.inner + i, n);
      store_lanes(y + i, sum, n);
    });
    ++unit;
  }
}

// A unit has some columns behind the axis, of all of its elements.
template <class T>
void resample_adjoint(const Resample& p, const ResampleTable& table, const void* dy_data,
                      void* dx_data, Range units) {
  const int64_t blocks = (p.inner + kResampleColumns - 1) / kResampleColumns;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t first = unit % blocks * kResampleColumns;
    const int64_t cols = p.inner - first < kResampleColumns ? p.inner - first : kResampleColumns;
    const T* const dy = (const T*)dy_data + unit / blocks * p.out * p.inner + first;
    T* const dx = (T*)dx_data + unit / blocks * p.in * p.inner + first;
    const int64_t rows = cols == p.inner ? 1 : p.in;  // whole ones lie side by side
    for (int64_t i = 0; i < rows; ++i)
      __builtin_memset(dx + i * p.inner, 0, p.in / rows * cols * sizeof(T));
    for (int64_t o = 0; o < p.out; ++o) {
      const T* const from = dy + o * p.inner;
      for (int64_t k = 0; k < table.count[o]; ++k) {
        T* const to = dx + (table.first[o] + k) * p.inner;
        const T weight = ((const T*)table.weights)[o * table.taps + k];
        if (cols == 1) {
          *to += weight * *from;
          continue;
        }
        for_lanes<T>(cols, [&](int64_t i, int64_t n) WEFT_LAMBDA {
          store_lanes(to + i, load_lanes(to + i, n) + Vec<T>(weight) * load_lanes(from + i, n), n);
        });
      }
    }
  }
}

#define WEFT_RESAMPLE(T) \
  { WEFT_LAYER(T, resample<T>), WEFT_LAYER(T, resample_adjoint<T>) }

extern const ResampleKernels kResamples[kNumDTypes];
const ResampleKernels kResamples[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_RESAMPLE(float), WEFT_RESAMPLE(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
