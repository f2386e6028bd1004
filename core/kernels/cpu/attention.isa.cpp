// Attention by blocks of queries and keys: kernels/attention.h. The products are those of
// kernels/cpu/gemm_impl.h; between them each row of a block of scores, which lies in the second
// level cache, is turned into shares.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"
#include "weft_formula_headers.inc"

#include "kernels/cpu/gemm_impl.h"
#include "kernels/reduce_lanes.h"

#include "kernels/cpu/row_lanes.h"

template <class S>
WEFT_INLINE const S* batch_of(const Attention& p, const AttentionOperand& o, int64_t batch) {
  int64_t offset = 0;
  for (int axis = p.batch_rank - 1; axis >= 0; --axis) {
    offset += batch % p.batch[axis] * o.batch[axis];
    batch /= p.batch[axis];
  }
  return (const S*)o.data + offset;
}

WEFT_INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

// How many keys of a block that begins at `first` the query sees.
WEFT_INLINE int64_t visible(const Attention& p, int64_t query, int64_t first, int64_t keys) {
  if (!p.is_causal || query >= first + keys) return keys;
  return query < first ? 0 : query - first + 1;
}

// C (+)= A B: `a` in panels of pack_a, `b` of pack_b.
template <class T>
WEFT_INLINE void product(int64_t rows, int64_t cols, int64_t k, const T* a, const T* b, T* c,
                         int64_t c_row, bool accumulate) {
  BlockProduct<T> block;
  block.rows = rows;
  block.cols = cols;
  block.k = k;
  block.a = a;
  block.a_row = 0;
  block.a_packed = true;
  block.panel_rows = balanced_rows<T>(rows);
  block.b = b;
  block.b_row = kTileCols<T>;
  block.b_panel = k * kTileCols<T>;
  block.c = c;
  block.c_row = c_row;
  block.accumulate = accumulate;
  multiply_block(block);
}

// Of a row of scores; NaN does not hide behind a mask of -inf, but behind a bool.
template <class M, class T>
void add_mask(const Attention& p, int64_t batch, int64_t at, int64_t keys, T* row) {
  const M* mask = batch_of<M>(p, p.mask, batch) + at;
  for (int64_t i = 0; i < keys; ++i) row[i] = row[i] + T(to_lane(mask[i * p.mask.col]));
}
template <class T>
void hide(const Attention& p, int64_t batch, int64_t at, int64_t keys, T* row) {
  const Boolean* mask = batch_of<Boolean>(p, p.mask, batch) + at;
  const T never = -T(__builtin_inf());
  for (int64_t i = 0; i < keys; ++i) row[i] = mask[i * p.mask.col].byte ? row[i] : never;
}

// Products of queries and keys become scores: scaled and masked.
template <class T>
void make_scores(const Attention& p, int64_t batch, int64_t query, int64_t first, int64_t keys,
                 T* row) {
  const Vec<T> scale(T(p.scale));
  for_lanes<T>(keys, [&](int64_t i, int64_t n)
                         WEFT_LAMBDA { store_lanes(row + i, load_lanes(row + i, n) * scale, n); });
  if (!p.mask.data) return;
  const int64_t at = query * p.mask.row + first * p.mask.col;
  switch (p.mask_dtype) {
    case DType::kBool: return hide(p, batch, at, keys, row);
    case DType::kFloat16: return add_mask<Float16>(p, batch, at, keys, row);
    case DType::kBFloat16: return add_mask<BFloat16>(p, batch, at, keys, row);
    case DType::kFloat32: return add_mask<float>(p, batch, at, keys, row);
    default: return add_mask<double>(p, batch, at, keys, row);
  }
}

template <class T>
T maximum_of(const T* row, int64_t n) {
  Vec<T> most(-T(__builtin_inf()));
  for_lanes<T>(n, [&](int64_t i, int64_t lanes) WEFT_LAMBDA {
    Vec<T> value = load_lanes(row + i, lanes);
    if (lanes < Vec<T>::kLanes) {
      T padded[Vec<T>::kLanes];
      Memory<T>::store(padded, Vec<T>(row[i]));
      __builtin_memcpy(padded, row + i, lanes * sizeof(T));
      value = Memory<T>::load(padded);
    }
    most = Largest::combine(most, value);
  });
  T lanes[Vec<T>::kLanes];
  Memory<T>::store(lanes, most);
  T result = lanes[0];
  for (int i = 1; i < Vec<T>::kLanes; ++i)
    result = result != result || result > lanes[i] ? result : lanes[i];
  return result;
}

// The running softmax of one query over blocks of keys.
template <class T>
struct Running {
  T most, sum;
};

// Scores become exp(score - most); gives the factor of what was summed up to a smaller maximum. Of
// a row that has seen nothing but -inf, 0 stands for the maximum.
template <class T>
T add_block(Running<T>& running, T* row, int64_t seen, int64_t keys) {
  const T block = maximum_of(row, seen);
  const T most = running.most != running.most || running.most > block ? running.most : block;
  const T never = -T(__builtin_inf());
  const Vec<T> base(most == never ? T(0) : most);
  T sums[1];
  sum_terms<1>(
      seen,
      [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const Vec<T> share = apply<Exp>(load_lanes(row + i, n) - base);
        store_lanes(row + i, share, n);
        return Terms<T, 1>{{share}};
      },
      sums);
  for (int64_t i = seen; i < keys; ++i) row[i] = 0;
  const T factor = running.most == never ? T(0) : apply<Exp>(Vec<T>(running.most) - base).v[0];
  running = {most, running.sum * factor + sums[0]};
  return factor;
}

template <class T>
void attention(const Attention& p, void* out_data, void* logarithm_data, Range units,
               void* scratch) {
  const AttentionScratch at = attention_layout(p);
  T* packed_query = (T*)scratch;
  T *scores = packed_query + at.scores, *packed_keys = packed_query + at.keys,
    *packed_values = packed_query + at.values, *sums = packed_query + at.out;
  const int64_t blocks = (p.queries + kAttentionQueries - 1) / kAttentionQueries;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t batch = unit / blocks, first_query = unit % blocks * kAttentionQueries;
    const int64_t queries = least(kAttentionQueries, p.queries - first_query);
    const T* key = batch_of<T>(p, p.key, batch);
    const T* value = batch_of<T>(p, p.value, batch);
    pack_a(batch_of<T>(p, p.query, batch) + first_query * p.query.row, p.query.row, p.query.col,
           queries, balanced_rows<T>(queries), p.features, packed_query);
    Running<T> running[kAttentionQueries];
    for (Running<T>& one : running) one = {-T(__builtin_inf()), T(0)};
    const int64_t seen_by_last = p.is_causal ? least(p.keys, first_query + queries) : p.keys;
    for (int64_t first = 0; first < seen_by_last; first += kAttentionKeys) {
      const int64_t keys = least(kAttentionKeys, seen_by_last - first);
      pack_b(key + first * p.key.row, p.key.col, p.key.row, keys, p.features, packed_keys);
      product(queries, keys, p.features, packed_query, packed_keys, scores, kAttentionKeys, false);
      for (int64_t q = 0; q < queries; ++q) {
        T* row = scores + q * kAttentionKeys;
        const int64_t seen = visible(p, first_query + q, first, keys);
        make_scores<T>(p, batch, first_query + q, first, seen, row);
        const T factor = add_block(running[q], row, seen, keys);
        if (first == 0 || factor == T(1)) continue;
        T* sum = sums + q * p.values;
        for_lanes<T>(p.values, [&](int64_t i, int64_t n) WEFT_LAMBDA {
          store_lanes(sum + i, load_lanes(sum + i, n) * Vec<T>(factor), n);
        });
      }
      pack_b(value + first * p.value.row, p.value.row, p.value.col, p.values, keys, packed_values);
      BlockProduct<T> shares;
      shares.rows = queries;
      shares.cols = p.values;
      shares.k = keys;
      shares.a = scores;
      shares.a_row = kAttentionKeys;
      shares.a_packed = false;
      shares.panel_rows = balanced_rows<T>(queries);
      shares.b = packed_values;
      shares.b_row = kTileCols<T>;
      shares.b_panel = keys * kTileCols<T>;
      shares.c = sums;
      shares.c_row = p.values;
      shares.accumulate = first > 0;
      multiply_block(shares);
    }
    const int64_t row = batch * p.queries + first_query;
    for (int64_t q = 0; q < queries; ++q) {
      const Vec<T> sum(running[q].sum);
      T* out = (T*)out_data + (row + q) * p.values;
      for_lanes<T>(p.values, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        store_lanes(out + i, load_lanes(sums + q * p.values + i, n) / sum, n);
      });
      ((T*)logarithm_data)[row + q] = running[q].most + apply<Log>(sum).v[0];
    }
  }
}

// What one batch's gradient works on.
template <class T>
struct GradientWork {
  const Attention& p;
  const AttentionGradient& o;
  int64_t batch;
  const T *query, *key, *value;
  T* base;
  AttentionGradientScratch at;

  // Keys and values in the three packings that the products read.
  void pack_keys() const {
    for (int64_t first = 0; first < p.keys; first += kAttentionKeys) {
      const int64_t keys = least(kAttentionKeys, p.keys - first);
      pack_b(key + first * p.key.row, p.key.col, p.key.row, keys, p.features, across(first));
      pack_b(key + first * p.key.row, p.key.row, p.key.col, p.features, keys, along(first));
      pack_b(value + first * p.value.row, p.value.col, p.value.row, keys, p.values,
             values_across(first));
    }
  }
  // A block of keys starts where blocks before it end: their widths are whole panels.
  T* across(int64_t first) const { return base + at.keys_across + first * p.features; }
  T* along(int64_t first) const {
    return base + at.keys_along +
           first * ((p.features + kTileCols<T> - 1) / kTileCols<T> * kTileCols<T>);
  }
  T* values_across(int64_t first) const { return base + at.values_across + first * p.values; }

  // P and dS of queries (rows) and keys.
  void make_shares(int64_t first_query, int64_t queries, int64_t first, int64_t keys) const {
    T* packed = base;
    T *shares = base + at.shares, *dscores = base + at.dscores;
    const int64_t row = batch * p.queries + first_query;
    pack_a(query + first_query * p.query.row, p.query.row, p.query.col, queries,
           balanced_rows<T>(queries), p.features, packed);
    product(queries, keys, p.features, packed, across(first), shares, kAttentionKeys, false);
    pack_a((const T*)o.dout + row * p.values, p.values, 1, queries, balanced_rows<T>(queries),
           p.values, packed);
    product(queries, keys, p.values, packed, values_across(first), dscores, kAttentionKeys, false);
    for (int64_t q = 0; q < queries; ++q) {
      T *share = shares + q * kAttentionKeys, *dscore = dscores + q * kAttentionKeys;
      const int64_t seen = visible(p, first_query + q, first, keys);
      make_scores<T>(p, batch, first_query + q, first, seen, share);
      const Vec<T> logarithm(((const T*)o.logarithms)[row + q]);
      const Vec<T> rest(mean_of(row + q) - ((const T*)o.dlogarithms)[row + q]);
      for_lanes<T>(seen, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        const Vec<T> part = apply<Exp>(load_lanes(share + i, n) - logarithm);
        store_lanes(share + i, part, n);
        store_lanes(dscore + i, part * (load_lanes(dscore + i, n) - rest) * Vec<T>(T(p.scale)), n);
      });
      for (int64_t i = seen; i < keys; ++i) share[i] = dscore[i] = 0;
    }
  }
  // Σ dout out of one query.
  T mean_of(int64_t row) const {
    const T *dout = (const T*)o.dout + row * p.values, *out = (const T*)o.out + row * p.values;
    T sums[1];
    sum_terms<1>(
        p.values,
        [&](int64_t i, int64_t n)
            WEFT_LAMBDA { return Terms<T, 1>{{load_lanes(dout + i, n) * load_lanes(out + i, n)}}; },
        sums);
    return sums[0];
  }

  // sums[key] += blockᵀ panels, where the block is (queries, keys).
  void add_turned(const T* block, int64_t queries, int64_t keys, const T* panels, int64_t cols,
                  T* sums, bool accumulate) const {
    T* turned = base + at.turned;
    pack_a(block, 1, kAttentionKeys, keys, balanced_rows<T>(keys), queries, turned);
    product(keys, cols, queries, turned, panels, sums, cols, accumulate);
  }

  void run() const {
    T *queries_along = base + at.queries, *douts = base + at.douts;
    T *dquery = base + at.dquery, *dkey = base + at.dkey, *dvalue = base + at.dvalue;
    for (int64_t i = 0; i < p.keys * p.features; ++i) dkey[i] = 0;
    for (int64_t i = 0; i < p.keys * p.values; ++i) dvalue[i] = 0;
    pack_keys();
    for (int64_t first_query = 0; first_query < p.queries; first_query += kAttentionQueries) {
      const int64_t queries = least(kAttentionQueries, p.queries - first_query);
      const int64_t row = batch * p.queries + first_query;
      pack_b(query + first_query * p.query.row, p.query.row, p.query.col, p.features, queries,
             queries_along);
      pack_b((const T*)o.dout + row * p.values, p.values, 1, p.values, queries, douts);
      const int64_t seen_by_last = p.is_causal ? least(p.keys, first_query + queries) : p.keys;
      for (int64_t first = 0; first < seen_by_last; first += kAttentionKeys) {
        const int64_t keys = least(kAttentionKeys, p.keys - first);
        make_shares(first_query, queries, first, keys);
        add_turned(base + at.shares, queries, keys, douts, p.values, dvalue + first * p.values,
                   true);
        add_turned(base + at.dscores, queries, keys, queries_along, p.features,
                   dkey + first * p.features, true);
        BlockProduct<T> back;
        back.rows = queries;
        back.cols = p.features;
        back.k = keys;
        back.a = base + at.dscores;
        back.a_row = kAttentionKeys;
        back.a_packed = false;
        back.panel_rows = balanced_rows<T>(queries);
        back.b = along(first);
        back.b_row = kTileCols<T>;
        back.b_panel = keys * kTileCols<T>;
        back.c = dquery;
        back.c_row = p.features;
        back.accumulate = first > 0;
        multiply_block(back);
      }
      store(dquery, queries * p.features, (T*)o.dquery + row * p.features);
    }
    store(dkey, p.keys * p.features, (T*)o.dkey + batch * p.keys * p.features);
    store(dvalue, p.keys * p.values, (T*)o.dvalue + batch * p.keys * p.values);
  }
  static void store(const T* from, int64_t count, T* to) {
    for_lanes<T>(count, [&](int64_t i, int64_t n)
                            WEFT_LAMBDA { store_lanes(to + i, load_lanes(from + i, n), n); });
  }
};

template <class T>
void attention_gradient(const Attention& p, const AttentionGradient& o, Range units,
                        void* scratch) {
  for (int64_t batch = units.begin; batch < units.end; ++batch)
    GradientWork<T>{p,
                    o,
                    batch,
                    batch_of<T>(p, p.query, batch),
                    batch_of<T>(p, p.key, batch),
                    batch_of<T>(p, p.value, batch),
                    (T*)scratch,
                    attention_gradient_layout(p)}
        .run();
}

#define WEFT_ATTENTION(S) \
  { attention<S>, attention_gradient<S> }

extern const AttentionKernels kAttentions[kNumDTypes];
const AttentionKernels kAttentions[kNumDTypes] = {
    {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, WEFT_ATTENTION(float), WEFT_ATTENTION(double)};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
