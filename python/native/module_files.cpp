// Files: named arrays as safetensors, models as .weft.
#include <memory>
#include <optional>
#include <string>

#include "module.h"

namespace py = pybind11;

namespace weft::python {
namespace {

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) out.push_back(c_text(text));
  return out;
}

// check() for calls that read a file.
void check_file(weft_status status) {
  if (status == WEFT_OK) return;
  raise_file_status(status);
  throw py::error_already_set();
}

void save_arrays(const FilePath& path, const std::vector<std::string>& names,
                 const py::sequence& arrays, const std::string& metadata) {
  const std::vector<weft_tensor> tensors = tensors_of(arrays, "save");
  const std::vector<const char*> texts = pointers(names);
  const char* const file = c_text(path);
  const char* const extra = metadata.empty() ? nullptr : c_text(metadata);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_tensors_save(file, texts.data(), tensors.data(), tensors.size(), extra);
  }
  check(status);
}

// The GIL is kept: if the write fails later, the error names the program's running line.
py::object save_arrays_async(const FilePath& path, const std::vector<std::string>& names,
                             const py::sequence& arrays, const std::string& metadata) {
  const std::vector<weft_tensor> tensors = tensors_of(arrays, "save");
  weft_tensor written = nullptr;
  check(weft_tensors_save_async(c_text(path), pointers(names).data(), tensors.data(),
                                tensors.size(), metadata.empty() ? nullptr : c_text(metadata),
                                &written));
  return owned(wrap(written));
}

// The arrays, and the text of the metadata under this key, if there is one.
std::pair<py::dict, std::optional<std::string>> load_archive(const FilePath& path,
                                                             const std::string& key) {
  weft_archive opened = nullptr;
  const char* const file = c_text(path);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_archive_load(file, &opened);
  }
  check_file(status);
  const std::unique_ptr<weft_archive_, void (*)(weft_archive)> archive(opened,
                                                                       weft_archive_release);
  py::dict arrays;
  for (size_t i = 0; i < weft_archive_count(opened); ++i) {
    weft_tensor tensor = nullptr;
    check(weft_archive_tensor(opened, i, &tensor));
    arrays[weft_archive_name_at(opened, i)] = owned(wrap(tensor));
  }
  const char* const text = weft_archive_metadata(opened, c_text(key));
  return {std::move(arrays), text ? std::optional<std::string>(text) : std::nullopt};
}

// An entry point to write: (name, function, input names, output names, capture names). A capture
// without a name is left out.
using Entry = std::tuple<std::string, py::object, std::vector<std::string>,
                         std::vector<std::string>, std::vector<std::optional<std::string>>>;

void add_entry(weft_writer writer, const Entry& entry) {
  const auto& [name, function, inputs, outputs, captures] = entry;
  if (Py_TYPE(function.ptr()) != &function_type) {
    throw py::type_error("export: an entry needs a traced function");
  }
  weft_function traced = reinterpret_cast<FunctionObject*>(function.ptr())->function;
  if (inputs.size() != weft_function_inputs(traced) ||
      outputs.size() != weft_function_outputs(traced) ||
      captures.size() != weft_function_captures(traced)) {
    throw py::value_error("export: an entry needs one name per input, output and capture");
  }
  std::vector<const char*> kept;
  for (const auto& capture : captures) kept.push_back(capture ? c_text(*capture) : nullptr);
  check(weft_writer_add_entry(writer, c_text(name), traced, pointers(inputs).data(),
                              pointers(outputs).data(), kept.data()));
}

void save_model(const FilePath& path, const std::vector<Entry>& entries,
                const std::vector<std::pair<std::string, std::string>>& metadata,
                bool source_lines) {
  weft_writer created = nullptr;
  check(weft_writer_create(&created));
  const std::unique_ptr<weft_writer_, void (*)(weft_writer)> writer(created, weft_writer_release);
  check(weft_writer_keep_source_lines(created, source_lines));
  for (const Entry& entry : entries) add_entry(created, entry);
  for (const auto& [key, value] : metadata) {
    check(weft_writer_set_metadata(created, c_text(key), c_text(value)));
  }
  const char* const file = c_text(path);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_writer_save(created, file);
  }
  check(status);
}

void save_plans(const FilePath& path) {
  const char* const file = c_text(path);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_model_save_plans(file);
  }
  check_file(status);
}

void pack_model(const FilePath& path) {
  const char* const file = c_text(path);
  weft_status status;
  {
    const WithoutGil release;
    status = weft_model_pack(file);
  }
  check_file(status);
}

class Model {
 public:
  explicit Model(const FilePath& path) {
    const char* const file = c_text(path);
    weft_status status;
    {
      const WithoutGil release;
      status = weft_model_load(file, &model_);
    }
    check_file(status);
  }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model() { weft_model_release(model_); }

  std::string text() const { return weft_model_text(model_); }

  std::vector<std::string> entries() const {
    std::vector<std::string> names;
    for (size_t i = 0; i < weft_model_entry_count(model_); ++i) {
      names.emplace_back(weft_model_entry_name_at(model_, i));
    }
    return names;
  }

  py::dict tensors() const {
    py::dict arrays;
    for (size_t i = 0; i < weft_model_tensor_count(model_); ++i) {
      weft_tensor tensor = nullptr;
      check(weft_model_tensor(model_, i, &tensor));
      arrays[weft_model_tensor_name_at(model_, i)] = owned(wrap(tensor));
    }
    return arrays;
  }

  py::dict metadata() const {
    py::dict found;
    for (size_t i = 0; i < weft_model_metadata_count(model_); ++i) {
      const char* key = weft_model_metadata_key_at(model_, i);
      found[key] = weft_model_metadata(model_, key);
    }
    return found;
  }

  py::object function(const std::string& entry) const {
    weft_function function = nullptr;
    check(weft_model_function(model_, c_text(entry), &function));
    return owned(wrap_function(function));
  }

 private:
  weft_model model_ = nullptr;
};

}  // namespace

void define_files(py::module_& module) {
  module.def("save_arrays", save_arrays, py::arg("path"), py::arg("names"), py::arg("arrays"),
             py::arg("metadata") = "");
  module.def("save_arrays_async", save_arrays_async, py::arg("path"), py::arg("names"),
             py::arg("arrays"), py::arg("metadata") = "");
  module.def("load_arrays", [](const FilePath& path) { return load_archive(path, "").first; });
  module.def("load_archive", load_archive, py::arg("path"), py::arg("key"));
  module.def("save_model", save_model, py::arg("path"), py::arg("entries"), py::arg("metadata"),
             py::arg("source_lines") = false);
  module.def("save_plans", save_plans);
  module.def("pack_model", pack_model);
  py::class_<Model>(module, "Model")
      .def(py::init<const FilePath&>())
      .def("text", &Model::text)
      .def("entries", &Model::entries)
      .def("metadata", &Model::metadata)
      .def("tensors", &Model::tensors)
      .def("function", &Model::function);
}

}  // namespace weft::python
