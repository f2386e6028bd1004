/* Mutated .weft files are loaded and run: each is refused with a status and a text, or runs. Made
 * for the address sanitizer, which tells what goes beyond memory; a run of any other build finds
 * what ends the process or hangs.
 *
 *   weft_fuzz <folder>... [--seconds n] [--rounds n] [--seed n]
 *
 * Files of the folders are run as they are, then mutated by turns: bytes, numbers and words of the
 * header, spans that go or come twice, the end. What is about to be loaded lies in `fuzz.weft` of
 * the folder that the program is started in, so the file of a failure is there; it joins the corpus
 * when the failure is mended.
 */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <weft/weft.h>

enum { kMostFiles = 64, kMostBytes = 1 << 18, kMostPort = 1 << 22, kSecondsToHang = 120 };

typedef struct file {
  unsigned char* bytes;
  size_t size;
} file;

static file files[kMostFiles];
static size_t file_count;
static char words[512][40];
static size_t word_count;
static uint64_t state;
static time_t round_began;
static const char* part = ""; /* what was running, for the report of a hang */

static uint32_t draw(size_t below) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return below ? (uint32_t)((state >> 33) % below) : 0;
}

static void die(const char* text) {
  fprintf(stderr, "weft_fuzz: %s\n", text);
  exit(2);
}

/* ---- corpus ---------------------------------------------------------------------------------- */

static void read_words(const file* from) {
  size_t i, begin = 0;
  for (i = 0; i < from->size && word_count < 512; ++i) {
    const int is_letter = (from->bytes[i] >= 'a' && from->bytes[i] <= 'z') || from->bytes[i] == '_';
    if (is_letter) continue;
    if (i - begin > 2 && i - begin < 40) {
      memcpy(words[word_count], from->bytes + begin, i - begin);
      words[word_count++][i - begin] = 0;
    }
    begin = i + 1;
  }
}

static void read_file(const char* path) {
  FILE* in = fopen(path, "rb");
  file* to = &files[file_count];
  if (!in) die("cannot read the corpus");
  if (file_count == kMostFiles) die("the corpus has too many files");
  to->bytes = (unsigned char*)malloc(kMostBytes);
  to->size = fread(to->bytes, 1, kMostBytes, in);
  fclose(in);
  if (to->size < 16 || to->size == kMostBytes)
    die("a file of the corpus is too small or too large");
  read_words(to);
  ++file_count;
}

static int by_name(const struct dirent** a, const struct dirent** b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_folder(const char* folder) {
  struct dirent** names = NULL;
  const int count = scandir(folder, &names, NULL, by_name);
  int i;
  if (count < 0) die("there is no such folder");
  for (i = 0; i < count; ++i) {
    char path[4096];
    const size_t length = strlen(names[i]->d_name);
    snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
    if (length > 5 && strcmp(names[i]->d_name + length - 5, ".weft") == 0) read_file(path);
    free(names[i]);
  }
  free(names);
}

/* ---- mutation -------------------------------------------------------------------------------- */

static size_t header_end(const file* f) {
  uint64_t bytes = 0;
  memcpy(&bytes, f->bytes, 8);
  return bytes > f->size - 8 ? f->size : (size_t)bytes + 8;
}

/* The span [at, at + length) becomes `with`; the header's length follows where it lies in it. */
static void replace(file* f, size_t at, size_t length, const void* with, size_t count) {
  const size_t header = header_end(f);
  uint64_t size = (uint64_t)(header - 8 + count - length);
  if (f->size + count - length > kMostBytes) return;
  memmove(f->bytes + at + count, f->bytes + at + length, f->size - at - length);
  memcpy(f->bytes + at, with, count);
  f->size += count - length;
  if (at + length <= header && at >= 8 && draw(8)) memcpy(f->bytes, &size, 8);
}

static void change_number(file* f) {
  static const char* const numbers[] = {"0",
                                        "1",
                                        "-1",
                                        "2",
                                        "3",
                                        "7",
                                        "16",
                                        "64",
                                        "255",
                                        "4096",
                                        "1e9",
                                        "-0.5",
                                        "1",
                                        "2147483647",
                                        "2147483648",
                                        "true",
                                        "null",
                                        "1e400",
                                        "9223372036854775807"};
  const char* number = numbers[draw(sizeof numbers / sizeof numbers[0])];
  const size_t end = header_end(f);
  size_t at = 8 + draw(end - 8), last;
  while (at < end && !(f->bytes[at] >= '0' && f->bytes[at] <= '9')) ++at;
  for (last = at; last < end && f->bytes[last] >= '0' && f->bytes[last] <= '9';) ++last;
  if (at < end) replace(f, at, last - at, number, strlen(number));
}

static void change_word(file* f) {
  const char* word = words[draw(word_count)];
  const size_t end = header_end(f);
  size_t at = 8 + draw(end - 8), last;
  while (at < end && !(f->bytes[at] >= 'a' && f->bytes[at] <= 'z')) ++at;
  for (last = at;
       last < end && ((f->bytes[last] >= 'a' && f->bytes[last] <= 'z') || f->bytes[last] == '_');)
    ++last;
  if (at < end) replace(f, at, last - at, word, strlen(word));
}

/* A span between two commas or brackets goes, comes twice, or comes from another file. */
static void change_span(file* f) {
  static unsigned char copy[kMostBytes];
  const file* from = draw(3) ? f : &files[draw(file_count)];
  const size_t end = header_end(from), own_end = header_end(f);
  size_t at = 8 + draw(end - 8), last = at, to = 8 + draw(own_end - 8);
  while (at > 8 && !strchr(",[{", from->bytes[at])) --at;
  for (last = at + 1; last < end && last - at < 2000 && !strchr(",]}", from->bytes[last]);) ++last;
  memcpy(copy, from->bytes + at, last - at);
  while (to < own_end && !strchr(",[{", f->bytes[to])) ++to;
  if (to == own_end) return;
  if (from == f && draw(2))
    replace(f, at, last - at, "", 0);
  else
    replace(f, to, 0, copy, last - at);
}

static void change_bytes(file* f) {
  const size_t below = draw(4) ? header_end(f) : f->size;
  size_t count = 1 + draw(4);
  while (count--) f->bytes[draw(below)] = (unsigned char)(draw(3) ? draw(256) : 32 + draw(95));
}

/* Mostly one change: two seldom pass the first check. */
static void mutate(file* f) {
  size_t count = draw(3) ? 1 : 1 + draw(4);
  while (count--) {
    switch (draw(9)) {
      case 0:
      case 1:
      case 2: change_number(f); break;
      case 3:
      case 4: change_word(f); break;
      case 5:
      case 6: change_span(f); break;
      case 7: change_bytes(f); break;
      default:
        if (draw(4) == 0) f->size -= draw(f->size / 2);
        break;
    }
    if (f->size < 16) return;
  }
}

/* ---- a run ----------------------------------------------------------------------------------- */

/* A mutated loop may have no end: a person would interrupt it. */
static int32_t is_late(void) { return time(NULL) - round_began > 2; }

static void must_tell(weft_status status) {
  if (status != WEFT_OK && weft_last_error()[0] == 0) die("a failure has no text");
  if (status == WEFT_INTERNAL) {
    fprintf(stderr, "weft_fuzz: internal error: %s\n", weft_last_error());
    abort();
  }
}

static void run_context(weft_context context) {
  void* bound[16] = {NULL};
  weft_port port = WEFT_PORT_INIT;
  const size_t inputs = weft_context_inputs(context);
  weft_status status = inputs <= 16 ? WEFT_OK : WEFT_UNSUPPORTED;
  size_t i;
  int axis;
  for (i = 0; i < inputs && status == WEFT_OK; ++i) {
    int64_t shape[WEFT_MAX_RANK];
    status = weft_context_get_input(context, i, &port);
    if (status == WEFT_OK && port.bytes == 0) {
      for (axis = 0; axis < port.rank; ++axis)
        shape[axis] = port.shape[axis] < 0 ? 2 : port.shape[axis];
      must_tell(weft_context_set_input_shape(context, i, shape, port.rank));
      status = weft_context_get_input(context, i, &port);
    }
    if (status == WEFT_OK && port.bytes > kMostPort) status = WEFT_UNSUPPORTED;
    if (status != WEFT_OK) break;
    bound[i] = calloc(port.bytes + 1, 1);
    status = weft_context_bind_input(context, i, bound[i], port.bytes);
    must_tell(status);
  }
  part = "run";
  for (i = 0; i < 2 && status == WEFT_OK; ++i) {
    status = weft_context_run(context);
    must_tell(status);
  }
  for (i = 0; i < weft_context_outputs(context) && status == WEFT_OK; ++i) {
    const void* data = NULL;
    unsigned char* copy;
    if (weft_context_get_output(context, i, &port) || weft_context_output_data(context, i, &data))
      continue;
    copy = (unsigned char*)malloc(port.bytes + 1);
    if (port.bytes > 0) memcpy(copy, data, port.bytes); /* all of it is there */
    free(copy);
  }
  for (i = 0; i < 16; ++i) free(bound[i]);
}

static int load_and_run(const file* f) {
  unsigned char* exact = (unsigned char*)malloc(f->size); /* what is read beyond it is seen */
  weft_model model = NULL;
  weft_status status;
  size_t i;
  memcpy(exact, f->bytes, f->size);
  round_began = time(NULL);
  alarm(kSecondsToHang);
  part = "load";
  status = weft_model_load_memory(exact, f->size, &model);
  must_tell(status);
  for (i = 0; status == WEFT_OK && i < weft_model_entry_count(model) && i < 4; ++i) {
    weft_context context = NULL;
    part = "plan";
    if (weft_context_create(model, weft_model_entry_name_at(model, i), NULL, 0, &context) ==
        WEFT_OK)
      run_context(context);
    else
      must_tell(WEFT_INVALID_VALUE);
    weft_context_release(context);
  }
  weft_model_release(model);
  free(exact);
  return status == WEFT_OK;
}

static void keep(const file* f) {
  FILE* out = fopen("fuzz.weft", "wb");
  if (!out || fwrite(f->bytes, 1, f->size, out) != f->size || fclose(out)) die("cannot write");
}

static void report_hang(int signal_number) {
  static const char text[] = "weft_fuzz: hangs while it shall ";
  (void)signal_number;
  if (write(2, text, sizeof text - 1) < 0 || write(2, part, strlen(part)) < 0 ||
      write(2, "\n", 1) < 0)
    _exit(3);
  _exit(3);
}

int main(int argc, char** argv) {
  static unsigned char bytes[2 * kMostBytes];
  long seconds = 0, rounds = 1 << 30, round, loaded = 0;
  const time_t start = time(NULL);
  size_t i;
  int a;
  state = 1;
  for (a = 1; a < argc; ++a) {
    if (strcmp(argv[a], "--seconds") == 0 && a + 1 < argc)
      seconds = atol(argv[++a]);
    else if (strcmp(argv[a], "--rounds") == 0 && a + 1 < argc)
      rounds = atol(argv[++a]);
    else if (strcmp(argv[a], "--seed") == 0 && a + 1 < argc)
      state = (uint64_t)atol(argv[++a]);
    else
      read_folder(argv[a]);
  }
  if (file_count == 0) die("no files; give a folder");
  signal(SIGALRM, report_hang);
  weft_set_interrupt_hook(is_late);
  if (weft_set_memory_limit((int64_t)256 << 20)) die("no limit of memory");
  for (i = 0; i < file_count; ++i) {
    keep(&files[i]);
    loaded += load_and_run(&files[i]);
  }
  printf("weft_fuzz: %ld of %zu files of the corpus load\n", loaded, file_count);
  loaded = 0;
  for (round = 0; round < rounds && (seconds == 0 || time(NULL) - start < seconds); ++round) {
    const file* from = &files[draw(file_count)];
    file mutant = {bytes, from->size};
    memcpy(bytes, from->bytes, from->size);
    mutate(&mutant);
    if (mutant.size < 16) continue;
    keep(&mutant);
    loaded += load_and_run(&mutant);
  }
  printf("weft_fuzz: %ld mutants, of which %ld load\n", round, loaded);
  remove("fuzz.weft");
  return 0;
}
