// Printing formulas as C: the formulas are instantiated with the type Recorded (recorder_impl.h),
// which writes a statement for each operation; here the statements become functions. Formulas that
// call other formulas make these functions be printed first.

#include "kernels/recorder/record.h"

#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <type_traits>
#include <vector>

#include "kernels/elementwise/formula_ids.h"

// The macros that formulas use mean nothing here.
#define WEFT_INLINE inline
#define WEFT_LAMBDA
#define WEFT_FORMULA(name, formula, dtypes, cost)

namespace weft::kernels {
namespace recorder {

// The name of a formula's function, without the suffix of its type: "weft_exp_".
template <class Formula>
extern const char* const kFunctionName;
template <class Formula, class T>
void require();  // prints the function before the one that is being written

#include "kernels/recorder/recorder_impl.h"
#include "weft_formula_headers.inc"

// A name for each formula, from the generated list.
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  template <>                                                   \
  constexpr const char* kFunctionName<formula> = "weft_" #name "_";
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY

// Adds a text to the body at hand. statement: the one that it names, or -1.
Value named(std::string text, int statement) {
  body->texts.push_back({std::move(text), statement});
  return {static_cast<int>(body->texts.size()) - 1};
}

const std::string& text_of(Value value) {
  return body->texts[static_cast<size_t>(value.text)].text;
}

// Writes `const type t<n> = text;`, which reads the given values.
Value emit(const char* type, std::string text, std::initializer_list<Value> reads) {
  Statement statement = {type, std::move(text), {}};
  for (const Value value : reads) {
    const int read = body->texts[static_cast<size_t>(value.text)].statement;
    // Arguments and literals are no statements.
    if (read >= 0) statement.reads.push_back(read);
  }
  body->statements.push_back(std::move(statement));
  const int number = static_cast<int>(body->statements.size()) - 1;
  return named("t" + std::to_string(number), number);
}

// A binary operation; the strings before, between and after are casts and brackets.
Value emit_binary(const char* type, const char* before, Value a, const char* symbol,
                  const char* between, Value b, const char* after) {
  return emit(type, before + text_of(a) + symbol + between + text_of(b) + after, {a, b});
}

// A call of a C function, whose name is in two parts.
Value emit_call(const char* type, const char* name, const char* suffix,
                std::initializer_list<Value> inputs) {
  std::string text = std::string(name) + suffix + "(";
  for (const Value input : inputs) text += (text.back() == '(' ? "" : ", ") + text_of(input);
  return emit(type, text + ")", inputs);
}

// A condition that is known to be false leaves no expression.
Value emit_select(const char* type, Value condition, Value a, Value b) {
  if (text_of(condition) == "0") return b;
  return emit(type, text_of(condition) + " ? " + text_of(a) + " : " + text_of(b),
              {condition, a, b});
}

// A prefix operator or a cast.
Value emit_prefixed(const char* type, const char* prefix, Value a, const char* suffix) {
  return emit(type, prefix + text_of(a) + suffix, {a});
}

// Comparisons that are false for every integer become the text "0", because compilers warn about
// them.
Value emit_comparison(Value a, const char* symbol, Value b, const char* zero_of_unsigned,
                      bool is_integer) {
  const std::string_view sign = symbol;
  const bool is_self = is_integer && sign == " != " && text_of(a) == text_of(b);
  const bool is_below_zero = sign == " < " && text_of(b) == zero_of_unsigned;
  if (is_self || is_below_zero) return named("0");
  return emit_binary("int", "", a, symbol, "", b, "");
}

// Hexadecimal floating-point literals are exact. Negative numbers get brackets.
Value literal_of(double value, bool is_float) {
  char text[64];
  std::snprintf(text, sizeof text, is_float ? "%af" : "%a", value);
  return named(std::signbit(value) ? "(" + std::string(text) + ")" : text);
}

// The lowest number has no literal in C, so its macro is used.
Value literal_of(uint64_t value, int bits, bool is_signed) {
  char text[64];
  const auto number = static_cast<int64_t>(value);
  if (!is_signed) {
    std::snprintf(text, sizeof text, "UINT%d_C(%" PRIu64 ")", bits, value);
  } else if (number == (bits == 32 ? INT32_MIN : INT64_MIN)) {
    return named(bits == 32 ? "INT32_MIN" : "INT64_MIN");
  } else {
    std::snprintf(text, sizeof text, "INT%d_C(%" PRId64 ")", bits, number);
  }
  return named(is_signed && number < 0 ? "(" + std::string(text) + ")" : text);
}

// Which statements the result needs. The others are not printed, because compilers warn about
// unused variables. Statements only read earlier ones, so one pass backwards is enough.
std::vector<bool> live_statements(const Body& body, Value result) {
  std::vector<bool> live(body.statements.size());
  const int last = body.texts[static_cast<size_t>(result.text)].statement;
  if (last >= 0) live[static_cast<size_t>(last)] = true;
  for (size_t i = live.size(); i-- > 0;)
    if (live[i])
      for (int read : body.statements[i].reads) live[read] = true;
  return live;
}

// The value that a formula returned, and whether it is a mask (int in C).
struct Written {
  Value value;
  bool is_mask;
};
// A formula for one type; run() makes it write its statements into the body at hand.
struct Function {
  const char *name, *suffix, *type;
  int inputs = 0;
  bool takes_mask = false;  // as its first input
  Written (*run)(Value a, Value b, Value c) = nullptr;
};

// The parameters are a, b and c.
std::string parameters_of(const Function& function) {
  std::string text;
  for (int i = 0; i < function.inputs; ++i) {
    if (i > 0) text += ", ";
    text += i == 0 && function.takes_mask ? "int" : function.type;
    text += std::string(" ") + "abc"[i];
  }
  return text;
}

// The text of a function: its signature, the live statements, and the return.
std::string print(const Body& body, const Function& function, Written result) {
  std::string text = std::string("static inline ") + (result.is_mask ? "int" : function.type) +
                     " " + function.name + function.suffix + "(" + parameters_of(function) +
                     ")\n{\n";
  // The numbers of statements stay as they were, so numbers in the text may have gaps.
  const std::vector<bool> live = live_statements(body, result.value);
  for (size_t i = 0; i < live.size(); ++i)
    if (live[i])
      text += std::string("  const ") + body.statements[i].type + " t" + std::to_string(i) + " = " +
              body.statements[i].text + ";\n";
  return text + "  return " + text_of(result.value) + ";\n}\n";
}

// Runs the formula on named arguments and returns its function's text, behind the functions that it
// calls. Bodies nest, because a formula may require another one while it is written.
std::string function_text(const Function& function) {
  Body mine;
  Body* const outer = body;
  body = &mine;
  const Value a = named("a"), b = named("b"), c = named("c");
  const Written result = function.run(a, b, c);
  const std::string text = print(mine, function, result);
  body = outer;
  return mine.called + text;
}

// Names of the functions that are printed already, each between two spaces; the caller's string.
thread_local std::string* printed_names = nullptr;

bool is_printed(const std::string& name) {
  return printed_names->find(" " + name + " ") != std::string::npos;
}

// Empty if the function is printed already.
std::string text_unless_printed(const Function& function) {
  const std::string name = std::string(function.name) + function.suffix;
  if (is_printed(name)) return {};
  const std::string text = function_text(function);
  *printed_names += " " + name + " ";
  return text;
}

void require(const Function& function) { body->called += text_unless_printed(function); }

// What a formula may return.
inline Written written(Truth result) { return {result.value, true}; }
template <class T>
Written written(Recorded<T> result) {
  return {result.value, false};
}

// Finds out how a formula can be called, as step_impl.h does for vectors.
template <class Formula, class T>
Function function_of() {
  using R = Recorded<T>;
  Function function = {kFunctionName<Formula>, kSuffix<T>, kTypeName<T>};
  if constexpr (requires(Formula f, R v) { f(v); }) {
    function.inputs = 1;
    function.run = [](Value a, Value, Value) { return written(Formula()(R::of(a))); };
  } else if constexpr (requires(Formula f, R v) { f(v, v); }) {
    function.inputs = 2;
    function.run = [](Value a, Value b, Value) { return written(Formula()(R::of(a), R::of(b))); };
  } else if constexpr (requires(Formula f, R v, Truth m) { f(m, v, v); }) {
    function.inputs = 3;
    function.takes_mask = true;
    function.run = [](Value a, Value b, Value c) {
      return written(Formula()(Truth{a}, R::of(b), R::of(c)));
    };
  } else {
    function.inputs = 3;
    function.run = [](Value a, Value b, Value c) {
      return written(Formula()(R::of(a), R::of(b), R::of(c)));
    };
  }
  return function;
}

// Called by apply() of recorder_impl.h.
template <class Formula, class T>
void require() {
  require(function_of<Formula, T>());
}

// The classes of formulas, as in kernels/elementwise/formula_classes_impl.h.
enum class DTypes {
  ring,
  ordered,
  floating,
  selection,
  transcendental,
  number,
  whole,
  integral,
  dropped
};

// Empty if the class excludes the type.
template <class Formula, DTypes dtypes, class T>
std::string text_in_class() {
  if constexpr (dtypes == DTypes::dropped) return {};
  constexpr bool kNeedsFloats = dtypes == DTypes::floating || dtypes == DTypes::transcendental;
  constexpr bool kNeedsIntegers = dtypes == DTypes::whole || dtypes == DTypes::integral;
  // Classes that are for neither kind in particular, such as `number`, have both.
  if constexpr (kIsFloating<T> ? kNeedsIntegers : kNeedsFloats) {
    return {};
  } else {
    return text_unless_printed(function_of<Formula, T>());
  }
}

// The formula for an id that is only known at run time.
template <class T>
std::string text_by_id(FormulaId formula) {
  switch (formula) {
#define WEFT_FORMULA_ENTRY(name, formula, dtypes, cost, header) \
  case FormulaId::k##formula:                                   \
    return text_in_class<formula, DTypes::dtypes, T>();
#include "weft_formulas.inc"
#undef WEFT_FORMULA_ENTRY
    default: return {};
  }
}

// Calls f with a value of the type in which `dtype` computes.
template <class F>
std::string with_compute_type(DType dtype, F f) {
  // Narrow integers compute in 32 bits, and the two half types in float.
  switch (dtype) {
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kFloat32: return f(float());
    case DType::kFloat64: return f(double());
    case DType::kBool:
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32: return f(uint32_t());
    case DType::kUInt64: return f(uint64_t());
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32: return f(int32_t());
    case DType::kInt64: return f(int64_t());
    default: return {};
  }
}

}  // namespace recorder

std::string c99_name(FormulaId formula, DType dtype) {
  return recorder::with_compute_type(dtype, [&](auto value) {
    return std::string("weft_") + name_of(formula) + "_" + recorder::kSuffix<decltype(value)>;
  });
}

std::string c99_function(FormulaId formula, DType dtype, std::string& printed) {
  recorder::printed_names = &printed;
  return recorder::with_compute_type(
      dtype, [&](auto value) { return recorder::text_by_id<decltype(value)>(formula); });
}

std::string c99_function(FormulaId formula, DType dtype) {
  std::string printed;
  return c99_function(formula, dtype, printed);
}

}  // namespace weft::kernels
