// weft.h: what a model consists of and needs, as text, and packing.
#include "model/describe.h"
#include "guard.h"
#include "model/archive/queued_write.h"
#include "model/packed.h"

using namespace weft;

namespace {

// The text that the last call lent to this thread.
thread_local std::string text_of_thread;

}  // namespace

extern "C" {

weft_status weft_model_figures(weft_model model, int64_t batch, const char** text) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_figures", {{"model", model}, {"text", text}}));
    WEFT_ASSIGN(text_of_thread, model::figures_of(*reinterpret_cast<model::Model*>(model), batch));
    *text = text_of_thread.c_str();
    return {};
  });
}

weft_status weft_model_plans(weft_model model, int64_t batch, const char** json) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_plans", {{"model", model}, {"json", json}}));
    WEFT_ASSIGN(text_of_thread, model::plans_of(*reinterpret_cast<model::Model*>(model), batch));
    *json = text_of_thread.c_str();
    return {};
  });
}

weft_status weft_model_operators(const char* path, const char** text) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_operators", {{"path", path}, {"text", text}}));
    WEFT_ASSIGN(text_of_thread, model::operators_of(path));
    *text = text_of_thread.c_str();
    return {};
  });
}

weft_status weft_model_pack(const char* path) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_pack", {{"path", path}}));
    WEFT_TRY(model::wait_for_queued_writes());
    return model::pack(path);
  });
}

}  // extern "C"
