/* Weft's C interface: what operators there are, and the one entry that calls them. */
#ifndef WEFT_WEFT_OPERATORS_H_
#define WEFT_WEFT_OPERATORS_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One argument of an operator, as its schema describes it. */
typedef struct weft_argument_info {
  const char* name;
  const char* doc;
  /* For inputs WEFT_TAG_TENSOR, or TENSORS for a list. For attributes INT, FLOAT, BOOL, STRING,
   * INTS, DTYPE or FUNCTION; an INTS may be given as one INT. */
  int32_t kind;
  int32_t required;    /* 0: may be left out */
  int32_t keeps_dtype; /* inputs: takes no part in the promotion of dtypes (masks, indices) */
  int32_t takes_none;  /* attributes: WEFT_TAG_NONE has a meaning */
  weft_value fallback; /* attributes: the default */
} weft_argument_info;

/* What an operator says of itself. */
typedef struct weft_op_info {
  size_t struct_size;
  const char* name;
  const char* doc;
  const char* place;       /* "np", "npx" or "internal" */
  const char* promotion;   /* "common", "float", "exact" or "keep" */
  const char* like;        /* an oracle for tests, such as "numpy.add"; "" if there is none */
  const char* no_gradient; /* the reason why there is none; "" if there is a gradient */
  int32_t composite;       /* written in other operators */
  int32_t elementwise;
  int32_t random;
  int32_t outputs; /* 0: the number depends on the arguments; weft_op_count_outputs gives it */
  int32_t inputs;
  int32_t attributes;
  const weft_argument_info* arguments; /* inputs, then attributes */
  double domain_low, domain_high;      /* where the function is smooth: tests draw from it */
  int32_t samples;
  const char* const* sample; /* JSON objects: shapes and attributes for tests */
  int32_t effect;         /* does something beside its results, so it is never left out or moved */
  int32_t runs_on_caller; /* its kernel never runs on the library's own threads */
  const char* library;    /* the library that a file which uses it asks for; NULL: it is built in */
} weft_op_info;

/* The number of operators. Registered operators come after the built-in ones; the index of an
 * operator never changes. */
WEFT_API size_t weft_op_count(void);
/* An operator by index; NULL past the end. */
WEFT_API weft_op weft_op_at(size_t index);
/* Finds an operator by name; WEFT_NOT_FOUND if there is none. */
WEFT_API weft_status weft_op_find(const char* name, weft_op* op);
/* Describes an operator. Set info->struct_size first. The texts live as long as the library. */
WEFT_API weft_status weft_op_get_info(weft_op op, weft_op_info* info);

/* Gives the number of outputs that weft_invoke has with these arguments. Pass the same ones to
 * it. */
WEFT_API weft_status weft_op_count_outputs(weft_op op, const weft_value* args, size_t nargs,
                                           size_t* count);

/* Applies an operator. Where outs[i] is NULL it receives a new reference that the caller releases;
 * otherwise it is the array to write into. The call is recorded or traced if this thread records or
 * traces. */
WEFT_API weft_status weft_invoke(weft_op op, const weft_value* args, size_t nargs,
                                 weft_tensor* outs, size_t nouts);

/* A function that the operator `callback` calls. `inputs` are lent. `outputs` are all NULL at
 * first; the function fills them with new references, which the library releases. It is called on
 * the thread that runs the operator or the plan, and may use the library. A status other than
 * WEFT_OK ends the call with that status. */
typedef weft_status (*weft_host_call)(void* context, const weft_tensor* inputs, size_t ninputs,
                                      weft_tensor* outputs, size_t noutputs);
/* Makes a function that graphs can call. `name` appears in errors. `release` (may be NULL) is
 * called once, on any thread, when neither a graph nor the caller needs the function any more, also
 * if this call fails. */
WEFT_API weft_status weft_host_function_create(const char* name, weft_host_call call, void* context,
                                               void (*release)(void* context),
                                               weft_host_function* out);
/* Gives the caller's reference back; graphs that call the function keep it alive. */
WEFT_API void weft_host_function_release(weft_host_function function);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_OPERATORS_H_ */
