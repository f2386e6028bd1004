// Comparisons and logic. They give a mask, which is stored as bool. A comparison with NaN is false,
// except for not_equal (IEEE 754).

// `auto` is the mask type of V. Equality does not depend on the sign, hence the class `ring`.
struct Equal {
  using Mirror = Equal;
  template <class V>
  auto operator()(V a, V b) const {
    return a == b;
  }
};
WEFT_FORMULA(equal, Equal, ring, 1)

struct NotEqual {
  using Mirror = NotEqual;
  template <class V>
  auto operator()(V a, V b) const {
    return a != b;
  }
};
WEFT_FORMULA(not_equal, NotEqual, ring, 1)

struct Less {
  using Mirror = struct Greater;
  template <class V>
  auto operator()(V a, V b) const {
    return a < b;
  }
};
WEFT_FORMULA(less, Less, ordered, 1)

struct LessEqual {
  using Mirror = struct GreaterEqual;
  template <class V>
  auto operator()(V a, V b) const {
    return a <= b;
  }
};
WEFT_FORMULA(less_equal, LessEqual, ordered, 1)

struct Greater {
  using Mirror = Less;
  template <class V>
  auto operator()(V a, V b) const {
    return a > b;
  }
};
WEFT_FORMULA(greater, Greater, ordered, 1)

struct GreaterEqual {
  using Mirror = LessEqual;
  template <class V>
  auto operator()(V a, V b) const {
    return a >= b;
  }
};
WEFT_FORMULA(greater_equal, GreaterEqual, ordered, 1)

// Logical operators take any dtype: what is not zero is true, NaN too.
struct LogicalNot {
  template <class V>
  auto operator()(V a) const {
    return a == V(0);
  }
};
WEFT_FORMULA(logical_not, LogicalNot, ring, 1)

struct LogicalAnd {
  using Mirror = LogicalAnd;
  template <class V>
  auto operator()(V a, V b) const {
    return (a != V(0)) & (b != V(0));
  }
};
WEFT_FORMULA(logical_and, LogicalAnd, ring, 1)

struct LogicalOr {
  using Mirror = LogicalOr;
  template <class V>
  auto operator()(V a, V b) const {
    return (a != V(0)) | (b != V(0));
  }
};
WEFT_FORMULA(logical_or, LogicalOr, ring, 1)

// The mask comes first. Only bits move, so the class is `selection`: one kernel for each size.
struct Where {
  template <class M, class V>
  V operator()(M condition, V a, V b) const {
    return select(condition, a, b);
  }
};
WEFT_FORMULA(where, Where, selection, 2)
