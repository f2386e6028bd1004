// Bits of integers. On bool, the operators and, or and xor are the logical ones. C leaves shifts by
// too many bits undefined; here they are defined, as in NumPy.

struct BitwiseAnd {
  using Mirror = BitwiseAnd;
  template <class V>
  V operator()(V a, V b) const {
    return a & b;
  }
};
WEFT_FORMULA(bitwise_and, BitwiseAnd, integral, 1)

struct BitwiseOr {
  using Mirror = BitwiseOr;
  template <class V>
  V operator()(V a, V b) const {
    return a | b;
  }
};
WEFT_FORMULA(bitwise_or, BitwiseOr, integral, 1)

struct BitwiseXor {
  using Mirror = BitwiseXor;
  template <class V>
  V operator()(V a, V b) const {
    return a ^ b;
  }
};
WEFT_FORMULA(bitwise_xor, BitwiseXor, integral, 1)

// Is the count at least 0 and below the number of the lane's bits? Any other count shifts every bit
// out, as in NumPy.
template <class V>
WEFT_INLINE auto is_shift(V count) {
  auto inside = count < V(8 * sizeof(typename V::Element));
  if constexpr (kIsSigned<typename V::Element>) inside = inside & (count >= V(0));
  return inside;
}

// The count is replaced by 0 where it is outside, before the shift, so that no lane is undefined.
struct LeftShift {
  template <class V>
  V operator()(V a, V b) const {
    const auto inside = is_shift(b);
    return select(inside, a << select(inside, b, V(0)), V(0));
  }
};
WEFT_FORMULA(left_shift, LeftShift, whole, 1)

// Shifts out to the sign: -1 for negative numbers, else 0.
struct RightShift {
  template <class V>
  V operator()(V a, V b) const {
    V outside(0);
    if constexpr (kIsSigned<typename V::Element>) outside = select(a < V(0), V(-1), V(0));
    const auto inside = is_shift(b);
    return select(inside, a >> select(inside, b, V(0)), outside);
  }
};
WEFT_FORMULA(right_shift, RightShift, whole, 1)
