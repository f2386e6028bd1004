// Attention by blocks of queries and keys: kernels/attention/attention.h. Products are those of
// kernels/matmul/gemm_impl.h, or for bf16x2 those of kernels/matmul/packed_strip_impl.h. Between
// the two products each row of a block of scores, which lies in the second-level cache, becomes
// shares. Few rows, as in decoding, read keys and values where they lie, because reading them takes
// most of the time.
#include "kernels/attention/attention_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/matmul/matmul_kernels_impl.h"
#include "kernels/matmul/panels.h"
#include "kernels/reduce/reduce_blocks.h"
#include "kernels/simd/known_steps.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/matmul/gemm_impl.h"
#include "kernels/reduce/reduce_lanes.h"

#include "kernels/matmul/bf16x2_impl.h"
#include "kernels/matmul/few_rows_impl.h"
#include "kernels/matmul/strip_tile_impl.h"
#include "kernels/simd/row_lanes_impl.h"

#include "kernels/matmul/packed_strip_impl.h"

#include "kernels/attention/attention_impl.h"

struct Max {
  template <class V>
  WEFT_INLINE static V combine(V a, V b) {
    return max_(a, b);
  }
};
// The maximum of a row. If an element is NaN, it may be any other one: shares and sum become NaN
// anyway.
template <class T>
T maximum_of(const T* row, int64_t n) {
  Vec<T> maximum(-T(__builtin_inf()));
  int64_t i = 0;
  for (; i + Vec<T>::kLanes <= n; i += Vec<T>::kLanes)
    maximum = max_(maximum, Memory<T>::load(row + i));
  for (; i < n; ++i) maximum = max_(maximum, Vec<T>(row[i]));
  constexpr int kHalf = Vec<T>::kLanes / 2;
  return fold_lanes<Max, kHalf>(maximum, typename CountTo<Vec<T>::kLanes>::Type()).v[0];
}

// The running softmax of one query over blocks of keys: the maximum of the scores so far, and the
// sum of exp(score - maximum).
template <class T>
struct Running {
  T maximum, sum;
};

// The larger one; NaN if `a` is NaN.
template <class T>
WEFT_INLINE T larger(T a, T b) {
  return a != a || a > b ? a : b;
}

// exp(a - maximum): the factor for what was summed up with the smaller maximum `a`. A row that has
// seen only -inf has the maximum -inf, for which 0 is used.
template <class T>
WEFT_INLINE T factor_of(T a, T maximum) {
  const T never = -T(__builtin_inf());
  if (a == never) return T(0);
  return apply<Exp>(Vec<T>(a) - Vec<T>(maximum == never ? T(0) : maximum)).v[0];
}

// A row that may attend to nothing has the sum 0, and all its sums of values are 0. Dividing by 1
// leaves them 0; the logarithm becomes -inf by the row's maximum.
template <class T>
WEFT_INLINE T divisor_of(T sum) {
  return sum == T(0) ? T(1) : sum;
}

// Scores become shares exp(score - maximum); returns the factor for what was summed before.
template <class T>
T add_block(Running<T>& running, T* row, int64_t seen, int64_t keys) {
  // With a base of 0 a row of -inf gives shares of 0.
  const T maximum = larger(running.maximum, maximum_of(row, seen));
  const Vec<T> base(maximum == -T(__builtin_inf()) ? T(0) : maximum);
  T sums[1];
  sum_terms<1>(
      seen,
      [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const Vec<T> share = apply<Exp>(load_lanes(row + i, n) - base);
        store_lanes(row + i, share, n);
        return Terms<T, 1>{{share}};
      },
      sums);
  // Keys that the query does not see have shares of 0, because the product takes all.
  for (int64_t i = seen; i < keys; ++i) row[i] = 0;
  const T factor = factor_of(running.maximum, maximum);
  running = {maximum, running.sum * factor + sums[0]};
  return factor;
}

// What parts of the keys give, for all rows: sums of shares times values, then maxima and sums.
template <class T>
struct Parts {
  T* sums;
  Running<T>* running;
  // The sums of all parts come first, then maxima and sums.
  Parts(const Attention& p, void* data)
      : sums((T*)data),
        running((Running<T>*)(sums + attention_parts(p).count * attention_rows(p) * p.values)) {}
};

// Can rows of S be multiplied as bf16x2, unless they are few? Scores lose nothing by it; shares are
// rounded like the values that they weigh.
template <class S>
constexpr bool kHasPairs = WEFT_BF16X2&& kIsSame<S, BFloat16>;

// A block of queries of one batch. Its rows may belong to several groups.
template <class S>
struct QueryBlock {
  using T = LaneType<S>;
  const Attention& p;
  int64_t batch, first, rows;
  bool is_few;  // few rows, and keys and values with dense rows
  T *scores, *packed_keys, *packed_values, *packed_left;
  LaneRows<T> query;   // the queries as lanes,
  LaneRows<S> narrow;  // or as elements for bf16x2; null: not

  // scores = queries by `keys` keys from `key` on.
  void score(int64_t key, int64_t keys) const {
    const S* from = batch_of<S>(p, p.key, batch) + key * p.key.row;
    if constexpr (kHasPairs<S>) {
      if (narrow.data)
        return this->multiply_pairs({narrow, p.features}, {from, p.key.col, p.key.row}, keys,
                                    packed_keys, scores, kAttentionKeys, false);
    }
    if (!is_few) {
      pack_b(from, p.key.col, p.key.row, keys, p.features, packed_keys);
      return multiply_rows(rows, keys, p.features, query.data, query.stride, packed_keys,
                           p.features, scores, kAttentionKeys, false);
    }
    // Few rows: the strides are all that FewRows reads of a problem.
    Matmul products{};
    products.m = rows;
    products.k = p.features;
    products.a.row = query.stride;
    products.a.col = products.b.row = 1;
    products.b.col = p.key.row;
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t i = 0; i < keys; ++i) scores[r * kAttentionKeys + i] = 0;
    FewRows<S>{products, query.data, from, scores, kAttentionKeys, keys}.descend_all();
  }

  // sums (+)= shares by the values of these keys.
  void add_values(int64_t key, int64_t keys, T* sums, bool accumulate) const {
    const S* from = batch_of<S>(p, p.value, batch) + key * p.value.row;
    if constexpr (kHasPairs<S>) {
      if (narrow.data)
        return this->multiply_pairs({narrow_shares(keys), keys}, {from, p.value.row, p.value.col},
                                    p.values, packed_values, sums, p.values, accumulate);
    }
    if (!is_few) {
      pack_b(from, p.value.row, p.value.col, p.values, keys, packed_values);
      return multiply_rows(rows, p.values, keys, scores, kAttentionKeys, packed_values, keys, sums,
                           p.values, accumulate);
    }
    Matmul products{};
    products.m = rows;
    products.k = keys;
    products.a.row = kAttentionKeys;
    products.a.col = products.b.col = 1;
    products.b.row = p.value.row;
    for (int64_t i = 0; !accumulate && i < rows * p.values; ++i) sums[i] = 0;
    FewRows<S>{products, scores, from, sums, p.values, p.values}.sweep_all();
  }

  // Operands of multiply_pairs().
  struct Left {
    LaneRows<S> rows;
    int64_t k;
  };
  struct Right {
    const S* data;
    int64_t row, col;
  };
  // C (+)= A B with bf16x2. It is declared without bf16x2, too, where nothing calls it: some
  // compilers look up the name even in a branch that is discarded.
  void multiply_pairs(const Left& a, const Right& b, int64_t cols, T* packed_b, T* c, int64_t c_row,
                      bool accumulate) const
#if WEFT_BF16X2
  {
    PackedStrip<S, Paired> strip;
    strip.rows = rows;
    strip.cols = cols;
    strip.k = a.k;
    strip.a = a.rows.data;
    strip.a_row = a.rows.stride;
    strip.a_col = 1;
    strip.b = b.data;
    strip.b_row = b.row;
    strip.b_col = b.col;
    strip.c = c;
    strip.c_row = c_row;
    strip.c_is_padded = c_row % strip.kCols == 0;
    strip.accumulate = accumulate;
    strip.packed_a = (uint32_t*)packed_left;
    strip.packed_b = (uint32_t*)packed_b;
    strip.run([](int64_t, int64_t) {});
  }
#else
      ;
#endif

  // Rounds each row of shares to elements in place, and returns the rows.
  LaneRows<S> narrow_shares(int64_t keys) const {
    for (int64_t r = 0; r < rows; ++r) {
      const T* from = scores + r * kAttentionKeys;
      for_lanes<T>(keys, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        store_lanes((S*)from + i, load_lanes(from + i, n), n);
      });
    }
    return {(const S*)scores, kAttentionKeys * int64_t(sizeof(T) / sizeof(S))};
  }

  // All keys from `key` to `end`, block by block; leaves sums and running softmax of each row.
  void run(int64_t key, int64_t end, T* sums, Running<T>* running) const {
    for (int64_t r = 0; r < rows; ++r) running[r] = {-T(__builtin_inf()), T(0)};
    // Keys that no row of the block sees are left out.
    end = minimum(end, seen_by_rows(p, first, rows));
    if (key >= end)
      for (int64_t i = 0; i < rows * p.values; ++i) sums[i] = 0;
    for (int64_t at = key; at < end; at += kAttentionKeys) {
      const int64_t keys = minimum(kAttentionKeys, end - at);
      score(at, keys);
      for (int64_t r = 0; r < rows; ++r) {
        T* row = scores + r * kAttentionKeys;
        const int64_t seen = visible(p, first + r, at, keys);
        make_scores<T>(p, batch, first + r, at, seen, row);
        const T factor = add_block(running[r], row, seen, keys);
        // The first block has nothing before it to rescale.
        if (at == key || factor == T(1)) continue;
        T* sum = sums + r * p.values;
        for_lanes<T>(p.values, [&](int64_t i, int64_t n) WEFT_LAMBDA {
          store_lanes(sum + i, load_lanes(sum + i, n) * Vec<T>(factor), n);
        });
      }
      add_values(at, keys, sums, at > key);
    }
  }
};

// A unit with all keys writes its results; a part of the keys leaves sums for attention_sums().
template <class S>
void attention(const Attention& p, void* out_data, void* logarithm_data, Range units, void* scratch,
               void* part_data) {
  using T = LaneType<S>;
  const AttentionScratch at = attention_layout(p);
  const AttentionParts parts = attention_parts(p);
  const Parts<T> shared(p, part_data);
  T* base = (T*)scratch;
  const int64_t blocks = (parts.rows + parts.block - 1) / parts.block;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t part = unit % parts.count, block = unit / parts.count;
    const int64_t batch = block / blocks, first = block % blocks * parts.block;
    const int64_t rows = minimum(parts.block, parts.rows - first);
    const bool is_few = rows <= kFewRows && p.key.col == 1 && p.value.col == 1;
    QueryBlock<S> queries = {p,
                             batch,
                             first,
                             rows,
                             is_few,
                             base + at.scores,
                             base + at.keys,
                             base + at.values,
                             base + at.left,
                             {},
                             {}};
    if (kHasPairs<S> && !is_few && p.features > 0 && multiplies_bf16x2())
      queries.narrow = gather_rows<S>(p, p.query, batch, first, rows, p.features, (S*)base);
    else
      queries.query = gather_rows<S>(p, p.query, batch, first, rows, p.features, base);
    const int64_t key = part * parts.keys, end = minimum(p.keys, key + parts.keys);
    const int64_t row = batch * parts.rows + first;
    // The part's place among all parts and rows.
    if (parts.count > 1) {
      const int64_t place = part * attention_rows(p) + row;
      queries.run(key, end, shared.sums + place * p.values, shared.running + place);
      continue;
    }
    T* sums = base + at.out;
    Running<T> running[kAttentionQueries];
    queries.run(key, end, sums, running);
    for (int64_t r = 0; r < rows; ++r) {
      const Vec<T> sum(divisor_of(running[r].sum));
      S* out = (S*)out_data + (row + r) * p.values;
      for_lanes<T>(p.values, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        store_lanes(out + i, load_lanes(sums + r * p.values + i, n) / sum, n);
      });
      ((T*)logarithm_data)[row + r] = running[r].maximum + apply<Log>(sum).v[0];
    }
  }
}

// Joins the parts of each row: their sums are rescaled to the common maximum.
template <class S>
void attention_sums(const Attention& p, const void* part_data, void* out_data, void* logarithm_data,
                    Range rows) {
  using T = LaneType<S>;
  const int64_t count = attention_parts(p).count, all = attention_rows(p);
  const Parts<T> parts(p, const_cast<void*>(part_data));
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    // The parts' factors to the common maximum.
    T factors[kAttentionParts];
    T maximum = -T(__builtin_inf()), sum = 0;
    for (int64_t i = 0; i < count; ++i)
      maximum = larger(maximum, parts.running[i * all + row].maximum);
    for (int64_t i = 0; i < count; ++i) {
      const Running<T>& running = parts.running[i * all + row];
      factors[i] = factor_of(running.maximum, maximum);
      sum += running.sum * factors[i];
    }
    sum = divisor_of(sum);
    S* out = (S*)out_data + row * p.values;
    for_lanes<T>(p.values, [&](int64_t v, int64_t n) WEFT_LAMBDA {
      Vec<T> total(0);
      for (int64_t i = 0; i < count; ++i)
        total =
            total + load_lanes(parts.sums + (i * all + row) * p.values + v, n) * Vec<T>(factors[i]);
      store_lanes(out + v, total / Vec<T>(sum), n);
    });
    ((T*)logarithm_data)[row] = maximum + apply<Log>(Vec<T>(sum)).v[0];
  }
}

#define WEFT_ATTENTION(S) \
  { WEFT_LAYER(S, attention<S>), WEFT_LAYER(S, attention_sums<S>) }

const AttentionKernels kAttentions[kNumDTypes] = {{},
                                                  {},
                                                  {},
                                                  {},
                                                  {},
                                                  {},
                                                  {},
                                                  {},
                                                  {},
                                                  WEFT_ATTENTION(Float16),
                                                  WEFT_ATTENTION(BFloat16),
                                                  WEFT_ATTENTION(float),
                                                  WEFT_ATTENTION(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
