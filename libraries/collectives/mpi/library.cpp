// The plug-in `mpi`: ranks that an MPI started. Built for the MPI of the machine with
// `python -m weft.distributed.build mpi`.
#include <memory>

#include "group.h"

namespace {

using namespace weft_collectives;

weft_status open(void*, const weft_collective_options* options, void** group, void* address,
                 size_t* bytes) {
  weft_status status = check_options(options);
  if (status != WEFT_OK) return status;
  if (group == nullptr || bytes == nullptr)
    return fail(WEFT_INVALID_VALUE, "open: `group` and `bytes` must be memory; got NULL");
  status = start_mpi();
  if (status != WEFT_OK) return status;
  return guarded("open", [&] {
    auto made = std::make_unique<MpiGroup>(*options);
    const weft_status written = made->write_address(address, bytes);
    if (written == WEFT_OK) *group = made.release();
    return written;
  });
}

weft_status connect(void*, void* group, const void* const* addresses, const size_t* bytes) {
  if (addresses == nullptr || bytes == nullptr)
    return fail(WEFT_INVALID_VALUE, "connect: `addresses` must be memory; got NULL");
  return guarded("connect",
                 [&] { return static_cast<MpiGroup*>(group)->connect(addresses, bytes); });
}

weft_status run(void*, void* group, const weft_collective_call* call) {
  if (call == nullptr || call->struct_size < sizeof *call)
    return fail(WEFT_INVALID_VALUE, "run: `call` must be a weft_collective_call");
  return guarded(operation_of(*call), [&] { return static_cast<MpiGroup*>(group)->run(*call); });
}

void abort_group(void*, void* group, const char* reason) {
  guarded("abort", [&] {
    static_cast<MpiGroup*>(group)->abort(reason);
    return WEFT_OK;
  });
}

void close(void*, void* group) { delete static_cast<MpiGroup*>(group); }

const char* error(void*) { return last_error(); }

constexpr weft_collective_driver kDriver = {
    .struct_size = sizeof(weft_collective_driver),
    .abi = WEFT_COLLECTIVE_ABI,
    .name = "mpi",
    .device_kind = nullptr,
    .context = nullptr,
    .flags = WEFT_COLLECTIVE_ORDERED | WEFT_COLLECTIVE_CHECKS,
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
