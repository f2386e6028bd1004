// The order of planning: decide (or follow saved decisions), then emit the steps, the bound block
// and the list of pointers in it. Placement itself is in executor/memory.
#include "executor/plan/make_plan.h"
#include "executor/run/run_plan.h"

#include <algorithm>
#include <cstring>

#include "base/errors.h"
#include "base/log.h"
#include "executor/lowering/bound_impl.h"
#include "executor/lowering/control.h"
#include "executor/lowering/row_tiles.h"
#include "executor/memory/placement_impl.h"
#include "executor/plan/reach.h"
#include "executor/plan/state_order_impl.h"
#include "graph/ir/fused.h"
#include "ops/use.h"
#include "weft_parts.h"

namespace weft::executor {
namespace {

// Elements. One elementwise step up to this size runs on the calling thread at once; a longer one
// is split into tiles for several threads. The bound keeps a row's time below that of starting
// threads.
constexpr int64_t kLongestRow = 16384;

// Turns placed steps into actions: it fills in locations, reserves the bound block, and notes which
// pointers in it belong to which root.
class Emitter {
 public:
  Emitter(Placement& placement, Plan& plan) : placement_(placement), plan_(plan) {}

  void run() {
    plan_.patches.resize(plan_.inputs + plan_.outputs + 2);
    size_t max_views = placement_.steps.size();
    for (const PendingStep& pending : placement_.steps)
      max_views += pending.in.size() + pending.out.size();
    plan_.block.reserve(max_views * sizeof(TensorView) / 8);
    plan_.steps.reserve(placement_.steps.size());
    for (const PendingStep& pending : placement_.steps) emit(pending);
    plan_.block.shrink_to_fit();  // it lives as long as the plan
  }

 private:
  // The location of a view on an allocation; rank -1 for an absent operand.
  Location location_of(const AllocationView& alloc_view) const {
    Location location;
    location.dtype = alloc_view.dtype;
    location.shape = alloc_view.shape;
    location.strides = alloc_view.strides;
    if (alloc_view.allocation < 0) {
      location.shape = Shape::absent();
      return location;
    }
    const Allocation& allocation = placement_.owner(alloc_view.allocation);
    location.root = allocation.root;
    location.index = allocation.index;
    location.offset =
        allocation.offset + placement_.offset_of(alloc_view.allocation) + alloc_view.offset;
    return location;
  }

  std::vector<Location> places_of(const std::vector<AllocationView>& alloc_view) const {
    std::vector<Location> locations;
    locations.reserve(alloc_view.size());
    for (const AllocationView& one : alloc_view) locations.push_back(location_of(one));
    return locations;
  }

  static std::vector<ops::TensorType> types_of(const std::vector<Location>& locations) {
    std::vector<ops::TensorType> types;
    for (const Location& location : locations) types.push_back({location.dtype, location.shape});
    return types;
  }

  // Appends the step, its action, and what its kind needs in the bound block.
  void emit(const PendingStep& pending) {
    PlanStep step;
    step.kind = pending.kind;
    step.name = pending.name;
    step.code = pending.code;
    step.control = pending.control;
    step.row_tiles = pending.row_tiles;
    step.in = places_of(pending.in);
    step.out = places_of(pending.out);
    if (pending.scratch >= 0) {
      const Allocation& allocation = placement_.owner(pending.scratch);
      step.scratch_offset = allocation.offset;
      step.scratch_bytes = allocation.bytes;
    }
    if (pending.node) {
      step.op = pending.node->op;
      step.attributes = pending.node->attributes;
      step.ordinal = pending.node->ordinal;
      step.line = placement_.line_of(*pending.node);
    }
    if (step.kind == StepKind::kKernel && step.op && step.op->slot.problem) {
      const std::vector<ops::TensorType> in = types_of(step.in), out = types_of(step.out);
      step.problem = problem_of(step.op->slot, {*step.op, in, out, step.attributes.view()});
    }
    step.runs_on_caller = pending.node && graph::runs_on_caller(placement_.graph(), *pending.node);
    if (step.control) step.child = controls_++;
    if (is_one_row(step)) step.kind = StepKind::kTile;
    const auto at = static_cast<uint32_t>(plan_.block.size() * 8);
    plan_.actions.push_back({step.kind, static_cast<uint32_t>(plan_.steps.size()), at});
    switch (step.kind) {
      case StepKind::kTile: bind_tile(step, at); break;
      case StepKind::kTileProgram:
      case StepKind::kControl:
      case StepKind::kRowTiles: bind_pointers(step, at); break;
      case StepKind::kKernel:
      case StepKind::kCopy: bind_kernel(step, at); break;
    }
    plan_.runs_on_caller |= step.runs_on_caller;
    plan_.steps.push_back(std::move(step));
  }

  // Is it a single elementwise formula over dense data of one shape and single elements? Then it
  // needs no loop, and the kernel is called directly.
  static bool is_one_row(const PlanStep& step) {
    if (step.kind != StepKind::kTileProgram || step.code->steps.size() != 1 || step.code->has_end())
      return false;
    const int64_t elements = step.code->shape.elements();
    if (elements > kLongestRow) return false;
    return std::ranges::all_of(step.in, [&](const Location& location) {
      const int64_t own = location.shape.elements();
      return own == 1 || (own == elements && location.dense());
    });
  }

  // Appends zeroed bytes to the block, a multiple of 8. The pointer is good until the next call.
  char* reserve(size_t bytes) {
    const size_t begin = plan_.block.size();
    plan_.block.resize(begin + (bytes + 7) / 8, 0);
    return reinterpret_cast<char*>(plan_.block.data() + begin);
  }

  // Makes the pointer at byte `slot` of the block point to `location`: at once for a constant,
  // before a run for the other roots.
  void bind(uint32_t slot, const Location& location) {
    if (location.shape.rank() < 0) return;
    if (location.root == MemoryRoot::kConstant) {
      const char* data =
          static_cast<const char*>(plan_.constants[static_cast<size_t>(location.index)]) +
          location.offset;
      std::memcpy(reinterpret_cast<char*>(plan_.block.data()) + slot, &data, sizeof data);
      return;
    }
    plan_.patches[root_of(plan_, location)].push_back({slot, location.offset});
  }
  void bind_scratch(uint32_t slot, const PlanStep& step) {
    if (step.scratch_bytes > 0)
      plan_.patches[arena_root(plan_)].push_back({slot, step.scratch_offset});
  }

  // Fills in a BoundTile: kernel, length, which inputs are single elements; only the pointers stay
  // open.
  void bind_tile(const PlanStep& step, uint32_t at) {
    auto* bound = reinterpret_cast<BoundTile*>(reserve(sizeof(BoundTile)));
    const kernels::TileStep& tile_step = step.code->steps[0];
    const int64_t elements = step.code->shape.elements();
    bound->kernel = tile_step.kernel;
    bound->tile.rows = 1;
    bound->tile.cols = elements;
    const size_t inputs = step.in.size();
    for (int i = 0; i < kernels::kMaxStepInputs; ++i) {
      const int16_t operand = tile_step.in[i];
      if (operand < 0) continue;
      const Location& location = step.in[static_cast<size_t>(operand)];
      if (location.shape.elements() == 1 && elements > 1) bound->tile.scalar |= 1u << i;
      bind(at + offset_in_tile(i), location);
    }
    WEFT_ASSERT(static_cast<size_t>(tile_step.out) == inputs);
    bind(at + static_cast<uint32_t>(offsetof(BoundTile, tile.out)), step.out[0]);
  }
  static uint32_t offset_in_tile(int input) {
    return static_cast<uint32_t>(offsetof(BoundTile, tile.in) +
                                 sizeof(void*) * static_cast<size_t>(input));
  }

  // Layout: a pointer for each operand and result, then one for scratch.
  void bind_pointers(const PlanStep& step, uint32_t at) {
    const size_t externals = step.in.size() + step.out.size();
    reserve((externals + 1) * sizeof(void*));
    uint32_t slot = at;
    for (const std::vector<Location>* side : {&step.in, &step.out})
      for (const Location& location : *side) {
        bind(slot, location);
        slot += sizeof(void*);
      }
    bind_scratch(slot, step);
  }

  // Layout: a pointer to scratch, then a TensorView for each operand and result.
  void bind_kernel(const PlanStep& step, uint32_t at) {
    const size_t count = step.in.size() + step.out.size();
    reserve(sizeof(void*) + count * sizeof(TensorView));
    bind_scratch(at, step);
    size_t i = 0;
    for (const std::vector<Location>* side : {&step.in, &step.out})
      for (const Location& location : *side) {
        const auto slot = static_cast<uint32_t>(at + sizeof(void*) + i++ * sizeof(TensorView));
        auto* view =
            reinterpret_cast<TensorView*>(reinterpret_cast<char*>(plan_.block.data()) + slot);
        view->dtype = location.dtype;
        view->rank = location.shape.rank();
        for (int axis = 0; axis < view->rank; ++axis) {
          view->shape[axis] = location.shape[axis];
          view->strides[axis] = location.strides[axis];
        }
        bind(slot + static_cast<uint32_t>(offsetof(TensorView, data)), location);
      }
  }

  Placement& placement_;
  Plan& plan_;
  uint32_t controls_ = 0;  // steps of control flow so far
};

// The cost of the nodes as they are in the graph. A fused region moves only its inputs and outputs;
// its intermediate values stay in registers or in the cache, so they count as arithmetic alone.
Result<ops::Cost> cost_of(const graph::Graph& graph, const PlanOptions& options) {
  ops::Cost total;
  for (const graph::Node& node : graph.nodes) {
    std::vector<graph::TensorType> in, out;
    for (const graph::ValueId id : node.outputs) out.push_back(graph.type(id));
    if (node.op) {
      WEFT_ASSIGN(in, operand_types(graph, node));
      const ops::Cost cost =
          ops::cost_of(node.op->slot, {*node.op, in, out, node.attributes.view()});
      total.flops += cost.flops;
      total.bytes += cost.bytes;
      continue;
    }
    if (const auto& control = options.controls[static_cast<size_t>(node.region)]) {
      total.flops += control->cost.flops;
      total.bytes += control->cost.bytes;
      continue;
    }
    const graph::Region& region = graph.regions[static_cast<size_t>(node.region)];
    if constexpr (WEFT_KEEPS_rows) {
      if (region.kind == graph::RegionKind::kRowTiles) {
        WEFT_ASSIGN(const auto row_tiles,
                    plan_row_tiles(region, options.threads, options.sections, options.target));
        total.flops += row_tiles->cost.flops;
        total.bytes += row_tiles->cost.bytes;
        continue;
      }
    }
    const graph::Graph& body = *region.body;
    for (const graph::Operand& operand : node.operands)
      total.bytes += static_cast<double>(graph.type(operand.value).bytes());
    for (const graph::TensorType& type : out) total.bytes += static_cast<double>(type.bytes());
    total.flops += static_cast<double>(body.nodes.size()) *
                   static_cast<double>(graph::shape_of_fused(body).elements());
  }
  return total;
}

// Bytes that groups of branches may add to an arena: see PlanOptions::branches.
int64_t max_added(int64_t arena) {
  return std::min(std::max(arena, int64_t{1} << 20), int64_t{1} << 28);
}

// What is decided about a plan before its steps are emitted. The placement refers to the graphs and
// the options in here, so this object must outlive it and must not move.
struct Decided {
  explicit Decided(const PlanOptions& given) : options(given), without_parts(given) {
    without_parts.parts = false;
  }
  Decided(const Decided&) = delete;
  Decided& operator=(const Decided&) = delete;

  PlanOptions options,
      without_parts;  // `without_parts`: the same, without arrays that are built inside others
  // The reordered graphs, and the orders that made them: [0] with `options`, [1] with
  // `without_parts`. The graph of the chosen placement is one of these, or the given one.
  std::vector<int32_t> order[2];
  graph::Graph ordered[2];
  std::unique_ptr<Placement> placement;
  std::vector<BranchGroup> groups;
  int64_t arena_without = 0;  // bytes of the arena without groups
};

// Adds groups of branches. While the arena is too large, the group that needs most bytes is dropped
// and the placement is made again.
Status add_groups(const PlanOptions& options, std::vector<BranchGroup>& groups,
                  std::unique_ptr<Placement>& placement) {
  const int64_t maximum = placement->arena_bytes + max_added(placement->arena_bytes);
  groups = find_branches(placement->branch_steps(), options.threads);
  while (!groups.empty()) {
    auto grouped = std::make_unique<Placement>(placement->graph(), options, groups);
    WEFT_TRY(grouped->run());
    if (grouped->arena_bytes <= maximum) {
      placement = std::move(grouped);
      break;
    }
    const auto& bytes = grouped->group_bytes;
    groups.erase(groups.begin() + (std::ranges::max_element(bytes) - bytes.begin()));
  }
  return {};
}

bool is_enough(const PlanOptions& options, const Placement& placement) {
  return options.enough > 0 && placement.arena_bytes + placement.residual_bytes <= options.enough;
}

// An order with fewer bytes alive would start transfers late and wait for them early.
bool hides_transfers(const graph::Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const graph::Node& node) {
    return node.op && node.op->name == "collective_wait";
  });
}

// Places the graph as it is, and in an order with a lower peak if one is found. The second is kept
// only if its arena is really smaller: the peak is a bound that packing does not always reach.
Status place_in_order(const graph::Graph& graph, const PlanOptions& options,
                      std::vector<int32_t>& nodes, graph::Graph& ordered,
                      std::unique_ptr<Placement>& placement) {
  placement = std::make_unique<Placement>(graph, options);
  WEFT_TRY(placement->run());
  if (!WEFT_KEEPS_search || !options.order || is_enough(options, *placement)) return {};
  if (options.enough == 0 && hides_transfers(graph)) return {};
  const OrderProblem problem = placement->order_problem();
  const int64_t maximum =
      options.enough > 0 ? options.enough - placement->residual_bytes : INT64_MAX - 1;
  const std::vector<int32_t> order = find_order(problem.steps, problem.values, maximum);
  if (order.empty()) return {};
  nodes = nodes_in_order(graph, problem, order);
  ordered = graph::with_node_order(graph, nodes);
  auto placed = std::make_unique<Placement>(ordered, options);
  WEFT_TRY(placed->run());
  if (placed->arena_bytes < placement->arena_bytes) placement = std::move(placed);
  return {};
}

// Searches: the order, whether arrays are built inside others, the groups of branches.
Status decide(const graph::Graph& graph, Decided& decided) {
  ops::note_use("search");
  ops::note_use("branches");  // more threads may have some
  WEFT_TRY(place_in_order(graph, decided.options, decided.order[0], decided.ordered[0],
                          decided.placement));
  if (WEFT_KEEPS_search && decided.placement->parts > 0 &&
      !is_enough(decided.options, *decided.placement)) {
    std::unique_ptr<Placement> other;
    WEFT_TRY(
        place_in_order(graph, decided.without_parts, decided.order[1], decided.ordered[1], other));
    if (other->arena_bytes < decided.placement->arena_bytes) decided.placement = std::move(other);
  }
  decided.arena_without = decided.placement->arena_bytes;
  if (!WEFT_KEEPS_branches || !decided.options.branches) return {};
  return add_groups(decided.placement->options(), decided.groups, decided.placement);
}

// Follows saved decisions. Each is checked against the graph, because a file may be damaged.
Status decide_as(const graph::Graph& graph, const SavedPlan& saved, Decided& decided) {
  const std::string& where = decided.options.saved->where;
  const PlanOptions& options = saved.parts ? decided.options : decided.without_parts;
  const graph::Graph* ordered = &graph;
  if (!saved.order.empty()) {
    WEFT_TRY(check_order(where, graph, saved.order));
    decided.ordered[0] = graph::with_node_order(graph, saved.order);
    ordered = &decided.ordered[0];
  }
  decided.arena_without = saved.arena_without;
  decided.placement = std::make_unique<Placement>(*ordered, options);
  if (saved.groups.empty()) return decided.placement->run_as(&saved);
  if constexpr (!WEFT_KEEPS_branches)
    return errors::unsupported(
        where, "the saved plan has branches, which this build of Weft does not support (WEFT_OPS)");
  WEFT_TRY(decided.placement->run_as(nullptr));
  decided.groups = find_branches(decided.placement->branch_steps(), options.threads);
  std::erase_if(decided.groups, [&](const BranchGroup& group) {
    return std::ranges::find(saved.groups, group.begin) == saved.groups.end();
  });
  if (decided.groups.size() != saved.groups.size())
    return errors::io(where, "the saved plan does not fit its graph: it has ", saved.groups.size(),
                      " groups of branches; the graph has ", decided.groups.size(), " of them");
  decided.placement = std::make_unique<Placement>(*ordered, options, decided.groups);
  return decided.placement->run_as(&saved);
}

// Adds the decisions to the saved plans, unless the graph has some already.
void note(const std::string& graph, const Decided& decided) {
  const Placement& placement = *decided.placement;
  std::vector<SavedPlan>& plans = decided.options.saved->plans;
  if (std::ranges::find(plans, graph, &SavedPlan::graph) != plans.end()) return;
  SavedPlan saved;
  saved.graph = graph;
  for (size_t i = 0; i < 2; ++i)
    if (&placement.graph() == &decided.ordered[i]) saved.order = decided.order[i];
  saved.parts = &placement.options() == &decided.options;
  for (const BranchGroup& group : decided.groups) saved.groups.push_back(group.begin);
  saved.offsets = placement.offsets;
  saved.arena_bytes = placement.arena_bytes;
  saved.arena_without = decided.arena_without;
  plans.push_back(std::move(saved));
}

// Chooses between the two: saved decisions where they are known and fit, else the search.
Status find_decisions(const graph::Graph& graph, Decided& decided) {
  SavedPlans* const saved = decided.options.saved;
  if (!saved) return decide(graph, decided);
  const std::string own = fingerprint(graph);
  const SavedPlan* const known = saved->find(own);
  if (known) {
    const Status placed = decide_as(graph, *known, decided);
    if (placed.ok() || !decided.options.may_not_fit) return placed;
    log(LogLevel::kInfo, saved->where, ": the saved plan is not used: it was made for ",
        saved->conditions, " and does not fit here");
    decided.groups.clear();
  }
  WEFT_TRY(decide(graph, decided));
  if (WEFT_KEEPS_passes && saved->notes)
    note(own, decided);
  else if (!known)
    log(LogLevel::kInfo, saved->where, ": no saved plan is used: there is none of this graph");
  return {};
}

// The group as a range of actions: a new branch starts where the branch changes, because placement
// has put the steps of a branch one after the other.
ParallelGroup group_of(const BranchGroup& found, std::span<const PendingStep> steps) {
  ops::note_use("branches");
  ParallelGroup group;
  group.share = found.share;
  group.seconds = found.seconds;
  for (int32_t step = found.begin; step < found.end; ++step)
    if (step == found.begin || steps[static_cast<size_t>(step)].branch_id.is_concurrent_with(
                                   steps[static_cast<size_t>(step) - 1].branch_id))
      group.starts.push_back(static_cast<uint32_t>(step));
  group.starts.push_back(static_cast<uint32_t>(found.end));
  return group;
}

}  // namespace

// Bodies of control flow are planned first: their arenas are scratch of the steps around them.
Result<Plan> make_plan(const graph::Graph& graph, const PlanOptions& given) {
  PlanOptions options = given;
  options.controls.clear();
  options.controls.resize(graph.regions.size());
  if constexpr (WEFT_KEEPS_control) {
    for (size_t r = 0; r < graph.regions.size(); ++r) {
      WEFT_ASSIGN(options.controls[r], plan_control(graph.regions[r], given));
    }
  }
  Decided decided(options);
  WEFT_TRY(find_decisions(graph, decided));
  Placement* const placement = decided.placement.get();
  Plan plan;
  plan.threads = options.threads;
  plan.device = options.device;
  if constexpr (WEFT_KEEPS_branches) {  // else nobody asks
    WEFT_ASSIGN(plan.cost, cost_of(graph, options));
  }
  plan.arena_bytes = placement->arena_bytes;
  plan.lower_bound = placement->lower_bound;
  plan.proven = placement->arena_proven;
  plan.added_bytes = plan.arena_bytes - decided.arena_without;
  plan.residual_bytes = placement->residual_bytes;
  plan.residual_offsets = std::move(placement->residual_offsets);
  plan.uses = std::move(placement->uses);
  const auto offset_of = [&](const AllocationView& alloc_view) {
    if (alloc_view.allocation < 0) return int64_t{-1};  // a state's new content
    return placement->owner(alloc_view.allocation).offset +
           placement->offset_of(alloc_view.allocation) + alloc_view.offset;
  };
  for (const AllocationView& alloc_view : placement->input_places)
    plan.input_offsets.push_back(offset_of(alloc_view));
  for (const AllocationView& alloc_view : placement->output_places)
    plan.output_offsets.push_back(offset_of(alloc_view));
  plan.inputs = graph.inputs.size();
  plan.outputs = std::min(graph.outputs.size(), options.first_residual_output);
  plan.held = std::move(placement->held);
  plan.constants = std::move(placement->constants);
  plan.scalars = placement->scalars;
  for (const BranchGroup& group : decided.groups)
    plan.groups.push_back(group_of(group, placement->steps));
  Emitter(*placement, plan).run();
  WEFT_TRY(find_reach(plan));
  const Status sound = verify_state_order(graph, plan, options.target);
  if (!sound.ok() && options.saved && !options.saved->notes)
    return errors::io(options.saved->where,
                      "the saved plan does not fit its graph: ", sound.message());
  WEFT_TRY(sound);
  return plan;
}

}  // namespace weft::executor
