// An operator as a Python object: what its calls (operators.cpp) and its description
// (operator_schema.cpp) share.
#pragma once

#include "native.h"

namespace weft::python {

// It lives as long as the process.
struct OperatorObject {
  PyObject_HEAD vectorcallfunc call;
  weft_op op;
  weft_op_info info;
  PyObject** names;  // interned, one for each argument
};

inline OperatorObject* self_of(PyObject* object) {
  return reinterpret_cast<OperatorObject*>(object);
}
inline int argument_count(const OperatorObject* self) {
  return self->info.inputs + self->info.attributes;
}

extern PyGetSetDef operator_attributes[];

// The value of an attribute as a number, text or tuple; a dtype as its name.
PyObject* value_object(const weft_value& value);
// The tag for the name of a kind in a schema, such as "int"; WEFT_TAG_DEFAULT for an unknown name.
int32_t argument_kind(const char* name);

}  // namespace weft::python
