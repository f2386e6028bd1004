/* Weft's C interface: what all of it uses (status codes, dtypes, handles, arguments of operators),
 * and the library itself: versions, errors, threads, memory, random numbers. */
#ifndef WEFT_WEFT_BASE_H_
#define WEFT_WEFT_BASE_H_

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(WEFT_BUILDING_LIBRARY)
#define WEFT_API __declspec(dllexport)
#elif defined(_WIN32) && defined(WEFT_STATIC)
#define WEFT_API
#elif defined(_WIN32)
#define WEFT_API __declspec(dllimport)
#else
#define WEFT_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a layout or a meaning changes: a program refuses to run with another one. */
#define WEFT_ABI_MAJOR 0
/* Raised when something is added at an end: programs built with an older header still work. */
#define WEFT_ABI_MINOR 4

/* The result of a call. WEFT_OK is 0, so `if (call(...))` finds failures. */
typedef int32_t weft_status;
enum {
  WEFT_OK = 0,
  WEFT_INVALID_VALUE = 1, /* a shape, an axis or a number that the contract excludes */
  WEFT_OUT_OF_MEMORY = 2,
  WEFT_UNSUPPORTED = 3, /* valid, but nothing provides it */
  WEFT_NOT_FOUND = 4,
  WEFT_INTERNAL = 5, /* a defect of Weft */
  WEFT_INVALID_TYPE = 6,
  WEFT_INDEX_OUT_OF_RANGE = 7,
  WEFT_OVERFLOW = 8,
  WEFT_IO = 9,                /* a file could not be read or written, or it is damaged */
  WEFT_INVALID_STATE = 10,    /* the call does not fit what happened before */
  WEFT_INTERRUPTED = 11,      /* the interrupt hook ended the call; results are unfinished */
  WEFT_CHECK_FAILED = 12,     /* the operator `check` found that its condition does not hold */
  WEFT_NO_FACTORIZATION = 13, /* a matrix is singular or not positive, or nothing converged */
  WEFT_DISCONNECTED = 14      /* another process of a group is lost, or did not come in time */
};

/* The type of the elements of an array. */
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
  WEFT_FLOAT64 = 12,
  WEFT_COMPLEX64 = 13,  /* two float32: the real part, then the imaginary part */
  WEFT_COMPLEX128 = 14, /* two float64 */
  /* For storage: arrays hold and move them, one byte an element, and operators compute with what
   * they are cast to. Encodings are those of ONNX and of ml_dtypes. */
  WEFT_FLOAT8_E4M3FN = 15,
  WEFT_FLOAT8_E5M2 = 16,
  WEFT_INT4 = 17, /* the lower half of a byte */
  WEFT_UINT4 = 18,
  WEFT_FLOAT8_E4M3FNUZ = 19,
  WEFT_FLOAT8_E5M2FNUZ = 20
};

/* Handles. A program passes them on and never looks inside. */
typedef struct weft_tensor_* weft_tensor;     /* an array */
typedef const struct weft_op_* weft_op;       /* an operator; it lives as long as the library */
typedef struct weft_function_* weft_function; /* a traced graph with its plans */
typedef struct weft_trace_* weft_trace;       /* a trace that is suspended */
typedef struct weft_body_* weft_body;         /* a traced body of control flow */
typedef struct weft_writer_* weft_writer;     /* a .weft file being put together */
typedef struct weft_model_* weft_model;       /* a loaded .weft file */
/* A device; it lives as long as the library; NULL is the CPU. */
typedef struct weft_device_* weft_device;
/* A group of processes that work together (weft_collective.h). */
typedef struct weft_group_* weft_group;
typedef struct weft_context_* weft_context; /* memory and bindings to run one entry point */
typedef struct weft_host_function_* weft_host_function; /* a function that a graph may call */

/* What a weft_value holds. A call lists the inputs of an operator first, then its attributes in the
 * order of its schema. The last input of some operators is a list of arrays, which is one
 * argument. */
enum {
  WEFT_TAG_DEFAULT = 0, /* the attribute's default, or an optional input that is left out */
  WEFT_TAG_TENSOR = 1,
  WEFT_TAG_INT = 2, /* as an input it is a weak scalar, which takes the dtype of the arrays */
  WEFT_TAG_FLOAT = 3,
  WEFT_TAG_BOOL = 4,
  WEFT_TAG_STRING = 5, /* `count` bytes at as.text */
  WEFT_TAG_INTS = 6,   /* `count` numbers at as.ints */
  WEFT_TAG_DTYPE = 7,  /* as.integer is a weft_dtype */
  WEFT_TAG_NONE = 8, /* the attribute is none on purpose, for attributes where none has a meaning */
  WEFT_TAG_TENSORS = 9,   /* `count` arrays at as.tensors */
  WEFT_TAG_FUNCTION = 10, /* as.function */
  WEFT_TAG_UNSIGNED = 11, /* a weak scalar of 2^63 or more: as.integer has its bits as uint64_t */
  /* A weak integer of more than 64 bits: as.real is close to it, or infinite. */
  WEFT_TAG_BEYOND = 12,
  WEFT_TAG_COMPLEX = 13 /* a weak scalar: as.parts has the real and the imaginary part */
};
/* One argument of an operator. Pointers are lent for the length of the call. */
typedef struct weft_value {
  uint32_t tag;
  uint32_t count; /* elements of a text or a list; else 0 */
  union {
    weft_tensor tensor;
    int64_t integer;
    double real;
    const char* text;
    const int64_t* ints;
    const weft_tensor* tensors;
    const double* parts;
    weft_host_function function;
  } as;
} weft_value;

/* The most axes that an array may have. */
#define WEFT_MAX_RANK 16

/* What is known of an array before it is computed. */
typedef struct weft_type {
  weft_dtype dtype;
  int32_t rank; /* -1: an optional input that is absent */
  int64_t shape[WEFT_MAX_RANK];
} weft_type;

/* ---- library ------------------------------------------------------------------------------ */

/* Gives WEFT_ABI_MAJOR and WEFT_ABI_MINOR of the library; either pointer may be NULL. A program
 * that is distributed compares them with those of its header: docs/versioning.md. */
WEFT_API void weft_abi_version(uint32_t* major, uint32_t* minor);
/* The library's version, such as "0.1.0". The text lives as long as the library. */
WEFT_API const char* weft_version(void);

/* The text of this thread's most recent failure; valid until the thread's next failing call; never
 * NULL. */
WEFT_API const char* weft_last_error(void);

/* One line about the library: "isa" (the instruction set in use), "threads", "engine" (its policy),
 * "build" (full or runtime), or "passes", the names that WEFT_PASSES=-name switches off, separated
 * by commas. NULL for an unknown name. The text is valid until the thread's next call. */
WEFT_API const char* weft_info(const char* name);

/* The name of a dtype, such as "float32"; NULL for a number that is no dtype. */
WEFT_API const char* weft_dtype_name(weft_dtype dtype);
/* The dtype of a name such as "float32"; WEFT_INVALID_TYPE for a name that is none. */
WEFT_API weft_status weft_dtype_find(const char* name, weft_dtype* dtype);
/* Bytes of one element; 0 for a number that is no dtype. */
WEFT_API size_t weft_dtype_size(weft_dtype dtype);

/* Sets how many threads may work on one call, from the next call on. Below 1 is WEFT_INVALID_VALUE;
 * more than 4096 counts as 4096. */
WEFT_API weft_status weft_set_num_threads(int32_t count);
/* The number of threads that may work on one call. */
WEFT_API int32_t weft_num_threads(void);

/* Where operators run. "inline": on the calling thread. "async": on the library's threads; a
 * failure is reported by the call that reads the result or waits. "serial": one at a time, for
 * debugging. */
WEFT_API weft_status weft_set_engine_policy(const char* policy);
/* Waits for all work; gives the first failure that no call has reported. */
WEFT_API weft_status weft_wait_all(void);
/* Sets functions that are called before and after each wait inside the library, so that a binding
 * can release its own lock meanwhile. `after` is given what `before` returned. NULL: none. */
WEFT_API void weft_set_wait_hooks(void* (*before)(void), void (*after)(void* token));
/* Sets a function that long calls ask now and then, on the calling thread; if it returns non-zero,
 * the call ends with WEFT_INTERRUPTED. NULL: none. */
WEFT_API void weft_set_interrupt_hook(int32_t (*interrupted)(void));
/* Sets a function that writes the program's present source line into `text`, at most `size` bytes
 * with the final 0. It is called when work is queued and when a copy is the largest so far: errors
 * of failing work and weft_memory name that line. NULL: none. */
WEFT_API void weft_set_origin_hook(void (*origin)(char* text, size_t size));
/* Sets where the operator `print` writes. The function is given lines of text, on the thread that
 * runs the operator; a status other than WEFT_OK fails the call. NULL: standard output. */
WEFT_API void weft_set_print_hook(weft_status (*print)(const char* text, size_t size));
/* How grave a message of the log is: settings that the library ignores (warning), plans and files
 * (info), what each pass made of a graph (debug). */
typedef int32_t weft_log_level;
enum {
  WEFT_LOG_DEBUG = 0,
  WEFT_LOG_INFO = 1,
  WEFT_LOG_WARNING = 2,
  WEFT_LOG_ERROR = 3,
  WEFT_LOG_OFF = 4
};
/* Sets who receives the log: the function is given each message that is at least as grave as
 * `minimum`. `text` is one message without a newline, lent for the call. It is called from any
 * thread, one message at a time, and must not call the library. NULL: standard error. Until this is
 * called, standard error gets warnings and errors, or what the environment variable WEFT_LOG names:
 * debug, info, warning, error or off. */
WEFT_API weft_status weft_set_log(weft_log_level minimum,
                                  void (*log)(void* context, weft_log_level level,
                                              const char* text),
                                  void* context);
/* Counts of the engine since the start. */
typedef struct weft_engine_figures {
  size_t struct_size;
  int64_t fast; /* operations whose arrays were all idle, so that they ran without being ordered */
  int64_t registered; /* operations that the engine ordered behind others */
  int64_t waited;     /* waits of a calling thread */
  int64_t queued;     /* operations given to the library's threads */
} weft_engine_figures;
/* Fills in the engine's counts. Set figures->struct_size first. */
WEFT_API weft_status weft_engine_stats(weft_engine_figures* figures);

/* ---- profile ------------------------------------------------------------------------------- */

/* What an event of a profile is. Events of one thread lie inside of each other or apart. */
typedef int32_t weft_profile_kind;
enum {
  WEFT_PROFILE_OPERATOR = 0, /* a kernel that an eager call runs */
  WEFT_PROFILE_STEP = 1, /* a step of a plan, named by its operators; a loop has others inside */
  WEFT_PROFILE_PLAN = 2, /* a run of a plan; its steps are inside */
  WEFT_PROFILE_BACKWARD = 3, /* a backward pass; what it runs is inside */
  WEFT_PROFILE_TASK = 4,     /* queued work on a thread of the library */
  WEFT_PROFILE_WAIT = 5,     /* the program waits, such as for data; from weft_profile_note */
  WEFT_PROFILE_WORK = 6      /* work outside of the library; from weft_profile_note */
};
/* One event. Bytes and operations are estimates by dtypes and shapes: `flops` is 0 where the
 * operator does not say. On a device, the times are those of putting work into its queue. This
 * struct does not grow. */
typedef struct weft_profile_event {
  weft_profile_kind kind;
  int32_t thread;     /* an index into weft_profile.threads */
  const char* name;   /* never NULL */
  const char* line;   /* from the origin hook; empty: that of the event around it */
  int64_t begin, end; /* nanoseconds of a clock that never goes back */
  double read;        /* bytes of the inputs */
  double written;     /* bytes of the outputs */
  double flops;       /* arithmetic operations */
  int64_t live;       /* bytes of memory in use at its end; -1: not asked (steps) */
} weft_profile_event;
/* What was profiled. Set struct_size first. */
typedef struct weft_profile {
  size_t struct_size;
  const weft_profile_event* events; /* thread by thread, in the order in which they ended */
  size_t count;
  /* Names: "caller", "engine" or "pool", of which several may be equal, and names of tracks. */
  const char* const* threads;
  size_t thread_count;
  int64_t dropped; /* events behind the first 4194304 */
} weft_profile;
#define WEFT_PROFILE_INIT \
  { sizeof(weft_profile), NULL, 0, NULL, 0, 0 }
/* Begins to note what operators and plans run, on all threads. WEFT_INVALID_STATE: it is noted
 * already. Not in the runtime-only library. */
WEFT_API weft_status weft_profile_start(void);
/* Notes what the program itself did from `begin` to `end`, nanoseconds of CLOCK_MONOTONIC, if a
 * profile is taken; else it does nothing. `track`: NULL for this thread, where the event lies
 * inside of others or apart; or the name of a track of its own, such as that of a worker process,
 * which appears among the threads. WEFT_INVALID_VALUE for an unknown kind, or an end before the
 * begin. Not in the runtime-only library. */
WEFT_API weft_status weft_profile_note(weft_profile_kind kind, const char* name, const char* track,
                                       int64_t begin, int64_t end);
/* Ends, and fills in what was noted since weft_profile_start. Work that still runs is not in it:
 * wait for it first (weft_wait_all). What `profile` points at is lent until the next
 * weft_profile_stop, of any thread. WEFT_INVALID_STATE: nothing is noted. Not in the runtime-only
 * library. */
WEFT_API weft_status weft_profile_stop(weft_profile* profile);

/* ---- forks and memory ---------------------------------------------------------------------- */

/* Call it before fork(): it finishes all work and ends the library's threads, which start again
 * when they are needed. A failure of the work is left in weft_last_error. */
WEFT_API void weft_prepare_fork(void);

/* Figures of the memory, in bytes where nothing else is said. A block of up to 16 KiB counts with
 * its whole size, a power of two; a larger block counts with the bytes that were asked for. */
typedef struct weft_memory {
  size_t struct_size;
  int64_t live;   /* bytes in use */
  int64_t peak;   /* the most at one time since the last reset; idle small blocks count in it */
  int64_t pooled; /* bytes kept for reuse */
  int64_t system_calls; /* blocks obtained from the system since the start */
  int64_t limit;        /* 0: none */
  /* Implicit copies, which no program asked for: writes to contents that are held, and values of
   * pinned arrays. */
  int64_t copies;
  int64_t copied;       /* bytes of all of them */
  int64_t largest_copy; /* bytes of the largest */
  /* The largest copy's line, from the origin hook; valid until the thread's next call. */
  const char* largest_copy_line;
} weft_memory;
#define WEFT_MEMORY_INIT \
  { sizeof(weft_memory), 0, 0, 0, 0, 0, 0, 0, 0, NULL }
/* What weft_memory_stats resets, as bits. */
enum { WEFT_RESET_PEAK = 1, WEFT_RESET_COPIES = 2, WEFT_RESET_POOLED = 4 };
/* Fills in the figures, then resets what the bits of `reset` name: the peak, the counts of copies,
 * or the pooled memory, which is freed. Set stats->struct_size first. */
WEFT_API weft_status weft_memory_stats(weft_memory* stats, int32_t reset);
/* Limits the memory, in use and pooled together, to so many bytes; 0: no limit. A new array of over
 * 16 KiB that would exceed it fails with WEFT_OUT_OF_MEMORY. */
WEFT_API weft_status weft_set_memory_limit(int64_t bytes);
/* A source of memory for arrays and for the library's small objects. Both functions may be called
 * from any thread and must not call the library. */
typedef struct weft_allocator {
  size_t struct_size;
  void* context;
  /* Returns NULL if there is no more. */
  void* (*allocate)(void* context, size_t bytes, size_t alignment);
  void (*free)(void* context, void* block, size_t bytes, size_t alignment);
} weft_allocator;
#define WEFT_ALLOCATOR_INIT \
  { sizeof(weft_allocator), NULL, NULL, NULL }
/* Takes all memory from this source. It must be called before anything has been allocated, else it
 * fails with WEFT_INVALID_STATE. */
WEFT_API weft_status weft_set_allocator(const weft_allocator* allocator);

/* Sets the seed of the random operators. Their numbers are the same on any number of threads. */
WEFT_API weft_status weft_random_seed(uint64_t seed);
/* Gives the seed and how many random operators have run since it was set. */
WEFT_API weft_status weft_random_state(uint64_t* seed, uint64_t* ordinal);
/* Continues at a seed and a count that weft_random_state gave. */
WEFT_API weft_status weft_random_set_state(uint64_t seed, uint64_t ordinal);
/* Random operators that the calling thread runs from now on, programs included, draw from the
 * caller's own: own[0] is a seed, own[1] how many have drawn, which they count on. NULL: from the
 * library's numbers again. The array has to live until another one or NULL is given; `before`, if
 * not NULL, gets the one that was given before. While a checkpoint's segment runs again, the
 * numbers of its first run come. */
WEFT_API weft_status weft_random_use(uint64_t* own, uint64_t** before);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_BASE_H_ */
