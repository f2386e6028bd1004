// Loops and branches with random bodies, and the same without them: every iteration written out.
#pragma once

#include "core/executor/graph_testing.h"
#include "graph/ir/control.h"

namespace weft::testing {

// Any outputs of a random graph: row (3, 4), state (4) → state, output (3, 4).
inline Graph random_body(unsigned seed, int length, bool smooth, DType dtype) {
  const Graph inner = random_graph(seed, length, smooth, dtype);
  Graph body;
  body.ordinals = inner.ordinals;
  GraphBuilder b(body);
  const Value row = b.input({dtype, {3, 4}});
  const Value state = b.input({dtype, {4}});
  const Value captured = b.input({dtype, {4}});
  const std::vector<Value> became =
      graph::inline_graph(b, inner, std::vector<Value>{row, state + captured});
  const int64_t axes[] = {0};
  Value sum = row * 0.25;
  for (const graph::ValueId id : inner.outputs) {
    const Value output = became[static_cast<size_t>(id)];
    const bool turned = output.rank() == 2 && output.shape()[0] == 4;
    sum = sum + (turned ? ops::swap_last_axes(output) : output);
  }
  b.output(b.call("tanh", {ops::sum(sum, axes, false) * 0.1}));
  b.output(sum);
  if (seed % 3 == 0) b.output(state);
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return body;
}

inline graph::Region random_loop(unsigned seed, int length, bool smooth, DType dtype,
                                 int64_t maximum) {
  graph::Region loop;
  loop.kind = graph::RegionKind::kLoop;
  loop.loop.sliced = loop.loop.carried = 1;
  loop.loop.maximum = maximum;
  loop.loop.backwards = seed % 2 == 1;
  loop.body = std::make_shared<const Graph>(random_body(seed, length, smooth, dtype));
  return loop;
}

// x (most, 3, 4), state (4), w (4) → what a loop gives, and what is computed from it.
inline Graph random_loop_graph(unsigned seed, int length, bool smooth = false,
                               DType dtype = DType::kFloat32, int64_t maximum = 4) {
  Graph graph;
  GraphBuilder b(graph);
  const Value x = b.input({dtype, {maximum, 3, 4}}, "x");
  const Value state = b.input({dtype, {4}}, "state");
  const Value w = b.input({dtype, {4}}, "w");
  const graph::ValueId operands[] = {x.id(), (state * 0.5).id(), w.id()};
  const ops::Values results =
      b.add_control(random_loop(seed, length, smooth, dtype, maximum), operands);
  for (const Value& result : results) b.output(result * 2.0);
  b.output(results[0]);
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// p, x (3, 4), state (4), w (4) → what one of two random bodies gives.
inline Graph random_cond_graph(unsigned seed, int length, bool smooth = false,
                               DType dtype = DType::kFloat32) {
  Graph graph;
  GraphBuilder b(graph);
  const Value p = b.input({DType::kBool, {}}, "p");
  const Value x = b.input({dtype, {3, 4}}, "x");
  const Value state = b.input({dtype, {4}}, "state");
  const Value w = b.input({dtype, {4}}, "w");
  graph::Region cond;
  cond.kind = graph::RegionKind::kCond;
  cond.body = std::make_shared<const Graph>(random_body(6 * seed + 1, length, smooth, dtype));
  cond.otherwise = std::make_shared<const Graph>(random_body(6 * seed + 2, length, smooth, dtype));
  const graph::ValueId operands[] = {p.id(), x.id(), state.id(), (w * 0.5).id()};
  for (const Value& result : b.add_control(std::move(cond), operands)) b.output(result * 2.0);
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

// Body nodes with the ordinals that they have in this iteration.
inline std::vector<Value> inline_body(GraphBuilder& b, const Graph& body, int32_t first_ordinal,
                                      const std::vector<Value>& inputs) {
  Graph shifted = body;
  for (graph::Node& node : shifted.nodes)
    if (node.ordinal >= 0) node.ordinal += first_ordinal;
  const std::vector<Value> became = graph::inline_graph(b, shifted, inputs);
  std::vector<Value> outputs;
  for (const graph::ValueId id : body.outputs) outputs.push_back(became[static_cast<size_t>(id)]);
  return outputs;
}

inline std::vector<Value> written_out(GraphBuilder& b, const graph::Region& region, int32_t ordinal,
                                      const std::vector<Value>& operands) {
  const auto sliced = static_cast<size_t>(region.loop.sliced);
  const auto carried = static_cast<size_t>(region.loop.carried);
  std::vector<Value> states(operands.begin() + region.loop.sliced,
                            operands.begin() + region.loop.sliced + region.loop.carried);
  std::vector<std::vector<Value>> rows(region.body->outputs.size() - carried);
  for (std::vector<Value>& of_output : rows)
    of_output.resize(static_cast<size_t>(region.loop.maximum));
  for (int64_t i = 0; i < region.loop.maximum; ++i) {
    const int64_t row = region.loop.backwards ? region.loop.maximum - 1 - i : i;
    std::vector<Value> inputs;
    for (size_t s = 0; s < sliced; ++s)
      inputs.push_back(ops::reshape(ops::slice(operands[s], 0, row, 1),
                                    region.body->type(region.body->inputs[s]).shape));
    inputs.insert(inputs.end(), states.begin(), states.end());
    inputs.insert(inputs.end(), operands.begin() + static_cast<std::ptrdiff_t>(sliced + carried),
                  operands.end());
    const std::vector<Value> outputs = inline_body(
        b, *region.body, std::max(ordinal, 0) + static_cast<int32_t>(row) * region.body->ordinals,
        inputs);
    for (size_t k = 0; k < outputs.size(); ++k) {
      if (k < carried) {
        states[k] = outputs[k];
        continue;
      }
      Shape one{1};
      for (const int64_t extent : outputs[k].shape()) one.push_back(extent);
      rows[k - carried][static_cast<size_t>(row)] = ops::reshape(outputs[k], one);
    }
  }
  for (const std::vector<Value>& of_output : rows) states.push_back(ops::concatenate(of_output, 0));
  return states;
}

// Loops without a condition; the last ones of a graph's nodes may be anything else.
inline Graph unrolled(const Graph& source) {
  Graph graph;
  graph.ordinals = source.ordinals;
  GraphBuilder b(graph);
  std::vector<Value> became(source.values.size(), b.value(graph::kNoValue));
  for (const graph::ValueId id : source.inputs)
    became[static_cast<size_t>(id)] = b.input(source.type(id));
  for (const graph::Node& node : source.nodes) {
    std::vector<Value> operands;
    for (const graph::Operand& operand : node.operands)
      operands.push_back(operand.is_value() ? became[static_cast<size_t>(operand.value)]
                                            : Value(&b, operand.scalar));
    std::vector<Value> outputs;
    if (const graph::Region* region = graph::control_of(source, node)) {
      outputs = written_out(b, *region, node.ordinal, operands);
    } else {
      const ops::Values results = b.emit(*node.op, operands, node.attributes.view());
      outputs.assign(results.begin(), results.end());
    }
    for (size_t i = 0; i < outputs.size(); ++i)
      became[static_cast<size_t>(node.outputs[i])] = outputs[i];
  }
  for (const graph::ValueId id : source.outputs) b.output(became[static_cast<size_t>(id)]);
  REQUIRE_MESSAGE(b.status().ok(), b.status().message());
  return graph;
}

}  // namespace weft::testing
