// A plan: everything about a run that can be decided before it, from a graph with types.
//
//   schedule   the order with the smallest arena that is found, one step a node (order.h); view
//              operators take no step
//   place      of each value: root + byte offset + strides; in-place reuse, views, state pairs
//   lowering   fused regions and elementwise nodes become tile programs, the rest kernel calls
//   branches   runs of steps that fall apart into independent ones go side by side, see branches.h
//   packing    offsets in the arena: several heuristics, the best kept
//
// Running a plan walks a flat list of actions whose pointers were bound before; only those whose
// root moved since the last run are bound again. A run allocates nothing.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/ir/ir.h"
#include "kernels/tiles/tile_program.h"

namespace weft::executor {

// Whose memory a value lies in. Outputs belong to the caller and are never in the arena.
enum class MemoryRoot : uint8_t { kInput, kOutput, kArena, kResidual, kConstant };

struct Location {
  MemoryRoot root = MemoryRoot::kArena;
  int32_t index = 0;   // of the input, output or constant; 0 for arena and residual
  int64_t offset = 0;  // bytes
  DType dtype = DType::kFloat32;
  Shape shape;
  Shape strides;  // elements

  bool dense() const { return is_dense(shape, strides); }
};

enum class StepKind : uint8_t {
  kTile,         // one dense row through one step kernel, on the caller
  kTileProgram,  // tiles split over threads
  kKernel,       // the slot's function
  kCopy,         // to dense memory
  kControl,      // a loop or a cond, whose bodies have plans of their own
  kRowTiles,     // a loop over row tiles
};

struct TileCode;     // a tile program with its loop; lowering.h
struct ControlPlan;  // of a loop or a cond; control.h
struct RowTilePlan;  // of a loop over row tiles; row_tiles.h
class SavedPlans;    // of a file; saved_plan.h
struct Target;       // who else has the kernels; target.h

struct PlanStep {
  StepKind kind = StepKind::kKernel;
  std::string name;
  const ops::OpDef* op = nullptr;  // kKernel
  ops::Attributes attributes;
  std::vector<Location> in;  // an absent operand has rank -1
  std::vector<Location> out;
  int64_t scratch_offset = 0;  // in the arena
  int64_t scratch_bytes = 0;
  int32_t ordinal = -1;
  std::string line;  // the source line that made it, for the text of a failure; may be empty
  std::shared_ptr<const void> problem;  // of a kernel whose slot has one (ops/slots/slot.h)
  std::shared_ptr<const TileCode> code;
  std::shared_ptr<const ControlPlan> control;
  std::shared_ptr<const RowTilePlan> row_tiles;
  uint32_t child = 0;  // kControl: its number among these in the plan
  // Runs on the thread that runs the plan, in the order of the plan among its like: it may have an
  // effect or call the host.
  bool runs_on_caller = false;
};

// What a run walks: 16 bytes a step.
struct Action {
  StepKind kind;
  uint32_t step;
  uint32_t bound;  // byte offset in the bound block
};

// A group of branches: one step of the order, whose parts have none between them.
struct ParallelGroup {
  std::vector<uint32_t> starts;  // the first action of each branch, and one past the last branch
  int share = 1;                 // threads of a branch
  double seconds = 0;            // saved, by the model

  int branches() const { return static_cast<int>(starts.size()) - 1; }
};

struct PlanOptions {
  int threads = 1;
  // Whose memory the roots are, and who has the kernels; null: the CPU. A device's plan has kernels
  // and copies only.
  Device* device = nullptr;
  // A plan that is text for others, not to be run here; null: none. Its steps take no scratch but
  // what the target says.
  const Target* target = nullptr;
  // Branches side by side where that pays. They add at most as many bytes to the arena as it has
  // without them (1 MiB if that is more), and never more than 256 MiB.
  bool branches = true;
  // The order of the graph's nodes may be changed to one whose arena is smaller.
  bool order = true;
  // So many bytes of arena and residuals are few enough: no order is looked for but to come down to
  // them. 0: the fewest are.
  int64_t enough = 0;
  // Arrays may be built inside the one that a concatenation joins them to, where that makes the
  // arena smaller.
  bool parts = true;
  // Threads run loops over row tiles in sections, with line buffers for each.
  bool sections = true;
  // Outputs from this one on are residuals: the plan gives them places in the residual region.
  size_t first_residual_output = SIZE_MAX;
  // By input: its offset in the residual region, or -1 (also past the end): the caller's memory.
  std::vector<int64_t> residual_inputs;
  bool overwrite_residuals = false;  // a consuming backward
  // By region of the graph: the plan of control flow. make_plan fills it in.
  std::vector<std::shared_ptr<const ControlPlan>> controls;
  // Has the decisions of this plan, or gets them; null: neither.
  SavedPlans* saved = nullptr;
  // They were made for another machine: one whose places do not fit here is left alone.
  bool may_not_fit = false;
};

// A pointer of the bound block that is `base of a root + offset`.
struct Patch {
  uint32_t slot;  // byte offset in the block
  int64_t offset;
};

// What a part of the arena is used for, for people: values that share memory by in-place reuse are
// one. It is alive from one step to another, both included.
struct ArenaUse {
  int64_t offset = 0;
  int64_t bytes = 0;
  int32_t first = 0, last = 0;
  bool is_scratch = false;
};

struct Plan {
  Device* device = nullptr;
  std::vector<PlanStep> steps;
  std::vector<Action> actions;
  std::vector<ParallelGroup> groups;  // by rising actions
  int threads = 1;                    // that scratch is for
  ops::Cost cost;                     // of all nodes
  bool runs_on_caller = false;        // a step does
  int64_t arena_bytes = 0;
  int64_t lower_bound = 0;  // most bytes that are live at one time
  bool proven = false;      // no placement in this order has a smaller arena
  int64_t added_bytes = 0;  // to the arena, by the groups
  int64_t residual_bytes = 0;
  std::vector<int64_t> residual_offsets;               // by output from first_residual_output on
  std::vector<ArenaUse> uses;                          // of the arena
  std::vector<int64_t> input_offsets, output_offsets;  // in the arena, of a Target that has them so

  size_t inputs = 0, outputs = 0;
  std::vector<HeldValue> held;         // storages of the constants
  std::vector<const void*> constants;  // roots of kConstant: contents and scalars
  std::shared_ptr<const std::vector<uint64_t>> scalars;

  // The block that a frame copies, and by root the pointers in it: inputs, outputs, arena,
  // residual.
  std::vector<uint64_t> block;
  std::vector<std::vector<Patch>> patches;
  std::vector<int64_t> reach;  // bytes from the start of each root that steps touch; reach.h
};

Result<Plan> make_plan(const graph::Graph& graph, const PlanOptions& options);
// Does no step read the old content of a state when its new one may be there? make_plan asks it of
// every plan: else the plan is a defect.
Status verify_state_order(const graph::Graph& graph, const Plan& plan);
// Does it replace elements of a copy of its first operand, which it may also find in place?
bool replaces_elements(const ops::OpDef& op);

// Positions in Plan::patches.
inline size_t input_root(const Plan&, size_t i) { return i; }
inline size_t output_root(const Plan& plan, size_t i) { return plan.inputs + i; }
inline size_t arena_root(const Plan& plan) { return plan.inputs + plan.outputs; }
inline size_t residual_root(const Plan& plan) { return arena_root(plan) + 1; }
inline size_t root_of(const Plan& plan, const Location& place) {  // of no constant
  switch (place.root) {
    case MemoryRoot::kInput: return input_root(plan, static_cast<size_t>(place.index));
    case MemoryRoot::kOutput: return output_root(plan, static_cast<size_t>(place.index));
    case MemoryRoot::kResidual: return residual_root(plan);
    default: return arena_root(plan);
  }
}

// What a frame holds to run one plan.
struct ControlBound;
struct Bound {
  std::vector<uint64_t> block;
  std::vector<const void*> roots;      // bound now; in the order of Plan::patches
  std::vector<ControlBound> controls;  // by Step::child
};
// And for a loop or a cond in it.
struct ControlBound {
  explicit ControlBound(const ControlPlan& plan);
  Bound body, otherwise;
  std::vector<void*> in, out;  // of the iteration that runs
};
Bound bind_new(const Plan& plan);

// First elements of dense arrays of the types that the plan was made for.
using Pointers = std::span<void* const>;
// Bytes that there are at these pointers. Those of inputs or outputs may be left out: then whoever
// gives the pointers has made the arrays by the types.
struct RunRoom {
  std::span<const int64_t> inputs = {}, outputs = {};
};

struct RunRoots {
  Pointers inputs;
  Pointers outputs;
  void* arena = nullptr;
  void* residual = nullptr;
  // By input, or empty: who reads it has no need of its pages in memory afterwards.
  std::span<Storage* const> read_once = {};
  RunRoom room = {};
};
// A device's queue is given the steps; nobody waits for them here.
Status run_plan(const Plan& plan, Bound& bound, const RunRoots& roots, uint64_t seed,
                uint64_t first_ordinal);

std::string describe(const Plan& plan);
// The arena as JSON: {"arena", "lower_bound", "steps": [names], "buffers": [{"offset", "bytes",
// "first", "last", "scratch"}]}.
std::string arena_json(const Plan& plan);

}  // namespace weft::executor
