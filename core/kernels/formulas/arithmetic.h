// Sums, products, extrema and formulas of the sign.
//
// A formula is a struct whose operator() computes one vector, with primitives of simd.h only (their
// names end in `_`). It has no branches and no `std::`: special values go through select(), so that
// one text serves all vector widths and also prints itself as C. WEFT_FORMULA(name, struct, class,
// cost) makes it a kernel: the class says for which dtypes (formula_classes_impl.h), the cost is in
// additions that take as long. `Mirror` names the formula that does the same with the two operands
// in the other order.

struct Add {
  using Mirror = Add;
  template <class V>
  V operator()(V a, V b) const {
    return a + b;
  }
};
WEFT_FORMULA(add, Add, ring, 1)

struct Subtract {
  template <class V>
  V operator()(V a, V b) const {
    return a - b;
  }
};
WEFT_FORMULA(subtract, Subtract, ring, 1)

struct Multiply {
  using Mirror = Multiply;
  template <class V>
  V operator()(V a, V b) const {
    return a * b;
  }
};
WEFT_FORMULA(multiply, Multiply, ring, 1)

struct Divide {
  template <class V>
  V operator()(V a, V b) const {
    return a / b;
  }
};
WEFT_FORMULA(divide, Divide, floating, 1)

struct Negative {
  template <class V>
  V operator()(V a) const {
    return -a;
  }
};
WEFT_FORMULA(negative, Negative, ring, 1)

struct Absolute {
  template <class V>
  V operator()(V a) const {
    return abs_(a);
  }
};
WEFT_FORMULA(absolute, Absolute, ordered, 1)

// Square needs one load where Multiply(a, a) would need two.
struct Square {
  template <class V>
  V operator()(V a) const {
    return a * a;
  }
};
WEFT_FORMULA(square, Square, ring, 1)

// As in NumPy: NaN gives NaN, a zero of either sign gives +0.
struct Sign {
  template <class V>
  V operator()(V a) const {
    const V zero(0);
    // Unsigned lanes have no -1; the branch is decided when this is compiled.
    V below = a;
    if constexpr (kIsSigned<typename V::Element>) below = select(a < zero, V(-1), a);
    return select(a == zero, zero, select(a > zero, V(1), below));
  }
};
WEFT_FORMULA(sign, Sign, ordered, 1)

// NaN on either side gives NaN, as in NumPy. max_ alone returns b if a is NaN (simd.h). It has no
// Mirror: with two NaNs, or zeros of both signs, the order decides.
struct Maximum {
  template <class V>
  V operator()(V a, V b) const {
    return select(a != a, a, max_(a, b));
  }
};
WEFT_FORMULA(maximum, Maximum, ordered, 1)

struct Minimum {
  template <class V>
  V operator()(V a, V b) const {
    return select(a != a, a, min_(a, b));
  }
};
WEFT_FORMULA(minimum, Minimum, ordered, 1)

// NaN fails the comparison, so it stays NaN.
struct Relu {
  template <class V>
  V operator()(V a) const {
    return select(a < V(0), V(0), a);
  }
};
WEFT_FORMULA(relu, Relu, ordered, 1)

struct Sqrt {
  template <class V>
  V operator()(V a) const {
    return sqrt_(a);
  }
};
WEFT_FORMULA(sqrt, Sqrt, floating, 2)

struct Reciprocal {
  template <class V>
  V operator()(V a) const {
    return V(1) / a;
  }
};
WEFT_FORMULA(reciprocal, Reciprocal, floating, 1)

// Division and root are both rounded: within 1.5 ulp.
struct Rsqrt {
  template <class V>
  V operator()(V a) const {
    return V(1) / sqrt_(a);
  }
};
WEFT_FORMULA(rsqrt, Rsqrt, floating, 2)

// The magnitude of a with the sign of b, also for zeros and NaN.
struct CopySign {
  template <class V>
  V operator()(V a, V b) const {
    return copysign_(a, b);
  }
};
WEFT_FORMULA(copysign, CopySign, floating, 1)

// sqrt(a^2 + b^2). The larger leg is factored out, so that squares neither overflow nor vanish:
// within 2 ulp. If a leg is infinite, the result is infinite, even if the other is NaN, as in C.
struct Hypot {
  template <class V>
  V operator()(V a, V b) const {
    const V x = abs_(a), y = abs_(b);
    const V longer = max_(x, y);
    const V ratio = select(longer == V(0), V(0), min_(x, y) / longer);
    const V length = longer * sqrt_(fma_(ratio, ratio, V(1)));
    const V infinity = V(1) / V(0);
    const V of_nan = select((a != a) | (b != b), a + b, length);
    // The order of the two selects decides that infinity wins over NaN.
    return select((x == infinity) | (y == infinity), infinity, of_nan);
  }
};
WEFT_FORMULA(hypot, Hypot, transcendental, 13)
