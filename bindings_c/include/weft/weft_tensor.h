/* Weft's C interface: arrays, files of them, and the devices that they are on. */
#ifndef WEFT_WEFT_TENSOR_H_
#define WEFT_WEFT_TENSOR_H_

#include "weft_base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- arrays -------------------------------------------------------------------------------- */

/* Dense; filled from `data` (shape[0]*…*size bytes), with zeros when data is NULL. A bool is a
 * byte, 0 or 1, and what comes from outside is made so here and elsewhere: any byte but 0 is 1. */
WEFT_API weft_status weft_tensor_create(weft_dtype dtype, int32_t rank, const int64_t* shape,
                                        const void* data, weft_tensor* out);
/* An array on the caller's memory: strides in elements (NULL: dense). Writes go there, both sides
 * see them. `free_owner(owner)` is called when the last array on it is gone (may be NULL), never
 * on failure. Of bools, bytes but 0 and 1 become 1 there; where the memory is read-only the array
 * is then on a copy, and the owner is freed at once. */
WEFT_API weft_status weft_tensor_wrap(void* data, weft_dtype dtype, int32_t rank,
                                      const int64_t* shape, const int64_t* strides,
                                      int32_t read_only, void* owner, void (*free_owner)(void*),
                                      weft_tensor* out);
WEFT_API weft_tensor weft_tensor_retain(weft_tensor tensor); /* returns its argument */
WEFT_API void weft_tensor_release(weft_tensor tensor);

/* What an array is. Shapes and strides are lent, as long as the array; decided at the call that
 * made it, also while its content is still being computed. */
WEFT_API weft_dtype weft_tensor_dtype(weft_tensor tensor);
WEFT_API int32_t weft_tensor_rank(weft_tensor tensor);
WEFT_API const int64_t* weft_tensor_shape(weft_tensor tensor);
WEFT_API const int64_t* weft_tensor_strides(weft_tensor tensor); /* in elements */
WEFT_API int64_t weft_tensor_elements(weft_tensor tensor);
/* Does it belong to a running trace, so that it has a type but no value? */
WEFT_API int32_t weft_tensor_is_traced(weft_tensor tensor);

/* Waits until the content is there, and gives the failure of the work that should have made it, as
 * do all functions that read. WEFT_INVALID_STATE for a traced array, which has no content. */
WEFT_API weft_status weft_tensor_wait(weft_tensor tensor);
/* Copies the elements, dense and row-major, to `data` of exactly `bytes` bytes. */
WEFT_API weft_status weft_tensor_read(weft_tensor tensor, void* data, size_t bytes);
/* The single element of an array of one: tag INT, FLOAT or BOOL. */
WEFT_API weft_status weft_tensor_item(weft_tensor tensor, weft_value* out);
/* a[...] = value: an array that broadcasts to it, or a scalar. Seen by every view of its box. */
WEFT_API weft_status weft_tensor_write(weft_tensor tensor, const weft_value* value);
/* A geometry on the same content without its history. */
WEFT_API weft_status weft_tensor_detach(weft_tensor tensor, weft_tensor* out);
typedef struct weft_hold_* weft_hold;
/* Holds the content as it is now: later writes go elsewhere. *data stays valid and unchanged
 * until weft_hold_release, whatever becomes of the array. Strides are those of the array. */
WEFT_API weft_status weft_tensor_hold(weft_tensor tensor, weft_hold* hold, const void** data);
/* Ends what weft_tensor_hold or weft_tensor_pin began; on any thread. */
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
/* The arrays of a safetensors file, in the file's order. WEFT_IO: the file is damaged. Names are
 * lent as long as the archive; weft_archive_tensor gives a new reference, which may outlive it. */
WEFT_API weft_status weft_archive_load(const char* path, weft_archive* out);
WEFT_API void weft_archive_release(weft_archive archive);
WEFT_API size_t weft_archive_count(weft_archive archive);
WEFT_API const char* weft_archive_name_at(weft_archive archive, size_t index);
WEFT_API weft_status weft_archive_tensor(weft_archive archive, size_t index, weft_tensor* out);
/* A text of the file's metadata, lent by the archive; NULL if there is none of that key. */
WEFT_API const char* weft_archive_metadata(weft_archive archive, const char* key);

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
/* Set struct_size first. */
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

#ifdef __cplusplus
}
#endif
#endif /* WEFT_WEFT_TENSOR_H_ */
