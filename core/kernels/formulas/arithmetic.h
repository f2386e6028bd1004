// Sums, products, extrema and what is made of signs.

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

struct Square {
  template <class V>
  V operator()(V a) const {
    return a * a;
  }
};
WEFT_FORMULA(square, Square, ring, 1)

// NaN and zero of either sign come back as NaN and +0, as in NumPy.
struct Sign {
  template <class V>
  V operator()(V a) const {
    const V zero(0);
    V below = a;
    if constexpr (kIsSigned<typename V::Element>) below = select(a < zero, V(-1), a);
    return select(a == zero, zero, select(a > zero, V(1), below));
  }
};
WEFT_FORMULA(sign, Sign, ordered, 1)

// NaN on either side wins, as in NumPy; min_ and max_ alone would lose it on the left.
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

// NaN fails the comparison and stays.
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

// Rounds twice: within 1.5 ulp.
struct Rsqrt {
  template <class V>
  V operator()(V a) const {
    return V(1) / sqrt_(a);
  }
};
WEFT_FORMULA(rsqrt, Rsqrt, floating, 2)

struct CopySign {
  template <class V>
  V operator()(V a, V b) const {
    return copysign_(a, b);
  }
};
WEFT_FORMULA(copysign, CopySign, floating, 1)

// The larger leg is factored out, so that squares neither overflow nor vanish: within 2 ulp. An
// infinite leg wins over NaN, as in C.
struct Hypot {
  template <class V>
  V operator()(V a, V b) const {
    const V x = abs_(a), y = abs_(b);
    const V longer = max_(x, y);
    const V ratio = select(longer == V(0), V(0), min_(x, y) / longer);
    const V length = longer * sqrt_(fma_(ratio, ratio, V(1)));
    const V infinity = V(1) / V(0);
    const V of_nan = select((a != a) | (b != b), a + b, length);
    return select((x == infinity) | (y == infinity), infinity, of_nan);
  }
};
WEFT_FORMULA(hypot, Hypot, transcendental, 13)
