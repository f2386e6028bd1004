/* What files give for inputs that are the same everywhere: one line for each output of each entry,
 * its dtype and its elements, or one with the status of what is refused. Run for several
 * processors, of which results are compared.
 *
 *   weft_outputs <file>...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weft/weft.h>

#define MUST(call)                                                         \
  do {                                                                     \
    if ((call) != WEFT_OK) {                                               \
      fprintf(stderr, "weft_outputs: %s: %s\n", #call, weft_last_error()); \
      exit(1);                                                             \
    }                                                                      \
  } while (0)

static uint32_t state;
static uint32_t draw(void) { return (state = state * 1664525u + 1013904223u) >> 8; }

/* Floats in [-1, 1), small whole numbers otherwise. */
static void fill(void* data, const weft_port* port, size_t size) {
  size_t i;
  for (i = 0; i < port->bytes / size; ++i) {
    char* to = (char*)data + i * size;
    if (port->dtype == WEFT_FLOAT32) {
      const float number = (float)draw() / 8388608.0f - 1.0f;
      memcpy(to, &number, sizeof number);
    } else {
      *to = (char)(draw() % 2);
    }
  }
}

static void print(const weft_port* port, const char* data) {
  const size_t size = weft_dtype_name(port->dtype) ? port->bytes : 0;
  size_t i;
  printf(" %s", weft_dtype_name(port->dtype));
  if (port->dtype == WEFT_FLOAT32)
    for (i = 0; i < size / 4; ++i) {
      float number;
      memcpy(&number, data + 4 * i, 4);
      printf(" %.9g", number);
    }
  else
    for (i = 0; i < size; ++i) printf(" %d", data[i]);
  printf("\n");
}

static void run(weft_model model, const char* entry) {
  weft_context context;
  weft_port port = WEFT_PORT_INIT;
  void* bound[16] = {NULL};
  weft_status status;
  size_t i;
  int axis;
  MUST(weft_context_create(model, entry, NULL, 0, &context));
  for (i = 0; i < weft_context_inputs(context) && i < 16; ++i) {
    int64_t shape[WEFT_MAX_RANK];
    MUST(weft_context_get_input(context, i, &port));
    if (port.bytes == 0) {
      for (axis = 0; axis < port.rank; ++axis)
        shape[axis] = port.shape[axis] < 0 ? 3 : port.shape[axis];
      MUST(weft_context_set_input_shape(context, i, shape, port.rank));
      MUST(weft_context_get_input(context, i, &port));
    }
    bound[i] = calloc(port.bytes + 1, 1);
    fill(bound[i], &port,
         port.dtype == WEFT_INT64 || port.dtype == WEFT_FLOAT64   ? 8
         : port.dtype == WEFT_FLOAT32 || port.dtype == WEFT_INT32 ? 4
                                                                  : 1);
    MUST(weft_context_bind_input(context, i, bound[i], port.bytes));
  }
  status = weft_context_run(context);
  if (status != WEFT_OK) printf("%s refused %d\n", entry, (int)status);
  for (i = 0; status == WEFT_OK && i < weft_context_outputs(context); ++i) {
    const void* data = NULL;
    MUST(weft_context_get_output(context, i, &port));
    MUST(weft_context_output_data(context, i, &data));
    printf("%s.%s", entry, port.name);
    print(&port, (const char*)data);
  }
  weft_context_release(context);
  for (i = 0; i < 16; ++i) free(bound[i]);
}

int main(int argc, char** argv) {
  int a;
  size_t i;
  for (a = 1; a < argc; ++a) {
    weft_model model;
    state = 1;
    MUST(weft_model_load(argv[a], &model));
    for (i = 0; i < weft_model_entry_count(model); ++i)
      run(model, weft_model_entry_name_at(model, i));
    weft_model_release(model);
  }
  return 0;
}
