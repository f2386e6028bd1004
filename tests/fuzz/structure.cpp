// Files whose graphs were changed as graphs: they are sound archives of sound JSON, and what the
// library says of their types is mended, so that they come behind the checks of a reader, to
// passes, planners, kernels, packing and the C printer. Each is refused with a text, or runs.
//
//   weft_fuzz_structure <folder or file>... [--seconds n] [--rounds n] [--seed n] [--replay]
//
// Starts from the files of the folders and from one network for each sample of each operator.
// `--replay`: does with the files themselves all that it does with others, and no more. Made for
// the address and undefined-behaviour sanitizers; in every fourth round memory fails at random.
// What is about to be loaded lies in `structure.weft` of the folder that the program is started in.
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/weft.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <sstream>
#include <utility>

#include "failing_memory.h"
#include "graph_mutation.h"

namespace {

constexpr size_t kMostPort = 1 << 22;
constexpr int kSecondsToHang = 120, kMostMended = 24;
const char* const kPath = "structure.weft";
const char* const kOther = "structure_other.weft";

const char* part = "";  // what was running, for the report of a hang
time_t round_began = 0;
uint64_t drawn = 1;

uint32_t draw(size_t below) {
  drawn = drawn * 6364136223846793005u + 1442695040888963407u;
  return below ? static_cast<uint32_t>((drawn >> 33) % below) : 0;
}

[[noreturn]] void die(const std::string& text) {
  std::fprintf(stderr, "weft_fuzz_structure: %s\n", text.c_str());
  std::abort();
}

// Nothing of a file moves a cursor or changes the direction of writing.
void must_be_shown(const char* text, const char* of) {
  for (const char* c = text; c && *c; ++c) {
    const auto byte = static_cast<unsigned char>(*c);
    const bool is_high = byte == 0xc2 && static_cast<unsigned char>(c[1]) < 0xa0;
    if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f || is_high)
      die(std::string(of) + " has a control character");
  }
}

bool must_tell(weft_status status) {
  if (status == WEFT_OK) return true;
  const char* const text = weft_last_error();
  if (text[0] == 0) die("a failure has no text");
  must_be_shown(text, "a failure");
  if (status == WEFT_INTERNAL) die(std::string("internal error: ") + text);
  return false;
}

// Memory of the program itself, which does not fail; of exactly this size, so that what is touched
// beyond it is seen.
class Memory {
 public:
  explicit Memory(size_t size = 0) : data_(std::calloc(size ? size : 1, 1)), size_(size) {}
  Memory(Memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(other.size_) {}
  Memory& operator=(Memory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~Memory() { std::free(data_); }
  unsigned char* data() const { return static_cast<unsigned char*>(data_); }
  size_t size() const { return size_; }

 private:
  void* data_;
  size_t size_;
};

// What is bound to a context until it goes.
class Blocks {
 public:
  bool has_room() const { return count_ < kMost; }
  Memory& add(size_t size) { return all_[count_++] = Memory(size); }

 private:
  static constexpr size_t kMost = 64;
  Memory all_[kMost];
  size_t count_ = 0;
};

// ---- what is done with a file -------------------------------------------------------------------

void fill(const weft_port& port, const Memory& bytes) {
  const size_t mode = draw(4);
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool is_bool = port.dtype == WEFT_BOOL;
    bytes.data()[i] = static_cast<unsigned char>(is_bool || mode == 0 ? draw(2)
                                                 : mode == 1          ? 0
                                                 : mode == 2          ? draw(4) * (i % 4 == 3)
                                                                      : draw(256));
  }
}

// Inputs whose extents a run decides on.
weft_status give_shape(weft_context context, size_t input, weft_port* port) {
  static constexpr int64_t kExtents[] = {0, 1, 2, 2, 3, 3, 5, 8, 64, 1 << 16, int64_t{1} << 40};
  int64_t shape[WEFT_MAX_RANK];
  bool open = false;
  for (int axis = 0; axis < port->rank; ++axis) {
    open |= port->shape[axis] < 0;
    shape[axis] = port->shape[axis] < 0 ? kExtents[draw(std::size(kExtents))] : port->shape[axis];
  }
  if (!open) return WEFT_OK;
  const weft_status status = weft_context_set_input_shape(context, input, shape, port->rank);
  return status == WEFT_OK ? weft_context_get_input(context, input, port) : status;
}

void read_outputs(weft_context context) {
  weft_port port = WEFT_PORT_INIT;
  for (size_t i = 0; i < weft_context_outputs(context); ++i) {
    const void* data = nullptr;
    if (weft_context_get_output(context, i, &port) || weft_context_output_data(context, i, &data))
      continue;
    const Memory copy(port.bytes);
    if (port.bytes > 0) std::memcpy(copy.data(), data, port.bytes);  // all of it is there
  }
}

void use_states(weft_context context) {
  weft_port port = WEFT_PORT_INIT;
  for (size_t i = 0; i < weft_context_states(context) && i < 8; ++i) {
    if (!must_tell(weft_context_get_state(context, i, &port)) || port.bytes > kMostPort) continue;
    const Memory content(port.bytes);
    must_tell(weft_context_read_state(context, i, content.data(), port.bytes));
    if (draw(2)) must_tell(weft_context_write_state(context, i, content.data(), port.bytes));
  }
  if (draw(4) == 0) must_tell(weft_context_reset(context));
}

// Outputs in memory of exactly the size that a port tells.
bool bind_outputs(weft_context context, Blocks& blocks) {
  weft_port port = WEFT_PORT_INIT;
  for (size_t i = 0; i < weft_context_outputs(context); ++i) {
    if (!must_tell(weft_context_get_output(context, i, &port)) || port.bytes > kMostPort ||
        !blocks.has_room())
      return false;
    void* const data = blocks.add(port.bytes).data();
    if (!must_tell(weft_context_bind_output(context, i, data, port.bytes))) return false;
  }
  return true;
}

void run_context(weft_context context) {
  Blocks blocks;
  weft_port port = WEFT_PORT_INIT;
  for (int again = 0; again < 2; ++again) {
    weft_status status = WEFT_OK;
    for (size_t i = 0; i < weft_context_inputs(context) && status == WEFT_OK; ++i) {
      status = weft_context_get_input(context, i, &port);
      if (status == WEFT_OK) status = give_shape(context, i, &port);
      if (status != WEFT_OK) break;
      if (port.bytes > kMostPort) return;
      if (!blocks.has_room()) return;
      const Memory& block = blocks.add(port.bytes);
      fill(port, block);
      status = weft_context_bind_input(context, i, block.data(), port.bytes);
    }
    if (!must_tell(status) || (draw(4) == 0 && !bind_outputs(context, blocks))) return;
    part = "run";
    for (int i = 0; i < 2; ++i)
      if (!must_tell(weft_context_run(context))) break;
    part = "read";
    read_outputs(context);
    use_states(context);
    if (draw(2)) break;
  }
  if (draw(8) == 0) must_tell(weft_context_save(context, kOther));
}

void run_entry(weft_model model, const char* name) {
  weft_context context = nullptr;
  size_t bytes = 0;
  Memory memory;
  void* arena = nullptr;
  if (draw(8) == 0) must_tell(weft_model_set_budget(model, name, draw(1 << 14)));
  part = "plan";
  if (draw(4) == 0 && must_tell(weft_model_arena_bytes(model, name, &bytes)) &&
      bytes < size_t{1} << 26) {
    memory = Memory(bytes + 64);
    arena = memory.data() + (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64) % 64;
  }
  if (must_tell(weft_context_create(model, name, arena, arena ? bytes : 0, &context)))
    run_context(context);
  weft_context_release(context);
}

void describe(weft_model model) {
  const char* text = nullptr;
  part = "describe";
  must_be_shown(weft_model_text(model), "the description");
  for (size_t i = 0; i < weft_model_tensor_count(model); ++i) {
    weft_tensor tensor = nullptr;
    must_tell(weft_model_tensor(model, i, &tensor));
    weft_tensor_release(tensor);
  }
  part = "figures";
  static constexpr int64_t kBatches[] = {0, 1, 3, 1 << 20, int64_t{1} << 62};
  if (must_tell(weft_model_figures(model, kBatches[draw(5)], &text)))
    must_be_shown(text, "the figures");
  if (must_tell(weft_model_plans(model, kBatches[draw(5)], &text)))
    must_be_shown(text, "the plans");
}

void write_c(weft_model model) {
  weft_c_options options = WEFT_C_OPTIONS_INIT;
  const size_t entries = weft_model_entry_count(model);
  options.entry = weft_model_entry_name_at(model, draw(entries));
  options.name = draw(2) ? "fuzz_c" : nullptr;
  options.with_main = draw(3) == 0;
  options.ports_in_arena = draw(2);
  options.feed_rows = draw(6) == 0;
  options.memory = draw(3) ? 0 : 1 + draw(1 << 14);
  if (draw(4) == 0) {
    options.train = draw(2) ? "*" : "last:1";
    options.train_entry = weft_model_entry_name_at(model, draw(entries));
  }
  static const char* const kCalls[] = {nullptr, nullptr, nullptr, "any", "dsp", "helium"};
  options.cmsis_nn = kCalls[draw(6)];
  part = "compile";
  must_tell(weft_model_write_c(model, &options, "c"));
}

void write_anew() {
  const char* text = nullptr;
  switch (draw(3)) {
    case 0:
      part = "pack";
      must_tell(weft_model_pack(kOther));
      break;
    case 1:
      part = "save plans";
      must_tell(weft_model_save_plans(kOther));
      break;
    default:
      part = "operators";
      if (must_tell(weft_model_operators(kOther, &text))) must_be_shown(text, "the operators");
  }
}

void call_function(weft_model model) {
  weft_function function = nullptr;
  part = "function";
  const char* const name = weft_model_entry_name_at(model, draw(weft_model_entry_count(model)));
  must_tell(weft_model_function(model, name, &function));
  weft_function_release(function);
}

void keep(const std::string& data, const char* path) {
  std::ofstream out(path, std::ios::binary);
  out.write(data.data(), static_cast<std::streamsize>(data.size()));
}

void use_model(weft_model model, bool all) {
  if (all || draw(3) == 0) describe(model);
  for (size_t i = 0; i < weft_model_entry_count(model) && i < 4; ++i)
    run_entry(model, weft_model_entry_name_at(model, i));
  if (all || draw(3) == 0) write_c(model);
  if (all || draw(6) == 0) call_function(model);
}

// Loads it; what is wrong with it where it is refused.
std::string load_and_use(const std::string& data, bool all) {
  const Memory exact(data.size());
  std::memcpy(exact.data(), data.data(), data.size());
  weft_model model = nullptr;
  std::string failure;
  round_began = time(nullptr);
  alarm(kSecondsToHang);
  part = "load";
  if (draw(4) == 0 && !all) fail_at_allocation(1 + draw(size_t{1} << draw(14)));
  if (must_tell(weft_model_load_memory(exact.data(), exact.size(), &model))) use_model(model, all);
  fail_at_allocation(0);
  if (!model) failure = weft_last_error();
  weft_model_release(model);
  return failure;
}

// ---- rounds -------------------------------------------------------------------------------------

std::vector<Operator> all_operators() {
  std::vector<Operator> operators;
  for (size_t i = 0; i < weft_op_count(); ++i) {
    weft_op_info info = {};
    info.struct_size = sizeof info;
    if (weft_op_get_info(weft_op_at(i), &info) || info.composite) continue;
    Operator op{info.name, {}, {}};
    for (int32_t a = info.inputs; a < info.inputs + info.attributes; ++a)
      op.attributes.emplace_back(info.arguments[a].name);
    for (int32_t s = 0; s < info.samples; ++s)
      op.samples.push_back(JsonReader(info.sample[s]).read());
    operators.push_back(std::move(op));
  }
  return operators;
}

std::vector<WeftFile> files;
std::vector<std::string> texts;  // the same as they are

void read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream data;
  data << in.rdbuf();
  texts.push_back(data.str());
  files.push_back(WeftFile::read(texts.back()));
}

void read_path(const std::string& path) {
  std::vector<std::string> names;
  DIR* const folder = opendir(path.c_str());
  if (!folder) return read_file(path);
  while (const dirent* const entry = readdir(folder)) names.emplace_back(entry->d_name);
  closedir(folder);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names)
    if (name.size() > 5 && name.compare(name.size() - 5, 5, ".weft") == 0)
      read_file(path + "/" + name);
}

// One mutant, mended until it loads or is wrong beyond types. How often a file was loaded.
long round_of(const std::vector<Operator>& operators, long& loaded) {
  WeftFile file;
  if (draw(3) == 0) {
    const Operator& op = operators[draw(operators.size())];
    if (op.samples.empty()) return 0;
    file = Mutation::of_sample(op, op.samples[draw(op.samples.size())]);
  } else {
    file = files[draw(files.size())];
  }
  const uint64_t seed = (static_cast<uint64_t>(draw(1u << 31)) << 20) + draw(1 << 20);
  Mutation mutation(file, operators, files, seed);
  for (size_t count = draw(8) ? 1 + draw(3) : draw(6); count-- > 0;) mutation.run();
  long tries = 0;
  std::string failure;
  for (int mended = 0; mended < kMostMended; ++mended) {
    if (draw(16)) renew_fingerprints(file.model);
    const std::string data = file.write();
    if (data.size() > size_t{1} << 18) break;
    keep(data, kPath);
    ++tries;
    failure = load_and_use(data, false);
    if (failure.empty() && draw(3) == 0) {
      keep(data, kOther);
      if (draw(8) == 0) fail_at_allocation(1 + draw(size_t{1} << draw(14)));
      write_anew();
      fail_at_allocation(0);
      if (part == std::string("pack") || part == std::string("save plans")) {
        read_file(kOther);
        const std::string packed = texts.back();
        texts.pop_back();
        files.pop_back();
        keep(packed, kPath);
        load_and_use(packed, false);
        ++tries;
      }
    }
    if (failure.empty() || !mend(file, failure)) break;
  }
  loaded += failure.empty();
  return tries;
}

int32_t is_late() { return time(nullptr) - round_began > 2; }
weft_status prints_nothing(const char*, size_t) { return WEFT_OK; }

void report_hang(int) {
  static const char text[] = "weft_fuzz_structure: hangs while it shall ";
  if (write(2, text, sizeof text - 1) < 0 || write(2, part, std::strlen(part)) < 0 ||
      write(2, "\n", 1) < 0)
    _exit(3);
  _exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  long seconds = 0, rounds = 1L << 40, round = 0, loaded = 0, tries = 0;
  bool replay = false;
  const time_t start = time(nullptr);
  for (int a = 1; a < argc; ++a) {
    const std::string option = argv[a];
    const bool has_number = a + 1 < argc;
    if (option == "--seconds" && has_number)
      seconds = std::atol(argv[++a]);
    else if (option == "--rounds" && has_number)
      rounds = std::atol(argv[++a]);
    else if (option == "--seed" && has_number)
      drawn = static_cast<uint64_t>(std::atol(argv[++a])) * 2654435761u + 1;
    else if (option == "--replay")
      replay = true;
    else
      read_path(option);
  }
  if (files.empty()) die("no files; give a folder");
  signal(SIGALRM, report_hang);
  weft_set_interrupt_hook(is_late);
  weft_set_print_hook(prints_nothing);
  if (weft_set_memory_limit(int64_t{256} << 20)) die("no limit of memory");
  mkdir("c", 0777);
  for (const std::string& text : texts) {
    keep(text, kPath);
    for (int times = replay ? 8 : 1; times-- > 0;) loaded += load_and_use(text, true).empty();
    for (int times = replay ? 6 : 0; times-- > 0;) {
      keep(text, kOther);
      write_anew();
    }
  }
  std::printf("weft_fuzz_structure: %ld loads of %zu files as they are\n", loaded, texts.size());
  if (replay) return 0;
  const std::vector<Operator> operators = all_operators();
  loaded = 0;
  for (; round < rounds && (seconds == 0 || time(nullptr) - start < seconds); ++round)
    tries += round_of(operators, loaded);
  std::printf("weft_fuzz_structure: %ld executions of %ld mutants, of which %ld load\n", tries,
              round, loaded);
  return 0;
}
