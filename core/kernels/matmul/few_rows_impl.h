// Products of few rows: every element of B is used a few times only, so reading B is what costs.
//
// Rows of B that are dense are swept several at a time along long stretches of columns, with the
// sums in the nearer caches: as many streams, each over whole pages. Columns of B that are dense
// (x Wᵀ) are read a vector of columns at a time and transposed in registers, so that an element of
// C stays one chain in ascending k however B lies in memory. One or two rows compute faster than
// memory delivers; with more, arithmetic takes about as long.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h.

constexpr int64_t kFewRows = kFewProductRows;
// With more rows, tiles of C in registers win over sums in memory while rows of B are short.
constexpr int64_t kSweptShortRows = 4;
constexpr int64_t kPage = 4096;
constexpr int kSweep = 8;               // rows of B side by side
constexpr int64_t kSweptSums = 16384;   // of all rows of C, in the nearer caches
constexpr int64_t kDescentAhead = 512;  // bytes between a stream and what is asked for
// Streams of short rows of B, as of the keys and values of attention, end before a processor has
// foreseen them: what is asked for are rows so many blocks ahead.
constexpr int64_t kShortRow = 512;  // bytes
constexpr int64_t kBlocksAhead = 4;

// Some columns of C, of all rows: sums in C itself, or beside it where C is narrower. A is as wide
// as they are.
template <class S>
struct FewRows {
  using T = LaneType<S>;
  using V = Vec<T>;
  static constexpr int kLanes = V::kLanes;

  const Matmul& problem;
  const T* a;
  const S* b;  // at the first of the columns
  T* sums;
  int64_t sums_row;
  int64_t cols;

  T left(int64_t row, int64_t k) const { return a[row * problem.a.row + k * problem.a.col]; }

  // sums[row .. row + kRows) += A[row .., k .. k + kDeep) B[k .. k + kDeep)
  template <int kRows, int kDeep>
  void sweep(int64_t row, int64_t k) const {
    constexpr int kVectors = kRows > 1 ? 2 : 1;  // that a broadcast element of A serves
    T scale[kRows][kDeep];
    for (int r = 0; r < kRows; ++r)
      for (int i = 0; i < kDeep; ++i) scale[r][i] = left(row + r, k + i);
    const S* from = b + k * problem.b.row;
    T* to = sums + row * sums_row;
    int64_t j = 0;
    for (; j + kVectors * kLanes <= cols; j += kVectors * kLanes)
      sweep_vectors<kRows, kDeep, kVectors>(scale, from + j, to + j, kLanes);
    for (; j < cols; j += kLanes) {
      const int64_t lanes = cols - j < kLanes ? cols - j : kLanes;
      if constexpr (Memory<S>::kHasMasks) {
        sweep_vectors<kRows, kDeep, 0>(scale, from + j, to + j, lanes);
      } else {
        // Without masks a part is read by way of a copy, whose code is long.
        for (int i = 0; i < kDeep; ++i) {
          T of_row[kRows][1];
          for (int r = 0; r < kRows; ++r) of_row[r][0] = scale[r][i];
          sweep_vectors<kRows, 1, 0>(of_row, from + i * problem.b.row + j, to + j, lanes);
        }
      }
    }
  }
  // Whole vectors; none stands for one of which only some lanes are there.
  template <int kRows, int kDeep, int kVectors>
  WEFT_INLINE void sweep_vectors(const T (&scale)[kRows][kDeep], const S* from, T* to,
                                 int64_t lanes) const {
    constexpr int kEach = kVectors > 0 ? kVectors : 1;
    V sum[kRows][kEach];
    WEFT_UNROLL
    for (int r = 0; r < kRows; ++r) {
      WEFT_UNROLL
      for (int v = 0; v < kEach; ++v) {
        const T* at = to + r * sums_row + v * kLanes;
        sum[r][v] = kVectors > 0 ? Memory<T>::load(at) : Memory<T>::load_part(at, lanes);
      }
    }
    WEFT_UNROLL
    for (int i = 0; i < kDeep; ++i) {
      V right[kEach];
      WEFT_UNROLL
      for (int v = 0; v < kEach; ++v) {
        const S* at = from + i * problem.b.row + v * kLanes;
        right[v] = kVectors > 0 ? Memory<S>::load(at) : Memory<S>::load_part(at, lanes);
      }
      WEFT_UNROLL
      for (int r = 0; r < kRows; ++r) {
        const V factor(scale[r][i]);
        WEFT_UNROLL
        for (int v = 0; v < kEach; ++v) sum[r][v] = fma_(factor, right[v], sum[r][v]);
      }
    }
    repeat<kRows>([&](auto row) WEFT_LAMBDA {
      repeat<kEach>([&](auto vector) WEFT_LAMBDA {
        constexpr int r = decltype(row)::value, v = decltype(vector)::value;
        T* at = to + r * sums_row + v * kLanes;
        if constexpr (kVectors > 0) {
          Memory<T>::store(at, sum[r][v]);
        } else {
          Memory<T>::store_part(at, sum[r][v], lanes);
        }
      });
    });
  }
  template <int kDeep>
  void sweep_rows(int64_t k) const {
    int64_t row = 0;
    for (; row + 4 <= problem.m; row += 4) sweep<4, kDeep>(row, k);
    if (problem.m & 2) sweep<2, kDeep>(row, k);
    if (problem.m & 1) sweep<1, kDeep>(problem.m - 1, k);
  }
  void sweep_all() const {
    int64_t k = 0;
    const bool is_short = cols * (int64_t)sizeof(S) <= kShortRow;
    for (; k + kSweep <= problem.k; k += kSweep) {
      if (is_short)
        prefetch_rows<false>(b + (k + kBlocksAhead * kSweep) * problem.b.row, kSweep,
                             problem.b.row * sizeof(S), cols * sizeof(S));
      sweep_rows<kSweep>(k);
    }
    for (; k < problem.k; ++k) sweep_rows<1>(k);
  }

  // A vector of columns of C, B read down its columns. Where there are fewer than kRows rows the
  // last one is computed again.
  template <int kRows>
  void descend(int64_t col, int64_t lanes) const {
    const int64_t b_col = problem.b.col;
    const S* from = b + col * b_col;
    const bool is_short = problem.k * (int64_t)sizeof(S) <= kShortRow;
    const int64_t ahead =
        is_short ? kBlocksAhead * kLanes * b_col * (int64_t)sizeof(S) : kDescentAhead;
    V sum[kRows];
    const T* lefts[kRows];
    T* tos[kRows];
    WEFT_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const int64_t there = r < problem.m ? r : problem.m - 1;
      lefts[r] = a + there * problem.a.row;
      tos[r] = sums + there * sums_row + col;
      sum[r] = Memory<T>::load_part(tos[r], lanes);
    }
    int64_t k = 0;
    for (; k + kLanes <= problem.k; k += kLanes) {
      V block[kLanes];
      WEFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        const S* line = from + (i < lanes ? i : 0) * b_col + k;
        __builtin_prefetch((const char*)line + ahead, 0, 2);
        block[i] = Memory<S>::load(line);
      }
      transpose(block);
      WEFT_UNROLL
      for (int i = 0; i < kLanes; ++i) {
        WEFT_UNROLL
        for (int r = 0; r < kRows; ++r)
          sum[r] = fma_(V(lefts[r][(k + i) * problem.a.col]), block[i], sum[r]);
      }
    }
    for (; k < problem.k; ++k) {
      T line[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) line[i] = to_lane(from[(i < lanes ? i : 0) * b_col + k]);
      const V right = Memory<T>::load(line);
      WEFT_UNROLL
      for (int r = 0; r < kRows; ++r) sum[r] = fma_(V(lefts[r][k * problem.a.col]), right, sum[r]);
    }
    WEFT_UNROLL
    for (int r = 0; r < kRows; ++r) Memory<T>::store_part(tos[r], sum[r], lanes);
  }
  void descend_all() const {
    for (int64_t col = 0; col < cols; col += kLanes) {
      const int64_t lanes = cols - col < kLanes ? cols - col : kLanes;
      if (problem.m > 4) {
        descend<8>(col, lanes);
      } else if (problem.m > 2) {
        descend<4>(col, lanes);
      } else if (problem.m == 2) {
        descend<2>(col, lanes);
      } else {
        descend<1>(col, lanes);
      }
    }
  }
  void run() const {
    if (problem.b.col == 1) {
      sweep_all();
    } else {
      descend_all();
    }
  }
};
