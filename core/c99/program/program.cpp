// Runs the passes for C, computes what is known now, and plans. The hard part is the search for a
// small arena: RowTileSearch tries loops over row tiles of several heights, and best_overlap
// several rules for results that lie over operands.
#include "c99/program/program.h"

#include <algorithm>
#include <set>

#include "base/errors.h"
#include "c99/program/emitter.h"
#include "c99/program/rows.h"
#include "executor/lowering/row_tiles.h"
#include "executor/program/preparation.h"
#include "executor/run/evaluate.h"
#include "graph/ir/text.h"
#include "graph/ir/verifier.h"
#include "graph/partition/preparation.h"
#include "graph/passes/passes.h"
#include "graph/passes/pipeline.h"

namespace weft::c99 {

using graph::Graph;

namespace {

// The passes that C does without: layouts and tilings that only the library's own kernels have. The
// search below forms row tiles itself.
constexpr std::string_view kPasses =
    "-pad_channels,-block_channels,-pack_products,-fuse_prologues,-tile_rows,-mix_precision";

// The planner calls a function of types only, so each kind of CMSIS-NN has one of its own.
template <CmsisNn cmsis_nn>
Result<executor::TargetKernel> kernel_of(const ops::SlotTypes& types) {
  return kernel_for(types, cmsis_nn);
}

using KernelOf = Result<executor::TargetKernel> (*)(const ops::SlotTypes& types);

KernelOf kernels_of(CmsisNn cmsis_nn) {
  switch (cmsis_nn) {
    case CmsisNn::kNone: return kernel_of<CmsisNn::kNone>;
    case CmsisNn::kAny: return kernel_of<CmsisNn::kAny>;
    case CmsisNn::kDsp: return kernel_of<CmsisNn::kDsp>;
    case CmsisNn::kHelium: return kernel_of<CmsisNn::kHelium>;
  }
  return nullptr;
}

// Makes the plan with the smallest arena. A result that lies over an operand can keep more memory
// alive than it saves, so all three rules are tried.
Result<executor::Plan> best_overlap(const Graph& graph, const PlanRequest& request, size_t inputs) {
  executor::Plan best;
  for (const executor::Overlaps overlaps :
       {executor::Overlaps::kAll, executor::Overlaps::kAtTheStart, executor::Overlaps::kNone}) {
    const bool has_inputs = request.ports_in_arena && !request.feeds_rows;
    const executor::Target target{kernels_of(request.cmsis_nn), kArenaAlignment,
                                  has_inputs ? inputs : 0, request.ports_in_arena, overlaps};
    executor::PlanOptions options;
    options.target = &target;
    // One thread: no branches and no sections that run side by side.
    options.branches = false;
    options.sections = false;
    WEFT_ASSIGN(executor::Plan plan, executor::make_plan(graph, options));
    if (overlaps == executor::Overlaps::kAll || plan.arena_bytes < best.arena_bytes)
      best = std::move(plan);
  }
  return best;
}

bool has_row_tiles(const Graph& graph) {
  return std::ranges::any_of(graph.regions, [](const graph::Region& region) {
    return region.kind == graph::RegionKind::kRowTiles;
  });
}

// Bytes that rows which are fed need between calls: a struct weft_rows for each step of the loop,
// and one more for the position in the order. Each has two int16.
int64_t state_bytes_of(const executor::Plan& plan) {
  if (plan.steps.empty() || !plan.steps[0].row_tiles) return 0;
  constexpr int64_t kBytes = 4;
  const auto counted = static_cast<int64_t>(plan.steps[0].row_tiles->steps.size()) + 1;
  return (counted * kBytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

// Searches for the loops over row tiles that make the plan small enough. Each try sets how many
// rows are made at a time (tile_height) and how many bytes may be alive outside of loops
// (row_tile_bytes).
class RowTileSearch {
 public:
  RowTileSearch(const Graph& graph, const PlanRequest& request, size_t inputs)
      : graph_(graph), request_(request), inputs_(inputs) {
    context_.windows = request.cmsis_nn == CmsisNn::kNone ? row_window : row_window_of_calls;
    context_.begins_in_row_tiles = request.feeds_rows;
    context_.counted_inputs = request.ports_in_arena && !request.feeds_rows ? inputs : 0;
  }

  // Tries the cheapest loops first: few of them, and many rows at a time. The first plan that fits
  // is taken. Without a limit the smallest plan is.
  Result<executor::Plan> run() {
    if (!request_.feeds_rows) {
      WEFT_ASSIGN(best_, best_overlap(graph_, request_, inputs_));
      if (request_.memory == 0) return std::move(best_);
    }
    const int64_t whole = best_.arena_bytes;
    for (const int64_t rows : {8, 4, 2, 1})
      for (const int64_t eighths : {7, 6, 4, 0}) {  // of the limit, for what is alive at a time
        if (request_.memory == 0 && eighths > 0) continue;
        if (is_enough()) return std::move(best_);
        WEFT_TRY(consider(rows, request_.memory * eighths / 8).status());
      }
    if (request_.memory > 0 && !is_enough()) WEFT_TRY(find_min(whole));
    return std::move(best_);
  }

 private:
  int64_t bytes_of(const executor::Plan& plan) const {
    return plan.arena_bytes + (request_.feeds_rows ? state_bytes_of(plan) : 0);
  }
  bool is_enough() const {
    return request_.memory > 0 && !best_.steps.empty() && bytes_of(best_) <= request_.memory;
  }

  // Plans with loops of so many rows at a time wherever more than `room` bytes would be alive.
  // Gives the tiled graph as text; the same text is planned once.
  Result<std::string> consider(int64_t rows, int64_t room) {
    context_.tile_height = rows;
    context_.row_tile_bytes = room;
    WEFT_ASSIGN(const Graph tiled_by_rows, graph::tile_rows(graph_, context_));
    if (!has_row_tiles(tiled_by_rows)) return std::string();
    std::string text = graph::print(tiled_by_rows);
    if (!seen_.insert(text).second) return text;
    WEFT_TRY(graph::verify(tiled_by_rows));
    WEFT_ASSIGN(executor::Plan plan, best_overlap(tiled_by_rows, request_, inputs_));
    if (best_.steps.empty() || bytes_of(plan) < bytes_of(best_)) best_ = std::move(plan);
    return text;
  }

  // Finds the smallest plan of all loops, whatever `memory` is, so that the error can tell it.
  // Which loops are formed changes with the room in steps; where two rooms give the same loops, all
  // rooms between them do.
  Status find_min(int64_t whole) {
    for (const int64_t rows : {1, 2, 4, 8}) {
      const int64_t room = std::max(whole, bytes_of(best_));
      WEFT_ASSIGN(const std::string none, consider(rows, 0));
      WEFT_ASSIGN(const std::string all, consider(rows, room));
      WEFT_TRY(find_between(rows, {0, none}, {room, all}));
    }
    return {};
  }
  // A room and the loops that it gives.
  struct Formed {
    int64_t room;
    std::string text;
  };
  // Halves the interval until both ends give the same loops.
  Status find_between(int64_t rows, const Formed& low, const Formed& high) {
    if (low.text == high.text || high.room - low.room <= 1) return {};
    const int64_t room = (low.room + high.room) / 2;
    WEFT_ASSIGN(const std::string text, consider(rows, room));
    WEFT_TRY(find_between(rows, low, {room, text}));
    return find_between(rows, {room, text}, high);
  }

  const Graph& graph_;
  const PlanRequest& request_;
  const size_t inputs_;
  graph::PassContext context_;
  executor::Plan best_;
  std::set<std::string> seen_;
};

// The operator that needs all rows of the copy which the loop begins with; empty: there is none.
std::string reader_of_all(const Graph& graph) {
  const graph::ValueId copied = graph.nodes[0].outputs[0];
  for (const graph::Node& node : graph.nodes) {
    const bool reads = std::ranges::any_of(node.operands, [&](const graph::Operand& operand) {
      return operand.is_value() && operand.value == copied;
    });
    if (reads && node.op && !row_window(graph, node)) return words_for(node.op->name);
  }
  return {};
}

// For rows that are fed, the loop that takes them must come first, and nothing else may read the
// input.
Status check_fed(const Program& program, const Graph& graph) {
  const auto reads = [](const executor::PlanStep& step) {
    return std::ranges::any_of(step.in, [](const executor::Location& location) {
      return location.root == executor::MemoryRoot::kInput && location.index == 0;
    });
  };
  const std::vector<executor::PlanStep>& steps = program.plan.steps;
  if (!steps.empty() && steps[0].row_tiles && std::ranges::count_if(steps, reads) == 1) return {};
  const std::string reader = reader_of_all(graph);
  return errors::unsupported(
      "compile", "rows of input `", program.ports.inputs[0].name, "` cannot be fed: ",
      reader.empty() ? "an operator that reads it cannot compute rows from rows"
                     : reader +
                           " reads all of them at once; only int8 convolutions and poolings whose "
                           "windows are smaller than the image take rows");
}

// What has no C form at all.
Status check_supported(const model::Entry& entry, const Graph& graph) {
  const std::string where = "compile: entry `" + entry.name + "`";
  for (const model::Port& port : entry.inputs)
    if (port.is_open())
      return errors::unsupported(where, "input `", port.name,
                                 "` has a dimension of any extent; C is made for fixed shapes: "
                                 "export without `dynamic`, or with the extent");
  if (!graph.sizes.empty())
    return errors::unsupported(where, "its shapes depend on values; C is made for fixed shapes");
  if (graph.effects > 0)
    return errors::unsupported(where, "it prints, checks or calls back; these have no C form");
  return {};
}

// Computes the prepared values now, with the library's kernels; they become const arrays.
Status prepare(const graph::SplitPreparation& split, const graph::PassSelection& selection,
               std::span<void* const> sources, Program& program) {
  if (split.preparation.outputs.empty()) return {};
  WEFT_ASSIGN(const Ref<executor::Program> runs,
              executor::Program::create(split.preparation, selection));
  WEFT_ASSIGN(const Ref<executor::Compiled> plan, runs->compile(split.preparation.input_types()));
  WEFT_ASSIGN(const Ref<executor::Prepared> prepared,
              executor::Prepared::allocate(plan->output_types(), {}));
  std::vector<void*> in, out;
  for (const int32_t i : split.inputs) in.push_back(sources[static_cast<size_t>(i)]);
  for (const Ref<Storage>& storage : prepared->contents()) {
    out.push_back(storage->data());
    program.prepared.push_back(storage);
  }
  WEFT_ASSIGN(const executor::FramePtr frame, plan->checkout());
  return plan->forward(*frame, in, out);
}

}  // namespace

// Ports first: the entry's inputs, then its captures. A capture whose content cannot change is
// frozen: passes fold it, and it becomes a const array. Then the passes, the prepared values, and
// the search for a plan.
Result<Program> plan_for_c(const model::Model& model, const model::Entry& entry,
                           const PlanRequest& request) {
  const Graph& graph = request.graph ? *request.graph : entry.program->graph();
  Names names(request.name);
  if (!request.variables.empty()) names.take("state");
  const auto use = request.ports_in_arena ? Names::Use::kPart : Names::Use::kParameter;
  WEFT_TRY(check_supported(entry, graph));
  Program program;
  program.inputs = entry.inputs.size();
  program.outputs = entry.outputs.size();
  std::vector<bool> frozen(program.inputs, false);
  std::vector<void*> sources(program.inputs, nullptr);
  for (const model::Port& port : entry.inputs)
    program.ports.inputs.push_back(
        {names.make(port.name, use), port.type.dtype, port.type.shape, nullptr});
  for (const int32_t index : entry.captures) {
    const model::NamedTensor& named = model.tensors()[static_cast<size_t>(index)];
    const auto variable = request.variables.find(index);
    const bool is_known = variable == request.variables.end();
    void* const content = is_known ? named.tensor->data() : nullptr;
    frozen.push_back(is_known);
    sources.push_back(content);
    program.ports.inputs.push_back({is_known ? identifier("w_" + named.name) : variable->second,
                                    named.tensor->dtype(), named.tensor->shape(), content});
  }
  for (const model::Port& port : entry.outputs)
    program.ports.outputs.push_back(
        {names.make(port.name, use), port.type.dtype, port.type.shape, nullptr});
  // New contents of states go where the old ones are.
  program.ports.outputs.resize(graph.outputs.size());
  for (const graph::StatePair& state : graph.states)
    program.ports.outputs[static_cast<size_t>(state.output)] =
        program.ports.inputs[static_cast<size_t>(state.input)];

  const graph::PassSelection selection{kPasses};
  const graph::PassContext context{executor::fold_node, frozen, true};
  WEFT_ASSIGN(Graph source, run_passes(graph, graph::Stage::kSource, context, selection));
  WEFT_ASSIGN(Graph whole, run_passes(std::move(source), graph::Stage::kWhole, context, selection));
  graph::SplitPreparation split = graph::split_preparation(whole, frozen);
  WEFT_TRY(prepare(split, selection, sources, program));
  for (size_t i = 0; i < program.prepared.size(); ++i) {
    const graph::ValueId made = split.preparation.outputs[i];
    const graph::TensorType& type = split.preparation.type(made);
    program.ports.inputs.push_back(
        {"w_prepared" + std::to_string(i), type.dtype, type.shape, program.prepared[i]->data()});
  }
  Graph rest = split.preparation.outputs.empty() ? std::move(whole) : std::move(split.rest);
  WEFT_ASSIGN(Graph ready,
              run_passes(std::move(rest), graph::Stage::kAfterSplit, context, selection));
  program.ports_in_arena = request.ports_in_arena;
  program.feeds_rows = request.feeds_rows;
  if (request.feeds_rows) {
    if (program.inputs != 1)
      return errors::unsupported("compile", "`feed_rows` needs an entry with one input; `",
                                 entry.name, "` has ", program.inputs);
    WEFT_ASSIGN(ready, with_fed_rows(ready, 0, program.ports.inputs[0].name));
  }
  WEFT_ASSIGN(program.plan, RowTileSearch(ready, request, program.inputs).run());
  if (request.feeds_rows) {
    WEFT_TRY(check_fed(program, ready));
    program.state_bytes = state_bytes_of(program.plan);
  }
  return program;
}

}  // namespace weft::c99
