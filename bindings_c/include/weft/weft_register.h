/* Weft's C interface: operators of your own, in a program or in a library of them. */
#ifndef WEFT_WEFT_REGISTER_H_
#define WEFT_WEFT_REGISTER_H_

#include "weft_operators.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An array in memory, as a kernel sees it. */
typedef struct weft_view {
  void* data;
  int64_t shape[WEFT_MAX_RANK];
  int64_t strides[WEFT_MAX_RANK]; /* in elements */
  int32_t rank;                   /* -1: an optional input that is absent */
  uint8_t dtype;                  /* a weft_dtype */
} weft_view;

/* Callbacks: each callback of an operator is given the operator's `context` and the description of
 * one call. An input that is a list contributes its arrays one by one, behind the other inputs.
 * Attributes are complete, in the order of the definition. */

/* Fails a callback with a text: the callback returns weft_fail(status, "why"), and the text follows
 * the operator's name in weft_last_error. It returns `status`. */
WEFT_API weft_status weft_fail(weft_status status, const char* message);

/* One call of type inference, or of scratch_bytes. */
typedef struct weft_types_call {
  size_t struct_size;
  const weft_type* in; /* dtypes are already promoted */
  size_t nin;
  const weft_value* attributes;
  size_t nattributes;
  weft_type* out; /* for `infer` to fill in */
  size_t nout;
} weft_types_call;

/* One call of a kernel. */
typedef struct weft_kernel_call {
  size_t struct_size;
  const weft_view* in; /* scalars have become arrays of one element */
  size_t nin;
  /* Dense, of the inferred types; may lie on an input only with WEFT_OP_IN_PLACE. */
  const weft_view* out;
  size_t nout;
  const weft_value* attributes;
  size_t nattributes;
  void* scratch; /* of the size that scratch_bytes gave */
  uint64_t seed; /* for random operators: these two numbers alone decide the result */
  uint64_t ordinal;
} weft_kernel_call;

/* What gradient rules and compositions are written in: they call operators over a builder. The
 * builder computes at once, records or adds nodes to a graph, and the rule cannot tell which; so a
 * rule reads types and never values. A builder keeps its first error and gives harmless operands
 * from then on, so that rules need no checks. Builder and operands are lent until the rule returns.
 * A rule ends only traces that it has begun. */
typedef struct weft_builder_* weft_builder;
typedef int32_t weft_operand;
#define WEFT_ABSENT (-1) /* an optional input that is left out, or a cotangent that is zero */

/* One call of a gradient rule or a composition. */
typedef struct weft_rule_call {
  size_t struct_size;
  weft_builder builder;
  const weft_operand* in;
  size_t nin;
  const weft_value* attributes;
  size_t nattributes;
  /* For gradients only: the outputs of the call, their cotangents, and which inputs need a gradient
   * (0 or 1). */
  const weft_operand* out;
  const weft_operand* cotangent;
  size_t nout;
  const uint8_t* needed;
  /* For the rule to fill in; all WEFT_ABSENT at first. Gradients: one for each input, which may
   * still have the shape that the input was broadcast to. Compositions: one for each output. */
  weft_operand* result;
  size_t nresult;
} weft_rule_call;

/* Applies an operator; attributes at the end may be left out. Returns its first output; `outs` (may
 * be NULL) receives all of them, and `nouts` must then be their number. */
WEFT_API weft_operand weft_builder_emit(weft_builder builder, weft_op op, const weft_operand* in,
                                        size_t nin, const weft_value* attributes,
                                        size_t nattributes, weft_operand* outs, size_t nouts);
/* Gives a number as an operand; it takes the dtype of the arrays that it is used with. */
WEFT_API weft_operand weft_builder_scalar(weft_builder builder, weft_value number);
/* Gives the type of an operand; the rank is -1 if it is absent. `number` (may be NULL) receives the
 * number if the operand is a scalar, else the tag WEFT_TAG_DEFAULT. */
WEFT_API weft_status weft_builder_get_type(weft_builder builder, weft_operand operand,
                                           weft_type* type, weft_value* number);

/* All of an operator. Start from WEFT_OP_DEFINITION_INIT. */
typedef struct weft_op_definition {
  size_t struct_size;
  /* WEFT_ABI_MAJOR and WEFT_ABI_MINOR of the header that it was compiled with. */
  uint32_t abi_major, abi_minor;
  const char* name;  /* a word of letters, digits and underscores */
  const char* doc;   /* a sentence */
  const char* place; /* "npx" or "internal"; NULL: "npx" */
  /* The library that files which use the operator ask for; NULL: the one that is being loaded. */
  const char* library;
  const char* promotion; /* "common", "float", "exact" or "keep"; NULL: "common" */
  int32_t inputs;
  int32_t attributes;
  const weft_argument_info* arguments; /* inputs, then attributes */
  int32_t outputs;                     /* 0: count_outputs gives the number */
  uint32_t flags;                      /* WEFT_OP_* */
  const char* no_gradient;             /* the reason for having no gradient rule */
  /* For tests, as in weft_op_info. */
  const char* like;
  double domain_low, domain_high; /* equal: the tests draw from -2 to 2 */
  int32_t samples;
  const char* const* sample;
  /* Given to each callback; it must stay valid as long as the process. */
  void* context;
  /* Either a kernel with inference and a gradient (or the reason for none), or a composition. Any
   * thread may call the functions, several at the same time. */
  weft_status (*infer)(void* context, const weft_types_call* call);
  weft_status (*kernel)(void* context, const weft_kernel_call* call);
  weft_status (*gradient)(void* context, const weft_rule_call* call);
  weft_status (*compose)(void* context, const weft_rule_call* call);
  weft_status (*count_outputs)(void* context, const weft_value* attributes, size_t nattributes,
                               size_t* count);
  /* Bytes of scratch that a kernel needs on so many threads; NULL: none. */
  int64_t (*scratch_bytes)(void* context, const weft_types_call* types, int32_t threads);
} weft_op_definition;
#define WEFT_OP_DEFINITION_INIT                                                                  \
  {                                                                                              \
    sizeof(weft_op_definition), WEFT_ABI_MAJOR, WEFT_ABI_MINOR, NULL, NULL, NULL, NULL, NULL, 0, \
        0, NULL, 1, 0, NULL, NULL, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL       \
  }
/* Bits of weft_op_definition::flags. */
enum {
  WEFT_OP_READS_STRIDES = 1, /* the kernel takes inputs of any strides; without it they are dense */
  /* The kernel writes element i after its last read of element i of every input. */
  WEFT_OP_IN_PLACE = 2,
  WEFT_OP_RUNS_ON_CALLER = 4, /* the kernel must not run on the library's own threads */
  WEFT_OP_RANDOM = 8 /* the result depends on seed and ordinal, so that every call draws anew */
};
/* Adds an operator; it stays for the life of the process. It can be called, recorded, traced,
 * planned and exported as a built-in one. Texts are copied. `op` may be NULL. It fails, and adds
 * nothing, for an incomplete definition, a name that is taken, or another version of the
 * interface. Some operators of Weft wait for a kernel (`lapack_inv`): for these a definition needs
 * `name` and `kernel` alone, and the first kernel stays. */
WEFT_API weft_status weft_op_register(const weft_op_definition* definition, weft_op* op);

/* For kernels: splits [0, units) among the library's threads, in pieces of about `grain` units or
 * more, and calls `body` for each. `thread` is below weft_num_threads(). Returns when all pieces
 * are done. */
WEFT_API void weft_parallel_for(int64_t units, int64_t grain, void* context,
                                void (*body)(void* context, int64_t begin, int64_t end,
                                             int32_t thread));

/* Loads a shared library of operators and calls its function
 *     weft_status weft_library_init(void);
 * which registers them. Files that use the operators name the library by the last part of `path`.
 * The library need not be linked with libweft: it uses the libweft that loads it (a program that
 * contains libweft has to export its symbols). Loading it again does nothing. If its function
 * fails, the operators that it has registered until then stay. WEFT_NOT_FOUND: there is no such
 * file. */
WEFT_API weft_status weft_library_load(const char* path);
/* Marks weft_library_init as exported. */
#if defined(_WIN32)
#define WEFT_LIBRARY_EXPORT __declspec(dllexport)
#else
#define WEFT_LIBRARY_EXPORT WEFT_API
#endif

/* For bindings whose rules are functions on arrays: begins a trace inside a rule, from types. The
 * thread's own trace or recording pauses and goes on when this trace has ended. */
WEFT_API weft_status weft_trace_begin_rule(const weft_type* types, size_t count,
                                           weft_tensor* placeholders);
/* For such a rule: applies a traced function over the rule's builder. The function must have been
 * traced for the types of these operands, and must neither capture arrays nor write to its
 * inputs. */
WEFT_API weft_status weft_builder_apply(weft_builder builder, weft_function function,
                                        const weft_operand* in, size_t nin, weft_operand* outs,
                                        size_t nouts);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_REGISTER_H_ */
