// Extents in a trace that only a run knows. Python sees them as Extent objects, which record
// arithmetic on them.
#include "native.h"

namespace weft::python {

PyObject* extent_type = nullptr;

bool extent_follows(weft_tensor tensor, int axis, Range* range) {
  return extent_type && (weft_modes() & WEFT_MODE_TRACING) &&
         weft_tensor_extent_follows(tensor, axis, range ? &range->minimum : nullptr,
                                    range ? &range->maximum : nullptr);
}

bool any_extent_follows(weft_tensor tensor) {
  if (!extent_type || !(weft_modes() & WEFT_MODE_TRACING)) return false;
  for (int axis = 0; axis < weft_tensor_rank(tensor); ++axis)
    if (weft_tensor_extent_follows(tensor, axis, nullptr, nullptr)) return true;
  return false;
}

PyObject* as_extent(PyObject* number, Range range) {
  if (!number) return nullptr;
  return PyObject_CallFunction(extent_type, "NLL", number, static_cast<long long>(range.minimum),
                               static_cast<long long>(range.maximum));
}

}  // namespace weft::python
