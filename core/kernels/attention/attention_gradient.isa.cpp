// The gradient of attention by blocks of queries and keys: kernels/attention/attention.h. A part of
// a batch's keys is packed once; then all queries pass by, and their shares are computed again.
#include "kernels/attention/attention_kernels_impl.h"
#include "kernels/isa/isa_target.h"
#include "kernels/reduce/reduce_blocks.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/matmul/gemm_impl.h"
#include "kernels/reduce/reduce_lanes.h"

#include "kernels/simd/row_lanes_impl.h"

#include "kernels/attention/attention_impl.h"

// The work on one part of a batch's keys. Keys count from the part's first one.
template <class S>
struct GradientWork {
  using T = LaneType<S>;
  const Attention& p;
  const AttentionGradient& o;
  AttentionParts parts;
  int64_t batch, part;
  int64_t first_key, keys;
  T* base;
  AttentionGradientScratch at;
  T* dquery_sums;  // sums of this part; null: dquery is written directly

  // Packs keys and values in the three forms that the products read.
  void pack_keys() const {
    const S* key = batch_of<S>(p, p.key, batch) + first_key * p.key.row;
    const S* value = batch_of<S>(p, p.value, batch) + first_key * p.value.row;
    // Keys across (features, keys) and along (keys, features); values across.
    for (int64_t first = 0; first < keys; first += kAttentionKeys) {
      const int64_t some = minimum(kAttentionKeys, keys - first);
      pack_b(key + first * p.key.row, p.key.col, p.key.row, some, p.features, across(first));
      pack_b(key + first * p.key.row, p.key.row, p.key.col, p.features, some, along(first));
      pack_b(value + first * p.value.row, p.value.col, p.value.row, some, p.values,
             values_across(first));
    }
  }
  // Blocks of keys follow one another in a packing, because their widths are whole panels.
  T* across(int64_t first) const { return base + at.keys_across + first * p.features; }
  T* along(int64_t first) const {
    return base + at.keys_along +
           first * ((p.features + kTileCols<T> - 1) / kTileCols<T> * kTileCols<T>);
  }
  T* values_across(int64_t first) const { return base + at.values_across + first * p.values; }

  // Rows of dout as lanes: where they lie, or widened to `to`.
  LaneRows<T> douts_of(int64_t row, int64_t rows, T* to) const {
    const S* from = (const S*)o.dout + (batch * parts.rows + row) * p.values;
    if constexpr (kIsSame<S, T>) return {from, p.values};
    store(from, rows * p.values, to);
    return {to, p.values};
  }

  // Computes P and dS for some rows of queries and some keys.
  void make_shares(int64_t row, int64_t rows, int64_t first, int64_t some) const {
    // The two products first; then both blocks become P and dS together.
    T *shares = base + at.shares, *dscores = base + at.dscores;
    const LaneRows<T> query = gather_rows<S>(p, p.query, batch, row, rows, p.features, base);
    multiply_rows(rows, some, p.features, query.data, query.stride, across(first), p.features,
                  shares, kAttentionKeys, false);
    const LaneRows<T> douts = douts_of(row, rows, base);
    multiply_rows(rows, some, p.values, douts.data, douts.stride, values_across(first), p.values,
                  dscores, kAttentionKeys, false);
    for (int64_t r = 0; r < rows; ++r) {
      T *share = shares + r * kAttentionKeys, *dscore = dscores + r * kAttentionKeys;
      const int64_t place = batch * parts.rows + row + r;
      const int64_t seen = visible(p, row + r, first_key + first, some);
      make_scores<T>(p, batch, row + r, first_key + first, seen, share);
      // A query that may attend to nothing has the logarithm -inf; with 0 its shares become 0.
      const T kept = number(o.logarithms, place);
      const Vec<T> logarithm(kept == -T(__builtin_inf()) ? T(0) : kept);
      const Vec<T> rest(mean_of(place) - number(o.dlogarithms, place));
      for_lanes<T>(seen, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const Vec<T> part = apply<Exp>(load_lanes(share + i, n) - logarithm);
        store_lanes(share + i, part, n);
        store_lanes(dscore + i, part * (load_lanes(dscore + i, n) - rest) * Vec<T>(T(p.scale)), n);
      });
      for (int64_t i = seen; i < some; ++i) share[i] = dscore[i] = 0;
    }
  }
  // A number that may be stored in any floating dtype.
  static T number(const AttentionRows& rows, int64_t place) {
    switch (rows.dtype) {
      case DType::kFloat16: return T(to_lane(((const Float16*)rows.data)[place]));
      case DType::kBFloat16: return T(to_lane(((const BFloat16*)rows.data)[place]));
      case DType::kFloat32: return T(((const float*)rows.data)[place]);
      default: return T(((const double*)rows.data)[place]);
    }
  }
  // Σ dout out for one query.
  T mean_of(int64_t place) const {
    const S *dout = (const S*)o.dout + place * p.values, *out = (const S*)o.out + place * p.values;
    T sums[1];
    sum_terms<1>(
        p.values,
        [&](int64_t i, int64_t n)
            WEFT_LAMBDA { return Terms<T, 1>{{load_lanes(dout + i, n) * load_lanes(out + i, n)}}; },
        sums);
    return sums[0];
  }

  // sums[key] += blockᵀ panels; the block is (rows, keys).
  void add_transposed(const T* block, int64_t rows, int64_t some, const T* panels, int64_t cols,
                      T* sums) const {
    T* transposed = base + at.transposed;
    // A packed panel of A is the transposed block.
    pack_a(block, 1, kAttentionKeys, some, balanced_rows<T>(some), rows, transposed);
    BlockProduct<T> turn;
    turn.rows = some;
    turn.cols = cols;
    turn.k = rows;
    turn.a = transposed;
    turn.a_row = 0;
    turn.a_packed = true;
    turn.panel_rows = balanced_rows<T>(some);
    turn.b = panels;
    turn.b_row = kTileCols<T>;
    turn.b_panel = rows * kTileCols<T>;
    turn.c = sums;
    turn.c_row = cols;
    turn.accumulate = true;
    multiply_block(turn);
  }

  // dkey and dvalue are summed in scratch over all queries; dquery of a block is complete after all
  // keys.
  void run() const {
    T *dquery = base + at.dquery, *dkey = base + at.dkey, *dvalue = base + at.dvalue;
    for (int64_t i = 0; i < keys * p.features; ++i) dkey[i] = 0;
    for (int64_t i = 0; i < keys * p.values; ++i) dvalue[i] = 0;
    pack_keys();
    for (int64_t row = 0; row < parts.rows; row += parts.block) {
      const int64_t rows = minimum(parts.block, parts.rows - row);
      // With a causal mask the last keys are not seen by these rows.
      const int64_t end = minimum(keys, seen_by_rows(p, row, rows) - first_key);
      const int64_t place = (batch * parts.rows + row) * p.features, size = rows * p.features;
      T* sums = dquery_sums ? dquery_sums + place : dquery;
      if (end <= 0) {
        for (int64_t i = 0; i < size; ++i) sums[i] = 0;
      } else {
        add_rows(row, rows, end, sums, dkey, dvalue);
      }
      if (!dquery_sums) store(dquery, size, (S*)o.dquery + place);
    }
    const int64_t key = batch * p.keys + first_key;
    store(dkey, keys * p.features, (S*)o.dkey + key * p.features);
    store(dvalue, keys * p.values, (S*)o.dvalue + key * p.values);
  }

  // The keys before `end` with some rows of queries; after that dquery is complete for this part.
  void add_rows(int64_t row, int64_t rows, int64_t end, T* dquery, T* dkey, T* dvalue) const {
    T *queries_along = base + at.queries, *douts = base + at.douts;
    const LaneRows<T> query = gather_rows<S>(p, p.query, batch, row, rows, p.features, base);
    pack_b(query.data, query.stride, 1, p.features, rows, queries_along);
    pack_b((const S*)o.dout + (batch * parts.rows + row) * p.values, p.values, 1, p.values, rows,
           douts);
    // Every product of the block of keys while it is in the cache.
    for (int64_t first = 0; first < end; first += kAttentionKeys) {
      const int64_t some = minimum(kAttentionKeys, end - first);
      make_shares(row, rows, first, some);
      add_transposed(base + at.shares, rows, some, douts, p.values, dvalue + first * p.values);
      add_transposed(base + at.dscores, rows, some, queries_along, p.features,
                     dkey + first * p.features);
      multiply_rows(rows, p.features, some, base + at.dscores, kAttentionKeys, along(first),
                    minimum(kAttentionKeys, keys - first), dquery, p.features, first > 0);
    }
  }

  template <class From, class To>
  static void store(const From* from, int64_t count, To* to) {
    for_lanes<T>(count, [&](int64_t i, int64_t n)
                            WEFT_LAMBDA { store_lanes(to + i, load_lanes(from + i, n), n); });
  }
};

template <class S>
void attention_gradient(const Attention& p, const AttentionGradient& o, Range units, void* scratch,
                        void* part_data) {
  using T = LaneType<S>;
  const AttentionParts parts = attention_gradient_parts(p);
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t batch = unit / parts.count, part = unit % parts.count;
    const int64_t first = part * parts.keys;
    GradientWork<S>{
        p,
        o,
        parts,
        batch,
        part,
        first,
        minimum(parts.keys, p.keys - first),
        (T*)scratch,
        attention_gradient_layout(p),
        parts.count > 1 ? (T*)part_data + part * attention_rows(p) * p.features : nullptr}
        .run();
  }
}

// Adds up the parts' dquery in their order.
template <class S>
void attention_gradient_sums(const Attention& p, const void* part_data, void* dquery, Range rows) {
  using T = LaneType<S>;
  const int64_t count = attention_gradient_parts(p).count;
  const int64_t stride = attention_rows(p) * p.features, begin = rows.begin * p.features;
  const T* sums = (const T*)part_data + begin;
  S* to = (S*)dquery + begin;
  for_lanes<T>(rows.end * p.features - begin, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    Vec<T> total = load_lanes(sums + i, n);
    for (int64_t part = 1; part < count; ++part)
      total = total + load_lanes(sums + part * stride + i, n);
    store_lanes(to + i, total, n);
  });
}

#define WEFT_ATTENTION_GRADIENT(S) \
  { WEFT_LAYER(S, attention_gradient<S>), WEFT_LAYER(S, attention_gradient_sums<S>) }

const AttentionGradientKernels kAttentionGradients[kNumDTypes] = {{},
                                                                  {},
                                                                  {},
                                                                  {},
                                                                  {},
                                                                  {},
                                                                  {},
                                                                  {},
                                                                  {},
                                                                  WEFT_ATTENTION_GRADIENT(Float16),
                                                                  WEFT_ATTENTION_GRADIENT(BFloat16),
                                                                  WEFT_ATTENTION_GRADIENT(float),
                                                                  WEFT_ATTENTION_GRADIENT(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
