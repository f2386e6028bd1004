// To integers, in the value's own type: integers come back as they are, zeros keep their sign.

struct Floor {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return floor_(a);
    return a;
  }
};
WEFT_FORMULA(floor, Floor, ordered, 1)

struct Ceil {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return -floor_(-a);
    return a;
  }
};
WEFT_FORMULA(ceil, Ceil, ordered, 1)

struct Trunc {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return copysign_(floor_(abs_(a)), a);
    return a;
  }
};
WEFT_FORMULA(trunc, Trunc, ordered, 1)

// Halves go to the even neighbour.
struct Rint {
  template <class V>
  V operator()(V a) const {
    if constexpr (kIsFloating<typename V::Element>) return round_even_(a);
    return a;
  }
};
WEFT_FORMULA(rint, Rint, ordered, 1)
