// Loops over a dense row in vectors: maps, and several sums at once of terms that are computed on
// the way. Layers such as softmax and normalisation use them.
//
// Included inside the namespace of an instruction set, after kernels/reduce/reduce_lanes.h. The
// sums have that header's order, so their bits do not depend on the width of vectors.

// Loads the first n elements, at most a whole vector; the other lanes are zero.
template <class S>
WEFT_INLINE Vec<LaneType<S>> load_lanes(const S* p, int64_t n) {
  return n >= Vec<LaneType<S>>::kLanes ? Memory<S>::load(p) : Memory<S>::load_part(p, n);
}
template <class S>
WEFT_INLINE void store_lanes(S* p, Vec<LaneType<S>> v, int64_t n) {
  if (n >= Vec<LaneType<S>>::kLanes) {
    Memory<S>::store(p, v);
  } else {
    Memory<S>::store_part(p, v, n);
  }
}

// Keeps the first n lanes and sets the others to zero, by way of memory.
template <class T>
WEFT_INLINE Vec<T> first_lanes(Vec<T> v, int64_t n) {
  T lanes[Vec<T>::kLanes];
  Memory<T>::store(lanes, v);
  return Memory<T>::load_part(lanes, n);
}

// Calls f(i, n) for each vector of elements: n elements from i on. Only the last n may be less than
// a vector.
template <class T, class F>
WEFT_INLINE void for_lanes(int64_t cols, F f) {
  constexpr int kLanes = Vec<T>::kLanes;
  int64_t i = 0;
  for (; i + kLanes <= cols; i += kLanes) f(i, kLanes);
  if (i < cols) f(i, cols - i);
}

// The K terms that one vector of elements adds to K sums.
template <class T, int K>
struct Terms {
  Vec<T> of[K];
};

// results[k] = Σ terms(i, n).of[k] over the row: K sums in one pass over memory. terms(i, n) may
// leave anything in the lanes from n on. Each sum runs in four chains of 64-byte virtual lanes,
// blocks of kBlockElements combine pairwise, as in reduce_elements() (reduce_lanes.h).
template <int K, class T, class F>
WEFT_INLINE void sum_terms(int64_t cols, F terms, T (&results)[K]) {
  using W = Wide<T>;
  constexpr int kLanes = Vec<T>::kLanes;
  constexpr int kChains = 4;
  Pairwise<Sum, T> partial[K];
  // An empty row is one empty block, whose sum is zero.
  for (int64_t begin = 0; begin < cols || begin == 0; begin += kBlockElements) {
    const int64_t end = cols - begin < kBlockElements ? cols : begin + kBlockElements;
    W sums[K][kChains];
    for (int k = 0; k < K; ++k)
      for (int j = 0; j < kChains; ++j) sums[k][j] = W::repeat(T(0));
    int64_t i = begin;
    for (; i + kChains * W::kLanes <= end; i += kChains * W::kLanes) {
#pragma GCC unroll 4
      for (int j = 0; j < kChains; ++j) {
#pragma GCC unroll 4
        for (int part = 0; part < W::kParts; ++part) {
          const Terms<T, K> term = terms(i + j * W::kLanes + part * kLanes, kLanes);
#pragma GCC unroll 4
          for (int k = 0; k < K; ++k) sums[k][j].part[part] = sums[k][j].part[part] + term.of[k];
        }
      }
    }
    // The rest of a block goes on with the same chains, one vector at a time.
    for (int at = 0; i < end; i += kLanes, ++at) {
      const int64_t n = end - i < kLanes ? end - i : kLanes;
      Terms<T, K> term = terms(i, n);
      for (int k = 0; k < K; ++k) {
        if (n < kLanes) term.of[k] = first_lanes(term.of[k], n);
        Vec<T>& sum = sums[k][at / W::kParts].part[at % W::kParts];
        sum = sum + term.of[k];
      }
    }
    for (int k = 0; k < K; ++k)
      partial[k].push(
          combine<Sum>(combine<Sum>(sums[k][0], sums[k][1]), combine<Sum>(sums[k][2], sums[k][3])));
  }
  for (int k = 0; k < K; ++k) results[k] = fold<Sum>(partial[k].total());
}
