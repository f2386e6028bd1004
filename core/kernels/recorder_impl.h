// The recording type: stands for a vector of lanes in formulas and writes one C statement an
// operation. Included inside namespace weft::kernels::recorder, in record.cpp only.

template <class T>
constexpr const char* kTypeName = nullptr;
template <>
constexpr const char* kTypeName<float> = "float";
template <>
constexpr const char* kTypeName<double> = "double";
template <>
constexpr const char* kTypeName<int32_t> = "int32_t";
template <>
constexpr const char* kTypeName<int64_t> = "int64_t";
template <>
constexpr const char* kTypeName<uint32_t> = "uint32_t";
template <>
constexpr const char* kTypeName<uint64_t> = "uint64_t";

template <class T>
constexpr const char* kSuffix = nullptr;
template <>
constexpr const char* kSuffix<float> = "f32";
template <>
constexpr const char* kSuffix<double> = "f64";
template <>
constexpr const char* kSuffix<int32_t> = "i32";
template <>
constexpr const char* kSuffix<int64_t> = "i64";
template <>
constexpr const char* kSuffix<uint32_t> = "u32";
template <>
constexpr const char* kSuffix<uint64_t> = "u64";

template <class T>
constexpr bool kIsFloating = std::is_floating_point_v<T>;
template <class T>
constexpr bool kIsSigned = std::is_signed_v<T>;

// One statement: `const <type> t<n> = <text>;`, the numbers of the statements that it reads.
struct Statement {
  const char* type;
  std::string text;
  std::vector<int> reads;
};

// A function body under construction. Formulas are plain functions of values, so the body that
// they write to is the one at hand in this thread.
struct Body {
  std::vector<Statement> statements;
  std::string called;  // functions to print before this one
};
inline thread_local Body* body = nullptr;

// A value: a statement's number, or an argument or literal by its text.
struct Value {
  std::string text;
  int statement = -1;
};

inline Value emit(const char* type, const std::string& text, std::initializer_list<Value> reads) {
  Statement statement = {type, text, {}};
  for (const Value& value : reads)
    if (value.statement >= 0) statement.reads.push_back(value.statement);
  body->statements.push_back(std::move(statement));
  const int number = static_cast<int>(body->statements.size()) - 1;
  return {"t" + std::to_string(number), number};
}

template <class T>
std::string literal(T value) {
  char text[64];
  if constexpr (kIsFloating<T>) {
    std::snprintf(text, sizeof text, sizeof(T) == 4 ? "%af" : "%a", static_cast<double>(value));
  } else if constexpr (!kIsSigned<T>) {
    std::snprintf(text, sizeof text, "UINT%d_C(%" PRIu64 ")", int(8 * sizeof(T)), uint64_t(value));
  } else if (value == std::numeric_limits<T>::min()) {
    return sizeof(T) == 4 ? "INT32_MIN" : "INT64_MIN";
  } else {
    std::snprintf(text, sizeof text, "INT%d_C(%" PRId64 ")", int(8 * sizeof(T)), int64_t(value));
  }
  return value < T(0) ? "(" + std::string(text) + ")" : text;
}

struct Truth {
  Value value;

  friend Truth operator&(Truth a, Truth b) { return of(a, " & ", b); }
  friend Truth operator|(Truth a, Truth b) { return of(a, " | ", b); }
  friend Truth operator!(Truth a) { return {emit("int", "!" + a.value.text, {a.value})}; }
  static Truth of(const Truth& a, const char* symbol, const Truth& b) {
    return {emit("int", a.value.text + symbol + b.value.text, {a.value, b.value})};
  }
};

template <class T>
struct Recorded {
  using Element = T;
  using Truth = recorder::Truth;
  Value value;

  Recorded() = default;
  explicit Recorded(T constant) : value{literal(constant), -1} {}
  static Recorded of(Value value) {
    Recorded result;
    result.value = std::move(value);
    return result;
  }

  // Signed sums wrap as lanes do: through unsigned, since C leaves overflow undefined.
  static Recorded arithmetic(const Recorded& a, const char* symbol, const Recorded& b) {
    std::string text = a.value.text + symbol + b.value.text;
    if constexpr (!kIsFloating<T> && kIsSigned<T>) {
      const std::string u = sizeof(T) == 4 ? "(uint32_t)" : "(uint64_t)";
      text = std::string("(") + kTypeName<T> + ")(" + u + a.value.text + symbol + u + b.value.text +
             ")";
    }
    return of(emit(kTypeName<T>, text, {a.value, b.value}));
  }
  // What is false of every integer is folded: compilers warn about it.
  static Truth comparison(const Recorded& a, const char* symbol, const Recorded& b) {
    if constexpr (!kIsFloating<T>) {
      const std::string_view sign = symbol;
      const bool is_self = sign == " != " && a.value.text == b.value.text;
      const bool is_below_zero = !kIsSigned<T> && sign == " < " && b.value.text == literal(T(0));
      if (is_self || is_below_zero) return {{"0", -1}};
    }
    return {emit("int", a.value.text + symbol + b.value.text, {a.value, b.value})};
  }

  friend Recorded operator+(Recorded a, Recorded b) { return arithmetic(a, " + ", b); }
  friend Recorded operator-(Recorded a, Recorded b) { return arithmetic(a, " - ", b); }
  friend Recorded operator*(Recorded a, Recorded b) { return arithmetic(a, " * ", b); }
  friend Recorded operator/(Recorded a, Recorded b) {
    if constexpr (kIsFloating<T>) {
      return arithmetic(a, " / ", b);
    } else {
      const std::string name = std::string("weft_divide_") + kSuffix<T>;
      return call(name, {a.value, b.value});
    }
  }
  friend Recorded operator-(Recorded a) {
    if constexpr (kIsFloating<T>) return of(emit(kTypeName<T>, "-" + a.value.text, {a.value}));
    return Recorded(T(0)) - a;
  }
  friend Truth operator<(Recorded a, Recorded b) { return comparison(a, " < ", b); }
  friend Truth operator<=(Recorded a, Recorded b) { return comparison(a, " <= ", b); }
  friend Truth operator>(Recorded a, Recorded b) { return comparison(a, " > ", b); }
  friend Truth operator>=(Recorded a, Recorded b) { return comparison(a, " >= ", b); }
  friend Truth operator==(Recorded a, Recorded b) { return comparison(a, " == ", b); }
  friend Truth operator!=(Recorded a, Recorded b) { return comparison(a, " != ", b); }
  friend Recorded operator&(Recorded a, Recorded b) { return bitwise(a, " & ", b); }
  friend Recorded operator|(Recorded a, Recorded b) { return bitwise(a, " | ", b); }
  friend Recorded operator^(Recorded a, Recorded b) { return bitwise(a, " ^ ", b); }
  friend Recorded operator<<(Recorded a, int count) {
    return arithmetic_shift(a, " << ", count, true);
  }
  friend Recorded operator>>(Recorded a, int count) {
    return arithmetic_shift(a, " >> ", count, false);
  }
  friend Recorded select(Truth m, Recorded a, Recorded b) {
    if (m.value.text == "0") return b;
    return of(emit(kTypeName<T>, m.value.text + " ? " + a.value.text + " : " + b.value.text,
                   {m.value, a.value, b.value}));
  }
  static Recorded call(const std::string& name, std::initializer_list<Value> inputs) {
    std::string text = name + "(";
    for (const Value& input : inputs) text += (text.back() == '(' ? "" : ", ") + input.text;
    return of(emit(kTypeName<T>, text + ")", inputs));
  }

 private:
  static Recorded bitwise(const Recorded& a, const char* symbol, const Recorded& b) {
    return of(emit(kTypeName<T>, a.value.text + symbol + b.value.text, {a.value, b.value}));
  }
  static Recorded arithmetic_shift(const Recorded& a, const char* symbol, int count, bool left) {
    std::string text = a.value.text + symbol + std::to_string(count);
    if (left && kIsSigned<T>) {
      const std::string u = sizeof(T) == 4 ? "(uint32_t)" : "(uint64_t)";
      text = std::string("(") + kTypeName<T> + ")(" + u + text + ")";
    }
    return of(emit(kTypeName<T>, text, {a.value}));
  }
};

// ---- primitive functions, in the order of kernels/simd.h

template <class T>
using Integer = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
template <class T>
using Floating = std::conditional_t<sizeof(T) == 4, float, double>;
template <class T>
std::string math(const char* name) {  // fabs or fabsf
  return sizeof(T) == 4 ? std::string(name) + "f" : name;
}

template <class T>
Recorded<Integer<T>> bits_(Recorded<T> a) {
  return Recorded<Integer<T>>::call(std::string("weft_bits_") + kSuffix<T>, {a.value});
}
template <class T>
Recorded<Floating<T>> value_(Recorded<T> a) {
  return Recorded<Floating<T>>::call(std::string("weft_value_") + kSuffix<Floating<T>>, {a.value});
}
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
    return Recorded<T>::call(math<T>("fabs"), {a.value});
  } else if constexpr (kIsSigned<T>) {
    return select(a < Recorded<T>(0), -a, a);
  } else {
    return a;
  }
}
template <class T>
Recorded<T> copysign_(Recorded<T> magnitude, Recorded<T> sign) {
  return Recorded<T>::call(math<T>("copysign"), {magnitude.value, sign.value});
}
template <class T>
Recorded<T> fma_(Recorded<T> a, Recorded<T> b, Recorded<T> c) {
  return Recorded<T>::call(std::string("weft_fma_") + kSuffix<T>, {a.value, b.value, c.value});
}
template <class T>
Recorded<T> sqrt_(Recorded<T> a) {
  return Recorded<T>::call(math<T>("sqrt"), {a.value});
}
template <class T>
Recorded<T> round_even_(Recorded<T> a) {
  return Recorded<T>::call(std::string("weft_round_even_") + kSuffix<T>, {a.value});
}
template <class T>
Recorded<T> floor_(Recorded<T> a) {
  return Recorded<T>::call(math<T>("floor"), {a.value});
}
template <class T>
Recorded<Integer<T>> to_int_(Recorded<T> a) {
  return Recorded<Integer<T>>::of(
      emit(kTypeName<Integer<T>>, std::string("(") + kTypeName<Integer<T>> + ")" + a.value.text,
           {a.value}));
}
template <class T>
Recorded<Floating<T>> to_float_(Recorded<T> a) {
  return Recorded<Floating<T>>::of(
      emit(kTypeName<Floating<T>>, std::string("(") + kTypeName<Floating<T>> + ")" + a.value.text,
           {a.value}));
}

// Another formula is a call of its function, which is printed first.
template <class Formula, class T, class... Rest>
Recorded<T> apply(Recorded<T> first, Rest... rest) {
  require<Formula, T>();
  return Recorded<T>::call(function_name<Formula, T>(), {first.value, rest.value...});
}
