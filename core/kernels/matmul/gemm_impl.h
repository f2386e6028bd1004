// The register-blocked product that matrix products and convolutions share (GEMM; Goto and van de
// Geijn, "Anatomy of High-Performance Matrix Multiplication", 2008).
//
// A micro-kernel keeps a tile of C, a few rows by one or two vectors, in registers while k runs.
// Each element is one chain of fused multiply-adds in ascending k. Where k is cut into blocks, the
// tile is stored and loaded again, which changes no bit.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h.

// Integer products wrap, so one text of the kernels serves all types.
WEFT_INLINE Vec<uint32_t> fma_(Vec<uint32_t> a, Vec<uint32_t> b, Vec<uint32_t> c) {
  return a * b + c;
}
WEFT_INLINE Vec<uint64_t> fma_(Vec<uint64_t> a, Vec<uint64_t> b, Vec<uint64_t> c) {
  return a * b + c;
}

WEFT_INLINE int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }

// Rows of a tile. 14 x 2 vectors of sums leave 4 of AVX-512's 32 registers for A and B; 6 x 2 leave
// 4 of the usual 16. Integers are rare and get the smallest code.
template <class T>
constexpr int kTileRows = !kIsFloating<T>      ? 4
                          : kVectorBytes == 64 ? 14
                                               : 6;
template <class T>
constexpr int kTileCols = 2 * Vec<T>::kLanes;  // the width of a panel of B

// The deepest block of k for which a panel of B (kDepth x kTileCols) stays in the first-level
// cache.
constexpr int64_t kDepth = 256;

// One tile of C: rows and vectors are given by the choice of the micro-kernel.
template <class T>
struct TileProduct {
  int64_t k;
  const T* a;
  int64_t a_row;  // elements between rows of A; if A is in columns, between columns
  const T* b;
  int64_t b_row;
  const int32_t* b_offsets;  // if not null: where each row k of B starts, instead of b_row
  const int32_t* a_offsets;  // if not null: where each row i of A starts, instead of a_row
  T* c;
  int64_t c_row;
  bool accumulate;  // C += A B, not C =
};
template <class T>
using MicroKernel = void (*)(const TileProduct<T>& tile);

// How a micro-kernel reads its operands: A in rows; A in columns (a packed panel of A has its
// columns one after the other); A in columns and rows of B at offsets; rows of A at offsets.
enum Operands { kDirect, kColumns, kColumnsIndexed, kDirectIndexed };

template <class T>
struct MicroKernels {
  MicroKernel<T> at[4][2][kTileRows<T>];  // [operands][vectors - 1][rows - 1]
};
extern const MicroKernels<float> kMicroFloat32;
extern const MicroKernels<double> kMicroFloat64;
extern const MicroKernels<uint32_t> kMicroUInt32;
extern const MicroKernels<uint64_t> kMicroUInt64;

// The micro-kernel for so many rows and vectors.
template <class T>
WEFT_INLINE MicroKernel<T> micro_kernel(Operands operands, int vectors, int64_t rows) {
  if constexpr (kIsSame<T, float>) {
    return kMicroFloat32.at[operands][vectors - 1][rows - 1];
  } else if constexpr (kIsSame<T, double>) {
    return kMicroFloat64.at[operands][vectors - 1][rows - 1];
  } else if constexpr (kIsSame<T, uint32_t>) {
    return kMicroUInt32.at[operands][vectors - 1][rows - 1];
  } else {
    return kMicroUInt64.at[operands][vectors - 1][rows - 1];
  }
}

// A block of C from a block of A and panels of B; multiply_block() divides it into tiles.
template <class T>
struct BlockProduct {
  int64_t rows, cols, k;
  const T* a;     // if packed: panels of panel_rows rows, each [k][rows of the panel]
  int64_t a_row;  // if not packed: elements between rows, which are dense
  bool a_packed;
  int64_t a_col = 0;  // if not 0: A is not packed and its columns are dense, so many elements apart
  int64_t panel_rows;
  const T* b;                          // the last panel must be readable to its full width
  int64_t b_row;                       // elements between the rows of a panel
  int64_t b_panel;                     // elements between panels
  const int32_t* b_offsets = nullptr;  // of the rows of B, instead of b_row
  const int32_t* a_offsets = nullptr;  // of the rows of unpacked A, instead of a_row
  T* c;
  int64_t c_row;
  bool accumulate;
};

// The rows of each panel of A, evenly distributed: 32 rows become 11 + 11 + 10, not 14 + 14 + 4.
template <class T>
WEFT_INLINE int64_t balanced_rows(int64_t rows, int64_t maximum = kTileRows<T>) {
  const int64_t panels = (rows + maximum - 1) / maximum;
  return panels ? (rows + panels - 1) / panels : 1;
}
// The same for rows that are read where they lie. If their starts are a multiple of 4 KiB apart,
// they share one set of the first-level cache, which has 8 to 12 places. A tile of more rows would
// then miss the cache for every element, so it gets 7.
template <class T>
WEFT_INLINE int64_t balanced_rows_at(int64_t rows, int64_t row_bytes) {
  constexpr int64_t kCacheWay = 4096, kRowsOfSet = 7;
  const bool collide = row_bytes % kCacheWay == 0;
  return balanced_rows<T>(rows, collide && kTileRows<T> > kRowsOfSet ? kRowsOfSet : kTileRows<T>);
}

// Copies up to two vectors, without touching an element beyond `count`.
template <class T>
WEFT_INLINE void copy_part(const T* from, int64_t count, T* to) {
  constexpr int64_t kLanes = Vec<T>::kLanes;
  if (count > kLanes) {
    Memory<T>::store(to, Memory<T>::load(from));
    from += kLanes, to += kLanes, count -= kLanes;
  }
  Memory<T>::store_part(to, Memory<T>::load_part(from, count), count);
}
// Prefetches rows of `bytes` (a few cache lines at most) that will soon be read, or written
// (kWrite).
template <bool kWrite>
WEFT_INLINE void prefetch_rows(const void* from, int64_t rows, int64_t row_bytes, int64_t bytes) {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t line = 0; line < bytes; line += 64)
      __builtin_prefetch((const char*)from + r * row_bytes + line, kWrite);
}

// Panels of B are the outer loop: a panel stays in the first-level cache while all rows pass by. A
// tile at the right edge of C is computed in `edge`, which has room for whole vectors.
template <class T>
void multiply_block(const BlockProduct<T>& block) {
  constexpr int64_t kCols = kTileCols<T>;
  alignas(64) T edge[kTileRows<T> * kCols];
  const bool in_columns = block.a_packed || block.a_col != 0;
  const Operands operands = block.b_offsets   ? kColumnsIndexed
                            : block.a_offsets ? kDirectIndexed
                            : in_columns      ? kColumns
                                              : kDirect;
  for (int64_t j = 0; j < block.cols; j += kCols) {
    const int64_t width = block.cols - j < kCols ? block.cols - j : kCols;
    const int vectors = width > Vec<T>::kLanes ? 2 : 1;
    const bool is_full = width == vectors * Vec<T>::kLanes;
    for (int64_t i = 0; i < block.rows; i += block.panel_rows) {
      const int64_t rest = block.rows - i;
      const int64_t rows = rest < block.panel_rows ? rest : block.panel_rows;
      TileProduct<T> tile;
      tile.k = block.k;
      tile.a = block.a + (block.a_col       ? i
                          : block.a_packed  ? i * block.k
                          : block.a_offsets ? 0
                                            : i * block.a_row);
      tile.a_row = block.a_col ? block.a_col : block.a_packed ? rows : block.a_row;
      tile.b = block.b + j / kCols * block.b_panel;
      tile.b_row = block.b_row;
      tile.b_offsets = block.b_offsets;
      tile.a_offsets = block.a_offsets ? block.a_offsets + i : nullptr;
      T* c = block.c + i * block.c_row + j;
      tile.c = is_full ? c : edge;
      tile.c_row = is_full ? block.c_row : kCols;
      tile.accumulate = block.accumulate;
      if (!is_full && block.accumulate)
        for (int64_t r = 0; r < rows; ++r) copy_part(c + r * block.c_row, width, edge + r * kCols);
      // The next tile of C is prefetched while this one is computed, if k is long enough to hide
      // it.
      if (block.k >= kDepth / 4) {
        const bool is_last = i + rows == block.rows;
        prefetch_rows<true>(is_last ? block.c + j + kCols : c + rows * block.c_row, rows,
                            block.c_row * sizeof(T), kCols * sizeof(T));
      }
      micro_kernel<T>(operands, vectors, rows)(tile);
      if (!is_full)
        for (int64_t r = 0; r < rows; ++r) copy_part(edge + r * kCols, width, c + r * block.c_row);
    }
  }
}

// C (+)= A B, for `k` columns of A, whose rows are dense and a_row apart. The panels of B (pack_b)
// may have more rows than k: `depth`.
template <class T>
WEFT_INLINE void multiply_rows(int64_t rows, int64_t cols, int64_t k, const T* a, int64_t a_row,
                               const T* b, int64_t depth, T* c, int64_t c_row, bool accumulate) {
  BlockProduct<T> block;
  block.rows = rows;
  block.cols = cols;
  block.k = k;
  block.a = a;
  block.a_row = a_row;
  block.a_packed = false;
  block.panel_rows = balanced_rows_at<T>(rows, a_row * sizeof(T));
  block.b = b;
  block.b_row = kTileCols<T>;
  block.b_panel = depth * kTileCols<T>;
  block.c = c;
  block.c_row = c_row;
  block.accumulate = accumulate;
  multiply_block(block);
}

template <int I>
struct Index {
  static constexpr int value = I;
};
// Calls f(Index<0>), f(Index<1>), …: a constant index keeps arrays of vectors in registers.
template <int N, class F>
WEFT_INLINE void repeat(F f) {
  if constexpr (N > 0) {
    repeat<N - 1>(f);
    f(Index<N - 1>());
  }
}

// One step of a transposition by halves: exchanges the off-diagonal blocks of `Step` lanes of two
// rows.
template <int Step, bool kHigh, class V, int... I>
WEFT_INLINE V exchange(V a, V b, Numbers<I...>) {
  constexpr int kLanes = sizeof...(I);
  return V::of(__builtin_shufflevector(
      a.v, b.v,
      (kHigh ? (I & Step ? kLanes + I : I + Step) : (I & Step ? kLanes + I - Step : I))...));
}
// Transposes a square of kLanes rows: log2(kLanes) rounds of exchange().
template <class T>
WEFT_INLINE void transpose(Vec<T> (&rows)[Vec<T>::kLanes]) {
  constexpr int kLanes = Vec<T>::kLanes;
  using All = typename CountTo<kLanes>::Type;
  repeat<5>([&](auto stage) WEFT_LAMBDA {
    constexpr int kStep = 1 << decltype(stage)::value;
    if constexpr (kStep < kLanes) {
      repeat<kLanes>([&](auto row) WEFT_LAMBDA {
        constexpr int i = decltype(row)::value;
        if constexpr ((i & kStep) == 0) {
          const Vec<T> a = rows[i], b = rows[i + kStep];
          rows[i] = exchange<kStep, false>(a, b, All());
          rows[i + kStep] = exchange<kStep, true>(a, b, All());
        }
      });
    }
  });
}

// Packs dense vectors of the source as columns: to[k * to_row + i] = from[i * stride + k] for i <
// count, k < depth. Lanes up to the next whole vector become zero where rows have room for them.
//
// Rows narrower than a vector are stored as whole vectors all the same, except for the last ones:
// the rows that follow overwrite what is too much. Storing parts of vectors takes longer.
template <class S>
void pack_transposed(const S* from, int64_t stride, int64_t count, int64_t depth, LaneType<S>* to,
                     int64_t to_row) {
  using T = LaneType<S>;
  constexpr int kLanes = Vec<T>::kLanes;
  for (int64_t i = 0; i < count; i += kLanes) {
    const int64_t lanes = count - i < kLanes ? count - i : kLanes;
    const int64_t room = to_row - i < kLanes ? lanes : kLanes;
    int64_t k = 0;
    for (; k + kLanes <= depth; k += kLanes) {
      Vec<T> rows[kLanes];
      repeat<kLanes>([&](auto row) WEFT_LAMBDA {
        constexpr int r = decltype(row)::value;
        rows[r] = r < lanes ? Memory<S>::load(from + (i + r) * stride + k) : Vec<T>(0);
      });
      transpose(rows);
      // room from the last of these rows on
      const int64_t rest = (depth - k - (kLanes - 1)) * to_row;
      if (room == kLanes || (to_row < kLanes && rest >= kLanes)) {
        repeat<kLanes>([&](auto row) WEFT_LAMBDA {
          constexpr int r = decltype(row)::value;
          Memory<T>::store(to + (k + r) * to_row + i, rows[r]);
        });
      } else {
        repeat<kLanes>([&](auto row) WEFT_LAMBDA {
          constexpr int r = decltype(row)::value;
          Memory<T>::store_part(to + (k + r) * to_row + i, rows[r], room);
        });
      }
    }
    for (; k < depth; ++k)
      for (int64_t r = 0; r < room; ++r) {
        S element{};  // copied, because a bf16x2 may lie at any even address
        if (r < lanes) __builtin_memcpy(&element, from + (i + r) * stride + k, sizeof element);
        to[k * to_row + i + r] = to_lane(element);
      }
  }
}

// The same for a source whose rows are as wanted: to[k * to_row + i] = from[k * stride + i].
template <class S>
void pack_rows(const S* from, int64_t stride, int64_t count, int64_t depth, LaneType<S>* to,
               int64_t to_row) {
  using T = LaneType<S>;
  constexpr int kLanes = Vec<T>::kLanes;
  for (int64_t k = 0; k < depth; ++k) {
    const S* line = from + k * stride;
    T* out = to + k * to_row;
    int64_t i = 0;
    // Reading a whole vector is safe, because another row follows; so is writing one.
    if (to_row < kLanes && stride >= kLanes && (depth - k) * to_row >= kLanes && k + 1 < depth) {
      Memory<T>::store(out, Memory<S>::load(line));
      continue;
    }
    for (; i + kLanes <= count; i += kLanes) Memory<T>::store(out + i, Memory<S>::load(line + i));
    if (const int64_t n = count - i; n > 0) {
      const Vec<T> rest = Memory<S>::load_part(line + i, n);
      if (i + kLanes <= to_row) {
        Memory<T>::store(out + i, rest);
      } else {
        Memory<T>::store_part(out + i, rest, n);
      }
    }
  }
}

// Packs `count` vectors of length `depth` side by side: to[k * to_row + i] is element k of vector
// i. The lanes of a vector that is begun are filled with zeros. Whole vectors beyond stay as they
// are, because a product of fewer columns does not read them.
template <class S>
void pack(const S* from, int64_t i_stride, int64_t k_stride, int64_t count, int64_t depth,
          LaneType<S>* to, int64_t to_row) {
  if (i_stride == 1) {
    pack_rows(from, k_stride, count, depth, to, to_row);
  } else if (k_stride == 1) {
    pack_transposed(from, i_stride, count, depth, to, to_row);
  } else {
    constexpr int64_t kLanes = Vec<LaneType<S>>::kLanes;
    const int64_t begun = (count + kLanes - 1) / kLanes * kLanes;
    const int64_t room = begun < to_row ? begun : to_row;
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t i = 0; i < count; ++i)
        to[k * to_row + i] = to_lane(from[i * i_stride + k * k_stride]);
      for (int64_t i = count; i < room; ++i) to[k * to_row + i] = 0;
    }
  }
}

// Rows of the source that are read side by side, each as a stream of whole pages. Packing panel
// after panel would touch a page of every row for a cache line or two.
constexpr int64_t kPackedTogether = 8;

// Packs a block of A as panels of `panel_rows` rows: [panel][k][row].
template <class S>
void pack_a(const S* a, int64_t a_row, int64_t a_col, int64_t rows, int64_t panel_rows,
            int64_t depth, LaneType<S>* to) {
  const int64_t step = a_row == 1 ? kPackedTogether : depth;
  for (int64_t k = 0; k < depth; k += step) {
    const int64_t some = depth - k < step ? depth - k : step;
    for (int64_t i = 0; i < rows; i += panel_rows) {
      const int64_t count = rows - i < panel_rows ? rows - i : panel_rows;
      pack(a + i * a_row + k * a_col, a_row, a_col, count, some, to + i * depth + k * count, count);
    }
  }
}
// Packs a block of B as panels of kTileCols columns: [panel][k][column].
template <class S>
void pack_b(const S* b, int64_t b_row, int64_t b_col, int64_t cols, int64_t depth,
            LaneType<S>* to) {
  constexpr int64_t kCols = kTileCols<LaneType<S>>;
  const int64_t step = b_col == 1 ? kPackedTogether : depth;
  for (int64_t k = 0; k < depth; k += step) {
    const int64_t some = depth - k < step ? depth - k : step;
    for (int64_t j = 0; j < cols; j += kCols) {
      const int64_t count = cols - j < kCols ? cols - j : kCols;
      if (k + step < depth)
        prefetch_rows<false>(b + j + (k + step) * b_row, step, b_row * sizeof(S),
                             kCols * sizeof(S));
      pack(b + j * b_col + k * b_row, b_col, b_row, count, some, to + j * depth + k * kCols, kCols);
    }
  }
}
