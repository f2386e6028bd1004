// The recording type Recorded<T>: it stands for a vector of lanes in formulas, and writes one C
// statement for each operation. It has the operators and primitive functions of
// kernels/simd/simd.h, with the same meaning. Included inside namespace weft::kernels::recorder, in
// record.cpp only.

// The types in C, and the suffixes of their functions.
template <class T>
constexpr const char* kTypeName = nullptr;
template <>
inline constexpr const char* kTypeName<float> = "float";
template <>
inline constexpr const char* kTypeName<double> = "double";
template <>
inline constexpr const char* kTypeName<int32_t> = "int32_t";
template <>
inline constexpr const char* kTypeName<int64_t> = "int64_t";
template <>
inline constexpr const char* kTypeName<uint32_t> = "uint32_t";
template <>
inline constexpr const char* kTypeName<uint64_t> = "uint64_t";

template <class T>
constexpr const char* kSuffix = nullptr;
template <>
inline constexpr const char* kSuffix<float> = "f32";
template <>
inline constexpr const char* kSuffix<double> = "f64";
template <>
inline constexpr const char* kSuffix<int32_t> = "i32";
template <>
inline constexpr const char* kSuffix<int64_t> = "i64";
template <>
inline constexpr const char* kSuffix<uint32_t> = "u32";
template <>
inline constexpr const char* kSuffix<uint64_t> = "u64";

template <class T>
constexpr bool kIsFloating = std::is_floating_point_v<T>;
template <class T>
constexpr bool kIsSigned = std::is_signed_v<T>;

// One statement, `const <type> t<n> = <text>;`, and the numbers of the statements that it reads.
struct Statement {
  const char* type;
  std::string text;
  std::vector<int> reads;
};

// A value is the number of its text in the body: the name of a statement, an argument or a literal.
// It is small and plain, because formulas copy values in every line.
struct Value {
  int text = -1;
};

// A function body that is being written. Formulas are plain functions of values, so the body that
// they write to is a variable of the thread.
struct Body {
  struct Text {
    std::string text;
    int statement;  // the statement that the text names; -1: none
  };
  std::vector<Statement> statements;
  std::vector<Text> texts;
  std::string called;  // functions to print before this one
};
inline thread_local Body* body = nullptr;

// All functions that make text are out of line and no templates. Formulas only call them, with
// plain pointers: strings would be constructed and destroyed in the code of each formula.
Value named(std::string text, int statement = -1);
const std::string& text_of(Value value);
Value emit(const char* type, std::string text, std::initializer_list<Value> reads);
Value emit_binary(const char* type, const char* before, Value a, const char* symbol,
                  const char* between, Value b, const char* after);
Value emit_call(const char* type, const char* name, const char* suffix,
                std::initializer_list<Value> inputs);
Value emit_select(const char* type, Value condition, Value a, Value b);
Value emit_prefixed(const char* type, const char* prefix, Value a, const char* suffix = "");
Value literal_of(double value, bool is_float);
Value literal_of(uint64_t value, int bits, bool is_signed);
Value emit_comparison(Value a, const char* symbol, Value b, const char* zero_of_unsigned,
                      bool is_integer);

// A mask: an int in C, 0 or 1.
struct Truth {
  Value value;

  friend Truth operator&(Truth a, Truth b) { return of(a, " & ", b); }
  friend Truth operator|(Truth a, Truth b) { return of(a, " | ", b); }
  friend Truth operator^(Truth a, Truth b) { return of(a, " ^ ", b); }
  friend Truth operator!(Truth a) { return {emit_prefixed("int", "!", a.value)}; }
  static Truth of(Truth a, const char* symbol, Truth b) {
    return {emit_binary("int", "", a.value, symbol, "", b.value, "")};
  }
};

// A constant of a formula as a C literal.
template <class T>
Value literal(T value) {
  if constexpr (kIsFloating<T>) return literal_of(double(value), sizeof(T) == 4);
  return literal_of(uint64_t(value), 8 * sizeof(T), kIsSigned<T>);
}

// A lane of type T.
template <class T>
struct Recorded {
  using Element = T;
  using Truth = recorder::Truth;
  Value value;

  Recorded() = default;
  explicit Recorded(T constant) : value(literal(constant)) {}
  static Recorded of(Value value) {
    Recorded result;
    result.value = value;
    return result;
  }

  // Signed sums, products and left shifts wrap, as lanes do: they go by way of unsigned numbers,
  // because overflow is undefined in C.
  static constexpr const char* kUnsigned = sizeof(T) == 4 ? "(uint32_t)" : "(uint64_t)";
  static constexpr const char* kThroughUnsigned =
      sizeof(T) == 4 ? "(int32_t)((uint32_t)" : "(int64_t)((uint64_t)";
  static constexpr bool kWraps = !kIsFloating<T> && kIsSigned<T>;

  // An operation that may overflow.
  static Recorded arithmetic(Recorded a, const char* symbol, Recorded b) {
    return of(emit_binary(kTypeName<T>, kWraps ? kThroughUnsigned : "", a.value, symbol,
                          kWraps ? kUnsigned : "", b.value, kWraps ? ")" : ""));
  }
  static Truth comparison(Recorded a, const char* symbol, Recorded b) {
    // How zero is written, if no number of the type is below it.
    const char* zero = kIsFloating<T> || kIsSigned<T> ? ""
                       : sizeof(T) == 4               ? "UINT32_C(0)"
                                                      : "UINT64_C(0)";
    return {emit_comparison(a.value, symbol, b.value, zero, !kIsFloating<T>)};
  }
  // An operation that cannot overflow.
  static Recorded plain(Recorded a, const char* symbol, Recorded b) {
    return of(emit_binary(kTypeName<T>, "", a.value, symbol, "", b.value, ""));
  }

  friend Recorded operator+(Recorded a, Recorded b) { return arithmetic(a, " + ", b); }
  friend Recorded operator-(Recorded a, Recorded b) { return arithmetic(a, " - ", b); }
  friend Recorded operator*(Recorded a, Recorded b) { return arithmetic(a, " * ", b); }
  // C's integer division traps or is undefined for some operands, so it is a function.
  friend Recorded operator/(Recorded a, Recorded b) {
    if constexpr (kIsFloating<T>) {
      return arithmetic(a, " / ", b);
    } else {
      return call("weft_divide_", kSuffix<T>, {a.value, b.value});
    }
  }
  friend Recorded operator-(Recorded a) {
    if constexpr (kIsFloating<T>) return of(emit_prefixed(kTypeName<T>, "-", a.value));
    return Recorded(T(0)) - a;
  }
  friend Truth operator<(Recorded a, Recorded b) { return comparison(a, " < ", b); }
  friend Truth operator<=(Recorded a, Recorded b) { return comparison(a, " <= ", b); }
  friend Truth operator>(Recorded a, Recorded b) { return comparison(a, " > ", b); }
  friend Truth operator>=(Recorded a, Recorded b) { return comparison(a, " >= ", b); }
  friend Truth operator==(Recorded a, Recorded b) { return comparison(a, " == ", b); }
  friend Truth operator!=(Recorded a, Recorded b) { return comparison(a, " != ", b); }
  friend Recorded operator&(Recorded a, Recorded b) { return plain(a, " & ", b); }
  friend Recorded operator|(Recorded a, Recorded b) { return plain(a, " | ", b); }
  friend Recorded operator^(Recorded a, Recorded b) { return plain(a, " ^ ", b); }
  friend Recorded operator<<(Recorded a, Recorded count) {
    return of(emit_binary(kTypeName<T>, kWraps ? kThroughUnsigned : "", a.value, " << ", "",
                          count.value, kWraps ? ")" : ""));
  }
  friend Recorded operator>>(Recorded a, Recorded count) { return plain(a, " >> ", count); }
  friend Recorded operator<<(Recorded a, int count) { return a << Recorded(T(count)); }
  friend Recorded operator>>(Recorded a, int count) { return a >> Recorded(T(count)); }
  friend Recorded select(Truth m, Recorded a, Recorded b) {
    return of(emit_select(kTypeName<T>, m.value, a.value, b.value));
  }
  static Recorded call(const char* name, const char* suffix, std::initializer_list<Value> inputs) {
    return of(emit_call(kTypeName<T>, name, suffix, inputs));
  }
};

// The primitive functions, in the order of kernels/simd/simd.h.

template <class T>
using Integer = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
template <class T>
using Floating = std::conditional_t<sizeof(T) == 4, float, double>;
template <class T>
constexpr const char* kMath = sizeof(T) == 4 ? "f" : "";  // the suffix of math.h: fabsf or fabs

template <class T>
Recorded<Integer<T>> bits_(Recorded<T> a) {
  return Recorded<Integer<T>>::call("weft_bits_", kSuffix<T>, {a.value});
}
template <class T>
Recorded<Floating<T>> value_(Recorded<T> a) {
  return Recorded<Floating<T>>::call("weft_value_", kSuffix<Floating<T>>, {a.value});
}
// Written as selects, so that NaN takes the same way as in vectors.
template <class V>
V min_(V a, V b) {
  return select(a < b, a, b);
}
template <class V>
V max_(V a, V b) {
  return select(a > b, a, b);
}
template <class T>
Recorded<T> abs_(Recorded<T> a) {
  if constexpr (kIsFloating<T>) {
    return Recorded<T>::call("fabs", kMath<T>, {a.value});
  } else if constexpr (kIsSigned<T>) {
    return select(a < Recorded<T>(0), -a, a);
  } else {
    return a;
  }
}
template <class T>
Recorded<T> copysign_(Recorded<T> magnitude, Recorded<T> sign) {
  return Recorded<T>::call("copysign", kMath<T>, {magnitude.value, sign.value});
}
template <class T>
Recorded<T> fma_(Recorded<T> a, Recorded<T> b, Recorded<T> c) {
  return Recorded<T>::call("weft_fma_", kSuffix<T>, {a.value, b.value, c.value});
}
// IEEE 754 demands correct rounding, so the C library's result has the same bits.
template <class T>
Recorded<T> sqrt_(Recorded<T> a) {
  return Recorded<T>::call("sqrt", kMath<T>, {a.value});
}
template <class T>
Recorded<T> round_even_(Recorded<T> a) {
  return Recorded<T>::call("weft_round_even_", kSuffix<T>, {a.value});
}
template <class T>
Recorded<T> floor_(Recorded<T> a) {
  return Recorded<T>::call("floor", kMath<T>, {a.value});
}
template <class T>
Recorded<Integer<T>> to_int_(Recorded<T> a) {
  return Recorded<Integer<T>>::of(
      emit_prefixed(kTypeName<Integer<T>>, sizeof(T) == 4 ? "(int32_t)" : "(int64_t)", a.value));
}
template <class T>
Recorded<Floating<T>> to_float_(Recorded<T> a) {
  return Recorded<Floating<T>>::of(
      emit_prefixed(kTypeName<Floating<T>>, sizeof(T) == 4 ? "(float)" : "(double)", a.value));
}
template <class T>
Recorded<T> scale_by_power_(Recorded<T> p, Recorded<T> n) {
  return Recorded<T>::call("weft_scale_by_power_", kSuffix<T>, {p.value, n.value});
}
template <class T>
Recorded<T> product_error_(Recorded<T> a, Recorded<T> b, Recorded<T> p) {
  return Recorded<T>::call("weft_product_error_", kSuffix<T>, {a.value, b.value, p.value});
}
template <class T>
Recorded<T> fmod_(Recorded<T> a, Recorded<T> b) {
  return Recorded<T>::call("fmod", kMath<T>, {a.value, b.value});
}
template <class T>
Recorded<T> power_(Recorded<T> a, Recorded<T> b) {
  return Recorded<T>::call("weft_integer_power_", kSuffix<T>, {a.value, b.value});
}
// The same bounds as in simd.h.
template <class T>
constexpr double kFarAngle = sizeof(T) == 4 ? 8192 : 1048576;
template <class T>
void replace_far_angle_(Recorded<T> x, Recorded<T>& rest, Recorded<T>& low,
                        Recorded<Integer<T>>& quadrant) {
  const Truth is_far = abs_(x) >= Recorded<T>(T(kFarAngle<T>));
  const auto far = [&](const char* name) { return Recorded<T>::call(name, kSuffix<T>, {x.value}); };
  rest = select(is_far, far("weft_far_rest_"), rest);
  low = select(is_far, Recorded<T>(T(0)), low);
  quadrant = select(is_far, to_int_(far("weft_far_quadrant_")), quadrant);
}

// Another formula is a call of its function, which is printed before the one that calls it.
template <class Formula, class T, class... Rest>
Recorded<T> apply(Recorded<T> first, Rest... rest) {
  require<Formula, T>();
  return Recorded<T>::call(kFunctionName<Formula>, kSuffix<T>, {first.value, rest.value...});
}
