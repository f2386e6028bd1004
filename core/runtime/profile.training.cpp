// Lists of events by thread, and the texts of a profile. A thread's list has a lock that only
// profile_stop contends for; lists are kept, so that a thread may end while its events are read.
#include "runtime/profile.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "runtime/engine/engine.h"
#include "runtime/memory/pool.h"

namespace weft {
namespace {

// Of all threads together: an event has 72 bytes.
constexpr int64_t kMostEvents = int64_t{1} << 22;

// What a thread has noted.
struct ThreadEvents {
  std::mutex mutex;
  std::vector<ProfileEvent> events;
  uint32_t number = 0;
  std::string name;
  int depth = 0;          // scopes that are open; of the thread alone
  uint64_t profile = 0;   // whose number `depth` is of
  bool is_track = false;  // of events that the program tells of, and of no thread
};

struct Recorder {
  std::mutex mutex;  // guards the members below
  std::vector<std::unique_ptr<ThreadEvents>> threads;
  std::unordered_map<std::string, uint32_t> numbers;
  std::vector<std::string> texts;
  std::atomic<int64_t> room{0};
  std::atomic<uint64_t> profile{0};
};

// Never destroyed: threads may outlive main.
Recorder& recorder() {
  static Recorder* const instance = new Recorder;
  return *instance;
}

constinit thread_local ThreadEvents* own_events = nullptr;
constinit thread_local const char* own_name = nullptr;

ThreadEvents& thread_events() {
  if (own_events) return *own_events;
  Recorder& r = recorder();
  const std::lock_guard lock(r.mutex);
  auto made = std::make_unique<ThreadEvents>();
  made->number = static_cast<uint32_t>(r.threads.size());
  made->name = own_name ? own_name : "caller";
  own_events = made.get();
  r.threads.push_back(std::move(made));
  return *own_events;
}

ThreadEvents& track_events(std::string_view name) {
  Recorder& r = recorder();
  const std::lock_guard lock(r.mutex);
  for (const auto& thread : r.threads)
    if (thread->is_track && thread->name == name) return *thread;
  auto made = std::make_unique<ThreadEvents>();
  made->number = static_cast<uint32_t>(r.threads.size());
  made->name = name;
  made->is_track = true;
  return *r.threads.emplace_back(std::move(made));
}

void append(ThreadEvents& thread, ProfileEvent event) {
  if (recorder().room.fetch_sub(1, std::memory_order_relaxed) <= 0) return;
  event.thread = thread.number;
  const std::lock_guard lock(thread.mutex);
  if (is_profiling()) thread.events.push_back(event);
}

// Scopes of an earlier profile, in which this thread stopped or began in the middle, do not count.
int& depth_of(ThreadEvents& thread, uint64_t profile) {
  if (thread.profile != profile) {
    thread.profile = profile;
    thread.depth = 0;
  }
  return thread.depth;
}

}  // namespace

int64_t profile_now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

uint64_t profile_number() { return recorder().profile.load(std::memory_order_acquire); }

bool profile_start() {
  thread_events();  // the caller's number is the first
  Recorder& r = recorder();
  const std::lock_guard lock(r.mutex);
  if (profile_flag.load()) return false;
  for (const auto& thread : r.threads) {
    const std::lock_guard own(thread->mutex);
    thread->events.clear();
  }
  r.numbers.clear();
  r.texts.assign(1, "");
  r.numbers.emplace("", 0);
  r.room = kMostEvents;
  r.profile.fetch_add(1, std::memory_order_release);
  profile_flag = true;
  return true;
}

Profile profile_stop() {
  Recorder& r = recorder();
  const std::lock_guard lock(r.mutex);
  Profile profile;
  if (!profile_flag.exchange(false)) return profile;
  for (const auto& thread : r.threads) {
    const std::lock_guard own(thread->mutex);
    profile.threads.push_back(thread->name);
    profile.events.insert(profile.events.end(), thread->events.begin(), thread->events.end());
    thread->events = {};
  }
  profile.texts = r.texts;
  profile.dropped = std::max<int64_t>(0, -r.room.load());
  return profile;
}

uint32_t profile_text(std::string_view text) {
  if (text.empty()) return 0;
  Recorder& r = recorder();
  const std::lock_guard lock(r.mutex);
  const auto [found, is_new] =
      r.numbers.try_emplace(std::string(text), static_cast<uint32_t>(r.texts.size()));
  if (is_new) r.texts.push_back(found->first);
  return found->second;
}

void profile_add(ProfileEvent event) { append(thread_events(), event); }

void profile_note(ProfileKind kind, std::string_view name, std::string_view track, int64_t begin,
                  int64_t end) {
  if (!is_profiling()) return;
  ProfileEvent event;
  event.kind = kind;
  event.name = profile_text(name);
  event.begin = begin;
  event.end = end;
  if (!track.empty()) return append(track_events(track), event);
  event.line = profile_text(current_origin());
  event.live = memory_stats().live;
  append(thread_events(), event);
}

void profile_name_thread(const char* name) { own_name = name; }

void ProfileScope::begin(ProfileKind kind, std::string_view name, std::string_view line) {
  number_ = profile_number();
  const bool is_outermost = depth_of(thread_events(), number_)++ == 0;
  event_.kind = kind;
  event_.name = profile_text(name);
  event_.line = profile_text(is_outermost && line.empty() ? current_origin() : std::string(line));
  began_ = true;
  event_.begin = profile_now();
}

void ProfileScope::end() {
  event_.end = profile_now();
  if (profile_number() != number_) return;  // its texts are of a profile that has ended
  --depth_of(thread_events(), number_);
  if (forgotten_) return;
  event_.live = memory_stats().live;
  profile_add(event_);
}

}  // namespace weft
