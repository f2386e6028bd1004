// weft.h: traces, sizes that a trace meets, and the functions that traces become.
#include <string>
#include <vector>

#include "graph/ir/text.h"
#include "graph/sizes/sizes.h"
#include "guard.h"
#include "trace/function.h"

using namespace weft;

namespace {

// What weft_function_get_text lends until the thread's next call. It is outside of the function,
// because what Windows exports has no variables of threads.
thread_local std::string text_of_function;

trace::Function* function(weft_function handle) {
  return reinterpret_cast<trace::Function*>(handle);
}
static_assert(WEFT_TRACE_EXAMPLES == graph::kExamples);

weft_function handle_of(trace::Function* function) {
  return reinterpret_cast<weft_function>(function);
}

Status no_plan(const char* name) {
  return errors::invalid_state(name, "the function has no plan before its first call");
}

}  // namespace

extern "C" {

weft_status weft_trace_begin(const weft_tensor* inputs, size_t count, weft_tensor* placeholders) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require_all("trace", "inputs", inputs, count));
    if (count) WEFT_TRY(c::require("trace", {{"placeholders", placeholders}}));
    std::vector<ops::TensorType> types;
    for (const Tensor* input : c::tensors(inputs, count))
      types.push_back({input->dtype(), input->shape()});
    return trace::begin_trace(types, c::tensors(placeholders, count));
  });
}

weft_status weft_trace_end(const weft_tensor* outputs, size_t count, weft_function* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require_all("trace", "outputs", outputs, count));
    WEFT_TRY(c::require("trace", {{"out", out}}));
    WEFT_ASSIGN(trace::TracedProgram traced, trace::end_trace(c::tensors(outputs, count)));
    WEFT_ASSIGN(Ref<trace::Function> made, trace::Function::create(std::move(traced)));
    *out = handle_of(made.detach());
    return {};
  });
}

void weft_trace_abort(void) { trace::abort_trace(); }

weft_trace weft_trace_suspend(void) { return reinterpret_cast<weft_trace>(trace::suspend_trace()); }

weft_status weft_trace_resume(weft_trace trace) {
  return c::guard(
      [&]() -> Status { return trace::resume_trace(reinterpret_cast<trace::Trace*>(trace)); });
}

weft_status weft_trace_set_example(size_t example, const weft_function* earlier, size_t count) {
  return c::guard([&]() -> Status {
    trace::Trace* const trace = trace::current_trace();
    if (!trace) return errors::invalid_state("trace", "no trace is running on this thread");
    std::vector<Ref<executor::Program>> programs;
    for (size_t i = 0; i < count; ++i) {
      WEFT_TRY(c::require("weft_trace_set_example", {{"earlier", earlier ? earlier[i] : nullptr}}));
      programs.emplace_back(&function(earlier[i])->program());
    }
    return trace->set_example(example, std::move(programs));
  });
}

weft_status weft_trace_add_dimension(const char* name, int64_t minimum, int64_t maximum,
                                     const size_t* inputs, const int32_t* axes, size_t count) {
  return c::guard([&]() -> Status {
    const char* self = "weft_trace_add_dimension";
    WEFT_TRY(c::require(self, {{"name", name}, {"inputs", inputs}, {"axes", axes}}));
    trace::Trace* const trace = trace::current_trace();
    if (!trace) return errors::invalid_state("trace", "no trace is running on this thread");
    std::vector<graph::InputAxis> places;
    for (size_t i = 0; i < count; ++i)
      places.push_back({static_cast<int32_t>(std::min<size_t>(inputs[i], INT32_MAX)), axes[i]});
    return trace->add_dimension(name, minimum, maximum, std::move(places));
  });
}

int32_t weft_tensor_extent_follows(weft_tensor handle, int32_t axis, int64_t* minimum,
                                   int64_t* maximum) {
  const trace::Trace* const trace = trace::current_trace();
  if (!trace || !handle || axis < 0 || axis >= c::tensor(handle)->rank()) return 0;
  const auto range = trace->range_of_extent(*c::tensor(handle), axis);
  if (range && minimum) *minimum = range->minimum;
  if (range && maximum) *maximum = range->maximum;
  return range.has_value();
}

weft_status weft_trace_size(weft_tensor count, int64_t bound, int64_t* size) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_trace_size", {{"count", count}, {"size", size}}));
    trace::Trace* const trace = trace::current_trace();
    if (!trace) return errors::invalid_state("trace", "no trace is running on this thread");
    WEFT_ASSIGN(*size, trace->size(*c::tensor(count), bound));
    return {};
  });
}

weft_status weft_trace_is_chosen(weft_tensor tensor, int32_t axis, weft_tensor mask,
                                 int32_t* chosen) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_trace_is_chosen",
                        {{"tensor", tensor}, {"mask", mask}, {"chosen", chosen}}));
    trace::Trace* const trace = trace::current_trace();
    if (!trace) return errors::invalid_state("trace", "no trace is running on this thread");
    if (axis < 0 || axis >= c::tensor(tensor)->rank())
      return errors::axis_out_of_range("trace", "axis", axis, c::tensor(tensor)->rank());
    WEFT_ASSIGN(*chosen, trace->is_chosen_by(*c::tensor(tensor), axis, *c::tensor(mask)));
    return {};
  });
}

int32_t weft_function_is_example(weft_function handle) {
  return handle && function(handle)->is_example();
}

weft_status weft_function_join(const weft_function* examples, size_t count, weft_function* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_function_join", {{"examples", examples}, {"out", out}}));
    std::vector<Ref<trace::Function>> functions;
    for (size_t i = 0; i < count; ++i) {
      WEFT_TRY(c::require("weft_function_join", {{"examples", examples[i]}}));
      functions.emplace_back(function(examples[i]));
    }
    WEFT_ASSIGN(Ref<trace::Function> joined, trace::Function::join(functions));
    *out = handle_of(joined.detach());
    return {};
  });
}

weft_function weft_function_retain(weft_function handle) {
  if (handle) function(handle)->retain();
  return handle;
}

void weft_function_release(weft_function handle) {
  if (handle) function(handle)->release();
}

weft_status weft_function_call(weft_function handle, const weft_tensor* inputs, size_t ninputs,
                               weft_tensor* outs, size_t nouts) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("function", {{"function", handle}, {"outs", outs}}));
    WEFT_TRY(c::require_all("function", "inputs", inputs, ninputs));
    return function(handle)->call(c::tensors(inputs, ninputs), c::tensors(outs, nouts));
  });
}

int32_t weft_function_is_current(weft_function handle) {
  return handle && function(handle)->is_current();
}

size_t weft_function_inputs(weft_function handle) {
  return handle ? function(handle)->inputs() : 0;
}
size_t weft_function_outputs(weft_function handle) {
  return handle ? function(handle)->outputs() : 0;
}
size_t weft_function_captures(weft_function handle) {
  return handle ? function(handle)->captures().size() : 0;
}

weft_tensor weft_function_capture_at(weft_function handle, size_t index) {
  if (index >= weft_function_captures(handle)) return nullptr;
  return c::handle(function(handle)->captures()[index].get());
}

const char* weft_function_capture_name_at(weft_function handle, size_t index) {
  if (!handle || index >= function(handle)->capture_names.size()) return nullptr;
  return function(handle)->capture_names[index].c_str();
}

weft_status weft_function_get_text(weft_function handle, const char* what, const char** text) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_function_get_text",
                        {{"function", handle}, {"what", what}, {"text", text}}));
    std::string& kept = text_of_function;
    const std::string_view kind(what);
    executor::Program& program = function(handle)->program();
    if (kind == "graph") {
      kept = graph::print(program.graph(), {.largest_constant = 256});
    } else if (kind == "plan") {
      kept.clear();
      for (const auto& compiled : program.latest_plans()) kept += compiled->describe();
      if (kept.empty()) return no_plan("weft_function_get_text");
    } else if (kind == "arena") {
      kept.clear();
      for (const auto& compiled : program.latest_plans())
        kept += (kept.empty() ? "[" : ", ") + compiled->arena_json();
      if (kept.empty()) return no_plan("weft_function_get_text");
      kept += "]";
    } else {
      return errors::invalid_value("weft_function_get_text",
                                   "`what` must be graph, plan or arena; got ", kind);
    }
    *text = kept.c_str();
    return {};
  });
}

weft_status weft_function_set_budget(weft_function handle, int64_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_function_set_budget", {{"function", handle}}));
    return function(handle)->program().set_budget(bytes);
  });
}

weft_status weft_function_trim(weft_function handle) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_function_trim", {{"function", handle}}));
    for (const auto& plan : function(handle)->program().latest_plans()) plan->free_idle();
    return {};
  });
}

weft_status weft_function_memory(weft_function handle, weft_plan_memory* memory) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_function_memory", {{"function", handle}, {"memory", memory}}));
    const auto plans = function(handle)->program().latest_plans();
    if (plans.empty()) return no_plan("weft_function_memory");
    weft_plan_memory full = WEFT_PLAN_MEMORY_INIT;
    for (const auto& compiled : plans) {
      const executor::MemoryFigures figures = compiled->memory();
      full.arena += figures.arena;
      full.residual += figures.residual;
      full.backward += figures.backward;
      full.lower_bound += figures.lower_bound;
      full.nodes += figures.nodes;
      full.prepared += figures.prepared;
      full.backward_bound += figures.backward_bound;
      full.planning += figures.planning;
    }
    constexpr size_t kFirstVersion = offsetof(weft_plan_memory, nodes) + sizeof full.nodes;
    return c::fill("weft_function_memory", "memory", kFirstVersion, full, memory);
  });
}

}  // extern "C"
