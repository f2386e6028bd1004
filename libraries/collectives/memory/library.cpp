// The plug-in `memory`: ranks are processes, or threads, of one host.
#include <cstdlib>
#include <new>

#include "member.h"

namespace {

using namespace weft_collectives;
using memory::Member;

weft_status open(void*, const weft_collective_options* options, void** group, void* address,
                 size_t* bytes) {
  weft_status status = check_options(options);
  if (status != WEFT_OK) return status;
  if (group == nullptr) return fail(WEFT_INVALID_VALUE, "open: `group` must be memory; got NULL");
  auto* const member = new (std::nothrow) Member;
  if (member == nullptr) return fail(WEFT_OUT_OF_MEMORY, "open: no memory for a group");
  status = member->open(*options, address, bytes);
  if (status != WEFT_OK) {
    delete member;
    return status;
  }
  *group = member;
  return WEFT_OK;
}

weft_status connect(void*, void* group, const void* const* addresses, const size_t* bytes) {
  return static_cast<Member*>(group)->connect(addresses, bytes);
}

weft_status run(void*, void* group, const weft_collective_call* call) {
  if (call == nullptr || call->struct_size < sizeof *call)
    return fail(WEFT_INVALID_VALUE, "run: `call` must be a weft_collective_call");
  return static_cast<Member*>(group)->run(*call);
}

void abort_group(void*, void* group, const char* reason) {
  static_cast<Member*>(group)->abort(reason);
}

void close(void*, void* group) {
  auto* const member = static_cast<Member*>(group);
  if (member == nullptr) return;
  member->leave();
  delete member;
}

const char* error(void*) { return last_error(); }

constexpr weft_collective_driver kDriver = {
    .struct_size = sizeof(weft_collective_driver),
    .abi = WEFT_COLLECTIVE_ABI,
    .name = "memory",
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
