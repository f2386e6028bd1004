// The examples of a trace leave the offset of a quotient open: floor(h / 32) and floor((h + 3) /
// 32) may agree at all of them. So inference is asked for the extents at many neighbouring sizes,
// which meet every remainder.
#include "graph/sizes/quotients_impl.h"

#include <algorithm>

#include "graph/sizes/sizes.h"

namespace weft::graph {
namespace {

// Most sizes that inference is asked for; remainders of larger divisors are met by twice as many.
constexpr int64_t kMostSamples = 256;

// The nodes before node n, with these results.
Graph beginning_of(const Graph& graph, size_t n, std::vector<ValueId> outputs) {
  Graph begins = graph;
  begins.nodes.resize(n);
  begins.outputs = std::move(outputs);
  begins.states.clear();
  std::erase_if(begins.sized,
                [n](const SizedNumber& number) { return static_cast<size_t>(number.node) >= n; });
  return begins;
}

// The types of the inputs where dimensions have these extents.
std::vector<TensorType> inputs_at(const Graph& graph, std::span<const int64_t> sizes) {
  std::vector<TensorType> types = graph.input_types();
  for (size_t k = 0; k < graph.sizes.size(); ++k)
    for (const InputAxis& place : graph.sizes[k].axes)
      types[static_cast<size_t>(place.input)].shape[place.axis] = sizes[k];
  return types;
}

// Keeps the offsets that give this extent at this size.
void narrow_by(PossibleQuotient& possible, int64_t size, int64_t extent) {
  Quotient& q = possible.quotient;
  const int64_t gap = q.divisor * extent - q.factor * size;
  q.offset = std::max(q.offset, gap);
  possible.most = std::min(possible.most, gap + q.divisor - 1);
}

}  // namespace

Fit ExtentQuotients::fit(std::span<const double> values, const Graph& result, size_t n) {
  read_before(result, n);
  if (quotients_.empty()) return {};
  const std::vector<Quotient> nearest(quotients_.rbegin(), quotients_.rend());
  const std::vector<std::vector<int64_t>> columns(columns_.rbegin(), columns_.rend());
  return fit_quotients(values, examples_, nearest, columns);
}

void ExtentQuotients::read_before(const Graph& result, size_t n) {
  std::vector<Open> open;
  for (; read_ < n; ++read_)
    for (const ValueId id : result.nodes[read_].outputs) read_value(id, open);
  if (!open.empty()) narrow(open, result, n);
  for (const Open& extent : open)
    for (const PossibleQuotient& possible : extent.possible) {
      if (possible.quotient.offset > possible.most) continue;
      quotients_.push_back(possible.quotient);
      columns_.emplace_back();
      for (const std::vector<int64_t>& example : examples_)
        columns_.back().push_back(possible.quotient.evaluate(example));
      break;
    }
}

// Extents that are constant, or polynomials of sizes, need no quotient.
void ExtentQuotients::read_value(ValueId id, std::vector<Open>& open) {
  const int rank = graphs_[0]->type(id).shape.rank();
  for (int axis = 0; axis < rank; ++axis) {
    std::vector<int64_t> column;
    for (const Graph* graph : graphs_) {
      const Shape& shape = graph->type(id).shape;
      if (axis >= shape.rank()) return;
      column.push_back(shape[axis]);
    }
    if (!seen_.insert(column).second) continue;
    const std::vector<double> values(column.begin(), column.end());
    if (fit_polynomial(values, examples_).found) continue;
    std::vector<PossibleQuotient> possible = possible_quotients(column, examples_);
    if (!possible.empty()) open.push_back({id, axis, std::move(possible)});
  }
}

void ExtentQuotients::narrow(std::vector<Open>& open, const Graph& result, size_t n) const {
  std::vector<ValueId> outputs;
  for (const Open& extent : open) outputs.push_back(extent.value);
  const Graph begins = beginning_of(result, n, std::move(outputs));
  for (size_t size = 0; size < examples_[0].size(); ++size) {
    int64_t samples = 0, first = 0;
    for (const Open& extent : open)
      for (const PossibleQuotient& possible : extent.possible)
        if (static_cast<size_t>(possible.quotient.size) == size)
          samples = std::max(samples, 2 * possible.quotient.divisor);
    for (const std::vector<int64_t>& example : examples_) first = std::max(first, example[size]);
    std::vector<int64_t> sizes = examples_[0];
    for (int64_t i = 0; i < std::min(samples, kMostSamples); ++i) {
      sizes[size] = first + i;
      const Result<Graph> there =
          with_input_types(with_sizes(begins, sizes), inputs_at(result, sizes));
      if (!there.ok()) continue;  // a network that holds for some sizes only
      for (size_t k = 0; k < open.size(); ++k) {
        const Shape& shape = there.value().type(there.value().outputs[k]).shape;
        for (PossibleQuotient& possible : open[k].possible)
          if (static_cast<size_t>(possible.quotient.size) == size)
            narrow_by(possible, sizes[size], shape[open[k].axis]);
      }
    }
  }
}

}  // namespace weft::graph
