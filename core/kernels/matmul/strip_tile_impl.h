// Tiles of large products, which pack what they read while they multiply.
//
// A strip of C is computed panel of rows by panel of columns. Copying an operand before it is
// multiplied takes a tenth of the time, because it waits for memory. So the first tile of a row of
// tiles copies its rows of A between its products, and the first tile of a column its panel of B.
// Every tile prefetches what follows it: the next tile of C, and a part of the next rows of A. All
// of that hides behind the multiply-adds, which limit the speed.
//
// A is copied in the order in which it lies, in rows or in columns, at a distance that the compiler
// knows. So one register addresses all rows, no transposition is needed, and rows do not share a
// set of the first-level cache, as rows of 1024 floats in memory do.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h and
// kernels/matmul/bf16x2_impl.h.

// What is multiplied: elements of one type (Single), or bf16x2 (Paired, bf16x2_impl.h).
template <class T>
struct Single {
  using Stored = T;  // the type of B in memory, for tiles that pack it
  using Packed = T;
  using Sum = T;
  static constexpr int64_t kElements = 1;  // elements of Stored in a Packed

  // Two vectors of a row of B.
  template <class V>
  WEFT_INLINE static void load(const T* from, int64_t, V (&right)[2]) {
    right[0] = Memory<T>::load(from);
    right[1] = Memory<T>::load(from + V::kLanes);
  }
  // Some elements of a column of A.
  template <int kCount>
  WEFT_INLINE static Vec<T> load_column(const T* from, int64_t) {
    return kCount < Vec<T>::kLanes ? Memory<T>::load_part(from, kCount) : Memory<T>::load(from);
  }
  template <class V>
  WEFT_INLINE static V add(V left, V right, V sum) {
    return fma_(left, right, sum);
  }
};

// Two elements of bfloat16 in each Packed; rows of B are combined in pairs as they are loaded.
#if WEFT_BF16X2
struct Paired {
  using Stored = uint16_t;
  using Packed = uint32_t;
  using Sum = float;
  static constexpr int64_t kElements = 2;

  WEFT_INLINE static void load(const uint16_t* from, int64_t row, Vec<uint32_t> (&right)[2]) {
    WEFT_UNROLL
    for (int j = 0; j < 2; ++j) {
      const uint16_t* first = from + j * Vec<uint32_t>::kLanes;
      right[j] = Memory<uint16_t>::load(first) | Memory<uint16_t>::load(first + row) << 16;
    }
  }
  template <int kCount>
  WEFT_INLINE static Vec<uint32_t> load_column(const uint16_t* from, int64_t column) {
    const auto load = [](const uint16_t* elements) WEFT_LAMBDA {
#if WEFT_AVX512  // a masked load, so that no buffer is needed
      const __m256i some = _mm256_maskz_loadu_epi16(__mmask16((1u << kCount) - 1), elements);
      return Vec<uint32_t>::of((Vec<uint32_t>::Native)_mm512_cvtepu16_epi32(some));
#else
      return kCount < Vec<uint32_t>::kLanes ? Memory<uint16_t>::load_part(elements, kCount)
                                            : Memory<uint16_t>::load(elements);
#endif
    };
    return load(from) | load(from + column) << 16;
  }
  WEFT_INLINE static Vec<float> add(Vec<uint32_t> left, Vec<uint32_t> right, Vec<float> sum) {
    return add_products(left, right, sum);
  }
};
#endif

// The maximum depth of a block of k, and the distance of copied rows of A, in elements.
template <class Packed>
constexpr int64_t kStripDepth = kMatmulRowBytes / sizeof(Packed);
template <class Packed>
constexpr int64_t kCopiedRow = kMatmulCopiedRowBytes / sizeof(Packed);

// Everything that a tile kernel reads; the number of rows is given by the choice of the kernel.
template <class Kind>
struct StripTile {
  using Packed = typename Kind::Packed;
  using Stored = typename Kind::Stored;

  int64_t k;             // steps, counted in Packed
  Packed* a;             // rows kCopiedRow apart, or columns of kTileRows<Packed> elements each
  Packed* b;             // a panel of two vectors
  const Stored* a_from;  // rows or columns that are copied to `a`, a_from_step apart
  int64_t a_from_step;
  const Stored* b_from;  // rows that are packed to `b`, b_from_row apart
  int64_t b_from_row;
  typename Kind::Sum* c;
  int64_t c_row;
  bool accumulate;
  const typename Kind::Sum* c_next;  // the tile that is written next, to be prefetched
  // Rows of A that the second-level cache should have next, and the bytes of a vector of k in them.
  const char* ahead;
  int64_t ahead_rows, ahead_row, ahead_step;
};
template <class Kind>
using StripTileKernel = void (*)(const StripTile<Kind>& tile);

// How a tile reads A, and what it copies or packs. All forms have two vectors of columns.
enum StripForm {
  kRowsOfA,
  kColumnsOfA,
  kCopiesRows,
  kCopiesColumns,
  kRowsPackB,
  kColumnsPackB,
  kStripForms
};

// Rows of a tile, as in gemm_impl.h.
template <class Kind>
constexpr int kStripRows = kTileRows<typename Kind::Sum>;
// Only float32 sums pack as they multiply. For other types, and where the build has a better
// instruction set, operands are packed first, which is less code.
template <class Kind>
constexpr bool kFusesPacking = kIsSame<typename Kind::Sum, float>&& WEFT_KNOWN_STEPS > 0;
// Panels have more rows than half a tile, unless C itself has fewer rows; smaller ones copy first.
template <class Kind>
constexpr int kFewestFused = (kStripRows<Kind> + 1) / 2;

template <class Kind>
struct StripTiles {
  StripTileKernel<Kind> at[kStripForms][kStripRows<Kind>];  // [form][rows - 1]; null: none
};
extern const StripTiles<Single<float>> kStripFloat32;
extern const StripTiles<Single<double>> kStripFloat64;
extern const StripTiles<Single<uint32_t>> kStripUInt32;
extern const StripTiles<Single<uint64_t>> kStripUInt64;
#if WEFT_BF16X2
extern const StripTiles<Paired> kStripPairs;
#endif

// The table of one Kind.
template <class Kind>
WEFT_INLINE const StripTiles<Kind>& strip_tiles() {
  if constexpr (kIsSame<Kind, Single<float>>) {
    return kStripFloat32;
  } else if constexpr (kIsSame<Kind, Single<double>>) {
    return kStripFloat64;
  } else if constexpr (kIsSame<Kind, Single<uint32_t>>) {
    return kStripUInt32;
#if WEFT_BF16X2
  } else if constexpr (kIsSame<Kind, Paired>) {
    return kStripPairs;
#endif
  } else {
    return kStripUInt64;
  }
}
