/* Arrays shared with others: pinned addresses and DLPack, both ways. */
#include <weft/weft_dlpack.h>

#include "checks.h"

static int freed;

static void a_pinned_array_is_written_in_place_by_both_sides(void) {
  const float ones[4] = {1, 1, 1, 1};
  const weft_value two = of_float(2);
  weft_tensor a = vector_of(4, ones);
  weft_hold value = NULL;
  weft_hold pin = NULL;
  const void* before = NULL;
  void* memory = NULL;
  float read[4];
  MUST(weft_tensor_hold(a, &value, &before)); /* taken before: stays as it is */
  MUST(weft_tensor_pin(a, &pin, &memory));
  ((float*)memory)[3] = 7;
  read_floats(a, read, 4);
  CHECK(read[3] == 7 && ((const float*)before)[3] == 1);
  MUST(weft_tensor_write(a, &two));
  CHECK(((float*)memory)[0] == 2 && ((const float*)before)[0] == 1);
  weft_hold_release(value);
  MUST(weft_tensor_hold(a, &value, &before)); /* taken while pinned: a copy */
  ((float*)memory)[0] = 5;
  CHECK(((const float*)before)[0] == 2);
  weft_hold_release(value);
  weft_hold_release(pin);
  MUST(weft_tensor_hold(a, &value, &before)); /* pinned no more: no copy */
  CHECK(before == memory);
  weft_hold_release(value);
  weft_tensor_release(a);
}

static void what_goes_out_describes_the_view(void) {
  const int64_t shape[] = {2, 3};
  const int64_t axes[] = {1, 0};
  const float numbers[6] = {0, 1, 2, 3, 4, 5};
  weft_tensor a = floats(2, shape, numbers);
  DLManagedTensorVersioned* managed = NULL;
  weft_value args[2];
  weft_tensor view = NULL;
  float read[6];
  args[0] = of_tensor(a);
  args[1] = of_ints(axes, 2);
  view = apply("transpose", args, 2);
  MUST(weft_tensor_to_dlpack(view, &managed));
  CHECK(managed->version.major == 1 && managed->flags == 0);
  CHECK(managed->dl_tensor.ndim == 2 && managed->dl_tensor.device.device_type == kDLCPU);
  CHECK(managed->dl_tensor.shape[0] == 3 && managed->dl_tensor.strides[0] == 1);
  CHECK(managed->dl_tensor.dtype.code == kDLFloat && managed->dl_tensor.dtype.bits == 32);
  weft_tensor_release(view);
  ((float*)managed->dl_tensor.data)[4] = 40;
  read_floats(a, read, 6);
  CHECK(read[4] == 40);
  weft_tensor_release(a); /* the consumer keeps the memory */
  CHECK(((float*)managed->dl_tensor.data)[4] == 40);
  managed->deleter(managed);
}

static void read_only_memory_goes_out_as_such_or_not_at_all(void) {
  static const float memory[2] = {1, 2};
  const int64_t two = 2;
  DLManagedTensorVersioned* managed = NULL;
  DLManagedTensor* old = NULL;
  weft_hold pin = NULL;
  void* data = NULL;
  weft_tensor a = NULL;
  MUST(weft_tensor_wrap((void*)(uintptr_t)memory, WEFT_FLOAT32, 1, &two, NULL, 1, NULL, NULL, &a));
  MUST(weft_tensor_to_dlpack(a, &managed));
  CHECK(managed->flags == DLPACK_FLAG_BITMASK_READ_ONLY);
  managed->deleter(managed);
  FAILS(weft_tensor_to_dlpack_unversioned(a, &old), WEFT_INVALID_STATE, "read-only");
  FAILS(weft_tensor_pin(a, &pin, &data), WEFT_INVALID_STATE, "read-only");
  CHECK(old == NULL && pin == NULL && data == NULL);
  weft_tensor_release(a);
}

static float outside[8];
static void count_old(DLManagedTensor* self) { freed += self->dl_tensor.ndim; }
static void count_new(DLManagedTensorVersioned* self) { freed += self->dl_tensor.ndim; }
static void count_released(DLManagedTensor* self) { freed += 100 * self->dl_tensor.ndim; }

static DLManagedTensor old_form(int64_t* shape, int64_t* strides) {
  const DLDataType type = {kDLFloat, 32, 1};
  DLManagedTensor managed;
  memset(&managed, 0, sizeof managed);
  managed.dl_tensor.data = outside;
  managed.dl_tensor.device.device_type = (int32_t)kDLCPU;
  managed.dl_tensor.ndim = 2;
  managed.dl_tensor.dtype = type;
  managed.dl_tensor.shape = shape;
  managed.dl_tensor.strides = strides;
  managed.dl_tensor.byte_offset = 2 * sizeof(float);
  managed.deleter = count_old;
  return managed;
}

static void what_comes_in_is_the_producers_memory(void) {
  int64_t shape[] = {2, 2};
  int64_t strides[] = {-2, 1};
  DLManagedTensor managed = old_form(shape, strides);
  const weft_value nine = of_float(9);
  weft_tensor a = NULL;
  float read[4];
  int i;
  for (i = 0; i < 8; ++i) outside[i] = (float)i;
  freed = 0;
  MUST(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a));
  read_floats(a, read, 4);
  CHECK(read[0] == 2 && read[1] == 3 && read[2] == 0 && read[3] == 1);
  MUST(weft_tensor_write(a, &nine));
  CHECK(outside[0] == 9 && outside[3] == 9 && outside[4] == 4);
  CHECK(freed == 0);
  weft_tensor_release(a);
  CHECK(freed == 2);
  managed.deleter = NULL; /* a producer that keeps its memory for ever */
  managed.dl_tensor.strides = NULL;
  MUST(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a));
  CHECK(weft_tensor_strides(a)[0] == 2);
  weft_tensor_release(a);
  CHECK(freed == 2);
  MUST(weft_tensor_from_dlpack_unversioned(&managed, count_released, &a));
  weft_tensor_release(a);
  CHECK(freed == 202);
}

static void flags_and_versions_are_respected(void) {
  int64_t shape[] = {2, 2};
  const DLManagedTensor old = old_form(shape, NULL);
  const weft_value nine = of_float(9);
  DLManagedTensorVersioned managed;
  weft_tensor a = NULL;
  memset(&managed, 0, sizeof managed);
  managed.version.major = 1;
  managed.version.minor = 99;
  managed.dl_tensor = old.dl_tensor;
  managed.deleter = count_new;
  managed.flags = DLPACK_FLAG_BITMASK_READ_ONLY;
  freed = 0;
  MUST(weft_tensor_from_dlpack(&managed, NULL, &a));
  FAILS(weft_tensor_write(a, &nine), WEFT_INVALID_STATE, "read-only");
  weft_tensor_release(a);
  CHECK(freed == 2);
  managed.version.major = 2;
  FAILS(weft_tensor_from_dlpack(&managed, NULL, &a), WEFT_UNSUPPORTED, "version 2");
  CHECK(freed == 2); /* it is still the caller's */
}

static void what_cannot_come_in_is_named(void) {
  int64_t shape[] = {2, 2};
  int64_t negative[] = {2, -2};
  weft_tensor a = NULL;
  DLManagedTensor managed = old_form(shape, NULL);
  freed = 0;
  managed.dl_tensor.device.device_type = 2;
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_UNSUPPORTED, "type 2");
  managed = old_form(shape, NULL);
  managed.dl_tensor.dtype.lanes = 4;
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_INVALID_TYPE, "4 lanes");
  managed = old_form(shape, NULL);
  managed.dl_tensor.dtype.code = 5; /* complex */
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_INVALID_TYPE, "code 5");
  managed = old_form(shape, NULL);
  managed.dl_tensor.byte_offset = 2;
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_UNSUPPORTED, "aligned");
  managed = old_form(negative, NULL);
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_INVALID_VALUE, "at least 0");
  managed = old_form(shape, NULL);
  managed.dl_tensor.ndim = 99;
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_INVALID_VALUE, "16 axes");
  managed = old_form(shape, NULL);
  managed.dl_tensor.data = NULL;
  FAILS(weft_tensor_from_dlpack_unversioned(&managed, NULL, &a), WEFT_INVALID_VALUE, "data");
  CHECK(a == NULL && freed == 0);
}

static void null_pointers_are_refused(void) {
  const float one[1] = {1};
  weft_tensor a = vector_of(1, one);
  weft_hold hold = NULL;
  void* data = NULL;
  FAILS(weft_tensor_pin(NULL, &hold, &data), WEFT_INVALID_VALUE, "`tensor`");
  FAILS(weft_tensor_pin(a, NULL, &data), WEFT_INVALID_VALUE, "`hold`");
  FAILS(weft_tensor_to_dlpack(NULL, NULL), WEFT_INVALID_VALUE, "`tensor`");
  FAILS(weft_tensor_to_dlpack(a, NULL), WEFT_INVALID_VALUE, "`managed`");
  FAILS(weft_tensor_to_dlpack_unversioned(a, NULL), WEFT_INVALID_VALUE, "`managed`");
  FAILS(weft_tensor_from_dlpack(NULL, NULL, &a), WEFT_INVALID_VALUE, "`managed`");
  FAILS(weft_tensor_from_dlpack_unversioned(NULL, NULL, &a), WEFT_INVALID_VALUE, "`managed`");
  weft_tensor_release(a);
}

int main(void) {
  a_pinned_array_is_written_in_place_by_both_sides();
  what_goes_out_describes_the_view();
  read_only_memory_goes_out_as_such_or_not_at_all();
  what_comes_in_is_the_producers_memory();
  flags_and_versions_are_respected();
  what_cannot_come_in_is_named();
  null_pointers_are_refused();
  return report_checks();
}
