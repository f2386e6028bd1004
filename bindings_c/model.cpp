// weft.h: loading .weft files and archives, and reading their names, arrays and metadata. Every
// load waits for files that are queued to be written, so that it sees them.
#include "guard.h"
#include "model/archive/queued_write.h"
#include "model/file.h"
#include "model/saved_plans.h"

using namespace weft;

namespace {

model::Model* model_of(weft_model handle) { return reinterpret_cast<model::Model*>(handle); }
model::Archive* archive_of(weft_archive handle) {
  return reinterpret_cast<model::Archive*>(handle);
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

weft_status weft_model_save_plans(const char* path) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_save_plans", {{"path", path}}));
    WEFT_TRY(model::wait_for_queued_writes());
    return model::save_plans(path);
  });
}

weft_status weft_model_load(const char* path, weft_model* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_load", {{"path", path}, {"out", out}}));
// A library of some operators has no queued writes.
#if !WEFT_HAS_SOME_OPERATORS
    WEFT_TRY(model::wait_for_queued_writes());
#endif
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

#if !WEFT_HAS_SOME_OPERATORS
const char* weft_model_text(weft_model handle) {
  return handle ? model_of(handle)->text().c_str() : nullptr;
}
#endif

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

size_t weft_model_metadata_count(weft_model handle) {
  return handle ? model_of(handle)->metadata().size() : 0;
}

const char* weft_model_metadata_key_at(weft_model handle, size_t index) {
  return index < weft_model_metadata_count(handle)
             ? model_of(handle)->metadata()[index].first.c_str()
             : nullptr;
}

// The keys are few: a search is enough.
const char* weft_model_metadata(weft_model handle, const char* key) {
  if (!handle || !key) return nullptr;
  for (const auto& [known, value] : model_of(handle)->metadata())
    if (known == key) return value.c_str();
  return nullptr;
}

}  // extern "C"
