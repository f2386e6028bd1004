/* weft_model_run, and the mistakes that a caller of contexts can make: each is a status and a text.
 */
#define _POSIX_C_SOURCE 200112L
#include "small_net.h"
#include "two_threads.h"

static const char* const kPath = "weft_abi_run_model.weft";
static float images_data[kBatch * 64 + 1];
static float expected[kBatch * kClasses];

static weft_buffer buffer_of(void* data, size_t bytes) {
  weft_buffer buffer = {NULL, 0, {WEFT_FLOAT32, 4, {kBatch, 1, 8, 8}}};
  buffer.data = data;
  buffer.bytes = bytes;
  return buffer;
}

static void one_call_gives_the_bits_of_a_context(weft_model model) {
  float scores[kBatch * kClasses + 1];
  const weft_buffer in = buffer_of(images_data, kBatch * 64 * sizeof(float));
  weft_buffer out = {NULL, 0, {0, 0, {0}}};
  int i;
  out.data = scores;
  out.bytes = sizeof scores; /* more than it takes */
  for (i = 0; i < 3; ++i) {
    memset(scores, 0, sizeof scores);
    MUST(weft_model_run(model, "scores", &in, 1, &out, 1));
    CHECK(memcmp(scores, expected, sizeof expected) == 0);
    CHECK(out.bytes == sizeof expected && out.type.dtype == WEFT_FLOAT32 && out.type.rank == 2);
    CHECK(out.type.shape[0] == kBatch && out.type.shape[1] == kClasses);
    out.bytes = sizeof scores;
  }
  memset(scores, 0, sizeof scores);
  out.data = NULL; /* only told about */
  out.bytes = 0;
  MUST(weft_model_run(model, "scores", &in, 1, &out, 1));
  CHECK(out.bytes == sizeof expected && scores[0] == 0);
}

static void wrong_arrays_are_refused(weft_model model) {
  float scores[kBatch * kClasses];
  weft_buffer in = buffer_of(images_data, kBatch * 64 * sizeof(float));
  weft_buffer out = {NULL, 0, {0, 0, {0}}};
  out.data = scores;
  out.bytes = sizeof scores;
  in.type.dtype = WEFT_INT32;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE,
        "input `images` must be float32(");
  in.type.dtype = 77;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "dtype 77");
  in.type.dtype = WEFT_FLOAT32;
  in.type.shape[3] = 7;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "1, 8, 7)");
  in.type.shape[3] = 8;
  in.type.rank = 3;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "images");
  in.type.rank = WEFT_MAX_RANK + 1;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "rank");
  in.type.rank = 4;
  in.bytes -= 4;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "bytes");
  in.bytes += 4;
  in.data = (char*)images_data + 2;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "multiple of 4");
  in.data = NULL;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "images");
  in.data = images_data;
  out.bytes -= 1;
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "output `scores`");
  out.bytes += 1;
  FAILS(weft_model_run(model, "scores", &in, 0, &out, 1), WEFT_INVALID_VALUE, "has 1 inputs");
  FAILS(weft_model_run(model, "scores", &in, 1, &out, 0), WEFT_INVALID_VALUE, "1 outputs");
  FAILS(weft_model_run(model, "scores", NULL, 1, &out, 1), WEFT_INVALID_VALUE, "inputs");
  FAILS(weft_model_run(model, "other", &in, 1, &out, 1), WEFT_NOT_FOUND, "other");
  FAILS(weft_model_run(NULL, "scores", &in, 1, &out, 1), WEFT_INVALID_VALUE, "model");
  MUST(weft_model_run(model, "scores", &in, 1, &out, 1));
}

static void memory_at_an_odd_address_is_refused(weft_model model) {
  weft_context context = NULL;
  float scores[kBatch * kClasses + 1];
  MUST(weft_context_create(model, "scores", NULL, 0, &context));
  FAILS(weft_context_bind_input(context, 0, (char*)images_data + 1, kBatch * 64 * sizeof(float)),
        WEFT_INVALID_VALUE, "input `images`");
  FAILS(weft_context_bind_output(context, 0, (char*)scores + 3, sizeof expected),
        WEFT_INVALID_VALUE, "multiple of 4 bytes");
  weft_context_release(context);
}

/* ---- threads --------------------------------------------------------------------------------- */

enum { kRuns = 2000 };

static void* run_the_model(void* argument) {
  weft_model model = (weft_model)argument;
  float scores[kBatch * kClasses];
  const weft_buffer in = buffer_of(images_data, kBatch * 64 * sizeof(float));
  weft_buffer out = {NULL, 0, {0, 0, {0}}};
  long wrong = 0;
  int i;
  for (i = 0; i < kRuns / 10; ++i) {
    out.data = scores;
    out.bytes = sizeof scores;
    MUST(weft_model_run(model, "scores", &in, 1, &out, 1));
    wrong += memcmp(scores, expected, sizeof scores) != 0;
  }
  return wrong ? argument : NULL;
}

/* Counts what is refused; anything but a result or that is wrong. */
static void* share_a_context(void* argument) {
  weft_context context = (weft_context)argument;
  long wrong = 0;
  int i;
  for (i = 0; i < kRuns; ++i) {
    const weft_status status = weft_context_run(context);
    if (status == WEFT_OK) continue;
    wrong += status != WEFT_INVALID_STATE || !strstr(weft_last_error(), "another thread");
  }
  return wrong ? argument : NULL;
}

static void two_threads_in_one_context_are_told(weft_model model) {
  weft_context context = NULL;
  float scores[kBatch * kClasses];
  MUST(weft_context_create(model, "scores", NULL, 0, &context));
  MUST(weft_context_bind_input(context, 0, images_data, kBatch * 64 * sizeof(float)));
  MUST(weft_context_bind_output(context, 0, scores, sizeof scores));
  in_two_threads(share_a_context, context);
  MUST(weft_context_run(context));
  CHECK(memcmp(scores, expected, sizeof scores) == 0);
  weft_context_release(context);
}

static void a_model_tells_what_it_needs(weft_model model) {
  const char* text = NULL;
  MUST(weft_model_figures(model, 0, &text));
  CHECK(strstr(text, "entry scores\n  operators: ") == text);
  CHECK(strstr(text, "multiply-adds: ") && strstr(text, "arena: "));
  FAILS(weft_model_figures(model, -1, &text), WEFT_INVALID_VALUE, "batch");
  FAILS(weft_model_figures(NULL, 0, &text), WEFT_INVALID_VALUE, "model");
  MUST(weft_model_plans(model, 0, &text));
  CHECK(strstr(text, "\": {\"forward\": {\"arena\": ") != NULL);
  CHECK(strstr(text, "\"buffers\": [") != NULL);
  FAILS(weft_model_plans(model, -1, &text), WEFT_INVALID_VALUE, "batch");
  FAILS(weft_model_plans(model, 0, NULL), WEFT_INVALID_VALUE, "json");
  MUST(weft_model_operators(kPath, &text));
  CHECK(strstr(text, "\noperator copy\n") && strstr(text, "\ndtype float32\n"));
  FAILS(weft_model_operators("nothing.weft", &text), WEFT_NOT_FOUND, "nothing.weft");
}

int main(void) {
  small_net net = net_create();
  weft_tensor images = net_images(3);
  weft_tensor scores = NULL;
  weft_model model = NULL;
  read_floats(images, images_data, kBatch * 64);
  MUST(weft_function_call(net.scores, &images, 1, &scores, 1));
  read_floats(scores, expected, COUNT(expected));
  net_export(&net, kPath);
  MUST(weft_model_load(kPath, &model));
  one_call_gives_the_bits_of_a_context(model);
  wrong_arrays_are_refused(model);
  memory_at_an_odd_address_is_refused(model);
  in_two_threads(run_the_model, model);
  two_threads_in_one_context_are_told(model);
  a_model_tells_what_it_needs(model);
  weft_model_release(model);
  weft_tensor_release(images);
  weft_tensor_release(scores);
  net_release(&net);
  remove(kPath);
  return report_checks();
}
