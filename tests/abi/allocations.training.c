/* A planned function in steady state asks the system for no memory: from the third call on,
 * forward, backward and the run of a model allocate nothing. Counted by taking the place of
 * every allocation function; C++'s operator new goes through malloc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/mman.h>

#include "small_net.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
/* A sanitizer has the places already. */
static long allocations;
#else

/* The library has to find these, whatever the build hides. */
#pragma GCC visibility push(default)

static long allocations;
static int stop_at_allocation; /* for a debugger: ends the process at the first one */

static void count_one(void) {
  __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
  if (stop_at_allocation == 1) abort();
}

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  count_one();
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  count_one();
  return __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) {
  count_one();
  return __libc_realloc(block, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}
void* memalign(size_t alignment, size_t size) {
  count_one();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** block, size_t alignment, size_t size) {
  count_one();
  *block = __libc_memalign(alignment, size);
  return *block ? 0 : ENOMEM;
}
void* mmap(void* address, size_t length, int protection, int flags, int file, off_t offset) {
  typedef void* (*mapper)(void*, size_t, int, int, int, off_t);
  static mapper next;
  count_one();
  if (!next) {
    void* found = dlsym(RTLD_NEXT, "mmap");
    memcpy(&next, &found, sizeof next);
  }
  return next(address, length, protection, flags, file, offset);
}
#pragma GCC visibility pop
#endif

enum { kWarmUp = 2, kCounted = 5 };

static long counted(void) { return __atomic_load_n(&allocations, __ATOMIC_RELAXED); }

static void counting_works(void) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  /* The library's own memory comes from the pools' blocks and from operator new. */
  const int64_t odd = 1234567;
  long before = counted();
  weft_tensor_release(vector_of(odd, NULL));
  CHECK(counted() > before);
  before = counted();
  weft_function_release(NULL);
  CHECK(counted() == before);
  before = counted();
  CHECK(weft_op_find("none such", (weft_op[1]){NULL}) != WEFT_OK);
  CHECK(counted() > before);
#endif
}

static void step(const small_net* net, weft_tensor images, weft_tensor labels) {
  weft_tensor inputs[2];
  weft_tensor loss = NULL;
  inputs[0] = images;
  inputs[1] = labels;
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  MUST(weft_function_call(net->loss, inputs, 2, &loss, 1));
  weft_set_modes(0, WEFT_MODE_RECORDING);
  MUST(weft_backward(&loss, NULL, 1, 0));
  weft_tensor_release(loss);
}

static void a_training_step_allocates_nothing(const small_net* net) {
  weft_tensor images = net_images(2);
  weft_tensor labels = net_labels();
  long before = 0;
  int i;
  for (i = 0; i < kWarmUp + kCounted; ++i) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    stop_at_allocation = i < kWarmUp                ? 0
                         : getenv("WEFT_TEST_STOP") ? atoi(getenv("WEFT_TEST_STOP"))
                                                    : 0;
#endif
    before = counted();
    step(net, images, labels);
    if (i >= kWarmUp && counted() != before)
      printf("call %d of a training step allocated %ld times\n", i, counted() - before);
    CHECK(i < kWarmUp || counted() == before);
  }
  weft_tensor_release(images);
  weft_tensor_release(labels);
}

static void a_call_without_gradients_allocates_nothing(const small_net* net) {
  weft_tensor images = net_images(2);
  long before = 0;
  int i;
  for (i = 0; i < kWarmUp + kCounted; ++i) {
    weft_tensor scores = NULL;
    before = counted();
    MUST(weft_function_call(net->scores, &images, 1, &scores, 1));
    weft_tensor_release(scores);
    CHECK(i < kWarmUp || counted() == before);
  }
  weft_tensor_release(images);
}

static void running_a_model_allocates_nothing(const small_net* net) {
  const char* path = "weft_abi_allocations.weft";
  weft_model model = NULL;
  weft_context context = NULL;
  float images[kBatch * 64] = {1, 2, 3};
  float scores[kBatch * kClasses];
  long before = 0;
  int i;
  net_export(net, path);
  MUST(weft_model_load(path, &model));
  MUST(weft_context_create(model, "scores", NULL, 0, &context));
  for (i = 0; i < 1 + kCounted; ++i) {
    before = counted();
    MUST(weft_context_bind_input(context, 0, images, sizeof images));
    MUST(weft_context_bind_output(context, 0, scores, sizeof scores));
    MUST(weft_context_run(context));
    CHECK(i < 1 || counted() == before);
  }
  weft_context_release(context);
  weft_model_release(model);
  remove(path);
}

int main(void) {
  small_net net;
  MUST(weft_set_engine_policy("inline")); /* queuing work takes memory for it */
  net = net_create();
  counting_works();
  net_attach_grad(&net);
  a_training_step_allocates_nothing(&net);
  a_call_without_gradients_allocates_nothing(&net);
  running_a_model_allocates_nothing(&net);
  net_release(&net);
  return report_checks();
}
