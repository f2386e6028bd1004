// weft.h: `weft_invoke`, the one entry that calls operators and the hottest function of the
// library, and what else is done to an array in place: writing it, detaching it, making it a state.
#include "eager/call.h"
#include "guard.h"

using namespace weft;

extern "C" {

weft_status weft_invoke(weft_op handle, const weft_value* args, size_t nargs, weft_tensor* outs,
                        size_t nouts) {
  if (__builtin_expect(!handle || (!outs && nouts) || (!args && nargs), 0))
    return c::report(
        errors::invalid_value("weft_invoke", "`op`, `args` and `outs` must not be NULL"));
  return c::guard([&]() -> Status {
    return eager::invoke(*c::op(handle), c::arguments(args, nargs), c::tensors(outs, nouts));
  });
}

weft_status weft_tensor_write(weft_tensor handle, const weft_value* value) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_write", {{"tensor", handle}, {"value", value}}));
    return eager::write(*c::tensor(handle), c::arguments(value, 1)[0]);
  });
}

weft_status weft_tensor_detach(weft_tensor handle, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_detach", {{"tensor", handle}, {"out", out}}));
    // A view with the same geometry on the same box; `detached` cuts the history.
    const Tensor& tensor = *c::tensor(handle);
    WEFT_ASSIGN(Ref<Tensor> view, Tensor::view(tensor.dtype(), tensor.shape(), tensor.strides(),
                                               tensor.offset(), tensor.box_ref()));
    view->detached = true;
    *out = c::handle(view.detach());
    return {};
  });
}

weft_status weft_tensor_set_state(weft_tensor handle, int32_t state) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_tensor_set_state", {{"tensor", handle}}));
    c::tensor(handle)->box().state = state != 0;
    return {};
  });
}

}  // extern "C"
