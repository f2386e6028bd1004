// DLPack in Python: capsules out of arrays, and arrays out of capsules.
//
// Memory of others is given back on the thread that drops the last array on it. The producer's
// deleter may touch Python objects, so it runs with the GIL: at once if the thread holds it, else
// later, as a pending call of the interpreter.
#include <weft/weft_dlpack.h>

#include <atomic>

#include "native.h"

namespace weft::python {
namespace {

// The capsule names of both forms, before and after the array was taken.
template <class Managed>
struct Form;
template <>
struct Form<DLManagedTensorVersioned> {
  static constexpr const char* kName = "dltensor_versioned";
  static constexpr const char* kUsed = "used_dltensor_versioned";
};
template <>
struct Form<DLManagedTensor> {
  static constexpr const char* kName = "dltensor";
  static constexpr const char* kUsed = "used_dltensor";
};

// ---- out: capsules ----

// The capsule's destructor, for an array that nobody took.
template <class Managed>
void drop_capsule(PyObject* capsule) {
  if (!PyCapsule_IsValid(capsule, Form<Managed>::kName)) return;
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Form<Managed>::kName));
  if (managed->deleter) managed->deleter(managed);
}

template <class Managed>
PyObject* capsule_of(Managed* managed) {
  PyObject* capsule = PyCapsule_New(managed, Form<Managed>::kName, drop_capsule<Managed>);
  if (!capsule) managed->deleter(managed);
  return capsule;
}

// A state that forbids sharing is a BufferError, as the protocol asks.
PyObject* refused(weft_status status) {
  return status == WEFT_INVALID_STATE ? raise_not_shared(weft_last_error()) : raise_status(status);
}

PyObject* exported(weft_tensor tensor, bool versioned, bool is_copy) {
  if (!versioned) {
    DLManagedTensor* managed = nullptr;
    const weft_status status = weft_tensor_to_dlpack_unversioned(tensor, &managed);
    return status == WEFT_OK ? capsule_of(managed) : refused(status);
  }
  DLManagedTensorVersioned* managed = nullptr;
  const weft_status status = weft_tensor_to_dlpack(tensor, &managed);
  if (status != WEFT_OK) return refused(status);
  if (is_copy) managed->flags |= DLPACK_FLAG_BITMASK_IS_COPIED;
  return capsule_of(managed);
}

// Is `dl_device` the host, (type, id)? False: a Python error is set.
bool is_host(PyObject* device) {
  if (device == Py_None) return true;
  int type = 0, id = 0;
  if (!PyTuple_Check(device) || !PyArg_ParseTuple(device, "ii", &type, &id)) {
    PyErr_Clear();
    raise_error(WEFT_INVALID_TYPE, "__dlpack__: `dl_device` must be a tuple (type, id); got %R",
                device);
    return false;
  }
  if (type == kDLCPU) return true;
  raise_not_shared("__dlpack__: the array is in host memory; `dl_device` must be None or (1, 0)");
  return false;
}

// Which form the consumer understands, by the newest version that it names.
bool wants_versions(PyObject* version, bool* versioned) {
  *versioned = false;
  if (version == Py_None) return true;
  int major = 0, minor = 0;
  if (!PyTuple_Check(version) || !PyArg_ParseTuple(version, "ii", &major, &minor)) {
    PyErr_Clear();
    raise_error(WEFT_INVALID_TYPE,
                "__dlpack__: `max_version` must be a tuple (major, minor); got %R", version);
    return false;
  }
  *versioned = major >= DLPACK_MAJOR_VERSION;
  return true;
}

// ---- in: deleters of others ----

// A structure whose deleter waits for the GIL. The list is lock-free: threads of the engine add to
// it.
struct Doomed {
  Doomed* next;
  void* managed;
  void (*free)(void* managed);
};
std::atomic<Doomed*> doomed{nullptr};

// Calls the waiting deleters, with the GIL.
int drain(void*) {
  Doomed* list = doomed.exchange(nullptr);
  while (list) {
    Doomed* next = list->next;
    list->free(list->managed);
    PyMem_RawFree(list);
    list = next;
  }
  return 0;
}

template <class Managed>
void call_deleter(void* self) {
  auto* managed = static_cast<Managed*>(self);
  PyObject *type, *value, *trace;  // the deleter may run while an exception is set
  PyErr_Fetch(&type, &value, &trace);
  managed->deleter(managed);
  PyErr_Restore(type, value, trace);
}

template <class Managed>
void release_managed(Managed* managed) {
  if (!managed->deleter || !Py_IsInitialized()) return;  // at exit the system frees everything
  if (PyGILState_Check()) {
    call_deleter<Managed>(managed);
    return;
  }
  auto* entry = static_cast<Doomed*>(PyMem_RawMalloc(sizeof(Doomed)));
  if (!entry) return;
  Doomed* first = doomed.load();
  do {
    *entry = {first, managed, call_deleter<Managed>};
  } while (!doomed.compare_exchange_weak(first, entry));
  // The entry may be gone by now. If the interpreter's queue is full, the next exchange drains the
  // list.
  if (!first) Py_AddPendingCall(drain, nullptr);
}

weft_status import(DLManagedTensorVersioned* managed, weft_tensor* out) {
  return weft_tensor_from_dlpack(managed, release_managed<DLManagedTensorVersioned>, out);
}
weft_status import(DLManagedTensor* managed, weft_tensor* out) {
  return weft_tensor_from_dlpack_unversioned(managed, release_managed<DLManagedTensor>, out);
}

// Takes the array out of a capsule. On failure the capsule keeps it and frees it later.
template <class Managed>
PyObject* imported(PyObject* capsule) {
  auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Form<Managed>::kName));
  weft_tensor tensor = nullptr;
  const weft_status status = import(managed, &tensor);
  if (status != WEFT_OK) return raise_status(status);
  PyCapsule_SetName(capsule, Form<Managed>::kUsed);
  return wrap(tensor);
}

}  // namespace

PyObject* to_dlpack(PyObject* self, PyObject* args, PyObject* keywords) {
  static const char* const names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
  PyObject *stream = Py_None, *version = Py_None, *device = Py_None, *copy = Py_None;
  bool versioned = false;
  drain(nullptr);
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$OOOO:__dlpack__", const_cast<char**>(names),
                                   &stream, &version, &device, &copy) ||
      !wants_versions(version, &versioned) || !is_host(device)) {
    return nullptr;
  }
  if (stream != Py_None) {
    return raise_error(WEFT_INVALID_VALUE,
                       "__dlpack__: `stream` must be None for host memory; got %R", stream);
  }
  const int copied = copy == Py_None ? 0 : PyObject_IsTrue(copy);
  if (copied < 0) return nullptr;
  if (!copied) return exported(tensor_of(self), versioned, false);
  static const weft_op op = find_operator("copy");
  const weft_value value = tensor_value(tensor_of(self));
  weft_tensor own = invoke(op, &value, 1);
  if (!own) return nullptr;
  PyObject* capsule = exported(own, versioned, true);
  weft_tensor_release(own);
  return capsule;
}

PyObject* dlpack_device(PyObject* self, PyObject*) {
  const bool is_host = weft_tensor_device(tensor_of(self)) == nullptr;
  return Py_BuildValue("(ii)", is_host ? kDLCPU : kDLExtDev, 0);
}

PyObject* from_capsule(PyObject* capsule) {
  drain(nullptr);
  if (PyCapsule_IsValid(capsule, Form<DLManagedTensorVersioned>::kName)) {
    return imported<DLManagedTensorVersioned>(capsule);
  }
  if (PyCapsule_IsValid(capsule, Form<DLManagedTensor>::kName)) {
    return imported<DLManagedTensor>(capsule);
  }
  if (PyCapsule_IsValid(capsule, Form<DLManagedTensorVersioned>::kUsed) ||
      PyCapsule_IsValid(capsule, Form<DLManagedTensor>::kUsed)) {
    return raise_error(WEFT_INVALID_VALUE,
                       "from_dlpack: the capsule's array has been taken already; ask its producer "
                       "for another");
  }
  return raise_error(WEFT_INVALID_TYPE,
                     "from_dlpack: `x` must be an array with `__dlpack__` or its capsule; got %s",
                     Py_TYPE(capsule)->tp_name);
}

}  // namespace weft::python
