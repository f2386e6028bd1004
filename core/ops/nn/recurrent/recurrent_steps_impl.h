// What the operators that make all steps of a recurrent network share: lstm_steps.cpp,
// gru_steps.cpp and rnn_steps.cpp. Each is one kernel over time, forward and backward. The gradient
// of the hidden weights is one product over all steps; gradients of the gradient come from its
// formula in operators.
#pragma once

#include "kernels/recurrent/recurrent.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

// The shape of the hidden weights of all gates in the kernels' order (pack_recurrent).
Shape packed_recurrent_shape(DType dtype, int64_t gates, int64_t hidden);

// Steps T, batch N and hidden elements H of an array (T, N, gates H).
struct StepSizes {
  int64_t steps, batch, hidden;
  Shape of_states() const { return {batch, hidden}; }
  Shape of_all(int64_t gates) const { return {steps, batch, gates * hidden}; }
};
Result<StepSizes> step_sizes(const InferContext& c, size_t input, int64_t gates);

// Checks an input's shape; an absent input passes.
Status require_shape(const InferContext& c, size_t input, const Shape& wanted);
// Checks the hidden weights: shape (gates H, H), or packed. All inputs have the dtype of the sums;
// only for float32 sums the weights may be halves (kernels/recurrent/recurrent.h).
Status require_weight(const InferContext& c, size_t input, int64_t gates, int64_t hidden,
                      bool is_packed);

// The problem for sums (T, N, gates H) and the dtype of the weights.
kernels::Recurrent recurrent_problem(kernels::Cell cell, const TensorView& sums, DType weight);
// Scratch of a call forward, and of one backward. Both pack weights that are not packed yet.
int64_t forward_scratch(kernels::Cell cell, const TensorType& sums, const TensorType& weight,
                        int threads);
int64_t backward_scratch(kernels::Cell cell, const TensorType& sums);

Slot recurrent_slot(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int));
// For the forward direction: a result may share memory with the sums, the only input of its shape.
Slot recurrent_forward_slot(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int));

// The order in which the steps run: step at(done) follows after `done` others.
struct StepOrder {
  int64_t steps;
  bool reverse;
  int64_t at(int64_t done) const { return reverse ? steps - 1 - done : done; }
};
StepOrder step_order(const KernelCall& call, const TensorView& sums);

// The part of an array (T, N, x) that belongs to a step; null for an absent array.
char* at_step(const TensorView& view, int64_t step);
// For an array (T, N, H): the state before the step that runs after `done` others; `first` for the
// first.
const void* before_step(const TensorView& view, const StepOrder& order, int64_t done,
                        const TensorView& first);
TensorView optional_input(const KernelCall& call, size_t input);

// The work of one step's product, in elements of cheap arithmetic.
inline int64_t step_work(const kernels::Recurrent& p) {
  return p.batch * p.hidden * kernels::gates_of(p.cell) * (p.hidden / 16 + 8);
}

// Runs body(units, scratch) over the units of a step; each thread has its own scratch.
template <class Body>
void over_recurrent_units(const kernels::Recurrent& p, void* scratch, int64_t scratch_bytes,
                          const Body& body) {
  split_work(kernels::recurrent_units(p), step_work(p), scratch, scratch_bytes, body);
}
template <class Body>
void over_recurrent_units(const kernels::Recurrent& p, const Body& body) {
  over_recurrent_units(p, nullptr, 0, [&](kernels::Range units, void*) { body(units); });
}

// In how many parts threads take the batch: 1, or one for each thread.
int64_t parts_of_rows(const kernels::Recurrent& p, int64_t steps);

// Calls run(problem, first row, thread) for parts of the batch, or once for all of it. Rows do not
// depend on each other. If there are enough for all threads, and the weights fit a core's
// second-level cache, each thread makes all steps of its own rows and waits for no other.
template <class Run>
void over_rows(const kernels::Recurrent& p, int64_t steps, const Run& run) {
  const int64_t parts = parts_of_rows(p, steps);
  if (parts == 1) return run(p, 0, 0);
  parallel_for(parts, 1, [&](int64_t begin, int64_t end, int thread) {
    const int64_t first = p.batch * begin / parts;
    kernels::Recurrent mine = p;
    mine.batch = p.batch * end / parts - first;
    run(mine, first, thread);
  });
}

// The packed weights: input `weight` itself, or packed into the call's scratch.
const void* packed_recurrent(const kernels::Recurrent& p, const KernelCall& call, size_t weight,
                             bool is_backward);

// Scratch of a call forward, in this order: packed weights (if the call packs them); the hidden
// state in the weights' half dtype, before and after a step; and each thread's memory.
struct ForwardScratch {
  int64_t packed, state, thread;  // bytes, multiples of a cache line
  ForwardScratch(const kernels::Recurrent& p, bool packs);
  int64_t bytes(int threads) const { return packed + 2 * state + threads * thread; }
};

// Runs all steps forward. bind(s, done, step) sets what the step that follows after `done` others
// reads and writes. `weight` is the number of the input with the weights.
template <class Bind>
void run_forward_steps(const kernels::Recurrent& p, const KernelCall& call, size_t weight,
                       const StepOrder& order, const Bind& bind) {
  const ForwardScratch memory(p, call.in[weight].rank == 2);
  char* const states = static_cast<char*>(call.scratch) + memory.packed;
  const void* const packed = packed_recurrent(p, call, weight, false);
  over_rows(p, order.steps, [&](const kernels::Recurrent& rows, int64_t row, int thread) {
    char* const scratch = states + 2 * memory.state + thread * memory.thread;
    for (int64_t done = 0; done < order.steps; ++done) {
      kernels::RecurrentStep s{};
      s.packed = packed;
      bind(s, done, order.at(done));
      if (memory.state > 0) {
        s.rounded = states + done % 2 * memory.state;
        s.next_rounded = states + (done + 1) % 2 * memory.state;
      }
      s = kernels::rows_from(rows, s, row);
      if (memory.state > 0 && done == 0)
        kernels::round_state(rows, s.hidden, states + row * p.hidden * size_of(p.weight));
      over_recurrent_units(rows, scratch, memory.thread, [&](kernels::Range units, void* own) {
        kernels::run_recurrent_step(rows, s, units, own);
      });
    }
  });
}

// Runs all steps backward, beginning with the one that ran last. One more call computes what is
// carried to before the first step. `shared` has what all steps share.
template <class Bind>
void run_backward_steps(const kernels::Recurrent& p, const KernelCall& call, size_t weight,
                        const StepOrder& order, kernels::RecurrentBackStep shared,
                        const Bind& bind) {
  shared.packed = packed_recurrent(p, call, weight, true);
  over_rows(p, order.steps, [&](const kernels::Recurrent& rows, int64_t row, int) {
    kernels::RecurrentBackStep s = shared;
    const auto run = [&] {
      const kernels::RecurrentBackStep mine = kernels::rows_from(rows, s, row);
      over_recurrent_units(
          rows, [&](kernels::Range units) { kernels::run_recurrent_back_step(rows, mine, units); });
    };
    for (int64_t done = order.steps - 1; done >= 0; --done) {
      bind(s, done, order.at(done));
      run();
      s.later = s.dsums;
      s.later_product = s.dproduct_sums;
    }
    s.dsums = nullptr;
    run();
  });
}

// ---- for gradient rules

// One step of an array (T, N, x): (N, x).
Value step_of(const Value& x, int64_t step);
// The hidden states at the beginning of each step, (T N, H): the weights were multiplied by these.
Value states_before(const Value& first, const Value& hiddens, bool reverse);
// An array (T, N, x) as (T N, x).
Value all_rows(const Value& x);
// Input `weight` in the dtype of the backward pass, and its cotangent in the weights' own dtype.
Value wide_weight(const GradContext& g, size_t weight);
Value narrow_cotangent(const GradContext& g, size_t weight, const Value& cotangent);
// The sum of two values, each of which may be absent.
Value add_given(const Value& a, const Value& b);

// Runs a formula backward through the steps, and reads its inputs step by step.
struct BackwardSteps {
  const ComposeContext& c;
  int64_t steps;
  bool reverse;

  // Calls f(done, step), from the step that ran last to the first.
  template <class F>
  void run(const F& f) const {
    for (int64_t done = steps - 1; done >= 0; --done) f(done, reverse ? steps - 1 - done : done);
  }
  // Input `input` at a step; absent if it was not given.
  Value at(size_t input, int64_t step) const;
  // For an array (T, N, H): the state before this step; `first` before all.
  Value before(size_t input, int64_t done, const Value& first) const;
};
// Joins parts (N, x) to (T, N, x).
Value stacked_steps(const Values& parts);

}  // namespace weft::ops
