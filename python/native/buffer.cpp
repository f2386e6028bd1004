// The buffer protocol.
//
// A consumer gets the array's own memory, pinned while the buffer lives, as it does of NumPy: both
// sides see what either writes. `numpy.asarray(x)` and `memoryview(x)` come here.
//
// An array that has to do with gradients gives a value to those who need not write: the storage is
// held, so that a later write to the array goes to other memory, and NumPy cannot write behind a
// derivative. So does one that a function being traced reads, one on a device, and read-only
// memory. Who asks for bytes alone (`file.write(x)`) reads them at once and gets a value, too.
//
// PyTorch's `asarray` asks for bytes and takes them for numbers of its default dtype, whatever they
// are. So where PyTorch is loaded and the dtype is another one, bytes to write are refused
// (`file.readinto(memoryview(x).cast("B"))` gets them), and so is the request that PyTorch makes
// next. `torch.from_dlpack(x)` and `torch.as_tensor(x)` know the dtype.
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

// May a consumer that does not ask to write get the array's own memory nevertheless?
bool is_shared(weft_tensor tensor, int flags) {
  return (flags & PyBUF_FORMAT) && !(weft_modes() & WEFT_MODE_TRACING) &&
         !weft_tensor_is_recorded(tensor) && !weft_tensor_device(tensor);
}

// Pins the memory, or holds its content where that is enough. Null: it could not be done, and the
// library's text says why.
void* lent_memory(weft_tensor tensor, bool must_write, int flags, Exported& exported,
                  weft_status& status, bool& writable) {
  void* memory = nullptr;
  writable = must_write || is_shared(tensor, flags);
  if (writable) status = weft_tensor_pin(tensor, &exported.hold, &memory);
  if (must_write || (writable && status == WEFT_OK)) return memory;
  writable = false;
  const void* value = nullptr;
  status = weft_tensor_hold(tensor, &exported.hold, &value);
  return const_cast<void*>(value);
}

// Does PyTorch, if it is loaded, take bytes for another dtype than theirs?
bool torch_mistakes(weft_dtype dtype) {
  if (weft_dtype_size(dtype) == 1) return false;
  PyObject* modules = PyImport_GetModuleDict();  // borrowed
  PyObject* torch = modules ? PyDict_GetItemString(modules, "torch") : nullptr;
  if (!torch) return false;
  PyObject* found = PyObject_CallMethod(torch, "get_default_dtype", nullptr);
  PyObject* text = found ? PyObject_Str(found) : nullptr;
  const char* name = text ? PyUnicode_AsUTF8(text) : nullptr;
  const bool is_other = name && std::string(name) != std::string("torch.") + weft_dtype_name(dtype);
  Py_XDECREF(text);
  Py_XDECREF(found);
  PyErr_Clear();  // a module of that name that is another one
  return is_other;
}

// Sets the error for bytes that would be taken for other numbers. PyTorch asks for them to write,
// and, once that is refused, to read.
bool refuses_bytes(weft_tensor tensor, int flags) {
  static thread_local weft_tensor refused = nullptr;
  const bool is_second = refused == tensor && flags == PyBUF_SIMPLE;
  refused = nullptr;
  if (flags != PyBUF_WRITABLE && !is_second) return false;
  const weft_dtype dtype = weft_tensor_dtype(tensor);
  if (!torch_mistakes(dtype)) return false;
  if (!is_second) refused = tensor;
  const std::string text = std::string("ndarray: bytes of ") + weft_dtype_name(dtype) +
                           " without their dtype: PyTorch would take them for its default dtype; "
                           "write torch.from_dlpack(x), or memoryview(x).cast(\"B\") for bytes";
  raise_not_shared(text.c_str());
  return true;
}

int export_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  weft_tensor tensor = tensor_of(self);
  const weft_dtype dtype = weft_tensor_dtype(tensor);
  if (refuses_bytes(tensor, flags)) return -1;
  const bool must_write = (flags & PyBUF_WRITABLE) != 0;
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
  weft_status status = WEFT_OK;
  bool writable = false;
  void* memory = lent_memory(tensor, must_write, flags, *exported, status, writable);
  if (status != WEFT_OK) {
    PyMem_Free(exported);
    if (must_write) return refuse(weft_last_error());  // a consumer may ask again, to read only
    raise_status(status);
    return -1;
  }
  const int rank = weft_tensor_rank(tensor);
  const Py_ssize_t size = static_cast<Py_ssize_t>(weft_dtype_size(dtype));
  for (int axis = 0; axis < rank; ++axis) {
    exported->shape[axis] = weft_tensor_shape(tensor)[axis];
    exported->strides[axis] = weft_tensor_strides(tensor)[axis] * size;
  }
  view->buf = memory;
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
