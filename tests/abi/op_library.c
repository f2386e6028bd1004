/* A file whose operator is of a library: refused while the library is missing, run when it is
 * loaded. Also in the runtime-only build, which cannot write such a file: this one is made here. */
#include <math.h>

#include "checks.h"

static unsigned char file[4096];

/* The safetensors file of a model with one entry, outside_cube(x, factor=2) of float32(3,). */
static size_t write_file(void) {
  static const char* const header =
      "{\"__metadata__\":{\"weft\":\"{\\\"format\\\":1,\\\"entries\\\":[{\\\"name\\\":\\\"f\\\","
      "\\\"inputs\\\":[{\\\"name\\\":\\\"x\\\",\\\"type\\\":[\\\"float32\\\",3]}],"
      "\\\"outputs\\\":[{\\\"name\\\":\\\"y\\\",\\\"type\\\":[\\\"float32\\\",3]}],"
      "\\\"captures\\\":[],\\\"constants\\\":[],\\\"graph\\\":{"
      "\\\"nodes\\\":[{\\\"op\\\":\\\"outside_cube\\\",\\\"in\\\":[0],"
      "\\\"attributes\\\":{\\\"factor\\\":2.0},\\\"out\\\":[[\\\"float32\\\",3]]}],"
      "\\\"outputs\\\":[1],\\\"states\\\":[],\\\"ordinals\\\":0,"
      "\\\"libraries\\\":{\\\"outside_cube\\\":\\\"liboperators.so\\\"}}}]}\"}}";
  const size_t size = strlen(header);
  size_t i;
  for (i = 0; i < 8; ++i) file[i] = (unsigned char)((uint64_t)size >> (8 * i));
  memcpy(file + 8, header, size);
  for (i = 8 + size; i % 64; ++i) file[i] = ' ';
  for (size_t k = 0, padded = i - 8; k < 8; ++k)
    file[k] = (unsigned char)((uint64_t)padded >> (8 * k));
  return i;
}

static void a_file_without_its_library_is_refused(size_t bytes) {
  weft_model model = NULL;
  FAILS(weft_model_load_memory(file, bytes, &model), WEFT_UNSUPPORTED, "`outside_cube`");
  FAILS(weft_model_load_memory(file, bytes, &model), WEFT_UNSUPPORTED, "`liboperators.so`");
  CHECK(model == NULL);
}

static void what_is_no_library_is_refused(void) {
  const size_t count = weft_op_count();
  FAILS(weft_library_load(NULL), WEFT_INVALID_VALUE, "`path`");
  FAILS(weft_library_load(WEFT_TEST_LIBRARIES "/libnone.so"), WEFT_NOT_FOUND, "libnone.so");
  FAILS(weft_library_load(WEFT_TEST_LIBRARIES "/libno_library.so"), WEFT_INVALID_VALUE,
        "weft_library_init");
  FAILS(weft_library_load(WEFT_TEST_LIBRARIES "/libfrom_the_future.so"), WEFT_UNSUPPORTED,
        "`outside_future` was compiled for interface");
  CHECK(weft_op_count() == count);
}

static void a_library_adds_operators_once(void) {
  const size_t count = weft_op_count();
  weft_op_info info;
  MUST(weft_library_load(WEFT_TEST_LIBRARIES "/liboperators.so"));
  CHECK(weft_op_count() == count + 5);
  MUST(weft_library_load(WEFT_TEST_LIBRARIES "/liboperators.so"));
  CHECK(weft_op_count() == count + 5);
  info.struct_size = sizeof info;
  MUST(weft_op_get_info(find("outside_cube"), &info));
  CHECK(strcmp(info.library, "liboperators.so") == 0 && strcmp(info.place, "npx") == 0);
  CHECK(info.inputs == 1 && info.attributes == 1 && info.arguments[1].fallback.as.real == 1);
  MUST(weft_op_get_info(find("add"), &info));
  CHECK(info.library == NULL);
}

static void the_file_runs_with_its_library(size_t bytes) {
  const float in[3] = {-1.0f, 0.5f, 3.0f};
  weft_model model = NULL;
  weft_context context = NULL;
  const void* data = NULL;
  int i;
  MUST(weft_model_load_memory(file, bytes, &model));
  CHECK(strstr(weft_model_text(model), "operator outside_cube of liboperators.so") != NULL);
  MUST(weft_context_create(model, "f", NULL, 0, &context));
  MUST(weft_context_bind_input(context, 0, in, sizeof in));
  MUST(weft_context_run(context));
  MUST(weft_context_output_data(context, 0, &data));
  for (i = 0; i < 3; ++i) CHECK(fabsf(((const float*)data)[i] - 2 * in[i] * in[i] * in[i]) < 1e-5f);
  weft_context_release(context);
  weft_model_release(model);
}

int main(void) {
  const size_t bytes = write_file();
  a_file_without_its_library_is_refused(bytes);
  what_is_no_library_is_refused();
  a_library_adds_operators_once();
  the_file_runs_with_its_library(bytes);
  return report_checks();
}
