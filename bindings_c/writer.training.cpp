// weft.h: writing .weft files and archives, and models as trainable functions. The functions turn
// names and JSON from C into the core's types; model/file.h and model/archive/ write.
#include <string>
#include <vector>

#include "eager/devices.h"
#include "guard.h"
#include "model/archive/queued_write.h"
#include "model/file.h"
#include "model/json/json.h"
#include "trace/function.h"

using namespace weft;

namespace {

model::Writer* writer_of(weft_writer handle) { return reinterpret_cast<model::Writer*>(handle); }

// Copies `count` names; none may be NULL.
Result<std::vector<std::string>> names_from(const char* function, const char* argument,
                                            const char* const* names, size_t count) {
  WEFT_TRY(c::require_all(function, argument, reinterpret_cast<const void* const*>(names), count));
  return std::vector<std::string>(names, names + count);
}

// Metadata from a JSON object of strings; NULL means none.
Result<model::Metadata> metadata_from(const char* function, const char* json) {
  model::Metadata metadata;
  if (!json) return metadata;
  WEFT_ASSIGN(const model::Json object, model::parse_json(json));
  if (!object.is_object())
    return errors::invalid_value(function, "`metadata` must be a JSON object of strings");
  for (const model::Json::Member& member : object.members()) {
    if (!member.value.is_string())
      return errors::invalid_value(
          function, "`metadata` must be a JSON object of strings; got another value for `",
          member.key(), "`");
    metadata.emplace_back(member.key(), member.value.text());
  }
  return metadata;
}

// Pairs names with arrays.
Result<std::vector<model::NamedTensor>> named_from(const char* function, const char* const* names,
                                                   const weft_tensor* tensors, size_t count) {
  WEFT_ASSIGN(const auto texts, names_from(function, "names", names, count));
  WEFT_TRY(
      c::require_all(function, "tensors", reinterpret_cast<const void* const*>(tensors), count));
  std::vector<model::NamedTensor> named;
  for (size_t i = 0; i < count; ++i)
    named.push_back({texts[i], Ref<Tensor>(c::tensor(tensors[i]))});
  return named;
}

}  // namespace

extern "C" {

weft_status weft_tensors_save(const char* path, const char* const* names,
                              const weft_tensor* tensors, size_t count, const char* metadata) {
  return c::guard([&]() -> Status {
    const char* self = "weft_tensors_save";
    WEFT_TRY(c::require(self, {{"path", path}}));
    WEFT_ASSIGN(const auto named, named_from(self, names, tensors, count));
    WEFT_ASSIGN(const model::Metadata extra, metadata_from(self, metadata));
    // Saves happen in the order of the calls: queued ones come first.
    WEFT_TRY(model::wait_for_queued_writes());
    return model::write_archive(path, named, extra);
  });
}

weft_status weft_tensors_save_async(const char* path, const char* const* names,
                                    const weft_tensor* tensors, size_t count, const char* metadata,
                                    weft_tensor* written) {
  return c::guard([&]() -> Status {
    const char* self = "weft_tensors_save_async";
    WEFT_TRY(c::require(self, {{"path", path}, {"written", written}}));
    WEFT_ASSIGN(const auto named, named_from(self, names, tensors, count));
    WEFT_ASSIGN(const model::Metadata extra, metadata_from(self, metadata));
    WEFT_ASSIGN(Ref<Tensor> outcome, model::queue_archive(path, named, extra));
    *written = c::handle(outcome.detach());
    return {};
  });
}

weft_status weft_writer_create(weft_writer* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_writer_create", {{"out", out}}));
    *out = reinterpret_cast<weft_writer>(new model::Writer);
    return {};
  });
}

void weft_writer_release(weft_writer handle) { delete writer_of(handle); }

weft_status weft_writer_keep_source_lines(weft_writer handle, int32_t keep) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_writer_keep_source_lines", {{"writer", handle}}));
    writer_of(handle)->keep_source_lines(keep != 0);
    return {};
  });
}

weft_status weft_writer_add_entry(weft_writer handle, const char* name, weft_function function,
                                  const char* const* input_names, const char* const* output_names,
                                  const char* const* capture_names) {
  return c::guard([&]() -> Status {
    const char* self = "weft_writer_add_entry";
    WEFT_TRY(c::require(self, {{"writer", handle}, {"name", name}, {"function", function}}));
    const auto& traced = *reinterpret_cast<trace::Function*>(function);
    WEFT_ASSIGN(const auto inputs, names_from(self, "input_names", input_names, traced.inputs()));
    WEFT_ASSIGN(const auto outputs,
                names_from(self, "output_names", output_names, traced.outputs()));
    const auto arrays = traced.captures();
    if (!arrays.empty()) WEFT_TRY(c::require(self, {{"capture_names", capture_names}}));
    std::vector<model::NamedTensor> named;
    for (size_t i = 0; i < arrays.size(); ++i)
      // NULL: the file leaves this capture out.
      named.push_back({capture_names[i] ? capture_names[i] : "", arrays[i]});
    return writer_of(handle)->add_entry(name, traced.program().graph(), inputs, outputs, named);
  });
}

weft_status weft_writer_set_metadata(weft_writer handle, const char* key, const char* value) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_writer_set_metadata",
                        {{"writer", handle}, {"key", key}, {"value", value}}));
    return writer_of(handle)->set_metadata(key, value);
  });
}

weft_status weft_writer_save(weft_writer handle, const char* path) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_writer_save", {{"writer", handle}, {"path", path}}));
    WEFT_TRY(model::wait_for_queued_writes());
    return writer_of(handle)->save(path);
  });
}

weft_status weft_model_function(weft_model handle, const char* entry_name, weft_function* out) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_model_function",
                        {{"model", handle}, {"entry", entry_name}, {"out", out}}));
    const auto& loaded = *reinterpret_cast<model::Model*>(handle);
    WEFT_ASSIGN(const model::Entry* entry, loaded.entry(entry_name));
    // The captures are the model's arrays themselves, so that training changes the model; they are
    // copies only if the thread computes on a device.
    std::vector<Ref<Tensor>> captures;
    std::vector<std::string> names;
    for (int32_t index : entry->captures) {
      Tensor& weight = *loaded.tensors()[static_cast<size_t>(index)].tensor;
      WEFT_ASSIGN(Ref<Tensor> here, eager::to_device(weight, thread_state().device));
      captures.push_back(std::move(here));
      names.push_back(loaded.tensors()[static_cast<size_t>(index)].name);
    }
    auto* function = new trace::Function(entry->program, entry->inputs.size(),
                                         entry->outputs.size(), std::move(captures));
    function->capture_names = std::move(names);
    *out = reinterpret_cast<weft_function>(function);
    return {};
  });
}

}  // extern "C"
