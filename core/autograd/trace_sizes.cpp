// Sizes in a trace: numbers that only a run will know.
#include "autograd/trace.h"
#include "base/errors.h"
#include "graph/sizes.h"

namespace weft::autograd {

Status Trace::set_example(size_t round, std::vector<Ref<executor::Program>> earlier) {
  if (round >= graph::kExamples)
    return errors::index_out_of_range("trace", "`round` must be below ", graph::kExamples, "; got ",
                                      round);
  if (!graph_.sizes.empty())
    return errors::invalid_state("trace", "it has sizes of another example already");
  round_ = round;
  earlier_ = std::move(earlier);
  return {};
}

bool Trace::follows_from_sizes(const Tensor& tensor, int axis) const {
  if (earlier_.size() < 2 || !tensor.box().traced()) return false;
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
  for (const Ref<executor::Program>& program : earlier_)
    if (extent(program) != extent(earlier_[0])) return true;
  return false;
}

Result<int64_t> Trace::size(Tensor& value, int64_t bound) {
  if (value.dtype() != DType::kInt64 || value.rank() != 0)
    return errors::invalid_type("trace", "a size must be int64 without axes; got ", value.dtype(),
                                " of shape ", value.shape());
  if (bound < 0)
    return errors::invalid_value("trace", "the bound of a size must be at least 0; got ", bound);
  WEFT_ASSIGN(const ops::Value found, read(value));
  for (const graph::Size& size : graph_.sizes)
    if (graph::same_content(graph_, size.value, found.id())) return size.example;
  add_size(found, bound);
  return graph_.sizes.back().example;
}

std::vector<int64_t> Trace::next_examples(std::span<const graph::Size> sizes) const {
  std::vector<int64_t> examples;
  for (const graph::Size& size : sizes) {
    const int64_t bound = graph::whole_number(size.bound.evaluate(examples));
    examples.push_back(graph::example_of(round_, graph_.sizes.size() + examples.size(), bound));
  }
  return examples;
}

void Trace::add_size(const ops::Value& value, int64_t bound) {
  const int64_t example = graph::example_of(round_, graph_.sizes.size(), bound);
  const auto limit = graph::Polynomial::constant(static_cast<double>(bound));
  graph_.sizes.push_back({value.id(), example, limit});
}

}  // namespace weft::autograd
