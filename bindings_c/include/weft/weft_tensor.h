/* Weft's C interface: arrays, files of them, and the devices that they are on. */
#ifndef WEFT_WEFT_TENSOR_H_
#define WEFT_WEFT_TENSOR_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- arrays -------------------------------------------------------------------------------- */

/* Makes a dense array, filled from `data` (shape[0]*…*size bytes), or with zeros when data is NULL.
 * A bool is a byte, 0 or 1. Bytes from outside become so here and in every other function: any byte
 * but 0 counts as 1. */
WEFT_API weft_status weft_tensor_create(weft_dtype dtype, int32_t rank, const int64_t* shape,
                                        const void* data, weft_tensor* out);
/* Makes an array on the caller's memory; strides are in elements (NULL: dense). Both sides see what
 * the other writes. `free_owner(owner)` is called when the last array on the memory is gone (it may
 * be NULL); it is never called on failure. Bools: bytes other than 0 and 1 become 1 in the caller's
 * memory. If the memory is read-only, the array gets a copy instead, and the owner is freed at
 * once. */
WEFT_API weft_status weft_tensor_wrap(void* data, weft_dtype dtype, int32_t rank,
                                      const int64_t* shape, const int64_t* strides,
                                      int32_t read_only, void* owner, void (*free_owner)(void*),
                                      weft_tensor* out);
/* Takes one more reference and returns its argument. */
WEFT_API weft_tensor weft_tensor_retain(weft_tensor tensor);
/* Gives a reference back; the last one frees the array. */
WEFT_API void weft_tensor_release(weft_tensor tensor);

/* What an array is. This is known from the call that made the array on, also while its content is
 * still being computed. NULL gives -1 or NULL. */
WEFT_API weft_dtype weft_tensor_dtype(weft_tensor tensor);
/* The number of axes. */
WEFT_API int32_t weft_tensor_rank(weft_tensor tensor);
/* The extents, one for each axis, lent as long as the array lives. */
WEFT_API const int64_t* weft_tensor_shape(weft_tensor tensor);
/* The strides in elements, one for each axis, lent as long as the array lives. */
WEFT_API const int64_t* weft_tensor_strides(weft_tensor tensor);
/* The number of elements, the product of the extents. */
WEFT_API int64_t weft_tensor_elements(weft_tensor tensor);
/* Does the array belong to a running trace? It then has a type and no content. */
WEFT_API int32_t weft_tensor_is_traced(weft_tensor tensor);

/* Waits until the content is there. Gives the failure of the work that should have made it, as all
 * functions that read do. WEFT_INVALID_STATE for a traced array, which has no content. */
WEFT_API weft_status weft_tensor_wait(weft_tensor tensor);
/* Copies the elements, dense and row-major, to `data` of exactly `bytes` bytes. */
WEFT_API weft_status weft_tensor_read(weft_tensor tensor, void* data, size_t bytes);
/* Gives the element of an array that has one: the tag is INT, FLOAT or BOOL, and UNSIGNED for 2^63
 * and more. */
WEFT_API weft_status weft_tensor_item(weft_tensor tensor, weft_value* out);
/* Writes as a[...] = value does: an array that broadcasts to the target, or a scalar. Every view of
 * the target's box sees it. */
WEFT_API weft_status weft_tensor_write(weft_tensor tensor, const weft_value* value);
/* Gives an array on the same content without its history: gradients end there. */
WEFT_API weft_status weft_tensor_detach(weft_tensor tensor, weft_tensor* out);
/* A content that must not change, or an address that must not move. */
typedef struct weft_hold_* weft_hold;
/* Holds the content as it is now: later writes to the array go to other memory. *data stays valid
 * and unchanged until weft_hold_release, even when the array is gone. The strides are those of the
 * array. */
WEFT_API weft_status weft_tensor_hold(weft_tensor tensor, weft_hold* hold, const void** data);
/* Ends a hold or a pin, on any thread. */
WEFT_API void weft_hold_release(weft_hold hold);
/* Pins the array: until weft_hold_release its content stays at *data, where the library and the
 * caller read and write it. Who needs its value unchanged (a tape, a hold) takes a copy. */
WEFT_API weft_status weft_tensor_pin(weft_tensor tensor, weft_hold* hold, void** data);
/* Do two arrays share a box, so that a write through one may be seen through the other? */
WEFT_API int32_t weft_tensor_shares_box(weft_tensor a, weft_tensor b);
/* Marks the array's box as state (running statistics, an optimizer's moments) or unmarks it. State
 * may be written while recording or tracing; it stores values without their history. */
WEFT_API weft_status weft_tensor_set_state(weft_tensor tensor, int32_t state);

/* The structures are in weft_dlpack.h. */
struct DLManagedTensor;
struct DLManagedTensorVersioned;
/* Gives the array to another library by DLPack 1 (https://dmlc.github.io/dlpack), without a copy.
 * It is pinned until the consumer calls `deleter`. Read-only memory stays read-only. */
WEFT_API weft_status weft_tensor_to_dlpack(weft_tensor tensor,
                                           struct DLManagedTensorVersioned** managed);
/* The same in DLPack's form without a version. It cannot say that memory is read-only, so such an
 * array fails with WEFT_INVALID_STATE. */
WEFT_API weft_status weft_tensor_to_dlpack_unversioned(weft_tensor tensor,
                                                       struct DLManagedTensor** managed);
/* Makes an array on the producer's memory. When the last array on it is gone, on whatever thread,
 * `release(managed)` is called; NULL: the producer's deleter. `managed` is untouched on failure. */
WEFT_API weft_status weft_tensor_from_dlpack(
    struct DLManagedTensorVersioned* managed,
    void (*release)(struct DLManagedTensorVersioned* managed), weft_tensor* out);
/* The same from DLPack's form without a version. */
WEFT_API weft_status weft_tensor_from_dlpack_unversioned(
    struct DLManagedTensor* managed, void (*release)(struct DLManagedTensor* managed),
    weft_tensor* out);

/* Writes named arrays to a safetensors file. The file is replaced in one step: a failure leaves the
 * old one whole. `metadata` is a JSON object of strings, or NULL. */
WEFT_API weft_status weft_tensors_save(const char* path, const char* const* names,
                                       const weft_tensor* tensors, size_t count,
                                       const char* metadata);
/* Does the same on the library's threads, with the contents that the arrays have at this call.
 * Names and dtypes are checked before it returns. `written` receives a new array of one bool that
 * is ready when the file is complete; weft_tensor_wait on it, and weft_wait_all, give a failure of
 * the disk. Files are written in the order of the calls; functions that load or save a file wait
 * for all writes before them. */
WEFT_API weft_status weft_tensors_save_async(const char* path, const char* const* names,
                                             const weft_tensor* tensors, size_t count,
                                             const char* metadata, weft_tensor* written);
/* A safetensors file that was read. */
typedef struct weft_archive_* weft_archive;
/* Reads a safetensors file. WEFT_IO: the file is damaged. */
WEFT_API weft_status weft_archive_load(const char* path, weft_archive* out);
/* Frees the archive; its arrays live on where they are referenced. */
WEFT_API void weft_archive_release(weft_archive archive);
/* The number of arrays in the file. */
WEFT_API size_t weft_archive_count(weft_archive archive);
/* The name of an array, in the order of the file; lent as long as the archive. */
WEFT_API const char* weft_archive_name_at(weft_archive archive, size_t index);
/* A new reference to an array; it may outlive the archive. */
WEFT_API weft_status weft_archive_tensor(weft_archive archive, size_t index, weft_tensor* out);
/* A text of the file's metadata, lent by the archive; NULL if it has no such key. */
WEFT_API const char* weft_archive_metadata(weft_archive archive, const char* key);

/* ---- devices --------------------------------------------------------------------------------- */

/* Adds the devices of a plug-in, a shared library as in weft_device.h. */
WEFT_API weft_status weft_device_load(const char* path);
/* The number of devices, without the CPU. */
WEFT_API size_t weft_device_count(void);
/* A device by number; NULL past the end. */
WEFT_API weft_device weft_device_at(size_t index);
/* The name of a device, such as "cuda:1"; "cpu" for NULL. */
WEFT_API const char* weft_device_name(weft_device device);
/* Finds a device by its name, or the first one of a kind: "cuda". *device is NULL for "cpu". */
WEFT_API weft_status weft_device_find(const char* name, weft_device* device);
/* Figures of a device's memory. */
typedef struct weft_device_info {
  size_t struct_size;
  int64_t live; /* bytes in use */
  int64_t peak; /* most bytes in use at one time */
  /* Lines of "operator count": how often the CPU computed an operator because the device has no
   * kernel for it. Valid until the thread's next call. */
  const char* fallbacks;
} weft_device_info;
#define WEFT_DEVICE_INFO_INIT \
  { sizeof(weft_device_info), 0, 0, NULL }
/* Fills in the figures of a device. Set info->struct_size first. */
WEFT_API weft_status weft_device_get_info(weft_device device, weft_device_info* info);

/* Sets the device of this thread's new arrays; returns the one before. */
WEFT_API weft_device weft_set_device(weft_device device);
/* The device of this thread's new arrays. */
WEFT_API weft_device weft_get_device(void);
/* The device that the array is on. A traced array has none: it gives that of new arrays, where the
 * trace runs. */
WEFT_API weft_device weft_tensor_device(weft_tensor tensor);
/* Gives the array on a device: the array itself if it is there, else a dense copy. The call is
 * recorded as an operator is. The copy is queued; the engine orders later uses of both arrays
 * behind it. */
WEFT_API weft_status weft_tensor_to_device(weft_tensor tensor, weft_device device,
                                           weft_tensor* out);

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_TENSOR_H_ */
