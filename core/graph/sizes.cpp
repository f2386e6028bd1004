#include "graph/sizes.h"

#include <algorithm>
#include <cmath>

#include "base/errors.h"

namespace weft::graph {
namespace {

using ops::Argument;
using ops::Tag;

Argument replaced(const Argument& old, double number) {
  return old.tag == Tag::kFloat ? Argument::of_float(number)
                                : Argument::of_int(whole_number(number));
}

// One node's numbers with those that follow from sizes put in.
class NodeNumbers {
 public:
  explicit NodeNumbers(Node& node)
      : node_(node), attributes_(node.attributes.view().begin(), node.attributes.view().end()) {}

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
  std::vector<std::unique_ptr<std::vector<int64_t>>> lists_;  // until Attributes has copied them
  bool changed_ = false;
};

}  // namespace

int64_t whole_number(double number) {
  constexpr double kFar = 0x1p62;
  return std::isnan(number) ? 0 : std::llround(std::clamp(number, -kFar, kFar));
}

int64_t example_of(size_t round, size_t size, int64_t bound) {
  // Small ones and large ones: a path that depends on a size is likely to be another one.
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
  return changed;
}

Result<Graph> for_sizes(const Graph& graph, std::span<const TensorType> inputs,
                        std::span<const int64_t> sizes) {
  return with_input_types(with_sizes(graph, sizes), inputs);
}

std::vector<int64_t> largest_sizes(const Graph& graph) {
  std::vector<int64_t> largest;
  for (const Size& size : graph.sizes) {
    largest.push_back(std::max<int64_t>(whole_number(size.bound.evaluate(largest)), 0));
  }
  return largest;
}

}  // namespace weft::graph
