// weft.h: running .weft files, with contexts (memory that the caller keeps) or in one call. Shapes
// and types of buffers are checked here; model/run/ runs.
#include "model/run/context.h"
#include "guard.h"
#include "model/archive/queued_write.h"
#include "model/run/run.h"

using namespace weft;

namespace {

model::Model* model_of(weft_model handle) { return reinterpret_cast<model::Model*>(handle); }
// Kept while a call uses it: another thread may release the handle meanwhile.
Ref<model::Context> context_of(weft_context handle) {
  return Ref<model::Context>(reinterpret_cast<model::Context*>(handle));
}

// Describes a port; the struct lends the port's name and shape. Bytes are 0 while an extent is
// open.
Status fill_port(const char* function, const model::Port& port, weft_port* out) {
  constexpr size_t kFirstVersion = offsetof(weft_port, bytes) + sizeof out->bytes;
  const weft_port full = {0,
                          port.name.c_str(),
                          static_cast<weft_dtype>(port.type.dtype),
                          port.type.shape.rank(),
                          port.type.shape.begin(),
                          port.is_open() ? 0 : static_cast<size_t>(port.type.bytes())};
  return c::fill(function, "port", kFirstVersion, full, out);
}

Status check_index(const char* function, size_t count, size_t index) {
  if (index < count) return {};
  return errors::index_out_of_range(function, "`index` must be below ", count, "; got ", index);
}

Status get_port(const char* function, std::span<const model::Port> ports, size_t index,
                weft_port* out) {
  WEFT_TRY(check_index(function, ports.size(), index));
  return fill_port(function, ports[index], out);
}

static_assert(WEFT_MAX_RANK == kMaxRank);

// Buffers of weft_model_run. Inputs have types, which are checked; outputs get theirs from the run.
Result<std::vector<model::Buffer>> buffers_of(const char* function, const char* argument,
                                              const weft_buffer* given, size_t count,
                                              bool has_types) {
  std::vector<model::Buffer> buffers(count);
  for (size_t i = 0; i < count; ++i) {
    buffers[i].data = given[i].data;
    buffers[i].bytes = given[i].bytes;
    if (!has_types) continue;
    if (!is_known(static_cast<DType>(given[i].type.dtype)) || given[i].type.rank < 0 ||
        given[i].type.rank > kMaxRank)
      return errors::invalid_value(
          function, "`", argument, "[", i, "]` must have a dtype and a rank of at most ", kMaxRank,
          "; got dtype ", given[i].type.dtype, " and rank ", given[i].type.rank);
    buffers[i].type.dtype = static_cast<DType>(given[i].type.dtype);
    buffers[i].type.shape = Shape(
        std::span<const int64_t>(given[i].type.shape, static_cast<size_t>(given[i].type.rank)));
  }
  return buffers;
}

// Makes a context over states that are new or shared.
Status create_context(Ref<model::States> states, const char* entry, void* arena, size_t arena_bytes,
                      weft_context* out) {
  WEFT_ASSIGN(auto context, model::Context::create(std::move(states), entry, arena,
                                                   static_cast<int64_t>(arena_bytes)));
  *out = reinterpret_cast<weft_context>(context.detach());
  return {};
}

}  // namespace

extern "C" {

weft_status weft_model_arena_bytes(weft_model handle, const char* entry, size_t* bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_arena_bytes",
                        {{"model", handle}, {"entry", entry}, {"bytes", bytes}}));
    WEFT_ASSIGN(const int64_t needed, model::Context::arena_bytes(*model_of(handle), entry));
    *bytes = static_cast<size_t>(needed);
    return {};
  });
}

weft_status weft_model_set_budget(weft_model handle, const char* entry, int64_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_set_budget", {{"model", handle}, {"entry", entry}}));
    WEFT_ASSIGN(const model::Entry* found, model_of(handle)->entry(entry));
    return found->set_budget(bytes);
  });
}

weft_status weft_context_create(weft_model handle, const char* entry, void* arena,
                                size_t arena_bytes, weft_context* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(
        c::require("weft_context_create", {{"model", handle}, {"entry", entry}, {"out", out}}));
    return create_context(model::States::create(Ref<model::Model>(model_of(handle))), entry, arena,
                          arena_bytes, out);
  });
}

weft_status weft_context_create_sharing(weft_context first, const char* entry, void* arena,
                                        size_t arena_bytes, weft_context* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_create_sharing",
                        {{"first", first}, {"entry", entry}, {"out", out}}));
    return create_context(context_of(first)->states(), entry, arena, arena_bytes, out);
  });
}

void weft_context_release(weft_context handle) {
  if (handle) reinterpret_cast<model::Context*>(handle)->release();
}

size_t weft_context_inputs(weft_context handle) {
  return handle ? context_of(handle)->entry().inputs.size() : 0;
}
size_t weft_context_outputs(weft_context handle) {
  return handle ? context_of(handle)->output_count() : 0;
}

weft_status weft_context_get_input(weft_context handle, size_t index, weft_port* port) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_get_input", {{"context", handle}, {"port", port}}));
    const char* self = "weft_context_get_input";
    const Ref<model::Context> context = context_of(handle);
    WEFT_TRY(check_index(self, context->entry().inputs.size(), index));
    WEFT_ASSIGN(const model::Port* input, context->input(index));
    return fill_port(self, *input, port);
  });
}

weft_status weft_context_get_output(weft_context handle, size_t index, weft_port* port) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_get_output", {{"context", handle}, {"port", port}}));
    WEFT_ASSIGN(const auto outputs, context_of(handle)->outputs());
    return get_port("weft_context_get_output", outputs, index, port);
  });
}

weft_status weft_context_set_input_shape(weft_context handle, size_t index, const int64_t* shape,
                                         int32_t rank) {
  return c::guard([&]() -> Status {
    const char* self = "weft_context_set_input_shape";
    WEFT_TRY(c::require(self, {{"context", handle}, {"shape", shape}}));
    if (rank < 0 || rank > kMaxRank)
      return errors::invalid_value(self, "`rank` must be in [0, ", kMaxRank, "]; got ", rank);
    return context_of(handle)->set_input_shape(
        index, Shape(std::span<const int64_t>(shape, static_cast<size_t>(rank))));
  });
}

const char* weft_context_dimension_at(weft_context handle, size_t index, int32_t axis) {
  if (!handle || index >= context_of(handle)->entry().inputs.size()) return nullptr;
  const std::vector<std::string>& names = context_of(handle)->entry().inputs[index].dimensions;
  if (axis < 0 || static_cast<size_t>(axis) >= names.size()) return nullptr;
  const std::string& name = names[static_cast<size_t>(axis)];
  return name.empty() ? nullptr : name.c_str();
}

weft_status weft_context_bind_input(weft_context handle, size_t index, const void* data,
                                    size_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_bind_input", {{"context", handle}}));
    return context_of(handle)->bind_input(index, data, bytes);
  });
}

weft_status weft_context_bind_output(weft_context handle, size_t index, void* data, size_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_bind_output", {{"context", handle}}));
    return context_of(handle)->bind_output(index, data, bytes);
  });
}

weft_status weft_model_run(weft_model handle, const char* entry, const weft_buffer* inputs,
                           size_t input_count, weft_buffer* outputs, size_t output_count) {
  return c::guard([&]() -> Status {
    const char* self = "weft_model_run";
    WEFT_TRY(c::require(self, {{"model", handle}, {"entry", entry}}));
    if (input_count > 0) WEFT_TRY(c::require(self, {{"inputs", inputs}}));
    if (output_count > 0) WEFT_TRY(c::require(self, {{"outputs", outputs}}));
    WEFT_ASSIGN(const auto in, buffers_of(self, "inputs", inputs, input_count, true));
    WEFT_ASSIGN(auto out, buffers_of(self, "outputs", outputs, output_count, false));
    WEFT_TRY(model::run_entry(*model_of(handle), entry, in, out));
    // Tells the caller what each output has become.
    for (size_t i = 0; i < output_count; ++i) {
      outputs[i].bytes = out[i].bytes;
      outputs[i].type.dtype = static_cast<weft_dtype>(out[i].type.dtype);
      outputs[i].type.rank = out[i].type.shape.rank();
      std::ranges::copy(out[i].type.shape.span(), outputs[i].type.shape);
    }
    return {};
  });
}

weft_status weft_context_run(weft_context handle) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_run", {{"context", handle}}));
    return context_of(handle)->run();
  });
}

weft_status weft_context_output_data(weft_context handle, size_t index, const void** data) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_output_data", {{"context", handle}, {"data", data}}));
    WEFT_ASSIGN(*data, context_of(handle)->output_data(index));
    return {};
  });
}

size_t weft_context_states(weft_context handle) {
  return handle ? context_of(handle)->state_ports().size() : 0;
}

weft_status weft_context_get_state(weft_context handle, size_t index, weft_port* port) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_get_state", {{"context", handle}, {"port", port}}));
    return get_port("weft_context_get_state", context_of(handle)->state_ports(), index, port);
  });
}

weft_status weft_context_read_state(weft_context handle, size_t index, void* data, size_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_read_state", {{"context", handle}, {"data", data}}));
    return context_of(handle)->read_state(index, data, bytes);
  });
}

weft_status weft_context_write_state(weft_context handle, size_t index, const void* data,
                                     size_t bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_write_state", {{"context", handle}, {"data", data}}));
    return context_of(handle)->write_state(index, data, bytes);
  });
}

weft_status weft_context_reset(weft_context handle) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_reset", {{"context", handle}}));
    return context_of(handle)->reset_states();
  });
}

weft_status weft_context_save(weft_context handle, const char* path) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_save", {{"context", handle}, {"path", path}}));
    WEFT_TRY(model::wait_for_queued_writes());
    return context_of(handle)->save(path);
  });
}

}  // extern "C"
