// weft.h: control flow in traces.
#include "trace/control.h"

#include <vector>

#include "guard.h"
#include "traced_types.h"

using namespace weft;

namespace {

weft_body handle(trace::Body* body) { return reinterpret_cast<weft_body>(body); }
trace::Body& body_of(weft_body handle) { return *reinterpret_cast<trace::Body*>(handle); }

Status hand_out(const char* name, trace::Arrays arrays, weft_tensor* outs, size_t nouts) {
  if (arrays.size() != nouts)
    return errors::invalid_value(name, "has ", arrays.size(), " outputs; got room for ", nouts);
  for (size_t i = 0; i < nouts; ++i) outs[i] = c::handle(arrays[i].detach());
  return {};
}

Status require_room(const char* name, weft_tensor* outs, size_t nouts) {
  return nouts ? c::require(name, {{"outs", outs}}) : Status();
}

}  // namespace

extern "C" {

weft_status weft_body_begin(const weft_type* types, size_t count, weft_tensor* placeholders) {
  return c::guard([&]() -> Status {
    WEFT_ASSIGN(const auto given, c::types_from("weft_body_begin", types, count, placeholders));
    return trace::begin_body(given, c::tensors(placeholders, count));
  });
}

weft_status weft_body_end(const weft_tensor* outputs, size_t count, weft_body* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require_all("weft_body_end", "outputs", outputs, count));
    WEFT_TRY(c::require("weft_body_end", {{"out", out}}));
    WEFT_ASSIGN(Ref<trace::Body> made, trace::end_body(c::tensors(outputs, count)));
    *out = handle(made.detach());
    return {};
  });
}

void weft_body_release(weft_body body) {
  if (body) body_of(body).release();
}

weft_status weft_foreach(weft_body body, const weft_tensor* data, size_t ndata,
                         const weft_tensor* states, size_t nstates, weft_tensor* outs,
                         size_t nouts) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("foreach", {{"body", body}}));
    WEFT_TRY(c::require_all("foreach", "data", data, ndata));
    WEFT_TRY(c::require_all("foreach", "states", states, nstates));
    WEFT_TRY(require_room("foreach", outs, nouts));
    WEFT_ASSIGN(trace::Arrays arrays, trace::foreach (body_of(body), c::tensors(data, ndata),
                                                      c::tensors(states, nstates)));
    return hand_out("foreach", std::move(arrays), outs, nouts);
  });
}

weft_status weft_while_loop(weft_body body, const weft_tensor* variables, size_t nvariables,
                            int64_t max_iterations, weft_tensor* outs, size_t nouts) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("while_loop", {{"body", body}}));
    WEFT_TRY(c::require_all("while_loop", "variables", variables, nvariables));
    WEFT_TRY(require_room("while_loop", outs, nouts));
    WEFT_ASSIGN(
        trace::Arrays arrays,
        trace::while_loop(body_of(body), c::tensors(variables, nvariables), max_iterations));
    return hand_out("while_loop", std::move(arrays), outs, nouts);
  });
}

weft_status weft_cond(weft_tensor predicate, weft_body then_body, weft_body else_body,
                      weft_tensor* outs, size_t nouts) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require(
        "cond", {{"predicate", predicate}, {"then_body", then_body}, {"else_body", else_body}}));
    WEFT_TRY(require_room("cond", outs, nouts));
    WEFT_ASSIGN(trace::Arrays arrays,
                trace::cond(*c::tensor(predicate), body_of(then_body), body_of(else_body)));
    return hand_out("cond", std::move(arrays), outs, nouts);
  });
}

}  // extern "C"
