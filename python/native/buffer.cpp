// The buffer protocol: a read-only value of the array.
//
// The storage is held while the buffer lives, so a later write to the array goes to another
// storage and what a consumer sees never changes. `asnumpy()` gives a copy that may be written.
#include "native.h"

namespace weft::python {
namespace {

struct Exported {
  weft_hold hold;
  Py_ssize_t shape[kMaxAxes];
  Py_ssize_t strides[kMaxAxes];
};

const char* format_of(weft_dtype dtype) {
  static const char* const formats[] = {"?", "B", "H", "I",     "L", "b", "h",
                                        "i", "l", "e", nullptr, "f", "d"};
  return formats[dtype];
}

int refuse(const char* text) {
  PyErr_SetString(PyExc_BufferError, text);
  return -1;
}

int export_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  weft_tensor tensor = tensor_of(self);
  const weft_dtype dtype = weft_tensor_dtype(tensor);
  if (flags & PyBUF_WRITABLE) {
    return refuse("ndarray: its buffer is read-only; take a copy with `asnumpy()`");
  }
  if (!format_of(dtype)) return refuse("ndarray: bfloat16 has no buffer; cast to float32 first");

  Exported* exported = static_cast<Exported*>(PyMem_Malloc(sizeof(Exported)));
  if (!exported) {
    PyErr_NoMemory();
    return -1;
  }
  const void* data = nullptr;
  const weft_status status = weft_tensor_hold(tensor, &exported->hold, &data);
  if (status != WEFT_OK) {
    PyMem_Free(exported);
    raise_status(status);
    return -1;
  }
  const int rank = weft_tensor_rank(tensor);
  const Py_ssize_t size = static_cast<Py_ssize_t>(weft_dtype_size(dtype));
  for (int axis = 0; axis < rank; ++axis) {
    exported->shape[axis] = weft_tensor_shape(tensor)[axis];
    exported->strides[axis] = weft_tensor_strides(tensor)[axis] * size;
  }
  view->buf = const_cast<void*>(data);
  view->itemsize = size;
  view->len = weft_tensor_elements(tensor) * size;
  view->readonly = 1;
  view->ndim = rank;
  view->format = flags & PyBUF_FORMAT ? const_cast<char*>(format_of(dtype)) : nullptr;
  view->shape = exported->shape;
  view->strides = exported->strides;
  view->suboffsets = nullptr;
  view->internal = exported;
  const bool strides_wanted = (flags & PyBUF_STRIDES) == PyBUF_STRIDES;
  const char order = (flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS ? 'F' : 'C';
  const bool any_order = (flags & PyBUF_ANY_CONTIGUOUS) == PyBUF_ANY_CONTIGUOUS;
  const bool contiguous_wanted = !strides_wanted || any_order ||
                                 (flags & PyBUF_C_CONTIGUOUS) == PyBUF_C_CONTIGUOUS || order == 'F';
  if (contiguous_wanted && !PyBuffer_IsContiguous(view, any_order ? 'A' : order)) {
    weft_hold_release(exported->hold);
    PyMem_Free(exported);
    return refuse("ndarray: it is not contiguous; take a copy with `copy()`");
  }
  if (!strides_wanted) view->strides = nullptr;
  if (!(flags & PyBUF_ND)) view->shape = nullptr;
  Py_INCREF(self);
  view->obj = self;
  return 0;
}

void release_buffer(PyObject*, Py_buffer* view) {
  Exported* exported = static_cast<Exported*>(view->internal);
  weft_hold_release(exported->hold);
  PyMem_Free(exported);
}

}  // namespace

PyBufferProcs array_buffer = {export_buffer, release_buffer};

}  // namespace weft::python
