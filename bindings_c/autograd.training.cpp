// weft.h: modes, gradients, tracing and hybridized functions.
#include <memory>
#include <vector>

#include "autograd/checkpoint.h"
#include "autograd/custom_node.h"
#include "autograd/row_gradient.h"
#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "graph/ir/text.h"
#include "graph/sizes/sizes.h"
#include "guard.h"
#include "trace/function.h"

using namespace weft;

namespace {

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

Status require_tensors(const char* name, const char* argument, const weft_tensor* handles,
                       size_t count) {
  return c::require_all(name, argument, reinterpret_cast<const void* const*>(handles), count);
}

std::vector<weft_tensor> handles_of(autograd::CustomGradient::Tensors tensors) {
  std::vector<weft_tensor> handles;
  for (const Ref<Tensor>& tensor : tensors) handles.push_back(c::handle(tensor.get()));
  return handles;
}

auto custom_backward(std::string name, weft_backward_function call, std::shared_ptr<void> context) {
  using Tensors = autograd::CustomGradient::Tensors;
  return [=](Tensors saved, Tensors cotangents, std::span<Ref<Tensor>> gradients) -> Status {
    const std::vector<weft_tensor> kept = handles_of(saved), given = handles_of(cotangents);
    std::vector<weft_tensor> filled(gradients.size(), nullptr);
    const Status before = thread_state().last_error;
    const weft_status status = call(context.get(), kept.data(), kept.size(), given.data(),
                                    given.size(), filled.data(), filled.size());
    for (size_t i = 0; i < filled.size(); ++i)
      gradients[i] = Ref<Tensor>::adopt(c::tensor(filled[i]));
    return c::of_callback(status, before, name + ": its backward function failed");
  };
}

auto segment_of(weft_segment_function call, std::shared_ptr<void> context) {
  return [=](std::span<const Ref<Tensor>> inputs, std::span<Ref<Tensor>> outputs) -> Status {
    const std::vector<weft_tensor> given = handles_of(inputs);
    std::vector<weft_tensor> filled(outputs.size(), nullptr);
    const Status before = thread_state().last_error;
    const weft_status status =
        call(context.get(), given.data(), given.size(), filled.data(), filled.size());
    for (size_t i = 0; i < filled.size(); ++i)
      outputs[i] = Ref<Tensor>::adopt(c::tensor(filled[i]));
    return c::of_callback(status, before, "checkpoint: its function failed when it ran again");
  };
}

// Null if no gradient is attached.
Result<autograd::RowGradient*> row_gradient(weft_tensor handle, const char* where) {
  const autograd::LeafNode* leaf = autograd::leaf_of(*c::tensor(handle));
  if (!leaf || leaf->rows()) return leaf ? leaf->rows() : nullptr;
  return errors::invalid_state(where, "the gradient is an array; use weft_tensor_grad");
}

Status used_up() {
  return errors::invalid_state(
      "grad",
      "the gradient was used up by the update in a hybridized training step, whose plan does not "
      "keep it; return it from the function, or use `keep_gradients=True` of `trainer.compile`");
}

}  // namespace

extern "C" {

uint32_t weft_modes(void) { return thread_state().modes; }

uint32_t weft_set_modes(uint32_t set, uint32_t clear) {
  constexpr uint32_t kSettable = WEFT_MODE_RECORDING | WEFT_MODE_TRAINING | WEFT_MODE_DEFERRING |
                                 WEFT_MODE_MIXED_FLOAT16 | WEFT_MODE_MIXED_BFLOAT16;
  ThreadState& state = thread_state();
  const uint32_t before = state.modes;
  if (set & WEFT_MODE_RECORDING) autograd::attach_tape();
  state.modes = (before & ~(clear & kSettable)) | (set & kSettable);
  return before;
}

weft_status weft_tensor_attach_grad(weft_tensor handle, int32_t grad_req) {
  return weft_tensor_attach_grad_of_kind(handle, grad_req, WEFT_GRAD_ARRAY);
}

weft_status weft_tensor_attach_grad_of_kind(weft_tensor handle, int32_t grad_req, int32_t kind) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("attach_grad", {{"tensor", handle}}));
    if (grad_req < WEFT_GRAD_NULL || grad_req > WEFT_GRAD_ADD)
      return errors::invalid_value("attach_grad", "`grad_req` must be null, write or add; got ",
                                   static_cast<int64_t>(grad_req));
    if (kind < WEFT_GRAD_ARRAY || kind > WEFT_GRAD_ROW_SPARSE)
      return errors::invalid_value("attach_grad", "`kind` must be array or row-sparse; got ",
                                   static_cast<int64_t>(kind));
    return autograd::attach_grad(*c::tensor(handle), static_cast<autograd::GradRequest>(grad_req),
                                 static_cast<autograd::GradKind>(kind));
  });
}

int32_t weft_tensor_grad_kind(weft_tensor handle) {
  const autograd::LeafNode* leaf = handle ? autograd::leaf_of(*c::tensor(handle)) : nullptr;
  return leaf && leaf->rows() ? WEFT_GRAD_ROW_SPARSE : WEFT_GRAD_ARRAY;
}

weft_status weft_tensor_grad(weft_tensor handle, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_grad", {{"tensor", handle}, {"out", out}}));
    autograd::LeafNode* const leaf = autograd::leaf_of(*c::tensor(handle));
    if (leaf && leaf->rows())
      return errors::invalid_state("weft_tensor_grad",
                                   "the gradient is row-sparse; use weft_tensor_grad_rows");
    Ref<Tensor> gradient;
    if (const trace::Trace* const trace = trace::current_trace(); leaf && trace)
      gradient = trace->gradient_of(*leaf);
    if (leaf && !gradient) {
      if (leaf->is_used_up()) return used_up();
      WEFT_ASSIGN(gradient, leaf->gradient());
    }
    *out = c::handle(gradient.detach());
    return {};
  });
}

weft_status weft_tensor_made_grad(weft_tensor handle, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_made_grad", {{"tensor", handle}, {"out", out}}));
    autograd::LeafNode* const leaf = autograd::leaf_of(*c::tensor(handle));
    *out = leaf ? c::handle(leaf->made_gradient().detach()) : nullptr;
    return {};
  });
}

weft_status weft_tensor_zero_grad(weft_tensor handle) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("zero_grad", {{"tensor", handle}}));
    autograd::LeafNode* const leaf = autograd::leaf_of(*c::tensor(handle));
    trace::Trace* const trace = trace::current_trace();
    if (!leaf) return {};
    return trace && !leaf->rows() ? trace->zero_grad(*leaf) : leaf->zero();
  });
}

weft_status weft_tensor_use_up_grad(weft_tensor handle) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("use_up_grad", {{"tensor", handle}}));
    autograd::LeafNode* const leaf = autograd::leaf_of(*c::tensor(handle));
    if (!leaf) return {};
    if (trace::Trace* const trace = trace::current_trace())
      trace->use_up(*leaf);
    else
      leaf->use_up();
    return {};
  });
}

weft_status weft_tensor_grad_rows(weft_tensor handle, weft_tensor* indices, weft_tensor* rows) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_grad_rows",
                        {{"tensor", handle}, {"indices", indices}, {"rows", rows}}));
    WEFT_ASSIGN(autograd::RowGradient * gradient, row_gradient(handle, "weft_tensor_grad_rows"));
    autograd::RowGradient::Rows found;
    if (gradient) {
      WEFT_ASSIGN(found, gradient->read());
    }
    *indices = c::handle(found.indices.detach());
    *rows = c::handle(found.data.detach());
    return {};
  });
}

weft_status weft_tensor_set_grad_rows(weft_tensor handle, weft_tensor indices, weft_tensor rows) {
  return c::guard([&]() -> Status {
    const char* const where = "weft_tensor_set_grad_rows";
    WEFT_TRY(c::require(where, {{"tensor", handle}}));
    if (indices || rows) WEFT_TRY(c::require(where, {{"indices", indices}, {"rows", rows}}));
    WEFT_ASSIGN(autograd::RowGradient * gradient, row_gradient(handle, where));
    if (!gradient) return errors::invalid_state(where, "no gradient is attached");
    return gradient->set(c::tensor(indices), c::tensor(rows));
  });
}

int32_t weft_tensor_grad_req(weft_tensor handle) {
  const autograd::LeafNode* leaf = handle ? autograd::leaf_of(*c::tensor(handle)) : nullptr;
  return !leaf ? WEFT_GRAD_NULL : leaf->adds() ? WEFT_GRAD_ADD : WEFT_GRAD_WRITE;
}

uint64_t weft_tensor_grad_version(weft_tensor handle) {
  const autograd::LeafNode* leaf = handle ? autograd::leaf_of(*c::tensor(handle)) : nullptr;
  if (!leaf) return 0;
  const trace::Trace* const trace = trace::current_trace();
  return trace && trace->gradient_of(*leaf) ? leaf->deliveries() + 1 : leaf->version();
}

int32_t weft_tensor_is_recorded(weft_tensor handle) {
  if (!handle) return 0;
  trace::Trace* trace = trace::current_trace();
  if (!trace) return c::tensor(handle)->is_recorded();
  bool recorded = false;
  c::guard([&]() -> Status {
    WEFT_ASSIGN(recorded, trace->is_recorded(*c::tensor(handle)));
    return {};
  });
  return recorded;
}

weft_status weft_backward(const weft_tensor* heads, const weft_tensor* head_grads, size_t count,
                          int32_t retain_graph) {
  return c::guard([&]() -> Status {
    WEFT_TRY(require_tensors("backward", "heads", heads, count));
    return autograd::backward(c::tensors(heads, count), c::tensors(head_grads, count),
                              retain_graph != 0);
  });
}

weft_status weft_grad(const weft_tensor* heads, const weft_tensor* head_grads, size_t nheads,
                      const weft_tensor* variables, size_t nvariables, int32_t retain_graph,
                      int32_t create_graph, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(require_tensors("grad", "heads", heads, nheads));
    WEFT_TRY(require_tensors("grad", "variables", variables, nvariables));
    WEFT_TRY(c::require("grad", {{"out", out}}));
    WEFT_ASSIGN(
        auto gradients,
        autograd::grad(c::tensors(heads, nheads), c::tensors(head_grads, nheads),
                       c::tensors(variables, nvariables), retain_graph != 0, create_graph != 0));
    for (size_t i = 0; i < nvariables; ++i) out[i] = c::handle(gradients[i].detach());
    return {};
  });
}

weft_status weft_trace_begin(const weft_tensor* inputs, size_t count, weft_tensor* placeholders) {
  return c::guard([&]() -> Status {
    WEFT_TRY(require_tensors("trace", "inputs", inputs, count));
    if (count) WEFT_TRY(c::require("trace", {{"placeholders", placeholders}}));
    std::vector<ops::TensorType> types;
    for (const Tensor* input : c::tensors(inputs, count))
      types.push_back({input->dtype(), input->shape()});
    return trace::begin_trace(types, c::tensors(placeholders, count));
  });
}

weft_status weft_trace_end(const weft_tensor* outputs, size_t count, weft_function* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(require_tensors("trace", "outputs", outputs, count));
    WEFT_TRY(c::require("trace", {{"out", out}}));
    if (const trace::Trace* running = trace::current_trace(); running && running->around)
      return errors::invalid_state("trace", "a body of control flow is being traced; end it first");
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
    WEFT_TRY(require_tensors("function", "inputs", inputs, ninputs));
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
    static thread_local std::string kept;
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

weft_status weft_record_function(const char* name, const weft_tensor* inputs, size_t ninputs,
                                 const weft_tensor* outputs, size_t noutputs,
                                 const weft_tensor* saved, size_t nsaved,
                                 weft_backward_function backward, void* context,
                                 void (*release)(void*)) {
  const std::shared_ptr<void> kept(context, [release](void* given) {
    if (release) release(given);
  });
  return c::guard([&]() -> Status {
    const char* const where = "weft_record_function";
    WEFT_TRY(
        c::require(where, {{"name", name}, {"backward", reinterpret_cast<const void*>(backward)}}));
    WEFT_TRY(require_tensors(where, "inputs", inputs, ninputs));
    WEFT_TRY(require_tensors(where, "outputs", outputs, noutputs));
    WEFT_TRY(require_tensors(where, "saved", saved, nsaved));
    autograd::CustomGradient gradient{name, custom_backward(name, backward, kept)};
    return autograd::record_custom(std::move(gradient), c::tensors(inputs, ninputs),
                                   c::tensors(outputs, noutputs), c::tensors(saved, nsaved));
  });
}

weft_status weft_checkpoint_begin(const weft_tensor* inputs, size_t ninputs) {
  return c::guard([&]() -> Status {
    WEFT_TRY(require_tensors("weft_checkpoint_begin", "inputs", inputs, ninputs));
    return autograd::begin_checkpoint(c::tensors(inputs, ninputs));
  });
}

weft_status weft_checkpoint_end(const weft_tensor* outputs, size_t noutputs,
                                weft_segment_function function, void* context,
                                void (*release)(void*), weft_tensor* results) {
  const std::shared_ptr<void> kept(context, [release](void* given) {
    if (release) release(given);
  });
  return c::guard([&]() -> Status {
    const char* const where = "weft_checkpoint_end";
    WEFT_TRY(c::require(where, {{"function", reinterpret_cast<const void*>(function)}}));
    WEFT_TRY(require_tensors(where, "outputs", outputs, noutputs));
    if (noutputs) WEFT_TRY(c::require(where, {{"results", results}}));
    WEFT_ASSIGN(
        PoolVector<Ref<Tensor>> found,
        autograd::end_checkpoint(c::tensors(outputs, noutputs), segment_of(function, kept)));
    for (size_t i = 0; i < noutputs; ++i) results[i] = c::handle(found[i].detach());
    return {};
  });
}

void weft_checkpoint_abort(void) { autograd::abort_checkpoint(); }

}  // extern "C"
