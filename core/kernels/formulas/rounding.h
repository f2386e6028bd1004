// Rounding to integers in the value's own type. Integers stay as they are; zeros keep their sign.

struct Floor {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return floor_(a);
    return a;
  }
};
WEFT_FORMULA(floor, Floor, ordered, 1)

// By way of floor: ceil(a) = -floor(-a).
struct Ceil {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return -floor_(-a);
    return a;
  }
};
WEFT_FORMULA(ceil, Ceil, ordered, 1)

// Towards zero: the sign is put back, so that -0.5 gives -0.
struct Trunc {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return copysign_(floor_(abs_(a)), a);
    return a;
  }
};
WEFT_FORMULA(trunc, Trunc, ordered, 1)

// To the nearest integer; halves go to the even neighbour.
struct Rint {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return round_even_(a);
    return a;
  }
};
WEFT_FORMULA(rint, Rint, ordered, 1)
