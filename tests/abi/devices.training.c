/* A device written in C: its memory is the program's, its queue does everything at once. */
#include <weft/weft_device.h>

#include "checks.h"

static int blocks;   /* in use */
static int launches; /* of kernels */
static const char* trouble = "none";

static weft_status take(void* context, int32_t device, size_t bytes, uint64_t* address) {
  void* const block = device == 0 ? malloc(bytes) : NULL; /* the second device has no memory */
  (void)context;
  trouble = "the device is full";
  if (!block) return WEFT_OUT_OF_MEMORY;
  ++blocks;
  *address = (uint64_t)(uintptr_t)block;
  return WEFT_OK;
}

static void give_back(void* context, int32_t device, uint64_t address, size_t bytes) {
  (void)context, (void)device, (void)bytes;
  --blocks;
  free((void*)(uintptr_t)address);
}

static weft_status create_queue(void* context, int32_t device, void** queue) {
  (void)device;
  *queue = context;
  return WEFT_OK;
}

static weft_status copy_in(void* context, void* queue, uint64_t to, const void* from,
                           size_t bytes) {
  (void)context, (void)queue;
  memcpy((void*)(uintptr_t)to, from, bytes);
  return WEFT_OK;
}

static weft_status copy_out(void* context, void* queue, void* to, uint64_t from, size_t bytes) {
  (void)context, (void)queue;
  memcpy(to, (const void*)(uintptr_t)from, bytes);
  return WEFT_OK;
}

static int32_t has_kernel(void* context, int32_t device, const char* op) {
  (void)context, (void)device;
  return strcmp(op, "exp") != 0;
}

static weft_status launch(void* context, void* queue, const weft_device_call* call) {
  (void)context, (void)queue;
  ++launches;
  trouble = "the kernel of tanh is broken";
  if (strcmp(call->name, "tanh") == 0) return WEFT_UNSUPPORTED;
  return weft_device_call_on_host(call);
}

static weft_status record_event(void* context, void* queue, void** event) {
  (void)context, (void)queue;
  *event = &blocks; /* all is done already */
  return WEFT_OK;
}

static weft_status wait_event(void* context, void* event) {
  (void)context;
  return event == &blocks ? WEFT_OK : WEFT_INTERNAL;
}

static const char* error(void* context) {
  (void)context;
  return trouble;
}

static weft_device_driver driver = {
    sizeof driver, WEFT_DEVICE_ABI, 2,       "plain",  NULL,       take,
    give_back,     create_queue,    copy_in, copy_out, has_kernel, launch,
    record_event,  wait_event,      error};

static weft_tensor call_one(const char* name, weft_tensor x) {
  const weft_value value = of_tensor(x);
  weft_tensor out = NULL;
  weft_op op = NULL;
  MUST(weft_op_find(name, &op));
  MUST(weft_invoke(op, &value, 1, &out, 1));
  return out;
}

static void a_driver_that_is_wrong_is_refused(void) {
  weft_device_driver wrong = driver;
  FAILS(weft_device_register(NULL), WEFT_INVALID_VALUE, "`driver` must not be NULL");
  wrong.abi = WEFT_DEVICE_ABI + 1;
  FAILS(weft_device_register(&wrong), WEFT_UNSUPPORTED, "got ABI 2");
  wrong = driver;
  wrong.launch = NULL;
  FAILS(weft_device_register(&wrong), WEFT_INVALID_VALUE, "got NULL for one of \"plain\"");
  wrong = driver;
  wrong.name = "Plain";
  FAILS(weft_device_register(&wrong), WEFT_INVALID_VALUE, "lower-case letters");
  CHECK(weft_device_count() == 0);
  MUST(weft_device_register(&driver));
  CHECK(weft_device_count() == 2);
  FAILS(weft_device_register(&driver), WEFT_INVALID_STATE,
        "devices of kind plain are registered already");
}

static void operators_run_where_their_arrays_are(void) {
  const float numbers[3] = {1, 4, 9};
  float read[3];
  weft_tensor here = vector_of(3, numbers);
  weft_tensor there = NULL, root = NULL, back = NULL;
  weft_device plain = NULL;
  MUST(weft_device_find("plain", &plain));
  CHECK(strcmp(weft_device_name(plain), "plain:0") == 0 && weft_device_at(0) == plain);
  MUST(weft_tensor_to_device(here, plain, &there));
  CHECK(weft_tensor_device(there) == plain && weft_tensor_device(here) == NULL);
  root = call_one("sqrt", there);
  CHECK(weft_tensor_device(root) == plain && launches > 0);
  read_floats(root, read, 3);
  CHECK(read[0] == 1 && read[1] == 2 && read[2] == 3);
  MUST(weft_tensor_to_device(root, NULL, &back));
  read_floats(back, read, 3);
  CHECK(weft_tensor_device(back) == NULL && read[2] == 3);
  weft_tensor_release(here);
  weft_tensor_release(there);
  weft_tensor_release(root);
  weft_tensor_release(back);
}

static void what_it_lacks_is_computed_here(void) {
  const float numbers[2] = {0, 0};
  float read[2];
  weft_device_info info = WEFT_DEVICE_INFO_INIT;
  weft_tensor x = NULL, y = NULL;
  const weft_device before = weft_set_device(weft_device_at(0));
  x = vector_of(2, numbers);
  CHECK(before == NULL && weft_get_device() == weft_device_at(0));
  CHECK(weft_tensor_device(x) == weft_device_at(0));
  weft_set_device(before);
  y = call_one("exp", x);
  read_floats(y, read, 2);
  CHECK(read[0] == 1 && read[1] == 1);
  MUST(weft_device_get_info(weft_device_at(0), &info));
  CHECK(strcmp(info.fallbacks, "exp 1\n") == 0 && info.live > 0 && info.peak >= info.live);
  weft_tensor_release(x);
  weft_tensor_release(y);
}

static void failures_are_in_the_words_of_the_driver(void) {
  const float numbers[2] = {1, 2};
  float read[2];
  weft_tensor here = vector_of(2, numbers);
  weft_tensor there = NULL, broken = NULL, sum = NULL, none = NULL;
  weft_device device = weft_device_at(0);
  MUST(weft_tensor_to_device(here, device, &there));
  broken = call_one("tanh", there);
  sum = call_one("negative", broken); /* passes on what is wrong */
  FAILS(weft_tensor_wait(sum), WEFT_UNSUPPORTED, "tanh: plain:0: the kernel of tanh is broken");
  FAILS(weft_tensor_read(broken, read, sizeof read), WEFT_UNSUPPORTED, "is broken");
  FAILS(weft_tensor_to_device(here, weft_device_at(1), &none), WEFT_OUT_OF_MEMORY,
        "allocate: plain:1: the device is full");
  FAILS(weft_device_find("plain:7", &device), WEFT_NOT_FOUND, "there are cpu, plain:0, plain:1");
  FAILS(weft_device_get_info(NULL, NULL), WEFT_INVALID_VALUE, "`device` must not be NULL");
  FAILS(weft_device_call_on_host(NULL), WEFT_INVALID_VALUE, "`call` must not be NULL");
  CHECK(weft_wait_all() == WEFT_OK);
  weft_tensor_release(here);
  weft_tensor_release(there);
  weft_tensor_release(broken);
  weft_tensor_release(sum);
}

int main(void) {
  a_driver_that_is_wrong_is_refused();
  operators_run_where_their_arrays_are();
  what_it_lacks_is_computed_here();
  under_policy("inline", failures_are_in_the_words_of_the_driver); /* else the call fails */
  CHECK(blocks == 0); /* whoever waited for everything finds memory given back */
  return failed_checks;
}
