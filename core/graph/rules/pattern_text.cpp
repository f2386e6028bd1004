// Parses the text of patterns; patterns.h describes it. The texts are literals of the core, so
// errors are assertions.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <limits>

#include "graph/rules/patterns.h"
#include "ops/registry.h"

namespace weft::graph {

using ops::Argument;

// Sums and products of floats commute in every bit, but for the payload of a NaN.
bool commutes(std::string_view op) {
  constexpr std::string_view kNames[] = {"add",         "multiply",   "maximum",     "minimum",
                                         "equal",       "not_equal",  "logical_and", "logical_or",
                                         "bitwise_and", "bitwise_or", "bitwise_xor"};
  return std::ranges::find(kNames, op) != std::end(kNames);
}

namespace {

// A recursive descent over the text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Pattern pattern() {
    Pattern result;
    result.root = term();
    WEFT_ASSERT(rest_.empty());
    result.swaps = swaps_;
    result.has_all = has_all_;
    return result;
  }

 private:
  // Skips spaces; takes the token if it comes next.
  bool accept(std::string_view token) {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  // A name or a number.
  std::string word() {
    accept("");
    const size_t end = rest_.find_first_not_of(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
    const std::string_view found = rest_.substr(0, end);
    // A dot belongs to a number; three behind a name mean a list.
    const size_t dots = std::isdigit(static_cast<unsigned char>(found.back())) || is_number(found)
                            ? std::string_view::npos
                            : found.find("...");
    const std::string result(found.substr(0, dots));
    rest_.remove_prefix(result.size());
    return result;
  }

  // Does a word denote a number or a bool?
  static bool is_number(std::string_view text) {
    return text == "inf" || text == "-inf" || text == "true" || text == "false" || text[0] == '-' ||
           std::isdigit(static_cast<unsigned char>(text[0]));
  }

  // A number with a point is a float, else an integer.
  static Argument number(std::string_view text) {
    if (text == "true" || text == "false") return Argument::of_bool(text == "true");
    if (text.ends_with("inf")) {
      const double infinity = std::numeric_limits<double>::infinity();
      return Argument::of_float(text[0] == '-' ? -infinity : infinity);
    }
    if (text.find('.') != std::string_view::npos) {
      double real = 0;
      std::from_chars(text.data(), text.data() + text.size(), real);
      return Argument::of_float(real);
    }
    int64_t integer = 0;
    std::from_chars(text.data(), text.data() + text.size(), integer);
    return Argument::of_int(integer);
  }

  // One term, with what it consists of.
  PatternTerm term() {
    PatternTerm result;
    if (accept("$")) {
      result.kind = PatternTerm::Kind::kScalar;
      result.name = word();
      return result;
    }
    const bool any = accept("*");
    result.name = word();
    if (accept(":")) {
      result.label = result.name;
      result.name = word();
    }
    if (accept("...")) {
      result.kind = PatternTerm::Kind::kList;
      return result;
    }
    if (is_number(result.name)) {
      result.kind = PatternTerm::Kind::kNumber;
      result.number = number(result.name);
      return result;
    }
    result.optional = accept("?");
    if (!accept("(")) return result;
    result.kind = any ? PatternTerm::Kind::kAnyNode : PatternTerm::Kind::kNode;
    if (!any) result.op = &ops::op_named(result.name);
    has_all_ &= any || result.op->id >= 0;
    arguments(result);
    return result;
  }

  // Operands and attributes up to the closing parenthesis. A name that `=` follows is an attribute.
  void arguments(PatternTerm& node) {
    if (node.op && commutes(node.name)) node.swap = swaps_++;
    do {
      const std::string_view before = rest_;
      const std::string name = accept("$") || accept("*") ? std::string() : word();
      const bool is_attribute = !name.empty() && accept("=");
      if (!is_attribute) rest_ = before;
      if (is_attribute)
        node.attributes.push_back(attribute(name));
      else
        node.operands.push_back(term());
    } while (accept(","));
    WEFT_ASSERT(accept(")"));
  }

  // What stands behind `name=`.
  AttributeTerm attribute(const std::string& name) {
    AttributeTerm result{name, {}, {}};
    if (accept("@") || accept("$")) {
      result.variable = word();
      return result;
    }
    std::vector<int64_t> numbers;
    Argument literal;
    std::string text;
    if (accept("[")) {
      while (!accept("]")) {
        numbers.push_back(number(word()).integer);
        accept(",");
      }
      literal = Argument::of_ints(numbers);
    } else {
      text = word();
      literal = text == "none"    ? Argument::none()
                : text == "bool"  ? Argument::of_dtype(DType::kBool)
                : is_number(text) ? number(text)
                                  : Argument::of_string(text);
    }
    result.literal = ops::Attributes(std::span(&literal, 1));
    return result;
  }

  std::string_view rest_;
  int swaps_ = 0;
  bool has_all_ = true;
};

}  // namespace

Pattern parse_pattern(std::string_view text) { return Reader(text).pattern(); }

}  // namespace weft::graph
