// Classes of formulas (WEFT_FORMULA's last argument): the dtypes that they have kernels for.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h.

// Which storage a class of formulas sees for a dtype. Integer sums and products, equality and
// selection do not depend on the sign, so signed and unsigned share a kernel, and wrap.
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

struct ordered {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = S;
  };
};

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

struct transcendental : floating {
  static constexpr bool kIsCompact = true;
};

// All but bool, with their sign.
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

// Of formulas that this build has not (WEFT_OPS).
struct dropped {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = void;
  };
};

// Integers, with their sign, and bool and integers, whose sign does not matter.
struct whole {
  static constexpr bool kIsCompact = true;
  template <class S>
  struct Sees {
    using Type = NotFloating<typename number::Sees<S>::Type>;
  };
};
struct integral {
  static constexpr bool kIsCompact = false;
  template <class S>
  struct Sees {
    using Type = NotFloating<typename ring::Sees<S>::Type>;
  };
};
