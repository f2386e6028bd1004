// Sums, products, extrema and what is made of signs.

struct Add {
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

struct Floor {
  template <class V>
  V operator()(V a) const {
    return floor_(a);
  }
};
WEFT_FORMULA(floor, Floor, floating)
