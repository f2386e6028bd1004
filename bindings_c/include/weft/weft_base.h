/* Weft's C interface: what all of it uses (status codes, dtypes, handles, arguments of operators),
 * and the library itself: versions, errors, threads, memory, random numbers. */
#ifndef WEFT_WEFT_BASE_H_
#define WEFT_WEFT_BASE_H_

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
#define WEFT_ABI_MINOR 4 /* something was added at an end: older callers still work */

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
typedef struct weft_body_* weft_body;         /* what control flow in a trace runs */
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
  WEFT_TAG_STRING = 5,    /* `count` bytes at as.text */
  WEFT_TAG_INTS = 6,      /* `count` numbers at as.ints */
  WEFT_TAG_DTYPE = 7,     /* as.integer is a weft_dtype */
  WEFT_TAG_NONE = 8,      /* absent on purpose */
  WEFT_TAG_TENSORS = 9,   /* `count` arrays at as.tensors */
  WEFT_TAG_FUNCTION = 10, /* as.function */
  WEFT_TAG_UNSIGNED = 11, /* a weak scalar of 2^63 or more: as.integer has its bits as uint64_t */
  WEFT_TAG_BEYOND = 12    /* a weak integer of more than 64 bits: as.real is near it, or infinite */
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

#define WEFT_MAX_RANK 16

/* What is known of an array before it is computed. */
typedef struct weft_type {
  weft_dtype dtype;
  int32_t rank; /* -1: an optional input that is absent */
  int64_t shape[WEFT_MAX_RANK];
} weft_type;

/* ---- library ------------------------------------------------------------------------------ */

/* WEFT_ABI_MAJOR and WEFT_ABI_MINOR of the library; either may be NULL. A program that is
 * distributed compares them with the header's: docs/versioning.md. */
WEFT_API void weft_abi_version(uint32_t* major, uint32_t* minor);
WEFT_API const char* weft_version(void); /* "0.1.0" */

/* Text of this thread's most recent failure; valid until its next failing call; never NULL. */
WEFT_API const char* weft_last_error(void);

/* One line each: "isa", "threads", "engine", "build", and "passes", the names that
 * WEFT_PASSES=-name switches off, separated by commas. NULL for an unknown name. The text is valid
 * until the thread's next call. */
WEFT_API const char* weft_info(const char* name);

WEFT_API const char* weft_dtype_name(weft_dtype dtype); /* NULL for a number that is none */
/* "float32"; WEFT_INVALID_TYPE for a name that is none. */
WEFT_API weft_status weft_dtype_find(const char* name, weft_dtype* dtype);
WEFT_API size_t weft_dtype_size(weft_dtype dtype); /* bytes of an element; 0 for no dtype */

WEFT_API weft_status weft_set_num_threads(int32_t count); /* at least 1; at most 4096 */
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
/* What the library says beside its results: settings that it ignores (warnings), plans and files
 * (info), what each pass made of a graph (debug). */
typedef int32_t weft_log_level;
enum {
  WEFT_LOG_DEBUG = 0,
  WEFT_LOG_INFO = 1,
  WEFT_LOG_WARNING = 2,
  WEFT_LOG_ERROR = 3,
  WEFT_LOG_OFF = 4
};
/* Who is told from now on, of what is at least as grave as `least`: `text` is one message without
 * a newline, lent for the call. Called from any thread, one message at a time, and must not call
 * the library. NULL: standard error, where warnings go at first, or what the environment's WEFT_LOG
 * names: debug, info, warning, error or off. */
WEFT_API weft_status weft_set_log(weft_log_level least,
                                  void (*log)(void* context, weft_log_level level,
                                              const char* text),
                                  void* context);
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
enum { WEFT_RESET_PEAK = 1, WEFT_RESET_COPIES = 2, WEFT_RESET_POOLED = 4 };
/* The figures, and then what `reset` names starts again: memory that is kept for reuse goes back to
 * where it came from. */
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
/* Where these numbers are: the seed, and how many random operators have run since. Setting both
 * continues there. */
WEFT_API weft_status weft_random_state(uint64_t* seed, uint64_t* ordinal);
WEFT_API weft_status weft_random_set_state(uint64_t seed, uint64_t ordinal);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_BASE_H_ */
