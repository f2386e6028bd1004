#include "native.h"

namespace weft::python {

PyObject* extent_type = nullptr;

bool extent_follows(weft_tensor tensor, int axis) {
  return extent_type && (weft_modes() & WEFT_MODE_TRACING) &&
         weft_tensor_extent_follows(tensor, axis);
}

bool any_extent_follows(weft_tensor tensor) {
  if (!extent_type || !(weft_modes() & WEFT_MODE_TRACING)) return false;
  for (int axis = 0; axis < weft_tensor_rank(tensor); ++axis)
    if (weft_tensor_extent_follows(tensor, axis)) return true;
  return false;
}

PyObject* as_extent(PyObject* number) {
  PyObject* extent = number ? PyObject_CallOneArg(extent_type, number) : nullptr;
  Py_XDECREF(number);
  return extent;
}

}  // namespace weft::python
