// weft.h: the library itself: versions, errors, threads, memory, random numbers. Also the functions
// of guard.h that need no template.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/log.h"
#include "graph/passes/pipeline.h"
#include "guard.h"
#include "kernels/isa/isa.h"
#include "ops/registry.h"
#include "runtime/collective/group.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/interrupt.h"
#include "runtime/engine/threads.h"
#include "runtime/memory/copies.h"
#include "runtime/memory/pool.h"
#include "runtime/output.h"
#include "runtime/random_state.h"
#include "weft_version.h"

namespace weft::c {

weft_status report(Status status) {
  const auto code = static_cast<weft_status>(status.code());
  thread_state().last_error = std::move(status);
  return code;
}

Status of_callback(weft_status status, const Status& before, const std::string& what) {
  if (status == WEFT_OK) return {};
  const Status& last = thread_state().last_error;
  const bool has_reason = !last.ok() && !last.same_failure(before);
  return Status(status_code_of(status), has_reason ? what + ": " + last.message() : what);
}

Status require(const char* function, std::initializer_list<Given> pointers) {
  for (const Given& given : pointers)
    if (!given.pointer)
      return errors::invalid_value(function, "`", given.name, "` must not be NULL");
  return {};
}

Status require_all(const char* function, const char* name, const void* const* pointers,
                   size_t count) {
  if (count > 0 && !pointers)
    return errors::invalid_value(function, "`", name, "` must not be NULL");
  for (size_t i = 0; i < count; ++i)
    if (!pointers[i])
      return errors::invalid_value(function, "`", name, "[", i, "]` must not be NULL");
  return {};
}

}  // namespace weft::c

using namespace weft;

namespace {

// What weft_info and weft_memory_stats lend until the thread's next call. They are outside of the
// functions, because what Windows exports has no variables of threads.
thread_local std::string info_text, copied_line;

}  // namespace

extern "C" {

void weft_abi_version(uint32_t* major, uint32_t* minor) {
  if (major) *major = WEFT_ABI_MAJOR;
  if (minor) *minor = WEFT_ABI_MINOR;
}

const char* weft_version(void) { return WEFT_VERSION_STRING; }

const char* weft_last_error(void) { return thread_state().last_error.message().c_str(); }

const char* weft_info(const char* name) {
  if (!name) return nullptr;
  std::string& text = info_text;
  const std::string_view what(name);
  if (what == "isa")
    text = kernels::name_of(kernels::active_isa());
  else if (what == "threads")
    text = std::to_string(num_threads());
  else if (what == "engine")
    text = engine_policy_name();
  else if (what == "passes")
    text = graph::switch_names();
#if defined(WEFT_RUNTIME_ONLY)
  else if (what == "build")
    text = "runtime";
#else
  else if (what == "build")
    text = "full";
#endif
  else
    return nullptr;
  return text.c_str();
}

const char* weft_dtype_name(weft_dtype dtype) {
  if (dtype < 0 || dtype >= 256 || !is_known(static_cast<DType>(dtype))) return nullptr;
  return name_of(static_cast<DType>(dtype)).data();
}

weft_status weft_dtype_find(const char* name, weft_dtype* dtype) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_dtype_find", {{"name", name}, {"dtype", dtype}}));
    const auto found = dtype_named(name);
    if (!found || !is_known(*found))
      return errors::invalid_type("weft_dtype_find", "`name` must be the name of a dtype; got ",
                                  name);
    *dtype = static_cast<weft_dtype>(*found);
    return {};
  });
}

size_t weft_dtype_size(weft_dtype dtype) {
  return weft_dtype_name(dtype) ? static_cast<size_t>(size_of(static_cast<DType>(dtype))) : 0;
}

weft_status weft_set_num_threads(int32_t count) {
  return c::guard([&]() -> Status {
    if (count < 1)
      return errors::invalid_value("weft_set_num_threads", "`count` must be at least 1; got ",
                                   static_cast<int64_t>(count));
    set_num_threads(count);
    return {};
  });
}

int32_t weft_num_threads(void) { return num_threads(); }

weft_status weft_set_engine_policy(const char* policy) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_set_engine_policy", {{"policy", policy}}));
    return set_engine_policy(policy);
  });
}

weft_status weft_wait_all(void) {
  return c::guard([] { return engine_wait_all(); });
}

// The hooks make sense only as a pair.
void weft_set_wait_hooks(void* (*before)(void), void (*after)(void*)) {
  set_wait_hooks(before && after ? WaitHooks{before, after} : WaitHooks{});
}

// The core's hook returns bool and takes no context, so the caller's function is kept here.
void weft_set_interrupt_hook(int32_t (*interrupted)(void)) {
  static std::atomic<int32_t (*)(void)> ask;
  ask = interrupted;
  set_interrupt_hook([] {
    int32_t (*const hook)(void) = ask.load();
    return hook && hook() != 0;
  });
}

void weft_set_origin_hook(void (*origin)(char*, size_t)) { set_origin_hook(origin); }

void weft_set_print_hook(weft_status (*print)(const char*, size_t)) { set_output_hook(print); }

weft_status weft_engine_stats(weft_engine_figures* figures) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_engine_stats", {{"figures", figures}}));
    const EngineStats stats = engine_stats();
    // Callers of the first version know the struct up to `queued`.
    constexpr size_t kFirstVersion = offsetof(weft_engine_figures, queued) + sizeof figures->queued;
    const weft_engine_figures full = {0, stats.fast, stats.registered, stats.waited, stats.queued};
    return c::fill("weft_engine_stats", "figures", kFirstVersion, full, figures);
  });
}

// A forked child has none of the parent's threads, so none may exist at the fork.
void weft_prepare_fork(void) {
  const Status drained = engine_wait_all();
  if (!drained.ok()) thread_state().last_error = drained;
#if !defined(WEFT_RUNTIME_ONLY)
  stop_groups();
#endif
  stop_engine();
  stop_threads();
}

weft_status weft_memory_stats(weft_memory* stats, int32_t reset) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_memory_stats", {{"stats", stats}}));
    const MemoryStats now = memory_stats();
    CopyStats copies = copy_stats();
    // Keeps the text that `full` lends.
    copied_line = std::move(copies.line);
    const weft_memory full = {
        0,         now.live,     now.peak,     now.pooled,     now.system_calls,
        now.limit, copies.count, copies.bytes, copies.largest, copied_line.c_str()};
    WEFT_TRY(c::fill("weft_memory_stats", "stats", offsetof(weft_memory, limit), full, stats));
    if (reset & WEFT_RESET_PEAK) reset_memory_peak();
    if (reset & WEFT_RESET_COPIES) reset_copy_stats();
    if (reset & WEFT_RESET_POOLED) trim_pools();
    return {};
  });
}

weft_status weft_set_log(weft_log_level minimum,
                         void (*log)(void* context, weft_log_level level, const char* text),
                         void* context) {
  return c::guard([&]() -> Status {
    if (minimum < WEFT_LOG_DEBUG || minimum > WEFT_LOG_OFF)
      return errors::invalid_value("weft_set_log", "`minimum` must be one of WEFT_LOG_…, 0 to ",
                                   int{WEFT_LOG_OFF}, "; got ", int{minimum});
    set_log(static_cast<LogLevel>(minimum), log, context);
    return {};
  });
}

weft_status weft_set_memory_limit(int64_t bytes) {
  return c::guard([&]() -> Status {
    if (bytes < 0)
      return errors::invalid_value("weft_set_memory_limit", "`bytes` must be at least 0; got ",
                                   bytes);
    set_memory_limit(bytes);
    return {};
  });
}

weft_status weft_set_allocator(const weft_allocator* allocator) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_set_allocator", {{"allocator", allocator}}));
    if (allocator->struct_size < sizeof(weft_allocator))
      return errors::invalid_value("weft_set_allocator",
                                   "`allocator->struct_size` must be at least ",
                                   sizeof(weft_allocator), "; got ", allocator->struct_size);
    const auto take = allocator->allocate;
    const auto give = allocator->free;
    if (!take || !give)
      return errors::invalid_value("weft_set_allocator", "`", take ? "free" : "allocate",
                                   "` must not be NULL");
    if (set_block_source({allocator->context, take, give})) return {};
    return errors::invalid_state(
        "weft_set_allocator",
        "memory has been allocated already; call this function before all others");
  });
}

weft_status weft_random_seed(uint64_t seed) {
  seed_random(seed);
  return WEFT_OK;
}

weft_status weft_random_state(uint64_t* seed, uint64_t* ordinal) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_random_state", {{"seed", seed}, {"ordinal", ordinal}}));
    const RandomKey next = take_ordinals(0);
    *seed = next.seed;
    *ordinal = next.first_ordinal;
    return {};
  });
}

weft_status weft_random_set_state(uint64_t seed, uint64_t ordinal) {
  seed_random(seed, ordinal);
  return WEFT_OK;
}

weft_status weft_random_use(uint64_t* own, uint64_t** before) {
  uint64_t* const last = draw_from(own);
  if (before) *before = last;
  return WEFT_OK;
}

}  // extern "C"
