/* From a traced function to a file and back: contexts, a caller's arena, bits, two threads. */
#define _POSIX_C_SOURCE 200112L
#include "small_net.h"
#include "two_threads.h"

static const char* const kPath = "weft_abi_models.weft";
static float images_data[kBatch * 64];
static float expected[kBatch * kClasses];

static void run_into(weft_context context, float* scores) {
  MUST(weft_context_bind_input(context, 0, images_data, sizeof images_data));
  MUST(weft_context_run(context));
  {
    const void* data = NULL;
    MUST(weft_context_output_data(context, 0, &data));
    memcpy(scores, data, sizeof expected);
  }
}

static void a_model_gives_the_bits_of_its_function(weft_model model) {
  weft_context context = NULL;
  weft_port port = WEFT_PORT_INIT;
  float scores[kBatch * kClasses];
  const void* data = NULL;
  MUST(weft_context_create(model, "scores", NULL, 0, &context));
  CHECK(weft_context_inputs(context) == 1 && weft_context_outputs(context) == 1);
  MUST(weft_context_get_input(context, 0, &port));
  CHECK(strcmp(port.name, "images") == 0 && port.dtype == WEFT_FLOAT32 && port.rank == 4);
  CHECK(port.bytes == sizeof images_data && port.shape[3] == 8);
  MUST(weft_context_get_output(context, 0, &port));
  CHECK(strcmp(port.name, "scores") == 0 && port.bytes == sizeof scores);
  FAILS(weft_context_get_output(context, 1, &port), WEFT_INDEX_OUT_OF_RANGE, "index");
  port.struct_size = 3;
  FAILS(weft_context_get_output(context, 0, &port), WEFT_INVALID_VALUE, "struct_size");
  FAILS(weft_context_run(context), WEFT_INVALID_STATE, "images");
  FAILS(weft_context_output_data(context, 0, &data), WEFT_INVALID_STATE, "before a run");
  FAILS(weft_context_bind_input(context, 0, images_data, 5), WEFT_INVALID_VALUE, "images");
  FAILS(weft_context_bind_input(context, 0, NULL, sizeof images_data), WEFT_INVALID_VALUE,
        "images");
  FAILS(weft_context_bind_input(context, 1, images_data, 4), WEFT_INDEX_OUT_OF_RANGE, "index");
  run_into(context, scores);
  CHECK(memcmp(scores, expected, sizeof scores) == 0);
  memset(scores, 0, sizeof scores);
  MUST(weft_context_bind_output(context, 0, scores, sizeof scores));
  MUST(weft_context_run(context));
  CHECK(memcmp(scores, expected, sizeof scores) == 0);
  weft_context_release(context);
}

static void a_context_runs_in_the_callers_arena(weft_model model) {
  size_t bytes = 0;
  void* arena = NULL;
  unsigned char* end = NULL;
  weft_context context = NULL;
  float scores[kBatch * kClasses];
  int i;
  MUST(weft_model_arena_bytes(model, "scores", &bytes));
  CHECK(bytes > 0 && bytes < (1 << 20));
  CHECK(posix_memalign(&arena, 64, bytes + 64) == 0);
  end = (unsigned char*)arena + bytes;
  memset(end, 0xa5, 64);
  FAILS(weft_context_create(model, "scores", arena, bytes - 1, &context), WEFT_INVALID_VALUE,
        "arena");
  FAILS(weft_context_create(model, "scores", (char*)arena + 4, bytes, &context), WEFT_INVALID_VALUE,
        "aligned");
  FAILS(weft_context_create(model, "nothing", arena, bytes, &context), WEFT_NOT_FOUND, "nothing");
  CHECK(context == NULL);
  MUST(weft_context_create(model, "scores", arena, bytes, &context));
  run_into(context, scores);
  CHECK(memcmp(scores, expected, sizeof scores) == 0);
  for (i = 0; i < 64; ++i) CHECK(end[i] == 0xa5);
  weft_context_release(context);
  free(arena);
}

static void a_model_is_described(weft_model model) {
  size_t i;
  CHECK(weft_model_entry_count(model) == 1);
  CHECK(strcmp(weft_model_entry_name_at(model, 0), "scores") == 0);
  CHECK(weft_model_entry_name_at(model, 1) == NULL);
  CHECK(weft_model_tensor_count(model) == kWeights);
  for (i = 0; i < kWeights; ++i) CHECK(strchr(weft_model_tensor_name_at(model, i), '.') != NULL);
  CHECK(strstr(weft_model_text(model), "scores") != NULL);
  CHECK(strstr(weft_model_text(model), "conv.weight") != NULL);
}

static void a_models_entry_can_be_trained(weft_model model) {
  weft_function function = NULL;
  const int64_t shape[] = {kBatch, 1, 8, 8};
  weft_tensor images = floats(4, shape, images_data);
  weft_tensor scores = NULL;
  weft_tensor gradient = NULL;
  float read[kBatch * kClasses];
  size_t i;
  MUST(weft_model_function(model, "scores", &function));
  FAILS(weft_model_function(model, "other", &function), WEFT_NOT_FOUND, "other");
  CHECK(weft_function_captures(function) == kWeights);
  for (i = 0; i < kWeights; ++i)
    MUST(weft_tensor_attach_grad(weft_function_capture_at(function, i), WEFT_GRAD_WRITE));
  CHECK(weft_function_capture_name_at(function, 0) != NULL);
  CHECK(weft_function_capture_name_at(function, kWeights) == NULL);
  weft_set_modes(WEFT_MODE_RECORDING, 0);
  MUST(weft_function_call(function, &images, 1, &scores, 1));
  weft_set_modes(0, WEFT_MODE_RECORDING);
  read_floats(scores, read, COUNT(read));
  CHECK(memcmp(read, expected, sizeof read) == 0);
  MUST(weft_backward(&scores, NULL, 1, 0));
  MUST(weft_tensor_grad(weft_function_capture_at(function, 0), &gradient));
  CHECK(weft_tensor_grad_version(weft_function_capture_at(function, 0)) == 1);
  weft_tensor_release(gradient);
  weft_tensor_release(scores);
  weft_tensor_release(images);
  weft_function_release(function);
}

/* ---- files that are damaged ------------------------------------------------------------------ */

static void a_damaged_file_is_refused(void) {
  FILE* file = fopen(kPath, "rb");
  long size = 0;
  unsigned char* bytes = NULL;
  unsigned char* copy = NULL;
  weft_model model = NULL;
  uint32_t state = 7;
  long cut;
  int i;
  CHECK(file && fseek(file, 0, SEEK_END) == 0);
  size = ftell(file);
  rewind(file);
  bytes = (unsigned char*)malloc((size_t)size);
  CHECK(fread(bytes, 1, (size_t)size, file) == (size_t)size);
  fclose(file);
  for (cut = 0; cut < size; cut += 1 + size / 100) {
    copy = (unsigned char*)malloc((size_t)cut + 1);
    memcpy(copy, bytes, (size_t)cut);
    model = NULL;
    CHECK(weft_model_load_memory(copy, (size_t)cut, &model) != WEFT_OK && model == NULL);
    free(copy);
  }
  /* One changed byte in the header: refused, or a model that runs or refuses to. */
  for (i = 0; i < 3000; ++i) {
    weft_context context = NULL;
    copy = (unsigned char*)malloc((size_t)size);
    memcpy(copy, bytes, (size_t)size);
    state = state * 1664525u + 1013904223u;
    copy[(state >> 8) % 2000] = (unsigned char)(state >> 3);
    model = NULL;
    if (weft_model_load_memory(copy, (size_t)size, &model) == WEFT_OK) {
      const char* entry = weft_model_entry_name_at(model, 0);
      if (entry && weft_context_create(model, entry, NULL, 0, &context) == WEFT_OK) {
        weft_port port = WEFT_PORT_INIT;
        MUST(weft_context_get_input(context, 0, &port));
        if (port.bytes == sizeof images_data) {
          (void)weft_context_bind_input(context, 0, images_data, sizeof images_data);
          (void)weft_context_run(context);
        }
      }
    } else {
      CHECK(weft_last_error()[0] != 0);
    }
    weft_context_release(context);
    weft_model_release(model);
    free(copy);
  }
  free(bytes);
}

/* ---- threads ------------------------------------------------------------------------------------
 */

enum { kRuns = 200 };

static void* run_a_context(void* argument) {
  weft_model model = (weft_model)argument;
  weft_context context = NULL;
  float scores[kBatch * kClasses];
  long wrong = 0;
  int i;
  MUST(weft_context_create(model, "scores", NULL, 0, &context));
  for (i = 0; i < kRuns; ++i) {
    run_into(context, scores);
    wrong += memcmp(scores, expected, sizeof scores) != 0;
  }
  weft_context_release(context);
  return wrong ? argument : NULL;
}

static void* call_a_function(void* argument) {
  const small_net* net = (const small_net*)argument;
  const int64_t shape[] = {kBatch, 1, 8, 8};
  weft_tensor images = floats(4, shape, images_data);
  float scores[kBatch * kClasses];
  long wrong = 0;
  int i;
  for (i = 0; i < kRuns; ++i) {
    weft_tensor out = NULL;
    MUST(weft_function_call(net->scores, &images, 1, &out, 1));
    read_floats(out, scores, COUNT(scores));
    wrong += memcmp(scores, expected, sizeof scores) != 0;
    weft_tensor_release(out);
  }
  weft_tensor_release(images);
  return wrong ? argument : NULL;
}

static void a_model_becomes_c(weft_model model) {
  weft_c_options options = WEFT_C_OPTIONS_INIT;
  FILE* file;
  FAILS(weft_model_write_c(model, &options, NULL), WEFT_INVALID_VALUE, "folder");
  FAILS(weft_model_write_c(model, NULL, "."), WEFT_NOT_FOUND, "forward");
  options.entry = "scores";
  options.name = "weft_abi_net";
  FAILS(weft_model_write_c(model, &options, "no/such/folder"), WEFT_IO, "no/such/folder");
  options.memory = 1;
  FAILS(weft_model_write_c(model, &options, "."), WEFT_INVALID_VALUE, "`memory` must be at least");
  options.memory = 0;
  options.name = "";
  FAILS(weft_model_write_c(model, &options, "."), WEFT_INVALID_VALUE, "`name`");
  options.name = "int";
  FAILS(weft_model_write_c(model, &options, "."), WEFT_INVALID_VALUE, "`name`");
  options.name = "weft_abi_net";
  options.struct_size = 8;
  FAILS(weft_model_write_c(model, &options, "."), WEFT_INVALID_VALUE, "struct_size");
  options.struct_size = sizeof options;
  options.train = "";
  FAILS(weft_model_write_c(model, &options, "."), WEFT_INVALID_VALUE, "`train`");
  options.train = "*";
  FAILS(weft_model_write_c(model, &options, "."), WEFT_NOT_FOUND, "`train`");
  options.train_entry = "scores";
  FAILS(weft_model_write_c(model, &options, "."), WEFT_INVALID_VALUE, "trains no parameter");
  options.struct_size = offsetof(weft_c_options, train); /* as callers had it before training */
  MUST(weft_model_write_c(model, &options, "."));
  file = fopen("weft_abi_net.c", "r");
  CHECK(file != NULL);
  if (file) fclose(file);
  CHECK(remove("weft_abi_net.c") == 0 && remove("weft_abi_net.h") == 0);
  CHECK(remove("weft_abi_net_main.c") != 0);
}

int main(void) {
  small_net net = net_create();
  weft_tensor images = net_images(3);
  weft_tensor scores = NULL;
  weft_model model = NULL;
  read_floats(images, images_data, COUNT(images_data));
  MUST(weft_function_call(net.scores, &images, 1, &scores, 1));
  read_floats(scores, expected, COUNT(expected));
  net_export(&net, kPath);
  MUST(weft_model_load(kPath, &model));
  a_model_gives_the_bits_of_its_function(model);
  a_context_runs_in_the_callers_arena(model);
  a_model_is_described(model);
  a_model_becomes_c(model);
  in_two_threads(run_a_context, model);
  in_two_threads(call_a_function, &net);
  a_models_entry_can_be_trained(model);
  a_damaged_file_is_refused();
  weft_model_release(model);
  weft_tensor_release(images);
  weft_tensor_release(scores);
  net_release(&net);
  remove(kPath);
  return report_checks();
}
