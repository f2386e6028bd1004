/* Runs a .weft file whose operator is of a library: C99 on libweft.
 *
 *   cc -std=c99 predict.c $(weft --cflags --libs) -o predict
 *   ./predict saturation.weft ./libsaturation.so
 *
 * Reads the floats of the entry's input from standard input and prints those of its output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

static int fail(const char* what) {
  fprintf(stderr, "predict: %s: %s\n", what, weft_last_error());
  return 1;
}

int main(int argc, char** argv) {
  weft_model model = NULL;
  weft_context context = NULL;
  weft_port in = WEFT_PORT_INIT, out = WEFT_PORT_INIT;
  const void* result = NULL;
  double* numbers = NULL;
  int status = 1;

  if (argc != 3) {
    fprintf(stderr, "usage: predict saturation.weft ./libsaturation.so\n");
    return 2;
  }
  if (weft_library_load(argv[2])) return fail("library");
  if (weft_model_load(argv[1], &model)) return fail("load");
  if (weft_context_create(model, "forward", NULL, 0, &context) ||
      weft_context_get_input(context, 0, &in) || weft_context_get_output(context, 0, &out)) {
    status = fail("context");
  } else if ((numbers = (double*)malloc(in.bytes)) != NULL) {
    size_t count = 0;
    while (count < in.bytes / sizeof(double) && scanf("%lf", numbers + count) == 1) ++count;
    if (weft_context_bind_input(context, 0, numbers, count * sizeof(double)) ||
        weft_context_run(context) || weft_context_output_data(context, 0, &result)) {
      status = fail("run");
    } else {
      for (size_t i = 0; i < out.bytes / sizeof(double); ++i)
        printf("%.17g\n", ((const double*)result)[i]);
      status = 0;
    }
  }
  free(numbers);
  weft_context_release(context);
  weft_model_release(model);
  return status;
}
