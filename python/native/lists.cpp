// Lists of arrays as one argument of an operator.
#include "native.h"

namespace weft::python {

void TensorList::clear() {
  while (count_ > 0) weft_tensor_release(tensors_[--count_]);
  PyMem_Free(tensors_);
}

bool TensorList::fill(PyObject* sequence, const char* where, const char* argument) {
  if (!PySequence_Check(sequence) || PyUnicode_Check(sequence) || PyBytes_Check(sequence)) {
    raise_error(WEFT_INVALID_TYPE, "%s: `%s` must be a sequence of arrays; got %s", where, argument,
                Py_TYPE(sequence)->tp_name);
    return false;
  }
  // A tuple of ours: conversions below run Python code, which may change a list.
  PyObject* items = PySequence_Tuple(sequence);
  if (!items) return false;
  const Py_ssize_t size = PyTuple_GET_SIZE(items);
  tensors_ = static_cast<weft_tensor*>(
      PyMem_Malloc(static_cast<size_t>(size ? size : 1) * sizeof(weft_tensor)));
  if (!tensors_) PyErr_NoMemory();
  for (Py_ssize_t i = 0; tensors_ && i < size; ++i) {
    PyObject* item = PyTuple_GET_ITEM(items, i);
    char name[64] = "";
    if (is_array(item))
      result.note(item);
    else
      PyOS_snprintf(name, sizeof name, "%.40s[%zd]", argument, i);
    weft_tensor tensor = listed_tensor(item, where, name);
    if (!tensor) break;
    tensors_[count_++] = tensor;
  }
  Py_DECREF(items);
  return tensors_ && count_ == size;
}

}  // namespace weft::python
