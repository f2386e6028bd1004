/* How long one weft_context_run takes, for each file; see call_overhead.py.
 *
 *   call_overhead <samples> <calls> <file>...
 *
 * Prints a line for each sample: the nanoseconds of a call, file by file. Files take turns.
 */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <weft/weft.h>

enum { MOST = 16 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static int run(weft_context context, int calls) {
  for (int i = 0; i < calls; ++i) {
    if (weft_context_run(context)) {
      fprintf(stderr, "call_overhead: %s\n", weft_last_error());
      return 1;
    }
  }
  return 0;
}

int main(int argc, char** argv) {
  static const float input[4] = {1, 2, 3, 4};
  weft_model models[MOST];
  weft_context contexts[MOST];
  int samples, calls, files = argc - 3;
  if (files < 1 || files > MOST) return 2;
  samples = atoi(argv[1]);
  calls = atoi(argv[2]);
  for (int f = 0; f < files; ++f) {
    if (weft_model_load(argv[3 + f], &models[f]) ||
        weft_context_create(models[f], "forward", NULL, 0, &contexts[f]) ||
        weft_context_bind_input(contexts[f], 0, input, sizeof input) || run(contexts[f], calls))
      return fprintf(stderr, "call_overhead: %s\n", weft_last_error()), 1;
  }
  for (int sample = 0; sample < samples; ++sample) {
    for (int f = 0; f < files; ++f) {
      double begin = now();
      if (run(contexts[f], calls)) return 1;
      printf("%.2f ", (now() - begin) / calls);
    }
    printf("\n");
  }
  for (int f = 0; f < files; ++f) {
    weft_context_release(contexts[f]);
    weft_model_release(models[f]);
  }
  return 0;
}
