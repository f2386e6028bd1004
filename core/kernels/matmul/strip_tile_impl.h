// Tiles of large products, which pack what they read as they go.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h and
// kernels/matmul/bf16x2_impl.h. A strip of C is made panel of rows by panel of columns. Copying an
// operand before it is multiplied takes a tenth of the time, because it waits for memory; so the
// first tile of a row of tiles copies its rows of A between its products, the first tile of a
// column its panel of B, and every tile fetches what follows it: the next tile of C, and a part of
// the next rows of A. All of that hides behind multiply-adds, which are what bounds.
//
// A is copied as it lies, in rows or columns at a distance that the compiler knows: one register
// addresses all of them, no transposition is needed, and they do not meet in one set of the
// first-level cache, as rows of 1024 floats in memory do.

// What is multiplied with what: elements of one type, or pairs of bfloat16 (bf16x2_impl.h).
template <class T>
struct Single {
  using Stored = T;  // what a tile that packs B reads
  using Packed = T;
  using Sum = T;
  static constexpr int64_t kElements = 1;  // of Stored in a Packed

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
#if WEFT_AVX512  // a part of a vector without a detour
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

template <class Packed>
constexpr int64_t kStripDepth = kMatmulRowBytes / sizeof(Packed);
template <class Packed>
constexpr int64_t kCopiedRow = kMatmulCopiedRowBytes / sizeof(Packed);

template <class Kind>
struct StripTile {
  using Packed = typename Kind::Packed;
  using Stored = typename Kind::Stored;

  int64_t k;             // in Packed
  Packed* a;             // rows kCopiedRow apart; of columns, each kTileRows<Packed> long
  Packed* b;             // a panel of two vectors
  const Stored* a_from;  // rows or columns to be copied to `a`, so far from each other
  int64_t a_from_step;
  const Stored* b_from;  // rows to be packed to `b`
  int64_t b_from_row;
  typename Kind::Sum* c;
  int64_t c_row;
  bool accumulate;
  const typename Kind::Sum* c_next;  // a tile that is written next
  // Rows of A that the second-level cache shall have next, and the bytes of a vector of k in them.
  const char* ahead;
  int64_t ahead_rows, ahead_row, ahead_step;
};
template <class Kind>
using StripTileKernel = void (*)(const StripTile<Kind>& tile);

// All have two vectors of columns.
enum StripForm {
  kRowsOfA,
  kColumnsOfA,
  kCopiesRows,
  kCopiesColumns,
  kRowsPackB,
  kColumnsPackB,
  kStripForms
};

template <class Kind>
constexpr int kStripRows = kTileRows<typename Kind::Sum>;
// What packs as it goes. Of other types, and where something better is there as well, operands are
// packed first, which is less code.
template <class Kind>
constexpr bool kFusesPacking = kIsSame<typename Kind::Sum, float>&& WEFT_KNOWN_STEPS > 0;
// Panels have more rows than half a tile, unless C itself has fewer; others copy separately.
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
