/* Weft's C interface: what operators there are, and the one entry that calls them. */
#ifndef WEFT_WEFT_OPERATORS_H_
#define WEFT_WEFT_OPERATORS_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_argument_info {
  const char* name;
  const char* doc;
  /* WEFT_TAG_TENSOR for inputs, TENSORS for a list; INT, FLOAT, BOOL, STRING, INTS, DTYPE,
   * FUNCTION. An INTS may be given as one INT. */
  int32_t kind;
  int32_t required;    /* 0: may be left out */
  int32_t keeps_dtype; /* inputs: stays out of promotion (masks, indices) */
  int32_t takes_none;  /* attributes: WEFT_TAG_NONE has a meaning */
  weft_value fallback; /* attributes: the default */
} weft_argument_info;

typedef struct weft_op_info {
  size_t struct_size;
  const char* name;
  const char* doc;
  const char* place;       /* "np", "npx" or "internal" */
  const char* promotion;   /* "common", "float", "exact" or "keep" */
  const char* like;        /* oracle, such as "numpy.add"; "" if there is none */
  const char* no_gradient; /* the reason why there is none; "" if there is a gradient */
  int32_t composite;       /* made of other operators */
  int32_t elementwise;
  int32_t random;
  int32_t outputs; /* 0: weft_op_count_outputs tells */
  int32_t inputs;
  int32_t attributes;
  const weft_argument_info* arguments; /* inputs, then attributes */
  double domain_low, domain_high;      /* where the function is smooth: sampling for tests */
  int32_t samples;
  const char* const* sample; /* JSON objects: shapes and attributes for tests */
  int32_t effect;            /* does something beside its results: never left out or moved */
  int32_t runs_on_caller;    /* its kernel never runs on the library's own threads */
  const char* library;       /* what has to be loaded for it, as files name it; NULL: built in */
} weft_op_info;

/* Registered operators are behind those that are built in; an index stays that of its operator. */
WEFT_API size_t weft_op_count(void);
WEFT_API weft_op weft_op_at(size_t index); /* NULL past the end */
WEFT_API weft_status weft_op_find(const char* name, weft_op* op);
/* The texts live as long as the library. info->struct_size must be set. */
WEFT_API weft_status weft_op_get_info(weft_op op, weft_op_info* info);

/* How many outputs weft_invoke gives for these arguments, which must stay the same. */
WEFT_API weft_status weft_op_count_outputs(weft_op op, const weft_value* args, size_t nargs,
                                           size_t* count);

/* Applies an operator. outs[i] NULL receives a new reference that the caller releases; otherwise
 * it is the array to write into. Records or traces if this thread does. */
WEFT_API weft_status weft_invoke(weft_op op, const weft_value* args, size_t nargs,
                                 weft_tensor* outs, size_t nouts);

/* What the operator `callback` calls. Inputs are lent, new arrays of the call; outputs, all NULL at
 * first, are filled with new references that the library releases. Called on the thread that runs
 * the operator or the plan, and may use the library. A status other than WEFT_OK ends the call with
 * it. */
typedef weft_status (*weft_host_call)(void* context, const weft_tensor* inputs, size_t ninputs,
                                      weft_tensor* outputs, size_t noutputs);
/* `name` is for errors. `release` (may be NULL) is called once, on any thread, when no graph holds
 * the function any more and the caller has released it, also if this call fails. */
WEFT_API weft_status weft_host_function_create(const char* name, weft_host_call call, void* context,
                                               void (*release)(void* context),
                                               weft_host_function* out);
/* The caller's reference; graphs that call the function have their own. */
WEFT_API void weft_host_function_release(weft_host_function function);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_OPERATORS_H_ */
