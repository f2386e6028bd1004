// An operator as a Python object: what calls (operators.cpp) and descriptions (operator_schema.cpp)
// share.
#pragma once

#include "native.h"

namespace weft::python {

struct OperatorObject {
  PyObject_HEAD vectorcallfunc call;
  weft_op op;
  weft_op_info info;
  PyObject** names;  // interned, one per argument
};

inline OperatorObject* self_of(PyObject* object) {
  return reinterpret_cast<OperatorObject*>(object);
}
inline int argument_count(const OperatorObject* self) {
  return self->info.inputs + self->info.attributes;
}

extern PyGetSetDef operator_attributes[];

// The number, text or tuple that a value of an attribute is; a dtype as its name.
PyObject* value_object(const weft_value& value);
// The tag of a kind's name in a schema, such as "int"; WEFT_TAG_DEFAULT for what is none.
int32_t argument_kind(const char* name);

}  // namespace weft::python
