// How large outputs may be whose shape follows from values. An extent that a size gives grows with
// the size in `x[mask]`, shrinks in `x[k:]`, and is largest in between in `x[k:2 * k]`, so no
// single value of the size is enough. Shape rules work on numbers only, so the graph's shapes are
// inferred for several values.
#include <algorithm>

#include "graph/sizes/sizes.h"
#include "model/file.h"

namespace weft::model {
namespace {

constexpr int64_t kQuarters = 4;  // a size is tried at 0, 1/4, 2/4, 3/4 and all of its bound
constexpr size_t kMaxTried = 8;   // sizes that are tried one at a time; programs with more are rare
// Each question infers the shapes of all nodes again. These bounds keep the work of a load small:
// few questions for large graphs, and not many for any.
constexpr size_t kMaxInferred = 200'000;
constexpr size_t kMinQuestions = 8, kMaxQuestions = 200;

using Extents = std::vector<int64_t>;  // of all outputs, one axis after the other

// Asks the graph at values of its sizes and lets the ports grow to the largest shapes.
class Largest {
 public:
  Largest(const graph::Graph& graph, std::span<const graph::TensorType> inputs,
          std::vector<int64_t> dimensions, std::span<Port> outputs)
      : graph_(graph), inputs_(inputs), dimensions_(std::move(dimensions)), outputs_(outputs) {}

  // First all sizes at their bounds, then all at the same fraction, then one at a time.
  Status run() {
    const std::vector<int64_t> largest = graph::largest_sizes(graph_, dimensions_);
    WEFT_ASSIGN(const graph::Graph at_most, for_sizes(graph_, inputs_, largest));
    for (size_t i = 0; i < outputs_.size(); ++i) {
      outputs_[i].type = at_most.type(at_most.outputs[i]);
      outputs_[i].is_largest = false;
    }
    if (largest.size() == dimensions_.size()) return {};
    for (int64_t part = 0; part < kQuarters; ++part)
      ask([=](size_t, int64_t bound) { return part_of(bound, part); });
    ask([](size_t, int64_t bound) { return std::max<int64_t>(bound - 1, 0); });
    const size_t tried = std::min(largest.size(), dimensions_.size() + kMaxTried);
    for (size_t size = dimensions_.size(); size < tried; ++size) try_size(size, largest[size]);
    return {};
  }

 private:
  static int64_t part_of(int64_t bound, int64_t part) { return bound / kQuarters * part; }

  // Gives the outputs' extents if each size has the value that `value_of` makes of its bound, and
  // lets the ports grow to them. Empty if the graph has no shapes for such sizes.
  template <class ValueOf>
  Extents ask(const ValueOf& value_of) {
    if (questions_ == 0) return {};
    --questions_;
    std::vector<int64_t> sizes = dimensions_;
    for (size_t k = sizes.size(); k < graph_.sizes.size(); ++k) {
      const double bound = graph_.sizes[k].bound.evaluate(sizes);
      sizes.push_back(value_of(k, std::max<int64_t>(graph::whole_number(bound), 0)));
    }
    const Result<graph::Graph> there = for_sizes(graph_, inputs_, sizes);
    if (!there.ok()) return {};
    Extents extents;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      const Shape& shape = there.value().type(there.value().outputs[i]).shape;
      std::ranges::copy(shape, std::back_inserter(extents));
      grow(outputs_[i], shape);
    }
    return extents;
  }

  // A port whose shape varies has the largest extents seen.
  static void grow(Port& port, const Shape& shape) {
    for (int axis = 0; axis < std::min(shape.rank(), port.type.shape.rank()); ++axis) {
      int64_t& extent = port.type.shape[axis];
      port.is_largest |= extent != shape[axis];
      extent = std::max(extent, shape[axis]);
    }
  }

  // One size has this value, all others their bounds.
  Extents ask_at(size_t size, int64_t value) {
    return ask([=](size_t k, int64_t bound) { return k == size ? std::min(value, bound) : bound; });
  }

  // Looks for an axis that is larger between the ends of a size's range than at both.
  void try_size(size_t size, int64_t bound) {
    std::vector<Extents> found;
    for (int64_t part = 0; part < kQuarters; ++part)
      found.push_back(ask_at(size, part_of(bound, part)));
    found.push_back(ask_at(size, bound));
    if (std::ranges::any_of(found, [&](const Extents& e) { return e.size() != found[0].size(); }))
      return;
    for (size_t axis = 0; axis < found[0].size(); ++axis) {
      const auto best = std::ranges::max_element(
          found, {}, [axis](const Extents& extents) { return extents[axis]; });
      const int64_t part = best - found.begin();
      if ((*best)[axis] > found.front()[axis] && (*best)[axis] > found.back()[axis])
        climb(size, axis, part_of(bound, part - 1),
              part + 1 == kQuarters ? bound : part_of(bound, part + 1));
    }
  }

  // Finds the value at which an extent that rises and then falls is largest, by halving the
  // interval.
  void climb(size_t size, size_t axis, int64_t low, int64_t high) {
    while (high - low > 1) {
      const int64_t middle = low + (high - low) / 2;
      const Extents here = ask_at(size, middle), next = ask_at(size, middle + 1);
      if (axis >= here.size() || axis >= next.size()) return;
      (next[axis] > here[axis] ? low : high) = middle;
    }
  }

  const graph::Graph& graph_;
  const std::span<const graph::TensorType> inputs_;
  const std::vector<int64_t> dimensions_;
  const std::span<Port> outputs_;
  size_t questions_ =
      std::clamp(kMaxInferred / (graph_.nodes.size() + 1), kMinQuestions, kMaxQuestions);
};

}  // namespace

Status find_outputs(const graph::Graph& graph, std::span<const graph::TensorType> inputs,
                    std::span<Port> outputs) {
  WEFT_ASSIGN(std::vector<int64_t> dimensions, graph::dimensions_of(graph, inputs));
  return Largest(graph, inputs, std::move(dimensions), outputs).run();
}

}  // namespace weft::model
