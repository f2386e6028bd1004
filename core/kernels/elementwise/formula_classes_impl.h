// Classes of formulas: the third argument of WEFT_FORMULA, which says for which dtypes a formula
// has kernels.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h. Each class
// maps the storage type S of a dtype to Sees<S>::Type, the type that the kernel is compiled for, or
// to void: no kernel. kIsCompact marks formulas that take long: they are compiled for full lanes
// only, and narrow dtypes pass through that kernel (widened.isa.cpp).

// `ring`: all dtypes. Integer sums and products, equality and the like do not depend on the sign,
// so signed integers use the unsigned kernel, and wrap.
struct ring {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = S;
  };
};
template <>
struct ring::Sees<int8_t> {
  using Type = uint8_t;
};
template <>
struct ring::Sees<int16_t> {
  using Type = uint16_t;
};
template <>
struct ring::Sees<int32_t> {
  using Type = uint32_t;
};
template <>
struct ring::Sees<int64_t> {
  using Type = uint64_t;
};

// `ordered`: all dtypes, each with its own sign, because the order of numbers matters.
struct ordered {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = S;
  };
};

// `floating`: floating dtypes only.
struct floating {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = void;
  };
};
template <>
struct floating::Sees<Float16> {
  using Type = Float16;
};
template <>
struct floating::Sees<BFloat16> {
  using Type = BFloat16;
};
template <>
struct floating::Sees<float> {
  using Type = float;
};
template <>
struct floating::Sees<double> {
  using Type = double;
};
// A step for the classes below: void for floating types.
template <class S>
struct WithoutFloats {
  using Type = S;
};
template <>
struct WithoutFloats<Float16> {
  using Type = void;
};
template <>
struct WithoutFloats<BFloat16> {
  using Type = void;
};
template <>
struct WithoutFloats<float> {
  using Type = void;
};
template <>
struct WithoutFloats<double> {
  using Type = void;
};
template <class S>
using NotFloating = typename WithoutFloats<S>::Type;

// `selection`: all dtypes by size alone. The formula moves bits and does no arithmetic.
struct selection {
  static constexpr bool kIsCompact = false;
  template <int Bytes>
  struct OfSize;
  template <class S>
  struct Sees {
    using Type = typename OfSize<sizeof(S)>::Type;
  };
};
template <>
struct selection::OfSize<1> {
  using Type = uint8_t;
};
template <>
struct selection::OfSize<2> {
  using Type = uint16_t;
};
template <>
struct selection::OfSize<4> {
  using Type = uint32_t;
};
template <>
struct selection::OfSize<8> {
  using Type = uint64_t;
};

// `transcendental`: floating formulas that take long (exp, sin).
struct transcendental : floating {
  static constexpr bool kIsCompact = true;
};

// `number`: all dtypes but bool, with their sign; takes long.
struct number {
  static constexpr bool kIsCompact = true;
  template <class S>
  struct Sees {
    using Type = S;
  };
};
template <>
struct number::Sees<Boolean> {
  using Type = void;
};

// `dropped`: the build puts formulas in this class that it has no operator for (WEFT_OPS).
struct dropped {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = void;
  };
};

// `whole`: integers with their sign; takes long.
struct whole {
  static constexpr bool kIsCompact = true;
  template <class S>
  struct Sees {
    using Type = NotFloating<typename number::Sees<S>::Type>;
  };
};
// `integral`: bool and integers; the sign does not matter.
struct integral {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = NotFloating<typename ring::Sees<S>::Type>;
  };
};
