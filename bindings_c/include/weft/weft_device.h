/* The interface of device plug-ins. A device is a shared library that Weft loads with
 * weft_device_load, or functions that a program gives to weft_device_register.
 *
 * A device has memory of its own and one queue. Weft puts copies and calls of operators on the
 * queue and goes on at once; each entry may begin when the one before it has ended. Weft waits for
 * events where the program needs a result. An operator that the device has no kernel for runs on
 * the CPU, on copies of the operands.
 *
 * Functions may be called from any thread. The functions of one queue are never called from two
 * threads at a time, except wait_event, which may run while the others do. Functions that can fail
 * return a weft_status; `error` then gives the text of the calling thread's failure. */
#ifndef WEFT_WEFT_DEVICE_H_
#define WEFT_WEFT_DEVICE_H_

#include "weft.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a layout or a meaning changes: a Weft of another number refuses the driver. */
#define WEFT_DEVICE_ABI 1

/* An operand of a call. Strides are in elements. Outputs are dense, except that `copy` also writes
 * into parts of arrays. */
typedef struct weft_device_array {
  /* Of the first element; 0 without `element`: an optional input that is left out. */
  uint64_t address;
  const void* element; /* not NULL: one element, in the program's memory until launch returns */
  weft_dtype dtype;
  int32_t rank;
  const int64_t* shape;
  const int64_t* strides;
} weft_device_array;

/* One call of an operator. Weft lends it until launch returns. */
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
  uint64_t seed;    /* for random operators: the key and the counter of Philox */
  uint64_t ordinal;
} weft_device_call;

/* What a driver provides. Addresses are numbers that mean something to the driver only. Weft never
 * changes the struct. */
typedef struct weft_device_driver {
  size_t struct_size;
  uint32_t abi;     /* WEFT_DEVICE_ABI */
  int32_t count;    /* devices: name:0 to name:count-1 */
  const char* name; /* of their kind: lower-case letters, digits, underscores */
  void* context;    /* given to every function */

  /* Gives the address of new memory on device number `device`. */
  weft_status (*allocate)(void* context, int32_t device, size_t bytes, uint64_t* address);
  /* Frees memory that `allocate` gave. */
  void (*free)(void* context, int32_t device, uint64_t address, size_t bytes);
  /* Gives the device's one queue; Weft calls it once for each device. */
  weft_status (*create_queue)(void* context, int32_t device, void** queue);
  /* Queues a copy from the program's memory to the device. `from` is read when the queue gets
   * there. */
  weft_status (*copy_in)(void* context, void* queue, uint64_t to, const void* from, size_t bytes);
  /* Queues a copy from the device to the program's memory. `to` is written when the queue gets
   * there. */
  weft_status (*copy_out)(void* context, void* queue, void* to, uint64_t from, size_t bytes);
  /* Returns non-zero if the device has a kernel for the operator of this name. */
  int32_t (*has_kernel)(void* context, int32_t device, const char* op);
  /* Queues the call. The structs that describe it are gone when launch returns. */
  weft_status (*launch)(void* context, void* queue, const weft_device_call* call);
  /* Marks the end of what is on the queue now. */
  weft_status (*record_event)(void* context, void* queue, void** event);
  /* Waits for the event and frees it. Gives the failure, if any, of what ran between the queue's
   * event before and this one. */
  weft_status (*wait_event)(void* context, void* event);
  /* The text of the calling thread's last failure; NULL: no text. */
  const char* (*error)(void* context);
} weft_device_driver;

/* The function that a plug-in exports under the name WEFT_DEVICE_PLUGIN. It gives its driver, which
 * stays valid, or NULL if it cannot serve a Weft of this WEFT_DEVICE_ABI or finds no device. */
typedef const weft_device_driver* (*weft_device_plugin_function)(uint32_t abi);
#define WEFT_DEVICE_PLUGIN "weft_device_plugin"

/* Adds the devices of a driver that is part of the program. There is no way to remove them, so the
 * driver must stay valid. WEFT_UNSUPPORTED: it was built for another WEFT_DEVICE_ABI. */
WEFT_API weft_status weft_device_register(const weft_device_driver* driver);

/* Runs the CPU's kernel on a call, for a device that shares the program's memory: the addresses
 * must be pointers of this process, and `scratch` must be there if the call has it. */
WEFT_API weft_status weft_device_call_on_host(const weft_device_call* call);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_DEVICE_H_ */
