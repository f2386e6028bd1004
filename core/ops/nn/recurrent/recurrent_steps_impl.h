// What the operators share that make all steps of a recurrent network: lstm_steps.cpp,
// gru_steps.cpp, rnn_steps.cpp. Each is one kernel over time, forward and backward; the gradient of
// the hidden weights is one product over all steps, and gradients of the gradient are those of its
// formula in operators.
#pragma once

#include "kernels/recurrent/recurrent.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

// Of the hidden weights of all gates as kernels read them: pack_recurrent.
Shape packed_recurrent_shape(DType dtype, int64_t gates, int64_t hidden);

// Steps, batch and hidden elements, of an array (T, N, gates H).
struct StepSizes {
  int64_t steps, batch, hidden;
  Shape of_states() const { return {batch, hidden}; }
  Shape of_all(int64_t gates) const { return {steps, batch, gates * hidden}; }
};
Result<StepSizes> step_sizes(const InferContext& c, size_t input, int64_t gates);

// An input's shape; an absent one has any.
Status require_shape(const InferContext& c, size_t input, const Shape& wanted);
// That of the hidden weights, (gates H, H) or packed. All have the dtype of the sums, but where
// that is float32 weights may be halves (kernels/recurrent/recurrent.h).
Status require_weight(const InferContext& c, size_t input, int64_t gates, int64_t hidden,
                      bool is_packed);

// By an array (T, N, gates H), and the dtype of the weights.
kernels::Recurrent recurrent_problem(kernels::Cell cell, const TensorView& sums, DType weight);
// Of a call forward or backward, which packs weights that are not packed.
int64_t forward_scratch(kernels::Cell cell, const TensorType& sums, const TensorType& weight,
                        int threads);
int64_t backward_scratch(kernels::Cell cell, const TensorType& sums);

Slot recurrent_slot(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int));
// Of the way forward, where a result may take the place of the sums, which alone have its shape.
Slot recurrent_forward_slot(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int));

// The steps in the order in which they run.
struct StepOrder {
  int64_t steps;
  bool reverse;
  int64_t at(int64_t done) const { return reverse ? steps - 1 - done : done; }
};
StepOrder step_order(const KernelCall& call, const TensorView& sums);

// The part of an array (T, N, x) or of an absent one that belongs to a step.
char* at_step(const TensorView& view, int64_t step);
// Of (T, N, H): what the step before `done` steps gave, or `first` before all.
const void* before_step(const TensorView& view, const StepOrder& order, int64_t done,
                        const TensorView& first);
TensorView optional_input(const KernelCall& call, size_t input);

// That of a step's product, in elements of cheap arithmetic.
inline int64_t step_work(const kernels::Recurrent& p) {
  return p.batch * p.hidden * kernels::gates_of(p.cell) * (p.hidden / 16 + 8);
}

// body(units, scratch) over a step's units; each thread has scratch of its own.
template <class Body>
void over_recurrent_units(const kernels::Recurrent& p, void* scratch, int64_t scratch_bytes,
                          const Body& body) {
  split_work(kernels::recurrent_units(p), step_work(p), scratch, scratch_bytes, body);
}
template <class Body>
void over_recurrent_units(const kernels::Recurrent& p, const Body& body) {
  over_recurrent_units(p, nullptr, 0, [&](kernels::Range units, void*) { body(units); });
}

int64_t parts_of_rows(const kernels::Recurrent& p, int64_t steps);

// run(problem, row, thread) for some rows of the batch, from `row` on, or for all. Rows know
// nothing of each other: where there are enough for all threads and a core's second-level cache has
// room for the weights, each thread makes all steps of its own rows and waits for nobody.
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

// The packed weights: input `weight`, or what is made of it in the call's scratch.
const void* packed_recurrent(const kernels::Recurrent& p, const KernelCall& call, size_t weight,
                             bool is_backward);

// Memory of a call forward, in this order: packed weights where the call packs them, the hidden
// state as halves before and after a step, and what each thread's steps need.
struct ForwardScratch {
  int64_t packed, state, thread;  // bytes, whole lines
  ForwardScratch(const kernels::Recurrent& p, bool packs);
  int64_t bytes(int threads) const { return packed + 2 * state + threads * thread; }
};

// All steps of a way forward: bind(s, done, step) names what the step that runs after `done` others
// reads and writes. `weight` is the input that has the weights.
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

// All steps of a way back, from the last that ran; a last call makes what is carried to before the
// first. `shared` names what all steps share.
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

// ---- rules

// The step of (T, N, x), (N, x).
Value step_of(const Value& x, int64_t step);
// The hidden states that the steps began with, (T N, H): what the weights were multiplied with.
Value states_before(const Value& first, const Value& hiddens, bool reverse);
// (T, N, x) as (T N, x).
Value all_rows(const Value& x);
// The weights, input `weight`, as the way back reads them, and their cotangent in their own dtype.
Value wide_weight(const GradContext& g, size_t weight);
Value narrow_cotangent(const GradContext& g, size_t weight, const Value& cotangent);
// Sum of what is there.
Value add_given(const Value& a, const Value& b);

// A formula's way back through the steps, and what it gathers of them.
struct BackwardSteps {
  const ComposeContext& c;
  int64_t steps;
  bool reverse;

  // f(done, step), from the last that ran to the first.
  template <class F>
  void run(const F& f) const {
    for (int64_t done = steps - 1; done >= 0; --done) f(done, reverse ? steps - 1 - done : done);
  }
  // Input `input` at a step; absent where it is not given.
  Value at(size_t input, int64_t step) const;
  // (T, N, H): what the step before gave, or `first` before all.
  Value before(size_t input, int64_t done, const Value& first) const;
};
// (T, N, x) of parts (N, x).
Value stacked_steps(const Values& parts);

}  // namespace weft::ops
