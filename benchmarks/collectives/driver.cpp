// Times all_reduce of a driver of collectives, without the rest of Weft.
//
//   driver PLUGIN FOLDER RANK RANKS BYTES LARGE SMALL
//
// runs one rank; RANK of -1 takes it from the launcher. Ranks exchange addresses as files of
// FOLDER. Sums BYTES of float32 LARGE times and 4 bytes SMALL times, checks the sums, and prints
// the seconds of each on rank 0: of the large ones each, of the small ones the mean of all.
#include <dlfcn.h>
#include <unistd.h>
#include <weft/weft_collective.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int number_of(const char* given, const char* first, const char* second) {
  if (std::atoi(given) >= 0) return std::atoi(given);
  const char* text = std::getenv(first) ? std::getenv(first) : std::getenv(second);
  return text ? std::atoi(text) : 0;
}

void require(const weft_collective_driver* driver, weft_status status) {
  if (status == WEFT_OK) return;
  std::fprintf(stderr, "%s\n", driver->error(driver->context));
  std::exit(1);
}

std::string read_when_there(const std::string& path) {
  for (;;) {
    std::ifstream file(path, std::ios::binary);
    if (file) return {std::istreambuf_iterator<char>(file), {}};
    usleep(1000);
  }
}

struct Bench {
  const weft_collective_driver* driver;
  void* group;
  int ranks;

  double reduce(std::vector<float>& x, std::vector<float>& y) const {
    weft_collective_call call = {};
    call.struct_size = sizeof call;
    call.kind = WEFT_ALL_REDUCE;
    call.dtype = WEFT_FLOAT32;
    call.peer = -1;
    call.count = static_cast<int64_t>(x.size());
    call.send = x.data();
    call.receive = y.data();
    const double start = now();
    require(driver, driver->run(driver->context, group, &call));
    const double seconds = now() - start;
    if (y.back() != static_cast<float>(ranks * (ranks - 1) / 2) + static_cast<float>(ranks)) {
      std::fprintf(stderr, "the sum is wrong: %g\n", static_cast<double>(y.back()));
      std::exit(1);
    }
    return seconds;
  }
};

}  // namespace

int main(int, char** arguments) {
  const std::string folder = arguments[2];
  const int rank = number_of(arguments[3], "OMPI_COMM_WORLD_RANK", "PMI_RANK");
  const int ranks = std::atoi(arguments[4]);
  void* const library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::fprintf(stderr, "%s\n", dlerror()), 1;
  const auto plugin =
      reinterpret_cast<weft_collective_plugin_function>(dlsym(library, WEFT_COLLECTIVE_PLUGIN));
  const weft_collective_driver* const driver = plugin(WEFT_COLLECTIVE_ABI);

  weft_collective_options options = {};
  options.struct_size = sizeof options;
  options.rank = rank;
  options.ranks = ranks;
  options.group = "world";
  options.key = folder.c_str();
  options.secret = "secret";
  options.secret_bytes = 6;
  options.timeout = 100;
  Bench bench{driver, nullptr, ranks};
  std::string address(1 << 16, 0);
  size_t bytes = address.size();
  require(driver, driver->open(driver->context, &options, &bench.group, address.data(), &bytes));
  const std::string own = folder + "/" + std::to_string(rank);
  std::ofstream(own + ".new", std::ios::binary).write(address.data(), static_cast<long>(bytes));
  std::rename((own + ".new").c_str(), own.c_str());
  std::vector<std::string> all;
  std::vector<const void*> addresses;
  std::vector<size_t> sizes;
  for (int i = 0; i < ranks; ++i) all.push_back(read_when_there(folder + "/" + std::to_string(i)));
  for (const std::string& one : all) {
    addresses.push_back(one.data());
    sizes.push_back(one.size());
  }
  require(driver, driver->connect(driver->context, bench.group, addresses.data(), sizes.data()));

  const auto elements = static_cast<size_t>(std::atoll(arguments[5])) / 4;
  std::vector<float> x(elements, static_cast<float>(rank) + 1), y(elements);
  std::vector<float> one(1, static_cast<float>(rank) + 1), sum(1);
  for (int i = 0; i < std::atoi(arguments[6]); ++i) {
    bench.reduce(one, sum);  // ranks begin together
    const double seconds = bench.reduce(x, y);
    if (rank == 0) std::printf("large %.9f\n", seconds);
  }
  const int small = std::atoi(arguments[7]);
  for (int i = 0; i < small / 10; ++i) bench.reduce(one, sum);
  for (int part = 0; part < 10; ++part) {
    const double start = now();
    for (int i = 0; i < small / 10; ++i) bench.reduce(one, sum);
    if (rank == 0) std::printf("small %.9f\n", (now() - start) / (small / 10));
  }
  driver->close(driver->context, bench.group);
  return 0;
}
