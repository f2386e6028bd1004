// A call of a program with sizes: stage after stage, since what one stage computes is the shape of
// the next. Sizes that are met for the first time may never come again, and a plan costs as much as
// some dozens of calls. So a stage then runs operator by operator, as eager code does, and is
// planned when the sizes come again.
#include <algorithm>

#include "eager/builder.h"
#include "eager/call.h"
#include "eager/program_call.h"
#include "executor/program/stages.h"
#include "graph/ir/graph_builder.h"
#include "graph/sizes/sizes.h"
#include "ops/registry.h"
#include "runtime/engine/transfer.h"

namespace weft::eager {
namespace {

using executor::Program;
using executor::Stage;
using executor::Stages;
using Tensors = PoolVector<Ref<Tensor>>;

// The one place where a call of a program waits: a size decides what is run next.
Result<int64_t> read_size(Tensor& tensor) {
  WEFT_ASSIGN(const Ref<Tensor> here, readable(tensor, "function"));
  return *reinterpret_cast<const int64_t*>(here->data());
}

// Outputs are whole arrays of their own, as those of a plan are; `others` are arrays that stay.
Result<Ref<Tensor>> own(Ref<Tensor> output, std::span<const Ref<Tensor>> others) {
  const bool shared = std::ranges::any_of(
      others, [&](const Ref<Tensor>& other) { return &other->box() == &output->box(); });
  if (!shared && output->covers_box() && output->dense()) return output;
  Tensor* copy = nullptr;
  const ops::Argument argument = ops::Argument::of_tensor(output.get());
  WEFT_TRY(invoke(ops::op_named("copy"), {&argument, 1}, {&copy, 1}));
  return Ref<Tensor>::adopt(copy);
}

// Each operator is recorded by itself, as if the stage were eager code.
Status run_eagerly(const Stage& stage, const Tensors& inputs, std::span<const int64_t> sizes,
                   Tensors& outputs) {
  EagerBuilder builder;
  ops::Values values;
  for (const Ref<Tensor>& input : inputs) values.push_back(builder.value(input));
  const ops::Values results =
      graph::emit_graph(builder, graph::with_sizes(stage.graph, sizes), values);
  WEFT_TRY(builder.status());
  Tensors others = inputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    WEFT_ASSIGN(outputs[i], own(results[i].tensor(), others));
    others.push_back(outputs[i]);
  }
  return {};
}

}  // namespace

Status call_stages(Program& program, std::span<const Ref<Tensor>> arguments,
                   std::span<Ref<Tensor>> results, const RandomKey& key) {
  Stages& stages = *program.stages();
  std::vector<ops::TensorType> given_types;
  for (const Ref<Tensor>& argument : arguments)
    given_types.push_back({argument->dtype(), argument->shape()});
  WEFT_ASSIGN(std::vector<int64_t> sizes, graph::dimensions_of(program.graph(), given_types));
  sizes.resize(stages.sizes(), 0);
  std::vector<Tensors> outputs;
  // A source names an argument of the call or an output of a stage that has run.
  const auto found = [&](const executor::Source& source) -> const Ref<Tensor>& {
    const auto index = static_cast<size_t>(source.index);
    return source.stage < 0 ? arguments[index] : outputs[static_cast<size_t>(source.stage)][index];
  };
  for (size_t i = 0; i < stages.stages().size(); ++i) {
    const Stage& stage = stages.stages()[i];
    Tensors inputs;
    std::vector<ops::TensorType> types;
    for (const executor::Source& source : stage.inputs) {
      inputs.push_back(found(source));
      types.push_back({inputs.back()->dtype(), inputs.back()->shape()});
    }
    Tensors given(stage.graph.outputs.size() - stage.graph.states.size());
    // Null where these sizes are new. The key is the call's: each node has its own ordinal in it.
    WEFT_ASSIGN(const Ref<Program> part, stages.program_if_met(i, types, sizes));
    WEFT_TRY(part ? call_program(*part, inputs, given, &key)
                  : run_eagerly(stage, inputs, sizes, given));
    outputs.push_back(std::move(given));
    for (const auto& [size, output] : stage.sizes) {
      WEFT_ASSIGN(sizes[static_cast<size_t>(size)],
                  read_size(*outputs.back()[static_cast<size_t>(output)]));
      WEFT_TRY(stages.check_size(size, sizes));
    }
  }
  for (size_t i = 0; i < results.size(); ++i) {
    WEFT_ASSIGN(results[i], own(found(stages.output(i)), results.first(i)));
  }
  return {};
}

}  // namespace weft::eager
