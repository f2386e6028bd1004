// Weft for C++17: loops and branches that depend on values. In a trace they become nodes of the
// graph; outside of one, a loop is traced and run at once and a branch is a plain `if`.
#ifndef WEFT_WEFT_CONTROL_HPP_
#define WEFT_WEFT_CONTROL_HPP_

#include "weft_autograd.hpp"

namespace weft {
inline namespace cpp {

// What an iteration gives, and what a loop gives: outputs (a loop stacks them along a new axis 0)
// and carried values.
struct Steps {
  std::vector<Tensor> outputs;
  std::vector<Tensor> states;
};

namespace detail {

inline bool is_tracing() { return (weft_modes() & WEFT_MODE_TRACING) != 0; }

// A body of control flow that is being traced. Its end gives the trace up unless end() was called.
class Body : public Owned<weft_body, weft_body_release> {
 public:
  explicit Body(Span<const weft_type> types) : placeholders_(types.size()) {
    check(weft_body_begin(types.data(), types.size(), handles(Span<Tensor>(placeholders_))));
    is_open_ = true;
  }
  ~Body() {
    if (is_open_) weft_trace_abort();
  }
  Span<const Tensor> placeholders() const { return placeholders_; }
  void end(Span<const Tensor> outputs) {
    is_open_ = false;
    check(weft_body_end(handles(outputs), outputs.size(), &handle_));
    outputs_ = outputs.size();
  }
  size_t outputs() const { return outputs_; }

 private:
  std::vector<Tensor> placeholders_;
  size_t outputs_ = 0;
  bool is_open_ = false;
};

inline std::vector<Tensor> joined(Span<const Tensor> first, Span<const Tensor> second) {
  std::vector<Tensor> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  return all;
}
inline Span<const Tensor> part(Span<const Tensor> all, size_t begin, size_t end) {
  return {all.data() + begin, end - begin};
}
inline std::vector<Tensor> copied(Span<const Tensor> all, size_t begin, size_t end) {
  return {all.begin() + begin, all.begin() + end};
}

// Outside of a trace: traces the loop for these arrays and calls it.
template <class Loop>
Steps run_at_once(const Loop& loop, Span<const Tensor> inputs) {
  size_t outputs = 0;
  const Function function = trace(
      [&](Span<const Tensor> in) {
        const Steps found = loop(in);
        outputs = found.outputs.size();
        return joined(found.outputs, found.states);
      },
      inputs);
  const std::vector<Tensor> found = function(inputs);
  return {copied(found, 0, outputs), copied(found, outputs, found.size())};
}

}  // namespace detail

// Runs `body` for each row of `data` along axis 0. It goes from the rows and the states (both
// Span<const Tensor>) to Steps; each state keeps its shape and dtype.
//
//   auto sums = weft::foreach([](auto rows, auto sum) -> weft::Steps {
//     return {{rows[0] * 2}, {sum[0] + rows[0]}};
//   }, {x}, {zero});
template <class Call>
Steps foreach (Call&& body, Span<const Tensor> data, Span<const Tensor> states) {
  const size_t rows = data.size();
  if (!detail::is_tracing())
    return detail::run_at_once(
        [&](Span<const Tensor> in) {
          return foreach (body, detail::part(in, 0, rows), detail::part(in, rows, in.size()));
        },
        detail::joined(data, states));
  const std::vector<Tensor> given = detail::joined(data, states);
  std::vector<weft_type> types = detail::example_types(given, {}, 0);
  // The type of a row is that of the array without axis 0.
  for (size_t i = 0; i < rows; ++i) {
    if (types[i].rank < 1)
      throw Error(WEFT_INVALID_VALUE, "foreach: `data` must be arrays with an axis");
    std::copy(types[i].shape + 1, types[i].shape + types[i].rank, types[i].shape);
    --types[i].rank;
  }
  detail::Body traced(types);
  const Span<const Tensor> in = traced.placeholders();
  const Steps step = body(detail::part(in, 0, rows), detail::part(in, rows, in.size()));
  traced.end(detail::joined(step.states, step.outputs));
  std::vector<Tensor> found(traced.outputs());
  check(weft_foreach(traced.handle(), handles(data), rows, handles(states), states.size(),
                     handles(Span<Tensor>(found)), found.size()));
  return {detail::copied(found, states.size(), found.size()),
          detail::copied(found, 0, states.size())};
}

// Runs `body`, from Span<const Tensor> variables to Steps, as long as `condition` gives true for
// the variables; it gives a bool without axes. Outputs have `max_iterations` rows; those of
// iterations that did not run are zero.
template <class Condition, class Call>
Steps while_loop(Condition&& condition, Call&& body, Span<const Tensor> variables,
                 int64_t max_iterations) {
  if (!detail::is_tracing())
    return detail::run_at_once(
        [&](Span<const Tensor> in) { return while_loop(condition, body, in, max_iterations); },
        variables);
  // The condition's value is the first carried variable of the core's loop.
  const Tensor first = condition(variables);
  const std::vector<Tensor> given = detail::joined(Span<const Tensor>(&first, 1), variables);
  detail::Body traced(detail::example_types(given, {}, 0));
  const Span<const Tensor> in = traced.placeholders();
  const Steps step = body(detail::part(in, 1, in.size()));
  const Tensor next = condition(Span<const Tensor>(step.states));
  traced.end(
      detail::joined(detail::joined(Span<const Tensor>(&next, 1), step.states), step.outputs));
  std::vector<Tensor> found(traced.outputs());
  check(weft_while_loop(traced.handle(), handles(Span<const Tensor>(given)), given.size(),
                        max_iterations, handles(Span<Tensor>(found)), found.size()));
  return {detail::copied(found, given.size(), found.size()),
          detail::copied(found, 1, given.size())};
}

// Gives what `then` returns if the predicate, a bool without axes, is true, else what `otherwise`
// returns. Both take nothing and return std::vector<Tensor> of the same types. Only one of them
// runs.
template <class Then, class Otherwise>
std::vector<Tensor> cond(const Tensor& predicate, Then&& then, Otherwise&& otherwise) {
  if (!detail::is_tracing()) return predicate.item<bool>() ? then() : otherwise();
  detail::Body first({});
  first.end(then());
  detail::Body second({});
  second.end(otherwise());
  std::vector<Tensor> found(first.outputs());
  check(weft_cond(predicate.handle(), first.handle(), second.handle(), handles(Span<Tensor>(found)),
                  found.size()));
  return found;
}

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_CONTROL_HPP_
