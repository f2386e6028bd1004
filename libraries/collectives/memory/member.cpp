// Joining, waiting and failing.
#include "member.h"

#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "wait_impl.h"

namespace weft_collectives::memory {
namespace {

long futex(std::atomic<uint32_t>* word, int operation, uint32_t value, const timespec* timeout) {
  return syscall(SYS_futex, word, operation, value, timeout, nullptr, 0);
}

// Processors that this process may run on.
int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

// About 20 microseconds, which is several times what a rank that runs needs to answer. Where ranks
// have no processor of their own each, a rank that spins keeps another from answering.
constexpr int32_t kSpins = 400;

// The most ranks that have a piece of a window each.
constexpr int32_t kMostRanks = 1024;

}  // namespace

Member::~Member() {
  free_messages();
  std::free(texts_);
}

weft_status Member::open(const weft_collective_options& options, void* address, size_t* bytes) {
  if (options.ranks > kMostRanks)
    return fail(WEFT_UNSUPPORTED, "open: the driver `memory` serves at most %d ranks; got %d",
                kMostRanks, options.ranks);
  if (address == nullptr || bytes == nullptr || *bytes < sizeof(Address))
    return fail(WEFT_INVALID_VALUE, "open: `address` must have room for %zu bytes",
                sizeof(Address));
  const size_t group = std::strlen(options.group) + 1, key = std::strlen(options.key) + 1;
  texts_ = static_cast<char*>(std::malloc(group + key + options.secret_bytes));
  arriving_ =
      static_cast<Message**>(std::calloc(2 * static_cast<size_t>(options.ranks), sizeof(Message*)));
  if (texts_ == nullptr || arriving_ == nullptr)
    return fail(WEFT_OUT_OF_MEMORY, "open: no memory for a group of %d ranks", options.ranks);
  kept_ = arriving_ + options.ranks;
  std::memcpy(texts_, options.group, group);
  std::memcpy(texts_ + group, options.key, key);
  if (options.secret_bytes > 0)
    std::memcpy(texts_ + group + key, options.secret, options.secret_bytes);
  options_ = options;
  options_.group = texts_;
  options_.key = texts_ + group;
  options_.secret = texts_ + group + key;
  process_ = static_cast<int32_t>(getpid());
  spins_ = options.ranks <= processors() ? kSpins : 0;
  Address mine;
  const weft_status status = segment_.open(options_, &mine);
  if (status != WEFT_OK) return status;
  std::memcpy(address, &mine, sizeof mine);
  *bytes = sizeof mine;
  return WEFT_OK;
}

weft_status Member::connect(const void* const* addresses, const size_t* bytes) {
  if (addresses == nullptr || bytes == nullptr)
    return fail(WEFT_INVALID_VALUE, "connect: `addresses` must be memory; got NULL");
  start_clock();
  weft_status status = segment_.map(options_, addresses, bytes);
  if (status != WEFT_OK) return segment_.is_mapped() ? publish(status) : own_abort_or(status);
  segment_.seat(options_.rank).state.store(kSeatTaken, std::memory_order_release);
  ring_all();
  status = wait(
      [this] {
        for (int32_t rank = 0; rank < options_.ranks; ++rank)
          if (segment_.seat(rank).state.load(std::memory_order_acquire) == kSeatEmpty) return rank;
        return kNobody;
      },
      nullptr);
  // Who comes late to a group that failed finds it open, and reads there why.
  if (status == WEFT_OK) segment_.close_descriptor();
  return status;
}

weft_status Member::run(const weft_collective_call& call) {
  if (!is_own_process())
    return fail(WEFT_INVALID_STATE,
                "%s: the group `%s` is of the process that this one was forked from",
                operation_of(call), options_.group);
  if (!segment_.is_mapped())
    return fail(WEFT_INVALID_STATE, "%s: the group `%s` is not connected", operation_of(call),
                options_.group);
  weft_status status = check_failure();
  if (status != WEFT_OK) return status;
  status = check_call(call, options_.rank, options_.ranks);
  if (status != WEFT_OK) return publish(status);
  start_clock();
  if (call.kind == WEFT_SEND) return send(call);
  if (call.kind == WEFT_RECEIVE) return receive(call);
  return run_collective(call);
}

void Member::abort(const char* reason) {
  if (!is_own_process()) return;
  if (!is_aborted_.load(std::memory_order_acquire)) {
    std::snprintf(abort_reason_, sizeof abort_reason_, "%s", reason ? reason : "no reason given");
    is_aborted_.store(true, std::memory_order_release);
  }
  if (!segment_.is_mapped()) return;
  publish(fail(WEFT_DISCONNECTED, "group: rank %d of the group `%s` was aborted: %s", options_.rank,
               options_.group, abort_reason_));
  ring(options_.rank);
}

void Member::leave() {
  if (is_own_process() && segment_.is_mapped()) {
    segment_.seat(options_.rank).state.store(kSeatLeft, std::memory_order_release);
    ring_all();
  }
  segment_.release();
}

bool Member::is_own_process() const { return static_cast<int32_t>(getpid()) == process_; }

// ---- failing ------------------------------------------------------------------------------------

weft_status Member::publish(weft_status status) {
  if (!segment_.is_mapped()) return status;
  Failure& failure = segment_.header().failure;
  uint32_t none = kFailureNone;
  if (failure.state.compare_exchange_strong(none, kFailureWritten)) {
    failure.status = status;
    std::snprintf(failure.text, sizeof failure.text, "%s", last_error());
    failure.state.store(kFailureKnown, std::memory_order_release);
    ring_all();
    return status;
  }
  const weft_status earlier = check_failure();
  return earlier != WEFT_OK ? earlier : status;
}

weft_status Member::check_failure() {
  const Failure& failure = segment_.header().failure;
  if (failure.state.load(std::memory_order_acquire) == kFailureKnown)
    return fail(failure.status, "%.*s", static_cast<int>(sizeof failure.text), failure.text);
  return own_abort_or(WEFT_OK);
}

weft_status Member::own_abort_or(weft_status status) const {
  if (!is_aborted_.load(std::memory_order_acquire)) return status;
  return fail(WEFT_DISCONNECTED, "group: rank %d of the group `%s` was aborted: %s", options_.rank,
              options_.group, abort_reason_);
}

bool Member::is_lost(int32_t rank, bool looks_for_process) const {
  if (segment_.seat(rank).state.load(std::memory_order_acquire) == kSeatLeft) return true;
  const Address& address = segment_.address(rank);
  return looks_for_process && !is_alive(address.process, address.started);
}

weft_status Member::fail_lost(int32_t rank, const weft_collective_call* call) {
  char what[384] = "connect";
  if (call != nullptr) write_description(describe(*call), what, sizeof what);
  const bool has_left = segment_.seat(rank).state.load() == kSeatLeft;
  return publish(
      fail(WEFT_DISCONNECTED,
           "%s: rank %d of the group `%s` is lost: %s (process %d); rank %d waited in %s",
           call ? operation_of(*call) : "connect", rank, options_.group,
           has_left ? "it left the group" : "it has ended", segment_.address(rank).process,
           options_.rank, what));
}

weft_status Member::fail_late(int32_t rank, const weft_collective_call* call) {
  char what[384] = "connect";
  if (call != nullptr) write_description(describe(*call), what, sizeof what);
  return publish(
      fail(WEFT_DISCONNECTED,
           "%s: rank %d of the group `%s` did not come within %g s; rank %d waited in %s",
           call ? operation_of(*call) : "connect", rank, options_.group, options_.timeout,
           options_.rank, what));
}

// ---- waiting ------------------------------------------------------------------------------------

void Member::start_clock() {
  clock_gettime(CLOCK_MONOTONIC, &deadline_);
  const double seconds = options_.timeout < 1e8 ? options_.timeout : 1e8;
  const auto whole = static_cast<time_t>(seconds);
  deadline_.tv_sec += whole;
  deadline_.tv_nsec += static_cast<long>((seconds - static_cast<double>(whole)) * 1e9);
}

double Member::seconds_left() const {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(deadline_.tv_sec - now.tv_sec) +
         1e-9 * static_cast<double>(deadline_.tv_nsec - now.tv_nsec);
}

void Member::sleep(uint32_t bell, double seconds) {
  timespec timeout;
  timeout.tv_sec = static_cast<time_t>(seconds);
  timeout.tv_nsec = static_cast<long>((seconds - static_cast<double>(timeout.tv_sec)) * 1e9);
  futex(&segment_.seat(options_.rank).bell, FUTEX_WAIT, bell, &timeout);
}

void Member::ring(int32_t rank) {
  Seat& seat = segment_.seat(rank);
  // What changed is written before the look at who sleeps: `wait` does it the other way round.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  if (seat.is_sleeping.load(std::memory_order_relaxed) == 0) return;
  seat.bell.fetch_add(1);
  futex(&seat.bell, FUTEX_WAKE, 1, nullptr);
}

void Member::ring_all() {
  for (int32_t rank = 0; rank < options_.ranks; ++rank)
    if (rank != options_.rank) ring(rank);
}

}  // namespace weft_collectives::memory
