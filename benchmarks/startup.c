/* From exec to the first result of a .weft file, and the memory that is resident then.
 *
 *   startup <file>
 *
 * Starts itself anew with the time, loads the file, runs its entry `forward` on zeros, and prints
 * nanoseconds and arena bytes, then the lines of /proc/self/status about memory.
 */
#define _POSIX_C_SOURCE 200112L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <weft/weft.h>

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1000000000LL * time.tv_sec + time.tv_nsec;
}

static int start_anew(char* program, char* file) {
  char time[32];
  char* argv[4] = {program, file, time, NULL};
  snprintf(time, sizeof time, "%lld", now());
  execv(program, argv);
  perror("startup");
  return 1;
}

static void print_memory(void) {
  char line[256];
  FILE* status = fopen("/proc/self/status", "r");
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmRSS", 5) == 0 || strncmp(line, "Rss", 3) == 0) fputs(line, stdout);
  }
  if (status != NULL) fclose(status);
}

int main(int argc, char** argv) {
  weft_model model;
  weft_context context;
  weft_port in = WEFT_PORT_INIT;
  const void* scores;
  size_t arena = 0;
  void* image;
  long long took;
  if (argc < 2) return 2;
  if (argc == 2) return start_anew(argv[0], argv[1]);
  if (weft_model_load(argv[1], &model) || weft_model_arena_bytes(model, "forward", &arena) ||
      weft_context_create(model, "forward", NULL, 0, &context) ||
      weft_context_get_input(context, 0, &in) || (image = calloc(1, in.bytes)) == NULL ||
      weft_context_bind_input(context, 0, image, in.bytes) || weft_context_run(context) ||
      weft_context_output_data(context, 0, &scores))
    return fprintf(stderr, "startup: %s\n", weft_last_error()), 1;
  took = now() - atoll(argv[2]);
  printf("%lld\n%zu\n", took, arena);
  print_memory();
  weft_context_release(context);
  weft_model_release(model);
  free(image);
  return 0;
}
