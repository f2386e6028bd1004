// What attention and its gradient share: rows of queries as lanes, and scores made of products.
//
// Included inside the namespace of an instruction set, after kernels/simd/row_lanes_impl.h.

// The first element of an operand in one batch.
template <class S>
WEFT_INLINE const S* batch_of(const Attention& p, const AttentionOperand& o, int64_t batch) {
  int64_t offset = 0;
  for (int axis = p.batch_rank - 1; axis >= 0; --axis) {
    offset += batch % p.batch[axis] * o.batch[axis];
    batch /= p.batch[axis];
  }
  return (const S*)o.data + offset;
}

// How many keys of a block that begins at `first` are visible to the query of a row.
WEFT_INLINE int64_t visible(const Attention& p, int64_t row, int64_t first, int64_t keys) {
  const int64_t query = row % p.queries;
  if (!p.is_causal || query >= first + keys) return keys;
  return query < first ? 0 : query - first + 1;
}

// The number of keys that any of the rows sees; none sees a later key.
WEFT_INLINE int64_t seen_by_rows(const Attention& p, int64_t first, int64_t rows) {
  if (!p.is_causal) return p.keys;
  const int64_t query = first % p.queries;
  const bool has_last = query + rows >= p.queries;  // the last query of a group
  return minimum(p.keys, has_last ? p.queries : query + rows);
}

// Rows of dense lanes.
template <class T>
struct LaneRows {
  const T* data;
  int64_t stride;
};

// Rows of `features` elements from o[batch][first] on, as lanes: where they lie, if they follow one
// another as such, or copied to `to`. Elements for bf16x2 are copied once more later, so for them
// there may be gaps between rows.
template <class S, class T>
WEFT_INLINE LaneRows<T> gather_rows(const Attention& p, const AttentionOperand& o, int64_t batch,
                                    int64_t first, int64_t rows, int64_t features, T* to) {
  const S* from = batch_of<S>(p, o, batch);
  const int64_t group = first / p.queries;
  const bool is_one_group = (first + rows - 1) / p.queries == group;
  if constexpr (kIsSame<S, T>) {
    // Rows must follow one another, or be read by products that know their stride.
    const bool is_near = o.row == features || !kIsSame<T, LaneType<S>>;
    if (o.col == 1 && (rows == 1 || (is_one_group && is_near)))
      return {from + group * o.group + first % p.queries * o.row, o.row};
  }
  for (int64_t r = 0; r < rows; ++r) {
    const S* row = from + (first + r) / p.queries * o.group + (first + r) % p.queries * o.row;
    T* lanes = to + r * features;
    if (o.col == 1) {
      for_lanes<LaneType<S>>(features, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        store_lanes(lanes + i, load_lanes(row + i, n), n);
      });
    } else {
      for (int64_t i = 0; i < features; ++i) lanes[i] = from_lane<T>(to_lane(row[i * o.col]));
    }
  }
  return {to, features};
}

// Applies a mask to a row of scores. Adding -inf does not hide NaN; a bool mask does.
// A dense mask of the lanes' type is added in vectors.
template <class M, class T>
WEFT_INLINE void add_mask(const M* mask, int64_t col, int64_t keys, T* row) {
  if constexpr (kIsSame<LaneType<M>, T>) {
    if (col == 1) {
      for_lanes<T>(keys, [&](int64_t i, int64_t n) WEFT_LAMBDA {
        store_lanes(row + i, load_lanes(row + i, n) + load_lanes(mask + i, n), n);
      });
      return;
    }
  }
  for (int64_t i = 0; i < keys; ++i) row[i] = row[i] + T(to_lane(mask[i * col]));
}
template <class T>
WEFT_INLINE void hide(const Boolean* mask, int64_t col, int64_t keys, T* row) {
  const T never = -T(__builtin_inf());
  if (col == 1) {
    for_lanes<T>(keys, [&](int64_t i, int64_t n) WEFT_LAMBDA {
      const auto there = MaskMemory<sizeof(T)>::load_part(mask + i, n);
      store_lanes(row + i, select(there, load_lanes(row + i, n), Vec<T>(never)), n);
    });
    return;
  }
  for (int64_t i = 0; i < keys; ++i) row[i] = mask[i * col].byte ? row[i] : never;
}

// Products of a query and keys become scores: scaled and masked.
template <class T>
void make_scores(const Attention& p, int64_t batch, int64_t row, int64_t first, int64_t keys,
                 T* scores) {
  const Vec<T> scale(T(p.scale));
  for_lanes<T>(keys, [&](int64_t i, int64_t n) WEFT_LAMBDA {
    store_lanes(scores + i, load_lanes(scores + i, n) * scale, n);
  });
  if (!p.mask.data) return;
  const int64_t col = p.mask.col;
  const int64_t at = row / p.queries * p.mask.group + row % p.queries * p.mask.row + first * col;
  switch (p.mask_dtype) {
    case DType::kBool: return hide(batch_of<Boolean>(p, p.mask, batch) + at, col, keys, scores);
    case DType::kFloat16:
      return add_mask(batch_of<Float16>(p, p.mask, batch) + at, col, keys, scores);
    case DType::kBFloat16:
      return add_mask(batch_of<BFloat16>(p, p.mask, batch) + at, col, keys, scores);
    case DType::kFloat32:
      return add_mask(batch_of<float>(p, p.mask, batch) + at, col, keys, scores);
    default: return add_mask(batch_of<double>(p, p.mask, batch) + at, col, keys, scores);
  }
}
