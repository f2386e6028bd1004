// The register-blocked product that matrix products and convolutions share.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h. A
// micro-kernel holds a tile of C, a few rows by one or two vectors, in registers while k runs: each
// element is one chain of fused multiply-adds in ascending k. Where k is cut into blocks the tile
// is stored and loaded again, which changes no bit.

WEFT_INLINE Vec<uint32_t> fma_(Vec<uint32_t> a, Vec<uint32_t> b, Vec<uint32_t> c) {
  return a * b + c;
}
WEFT_INLINE Vec<uint64_t> fma_(Vec<uint64_t> a, Vec<uint64_t> b, Vec<uint64_t> c) {
  return a * b + c;
}

WEFT_INLINE int64_t minimum(int64_t a, int64_t b) { return a < b ? a : b; }

// Rows of a tile: 14 x 2 accumulators fill the 32 registers of AVX-512, 6 x 2 the usual 16.
// Integers are rare and get the smallest code.
template <class T>
constexpr int kTileRows = !kIsFloating<T>      ? 4
                          : kVectorBytes == 64 ? 14
                                               : 6;
template <class T>
constexpr int kTileCols = 2 * Vec<T>::kLanes;  // the width of a panel of B

// Deepest block of k: a panel of B (kDepth x kTileCols) stays in the first-level cache.
constexpr int64_t kDepth = 256;

template <class T>
struct TileProduct {
  int64_t k;
  const T* a;
  int64_t a_row;  // of rows stored one after the other; of columns, from one to the next
  const T* b;
  int64_t b_row;
  const int32_t* b_offsets;  // where row k of B starts, instead of b_row
  const int32_t* a_offsets;  // where row i of A starts, instead of a_row
  T* c;
  int64_t c_row;
  bool accumulate;
};
template <class T>
using MicroKernel = void (*)(const TileProduct<T>& tile);

// A in rows, in columns, in columns with B's rows at offsets, in rows at offsets. A packed panel
// has its columns one after the other.
enum Operands { kDirect, kColumns, kColumnsIndexed, kDirectIndexed };

template <class T>
struct MicroKernels {
  MicroKernel<T> at[4][2][kTileRows<T>];  // [operands][vectors - 1][rows - 1]
};
extern const MicroKernels<float> kMicroFloat32;
extern const MicroKernels<double> kMicroFloat64;
extern const MicroKernels<uint32_t> kMicroUInt32;
extern const MicroKernels<uint64_t> kMicroUInt64;

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

// A block of C from a block of A and panels of B.
template <class T>
struct BlockProduct {
  int64_t rows, cols, k;
  const T* a;     // packed: panels of panel_rows rows, each [k][rows of the panel]
  int64_t a_row;  // not packed: elements between rows, which are dense
  bool a_packed;
  int64_t a_col = 0;  // not 0: A is not packed, its columns are dense and so far from each other
  int64_t panel_rows;
  const T* b;                          // the last panel is readable to its full width
  int64_t b_row;                       // elements between the rows of a panel
  int64_t b_panel;                     // elements between panels
  const int32_t* b_offsets = nullptr;  // of B\'s rows, instead of b_row
  const int32_t* a_offsets = nullptr;  // of unpacked A\'s rows, instead of a_row
  T* c;
  int64_t c_row;
  bool accumulate;
};

// How many rows each panel of A gets: 32 rows as 11 + 11 + 10 rather than 14 + 14 + 4.
template <class T>
WEFT_INLINE int64_t balanced_rows(int64_t rows, int64_t maximum = kTileRows<T>) {
  const int64_t panels = (rows + maximum - 1) / maximum;
  return panels ? (rows + panels - 1) / panels : 1;
}
// The same of rows that are read where they lie. Those whose beginnings are a multiple of 4 KiB
// apart share one set of a first-level cache, which has 8 to 12 places: a tile of more of them
// would fetch a line for each of its elements.
template <class T>
WEFT_INLINE int64_t balanced_rows_at(int64_t rows, int64_t row_bytes) {
  constexpr int64_t kCacheWay = 4096, kRowsOfSet = 7;
  const bool collide = row_bytes % kCacheWay == 0;
  return balanced_rows<T>(rows, collide && kTileRows<T> > kRowsOfSet ? kRowsOfSet : kTileRows<T>);
}

// Up to two vectors, of which no element beyond `count` is touched.
template <class T>
WEFT_INLINE void copy_part(const T* from, int64_t count, T* to) {
  constexpr int64_t kLanes = Vec<T>::kLanes;
  if (count > kLanes) {
    Memory<T>::store(to, Memory<T>::load(from));
    from += kLanes, to += kLanes, count -= kLanes;
  }
  Memory<T>::store_part(to, Memory<T>::load_part(from, count), count);
}
// Rows of `bytes` (at most a few lines of 64) that will soon be written (kWrite) or read.
template <bool kWrite>
WEFT_INLINE void prefetch_rows(const void* from, int64_t rows, int64_t row_bytes, int64_t bytes) {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t line = 0; line < bytes; line += 64)
      __builtin_prefetch((const char*)from + r * row_bytes + line, kWrite);
}

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
      // What follows in C arrives while this tile is computed.
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

// C (+)= A B with `k` columns of A, whose rows are dense and lie a_row apart, and panels of pack_b
// that may be deeper: `depth`.
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
// f(Index<0>), f(Index<1>), …: indices known to the compiler keep arrays of vectors in registers.
template <int N, class F>
WEFT_INLINE void repeat(F f) {
  if constexpr (N > 0) {
    repeat<N - 1>(f);
    f(Index<N - 1>());
  }
}

// One butterfly of a transposition: exchanges the off-diagonal blocks of `Step` lanes.
template <int Step, bool kHigh, class V, int... I>
WEFT_INLINE V exchange(V a, V b, Numbers<I...>) {
  constexpr int kLanes = sizeof...(I);
  return V::of(__builtin_shufflevector(
      a.v, b.v,
      (kHigh ? (I & Step ? kLanes + I : I + Step) : (I & Step ? kLanes + I - Step : I))...));
}
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

// Rows of less than a vector are stored as whole vectors all the same, but for the last ones: what
// is too much is overwritten by the rows that follow. Parts of vectors take longer to store.
//
// to[k * to_row + i] = from[i * stride + k] for i < count, k < depth. Lanes up to the next whole
// vector become zero where rows have room for them.
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
      const int64_t rest = (depth - k - (kLanes - 1)) * to_row;  // from the last of these rows on
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
        S element{};  // copied: pairs of bfloat16 may lie on any even address
        if (r < lanes) __builtin_memcpy(&element, from + (i + r) * stride + k, sizeof element);
        to[k * to_row + i + r] = to_lane(element);
      }
  }
}

// to[k * to_row + i] = from[k * stride + i], and zeros likewise.
template <class S>
void pack_rows(const S* from, int64_t stride, int64_t count, int64_t depth, LaneType<S>* to,
               int64_t to_row) {
  using T = LaneType<S>;
  constexpr int kLanes = Vec<T>::kLanes;
  for (int64_t k = 0; k < depth; ++k) {
    const S* line = from + k * stride;
    T* out = to + k * to_row;
    int64_t i = 0;
    // What is loaded beyond the row is there, because another row follows.
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

// Packs `count` vectors of length `depth` side by side: to[k * to_row + i] is element k of
// vector i. The lanes of a vector that is begun are zero; whole ones beyond are left as they are,
// because a product of fewer columns does not read them.
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

// Rows of the source that are read side by side: each is a stream of whole pages then, where
// panel after panel would touch a page of every row for a line or two.
constexpr int64_t kPackedTogether = 8;

// Packs a block of A in panels of `panel_rows`.
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
// Packs a block of B in panels of kTileCols columns.
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
