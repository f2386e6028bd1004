/* What a device is made of: a shared library that Weft loads with weft_device_load, or functions
 * given to weft_device_register.
 *
 * A device has memory of its own and one queue. Weft puts copies and calls of operators there, in
 * an order in which each may begin when the one before has ended, and goes on at once; it waits for
 * events where the program needs a result. What the device has no kernel for Weft computes on the
 * CPU, on copies of the operands.
 *
 * Functions may be called from any thread, those of one queue never from two at a time except
 * wait_event, which may run beside all others. Fallible ones return a weft_status; `error` then has
 * the text of the calling thread's failure.
 */
#ifndef WEFT_WEFT_DEVICE_H_
#define WEFT_WEFT_DEVICE_H_

#include "weft.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_DEVICE_ABI 1 /* layout or meaning changed: refuse to run */

/* An operand of a call. Strides are in elements; outputs are dense, except that `copy` also writes
 * into parts of arrays. */
typedef struct weft_device_array {
  uint64_t address;    /* of the first element; 0 without `element`: an optional input left out */
  const void* element; /* not NULL: one element, in the program's memory until launch returns */
  weft_dtype dtype;
  int32_t rank;
  const int64_t* shape;
  const int64_t* strides;
} weft_device_array;

typedef struct weft_device_call {
  size_t struct_size;
  weft_op op;
  const char* name; /* of the operator */
  const weft_device_array* inputs;
  size_t ninputs;
  const weft_device_array* outputs;
  size_t noutputs;
  const weft_value* attributes; /* in schema order, complete */
  size_t nattributes;
  uint64_t scratch; /* memory of the size that the CPU's kernel asks for; 0: none */
  uint64_t seed;    /* of random operators: Philox's key and counter */
  uint64_t ordinal;
} weft_device_call;

typedef struct weft_device_driver {
  size_t struct_size;
  uint32_t abi;     /* WEFT_DEVICE_ABI */
  int32_t count;    /* devices: name:0 to name:count-1 */
  const char* name; /* of their kind: lower-case letters, digits, underscores */
  void* context;    /* given to every function */

  weft_status (*allocate)(void* context, int32_t device, size_t bytes, uint64_t* address);
  void (*free)(void* context, int32_t device, uint64_t address, size_t bytes);
  weft_status (*create_queue)(void* context, int32_t device, void** queue);
  weft_status (*copy_in)(void* context, void* queue, uint64_t to, const void* from, size_t bytes);
  weft_status (*copy_out)(void* context, void* queue, void* to, uint64_t from, size_t bytes);
  int32_t (*has_kernel)(void* context, int32_t device, const char* op);
  weft_status (*launch)(void* context, void* queue, const weft_device_call* call);
  weft_status (*record_event)(void* context, void* queue, void** event);
  /* Waits, frees the event, and gives what failed between the queue's event before and this one. */
  weft_status (*wait_event)(void* context, void* event);
  const char* (*error)(void* context);
} weft_device_driver;

/* What a shared library exports, by this name: the driver, which stays valid; NULL if it cannot
 * serve a Weft of this WEFT_DEVICE_ABI or finds no device. */
typedef const weft_device_driver* (*weft_device_plugin_function)(uint32_t abi);
#define WEFT_DEVICE_PLUGIN "weft_device_plugin"

/* Adds the devices of a driver in the program, for ever: the driver stays valid. WEFT_UNSUPPORTED:
 * it was built for another WEFT_DEVICE_ABI. */
WEFT_API weft_status weft_device_register(const weft_device_driver* driver);

/* The CPU's kernel, with addresses that are pointers of this process: for a device that shares the
 * program's memory. `scratch` must be there if the call has it. */
WEFT_API weft_status weft_device_call_on_host(const weft_device_call* call);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_DEVICE_H_ */
