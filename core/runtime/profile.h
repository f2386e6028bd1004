// The profile: which operators and steps of plans ran, when, on which thread, for which line of the
// program, and how much they moved and computed.
//
// Between profile_start and profile_stop each thread appends events to a list of its own, so no
// thread waits for another. Names and lines are kept once, as numbers. While nothing is profiled,
// whoever could report an event reads one flag. The runtime-only library has no profile.
#pragma once

#include <stdint.h>

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

#if defined(WEFT_RUNTIME_ONLY)
inline constexpr bool kHasProfile = false;
#else
inline constexpr bool kHasProfile = true;
#endif

inline constinit std::atomic<bool> profile_flag{false};
// Is a profile taken now? Ask inside of `if constexpr (kHasProfile)`.
inline bool is_profiling() {
  return __builtin_expect(profile_flag.load(std::memory_order_relaxed), false);
}

// What an event is. Events of one thread lie inside of each other or apart.
enum class ProfileKind : int32_t {
  kOperator = 0,  // a kernel that an eager call runs
  kStep = 1,      // a step of a plan
  kPlan = 2,      // a run of a plan; its steps are inside
  kBackward = 3,  // a sweep over the tape
  kTask = 4,      // queued work on a thread of the engine
  kWait = 5,      // the program waits; it says so itself
  kWork = 6,      // work outside of the library; the program says so
};

// Estimates by types: bytes of the inputs and outputs; arithmetic operations, 0 where the operator
// does not say (moving elements is none).
struct ProfileWork {
  double read = 0, written = 0, flops = 0;
};

struct ProfileEvent {
  ProfileKind kind = ProfileKind::kOperator;
  uint32_t name = 0, line = 0;  // of the profile's texts; line 0: that of the event around it
  uint32_t thread = 0;          // its number among all that ever were in a profile
  int64_t begin = 0, end = 0;   // nanoseconds of a clock that never goes back
  ProfileWork work;
  int64_t live = -1;  // bytes of the pool in use at its end; -1: not asked
};

struct Profile {
  std::vector<ProfileEvent> events;  // thread by thread, in the order in which they ended
  std::vector<std::string> texts;    // 0 is empty
  std::vector<std::string> threads;  // names, by number
  int64_t dropped = 0;               // events for which there was no room
};

// Begins; false if a profile is taken already.
bool profile_start();
// Ends and gives the events, nothing if none is taken. Work that still runs is not in them.
Profile profile_stop();

int64_t profile_now();
// The number of a text, for this profile.
uint32_t profile_text(std::string_view text);
// The number of this profile: what was kept for another one has other numbers of texts.
uint64_t profile_number();
// Appends an event of this thread.
void profile_add(ProfileEvent event);
// Appends an event that the program tells of, if a profile is taken: of this thread, or of a track
// of this name, such as a worker process.
void profile_note(ProfileKind kind, std::string_view name, std::string_view track, int64_t begin,
                  int64_t end);
// What the calling thread is called in profiles; lives as long as the process.
void profile_name_thread(const char* name);

// An event from here to the end of the scope, if a profile is taken. The outermost one of a thread
// looks up the program's line, unless it is given.
class ProfileScope {
 public:
  ProfileScope(ProfileKind kind, std::string_view name, std::string_view line = {}) {
    if constexpr (kHasProfile)
      if (is_profiling()) begin(kind, name, line);
  }
  ~ProfileScope() {
    if constexpr (kHasProfile)
      if (began_) end();
  }
  ProfileScope(const ProfileScope&) = delete;
  ProfileScope& operator=(const ProfileScope&) = delete;
  explicit operator bool() const { return began_; }
  void set_work(const ProfileWork& work) { event_.work = work; }
  void forget() { forgotten_ = true; }  // it was no event

 private:
  void begin(ProfileKind kind, std::string_view name, std::string_view line);
  void end();

  bool began_ = false, forgotten_ = false;
  uint64_t number_ = 0;
  ProfileEvent event_;
};

}  // namespace weft
