// Each node becomes a graph whose operands are constants, and that graph runs by its plan: so
// folding gives the same bits as the plan that would run the node later.
#include "executor/run/evaluate.h"

#include "base/errors.h"
#include "executor/plan/make_plan.h"
#include "executor/run/run_plan.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/pool.h"

namespace weft::executor {

using graph::Graph;
using graph::Node;
using graph::Operand;

namespace {

// The node with its operands as constants, because the strides of constants are part of the plan.
Result<Graph> alone(const Graph& graph, const Node& node, std::span<const Ref<Tensor>> inputs) {
  Graph result;
  Node copy = node;
  copy.line = copy.clone_of = copy.effect = -1;
  for (size_t i = 0; i < copy.operands.size(); ++i) {
    if (!copy.operands[i].is_value()) continue;
    WEFT_ASSIGN(copy.operands[i].value, result.add_constant(inputs[i]));
  }
  if (node.region >= 0)
    copy.region = result.add_region(graph.regions[static_cast<size_t>(node.region)]);
  std::vector<graph::TensorType> types;
  for (const graph::ValueId id : node.outputs) types.push_back(graph.type(id));
  result.add_node(std::move(copy), types);
  result.outputs = result.nodes[0].outputs;
  result.ordinals = graph.ordinals;
  return result;
}

// The results of a view operator, on the box of its input; empty where the strides do not allow a
// view.
Result<std::vector<Ref<Tensor>>> views_of(const Graph& graph, const Node& node,
                                          const Ref<Tensor>& base) {
  WEFT_ASSIGN(const std::vector<graph::TensorType> types, operand_types(graph, node));
  const ops::InferContext context(*node.op, types, node.attributes.view());
  const ops::Geometry from{base->shape(), base->strides(), base->offset()};
  std::vector<Ref<Tensor>> views;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const auto to = node.op->view_rule(context, from, graph.type(node.outputs[i]), i);
    if (!to) return std::vector<Ref<Tensor>>();
    WEFT_ASSIGN(Ref<Tensor> view,
                Tensor::view(base->dtype(), to->shape, to->strides, to->offset, base->box_ref()));
    views.push_back(std::move(view));
  }
  return views;
}

// Plans and runs a graph that has no inputs.
Result<std::vector<Ref<Tensor>>> run_once(const Graph& graph, uint64_t seed,
                                          uint64_t first_ordinal) {
  PlanOptions options;
  options.threads = num_threads();
  WEFT_ASSIGN(const Plan plan, make_plan(graph, options));
  std::vector<Ref<Tensor>> outputs;
  std::vector<void*> pointers;
  for (const graph::TensorType& type : graph.output_types()) {
    WEFT_ASSIGN(Ref<Tensor> tensor, Tensor::create(type.dtype, type.shape));
    pointers.push_back(tensor->data());
    outputs.push_back(std::move(tensor));
  }
  WEFT_ASSIGN(const Ref<Storage> arena, Storage::allocate(plan.arena_bytes));
  Bound bound = bind_new(plan);
  WEFT_TRY(run_plan(plan, bound, {{}, pointers, arena->data(), nullptr}, seed, first_ordinal));
  return outputs;
}

// A dense copy of a strided array: the output of a graph that consists of one constant.
Result<Ref<Tensor>> dense(const Ref<Tensor>& tensor) {
  if (tensor->dense()) return tensor;
  Graph graph;
  WEFT_ASSIGN(const graph::ValueId id, graph.add_constant(tensor));
  graph.outputs.push_back(id);
  WEFT_ASSIGN(std::vector<Ref<Tensor>> copied, run_once(graph, 0, 0));
  return copied[0];
}

}  // namespace

Result<std::vector<Ref<Tensor>>> evaluate_node(const Graph& graph, const Node& node,
                                               std::span<const Ref<Tensor>> inputs, uint64_t seed,
                                               uint64_t first_ordinal) {
  if (node.op && node.op->view_rule && inputs[0]) {
    WEFT_ASSIGN(std::vector<Ref<Tensor>> views, views_of(graph, node, inputs[0]));
    if (!views.empty()) return views;
  }
  WEFT_ASSIGN(const Graph one, alone(graph, node, inputs));
  return run_once(one, seed, first_ordinal);
}

Result<std::vector<Ref<Tensor>>> fold_node(const Graph& graph, const Node& node,
                                           std::span<const Ref<Tensor>> inputs) {
  return evaluate_node(graph, node, inputs);
}

Result<std::vector<Ref<Tensor>>> evaluate(const Graph& graph, std::span<const Ref<Tensor>> inputs,
                                          uint64_t seed, uint64_t first_ordinal) {
  std::vector<Ref<Tensor>> values(graph.values.size());
  for (size_t i = 0; i < inputs.size(); ++i)
    values[static_cast<size_t>(graph.inputs[i])] = inputs[i];
  for (const graph::Constant& constant : graph.constants)
    values[static_cast<size_t>(constant.value)] = constant.content;
  for (const Node& node : graph.nodes) {
    std::vector<Ref<Tensor>> operands;
    for (const Operand& operand : node.operands)
      operands.push_back(operand.is_value() ? values[static_cast<size_t>(operand.value)]
                                            : Ref<Tensor>());
    WEFT_ASSIGN(const auto results, evaluate_node(graph, node, operands, seed, first_ordinal));
    for (size_t i = 0; i < results.size(); ++i)
      values[static_cast<size_t>(node.outputs[i])] = results[i];
  }
  std::vector<Ref<Tensor>> outputs;
  for (const graph::ValueId id : graph.outputs) {
    WEFT_ASSIGN(Ref<Tensor> output, dense(values[static_cast<size_t>(id)]));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace weft::executor
