// Counts what entries do, by their graphs and plans. Both kinds of plan are made for each entry:
// with prepared weights, and without, as a run in a caller's arena has them.
#include "model/describe.h"

#include <map>

#include "base/errors.h"
#include "base/printable.h"
#include "executor/program/program.h"
#include "executor/program/stages.h"
#include "graph/ir/control.h"
#include "model/fixed_batch.h"
#include "ops/use.h"

namespace weft::model {
namespace {

using executor::Compiled;
using executor::Prepare;
using executor::Program;
using graph::Graph;
using graph::TensorType;

// A number with commas between thousands.
std::string grouped(int64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

// Does the operator multiply and add, so that half of its operations are multiply-adds?
bool multiplies(const ops::OpDef& op) {
  return op.slot.cost && (op.precision == ops::Precision::kNarrow ||
                          op.name.starts_with("quantized_") || op.name.starts_with("weight_only_"));
}

// The operators of an entry by name, and its multiply-adds.
struct Counts {
  std::map<std::string, int> operators;
  double macs = 0;
};

Status count(const Graph& graph, Counts& counts) {
  for (const graph::Node& node : graph.nodes) {
    if (!node.op) {
      ++counts.operators["(control flow)"];
      continue;
    }
    ++counts.operators[node.op->name];
    if (!multiplies(*node.op)) continue;
    WEFT_ASSIGN(const std::vector<TensorType> in, operand_types(graph, node));
    std::vector<TensorType> out;
    for (const graph::ValueId id : node.outputs) out.push_back(graph.type(id));
    counts.macs +=
        ops::cost_of(node.op->slot, {*node.op, in, out, node.attributes.view()}).flops / 2;
  }
  return {};
}

// A plan as contexts have it: inputs change, captures are frozen.
Result<Ref<Compiled>> plan_of(const Entry& entry, Graph graph, Prepare prepare) {
  std::vector<bool> frozen(graph.inputs.size(), true);
  std::fill_n(frozen.begin(), entry.inputs.size(), false);
  const std::vector<TensorType> types = graph.input_types();
  WEFT_ASSIGN(const Ref<Program> program,
              Program::create(std::move(graph), graph::PassSelection(), std::move(frozen)));
  return program->compile(types, {}, nullptr, prepare);
}

// Notes what a build needs to read this graph: dtypes, operators, control flow, states.
void note_graph(const Graph& graph, ops::Use& use) {
  for (const graph::Value& value : graph.values) use.note(value.type.dtype);
  for (const graph::Node& node : graph.nodes)
    if (node.op)
      use.note(*node.op, node.attributes.view());
    else if (graph::control_of(graph, node))
      use.note("control");
  if (!graph.states.empty() || graph.ordinals > 0) use.note("states");
  for (const graph::Region& region : graph.regions)
    for (const auto& body : {region.body, region.otherwise})
      if (body) note_graph(*body, use);
}

}  // namespace

Result<std::string> figures_of(const Model& model, int64_t batch) {
  if (batch < 0) return errors::invalid_value("info", "`batch` must be at least 1; got ", batch);
  std::string text;
  for (const Entry& entry : model.entries()) {
    Result<Graph> found = graph_of_batch(entry, batch, "info");
    if (!found.ok() && batch == 0) {
      text += "entry " + printable(entry.name) + "\n  " + found.status().message() + "\n";
      continue;
    }
    WEFT_ASSIGN(Graph graph, std::move(found));
    Counts counts;
    WEFT_TRY(count(graph, counts));
    WEFT_ASSIGN(const Ref<Compiled> fast, plan_of(entry, graph, Prepare::kYes));
    WEFT_ASSIGN(const Ref<Compiled> small, plan_of(entry, std::move(graph), Prepare::kNo));
    const executor::MemoryFigures memory = fast->memory();
    text += "entry " + printable(entry.name) + (batch ? " for a batch of " + grouped(batch) : "") +
            "\n";
    text += "  operators:";
    for (const auto& [name, times] : counts.operators)
      text += " " + name + (times > 1 ? " x " + std::to_string(times) : "") + ",";
    if (counts.operators.empty())
      text += " none";
    else
      text.pop_back();
    text += "\n  multiply-adds: " + grouped(static_cast<int64_t>(counts.macs));
    text += "\n  arena: " + grouped(memory.arena) + " bytes, with " + grouped(memory.prepared) +
            " bytes of prepared weights; " + grouped(small->memory().arena) +
            " bytes in a caller's arena, which prepares none\n";
  }
  return text;
}

Result<std::string> plans_of(const Model& model, int64_t batch) {
  if (batch < 0) return errors::invalid_value("info", "`batch` must be at least 1; got ", batch);
  std::string text;
  for (const Entry& entry : model.entries()) {
    WEFT_ASSIGN(Graph graph, graph_of_batch(entry, batch, "info"));
    WEFT_ASSIGN(const Ref<Compiled> plan, plan_of(entry, std::move(graph), Prepare::kYes));
    text += (text.empty() ? "" : ", ") + json_text(entry.name) + ": " + plan->arena_json();
  }
  return "{" + text + "}";
}

Result<std::string> operators_of(const std::string& path) {
  WEFT_ASSIGN(const Ref<Model> model, Model::load(path));
  ops::Use use;
  for (const Entry& entry : model->entries()) {
    if (entry.ready.program) {
      const Graph& ready = entry.ready.program->graph();
      note_graph(ready, use);
      WEFT_TRY(entry.ready.program->compile(ready.input_types()).status());
      continue;
    }
    const Graph& graph = entry.program->graph();
    note_graph(graph, use);
    if (!graph.sizes.empty())
      return errors::unsupported("ops", "entry `", entry.name,
                                 "` has shapes that depend on values, so its operators are not "
                                 "known before a run; export it for one shape");
    // Compiling notes the kernels of both kinds of plan.
    for (const Prepare prepare : {Prepare::kYes, Prepare::kNo}) {
      WEFT_TRY(entry.program->compile(graph.input_types(), {}, nullptr, prepare).status());
    }
  }
  return "# What a runtime-only build needs to run " + printable(path.substr(path.rfind('/') + 1)) +
         ".\n" + use.text();
}

}  // namespace weft::model
