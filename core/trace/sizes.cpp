// Sizes in a trace: numbers that only a run will know, such as how many elements a mask chose.
//
// A program with sizes is traced for several examples (graph::kExamples), each with other numbers
// in the sizes' places; graph/sizes/ then finds the extents that follow from them. A dimension is a
// size that each call reads off its inputs' shapes.
#include <algorithm>

#include "base/errors.h"
#include "graph/sizes/sizes.h"
#include "trace/trace.h"

namespace weft::trace {

Status Trace::set_example(size_t round, std::vector<Ref<executor::Program>> earlier) {
  if (round >= graph::kExamples)
    return errors::index_out_of_range("trace", "`round` must be below ", graph::kExamples, "; got ",
                                      round);
  if (graph_.sizes.size() != graph::count_dimensions(graph_))
    return errors::invalid_state("trace", "the trace has sizes of another example already");
  round_ = round;
  earlier_ = std::move(earlier);
  return {};
}

// All axes of one dimension have the same extent in each call.
Status Trace::add_dimension(std::string_view name, int64_t minimum, int64_t maximum,
                            std::vector<graph::InputAxis> axes) {
  if (!graph_.nodes.empty() || graph_.sizes.size() != graph::count_dimensions(graph_))
    return errors::invalid_state("trace", "dimensions must be added before operators and sizes");
  if (minimum < 0 || maximum < minimum || axes.empty())
    return errors::invalid_value("trace", "dimension `", name,
                                 "` must have a range of extents and an axis; got [", minimum, ", ",
                                 maximum, "] and ", axes.size(), " axes");
  graph::Size size;
  size.name = name;
  size.minimum = minimum;
  size.bound = graph::Polynomial::constant(static_cast<double>(maximum));
  size.axes = std::move(axes);
  size.example = -1;
  for (const graph::InputAxis& place : size.axes) {
    const bool there =
        place.input >= 0 && static_cast<size_t>(place.input) < placeholders_ && place.axis >= 0 &&
        place.axis < graph_.type(graph_.inputs[static_cast<size_t>(place.input)]).shape.rank();
    if (!there)
      return errors::index_out_of_range("trace", "dimension `", name, "`: axis ", place.axis,
                                        " of input ", place.input, " does not exist");
    const int64_t extent =
        graph_.type(graph_.inputs[static_cast<size_t>(place.input)]).shape[place.axis];
    if (size.example < 0) size.example = extent;
    if (extent != size.example || extent < minimum || extent > maximum)
      return errors::invalid_value("trace", "dimension `", name, "` must be in [", minimum, ", ",
                                   maximum, "] and the same at all its axes; got ", size.example,
                                   " and ", extent);
  }
  graph_.sizes.push_back(std::move(size));
  return {};
}

// The value is found by its number, which is the same in all examples: they trace the same code.
std::optional<Trace::Range> Trace::range_of_extent(const Tensor& tensor, int axis) const {
  if (earlier_.size() < 2 || !tensor.box().traced()) return {};
  const auto content = contents_.find(&tensor.box());
  graph::ValueId id = graph::kNoValue;
  if (tensor.trace == number_)
    id = tensor.trace_value;
  else if (tensor.covers_box() && content != contents_.end())
    id = content->second.value.id();
  const auto extent = [&](const Ref<executor::Program>& program) -> int64_t {
    const graph::Graph& graph = program->graph();
    const bool there = id >= 0 && static_cast<size_t>(id) < graph.values.size() &&
                       axis < graph.type(id).shape.rank();
    return there ? graph.type(id).shape[axis] : -1;
  };
  if (std::ranges::all_of(earlier_, [&](const Ref<executor::Program>& program) {
        return extent(program) == extent(earlier_[0]);
      }))
    return {};
  for (const graph::Size& size : graph_.sizes)
    for (const graph::InputAxis& place : size.axes)
      if (place.axis == axis && graph_.inputs[static_cast<size_t>(place.input)] == id)
        return Range{size.minimum, graph::whole_number(size.bound.evaluate({}))};
  return Range{};
}

// Extents alone do not tell: another number may be the example of this one.
Result<bool> Trace::is_chosen_by(Tensor& tensor, int axis, Tensor& mask) {
  WEFT_ASSIGN(const ops::Value whole, read(mask));
  WEFT_ASSIGN(const ops::Value from, read(tensor));
  std::vector<graph::ValueId> open{from.id()};
  std::vector<bool> seen(graph_.values.size());
  while (!open.empty()) {
    const graph::ValueId id = open.back();
    open.pop_back();
    const graph::Node* const node = graph_.producer(id);
    if (!node || seen[static_cast<size_t>(id)]) continue;
    seen[static_cast<size_t>(id)] = true;
    if (node->op && node->op->name == "nonzero_rows" &&
        graph_.type(id).shape[1] == tensor.shape()[axis] &&
        graph::same_content(graph_, node->operands[0].value, whole.id()))
      return true;
    for (const graph::Operand& operand : node->operands)
      if (operand.is_value()) open.push_back(operand.value);
  }
  return false;
}

// Same content is compared as graphs, so two masks made alike count as one.
Result<int64_t> Trace::size(Tensor& value, int64_t bound) {
  if (value.dtype() != DType::kInt64 || value.rank() != 0)
    return errors::invalid_type("trace", "a size must be an int64 of rank 0; got ", value.dtype(),
                                " of shape ", value.shape());
  if (bound < 0)
    return errors::invalid_value("trace", "the bound of a size must be at least 0; got ", bound);
  WEFT_ASSIGN(const ops::Value found, read(value));
  for (const graph::Size& size : graph_.sizes)
    if (!size.is_dimension() && graph::same_content(graph_, size.value, found.id()))
      return size.example;
  add_size(found, bound);
  return graph_.sizes.back().example;
}

// Bounds of later sizes may depend on earlier ones, so they are found in order.
std::vector<int64_t> Trace::next_examples(std::span<const graph::Size> sizes,
                                          std::vector<int64_t> dimensions) const {
  std::vector<int64_t>& examples = dimensions;
  size_t next = graph_.sizes.size();
  for (const graph::Size& size : sizes.subspan(dimensions.size())) {
    const int64_t bound = graph::whole_number(size.bound.evaluate(examples));
    examples.push_back(graph::example_of(round_, next++, bound));
  }
  return examples;
}

void Trace::add_size(const ops::Value& value, int64_t bound) {
  const int64_t example = graph::example_of(round_, graph_.sizes.size(), bound);
  const auto limit = graph::Polynomial::constant(static_cast<double>(bound));
  graph::Size size;
  size.value = value.id();
  size.example = example;
  size.bound = limit;
  graph_.sizes.push_back(std::move(size));
}

}  // namespace weft::trace
