// weft.h: modes of the thread, gradients, functions with gradients of the caller's, checkpoints.
// Where a trace runs, gradients are its nodes, and what belongs to a leaf is asked of it.
#include <memory>
#include <vector>

#include "autograd/checkpoint.h"
#include "autograd/custom_node.h"
#include "autograd/row_gradient.h"
#include "autograd/tape.h"
#include "autograd/tape_recorder.h"
#include "guard.h"
#include "ops/slots/host_function.h"
#include "trace/trace.h"

using namespace weft;

namespace {

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
                                 WEFT_MODE_MIXED_FLOAT16 | WEFT_MODE_MIXED_BFLOAT16 |
                                 WEFT_MODE_FORGETTING | WEFT_MODE_RECORDING_ALL;
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
    if (kind < WEFT_GRAD_ARRAY || kind > WEFT_GRAD_ANY_ARRAY)
      return errors::invalid_value("attach_grad", "`kind` must be array, row-sparse or any; got ",
                                   static_cast<int64_t>(kind));
    return autograd::attach_grad(*c::tensor(handle), static_cast<autograd::GradRequest>(grad_req),
                                 static_cast<autograd::GradKind>(kind));
  });
}

weft_status weft_tensor_attach_given_grad(weft_tensor handle, int32_t grad_req,
                                          weft_tensor gradient) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("attach_grad", {{"tensor", handle}, {"gradient", gradient}}));
    if (grad_req < WEFT_GRAD_NULL || grad_req > WEFT_GRAD_ADD)
      return errors::invalid_value("attach_grad", "`grad_req` must be null, write or add; got ",
                                   static_cast<int64_t>(grad_req));
    return autograd::attach_grad(*c::tensor(handle), static_cast<autograd::GradRequest>(grad_req),
                                 *c::tensor(gradient));
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

weft_status weft_tensor_tell_grad(weft_tensor handle, weft_host_function function) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_tell_grad", {{"tensor", handle}}));
    autograd::LeafNode* const leaf = autograd::leaf_of(*c::tensor(handle));
    if (!leaf && !function) return {};
    if (!leaf)
      return errors::invalid_state("weft_tensor_tell_grad",
                                   "`tensor` must have a gradient; call attach_grad() on it first");
    leaf->tell(Ref<ops::HostFunction>(reinterpret_cast<ops::HostFunction*>(function)));
    return {};
  });
}

int32_t weft_tensor_grad_is_untouched(weft_tensor handle) {
  const autograd::LeafNode* leaf = handle ? autograd::leaf_of(*c::tensor(handle)) : nullptr;
  return leaf && leaf->is_untouched();
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
    WEFT_TRY(c::require_all("backward", "heads", heads, count));
    return autograd::backward(c::tensors(heads, count), c::tensors(head_grads, count),
                              retain_graph != 0);
  });
}

weft_status weft_grad(const weft_tensor* heads, const weft_tensor* head_grads, size_t nheads,
                      const weft_tensor* variables, size_t nvariables, int32_t retain_graph,
                      int32_t create_graph, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require_all("grad", "heads", heads, nheads));
    WEFT_TRY(c::require_all("grad", "variables", variables, nvariables));
    WEFT_TRY(c::require("grad", {{"out", out}}));
    WEFT_ASSIGN(
        auto gradients,
        autograd::grad(c::tensors(heads, nheads), c::tensors(head_grads, nheads),
                       c::tensors(variables, nvariables), retain_graph != 0, create_graph != 0));
    for (size_t i = 0; i < nvariables; ++i) out[i] = c::handle(gradients[i].detach());
    return {};
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
    WEFT_TRY(c::require_all(where, "inputs", inputs, ninputs));
    WEFT_TRY(c::require_all(where, "outputs", outputs, noutputs));
    WEFT_TRY(c::require_all(where, "saved", saved, nsaved));
    autograd::CustomGradient gradient{name, custom_backward(name, backward, kept)};
    return autograd::record_custom(std::move(gradient), c::tensors(inputs, ninputs),
                                   c::tensors(outputs, noutputs), c::tensors(saved, nsaved));
  });
}

weft_status weft_checkpoint_begin(const weft_tensor* inputs, size_t ninputs) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require_all("weft_checkpoint_begin", "inputs", inputs, ninputs));
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
    WEFT_TRY(c::require_all(where, "outputs", outputs, noutputs));
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
