// Sums, products, extrema and what is made of signs.

struct Add {
  using Mirror = Add;
  template <class V>
  V operator()(V a, V b) const {
    return a + b;
  }
};
WEFT_FORMULA(add, Add, ring)

struct Subtract {
  template <class V>
  V operator()(V a, V b) const {
    return a - b;
  }
};
WEFT_FORMULA(subtract, Subtract, ring)

struct Multiply {
  using Mirror = Multiply;
  template <class V>
  V operator()(V a, V b) const {
    return a * b;
  }
};
WEFT_FORMULA(multiply, Multiply, ring)

struct Divide {
  template <class V>
  V operator()(V a, V b) const {
    return a / b;
  }
};
WEFT_FORMULA(divide, Divide, floating)

struct Negative {
  template <class V>
  V operator()(V a) const {
    return -a;
  }
};
WEFT_FORMULA(negative, Negative, ring)

struct Absolute {
  template <class V>
  V operator()(V a) const {
    return abs_(a);
  }
};
WEFT_FORMULA(absolute, Absolute, ordered)

struct Square {
  template <class V>
  V operator()(V a) const {
    return a * a;
  }
};
WEFT_FORMULA(square, Square, ring)

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
WEFT_FORMULA(sign, Sign, ordered)

// NaN on either side wins, as in NumPy; min_ and max_ alone would lose it on the left.
struct Maximum {
  template <class V>
  V operator()(V a, V b) const {
    return select(a != a, a, max_(a, b));
  }
};
WEFT_FORMULA(maximum, Maximum, ordered)

struct Minimum {
  template <class V>
  V operator()(V a, V b) const {
    return select(a != a, a, min_(a, b));
  }
};
WEFT_FORMULA(minimum, Minimum, ordered)

// NaN fails the comparison and stays.
struct Relu {
  template <class V>
  V operator()(V a) const {
    return select(a < V(0), V(0), a);
  }
};
WEFT_FORMULA(relu, Relu, ordered)

struct Sqrt {
  template <class V>
  V operator()(V a) const {
    return sqrt_(a);
  }
};
WEFT_FORMULA(sqrt, Sqrt, floating)

struct Reciprocal {
  template <class V>
  V operator()(V a) const {
    return V(1) / a;
  }
};
WEFT_FORMULA(reciprocal, Reciprocal, floating)

// Rounds twice: within 1.5 ulp.
struct Rsqrt {
  template <class V>
  V operator()(V a) const {
    return V(1) / sqrt_(a);
  }
};
WEFT_FORMULA(rsqrt, Rsqrt, floating)

struct CopySign {
  template <class V>
  V operator()(V a, V b) const {
    return copysign_(a, b);
  }
};
WEFT_FORMULA(copysign, CopySign, floating)

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
WEFT_FORMULA(hypot, Hypot, transcendental)
