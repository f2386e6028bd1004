/* Weft's C interface: operators of your own, in a program or in a library of them. */
#ifndef WEFT_WEFT_REGISTER_H_
#define WEFT_WEFT_REGISTER_H_

#include "weft_operators.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory of an array. */
typedef struct weft_view {
  void* data;
  int64_t shape[WEFT_MAX_RANK];
  int64_t strides[WEFT_MAX_RANK]; /* in elements */
  int32_t rank;                   /* -1: an optional input that is absent */
  uint8_t dtype;                  /* a weft_dtype */
} weft_view;

/* The callbacks of an operator are given its `context` and what one call is about. The arrays of a
 * list are flat behind the other inputs; attributes are complete, in the order of the definition.
 * A callback that fails returns weft_fail(status, "why"): the text follows the operator's name in
 * weft_last_error. */
WEFT_API weft_status weft_fail(weft_status status, const char* message);

typedef struct weft_types_call {
  size_t struct_size;
  const weft_type* in; /* dtypes already promoted */
  size_t nin;
  const weft_value* attributes;
  size_t nattributes;
  weft_type* out;
  size_t nout;
} weft_types_call;

typedef struct weft_kernel_call {
  size_t struct_size;
  const weft_view* in; /* scalars have become arrays of one element */
  size_t nin;
  const weft_view* out; /* dense, of the inferred types; on an input only by WEFT_OP_IN_PLACE */
  size_t nout;
  const weft_value* attributes;
  size_t nattributes;
  void* scratch; /* what scratch_bytes asked for */
  uint64_t seed; /* of random operators: these two numbers decide the result */
  uint64_t ordinal;
} weft_kernel_call;

/* Gradients and compositions are written in other operators, over a builder: it computes them at
 * once, records them or puts them into a graph, and the rule cannot tell which. So a rule reads
 * types, never values. A builder keeps its first error and gives harmless operands from then on:
 * rules need no checks. Builder and operands are lent until the rule returns; a rule ends no trace
 * that it has not begun. */
typedef struct weft_builder_* weft_builder;
typedef int32_t weft_operand;
#define WEFT_ABSENT (-1) /* an optional input that is not there; a cotangent of zeros */

typedef struct weft_rule_call {
  size_t struct_size;
  weft_builder builder;
  const weft_operand* in;
  size_t nin;
  const weft_value* attributes;
  size_t nattributes;
  /* Gradients: the outputs of the call, their cotangents, and which inputs want a gradient. */
  const weft_operand* out;
  const weft_operand* cotangent;
  size_t nout;
  const uint8_t* needed;
  /* To be filled in; WEFT_ABSENT at first. Gradients: one for each input, whose shape may still be
   * the broadcast one. Compositions: one for each output. */
  weft_operand* result;
  size_t nresult;
} weft_rule_call;

/* Applies an operator; attributes may stop early. Returns its first output; `outs` (may be NULL)
 * receives all, whose number must be `nouts`. */
WEFT_API weft_operand weft_builder_emit(weft_builder builder, weft_op op, const weft_operand* in,
                                        size_t nin, const weft_value* attributes,
                                        size_t nattributes, weft_operand* outs, size_t nouts);
/* A number, which takes the dtype of the arrays that it meets. */
WEFT_API weft_operand weft_builder_scalar(weft_builder builder, weft_value number);
/* What is known of an operand; rank -1 if it is absent. `number` (may be NULL) receives the number
 * of a scalar, else tag WEFT_TAG_DEFAULT. */
WEFT_API weft_status weft_builder_get_type(weft_builder builder, weft_operand operand,
                                           weft_type* type, weft_value* number);

typedef struct weft_op_definition {
  size_t struct_size;
  uint32_t abi_major, abi_minor; /* what the definition was compiled with */
  const char* name;              /* a word of letters, digits and underscores */
  const char* doc;               /* a sentence */
  const char* place;             /* "npx" or "internal"; NULL: "npx" */
  /* What files ask for that use the operator; NULL: the library that is being loaded. */
  const char* library;
  const char* promotion; /* "common", "float", "exact" or "keep"; NULL: "common" */
  int32_t inputs;
  int32_t attributes;
  const weft_argument_info* arguments; /* inputs, then attributes */
  int32_t outputs;                     /* 0: count_outputs tells */
  uint32_t flags;                      /* WEFT_OP_* */
  const char* no_gradient;             /* the reason for having no gradient rule */
  /* For tests, as in weft_op_info. */
  const char* like;
  double domain_low, domain_high; /* equal: -2 and 2 */
  int32_t samples;
  const char* const* sample;
  /* Given to each callback; has to stay good for ever. */
  void* context;
  /* Either a kernel with types and a gradient (or the reason for none), or a composition. Any
   * thread may call them, several at once. */
  weft_status (*infer)(void* context, const weft_types_call* call);
  weft_status (*kernel)(void* context, const weft_kernel_call* call);
  weft_status (*gradient)(void* context, const weft_rule_call* call);
  weft_status (*compose)(void* context, const weft_rule_call* call);
  weft_status (*count_outputs)(void* context, const weft_value* attributes, size_t nattributes,
                               size_t* count);
  /* Bytes of memory that a kernel wants beside its arrays, for so many threads; NULL: none. */
  int64_t (*scratch_bytes)(void* context, const weft_types_call* types, int32_t threads);
} weft_op_definition;
#define WEFT_OP_DEFINITION_INIT                                                                  \
  {                                                                                              \
    sizeof(weft_op_definition), WEFT_ABI_MAJOR, WEFT_ABI_MINOR, NULL, NULL, NULL, NULL, NULL, 0, \
        0, NULL, 1, 0, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL       \
  }
enum {
  WEFT_OP_READS_STRIDES = 1,  /* the kernel takes inputs of any strides; else they are dense */
  WEFT_OP_IN_PLACE = 2,       /* it writes element i after its last read of any input's element i */
  WEFT_OP_RUNS_ON_CALLER = 4, /* it must not run on the library's own threads */
  WEFT_OP_RANDOM = 8          /* its result depends on seed and ordinal: every call draws anew */
};
/* Adds an operator, for ever. It is called, recorded, traced, planned and exported like one that is
 * built in. Texts are copied. `op` may be NULL. An incomplete definition, a name that is taken and
 * another version of the interface are refused; nothing is added then. */
WEFT_API weft_status weft_op_register(const weft_op_definition* definition, weft_op* op);

/* Splits [0, units) among the library's threads, in pieces of about `grain` at least; `thread` is
 * below weft_num_threads(). Returns when all pieces are done. For kernels. */
WEFT_API void weft_parallel_for(int64_t units, int64_t grain, void* context,
                                void (*body)(void* context, int64_t begin, int64_t end,
                                             int32_t thread));

/* Loads a shared library of operators and calls its function
 *     weft_status weft_library_init(void);
 * which registers them. Files that use them name the library by the last part of `path`. It need
 * not be linked with libweft: it is given the one that loads it (a program that contains libweft
 * has to export its symbols). Loading it again does nothing. What it has registered when it fails
 * stays. WEFT_NOT_FOUND: there is no such file. */
WEFT_API weft_status weft_library_load(const char* path);
#define WEFT_LIBRARY_EXPORT WEFT_API

/* For bindings whose rules are functions on arrays: a trace inside a rule, from types, whatever
 * else the thread does; that goes on when this trace has ended. */
WEFT_API weft_status weft_trace_begin_rule(const weft_type* types, size_t count,
                                           weft_tensor* placeholders);
/* Applies a function over the builder of a rule. It was traced for the types of these operands, and
 * neither captures arrays nor writes to them. */
WEFT_API weft_status weft_builder_apply(weft_builder builder, weft_function function,
                                        const weft_operand* in, size_t nin, weft_operand* outs,
                                        size_t nouts);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_REGISTER_H_ */
