// Square tiles of elements that are transposed in registers: lines become columns.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd.h. V is a vector of
// the compiler's extension with as many lanes as a tile has lines.

// Lanes of a and b in turn: a0 b0 a1 b1 …; *low has the first half of them, *high the second.
template <class V, int... I>
WEFT_INLINE void interleave(V a, V b, V* low, V* high, Numbers<I...>) {
  constexpr int kLanes = sizeof...(I), kHalf = kLanes / 2;
  *low = __builtin_shufflevector(a, b, (I / 2 + I % 2 * kLanes)...);
  *high = __builtin_shufflevector(a, b, (kHalf + I / 2 + I % 2 * kLanes)...);
}

// A perfect shuffle: line i is interleaved with line i + kSide / 2. It doubles the distance between
// neighbouring lanes; after log2(kSide) rounds each line is a column.
template <int kSide, class V>
WEFT_INLINE void transpose_tile(V* lines) {
  V mixed[kSide];
#pragma GCC unroll 5
  for (int distance = 1; distance < kSide; distance *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < kSide / 2; ++i)
      interleave(lines[i], lines[i + kSide / 2], &mixed[2 * i], &mixed[2 * i + 1],
                 typename CountTo<kSide>::Type());
#pragma GCC unroll 16
    for (int i = 0; i < kSide; ++i) lines[i] = mixed[i];
  }
}
