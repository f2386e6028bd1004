/* The interface of collective plug-ins: what moves bytes between the processes of a group. A
 * plug-in is a shared library that Weft loads with weft_collective_load, or functions that a
 * program gives to weft_collective_register. `memory`, `gloo`, `mpi` and `nccl` are such plug-ins.
 *
 * A process joins a group in two steps, so that a plug-in needs no rendezvous of its own: `open`
 * gives an address of this process, the program brings all addresses together, and `connect` takes
 * them. Afterwards Weft calls `run` from one thread of its own for each group, one operation at a
 * time, in the same order on all ranks. `abort` may be called from any thread at any time; `close`
 * when no other call of the group is running.
 *
 * Functions that can fail return a weft_status; `error` then gives the text of the calling
 * thread's failure. WEFT_DISCONNECTED says that another rank is lost or did not come in time. */
#ifndef WEFT_WEFT_COLLECTIVE_H_
#define WEFT_WEFT_COLLECTIVE_H_

#include "weft.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a layout or a meaning changes: a Weft of another number refuses the driver. */
#define WEFT_COLLECTIVE_ABI 1

/* How arrays of several ranks become one. Sums of float16, bfloat16 and float8 are made in float32
 * and rounded once. */
typedef int32_t weft_reduction;
enum { WEFT_REDUCE_SUM = 0, WEFT_REDUCE_PRODUCT = 1, WEFT_REDUCE_MIN = 2, WEFT_REDUCE_MAX = 3 };

typedef int32_t weft_collective_kind;
enum {
  WEFT_ALL_REDUCE = 0,     /* `count` elements of each rank become one result on all ranks */
  WEFT_REDUCE_SCATTER = 1, /* rank r gets block r of the reduction; receive: count / ranks */
  WEFT_ALL_GATHER = 2,     /* receive: the `count` elements of all ranks, by rank */
  WEFT_BROADCAST = 3,      /* `peer` is the root; the other ranks' `send` is not read */
  WEFT_ALL_TO_ALL = 4,     /* block r of `send` goes to rank r, `count` elements in all */
  WEFT_SEND = 5,           /* to `peer`; messages of one `tag` arrive in order */
  WEFT_RECEIVE = 6,        /* from `peer` */
  WEFT_BARRIER = 7         /* ends when all ranks have begun it */
};

/* How a process joins a group. */
typedef struct weft_collective_options {
  size_t struct_size;
  int32_t rank, ranks;
  const char* group;  /* its name, for texts */
  const char* key;    /* the same on all ranks, and of this group of this job alone */
  const char* bind;   /* the interface or address to listen on; NULL: loopback */
  const void* secret; /* the same on all ranks: checked before anything is accepted */
  size_t secret_bytes;
  double timeout; /* seconds that a rank waits for others; also for each operation */
} weft_collective_options;

/* One operation. `send` may be `receive`. Blocks of both are dense and lie in the host's memory,
 * or, for a driver of a device, in the device's. */
typedef struct weft_collective_call {
  size_t struct_size;
  weft_collective_kind kind;
  weft_reduction reduction;
  weft_dtype dtype;
  int32_t peer; /* root, destination or source; else -1 */
  int64_t tag;
  int64_t count; /* elements of `send`; of `receive` for WEFT_RECEIVE */
  const void* send;
  void* receive;
  /* Non-zero: the reduction is (((0 + 1) + (2 + 3)) + …), a tree over ranks that depends on their
   * number alone, so that the result has the same bits however the bytes travel. */
  int32_t ordered;
  /* A number made of all that must be equal on all ranks, and a text that says where the program
   * asked for the operation. A driver that can compare the numbers without another message fails
   * with both texts where they differ. */
  uint64_t fingerprint;
  const char* where;
} weft_collective_call;

typedef struct weft_collective_driver {
  size_t struct_size;
  uint32_t abi;            /* WEFT_COLLECTIVE_ABI */
  const char* name;        /* lower-case letters, digits, underscores */
  const char* device_kind; /* where blocks lie: NULL for the host's memory, or "cuda" */
  void* context;           /* given to every function */
  uint32_t flags;          /* WEFT_COLLECTIVE_* */

  /* Gives a handle, and the bytes that the other ranks need to reach this one. `bytes` holds the
   * room at `address` on entry. */
  weft_status (*open)(void* context, const weft_collective_options* options, void** group,
                      void* address, size_t* bytes);
  /* Takes the addresses of all ranks, by rank, and returns when the group can work. */
  weft_status (*connect)(void* context, void* group, const void* const* addresses,
                         const size_t* bytes);
  /* Does one operation and returns when `receive` is complete and `send` may be written again.
   * After a failure the group is of no use any more, and other ranks must come to fail too. */
  weft_status (*run)(void* context, void* group, const weft_collective_call* call);
  /* Ends the operation that runs, if any, with WEFT_DISCONNECTED; all later ones fail the same. */
  void (*abort)(void* context, void* group, const char* reason);
  void (*close)(void* context, void* group);
  /* The text of the calling thread's last failure; NULL: no text. */
  const char* (*error)(void* context);
} weft_collective_driver;

/* Bits of weft_collective_driver::flags. */
enum {
  WEFT_COLLECTIVE_ORDERED = 1, /* `ordered` is understood; else Weft composes it of all-to-all */
  WEFT_COLLECTIVE_CHECKS = 2   /* fingerprints are compared by `run` */
};

/* The function that a plug-in exports under the name WEFT_COLLECTIVE_PLUGIN. It gives its driver,
 * which stays valid, or NULL if it cannot serve a Weft of this WEFT_COLLECTIVE_ABI. */
typedef const weft_collective_driver* (*weft_collective_plugin_function)(uint32_t abi);
#define WEFT_COLLECTIVE_PLUGIN "weft_collective_plugin"

/* Loads a plug-in; loading it again does nothing. `name` (may be NULL) receives the driver's name,
 * which stays valid. WEFT_NOT_FOUND: there is no such file. */
WEFT_API weft_status weft_collective_load(const char* path, const char** name);
/* Adds a driver that is part of the program. The driver must stay valid. */
WEFT_API weft_status weft_collective_register(const weft_collective_driver* driver);

/* How many bytes of gradients plans that are made from now on reduce together: the first time in a
 * step, which has to be full before any transfer begins, and the other times. The same on all
 * ranks. 0: each gradient alone. */
WEFT_API weft_status weft_collective_set_buckets(int64_t first, int64_t others);

/* A group that this process is joining. The address is lent until the group is released. */
WEFT_API weft_status weft_group_open(const char* driver, const weft_collective_options* options,
                                     weft_group* group, const void** address, size_t* bytes);
/* Ends joining. From now on operators find the group by its name; a group of the same name that
 * was there before is aborted and takes its leave. */
WEFT_API weft_status weft_group_connect(weft_group group, const void* const* addresses,
                                        const size_t* bytes);
/* The group of this name; lends. WEFT_NOT_FOUND: this process has joined none. */
WEFT_API weft_status weft_group_get(const char* name, weft_group* group);
/* This process's number in the group, from 0. */
WEFT_API int32_t weft_group_rank(weft_group group);
/* How many processes the group has. */
WEFT_API int32_t weft_group_size(weft_group group);
/* Fails what the group does and all that it is asked to do; other ranks come to fail, too. */
WEFT_API weft_status weft_group_abort(weft_group group, const char* reason);
/* Waits for the group's operations, then takes its name away. */
WEFT_API weft_status weft_group_leave(weft_group group);
/* Gives back what weft_group_open gave. */
WEFT_API void weft_group_release(weft_group group);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_COLLECTIVE_H_ */
