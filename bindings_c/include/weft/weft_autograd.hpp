// Weft for C++17: gradients, tracing, and functions of the host that graphs call.
#ifndef WEFT_WEFT_AUTOGRAD_HPP_
#define WEFT_WEFT_AUTOGRAD_HPP_

#include <algorithm>
#include <functional>
#include <random>

#include "weft_operators.hpp"

namespace weft {
inline namespace cpp {

// ---- modes --------------------------------------------------------------------------------------

// Changes the thread's modes, and sets them back at its end. Modes that it does not name are left
// alone at both times.
class [[nodiscard]] ModeScope {
 public:
  ModeScope(uint32_t set, uint32_t clear)
      : changed_(set | clear), before_(weft_set_modes(set, clear)) {}
  ~ModeScope() { weft_set_modes(before_ & changed_, changed_ & ~before_); }
  ModeScope(const ModeScope&) = delete;
  ModeScope& operator=(const ModeScope&) = delete;

 private:
  uint32_t changed_;
  uint32_t before_;
};

// Records for gradients as long as the result lives: const auto scope = weft::record();
inline ModeScope record(bool train_mode = true) {
  return train_mode ? ModeScope(WEFT_MODE_RECORDING | WEFT_MODE_TRAINING, 0)
                    : ModeScope(WEFT_MODE_RECORDING, WEFT_MODE_TRAINING);
}
// Stops recording for as long as the result lives.
inline ModeScope pause(bool train_mode = false) {
  return train_mode ? ModeScope(WEFT_MODE_TRAINING, WEFT_MODE_RECORDING)
                    : ModeScope(0, WEFT_MODE_RECORDING | WEFT_MODE_TRAINING);
}
// Mixed precision: float32 arithmetic may be done in float16 or bfloat16. Any other dtype switches
// it off.
inline ModeScope autocast(weft_dtype dtype) {
  const uint32_t mode = dtype == WEFT_BFLOAT16  ? WEFT_MODE_MIXED_BFLOAT16
                        : dtype == WEFT_FLOAT16 ? WEFT_MODE_MIXED_FLOAT16
                                                : 0;
  return ModeScope(mode, (WEFT_MODE_MIXED_FLOAT16 | WEFT_MODE_MIXED_BFLOAT16) & ~mode);
}
// Operators are queued for the library's threads.
inline ModeScope deferred() { return ModeScope(WEFT_MODE_DEFERRING, 0); }

// ---- gradients ----------------------------------------------------------------------------------

namespace detail {
inline const weft_tensor* head_grads_of(Span<const Tensor> heads, Span<const Tensor> head_grads) {
  if (!head_grads.empty() && head_grads.size() != heads.size())
    throw Error(WEFT_INVALID_VALUE, "gradients: `head_grads` must have one array for each of " +
                                        std::to_string(heads.size()) + " heads; got " +
                                        std::to_string(head_grads.size()));
  return head_grads.empty() ? nullptr : handles(head_grads);
}
}  // namespace detail

// Computes the gradients of the heads into the arrays of the leaves. Without head_grads, or where
// one is empty, the head's gradient is ones.
inline void backward(Span<const Tensor> heads, bool retain_graph = false,
                     Span<const Tensor> head_grads = {}) {
  check(weft_backward(handles(heads), detail::head_grads_of(heads, head_grads), heads.size(),
                      retain_graph));
}
// Gives the gradients with respect to `variables` as new arrays; with create_graph they are
// recorded.
inline std::vector<Tensor> grad(Span<const Tensor> heads, Span<const Tensor> variables,
                                bool create_graph = false, bool retain_graph = false,
                                Span<const Tensor> head_grads = {}) {
  std::vector<Tensor> out(variables.size());
  check(weft_grad(handles(heads), detail::head_grads_of(heads, head_grads), heads.size(),
                  handles(variables), variables.size(), retain_graph || create_graph, create_graph,
                  handles(Span<Tensor>(out))));
  return out;
}

// The backward function of one call: from the arrays that were saved and the gradients of the
// outputs to the gradients of the inputs. An empty one means zero.
using Backward =
    std::function<std::vector<Tensor>(Span<const Tensor> saved, Span<const Tensor> cotangents)>;

// Puts a call with such a function on the tape, if the thread records and an input has a history.
// The outputs must have been computed without being recorded. The function gets `saved` with the
// contents of now. Not inside a trace.
inline void record_function(const char* name, Span<const Tensor> inputs, Span<const Tensor> outputs,
                            Span<const Tensor> saved, Backward body) {
  const auto run = [](void* context, const weft_tensor* kept, size_t nsaved,
                      const weft_tensor* cotangents, size_t noutputs, weft_tensor* gradients,
                      size_t ninputs) -> weft_status {
    try {
      const std::vector<Tensor> found =
          (*static_cast<Backward*>(context))(lent(kept, nsaved), lent(cotangents, noutputs));
      if (found.size() != ninputs)
        throw Error(WEFT_INVALID_VALUE, "backward must give " + std::to_string(ninputs) +
                                            " arrays; got " + std::to_string(found.size()));
      for (size_t i = 0; i < ninputs; ++i)
        if (found[i]) gradients[i] = weft_tensor_retain(found[i].handle());
      return WEFT_OK;
    } catch (...) {
      return report_exception();
    }
  };
  const auto release = [](void* context) { delete static_cast<Backward*>(context); };
  check(weft_record_function(name, handles(inputs), inputs.size(), handles(outputs), outputs.size(),
                             handles(saved), saved.size(), run, new Backward(std::move(body)),
                             release));
}

// Runs `segment` as a checkpoint: the tape keeps its inputs only, and the backward pass runs it
// again. The tape owns the function until then; what the function refers to must live as long.
using Segment = std::function<std::vector<Tensor>(Span<const Tensor> inputs)>;
inline std::vector<Tensor> checkpoint(Span<const Tensor> inputs, Segment segment) {
  const auto again = [](void* context, const weft_tensor* given, size_t ninputs,
                        weft_tensor* outputs, size_t noutputs) -> weft_status {
    try {
      const std::vector<Tensor> found = (*static_cast<Segment*>(context))(lent(given, ninputs));
      for (size_t i = 0; i < noutputs && i < found.size(); ++i)
        if (found[i]) outputs[i] = weft_tensor_retain(found[i].handle());
      return WEFT_OK;
    } catch (...) {
      return report_exception();
    }
  };
  const auto release = [](void* context) { delete static_cast<Segment*>(context); };
  check(weft_checkpoint_begin(handles(inputs), inputs.size()));
  std::vector<Tensor> outputs;
  try {
    outputs = segment(inputs);
  } catch (...) {
    weft_checkpoint_abort();
    throw;
  }
  std::vector<weft_tensor> results(outputs.size());
  check(weft_checkpoint_end(handles(Span<const Tensor>(outputs)), outputs.size(), again,
                            new Segment(std::move(segment)), release, results.data()));
  std::vector<Tensor> found;
  for (const weft_tensor result : results) found.push_back(Tensor(result));
  return found;
}

// ---- traced functions ---------------------------------------------------------------------------

// A graph with its plans, made by trace() or Model::function.
class Function : public Shared<weft_function, weft_function_retain, weft_function_release> {
 public:
  using Shared::Shared;
  // Joins the examples of a program with sizes, in their order.
  static Function join(Span<const Function> examples);

  std::vector<Tensor> operator()(Span<const Tensor> inputs) const {
    std::vector<Tensor> outs(outputs());
    call(inputs, outs);
    return outs;
  }
  // The same into the caller's arrays: empty entries receive new arrays, others are written to.
  void call(Span<const Tensor> inputs, Span<Tensor> outs) const {
    check(weft_function_call(handle_, handles(inputs), inputs.size(), handles(outs), outs.size()));
  }
  size_t inputs() const { return weft_function_inputs(handle_); }
  size_t outputs() const { return weft_function_outputs(handle_); }
  // Arrays that the traced code read: parameters, states, constants.
  std::vector<Tensor> captures() const {
    std::vector<Tensor> found(weft_function_captures(handle_));
    for (size_t i = 0; i < found.size(); ++i)
      found[i] = Tensor(weft_tensor_retain(weft_function_capture_at(handle_, i)));
    return found;
  }
  bool is_example() const { return weft_function_is_example(handle_) != 0; }
  std::string text(const char* what = "graph") const {  // or "plan", of the last run
    const char* text = nullptr;
    check(weft_function_get_text(handle_, what, &text));
    return text;
  }
  // Limits arena, residuals and prepared values of plans made from now on; 0: no limit.
  void set_budget(int64_t bytes) { check(weft_function_set_budget(handle_, bytes)); }
  weft_plan_memory memory() const {  // of the last run
    weft_plan_memory memory = WEFT_PLAN_MEMORY_INIT;
    check(weft_function_memory(handle_, &memory));
    return memory;
  }
};

// An array of Function is an array of handles.
static_assert(sizeof(Function) == sizeof(weft_function) && std::is_standard_layout_v<Function>);
inline const weft_function* handles(Span<const Function> functions) {
  return reinterpret_cast<const weft_function*>(functions.data());
}
inline Function Function::join(Span<const Function> examples) {
  weft_function out = nullptr;
  check(weft_function_join(handles(examples), examples.size(), &out));
  return Function(out);
}

// A dimension: an extent that each call has from its inputs. At all of `places` it is the same, and
// any number in [least, most].
struct Dimension {
  struct Place {
    size_t input;
    int32_t axis;
  };
  const char* name;
  int64_t least;
  int64_t most;
  std::vector<Place> places;

  // The extent in an example. It differs between the examples, and between dimensions, so that the
  // library can tell which numbers follow from which dimension. Pseudorandom and the same each
  // time; small (at most 1000 above the least), because examples are only traced.
  int64_t of_example(size_t example, unsigned number) const {
    const int64_t low = std::max<int64_t>(least, 2);
    const int64_t count = std::min<int64_t>(most - low, 1000) + 1;
    if (count < WEFT_TRACE_EXAMPLES)
      throw Error(WEFT_INVALID_VALUE, std::string("trace: dimension `") + name + "` must have at " +
                                          "least 6 extents above 1; got [" + std::to_string(least) +
                                          ", " + std::to_string(most) + "]");
    std::minstd_rand random(number + 1);
    std::vector<int64_t> extents;
    while (extents.size() <= example) {
      const int64_t extent = low + static_cast<int64_t>(random()) % count;
      if (std::find(extents.begin(), extents.end(), extent) == extents.end())
        extents.push_back(extent);
    }
    return extents.back();
  }
};

// A trace on this thread. Its end gives it up unless end() was called.
class Trace {
 public:
  explicit Trace(Span<const weft_type> types) : placeholders_(types.size()) {
    check(weft_trace_begin_types(types.data(), types.size(), handles(Span<Tensor>(placeholders_))));
    is_running_ = true;
  }
  ~Trace() {
    if (is_running_) weft_trace_abort();
  }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  Span<const Tensor> placeholders() const { return placeholders_; }
  // Adds a dimension, before anything is traced.
  void add(const Dimension& dimension) {
    std::vector<size_t> inputs;
    std::vector<int32_t> axes;
    for (const Dimension::Place& place : dimension.places) {
      inputs.push_back(place.input);
      axes.push_back(place.axis);
    }
    check(weft_trace_add_dimension(dimension.name, dimension.least, dimension.most, inputs.data(),
                                   axes.data(), inputs.size()));
  }
  Function end(Span<const Tensor> outputs) {
    weft_function out = nullptr;
    check(weft_trace_end(handles(outputs), outputs.size(), &out));
    is_running_ = false;
    return Function(out);
  }

 private:
  std::vector<Tensor> placeholders_;
  bool is_running_ = false;
};

// The number in a traced int64 array without axes, for use as an extent that only a run knows.
inline int64_t trace_size(const Tensor& count, int64_t bound) {
  int64_t size = 0;
  check(weft_trace_size(count.handle(), bound, &size));
  return size;
}

namespace detail {
// The types of the inputs in one example of the dimensions.
inline std::vector<weft_type> example_types(Span<const Tensor> inputs,
                                            Span<const Dimension> dimensions, size_t example) {
  std::vector<weft_type> types(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    types[i].dtype = static_cast<weft_dtype>(inputs[i].dtype());
    types[i].rank = inputs[i].rank();
    std::copy(inputs[i].shape().begin(), inputs[i].shape().end(), types[i].shape);
  }
  for (size_t d = 0; d < dimensions.size(); ++d)
    for (const Dimension::Place& place : dimensions[d].places)
      if (place.input < types.size() && place.axis >= 0 && place.axis < types[place.input].rank)
        types[place.input].shape[place.axis] =
            dimensions[d].of_example(example, static_cast<unsigned>(d));
  return types;
}
}  // namespace detail

// Traces `body`, which goes from Span<const Tensor> to a Tensor or a container of them, on
// placeholders like `inputs`: once, or once for each example if there are dimensions or the body
// uses trace_size.
//
//   auto scores = weft::trace([&](auto in) { return net(in[0]); }, {images});
//   auto any = weft::trace(body, {images}, {{{"batch", 1, 512, {{0, 0}}}}});
template <class Body>
Function trace(Body&& body, Span<const Tensor> inputs, Span<const Dimension> dimensions = {}) {
  using Result = std::decay_t<decltype(body(inputs))>;
  std::vector<Function> traced;
  do {
    Trace trace(detail::example_types(inputs, dimensions, traced.size()));
    for (const Dimension& dimension : dimensions) trace.add(dimension);
    check(weft_trace_set_example(traced.size(), handles(Span<const Function>(traced)),
                                 traced.size()));
    const Result result = body(trace.placeholders());
    if constexpr (std::is_same_v<Result, Tensor>)
      traced.push_back(trace.end(Span<const Tensor>(&result, 1)));
    else
      traced.push_back(trace.end(result));
  } while (traced.back().is_example() && traced.size() < WEFT_TRACE_EXAMPLES);
  return traced.size() == 1 ? traced.front() : Function::join(traced);
}

// ---- functions of the host ----------------------------------------------------------------------

// A function that the operator `callback` calls. It borrows its inputs and returns new arrays.
class HostFunction : public Owned<weft_host_function, weft_host_function_release> {
 public:
  using Body = std::function<std::vector<Tensor>(Span<const Tensor>)>;
  HostFunction(const char* name, Body body) {
    check(weft_host_function_create(name, run, new Body(std::move(body)), release, &handle_));
  }

 private:
  static weft_status run(void* context, const weft_tensor* inputs, size_t ninputs,
                         weft_tensor* outputs, size_t noutputs) {
    try {
      std::vector<Tensor> results = (*static_cast<Body*>(context))(lent(inputs, ninputs));
      if (results.size() != noutputs)
        throw Error(WEFT_INVALID_VALUE, "it must give " + std::to_string(noutputs) +
                                            " arrays; got " + std::to_string(results.size()));
      for (size_t i = 0; i < noutputs; ++i) outputs[i] = weft_tensor_retain(results[i].handle());
      return WEFT_OK;
    } catch (...) {
      return report_exception();
    }
  }
  static void release(void* context) { delete static_cast<Body*>(context); }
};

inline Value::Value(const HostFunction& function) {
  value_.tag = WEFT_TAG_FUNCTION;
  value_.as.function = function.handle();
}

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_AUTOGRAD_HPP_
