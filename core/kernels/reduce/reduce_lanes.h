// Reductions over 64-byte virtual lanes: one order of combination for every width of vectors.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h. With W
// lanes in 64 bytes, element i of a block belongs to lane i mod (4 W): four chains of W lanes.
// Blocks combine pairwise, like the carries of a binary counter, so rounding errors grow with the
// logarithm of the length. Loops over lanes and chains are unrolled: only then do compilers keep
// them in registers.

// 64 bytes of lanes: one vector of AVX-512, two of AVX2, four of 16 bytes.
template <class T>
struct Wide {
  static constexpr int kParts = 64 / kVectorBytes;
  static constexpr int kLanes = 64 / sizeof(T);
  Vec<T> part[kParts];

  WEFT_INLINE static Wide repeat(T value) {
    Wide wide;
    for (int i = 0; i < kParts; ++i) wide.part[i] = Vec<T>(value);
    return wide;
  }
  template <class S>
  WEFT_INLINE static Wide load(const S* p) {
    Wide wide;
#pragma GCC unroll 4
    for (int i = 0; i < kParts; ++i) wide.part[i] = Memory<S>::load(p + i * Vec<T>::kLanes);
    return wide;
  }
  // The first n elements; the other lanes are zero.
  template <class S>
  __attribute__((noinline)) static Wide load_part(const S* p, int64_t n) {  // 0 <= n <= kLanes
    if constexpr (Memory<S>::kHasMasks) {
      Wide wide;
      WEFT_UNROLL
      for (int i = 0; i < kParts; ++i) {
        const int64_t rest = n - i * Vec<T>::kLanes, there = rest > 0 ? rest : 0;
        wide.part[i] = Memory<S>::load_part(
            p + i * Vec<T>::kLanes, there < Vec<T>::kLanes ? there : int64_t{Vec<T>::kLanes});
      }
      return wide;
    } else {
      S elements[kLanes] = {};
      __builtin_memcpy(elements, p, n * sizeof *p);
      return load(elements);
    }
  }
};

// Lanes from n on are replaced by `absent`.
template <class T, int... I>
WEFT_INLINE Wide<T> first_of(Wide<T> wide, int64_t n, T absent, Numbers<I...>) {
  static constexpr T kNumbers[] = {T(I)...};
  WEFT_UNROLL
  for (int i = 0; i < Wide<T>::kParts; ++i)
    wide.part[i] = select(Memory<T>::load(kNumbers + i * Vec<T>::kLanes) < Vec<T>(T(n)),
                          wide.part[i], Vec<T>(absent));
  return wide;
}

template <class Op, class T>
WEFT_INLINE Wide<T> combine(Wide<T> a, Wide<T> b) {
#pragma GCC unroll 4
  for (int i = 0; i < Wide<T>::kParts; ++i) a.part[i] = Op::combine(a.part[i], b.part[i]);
  return a;
}

// The lowest value of a storage type, as a lane: what a search for the largest begins with.
template <class S>
WEFT_INLINE LaneType<S> lowest() {
  if constexpr (kIsFloating<LaneType<S>>) {
    return -LaneType<S>(__builtin_inf());
  } else if constexpr (kIsSigned<LaneType<S>>) {
    return S(S(1) << (8 * sizeof(S) - 1));
  } else {
    return 0;
  }
}

// Reversing changes the order of numbers, so that the smallest element is the largest reversed one
// and both searches share a kernel. A float changes its sign, an integer all its bits; reversing
// twice gives the element back.
template <class T>
struct Reverse {
  Vec<T> bits;
  WEFT_INLINE explicit Reverse(bool reverses) {
    if constexpr (kIsFloating<T>) {
      bits = Vec<T>(reverses ? -T(0) : T(0));
    } else {
      bits = Vec<T>(reverses ? T(~T(0)) : T(0));
    }
  }
  WEFT_INLINE Vec<T> operator()(Vec<T> v) const {
    using U = IntegersOf<Vec<T>>;
    return reinterpret<Vec<T>>(U::of(bits_(v).v ^ bits_(bits).v));
  }
  WEFT_INLINE Wide<T> operator()(Wide<T> wide) const {
    WEFT_UNROLL
    for (int i = 0; i < Wide<T>::kParts; ++i) wide.part[i] = (*this)(wide.part[i]);
    return wide;
  }
  WEFT_INLINE T operator()(T value) const { return (*this)(Vec<T>(value)).v[0]; }
};

// The operations. kAnyOrder: the result does not depend on the order, so blocks may combine as they
// come. kReverses: elements may be reversed. identity(): what a chain begins with. among_numbers():
// the same as combine() if neither operand is NaN, in one instruction instead of three.
struct Sum {
  static constexpr bool kAnyOrder = false, kReverses = false;
  template <class S>
  WEFT_INLINE static LaneType<S> identity() {
    return 0;
  }
  template <class V>
  WEFT_INLINE static V combine(V a, V b) {
    return a + b;
  }
};
struct Product {
  static constexpr bool kAnyOrder = false, kReverses = false;
  template <class S>
  WEFT_INLINE static LaneType<S> identity() {
    return 1;
  }
  template <class V>
  WEFT_INLINE static V combine(V a, V b) {
    return a * b;
  }
};
struct Largest {
  static constexpr bool kAnyOrder = true, kReverses = true;
  template <class S>
  WEFT_INLINE static LaneType<S> identity() {
    return lowest<S>();
  }
  template <class V>
  WEFT_INLINE static V combine(V a, V b) {
    return select(a != a, a, max_(a, b));
  }
  template <class V>
  WEFT_INLINE static V among_numbers(V a, V b) {
    return max_(a, b);
  }
};

// Partial results of 1, 2, 4, … blocks that wait for a partner of their size. 48 levels are enough
// for all of memory.
template <class Op, class T>
struct Pairwise {
  Wide<T> waiting[Op::kAnyOrder ? 1 : 48];
  uint64_t blocks = 0;

  WEFT_INLINE void push(Wide<T> block) {
    if constexpr (Op::kAnyOrder) {
      waiting[0] = blocks ? combine<Op>(waiting[0], block) : block;
      blocks = 1;
      return;
    }
    int level = 0;
    for (uint64_t carry = blocks; carry & 1; carry >>= 1)
      block = combine<Op>(waiting[level++], block);
    waiting[level] = block;
    ++blocks;
  }
  WEFT_INLINE Wide<T> total() const {  // there must be one block
    if constexpr (Op::kAnyOrder) return waiting[0];
    int level = __builtin_ctzll(blocks);
    Wide<T> result = waiting[level];
    for (uint64_t rest = blocks >> (level + 1); rest; rest >>= 1) {
      ++level;
      if (rest & 1) result = combine<Op>(waiting[level], result);
    }
    return result;
  }
};

// Combines the lanes of a block in halves: lane i with lane i + n / 2. fold_parts() does the same
// with the vectors of 64 bytes, so that the order is the same for every width.
template <class Op, int Half, class T, int... I>
WEFT_INLINE Vec<T> fold_lanes(Vec<T> v, Numbers<I...> lanes) {
  if constexpr (Half == 0) {
    return v;
  } else {
    const auto later = __builtin_shufflevector(v.v, v.v, ((I + Half) % Vec<T>::kLanes)...);
    return fold_lanes<Op, Half / 2>(Op::combine(v, Vec<T>::of(later)), lanes);
  }
}
template <class Op, class T>
WEFT_INLINE Vec<T> fold_parts(Wide<T> wide) {
  for (int half = Wide<T>::kParts / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) wide.part[i] = Op::combine(wide.part[i], wide.part[i + half]);
  return wide.part[0];
}
// The element that a block's lanes combine to.
template <class Op, class T>
__attribute__((noinline)) T fold(Wide<T> wide) {
  constexpr int kLanes = Vec<T>::kLanes;
  const Vec<T> first = fold_parts<Op>(wide);
  return fold_lanes<Op, kLanes / 2>(first, typename CountTo<kLanes>::Type()).v[0];
}

// An integer as it is added in 64 bits.
template <class S>
WEFT_INLINE uint64_t to_sum(S element) {
  if constexpr (kIsSigned<LaneType<S>>) {
    return uint64_t(int64_t(to_lane(element)));
  } else {
    return to_lane(element);
  }
}

constexpr int64_t kBlockElements = kReduceBlock;

// Reduces one block of dense elements; lanes without an element count as the identity. With
// kAmongNumbers, NaN is overlooked by the search, but shows in the sum of all elements: then false
// is returned, and the block must be searched again with NaN in mind.
template <class Op, bool kAmongNumbers, class S>
WEFT_INLINE bool reduce_elements(const S* p, int64_t n, bool reverses, Wide<LaneType<S>>* result) {
  using T = LaneType<S>;
  using W = Wide<T>;
  const T identity = Op::template identity<S>();
  const Reverse<T> reverse(reverses);
  W sums[4], watched[2] = {W::repeat(0), W::repeat(0)};
  for (W& sum : sums) sum = W::repeat(identity);
  // Chain j of the four takes one more 64 bytes.
  const auto meet = [&](int j, W wide) WEFT_LAMBDA {
    if constexpr (Op::kReverses) wide = reverse(wide);
    if constexpr (kAmongNumbers) {
#pragma GCC unroll 4
      for (int i = 0; i < W::kParts; ++i)
        sums[j].part[i] = Op::among_numbers(sums[j].part[i], wide.part[i]);
      watched[j % 2] = combine<Sum>(watched[j % 2], wide);
    } else {
      sums[j] = combine<Op>(sums[j], wide);
    }
  };
  int64_t i = 0;
  for (; i + 4 * W::kLanes <= n; i += 4 * W::kLanes)
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) meet(j, W::load(p + i + j * W::kLanes));
  // The end of a block goes on with the chains from the first one. Elements that are missing count
  // as the identity; how they are set depends on what is cheapest.
  for (int j = 0; i < n; i += W::kLanes, ++j) {
    if (i + W::kLanes <= n) {
      meet(j, W::load(p + i));
    } else if (kIsFloating<T> && kIsSame<Op, Sum>) {
      meet(j, W::load_part(p + i, n - i));
    } else if (kIsFloating<T> && Op::kAnyOrder && n >= W::kLanes) {
      // Some elements a second time, which changes no extremum.
      meet(j, W::load(p + n - W::kLanes));
    } else if (kIsFloating<T> && Memory<S>::kHasMasks) {
      meet(j, first_of<T>(W::load_part(p + i, n - i), n - i,
                          Op::kReverses ? reverse(identity) : identity,
                          typename CountTo<W::kLanes>::Type()));
    } else {
      S rest[W::kLanes];
      const S absent = from_lane<S>(Op::kReverses ? reverse(identity) : identity);
      if constexpr (sizeof(S) == 1) {
        __builtin_memset(rest, *(const uint8_t*)&absent, sizeof rest);
      } else {
        for (S& element : rest) element = absent;
      }
      __builtin_memcpy(rest, p + i, (n - i) * sizeof(S));
      meet(j, W::load(rest));
    }
  }
  *result = combine<Op>(combine<Op>(sums[0], sums[1]), combine<Op>(sums[2], sums[3]));
  if constexpr (kAmongNumbers) {
    const W sum = combine<Sum>(watched[0], watched[1]);
    for (int part = 0; part < W::kParts; ++part)
      if (is_any(sum.part[part] != sum.part[part])) return false;
  }
  return true;
}

// Searching among numbers first doubles the code, so generic kernels on x86 do without.
constexpr bool kSearchesNumbers = WEFT_AVX512 || WEFT_AVX2 || WEFT_NEON;

// Reduces one block. If elements are reversed, so is the result.
template <class Op, class S>
__attribute__((noinline)) Wide<LaneType<S>> reduce_block(const S* p, int64_t n,
                                                         bool reverses = false) {
  Wide<LaneType<S>> result;
  if constexpr (kSearchesNumbers && Op::kAnyOrder && kIsFloating<LaneType<S>>)
    if (reduce_elements<Op, true>(p, n, reverses, &result)) return result;
  reduce_elements<Op, false>(p, n, reverses, &result);
  return result;
}
