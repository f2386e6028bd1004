// Planning and running loops and branches. A carried value becomes a state pair of the body, so
// placement updates it in place; the run moves the pointers of sliced and stacked arrays from row
// to row.
#include "executor/lowering/control.h"

#include <algorithm>
#include <cstring>

#include "executor/memory/arena_packing.h"
#include "executor/plan/target.h"
#include "runtime/engine/interrupt.h"
#include "runtime/thread_state.h"

namespace weft::executor {

using graph::Graph;
using graph::Region;
using graph::RegionKind;
using graph::TensorType;

namespace {

// A poll for an interrupt reads the clock, which may cost as much as a short iteration.
constexpr int64_t kIterationsBetweenPolls = 64;

ops::Cost larger(const ops::Cost& a, const ops::Cost& b) {
  ops::Cost cost;
  cost.flops = std::max(a.flops, b.flops);
  cost.bytes = std::max(a.bytes, b.bytes);
  return cost;
}

// What a body's plan takes over from the plan around it. Bodies have no branches.
PlanOptions options_of_body(const PlanOptions& around) {
  PlanOptions options;
  options.threads = around.threads;
  options.branches = false;
  options.order = around.order;
  options.parts = around.parts;
  options.saved = around.saved;
  options.target = around.target;
  return options;
}

// The body with its carried values as states. `outputs` receives the outputs that are kept.
Graph with_states(const Region& region, std::vector<int32_t>& outputs) {
  Graph body = *region.body;
  body.outputs.clear();
  for (size_t k = 0; k < region.body->outputs.size(); ++k) {
    const bool is_carried = k < static_cast<size_t>(region.loop.carried);
    const size_t input = static_cast<size_t>(region.loop.sliced) + k;
    if (is_carried && region.body->outputs[k] == body.inputs[input]) continue;
    if (is_carried)
      body.states.push_back(
          {static_cast<int32_t>(input), static_cast<int32_t>(body.outputs.size())});
    body.outputs.push_back(region.body->outputs[k]);
    outputs.push_back(static_cast<int32_t>(k));
  }
  return body;
}

// The cost assumes that every iteration runs.
Status plan_loop(const Region& region, const PlanOptions& options, ControlPlan& plan) {
  const Graph& body = *region.body;
  plan.loop = region.loop;
  plan.ordinals = body.ordinals;
  const auto sliced = static_cast<size_t>(region.loop.sliced);
  const auto carried = static_cast<size_t>(region.loop.carried);
  for (size_t i = 0; i < sliced; ++i)
    plan.sliced_bytes.push_back(body.type(body.inputs[i]).bytes());
  for (size_t k = 0; k < body.outputs.size(); ++k)
    (k < carried ? plan.carried_bytes : plan.stacked_bytes)
        .push_back(body.type(body.outputs[k]).bytes());
  WEFT_ASSIGN(plan.body, make_plan(with_states(region, plan.outputs), options));
  plan.cost.flops = plan.body.cost.flops * static_cast<double>(region.loop.maximum);
  plan.cost.bytes = plan.body.cost.bytes * static_cast<double>(region.loop.maximum);
  return {};
}

Status plan_cond(const Region& region, const PlanOptions& options, ControlPlan& plan) {
  for (size_t k = 0; k < region.body->outputs.size(); ++k)
    plan.outputs.push_back(static_cast<int32_t>(k));
  WEFT_ASSIGN(plan.body, make_plan(*region.body, options));
  WEFT_ASSIGN(plan.otherwise, make_plan(*region.otherwise, options));
  plan.cost = larger(plan.body.cost, plan.otherwise.cost);
  return {};
}

char* row_of(void* array, int64_t row, int64_t bytes) {
  return static_cast<char*>(array) + row * bytes;
}

// One run of a loop.
class LoopRun {
 public:
  LoopRun(const ControlPlan& plan, ControlBound& bound, void* const* operands, void* const* outputs)
      : plan_(plan),
        bound_(bound),
        operands_(operands + (plan.loop.counted ? 1 : 0)),
        outputs_(outputs),
        stacked_(outputs + plan.loop.carried + (plan.loop.while_true ? 1 : 0)),
        sliced_(plan.sliced_bytes.size()),
        carried_(plan.carried_bytes.size()) {}

  // At most `count` iterations. The ordinals of an iteration depend on its row, not on its turn, so
  // a loop that runs backwards draws the same numbers for a row.
  Status operator()(int64_t count, void* scratch, uint64_t seed, uint64_t first_ordinal) {
    begin();
    int64_t done = 0;
    for (; done < count && !ends(); ++done) {
      const int64_t row = plan_.loop.backwards ? count - 1 - done : done;
      move_to(row);
      const auto ordinal = first_ordinal + static_cast<uint64_t>(row * plan_.ordinals);
      WEFT_TRY(run_plan(plan_.body, bound_.body, {bound_.in, bound_.out, scratch, nullptr}, seed,
                        ordinal));
      // A body with few steps never polls by itself.
      if (done % kIterationsBetweenPolls == 0) poll_interrupt();
      if (thread_state().interrupted) return {};
    }
    end(done);
    return {};
  }

 private:
  // Sets what is the same in all iterations: carried values move into the outputs, captured arrays
  // stay.
  void begin() {
    for (size_t i = 0; i < carried_; ++i) {
      const void* const first = operands_[sliced_ + i];
      const auto bytes = static_cast<size_t>(plan_.carried_bytes[i]);
      if (outputs_[i] != first && bytes > 0) std::memcpy(outputs_[i], first, bytes);
      bound_.in[sliced_ + i] = outputs_[i];
    }
    for (size_t i = sliced_ + carried_; i < bound_.in.size(); ++i) bound_.in[i] = operands_[i];
  }

  // A `while` loop ends when its first carried value is false.
  bool ends() const { return plan_.loop.while_true && !*static_cast<const uint8_t*>(outputs_[0]); }

  // Points sliced inputs and stacked outputs to this row.
  void move_to(int64_t row) {
    for (size_t i = 0; i < sliced_; ++i)
      bound_.in[i] = row_of(operands_[i], row, plan_.sliced_bytes[i]);
    for (size_t o = 0; o < plan_.outputs.size(); ++o) {
      const auto k = static_cast<size_t>(plan_.outputs[o]);
      bound_.out[o] = k < carried_
                          ? outputs_[k]
                          : row_of(stacked_[k - carried_], row, plan_.stacked_bytes[k - carried_]);
    }
  }

  // Writes the number of iterations, and zeros into the rows of iterations that did not run.
  void end(int64_t done) {
    if (plan_.loop.while_true) std::memcpy(outputs_[carried_], &done, sizeof done);
    for (size_t k = 0; k < plan_.stacked_bytes.size(); ++k) {
      const int64_t bytes = (plan_.loop.maximum - done) * plan_.stacked_bytes[k];
      if (bytes > 0)
        std::memset(row_of(stacked_[k], done, plan_.stacked_bytes[k]), 0,
                    static_cast<size_t>(bytes));
    }
  }

  const ControlPlan& plan_;
  ControlBound& bound_;
  void* const* const operands_;  // from the first one that is an input of the body
  void* const* const outputs_;
  void* const* const stacked_;
  const size_t sliced_, carried_;
};

}  // namespace

Result<std::shared_ptr<const ControlPlan>> plan_control(const Region& region,
                                                        const PlanOptions& options) {
  if (!graph::is_control(region)) return std::shared_ptr<const ControlPlan>();
  auto plan = std::make_shared<ControlPlan>();
  plan->kind = region.kind;
  PlanOptions own = options_of_body(options);
  // The inputs and outputs of a body are never in its arena.
  Target target;
  if (own.target) {
    target = *own.target;
    target.inputs_in_arena = 0;
    target.outputs_in_arena = false;
    own.target = &target;
  }
  WEFT_TRY(region.kind == RegionKind::kCond ? plan_cond(region, own, *plan)
                                            : plan_loop(region, own, *plan));
  return std::shared_ptr<const ControlPlan>(std::move(plan));
}

// A Bound for each body, in the frame of the plan around the step.
ControlBound::ControlBound(const ControlPlan& plan)
    : body(bind_new(plan.body)),
      otherwise(bind_new(plan.otherwise)),
      in(plan.body.inputs),
      out(plan.body.outputs) {}

Status run_control(const ControlPlan& plan, ControlBound& bound, void* const* operands,
                   void* const* outputs, void* scratch, uint64_t seed, uint64_t first_ordinal) {
  if (plan.kind == RegionKind::kLoop) {
    int64_t count = plan.loop.maximum;
    if (plan.loop.counted) std::memcpy(&count, operands[0], sizeof count);
    count = std::clamp<int64_t>(count, 0, plan.loop.maximum);
    return LoopRun(plan, bound, operands, outputs)(count, scratch, seed, first_ordinal);
  }
  const bool holds = *static_cast<const uint8_t*>(operands[0]);
  const RunRoots roots{
      {operands + 1, plan.body.inputs}, {outputs, plan.body.outputs}, scratch, nullptr};
  return holds ? run_plan(plan.body, bound.body, roots, seed, first_ordinal)
               : run_plan(plan.otherwise, bound.otherwise, roots, seed, first_ordinal);
}

}  // namespace weft::executor
