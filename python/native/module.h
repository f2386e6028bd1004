// The functions of the module, by subject, and helpers for them. They are called a few times in a
// training step at most, so pybind11's convenience is worth more than its cost.
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <string>
#include <vector>

#include "native.h"

namespace weft::python {

void define_arrays(pybind11::module_& module);    // module_arrays.cpp
void define_contexts(pybind11::module_& module);  // contexts.cpp: scopes of modes
void define_autograd(pybind11::module_& module);  // module_autograd.cpp: modes, gradients, traces
void define_control(pybind11::module_& module);  // module_control.cpp: loops and branches in traces
void define_files(pybind11::module_& module);    // module_files.cpp: safetensors and .weft
void define_library(pybind11::module_& module);  // module_library.cpp: threads, memory
void define_profile(pybind11::module_& module);  // module_profile.cpp
void define_collectives(pybind11::module_& module);  // module_collectives.cpp: groups
void define_devices(pybind11::module_& module);      // module_devices.cpp
void define_operators(pybind11::module_& module);    // module_operators.cpp: operators in Python
void define_symbols(pybind11::module_& module);      // symbols.cpp

// Origins find the name of each layer once, until it is called with false (module_library.cpp).
void keep_layers(bool kept);

// Throws the Python error of a failed call.
inline void check(weft_status status) {
  if (status == WEFT_OK) return;
  raise_status(status);
  throw pybind11::error_already_set();
}

// The path of a file: its bytes, which need not be UTF-8. Python has such paths as str with
// surrogates, as bytes and as os.PathLike.
struct FilePath {
  std::string bytes;
};

// A text for the C interface, where a text ends at NUL; one that contains NUL would be taken for
// another text, so it is refused.
inline const char* c_text(const std::string& text) {
  if (text.find('\0') == std::string::npos) return text.c_str();
  const auto given = pybind11::reinterpret_steal<pybind11::object>(
      PyUnicode_DecodeFSDefaultAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
  if (!given) throw pybind11::error_already_set();
  throw pybind11::value_error("names and paths must not have NUL characters; got " +
                              pybind11::str(pybind11::repr(given)).cast<std::string>());
}
inline const char* c_text(const FilePath& path) { return c_text(path.bytes); }

// The handles of a list of arrays, which the list keeps alive. None becomes null where that is
// allowed.
inline std::vector<weft_tensor> tensors_of(const pybind11::sequence& arrays, const char* where,
                                           bool may_be_none = false) {
  std::vector<weft_tensor> tensors;
  tensors.reserve(arrays.size());
  for (const auto& item : arrays) {
    if (may_be_none && item.is_none()) {
      tensors.push_back(nullptr);
    } else if (is_array(item.ptr())) {
      tensors.push_back(tensor_of(item.ptr()));
    } else {
      raise_error(WEFT_INVALID_TYPE, "%s: every item must be an array; got %s", where,
                  Py_TYPE(item.ptr())->tp_name);
      throw pybind11::error_already_set();
    }
  }
  return tensors;
}

// Takes over a new reference; throws the Python error if it is null.
inline pybind11::object owned(PyObject* object) {
  if (!object) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::object>(object);
}

// Takes over the references.
inline pybind11::list wrap_list(const std::vector<weft_tensor>& tensors) {
  pybind11::list list;
  for (weft_tensor tensor : tensors) list.append(owned(wrap(tensor)));
  return list;
}

// Dtype and shape of each array.
using ArrayTypes = std::vector<std::pair<pybind11::object, std::vector<int64_t>>>;
std::vector<weft_type> types_of(const ArrayTypes& types);  // module_operators.cpp

}  // namespace weft::python

namespace pybind11::detail {

template <>
struct type_caster<weft::python::FilePath> {
  PYBIND11_TYPE_CASTER(weft::python::FilePath, const_name("str"));

  bool load(handle source, bool) {
    const auto path = reinterpret_steal<object>(PyOS_FSPath(source.ptr()));
    if (!path) throw error_already_set();
    const object encoded = PyUnicode_Check(path.ptr())
                               ? reinterpret_steal<object>(PyUnicode_EncodeFSDefault(path.ptr()))
                               : path;
    if (!encoded) throw error_already_set();
    value.bytes.assign(PyBytes_AS_STRING(encoded.ptr()),
                       static_cast<size_t>(PyBytes_GET_SIZE(encoded.ptr())));
    return true;
  }
};

}  // namespace pybind11::detail
