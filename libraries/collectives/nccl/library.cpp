// The plug-in `nccl`: ranks whose arrays lie in the memory of NVIDIA devices, one device a rank.
// Built with `python -m weft.distributed.build nccl` against NCCL's header and the CUDA runtime's.
// Nobody has run it yet: it was compiled, on machines without such a device.
//
// Rank 0 draws NCCL's number of the group; it travels in rank 0's address. NCCL compares nothing:
// fingerprints are Weft's to compare. NCCL's own sums of halves round at each step, so halves
// are reduced in float32 nowhere here: such a call is refused, and Weft widens before.
#include <cuda_runtime_api.h>
#include <nccl.h>

#include <sched.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "../secret.h"
#include "../wire/failures.h"

namespace {

using namespace weft_collectives;

constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'n', 'c', 'l', '1'};

struct Address {
  char magic[8];
  int32_t rank, ranks;
  ncclUniqueId number;  // of rank 0
  Digest signature;
};

class NcclGroup {
 public:
  explicit NcclGroup(const weft_collective_options& options)
      : options_(options),
        name_(options.group),
        key_(options.key),
        secret_(static_cast<const char*>(options.secret),
                static_cast<const char*>(options.secret) + options.secret_bytes) {}
  ~NcclGroup();
  weft_status open(void* address, size_t* bytes);
  weft_status connect(const void* const* addresses, const size_t* bytes);
  weft_status run(const weft_collective_call& call);
  void abort() { is_aborted_ = true; }

 private:
  using Clock = std::chrono::steady_clock;
  Digest signature_of(const Address& address) const;
  weft_status start(const weft_collective_call& call);
  weft_status wait(const char* operation);
  weft_status finished(ncclResult_t result, const char* operation);
  void start_clock() {
    deadline_ = Clock::now() + std::chrono::milliseconds(
                                   static_cast<int64_t>(std::min(options_.timeout, 1e6) * 1000));
  }

  weft_collective_options options_;
  std::string name_, key_;
  std::vector<char> secret_;
  ncclComm_t comm_ = nullptr;
  cudaStream_t stream_ = nullptr;
  void* token_ = nullptr;  // one element in the device's memory, for barriers
  Clock::time_point deadline_;
  std::atomic<bool> is_aborted_{false};
};

// NCCL's dtype; false where it has none that keeps to the rules of weft_reduction.
bool find_dtype(weft_dtype dtype, ncclDataType_t* found) {
  switch (dtype) {
    case WEFT_INT8: *found = ncclInt8; return true;
    case WEFT_UINT8: *found = ncclUint8; return true;
    case WEFT_INT32: *found = ncclInt32; return true;
    case WEFT_UINT32: *found = ncclUint32; return true;
    case WEFT_INT64: *found = ncclInt64; return true;
    case WEFT_UINT64: *found = ncclUint64; return true;
    case WEFT_FLOAT32: *found = ncclFloat32; return true;
    case WEFT_FLOAT64: *found = ncclFloat64; return true;
    default: return false;
  }
}

constexpr ncclRedOp_t kReductions[] = {ncclSum, ncclProd, ncclMin, ncclMax};

weft_status check(cudaError_t error, const char* operation) {
  if (error == cudaSuccess) return WEFT_OK;
  return fail(error == cudaErrorMemoryAllocation ? WEFT_OUT_OF_MEMORY : WEFT_IO, "%s: CUDA: %s",
              operation, cudaGetErrorString(error));
}

NcclGroup::~NcclGroup() {
  if (comm_ != nullptr) is_aborted_ ? ncclCommAbort(comm_) : ncclCommDestroy(comm_);
  if (token_ != nullptr) cudaFree(token_);
  if (stream_ != nullptr) cudaStreamDestroy(stream_);
}

Digest NcclGroup::signature_of(const Address& address) const {
  const Digest key = Sha256().add(key_.data(), key_.size()).finish();
  uint8_t message[sizeof(Address) + sizeof key];
  const size_t bytes = offsetof(Address, signature);
  std::memcpy(message, &address, bytes);
  std::memcpy(message + bytes, &key, sizeof key);
  return Secret(secret_.data(), secret_.size()).sign(message, bytes + sizeof key);
}

weft_status NcclGroup::open(void* address, size_t* bytes) {
  if (address == nullptr || *bytes < sizeof(Address))
    return fail(WEFT_INVALID_VALUE, "open: `address` must have room for %zu bytes",
                sizeof(Address));
  Address mine{};
  std::memcpy(mine.magic, kMagic, sizeof kMagic);
  mine.rank = options_.rank;
  mine.ranks = options_.ranks;
  if (options_.rank == 0) {
    const weft_status status = finished(ncclGetUniqueId(&mine.number), "open");
    if (status != WEFT_OK) return status;
  }
  mine.signature = signature_of(mine);
  std::memcpy(address, &mine, sizeof mine);
  *bytes = sizeof mine;
  return WEFT_OK;
}

weft_status NcclGroup::connect(const void* const* addresses, const size_t* bytes) {
  start_clock();
  Address first{};
  for (int32_t rank = 0; rank < options_.ranks; ++rank) {
    Address given;
    if (bytes[rank] != sizeof given || std::memcmp(addresses[rank], kMagic, sizeof kMagic) != 0)
      return fail(WEFT_INVALID_VALUE, "connect: the address of rank %d is not of the driver `nccl`",
                  rank);
    std::memcpy(&given, addresses[rank], sizeof given);
    if (!is_equal(given.signature, signature_of(given)))
      return fail(WEFT_DISCONNECTED,
                  "connect: rank %d of the group `%s` has another secret or key than rank %d", rank,
                  name_.c_str(), options_.rank);
    if (given.rank != rank || given.ranks != options_.ranks)
      return fail(WEFT_INVALID_VALUE, "connect: address %d must be that of rank %d of %d", rank,
                  rank, options_.ranks);
    if (rank == 0) first = given;
  }
  weft_status status = check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "connect");
  if (status == WEFT_OK) status = check(cudaMalloc(&token_, 4), "connect");
  if (status != WEFT_OK) return status;
  ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
  config.blocking = 0;  // so that a time-out and `abort` end what waits
  status =
      finished(ncclCommInitRankConfig(&comm_, options_.ranks, first.number, options_.rank, &config),
               "connect");
  return status;
}

// Waits until NCCL has taken a call; the work of the device may still go on.
weft_status NcclGroup::finished(ncclResult_t result, const char* operation) {
  while (result == ncclInProgress && comm_ != nullptr) {
    if (is_aborted_ || Clock::now() >= deadline_)
      return fail(WEFT_DISCONNECTED, "%s: the ranks of the group `%s` did not come within %g s",
                  operation, name_.c_str(), options_.timeout);
    sched_yield();
    if (ncclCommGetAsyncError(comm_, &result) != ncclSuccess) break;
  }
  if (result == ncclSuccess) return WEFT_OK;
  return fail(result == ncclRemoteError ? WEFT_DISCONNECTED : WEFT_IO, "%s: NCCL: %s", operation,
              comm_ ? ncclGetLastError(comm_) : ncclGetErrorString(result));
}

// Gives the operation to the stream.
weft_status NcclGroup::start(const weft_collective_call& call) {
  const char* const name = operation_of(call);
  const size_t size = call.kind == WEFT_BARRIER ? 4 : size_of(call.dtype);
  const auto count = static_cast<size_t>(call.count);
  const auto ranks = static_cast<size_t>(options_.ranks);
  const auto* const from = static_cast<const char*>(call.send);
  auto* const to = static_cast<char*>(call.receive);
  ncclDataType_t dtype = ncclUint8;
  if (is_reduction(call.kind) && !find_dtype(call.dtype, &dtype))
    return fail(WEFT_UNSUPPORTED, "%s: the driver `nccl` does not reduce %s; cast it to float32",
                name, name_of(call.dtype));
  switch (call.kind) {
    case WEFT_ALL_REDUCE:
      return finished(
          ncclAllReduce(from, to, count, dtype, kReductions[call.reduction], comm_, stream_), name);
    case WEFT_REDUCE_SCATTER:
      return finished(ncclReduceScatter(from, to, count / ranks, dtype, kReductions[call.reduction],
                                        comm_, stream_),
                      name);
    case WEFT_ALL_GATHER:
      return finished(ncclAllGather(from, to, count * size, ncclUint8, comm_, stream_), name);
    case WEFT_BROADCAST:
      return finished(ncclBroadcast(from, to ? to : const_cast<char*>(from), count * size,
                                    ncclUint8, call.peer, comm_, stream_),
                      name);
    case WEFT_SEND:
      return finished(ncclSend(from, count * size, ncclUint8, call.peer, comm_, stream_), name);
    case WEFT_RECEIVE:
      return finished(ncclRecv(to, count * size, ncclUint8, call.peer, comm_, stream_), name);
    case WEFT_BARRIER:
      return finished(ncclAllReduce(token_, token_, 1, ncclInt32, ncclSum, comm_, stream_), name);
    default: break;
  }
  const size_t block = count / ranks * size;
  ncclGroupStart();
  for (size_t rank = 0; rank < ranks; ++rank) {
    ncclSend(from + rank * block, block, ncclUint8, static_cast<int>(rank), comm_, stream_);
    ncclRecv(to + rank * block, block, ncclUint8, static_cast<int>(rank), comm_, stream_);
  }
  return finished(ncclGroupEnd(), name);
}

weft_status NcclGroup::wait(const char* operation) {
  for (;;) {
    const cudaError_t state = cudaStreamQuery(stream_);
    if (state == cudaSuccess) return WEFT_OK;
    if (state != cudaErrorNotReady) return check(state, operation);
    ncclResult_t result = ncclSuccess;
    if (ncclCommGetAsyncError(comm_, &result) != ncclSuccess || result != ncclSuccess)
      return finished(result == ncclSuccess ? ncclSystemError : result, operation);
    if (is_aborted_ || Clock::now() >= deadline_)
      return fail(WEFT_DISCONNECTED, "%s: the ranks of the group `%s` did not come within %g s",
                  operation, name_.c_str(), options_.timeout);
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

weft_status NcclGroup::run(const weft_collective_call& call) {
  if (comm_ == nullptr || is_aborted_)
    return fail(WEFT_DISCONNECTED, "%s: the group `%s` is not connected any more",
                operation_of(call), name_.c_str());
  weft_status status = check_call(call, options_.rank, options_.ranks);
  if (status != WEFT_OK) return status;
  start_clock();
  status = start(call);
  if (status == WEFT_OK) status = wait(operation_of(call));
  if (status != WEFT_OK && status != WEFT_UNSUPPORTED) is_aborted_ = true;
  return status;
}

weft_status open(void*, const weft_collective_options* options, void** group, void* address,
                 size_t* bytes) {
  weft_status status = check_options(options);
  if (status != WEFT_OK) return status;
  return guarded("open", [&] {
    auto made = std::make_unique<NcclGroup>(*options);
    const weft_status opened = made->open(address, bytes);
    if (opened == WEFT_OK) *group = made.release();
    return opened;
  });
}
weft_status connect(void*, void* group, const void* const* addresses, const size_t* bytes) {
  return guarded("connect",
                 [&] { return static_cast<NcclGroup*>(group)->connect(addresses, bytes); });
}
weft_status run(void*, void* group, const weft_collective_call* call) {
  return guarded("run", [&] { return static_cast<NcclGroup*>(group)->run(*call); });
}
void abort_group(void*, void* group, const char*) { static_cast<NcclGroup*>(group)->abort(); }
void close(void*, void* group) { delete static_cast<NcclGroup*>(group); }
const char* error(void*) { return last_error(); }

constexpr weft_collective_driver kDriver = {
    .struct_size = sizeof(weft_collective_driver),
    .abi = WEFT_COLLECTIVE_ABI,
    .name = "nccl",
    .device_kind = "cuda",
    .context = nullptr,
    .flags = 0,
    .open = open,
    .connect = connect,
    .run = run,
    .abort = abort_group,
    .close = close,
    .error = error,
};

}  // namespace

extern "C" WEFT_API const weft_collective_driver* weft_collective_plugin(uint32_t abi) {
  return abi == WEFT_COLLECTIVE_ABI ? &kDriver : nullptr;
}
