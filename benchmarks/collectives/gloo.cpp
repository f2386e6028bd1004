// The same as driver.cpp by Gloo's own all_reduce: `gloo FOLDER RANK RANKS BYTES LARGE SMALL`.
#include <gloo/allreduce.h>
#include <gloo/math.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/file_store.h>
#include <gloo/transport/tcp/device.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

namespace {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double reduce(const std::shared_ptr<gloo::Context>& context, std::vector<float>& x,
              std::vector<float>& y) {
  const double start = now();
  gloo::AllreduceOptions options(context);
  options.setInput(x.data(), x.size());
  options.setOutput(y.data(), y.size());
  options.setReduceFunction(
      static_cast<void (*)(void*, const void*, const void*, size_t)>(&gloo::sum<float>));
  gloo::allreduce(options);
  const double seconds = now() - start;
  const int ranks = context->size;
  if (y.back() != static_cast<float>(ranks * (ranks - 1) / 2) + static_cast<float>(ranks))
    std::exit(1);
  return seconds;
}

}  // namespace

int main(int, char** arguments) {
  const int rank = std::atoi(arguments[2]), ranks = std::atoi(arguments[3]);
  gloo::transport::tcp::attr place;
  place.iface = "lo";
  auto device = gloo::transport::tcp::CreateDevice(place);
  gloo::rendezvous::FileStore files(arguments[1]);
  const auto context = std::make_shared<gloo::rendezvous::Context>(rank, ranks);
  context->connectFullMesh(files, device);

  const auto elements = static_cast<size_t>(std::atoll(arguments[4])) / 4;
  std::vector<float> x(elements, static_cast<float>(rank) + 1), y(elements);
  std::vector<float> one(1, static_cast<float>(rank) + 1), sum(1);
  for (int i = 0; i < std::atoi(arguments[5]); ++i) {
    reduce(context, one, sum);
    const double seconds = reduce(context, x, y);
    if (rank == 0) std::printf("large %.9f\n", seconds);
  }
  const int small = std::atoi(arguments[6]);
  for (int i = 0; i < small / 10; ++i) reduce(context, one, sum);
  for (int part = 0; part < 10; ++part) {
    const double start = now();
    for (int i = 0; i < small / 10; ++i) reduce(context, one, sum);
    if (rank == 0) std::printf("small %.9f\n", (now() - start) / (small / 10));
  }
  return 0;
}
