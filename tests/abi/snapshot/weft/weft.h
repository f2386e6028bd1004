/* Weft's C interface: C99, self-contained. Everything that Weft computes is reached through it;
 * the Python package uses nothing else.
 *
 * Ownership   Handles are reference-counted. Functions named create, load, invoke, begin, end,
 *             call or grad give the caller one reference, to be released; `get` and `at` lend.
 *             release(NULL) does nothing.
 * Errors      Every fallible function returns a weft_status and leaves its outputs untouched on
 *             failure; weft_last_error() then has the text of this thread's failure. No function
 *             exits or throws, and none prints but where the operator `print` is run.
 * Threads     Functions may be called from any thread unless they say otherwise. Reading an array
 *             from several threads is free; writing it excludes others (the caller's duty).
 * Versions    Structs that may grow start with their size. Numbers are never reused.
 */
#ifndef WEFT_WEFT_H_
#define WEFT_WEFT_H_

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define WEFT_API __declspec(dllimport)
#else
#define WEFT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_ABI_MAJOR 0 /* layout or meaning changed: refuse to run */
#define WEFT_ABI_MINOR 3 /* something was added at an end: older callers still work */

typedef int32_t weft_status;
enum {
  WEFT_OK = 0,
  WEFT_INVALID_VALUE = 1, /* shape, axis or number that the contract excludes */
  WEFT_OUT_OF_MEMORY = 2,
  WEFT_UNSUPPORTED = 3, /* valid, but nothing provides it */
  WEFT_NOT_FOUND = 4,
  WEFT_INTERNAL = 5, /* a defect of Weft */
  WEFT_INVALID_TYPE = 6,
  WEFT_INDEX_OUT_OF_RANGE = 7,
  WEFT_OVERFLOW = 8,
  WEFT_IO = 9,             /* a file could not be read or written, or is damaged */
  WEFT_INVALID_STATE = 10, /* the call does not fit what happened before */
  WEFT_INTERRUPTED = 11,   /* the interrupt hook said so; results are unfinished */
  WEFT_CHECK_FAILED = 12   /* what the operator `check` asserts is not so */
};

typedef int32_t weft_dtype;
enum {
  WEFT_BOOL = 0,
  WEFT_UINT8 = 1,
  WEFT_UINT16 = 2,
  WEFT_UINT32 = 3,
  WEFT_UINT64 = 4,
  WEFT_INT8 = 5,
  WEFT_INT16 = 6,
  WEFT_INT32 = 7,
  WEFT_INT64 = 8,
  WEFT_FLOAT16 = 9,
  WEFT_BFLOAT16 = 10,
  WEFT_FLOAT32 = 11,
  WEFT_FLOAT64 = 12
};

typedef struct weft_tensor_* weft_tensor;     /* an array */
typedef const struct weft_op_* weft_op;       /* an operator; lives as long as the library */
typedef struct weft_function_* weft_function; /* a traced graph with its plans */
typedef struct weft_trace_* weft_trace;       /* a trace that is suspended */
typedef struct weft_writer_* weft_writer;     /* a .weft file being put together */
typedef struct weft_model_* weft_model;       /* a loaded .weft file */
typedef struct weft_device_* weft_device;     /* lives as long as the library; NULL: the CPU */
typedef struct weft_context_* weft_context;   /* memory and bindings to run one entry point */
typedef struct weft_host_function_* weft_host_function; /* a function that a graph may call */

/* One argument of an operator: inputs first, then attributes in schema order. The last input of
 * some operators is a list of arrays, in one argument. */
enum {
  WEFT_TAG_DEFAULT = 0, /* the attribute's default; an optional input that is absent */
  WEFT_TAG_TENSOR = 1,
  WEFT_TAG_INT = 2, /* as an input: a weak scalar, which takes the arrays' dtype */
  WEFT_TAG_FLOAT = 3,
  WEFT_TAG_BOOL = 4,
  WEFT_TAG_STRING = 5,   /* `count` bytes at as.text */
  WEFT_TAG_INTS = 6,     /* `count` numbers at as.ints */
  WEFT_TAG_DTYPE = 7,    /* as.integer is a weft_dtype */
  WEFT_TAG_NONE = 8,     /* absent on purpose */
  WEFT_TAG_TENSORS = 9,  /* `count` arrays at as.tensors */
  WEFT_TAG_FUNCTION = 10 /* as.function */
};
typedef struct weft_value {
  uint32_t tag;
  uint32_t count;
  union {
    weft_tensor tensor;
    int64_t integer;
    double real;
    const char* text;
    const int64_t* ints;
    const weft_tensor* tensors;
    weft_host_function function;
  } as;
} weft_value;

/* ---- library ------------------------------------------------------------------------------ */

WEFT_API void weft_abi_version(uint32_t* major, uint32_t* minor);
WEFT_API const char* weft_version(void); /* "0.1.0" */

/* Text of this thread's most recent failure; valid until its next failing call; never NULL. */
WEFT_API const char* weft_last_error(void);

/* One line each: "isa", "threads", "engine", "build". NULL for an unknown name. The text is
 * valid until the thread's next call. */
WEFT_API const char* weft_info(const char* name);

WEFT_API const char* weft_dtype_name(weft_dtype dtype); /* NULL for a number that is none */
WEFT_API weft_status weft_dtype_find(const char* name, weft_dtype* dtype);
WEFT_API size_t weft_dtype_size(weft_dtype dtype);

WEFT_API weft_status weft_set_num_threads(int32_t count); /* at least 1 */
WEFT_API int32_t weft_num_threads(void);

/* "inline": operators run on the calling thread; "async": on the library's threads, and a failure
 * is reported by what reads the result or waits; "serial": one at a time, for debugging. */
WEFT_API weft_status weft_set_engine_policy(const char* policy);
/* Waits for all work; gives the first failure that nobody has seen. */
WEFT_API weft_status weft_wait_all(void);
/* Called round every wait inside the library, so that a binding can let its own lock go. */
WEFT_API void weft_set_wait_hooks(void* (*before)(void), void (*after)(void* token));
/* Asked now and then during long calls, on the calling thread; non-zero ends the call with
 * WEFT_INTERRUPTED. */
WEFT_API void weft_set_interrupt_hook(int32_t (*interrupted)(void));
/* Called when work is queued and when a copy is the largest so far: writes the line of the program
 * that runs now into `text`, for the error of work that fails and for weft_memory. */
WEFT_API void weft_set_origin_hook(void (*origin)(char* text, size_t size));
/* Where the operator `print` writes: is given lines of text, on the thread that runs the operator;
 * another status than WEFT_OK fails the call. NULL: standard output. */
WEFT_API void weft_set_print_hook(weft_status (*print)(const char* text, size_t size));
/* Figures since the start. Set struct_size first. */
typedef struct weft_engine_figures {
  size_t struct_size;
  int64_t fast;       /* operations that met idle arrays only */
  int64_t registered; /* operations that were ordered */
  int64_t waited;     /* waits of a calling thread */
  int64_t queued;     /* operations given to the library's threads */
} weft_engine_figures;
WEFT_API weft_status weft_engine_stats(weft_engine_figures* figures);
/* To be called before fork(): drains work and ends threads, which start again when needed. */
WEFT_API void weft_prepare_fork(void);

/* A block of up to 16 KiB counts with its whole size, a power of two; a larger one with the bytes
 * that were asked for. */
typedef struct weft_memory {
  size_t struct_size;
  int64_t live;         /* bytes in use */
  int64_t peak;         /* most at one time since its reset; idle small blocks count in it */
  int64_t pooled;       /* bytes kept for reuse */
  int64_t system_calls; /* blocks obtained from the system since the start */
  int64_t limit;        /* 0: none */
  /* Copies that nobody wrote down: writes to contents that somebody held, values of pinned
   * arrays. */
  int64_t copies;
  int64_t copied;                /* bytes of all of them */
  int64_t largest_copy;          /* bytes of the largest */
  const char* largest_copy_line; /* from the origin hook; valid until the thread's next call */
} weft_memory;
#define WEFT_MEMORY_INIT \
  { sizeof(weft_memory), 0, 0, 0, 0, 0, 0, 0, 0, NULL }
enum { WEFT_RESET_PEAK = 1, WEFT_RESET_COPIES = 2 };
/* The figures, and then what `reset` names starts again. */
WEFT_API weft_status weft_memory_stats(weft_memory* stats, int32_t reset);
/* Arrays of over 16 KiB are refused with WEFT_OUT_OF_MEMORY where all memory, in use and pooled,
 * would have more bytes. 0: no limit. */
WEFT_API weft_status weft_set_memory_limit(int64_t bytes);
/* Where the memory of arrays and of the library's small objects comes from. Both functions may be
 * called from any thread and must not call the library. */
typedef struct weft_allocator {
  size_t struct_size;
  void* context;
  void* (*allocate)(void* context, size_t bytes, size_t alignment); /* NULL: there is no more */
  void (*free)(void* context, void* block, size_t bytes, size_t alignment);
} weft_allocator;
#define WEFT_ALLOCATOR_INIT \
  { sizeof(weft_allocator), NULL, NULL, NULL }
/* Must come before anything has been allocated: WEFT_INVALID_STATE otherwise. */
WEFT_API weft_status weft_set_allocator(const weft_allocator* allocator);

/* The numbers that random operators give from now on, on any number of threads. */
WEFT_API weft_status weft_random_seed(uint64_t seed);

/* ---- operators: reflection and the one entry that calls them --------------------------------- */

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
WEFT_API void weft_host_function_release(weft_host_function function);
/* ---- operators of your own: in a program, or in a library of them --------------------------- */

#define WEFT_MAX_RANK 16

/* What is known of an array before it is computed. */
typedef struct weft_type {
  weft_dtype dtype;
  int32_t rank; /* -1: an optional input that is absent */
  int64_t shape[WEFT_MAX_RANK];
} weft_type;

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

/* ---- arrays -------------------------------------------------------------------------------- */

/* Dense; filled from `data` (shape[0]*…*size bytes), with zeros when data is NULL. */
WEFT_API weft_status weft_tensor_create(weft_dtype dtype, int32_t rank, const int64_t* shape,
                                        const void* data, weft_tensor* out);
/* An array on the caller's memory: strides in elements (NULL: dense). Writes go there, both sides
 * see them. `free_owner(owner)` is called when the last array on it is gone (may be NULL), never
 * on failure. */
WEFT_API weft_status weft_tensor_wrap(void* data, weft_dtype dtype, int32_t rank,
                                      const int64_t* shape, const int64_t* strides,
                                      int32_t read_only, void* owner, void (*free_owner)(void*),
                                      weft_tensor* out);
WEFT_API weft_tensor weft_tensor_retain(weft_tensor tensor); /* returns its argument */
WEFT_API void weft_tensor_release(weft_tensor tensor);

WEFT_API weft_dtype weft_tensor_dtype(weft_tensor tensor);
WEFT_API int32_t weft_tensor_rank(weft_tensor tensor);
WEFT_API const int64_t* weft_tensor_shape(weft_tensor tensor);
WEFT_API const int64_t* weft_tensor_strides(weft_tensor tensor); /* in elements */
WEFT_API int64_t weft_tensor_elements(weft_tensor tensor);
/* Does it belong to a running trace, so that it has a type but no value? */
WEFT_API int32_t weft_tensor_is_traced(weft_tensor tensor);

WEFT_API weft_status weft_tensor_wait(weft_tensor tensor);
/* Copies the elements, dense and row-major, to `data` of exactly `bytes` bytes. */
WEFT_API weft_status weft_tensor_read(weft_tensor tensor, void* data, size_t bytes);
/* The single element of an array of one: tag INT, FLOAT or BOOL. */
WEFT_API weft_status weft_tensor_item(weft_tensor tensor, weft_value* out);
/* a[...] = value: an array that broadcasts to it, or a scalar. Seen by every view of its box. */
WEFT_API weft_status weft_tensor_write(weft_tensor tensor, const weft_value* value);
/* A geometry on the same content without its history. */
WEFT_API weft_status weft_tensor_detach(weft_tensor tensor, weft_tensor* out);
/* Holds the content as it is now: later writes go elsewhere. *data stays valid and unchanged
 * until weft_hold_release. Strides are those of the array. */
typedef struct weft_hold_* weft_hold;
WEFT_API weft_status weft_tensor_hold(weft_tensor tensor, weft_hold* hold, const void** data);
WEFT_API void weft_hold_release(weft_hold hold);
/* Promises the address: until weft_hold_release the array is read and written at *data, by the
 * library and by the caller alike, and whoever needs its value takes a copy. */
WEFT_API weft_status weft_tensor_pin(weft_tensor tensor, weft_hold* hold, void** data);
/* Do two arrays share a box, so that a write through one may be seen through the other? */
WEFT_API int32_t weft_tensor_shares_box(weft_tensor a, weft_tensor b);
/* A box is state (running statistics, optimizer): it may be written while recording or tracing
 * and stores values without their history. */
WEFT_API weft_status weft_tensor_set_state(weft_tensor tensor, int32_t state);

/* Arrays shared with other libraries by DLPack 1 (https://dmlc.github.io/dlpack), without a copy.
 * Out: the array is pinned until the consumer calls `deleter`. Read-only memory stays so; the
 * unversioned form, which cannot say it, is refused for it. weft_dlpack.h has the structures. */
struct DLManagedTensor;
struct DLManagedTensorVersioned;
WEFT_API weft_status weft_tensor_to_dlpack(weft_tensor tensor,
                                           struct DLManagedTensorVersioned** managed);
WEFT_API weft_status weft_tensor_to_dlpack_unversioned(weft_tensor tensor,
                                                       struct DLManagedTensor** managed);
/* In: an array on the producer's memory. When the last array on it is gone, on whatever thread,
 * `release(managed)` is called; NULL: the producer's deleter. Untouched on failure. */
WEFT_API weft_status weft_tensor_from_dlpack(
    struct DLManagedTensorVersioned* managed,
    void (*release)(struct DLManagedTensorVersioned* managed), weft_tensor* out);
WEFT_API weft_status weft_tensor_from_dlpack_unversioned(
    struct DLManagedTensor* managed, void (*release)(struct DLManagedTensor* managed),
    weft_tensor* out);

/* Named arrays in one safetensors file. Writing replaces the file in one step: a failure leaves
 * the old one whole. `metadata` is a JSON object of strings or NULL. */
WEFT_API weft_status weft_tensors_save(const char* path, const char* const* names,
                                       const weft_tensor* tensors, size_t count,
                                       const char* metadata);
/* The same, written by the library's threads; contents are taken as they are at the call. Names
 * and dtypes are checked here. `written`: a new array of one bool that is ready when the file is
 * complete; weft_tensor_wait on it, and weft_wait_all, give a failure of the disk. Files are
 * written in the order of the calls; functions that load or save wait for those before them. */
WEFT_API weft_status weft_tensors_save_async(const char* path, const char* const* names,
                                             const weft_tensor* tensors, size_t count,
                                             const char* metadata, weft_tensor* written);
typedef struct weft_archive_* weft_archive;
WEFT_API weft_status weft_archive_load(const char* path, weft_archive* out);
WEFT_API void weft_archive_release(weft_archive archive);
WEFT_API size_t weft_archive_count(weft_archive archive);
WEFT_API const char* weft_archive_name_at(weft_archive archive, size_t index);
WEFT_API weft_status weft_archive_tensor(weft_archive archive, size_t index, weft_tensor* out);

/* ---- devices --------------------------------------------------------------------------------- */

/* Adds the devices of a plug-in, a shared library as in weft_device.h. */
WEFT_API weft_status weft_device_load(const char* path);
WEFT_API size_t weft_device_count(void);                   /* beside the CPU */
WEFT_API weft_device weft_device_at(size_t index);         /* NULL past the end */
WEFT_API const char* weft_device_name(weft_device device); /* "cuda:1"; "cpu" for NULL */
/* By name, or by kind for the first of it: "cuda". *device is NULL for "cpu". */
WEFT_API weft_status weft_device_find(const char* name, weft_device* device);
typedef struct weft_device_info {
  size_t struct_size;
  int64_t live; /* bytes in use */
  int64_t peak;
  /* "operator count" by lines: calls that the CPU computed because the device has no kernel for
   * them. Valid until the thread's next call. */
  const char* fallbacks;
} weft_device_info;
#define WEFT_DEVICE_INFO_INIT \
  { sizeof(weft_device_info), 0, 0, NULL }
WEFT_API weft_status weft_device_get_info(weft_device device, weft_device_info* info);

/* Where this thread's new arrays go; returns the device before. */
WEFT_API weft_device weft_set_device(weft_device device);
WEFT_API weft_device weft_get_device(void);
/* Of a traced array: where the trace runs, which is where new arrays go. */
WEFT_API weft_device weft_tensor_device(weft_tensor tensor);
/* The array on a device: itself if it is there, else a dense copy, recorded as any operator is. The
 * copy is made behind the program; what uses either array afterwards is ordered with it. */
WEFT_API weft_status weft_tensor_to_device(weft_tensor tensor, weft_device device,
                                           weft_tensor* out);

/* ---- autograd ------------------------------------------------------------------------------- */

enum {
  WEFT_MODE_RECORDING = 1, /* operators go on the tape */
  WEFT_MODE_TRACING = 2,   /* read-only: set by weft_trace_begin */
  WEFT_MODE_TRAINING = 4,  /* dropout and batch statistics as in training */
  WEFT_MODE_DEFERRING = 8  /* operators are queued for the library's threads */
};
WEFT_API uint32_t weft_modes(void); /* of this thread */
/* Sets and clears RECORDING, TRAINING and DEFERRING; returns the modes before. */
WEFT_API uint32_t weft_set_modes(uint32_t set, uint32_t clear);

enum { WEFT_GRAD_NULL = 0, WEFT_GRAD_WRITE = 1, WEFT_GRAD_ADD = 2 };
/* Makes the array a leaf with a gradient buffer of zeros. NULL: no longer a leaf. */
WEFT_API weft_status weft_tensor_attach_grad(weft_tensor tensor, int32_t grad_req);
/* What a gradient is: an array of the leaf's type, or rows of one whose others are zero. Rows cost
 * what backward delivers: operators with an attribute `sparse_grad` that is true deliver the rows
 * that they read, all others deliver all rows. */
enum { WEFT_GRAD_ARRAY = 0, WEFT_GRAD_ROW_SPARSE = 1 };
/* attach_grad with a kind. WEFT_INVALID_VALUE: the array has no rows, because it has no axis. */
WEFT_API weft_status weft_tensor_attach_grad_of_kind(weft_tensor tensor, int32_t grad_req,
                                                     int32_t kind);
WEFT_API int32_t weft_tensor_grad_kind(weft_tensor tensor);
/* A new reference to the gradient array, always the same one; NULL if none is attached.
 * WEFT_INVALID_STATE if it is row-sparse. */
WEFT_API weft_status weft_tensor_grad(weft_tensor tensor, weft_tensor* out);
/* New references to the two arrays of a row-sparse gradient, NULL if none is attached: `indices`,
 * int64, ascending and each once, and `rows`, the sum of what was delivered to each. They stay the
 * same until backward or weft_tensor_set_grad_rows: a write to `rows` changes the gradient. Waits
 * for indices that are being computed. */
WEFT_API weft_status weft_tensor_grad_rows(weft_tensor tensor, weft_tensor* indices,
                                           weft_tensor* rows);
/* Replaces a row-sparse gradient by rows at int64 indices on one axis, in any order and repeated
 * ones summed; both NULL: by none, which is zero. They are taken as they are now; an index outside
 * is told by weft_tensor_grad_rows. */
WEFT_API weft_status weft_tensor_set_grad_rows(weft_tensor tensor, weft_tensor indices,
                                               weft_tensor rows);
WEFT_API int32_t weft_tensor_grad_req(weft_tensor tensor);
/* How often backward has written the gradient: stale if unchanged since the last look. */
WEFT_API uint64_t weft_tensor_grad_version(weft_tensor tensor);
/* Is its content on the tape? */
WEFT_API int32_t weft_tensor_is_recorded(weft_tensor tensor);

/* Gradients of the inputs of one call, as new references that the library releases; NULL entries,
 * which all are at first, mean zero. `saved` and `cotangents` are lent. A status other than WEFT_OK
 * ends the backward pass with it. */
typedef weft_status (*weft_backward_function)(void* context, const weft_tensor* saved,
                                              size_t nsaved, const weft_tensor* cotangents,
                                              size_t noutputs, weft_tensor* gradients,
                                              size_t ninputs);
/* Puts a call with a gradient of the caller's own on the tape, if the thread records and an input
 * has a history. The outputs are new arrays that were computed without being recorded; backward is
 * given `saved` as they are now. `release` (may be NULL) is called once, when the tape no longer
 * needs `context`, also if this call fails. Not inside a trace. */
WEFT_API weft_status weft_record_function(const char* name, const weft_tensor* inputs,
                                          size_t ninputs, const weft_tensor* outputs,
                                          size_t noutputs, const weft_tensor* saved, size_t nsaved,
                                          weft_backward_function backward, void* context,
                                          void (*release)(void* context));

/* Gradients of the heads into the leaves' buffers. head_grads NULL, or an entry NULL: ones. */
WEFT_API weft_status weft_backward(const weft_tensor* heads, const weft_tensor* head_grads,
                                   size_t count, int32_t retain_graph);
/* Gradients with respect to `variables` as new arrays, themselves recorded if create_graph. */
WEFT_API weft_status weft_grad(const weft_tensor* heads, const weft_tensor* head_grads,
                               size_t nheads, const weft_tensor* variables, size_t nvariables,
                               int32_t retain_graph, int32_t create_graph, weft_tensor* out);

/* ---- tracing -------------------------------------------------------------------------------- */

/* Starts a trace on this thread: inputs[i] stands for an argument, placeholders[i] is the array to
 * pass to the traced code. Operators now become nodes. Traces do not nest. If the thread records
 * now, what is computed while it does not is a constant to gradients. weft_grad, with respect to
 * arrays of the trace and of operators made while recording, makes nodes too; weft_backward fails.
 */
WEFT_API weft_status weft_trace_begin(const weft_tensor* inputs, size_t count,
                                      weft_tensor* placeholders);
/* The same from types, without arrays. */
WEFT_API weft_status weft_trace_begin_types(const weft_type* types, size_t count,
                                            weft_tensor* placeholders);
/* The same inside a rule, from types, whatever else the thread does: that goes on when this trace
 * has ended. */
WEFT_API weft_status weft_trace_begin_rule(const weft_type* types, size_t count,
                                           weft_tensor* placeholders);
/* Ends it: a function from the placeholders (and arrays met on the way, its captures) to outputs.
 */
WEFT_API weft_status weft_trace_end(const weft_tensor* outputs, size_t count, weft_function* out);
/* Gives it up; nothing is left behind. */
WEFT_API void weft_trace_abort(void);
/* Takes the thread out of its trace for a while, for what shall happen once and at once, such as
 * giving parameters their first values. NULL if none runs. The trace is to be resumed by the same
 * thread; WEFT_INVALID_STATE while another one runs. */
WEFT_API weft_trace weft_trace_suspend(void);
WEFT_API weft_status weft_trace_resume(weft_trace trace);

/* Sizes: numbers that only a run knows, such as how many elements a mask chooses. A program that
 * uses one is traced WEFT_TRACE_EXAMPLES times, each time with another example of its sizes, and
 * the traces are joined: numbers that differ are taken to follow from the sizes, as sums and
 * products of them. WEFT_INVALID_STATE where they follow otherwise, or where a trace took another
 * path. A function with sizes plans for those that it meets and keeps the plans. */
#define WEFT_TRACE_EXAMPLES 6
/* Which of the examples the trace of this thread is, 0 to 5; 0 if this is not called. `earlier`:
 * functions of examples traced before, for weft_tensor_extent_follows. */
WEFT_API weft_status weft_trace_set_example(size_t example, const weft_function* earlier,
                                            size_t count);
/* Makes the extent at some axes of placeholders, axes[i] of inputs[i], a dimension: a size in
 * [least, most] that each call has from its inputs. After weft_trace_begin, before anything else;
 * the placeholders' extent is the example's. */
WEFT_API weft_status weft_trace_add_dimension(const char* name, int64_t minimum, int64_t maximum,
                                              const size_t* inputs, const int32_t* axes,
                                              size_t count);
/* Did an extent of a traced array differ between the earlier examples, so that nothing may be
 * decided by it but that it is in [*least, *most] (may be NULL)? At least two of them must have
 * been given. */
WEFT_API int32_t weft_tensor_extent_follows(weft_tensor tensor, int32_t axis, int64_t* minimum,
                                            int64_t* maximum);
/* The number in `count`, a traced int64 array without axes of at least 0 and at most `bound`, as
 * this example has it. The same for arrays that are computed alike from the same. */
WEFT_API weft_status weft_trace_size(weft_tensor count, int64_t bound, int64_t* size);
/* Did its trace use sizes, so that it is one example and cannot be called? */
WEFT_API int32_t weft_function_is_example(weft_function function);
/* One function from the examples, in their order. They stay the caller's. */
WEFT_API weft_status weft_function_join(const weft_function* examples, size_t count,
                                        weft_function* out);

WEFT_API weft_function weft_function_retain(weft_function function);
WEFT_API void weft_function_release(weft_function function);
/* Runs it through the plan for these inputs' signature; one entry on the tape when recording. */
WEFT_API weft_status weft_function_call(weft_function function, const weft_tensor* inputs,
                                        size_t ninputs, weft_tensor* outs, size_t nouts);
/* Applies a function over the builder of a rule. It was traced for the types of these operands, and
 * neither captures arrays nor writes to them. */
WEFT_API weft_status weft_builder_apply(weft_builder builder, weft_function function,
                                        const weft_operand* in, size_t nin, weft_operand* outs,
                                        size_t nouts);
WEFT_API size_t weft_function_inputs(weft_function function);
WEFT_API size_t weft_function_outputs(weft_function function);
WEFT_API size_t weft_function_captures(weft_function function);
/* Lends the i-th captured array (a parameter, state or constant); NULL past the end. */
WEFT_API weft_tensor weft_function_capture_at(weft_function function, size_t index);
/* The graph as text, or the plan last run ("graph" | "plan"); valid until the thread's next call.
 */
WEFT_API weft_status weft_function_get_text(weft_function function, const char* what,
                                            const char** text);
typedef struct weft_plan_memory {
  size_t struct_size;
  int64_t arena;       /* bytes of the forward plan's arena */
  int64_t residual;    /* bytes kept from forward to backward */
  int64_t backward;    /* bytes of the backward plan's arena */
  int64_t lower_bound; /* no order of this schedule needs fewer for the forward arena */
  int64_t nodes;       /* steps that the forward plan runs */
} weft_plan_memory;
#define WEFT_PLAN_MEMORY_INIT \
  { sizeof(weft_plan_memory), 0, 0, 0, 0, 0 }
/* Of the plan last run. */
WEFT_API weft_status weft_function_memory(weft_function function, weft_plan_memory* memory);

/* ---- .weft files: writing -------------------------------------------------------------------- */

WEFT_API weft_status weft_writer_create(weft_writer* out);
WEFT_API void weft_writer_release(weft_writer writer);
/* Do entries that are added from now on keep the source lines that made their operators (what the
 * origin hook said), so that errors of runs name them? 0 at first. */
WEFT_API weft_status weft_writer_keep_source_lines(weft_writer writer, int32_t keep);
/* Adds an entry point for the signature of the function's example inputs. Names: one per input,
 * output and capture; captures of one name in several entries must be the same array. */
WEFT_API weft_status weft_writer_add_entry(weft_writer writer, const char* name,
                                           weft_function function, const char* const* input_names,
                                           const char* const* output_names,
                                           const char* const* capture_names);
WEFT_API weft_status weft_writer_set_metadata(weft_writer writer, const char* key,
                                              const char* value);
/* Writes the file in one step: a failure leaves the old one whole. */
WEFT_API weft_status weft_writer_save(weft_writer writer, const char* path);

/* ---- .weft files: running ----------------------------------------------------------------------
 */

/* WEFT_UNSUPPORTED: an operator of the file is not there; the text names it and its library. */
WEFT_API weft_status weft_model_load(const char* path, weft_model* out);
/* The bytes must stay unchanged until the model is released. */
WEFT_API weft_status weft_model_load_memory(const void* data, size_t bytes, weft_model* out);
WEFT_API void weft_model_release(weft_model model);
/* A description for people: format version, entry points, weights, metadata; as long as the
 * model lives. */
WEFT_API const char* weft_model_text(weft_model model);
WEFT_API size_t weft_model_entry_count(weft_model model);
WEFT_API const char* weft_model_entry_name_at(weft_model model, size_t index);
WEFT_API size_t weft_model_tensor_count(weft_model model);
WEFT_API const char* weft_model_tensor_name_at(weft_model model, size_t index);
WEFT_API weft_status weft_model_tensor(weft_model model, size_t index, weft_tensor* out);
/* What weft_writer_set_metadata said; as long as the model lives. NULL: the key is unknown. */
WEFT_API const char* weft_model_metadata(weft_model model, const char* key);
WEFT_API size_t weft_model_metadata_count(weft_model model);
WEFT_API const char* weft_model_metadata_key_at(weft_model model, size_t index);

typedef struct weft_port {
  size_t struct_size;
  const char* name;
  weft_dtype dtype;
  int32_t rank;
  const int64_t* shape;
  size_t bytes;
} weft_port;
#define WEFT_PORT_INIT \
  { sizeof(weft_port), NULL, 0, 0, NULL, 0 }
/* The shape of an output may follow from values (a mask, nonzero, unique). Its port tells the
 * largest shape before the first run, and the shape of the last run after it; memory that is bound
 * to it has room for the largest one. Runs of such an entry allocate, and use no arena. */

/* A context runs one entry point; it is used by one thread at a time (a second one meets
 * WEFT_INVALID_STATE), several contexts of a model run side by side. `arena`:
 * weft_model_arena_bytes bytes aligned to 64, or NULL to allocate. */
WEFT_API weft_status weft_model_arena_bytes(weft_model model, const char* entry, size_t* bytes);
WEFT_API weft_status weft_context_create(weft_model model, const char* entry, void* arena,
                                         size_t arena_bytes, weft_context* out);
/* The same for another entry point that shall see what runs of `first` change, and change it: a
 * forward that uses the weights of a training step, a decoder that goes on in the cache of a
 * prompt. All contexts that share are used by one thread at a time. If `first` is in a caller's
 * arena, that arena must outlive them all. */
WEFT_API weft_status weft_context_create_sharing(weft_context first, const char* entry, void* arena,
                                                 size_t arena_bytes, weft_context* out);
WEFT_API void weft_context_release(weft_context context);
WEFT_API size_t weft_context_inputs(weft_context context);
WEFT_API size_t weft_context_outputs(weft_context context);
WEFT_API weft_status weft_context_get_input(weft_context context, size_t index, weft_port* port);
WEFT_API weft_status weft_context_get_output(weft_context context, size_t index, weft_port* port);
/* Dimensions: axes whose extent may be another one at each run. A port has -1 there, and 0 bytes,
 * until the shape of the input, of all inputs for an output, is set; that frees what was bound to
 * the input. A plan is made for the shapes that are met, and kept. Runs of such an entry allocate,
 * and use no arena. The name of a dimension, equal for equal extents; NULL: the axis has none. */
WEFT_API weft_status weft_context_set_input_shape(weft_context context, size_t index,
                                                  const int64_t* shape, int32_t rank);
WEFT_API const char* weft_context_dimension_at(weft_context context, size_t index, int32_t axis);
/* Binds the caller's dense memory until the next bind; read (written) at every run. */
WEFT_API weft_status weft_context_bind_input(weft_context context, size_t index, const void* data,
                                             size_t bytes);
WEFT_API weft_status weft_context_bind_output(weft_context context, size_t index, void* data,
                                              size_t bytes);
/* Runs; allocates nothing, but for the text of prints. WEFT_CHECK_FAILED where a check of the model
 * fails: states are then as before the run, outputs undefined. */
WEFT_API weft_status weft_context_run(weft_context context);
/* Where output `index` is after a run; valid until the next run. */
WEFT_API weft_status weft_context_output_data(weft_context context, size_t index,
                                              const void** data);

/* States: what runs of the entry point change, by name of the tensor in the file. They start as the
 * file has them. The last one of an entry that draws random numbers is "weft.random", uint64 [seed,
 * next ordinal]. */
WEFT_API size_t weft_context_states(weft_context context);
WEFT_API weft_status weft_context_get_state(weft_context context, size_t index, weft_port* port);
WEFT_API weft_status weft_context_read_state(weft_context context, size_t index, void* data,
                                             size_t bytes);
WEFT_API weft_status weft_context_write_state(weft_context context, size_t index, const void* data,
                                              size_t bytes);
/* All states of the context, and of those that share them, as the file has them. */
WEFT_API weft_status weft_context_reset(weft_context context);
/* The model's file with the present states instead of the first ones, in one step: it may replace
 * the file that was loaded. */
WEFT_API weft_status weft_context_save(weft_context context, const char* path);

/* One entry as a trainable function: its captures are the model's arrays, in the order of
 * weft_function_capture_at, or copies of them where this thread's new arrays go to a device. */
WEFT_API weft_status weft_model_function(weft_model model, const char* entry, weft_function* out);
WEFT_API const char* weft_function_capture_name_at(weft_function function, size_t index);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_H_ */
