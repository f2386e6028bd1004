// Control flow in a trace: loops and branches become one node (graph/ir/control.h). Their bodies
// are traced once, each by a trace of its own inside the running one. Arrays that a body meets
// outside become operands of the node, and arrays that it writes become carried values.
#pragma once

#include <span>
#include <vector>

#include "trace/trace.h"

namespace weft::trace {

// What was traced between begin_body and end_body.
class Body final : public Object {
 public:
  explicit Body(TracedProgram traced) : traced_(std::move(traced)) {}
  const TracedProgram& traced() const { return traced_; }

 private:
  ~Body() override = default;
  const TracedProgram traced_;
};

// Begins a body: from here on operators become its nodes. Gives one placeholder for each type.
Status begin_body(std::span<const ops::TensorType> types, std::span<Tensor*> placeholders);
// Ends the body. The trace around it goes on, also where this fails.
Result<Ref<Body>> end_body(std::span<Tensor* const> outputs);

// What these give are arrays of the running trace: final carried values, then what is stacked, with
// the iterations as the first axis. Arrays from outside that a body writes have their new contents
// in the trace from here on.
using Arrays = std::vector<Ref<Tensor>>;

// The body: rows of `data` and the states → new states, then what is stacked.
Result<Arrays> foreach (const Body& body, std::span<Tensor* const> data,
                        std::span<Tensor* const> states);
// The body: variables → new variables, then what is stacked, `most` rows of it. The first variable,
// bool without axes, says whether there is another iteration.
Result<Arrays> while_loop(const Body& body, std::span<Tensor* const> variables, int64_t maximum);
// The bodies take no arguments and give arrays of the same types.
Result<Arrays> cond(Tensor& predicate, const Body& body, const Body& otherwise);

}  // namespace weft::trace
