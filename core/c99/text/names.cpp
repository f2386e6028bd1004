// The identifiers that a program may not take from users' names: keywords, macros and types of
// headers, and names of the generated text.
#include <algorithm>
#include <span>

#include "c99/text/text.h"

namespace weft::c99 {
namespace {

// Keywords of C99 to C23, and of C++, because C++ programs include the header.
constexpr std::string_view kWords[] = {"alignas",
                                       "alignof",
                                       "and",
                                       "and_eq",
                                       "asm",
                                       "auto",
                                       "bitand",
                                       "bitor",
                                       "bool",
                                       "break",
                                       "case",
                                       "catch",
                                       "char",
                                       "char16_t",
                                       "char32_t",
                                       "char8_t",
                                       "class",
                                       "compl",
                                       "concept",
                                       "const",
                                       "const_cast",
                                       "consteval",
                                       "constexpr",
                                       "constinit",
                                       "continue",
                                       "co_await",
                                       "co_return",
                                       "co_yield",
                                       "decltype",
                                       "default",
                                       "delete",
                                       "do",
                                       "double",
                                       "dynamic_cast",
                                       "else",
                                       "enum",
                                       "explicit",
                                       "export",
                                       "extern",
                                       "false",
                                       "float",
                                       "for",
                                       "friend",
                                       "goto",
                                       "if",
                                       "inline",
                                       "int",
                                       "long",
                                       "mutable",
                                       "namespace",
                                       "new",
                                       "noexcept",
                                       "not",
                                       "not_eq",
                                       "nullptr",
                                       "operator",
                                       "or",
                                       "or_eq",
                                       "private",
                                       "protected",
                                       "public",
                                       "register",
                                       "reinterpret_cast",
                                       "requires",
                                       "restrict",
                                       "return",
                                       "short",
                                       "signed",
                                       "sizeof",
                                       "static",
                                       "static_assert",
                                       "static_cast",
                                       "struct",
                                       "switch",
                                       "template",
                                       "this",
                                       "thread_local",
                                       "throw",
                                       "true",
                                       "try",
                                       "typedef",
                                       "typeid",
                                       "typename",
                                       "typeof",
                                       "typeof_unqual",
                                       "union",
                                       "unsigned",
                                       "using",
                                       "virtual",
                                       "void",
                                       "volatile",
                                       "wchar_t",
                                       "while",
                                       "xor",
                                       "xor_eq"};

// Headers that the text includes; a file of that name would hide them.
constexpr std::string_view kHeaders[] = {
    "arm_acle", "arm_mve", "arm_nn_types", "arm_nnfunctions", "arm_nnsupportfunctions",
    "assert",   "math",    "stdint",       "stdio",           "string"};

// Local names in the functions of a run.
constexpr std::string_view kOwn[] = {"arena", "memory", "count", "left"};

// Macros of headers and compilers that look like names of users.
constexpr std::string_view kMacros[] = {
    "EOF",       "FP_FAST_FMA", "FP_FAST_FMAF", "FP_FAST_FMAL", "HUGE_VAL",  "HUGE_VALF",
    "HUGE_VALL", "INFINITY",    "NAN",          "NDEBUG",       "NULL",      "errno",
    "far",       "fortran",     "huge",         "i386",         "interrupt", "linux",
    "near",      "stderr",      "stdin",        "stdout",       "unix"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Is it one of a family that headers define: uint8_t, INT32_MAX, UINT64_C, SIZE_MAX, M_PI, FP_NAN?
bool is_of_a_family(std::string_view name) {
  constexpr std::string_view kTypes[] = {"int",      "uint",   "size_",  "ssize_",
                                         "ptrdiff_", "float_", "double_"};
  constexpr std::string_view kLimits[] = {"INT",    "UINT",  "SIZE_", "PTRDIFF_",
                                          "WCHAR_", "WINT_", "SIG_"};
  constexpr std::string_view kMacros[] = {"M_", "FP_", "MATH_"};
  const auto begins = [&](std::string_view start) { return name.starts_with(start); };
  const bool is_limit = name.ends_with("_MAX") || name.ends_with("_MIN") || name.ends_with("_C");
  return (name.ends_with("_t") && std::ranges::any_of(kTypes, begins)) ||
         (is_limit && std::ranges::any_of(kLimits, begins)) || std::ranges::any_of(kMacros, begins);
}

// Functions and macros of a program are called by its name, '_' and one of these.
constexpr std::string_view kEndings[] = {
    "run",      "run_in", "feed_rows",   "feed_rows_in",    "start",
    "start_in", "train",  "train_in",    "reset",           "state",
    "arena",    "H",      "ARENA_BYTES", "ARENA_ALIGNMENT", "NO_STATIC_ARENA"};

// Does it begin like names of the compiler or of the generated text?
bool begins_like_others(std::string_view name) {
  if (name.size() > 1 && name[0] == '_' && (name[1] == '_' || (name[1] >= 'A' && name[1] <= 'Z')))
    return true;
  constexpr std::string_view kOurs[] = {"w_", "weft_", "step", "BUFFER_", "train_"};
  return std::ranges::any_of(kOurs, [&](std::string_view own) { return name.starts_with(own); });
}

}  // namespace

bool is_reserved(std::string_view name) {
  return is_one_of(name, kWords) || is_one_of(name, kHeaders) || is_one_of(name, kOwn);
}

std::set<std::string> names_of_program(const std::string& program) {
  std::set<std::string> names;
  for (const std::string_view ending : kEndings) names.insert(program + "_" + std::string(ending));
  return names;
}

// A part must not equal an ending either (`net_run` would be two things), and its capitals must be
// new.
bool Names::is_free(const std::string& name, Use use) const {
  if (is_reserved(name) || is_one_of(name, kMacros) || is_of_a_family(name)) return false;
  const bool is_part = use == Use::kPart;
  const auto is_own = [&](std::string_view ending) {
    const std::string own = program_ + "_" + std::string(ending);
    return name == own || name == upper(own) || (is_part && name == ending);
  };
  if (std::ranges::any_of(kEndings, is_own) || taken_.contains(name)) return false;
  // Macros NAME_PORT_AT are in capitals, so `x` and `X` cannot both be ports.
  return !is_part || !(name.ends_with("_AT") || taken_upper_.contains(upper(name)));
}

// Adds '_' until the name is free.
std::string Names::make(std::string_view text, Use use) {
  std::string name = identifier(text);
  if (use == Use::kMember ? name.starts_with('_') : begins_like_others(name))
    name.insert(0, use == Use::kMember ? "w" : "io_");
  while (!is_free(name, use)) name += "_";
  taken_.insert(name);
  taken_upper_.insert(upper(name));
  return name;
}

}  // namespace weft::c99
