// Printing. Values are numbered in the order in which they are printed, so the text does not depend
// on how the graph was put together.
#include "graph/ir/text.h"

#include <cmath>
#include <cstring>

#include "base/printable.h"
#include "base/real_text.h"
#include "graph/ir/control.h"
#include "ops/registry.h"
#include "ops/slots/host_function.h"

namespace weft::graph {
namespace {

using ops::Argument;
using ops::Tag;

// A string in quotes; characters that do not print are escaped.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    if (text[at] == '"' || text[at] == '\\') out += '\\';
    const std::string_view bytes = text.substr(at, character.bytes);
    out += character.prints ? std::string(bytes) : escaped(bytes);
    at += character.bytes;
  }
  return out + '"';
}

// Reads back as the same double, and never looks like an integer.
std::string real_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const std::string text = text_of_real(value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

// An attribute or a scalar.
std::string argument_text(const Argument& a) {
  switch (a.tag) {
    case Tag::kInt: return std::to_string(a.integer);
    case Tag::kFloat: return real_text(a.real);
    case Tag::kBool: return a.integer ? "true" : "false";
    case Tag::kString: return quoted(a.as_text());
    case Tag::kFunction: return quoted(a.function->name());
    case Tag::kDType: return std::string(name_of(static_cast<DType>(a.integer)));
    case Tag::kInts: {
      std::string text = "[";
      for (const int64_t number : a.as_ints())
        text += (text.size() > 1 ? ", " : "") + std::to_string(number);
      return text + "]";
    }
    default: return "none";
  }
}

// The elements in row-major order, as bytes in hexadecimal; the array may have any strides.
std::string contents(const Tensor& tensor) {
  static constexpr char kHex[] = "0123456789abcdef";
  const int64_t size = size_of(tensor.dtype());
  const int64_t elements = tensor.elements();
  std::string text = "0x";
  Shape at;
  at.resize(tensor.rank(), 0);
  for (int64_t n = 0; n < elements; ++n) {
    int64_t offset = 0;
    for (int axis = 0; axis < at.rank(); ++axis) offset += at[axis] * tensor.strides()[axis];
    const char* element = tensor.data() + offset * size;
    for (int64_t i = 0; i < size; ++i) {
      text += kHex[static_cast<unsigned char>(element[i]) >> 4];
      text += kHex[element[i] & 15];
    }
    for (int axis = at.rank() - 1; axis >= 0; --axis) {
      if (++at[axis] < tensor.shape()[axis]) break;
      at[axis] = 0;
    }
  }
  return text;
}

// Terms as `factor*s0*floor((s1 + 1)/2)`, joined by " + "; "0" if there are none.
std::string polynomial_text(const Polynomial& polynomial) {
  std::string text;
  for (const Term& term : polynomial.terms) {
    const auto whole = static_cast<int64_t>(term.factor);
    text += text.empty() ? "" : " + ";
    text +=
        static_cast<double>(whole) == term.factor ? std::to_string(whole) : real_text(term.factor);
    for (const int32_t size : term.sizes) text += "*s" + std::to_string(size);
    for (const Quotient& q : term.quotients)
      text += "*floor((" + (q.factor == 1 ? "" : std::to_string(q.factor) + "*") + "s" +
              std::to_string(q.size) + (q.offset < 0 ? " - " : " + ") +
              std::to_string(std::abs(q.offset)) + ")/" + std::to_string(q.divisor) + ")";
  }
  return text.empty() ? "0" : text;
}

// Prints one graph; a body gets a printer of its own, so its values are numbered from 0 again.
class Printer {
 public:
  Printer(const Graph& graph, const PrintOptions& options, std::string indent)
      : graph_(graph), options_(options), indent_(std::move(indent)) {}

  // The list of inputs, which defines their numbers.
  std::string inputs() {
    std::string text = "(";
    for (const ValueId id : graph_.inputs) text += (text.size() > 1 ? ", " : "") + define(id);
    return text + ")";
  }

  // Everything between the braces.
  std::string body() {
    std::string text = "{\n";
    for (const Constant& constant : graph_.constants) {
      const std::string left = define(constant.value);
      const bool all = constant.content->bytes() <= options_.largest_constant;
      line(text, "const " + left + " = " + (all ? contents(*constant.content) : "…"));
    }
    for (const Node& node : graph_.nodes) line(text, node_text(node));
    std::string result = "return";
    for (size_t i = 0; i < graph_.outputs.size(); ++i)
      result += (i ? ", " : " ") + use(graph_.outputs[i]);
    line(text, result);
    for (const StatePair& state : graph_.states)
      line(text, "state " + std::to_string(state.input) + " -> " + std::to_string(state.output));
    if (graph_.ordinals) line(text, "ordinals " + std::to_string(graph_.ordinals));
    for (const Size& size : graph_.sizes) line(text, size_text(size));
    for (const SizedNumber& sized : graph_.sized) line(text, sized_text(sized));
    return text + indent_ + "}";
  }

 private:
  void line(std::string& text, const std::string& content) {
    text += indent_ + "  " + content + "\n";
  }

  // The number of a value; define() has given it one.
  std::string use(ValueId id) { return "%" + std::to_string(number_[static_cast<size_t>(id)]); }
  // Number, name and type of a value.
  std::string define(ValueId id) {
    const Value& value = graph_.values[static_cast<size_t>(id)];
    number_[static_cast<size_t>(id)] = next_++;
    return use(id) + (value.name.empty() ? "" : " " + quoted(value.name)) + ": " +
           ops::to_string(value.type);
  }

  // A size or a dimension, with its example, its range and the axes that have it.
  std::string size_text(const Size& size) {
    std::string text = size.is_dimension() ? "dimension " + quoted(size.name) : "size ";
    if (!size.is_dimension()) text += use(size.value);
    text += " = " + std::to_string(size.example);
    if (size.is_dimension()) text += " from " + std::to_string(size.minimum);
    text += " up to " + polynomial_text(size.bound);
    for (const InputAxis& place : size.axes)
      text += " at " + std::to_string(place.input) + ":" + std::to_string(place.axis);
    return text;
  }

  // A number that follows from sizes.
  static std::string sized_text(const SizedNumber& sized) {
    std::string text = "node " + std::to_string(sized.node);
    if (sized.operand >= 0) text += " operand " + std::to_string(sized.operand);
    if (sized.attribute >= 0) text += " attribute " + std::to_string(sized.attribute);
    if (sized.element >= 0) text += " element " + std::to_string(sized.element);
    return text + " = " + polynomial_text(sized.number);
  }

  // An absent operand prints as `_`.
  std::string operand_text(const Operand& operand) {
    if (operand.is_value()) return use(operand.value);
    return operand.is_scalar() ? argument_text(operand.scalar) : "_";
  }

  // The application of a node: operands, attributes by name, regions, then what the node is
  // besides.
  std::string node_text(const Node& node) {
    std::string right = (node.op ? node.op->name : region_name(node)) + "(";
    bool first = true;
    for (const Operand& operand : node.operands) {
      right += (first ? "" : ", ") + operand_text(operand);
      first = false;
    }
    for (size_t i = 0; i < node.attributes.view().size(); ++i) {
      right += (first ? "" : ", ") + node.op->attributes[i].name + "=" +
               argument_text(node.attributes.view()[i]);
      first = false;
    }
    right += ")";
    if (!node.op) right += region_text(graph_.regions[static_cast<size_t>(node.region)]);
    if (node.ordinal >= 0) right += " @ordinal " + std::to_string(node.ordinal);
    if (node.clone_of >= 0) right += " @clone " + use(node.clone_of);
    if (node.rematerialized) right += " @rebuilt";
    if (node.precision != DType::kFloat32)
      right += " @precision " + std::string(name_of(node.precision));
    if (node.line >= 0) right += " @line " + quoted(graph_.lines[static_cast<size_t>(node.line)]);
    std::string left;
    for (const ValueId id : node.outputs) left += (left.empty() ? "" : ", ") + define(id);
    return left.empty() ? right : left + " = " + right;
  }

  std::string region_name(const Node& node) const {
    const Region* const control = control_of(graph_, node);
    if (!control) {
      const Region& region = graph_.regions[static_cast<size_t>(node.region)];
      return region.kind == RegionKind::kRowTiles ? "row_tiles" : "fused";
    }
    return control->kind == RegionKind::kLoop ? "loop" : "cond";
  }

  // What kind of loop it is, then its bodies.
  std::string region_text(const Region& region) const {
    std::string text;
    const Loop& loop = region.loop;
    if (region.kind == RegionKind::kLoop)
      text += " sliced " + std::to_string(loop.sliced) + " carried " +
              std::to_string(loop.carried) + " most " + std::to_string(loop.maximum);
    if (region.kind == RegionKind::kRowTiles) text += " rows " + std::to_string(loop.maximum);
    if (loop.while_true) text += " while";
    if (loop.counted) text += " counted";
    if (loop.backwards) text += " backwards";
    for (const auto& body : {region.body, region.otherwise}) {
      if (!body) continue;
      Printer printer(*body, options_, indent_ + "  ");
      text += " " + printer.inputs() + " ";
      text += printer.body();
    }
    return text;
  }

  const Graph& graph_;
  const PrintOptions& options_;
  const std::string indent_;
  // By value: its number in the text, or -1.
  std::vector<int32_t> number_ = std::vector<int32_t>(graph_.values.size(), -1);
  int32_t next_ = 0;
};

}  // namespace

std::string print(const Graph& graph, PrintOptions options) {
  Printer printer(graph, options, "");
  std::string text = "graph" + printer.inputs() + " ";
  return text + printer.body() + "\n";
}

}  // namespace weft::graph
