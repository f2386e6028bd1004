// The buffer protocol.
//
// A consumer that only reads gets a value: the storage is held while the buffer lives, so a later
// write to the array goes to other memory and the consumer's view never changes. A consumer that
// asks to write (`file.readinto(x)`) gets the array's own memory, pinned while the buffer lives.
#include <string>

#include "native.h"

namespace weft::python {
namespace {

// What a buffer owns, until it is released.
struct Exported {
  weft_hold hold;
  Py_ssize_t shape[kMaxAxes];
  Py_ssize_t strides[kMaxAxes];
};

// The format character of a dtype (struct module); null: there is none.
const char* format_of(weft_dtype dtype) {
  static const char* const formats[] = {"?", "B", "H",     "I", "L", "b",  "h", "i",
                                        "l", "e", nullptr, "f", "d", "Zf", "Zd"};
  return dtype <= WEFT_COMPLEX128 ? formats[dtype] : nullptr;
}

int refuse(const char* text) {
  raise_not_shared(text);
  return -1;
}

int export_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  weft_tensor tensor = tensor_of(self);
  const weft_dtype dtype = weft_tensor_dtype(tensor);
  const bool writable = (flags & PyBUF_WRITABLE) != 0;
  if (!format_of(dtype)) {
    const std::string text =
        std::string("ndarray: ") + weft_dtype_name(dtype) + " has no buffer; cast to float32 first";
    return refuse(text.c_str());
  }
  if (!note_read(self)) return -1;

  Exported* exported = static_cast<Exported*>(PyMem_Malloc(sizeof(Exported)));
  if (!exported) {
    PyErr_NoMemory();
    return -1;
  }
  const void* value = nullptr;
  void* memory = nullptr;
  const weft_status status = writable ? weft_tensor_pin(tensor, &exported->hold, &memory)
                                      : weft_tensor_hold(tensor, &exported->hold, &value);
  if (status != WEFT_OK) {
    PyMem_Free(exported);
    if (writable) return refuse(weft_last_error());  // a consumer may ask again, to read only
    raise_status(status);
    return -1;
  }
  const int rank = weft_tensor_rank(tensor);
  const Py_ssize_t size = static_cast<Py_ssize_t>(weft_dtype_size(dtype));
  for (int axis = 0; axis < rank; ++axis) {
    exported->shape[axis] = weft_tensor_shape(tensor)[axis];
    exported->strides[axis] = weft_tensor_strides(tensor)[axis] * size;
  }
  view->buf = writable ? memory : const_cast<void*>(value);
  view->itemsize = size;
  view->len = weft_tensor_elements(tensor) * size;
  view->readonly = !writable;
  view->ndim = rank;
  view->format = flags & PyBUF_FORMAT ? const_cast<char*>(format_of(dtype)) : nullptr;
  view->shape = exported->shape;
  view->strides = exported->strides;
  view->suboffsets = nullptr;
  view->internal = exported;
  // The protocol's flags say which fields the consumer understands.
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

// The consumer may have written any bytes to bools (`file.readinto(x)`); wrapping the memory once
// sets them to 0 and 1.
void mend_bools(const Exported& exported, const Py_buffer& view) {
  int64_t shape[kMaxAxes], strides[kMaxAxes];
  for (int axis = 0; axis < view.ndim; ++axis) {
    shape[axis] = exported.shape[axis];
    strides[axis] = exported.strides[axis];  // of elements of one byte
  }
  weft_tensor mended = nullptr;
  if (weft_tensor_wrap(view.buf, WEFT_BOOL, view.ndim, shape, strides, 0, nullptr, nullptr,
                       &mended) == WEFT_OK)
    weft_tensor_release(mended);
}

void release_buffer(PyObject* self, Py_buffer* view) {
  Exported* exported = static_cast<Exported*>(view->internal);
  if (!view->readonly && weft_tensor_dtype(tensor_of(self)) == WEFT_BOOL)
    mend_bools(*exported, *view);
  weft_hold_release(exported->hold);
  PyMem_Free(exported);
}

}  // namespace

bool has_buffer(weft_dtype dtype) { return format_of(dtype) != nullptr; }

PyBufferProcs array_buffer = {export_buffer, release_buffer};

}  // namespace weft::python
