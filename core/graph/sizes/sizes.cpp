// Putting values of sizes into a graph, and checking dimensions: what a run needs. generalize() is
// in sizes.training.cpp.
#include "graph/sizes/sizes.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "graph/ir/verifier.h"

namespace weft::graph {
namespace {

using ops::Argument;
using ops::Tag;

// The number in the type that the argument has.
Argument replaced(const Argument& old, double number) {
  return old.tag == Tag::kFloat ? Argument::of_float(number)
                                : Argument::of_int(whole_number(number));
}

// Replaces numbers in one node. Attributes do not change in place: they are collected and set at
// the end.
class NodeNumbers {
 public:
  explicit NodeNumbers(Node& node)
      : node_(node), attributes_(node.attributes.view().begin(), node.attributes.view().end()) {}

  // Puts one number where SizedNumber says.
  void put(const SizedNumber& place, double number) {
    if (place.operand >= 0) {
      Argument& scalar = node_.operands[static_cast<size_t>(place.operand)].scalar;
      scalar = replaced(scalar, number);
      return;
    }
    Argument& attribute = attributes_[static_cast<size_t>(place.attribute)];
    changed_ = true;
    if (place.element < 0) {
      attribute = replaced(attribute, number);
      return;
    }
    std::vector<int64_t> list(attribute.as_ints().begin(), attribute.as_ints().end());
    list[static_cast<size_t>(place.element)] = whole_number(number);
    lists_.push_back(std::make_unique<std::vector<int64_t>>(std::move(list)));
    attribute = Argument::of_ints(*lists_.back());
  }
  void finish() {
    if (changed_) node_.attributes = ops::Attributes(attributes_);
  }

 private:
  Node& node_;
  std::vector<Argument> attributes_;
  // Alive until Attributes has copied them.
  std::vector<std::unique_ptr<std::vector<int64_t>>> lists_;
  bool changed_ = false;
};

}  // namespace

int64_t whole_number(double number) {
  constexpr double kFar = 0x1p62;
  return std::isnan(number) ? 0 : std::llround(std::clamp(number, -kFar, kFar));
}

// Small and large ranges in turn: a path that depends on a size probably differs between them. The
// hash makes the values of one size, and of several sizes, look independent; equal values are moved
// on by one.
int64_t example_of(size_t round, size_t size, int64_t bound) {
  static constexpr uint64_t kRange[kExamples] = {37, 5, 211, 89, 13, 1009};
  const auto number = [size](size_t of) {
    uint64_t hash = (of + 1) * 0x9e3779b97f4a7c15u ^ (size + 1) * 0xbf58476d1ce4e5b9u;
    hash ^= hash >> 29;
    hash *= 0x94d049bb133111ebu;
    hash ^= hash >> 32;
    return static_cast<int64_t>(2 + hash % kRange[of]);
  };
  int64_t examples[kExamples];
  for (size_t of = 0; of <= round; ++of) {
    examples[of] = number(of);
    for (bool again = true; again;) {
      again = false;
      for (size_t before = 0; before < of; ++before) again |= examples[before] == examples[of];
      examples[of] += again;
    }
  }
  return examples[round] + (round == kExamples - 1 ? bound : 0);
}

// The numbers are in the order of nodes, so each node is visited once. Bodies have their own.
Graph with_sizes(const Graph& graph, std::span<const int64_t> sizes) {
  Graph changed = graph;
  for (size_t i = 0; i < graph.sized.size();) {
    const int32_t node = graph.sized[i].node;
    NodeNumbers numbers(changed.nodes[static_cast<size_t>(node)]);
    for (; i < graph.sized.size() && graph.sized[i].node == node; ++i)
      numbers.put(graph.sized[i], graph.sized[i].number.evaluate(sizes));
    numbers.finish();
  }
  changed.sizes.clear();
  changed.sized.clear();
  for (Region& region : changed.regions)
    for (std::shared_ptr<const Graph>* body : {&region.body, &region.otherwise})
      if (*body) *body = std::make_shared<const Graph>(with_sizes(**body, sizes));
  return changed;
}

Result<Graph> for_sizes(const Graph& graph, std::span<const TensorType> inputs,
                        std::span<const int64_t> sizes) {
  WEFT_ASSIGN(Graph result, with_input_types(with_sizes(graph, sizes), inputs));
  WEFT_TRY(verify(result));
  return result;
}

size_t count_dimensions(const Graph& graph) {
  return static_cast<size_t>(std::ranges::count_if(graph.sizes, &Size::is_dimension));
}

std::string name_of_input(const Graph& graph, size_t input) {
  const std::string& name = graph.values[static_cast<size_t>(graph.inputs[input])].name;
  return name.empty() ? "input " + std::to_string(input) : "`" + name + "`";
}

namespace {

// Is the extent in the range that was declared?
Status check_dimension(const Graph& graph, const Size& size, int64_t extent) {
  const int64_t maximum = whole_number(size.bound.evaluate({}));
  if (extent >= size.minimum && extent <= maximum) return {};
  const InputAxis& place = size.axes[0];
  return errors::invalid_value("function", "dimension `", size.name, "`, axis ", place.axis, " of ",
                               name_of_input(graph, static_cast<size_t>(place.input)),
                               ", must be in [", size.minimum, ", ", maximum, "]; got ", extent);
}

// Why no other shape will do, for the end of a sentence.
const char* why_shape(const Graph& graph) {
  const bool is_open = !graph.sizes.empty() && graph.sizes[0].is_dimension();
  if (!is_open) return ", for which the graph was made";
  return graph.inputs.size() > 1 ? " to fit the other inputs" : "";
}

}  // namespace

// Reads each dimension at its first axis, and then compares the whole shapes.
Result<std::vector<int64_t>> dimensions_of(const Graph& graph, std::span<const TensorType> inputs) {
  std::vector<int64_t> dimensions;
  std::vector<Shape> wanted;
  for (const ValueId id : graph.inputs) wanted.push_back(graph.type(id).shape);
  for (const Size& size : graph.sizes) {
    if (!size.is_dimension()) break;
    const InputAxis& first = size.axes[0];
    const Shape& shape = inputs[static_cast<size_t>(first.input)].shape;
    dimensions.push_back(first.axis < shape.rank() ? shape[first.axis] : -1);
    for (const InputAxis& place : size.axes)
      wanted[static_cast<size_t>(place.input)][place.axis] = dimensions.back();
  }
  for (size_t i = 0; i < wanted.size(); ++i)
    if (inputs[i].shape != wanted[i])
      return errors::invalid_value("function", name_of_input(graph, i), " must have shape ",
                                   wanted[i], why_shape(graph), "; got ", inputs[i].shape);
  for (size_t k = 0; k < dimensions.size(); ++k)
    WEFT_TRY(check_dimension(graph, graph.sizes[k], dimensions[k]));
  return dimensions;
}

std::vector<int64_t> largest_sizes(const Graph& graph, std::vector<int64_t> dimensions) {
  std::vector<int64_t>& largest = dimensions;
  for (size_t k = largest.size(); k < graph.sizes.size(); ++k)
    largest.push_back(std::max<int64_t>(whole_number(graph.sizes[k].bound.evaluate(largest)), 0));
  return largest;
}

}  // namespace weft::graph
