// weft.h: what operators and plans ran, when and where.
#include "runtime/profile.h"

#include <cstddef>
#include <mutex>

#include "base/errors.h"
#include "guard.h"

using namespace weft;

namespace {

// What the last weft_profile_stop lent. Never destroyed: a caller may read it after main.
struct Lent {
  std::mutex mutex;
  Profile profile;
  std::vector<weft_profile_event> events;
  std::vector<const char*> threads;
};
Lent& lent() {
  static Lent* const instance = new Lent;
  return *instance;
}

weft_profile_event event_of(const ProfileEvent& event, const std::vector<std::string>& texts) {
  return {static_cast<weft_profile_kind>(event.kind),
          static_cast<int32_t>(event.thread),
          texts[event.name].c_str(),
          texts[event.line].c_str(),
          event.begin,
          event.end,
          event.work.read,
          event.work.written,
          event.work.flops,
          event.live};
}

}  // namespace

extern "C" {

weft_status weft_profile_start(void) {
  return c::guard([]() -> Status {
    if (profile_start()) return {};
    return errors::invalid_state("weft_profile_start", "a profile is taken already");
  });
}

weft_status weft_profile_note(weft_profile_kind kind, const char* name, const char* track,
                              int64_t begin, int64_t end) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_profile_note", {{"name", name}}));
    if (kind < WEFT_PROFILE_OPERATOR || kind > WEFT_PROFILE_WORK)
      return errors::invalid_value("weft_profile_note",
                                   "`kind` must be one of weft_profile_kind; got ", kind);
    if (end < begin)
      return errors::invalid_value("weft_profile_note", "`end` must be at least `begin` ", begin,
                                   "; got ", end);
    profile_note(static_cast<ProfileKind>(kind), name, track ? track : "", begin, end);
    return {};
  });
}

weft_status weft_profile_stop(weft_profile* profile) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_profile_stop", {{"profile", profile}}));
    constexpr size_t kFirstVersion = offsetof(weft_profile, dropped) + sizeof profile->dropped;
    if (!is_profiling()) return errors::invalid_state("weft_profile_stop", "no profile is taken");
    // A struct that is too small is refused while the profile can still be had.
    if (profile->struct_size < kFirstVersion)
      return c::fill("weft_profile_stop", "profile", kFirstVersion, weft_profile{}, profile);
    Lent& all = lent();
    const std::lock_guard lock(all.mutex);
    all.profile = profile_stop();
    all.events.clear();
    all.threads.clear();
    all.events.reserve(all.profile.events.size());
    for (const ProfileEvent& event : all.profile.events)
      all.events.push_back(event_of(event, all.profile.texts));
    all.profile.events = {};
    for (const std::string& name : all.profile.threads) all.threads.push_back(name.c_str());
    const weft_profile full = {0,
                               all.events.data(),
                               all.events.size(),
                               all.threads.data(),
                               all.threads.size(),
                               all.profile.dropped};
    return c::fill("weft_profile_stop", "profile", kFirstVersion, full, profile);
  });
}

}  // extern "C"
