// weft.h: loading and running .weft files, and archives of named arrays.
#include "guard.h"
#include "model/file.h"
#include "model/queued_write.h"

using namespace weft;

namespace {

model::Model* model_of(weft_model handle) { return reinterpret_cast<model::Model*>(handle); }
model::Context* context_of(weft_context handle) {
  return reinterpret_cast<model::Context*>(handle);
}
model::Archive* archive_of(weft_archive handle) {
  return reinterpret_cast<model::Archive*>(handle);
}

Status fill_port(const model::Port& port, weft_port* out) {
  if (out->struct_size < sizeof(weft_port))
    return errors::invalid_value("weft_context_get_port", "`port->struct_size` must be at least ",
                                 sizeof(weft_port), "; got ", out->struct_size);
  out->name = port.name.c_str();
  out->dtype = static_cast<weft_dtype>(port.type.dtype);
  out->rank = port.type.shape.rank();
  out->shape = port.type.shape.begin();
  out->bytes = static_cast<size_t>(port.type.bytes());
  return {};
}

Status get_port(const char* function, std::span<const model::Port> ports, size_t index,
                weft_port* out) {
  if (index >= ports.size())
    return errors::index_out_of_range(function, "`index` must be below ", ports.size(), "; got ",
                                      index);
  return fill_port(ports[index], out);
}

}  // namespace

extern "C" {

weft_status weft_archive_load(const char* path, weft_archive* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_archive_load", {{"path", path}, {"out", out}}));
    WEFT_TRY(model::wait_for_queued_writes());
    WEFT_ASSIGN(model::Archive archive, model::read_archive(path));
    *out = reinterpret_cast<weft_archive>(new model::Archive(std::move(archive)));
    return {};
  });
}

void weft_archive_release(weft_archive handle) { delete archive_of(handle); }

size_t weft_archive_count(weft_archive handle) {
  return handle ? archive_of(handle)->tensors.size() : 0;
}

const char* weft_archive_name_at(weft_archive handle, size_t index) {
  return index < weft_archive_count(handle) ? archive_of(handle)->tensors[index].name.c_str()
                                            : nullptr;
}

weft_status weft_archive_tensor(weft_archive handle, size_t index, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_archive_tensor", {{"archive", handle}, {"out", out}}));
    if (index >= weft_archive_count(handle))
      return errors::index_out_of_range("weft_archive_tensor", "`index` must be below ",
                                        weft_archive_count(handle), "; got ", index);
    *out = c::handle(Ref<Tensor>(archive_of(handle)->tensors[index].tensor).detach());
    return {};
  });
}

const char* weft_archive_metadata(weft_archive handle, const char* key) {
  const std::string* text = handle && key ? archive_of(handle)->find_metadata(key) : nullptr;
  return text ? text->c_str() : nullptr;
}

weft_status weft_model_load(const char* path, weft_model* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_load", {{"path", path}, {"out", out}}));
    WEFT_TRY(model::wait_for_queued_writes());
    WEFT_ASSIGN(Ref<model::Model> loaded, model::Model::load(path));
    *out = reinterpret_cast<weft_model>(loaded.detach());
    return {};
  });
}

weft_status weft_model_load_memory(const void* data, size_t bytes, weft_model* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_load_memory", {{"data", data}, {"out", out}}));
    WEFT_ASSIGN(Ref<model::Model> loaded, model::Model::load_memory(data, bytes));
    *out = reinterpret_cast<weft_model>(loaded.detach());
    return {};
  });
}

void weft_model_release(weft_model handle) {
  if (handle) model_of(handle)->release();
}

const char* weft_model_text(weft_model handle) {
  return handle ? model_of(handle)->text().c_str() : nullptr;
}

size_t weft_model_entry_count(weft_model handle) {
  return handle ? model_of(handle)->entries().size() : 0;
}

const char* weft_model_entry_name_at(weft_model handle, size_t index) {
  return index < weft_model_entry_count(handle) ? model_of(handle)->entries()[index].name.c_str()
                                                : nullptr;
}

size_t weft_model_tensor_count(weft_model handle) {
  return handle ? model_of(handle)->tensors().size() : 0;
}

const char* weft_model_tensor_name_at(weft_model handle, size_t index) {
  return index < weft_model_tensor_count(handle) ? model_of(handle)->tensors()[index].name.c_str()
                                                 : nullptr;
}

weft_status weft_model_tensor(weft_model handle, size_t index, weft_tensor* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_tensor", {{"model", handle}, {"out", out}}));
    if (index >= weft_model_tensor_count(handle))
      return errors::index_out_of_range("weft_model_tensor", "`index` must be below ",
                                        weft_model_tensor_count(handle), "; got ", index);
    *out = c::handle(Ref<Tensor>(model_of(handle)->tensors()[index].tensor).detach());
    return {};
  });
}

weft_status weft_model_arena_bytes(weft_model handle, const char* entry, size_t* bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_arena_bytes",
                        {{"model", handle}, {"entry", entry}, {"bytes", bytes}}));
    WEFT_ASSIGN(const int64_t needed, model::Context::arena_bytes(*model_of(handle), entry));
    *bytes = static_cast<size_t>(needed);
    return {};
  });
}

weft_status weft_context_create(weft_model handle, const char* entry, void* arena,
                                size_t arena_bytes, weft_context* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(
        c::require("weft_context_create", {{"model", handle}, {"entry", entry}, {"out", out}}));
    WEFT_ASSIGN(auto context, model::Context::create(Ref<model::Model>(model_of(handle)), entry,
                                                     arena, static_cast<int64_t>(arena_bytes)));
    *out = reinterpret_cast<weft_context>(context.release());
    return {};
  });
}

void weft_context_release(weft_context handle) { delete context_of(handle); }

size_t weft_context_inputs(weft_context handle) {
  return handle ? context_of(handle)->inputs().size() : 0;
}
size_t weft_context_outputs(weft_context handle) {
  return handle ? context_of(handle)->outputs().size() : 0;
}

weft_status weft_context_get_input(weft_context handle, size_t index, weft_port* port) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_get_input", {{"context", handle}, {"port", port}}));
    return get_port("weft_context_get_input", context_of(handle)->inputs(), index, port);
  });
}

weft_status weft_context_get_output(weft_context handle, size_t index, weft_port* port) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_context_get_output", {{"context", handle}, {"port", port}}));
    return get_port("weft_context_get_output", context_of(handle)->outputs(), index, port);
  });
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

}  // extern "C"
