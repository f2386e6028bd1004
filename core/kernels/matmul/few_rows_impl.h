// Products of few rows: each element of B is used a few times only, so reading B limits the speed.
//
// If rows of B are dense, several of them are swept along long stretches of columns, with the sums
// in the nearer caches: that many streams, each over whole pages. If columns of B are dense (x Wᵀ),
// a vector of columns is read at a time and transposed in registers; so an element of C stays one
// chain in ascending k however B lies in memory. One or two rows compute faster than memory
// delivers; with more, arithmetic takes about as long.
//
// Included inside the namespace of an instruction set, after kernels/matmul/gemm_impl.h.

constexpr int64_t kFewRows = kFewProductRows;
// With more rows than this, tiles of C in registers are faster than sums in memory, as long as rows
// of B are short.
constexpr int64_t kSweptShortRows = 4;
constexpr int64_t kPage = 4096;
constexpr int kSweep = 8;  // rows of B that are read side by side
// maximum of sums of all rows of C: they stay in the nearer caches
constexpr int64_t kSweptSums = 16384;
// bytes between what is read of a column and what is prefetched
constexpr int64_t kDescentAhead = 512;
// Rows of B may be so short (keys and values of attention) that a stream ends before the processor
// has recognised it. Then rows that many blocks ahead are prefetched.
constexpr int64_t kShortRow = 512;  // bytes
constexpr int64_t kBlocksAhead = 4;

// Some columns of C, for all rows. Sums are in C itself, or beside it where C has narrower
// elements. A has the type of the sums.
template <class S>
struct FewRows {
  using T = LaneType<S>;
  using V = Vec<T>;
  static constexpr int kLanes = V::kLanes;

  const Matmul& problem;
  const T* a;
  const S* b;  // the first of the columns
  T* sums;
  int64_t sums_row;
  int64_t cols;

  T left(int64_t row, int64_t k) const { return a[row * problem.a.row + k * problem.a.col]; }

  // sums[row .. row + kRows) += A[row .., k .. k + kDeep) B[k .. k + kDeep): kDeep rows of B, side
  // by side, so each sum is loaded and stored once for kDeep products.
  template <int kRows, int kDeep>
  void sweep(int64_t row, int64_t k) const {
    constexpr int kVectors = kRows > 1 ? 2 : 1;  // that share a broadcast element of A
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
        // Without masks a part of a vector goes through a buffer, and that code is long: one row of
        // B at a time, so that there is less of it.
        for (int i = 0; i < kDeep; ++i) {
          T of_row[kRows][1];
          for (int r = 0; r < kRows; ++r) of_row[r][0] = scale[r][i];
          sweep_vectors<kRows, 1, 0>(of_row, from + i * problem.b.row + j, to + j, lanes);
        }
      }
    }
  }
  // Some whole vectors of columns; kVectors = 0 stands for a part of one, `lanes` long.
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
  // kDeep rows of B for all rows of C, four at a time.
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

  // A vector of columns of C, for kRows rows: B is read down its columns. If there are fewer rows,
  // the last one is computed again, into the same sums.
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
    // The rest of k, element by element, still in ascending order.
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
