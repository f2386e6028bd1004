/* Nanoseconds of runs of a .weft file's entry `forward` on zeros, one a line.
 *
 *   run_model <file> <runs>
 */
#define _POSIX_C_SOURCE 200112L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <weft/weft.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1000000000LL * time.tv_sec + time.tv_nsec;
}

int main(int argc, char** argv) {
  weft_model model;
  weft_context context;
  weft_port in = WEFT_PORT_INIT;
  void* image;
  int i;
  if (argc != 3) return 2;
  if (weft_set_num_threads(1) || weft_model_load(argv[1], &model) ||
      weft_context_create(model, "forward", NULL, 0, &context) ||
      weft_context_get_input(context, 0, &in) || (image = calloc(1, in.bytes)) == NULL ||
      weft_context_bind_input(context, 0, image, in.bytes) || weft_context_run(context))
    return fprintf(stderr, "run_model: %s\n", weft_last_error()), 1;
  for (i = 0; i < atoi(argv[2]); ++i) {
    const long long start = now();
    if (weft_context_run(context)) return fprintf(stderr, "run_model: %s\n", weft_last_error()), 1;
    printf("%lld\n", now() - start);
  }
  weft_context_release(context);
  weft_model_release(model);
  free(image);
  return 0;
}
