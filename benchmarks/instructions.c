/* Runs a .weft file's entry `forward` on zeros, for valgrind to count the instructions of one run.
 *
 *   instructions <file>
 *
 * The first run is not counted: it packs weights and plans open extents. The second one is, because
 * it is the function that callgrind is told to collect.
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

int counted_run(weft_context context);

/* Not inlined: callgrind finds it by its name. */
#if defined(__GNUC__)
__attribute__((noinline))
#endif
int counted_run(weft_context context) {
  return weft_context_run(context);
}

int main(int argc, char** argv) {
  weft_model model;
  weft_context context;
  weft_port in = WEFT_PORT_INIT;
  size_t i;
  if (argc != 2) return 2;
  if (weft_set_num_threads(1) || weft_model_load(argv[1], &model) ||
      weft_context_create(model, "forward", NULL, 0, &context))
    return fprintf(stderr, "instructions: %s\n", weft_last_error()), 1;
  for (i = 0; i < weft_context_inputs(context); ++i) {
    void* data;
    if (weft_context_get_input(context, i, &in) || (data = calloc(1, in.bytes + 1)) == NULL ||
        weft_context_bind_input(context, i, data, in.bytes))
      return fprintf(stderr, "instructions: %s\n", weft_last_error()), 1;
  }
  if (weft_context_run(context) || counted_run(context))
    return fprintf(stderr, "instructions: %s\n", weft_last_error()), 1;
  weft_context_release(context);
  weft_model_release(model);
  return 0;
}
