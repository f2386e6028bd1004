/* Classifies images with a .weft file: C99 on libweft, nothing else.
 *
 *   cc -std=c99 classify.c $(weft --cflags --libs) -o classify
 *   ./classify digits.weft images.raw scores.raw
 *
 * images.raw and scores.raw are the floats of the entry's input and output, row by row. Prints the
 * index of the highest score of each image, one per line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <weft/weft.h>

static int fail(const char* what) {
  fprintf(stderr, "classify: %s: %s\n", what, weft_last_error());
  return 1;
}

static int transfer(const char* path, const char* mode, void* data, size_t bytes) {
  FILE* file = fopen(path, mode);
  size_t done = 0;
  if (file != NULL) {
    done = mode[0] == 'r' ? fread(data, 1, bytes, file) : fwrite(data, 1, bytes, file);
    if (fclose(file) != 0) done = 0;
  }
  if (done != bytes) fprintf(stderr, "classify: %s: expected %zu bytes\n", path, bytes);
  return done == bytes;
}

static void print_winners(const float* scores, int64_t images, int64_t classes) {
  for (int64_t i = 0; i < images; ++i) {
    int64_t best = 0;
    for (int64_t c = 1; c < classes; ++c) {
      if (scores[i * classes + c] > scores[i * classes + best]) best = c;
    }
    printf("%lld\n", (long long)best);
  }
}

int main(int argc, char** argv) {
  weft_model model = NULL;
  weft_context context = NULL;
  weft_port in = WEFT_PORT_INIT, out = WEFT_PORT_INIT;
  const void* scores = NULL;
  void* images = NULL;
  int status = 1;

  if (argc != 4) {
    fprintf(stderr, "usage: classify digits.weft images.raw scores.raw\n");
    return 2;
  }
  if (weft_model_load(argv[1], &model)) return fail("load");
  if (weft_context_create(model, "forward", NULL, 0, &context) ||
      weft_context_get_input(context, 0, &in) || weft_context_get_output(context, 0, &out)) {
    status = fail("context");
  } else if ((images = malloc(in.bytes)) != NULL && transfer(argv[2], "rb", images, in.bytes)) {
    if (weft_context_bind_input(context, 0, images, in.bytes) || weft_context_run(context) ||
        weft_context_output_data(context, 0, &scores)) {
      status = fail("run");
    } else if (transfer(argv[3], "wb", (void*)scores, out.bytes)) {
      print_winners((const float*)scores, out.shape[0], out.shape[1]);
      status = 0;
    }
  }
  free(images);
  weft_context_release(context);
  weft_model_release(model);
  return status;
}
