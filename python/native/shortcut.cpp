// A function of Python in front of an operator. A call that both understand alike, which most calls
// are, goes straight to the operator; the function gets all others. So arguments that NumPy has and
// an operator lacks cost nothing where they are not given.
//
// Each one lives as long as the process: they are functions of modules.
#include <cstddef>

#include "native.h"

namespace weft::python {
namespace {

struct ShortcutObject {
  PyObject_HEAD vectorcallfunc call;
  PyObject* target;      // what takes the simple calls
  PyObject* function;    // what takes the others
  PyObject* keywords;    // tuple of interned names that mean the same to both
  PyObject* attributes;  // __dict__
  Py_ssize_t most;       // how many arguments by position mean the same to both
  Py_ssize_t least;      // with fewer by position the function is meant
};

ShortcutObject* self_of(PyObject* object) { return reinterpret_cast<ShortcutObject*>(object); }

// Names in a call are interned, so pointers tell; a name that is not goes the long way.
bool knows_all(const ShortcutObject* self, PyObject* names) {
  const Py_ssize_t known = PyTuple_GET_SIZE(self->keywords);
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(names); ++i) {
    Py_ssize_t k = 0;
    while (k < known && PyTuple_GET_ITEM(self->keywords, k) != PyTuple_GET_ITEM(names, i)) ++k;
    if (k == known) return false;
  }
  return true;
}

PyObject* call(PyObject* object, PyObject* const* args, size_t flags, PyObject* names) {
  const ShortcutObject* self = self_of(object);
  const Py_ssize_t given = PyVectorcall_NARGS(flags);
  const bool is_simple =
      given <= self->most && given >= self->least && (!names || knows_all(self, names));
  return PyObject_Vectorcall(is_simple ? self->target : self->function, args, flags, names);
}

// Shortcut(target, function, most, keywords, least=0)
PyObject* make(PyTypeObject* type, PyObject* args, PyObject* named) {
  PyObject *target, *function, *keywords;
  Py_ssize_t most, least = 0;
  static const char* const names[] = {"target", "function", "most", "keywords", "least", nullptr};
  if (!PyArg_ParseTupleAndKeywords(args, named, "OOnO!|n:Shortcut", const_cast<char**>(names),
                                   &target, &function, &most, &PyTuple_Type, &keywords, &least))
    return nullptr;
  ShortcutObject* self = PyObject_New(ShortcutObject, type);
  if (!self) return nullptr;
  self->call = call;
  self->target = Py_NewRef(target);
  self->function = Py_NewRef(function);
  self->keywords = Py_NewRef(keywords);
  self->attributes = nullptr;
  self->most = most;
  self->least = least;
  return reinterpret_cast<PyObject*>(self);
}

void destroy(PyObject* object) {
  ShortcutObject* self = self_of(object);
  Py_DECREF(self->target);
  Py_DECREF(self->function);
  Py_DECREF(self->keywords);
  Py_XDECREF(self->attributes);
  PyObject_Free(object);
}

// An attribute of the object's own, else that of what it stands for. Descriptions of operators are
// written when somebody asks for them.
PyObject* described(PyObject* object, void* name) {
  const ShortcutObject* self = self_of(object);
  const char* const attribute = static_cast<const char*>(name);
  PyObject* own = self->attributes ? PyDict_GetItemString(self->attributes, attribute) : nullptr;
  if (own) return Py_NewRef(own);
  PyObject* wrapped =
      self->attributes ? PyDict_GetItemString(self->attributes, "__wrapped__") : nullptr;
  return PyObject_GetAttrString(wrapped ? wrapped : self->function, attribute);
}

int set_doc(PyObject* object, PyObject* text, void*) {
  ShortcutObject* self = self_of(object);
  if (!self->attributes) self->attributes = PyDict_New();
  if (!self->attributes) return -1;
  return PyDict_SetItemString(self->attributes, "__doc__", text ? text : Py_None);
}

PyObject* represent(PyObject* object) {
  PyObject* module = described(object, const_cast<char*>("__module__"));
  PyObject* name = module ? described(object, const_cast<char*>("__name__")) : nullptr;
  PyObject* text = name ? PyUnicode_FromFormat("<function %U.%U>", module, name) : nullptr;
  Py_XDECREF(module);
  Py_XDECREF(name);
  return text;
}

// Pickled by name, as functions are.
PyObject* reduce(PyObject* object, PyObject*) {
  return described(object, const_cast<char*>("__qualname__"));
}

// One that is an attribute of the array type is a method.
PyObject* bind(PyObject* function, PyObject* object, PyObject*) {
  return object ? PyMethod_New(function, object) : Py_NewRef(function);
}

PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr},
                         {nullptr, nullptr, 0, nullptr}};

PyGetSetDef attributes[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {"__doc__", described, set_doc, nullptr, const_cast<char*>("__doc__")},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyTypeObject make_type() {
  PyTypeObject type = {};
  Py_SET_REFCNT(reinterpret_cast<PyObject*>(&type), 1);  // static: never freed
  type.tp_name = "weft._native.Shortcut";
  type.tp_basicsize = sizeof(ShortcutObject);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR;
  type.tp_vectorcall_offset = offsetof(ShortcutObject, call);
  type.tp_dictoffset = offsetof(ShortcutObject, attributes);
  type.tp_call = PyVectorcall_Call;
  type.tp_new = make;
  type.tp_dealloc = destroy;
  type.tp_descr_get = bind;
  type.tp_repr = represent;
  type.tp_methods = methods;
  type.tp_getset = attributes;
  return type;
}

}  // namespace

PyTypeObject shortcut_type = make_type();

}  // namespace weft::python
