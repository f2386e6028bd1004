/* A profile from C: events of eager calls and of queued work, and what is refused. */
#include "checks.h"

static const float kOne[] = {1, 2, 3, 4};
static const int64_t kSquare[] = {2, 2};

static int events_named(const weft_profile* profile, const char* name, weft_profile_kind kind) {
  int found = 0;
  size_t i;
  for (i = 0; i < profile->count; ++i) {
    const weft_profile_event* event = &profile->events[i];
    CHECK(event->begin <= event->end);
    CHECK((size_t)event->thread < profile->thread_count);
    if (!strcmp(event->name, name) && event->kind == kind) ++found;
  }
  return found;
}

static void calls_are_events(void) {
  weft_tensor x = floats(2, kSquare, kOne);
  weft_profile profile = WEFT_PROFILE_INIT;
  size_t i;
  MUST(weft_profile_start());
  weft_tensor_release(apply2("matmul", x, x));
  weft_tensor_release(apply2("add", x, x));
  MUST(weft_wait_all());
  MUST(weft_profile_stop(&profile));
  CHECK(events_named(&profile, "matmul", WEFT_PROFILE_OPERATOR) == 1);
  CHECK(events_named(&profile, "add", WEFT_PROFILE_OPERATOR) == 1);
  CHECK(profile.dropped == 0);
  for (i = 0; i < profile.count; ++i) {
    const weft_profile_event* event = &profile.events[i];
    if (event->kind != WEFT_PROFILE_OPERATOR) continue;
    CHECK(event->read == 32 && event->written == 16);
    CHECK(event->flops == (strcmp(event->name, "add") ? 16 : 4));
    CHECK(event->live >= 16);
  }
  weft_tensor_release(x);
}

/* Under this policy the engine's threads run the operators, inside of tasks. */
static void queued_work_is_on_threads_of_the_engine(void) {
  weft_tensor x = floats(2, kSquare, kOne);
  weft_profile profile = WEFT_PROFILE_INIT;
  size_t i;
  MUST(weft_profile_start());
  weft_tensor_release(apply2("add", x, x));
  MUST(weft_wait_all());
  MUST(weft_profile_stop(&profile));
  CHECK(events_named(&profile, "task", WEFT_PROFILE_TASK) == 1);
  CHECK(events_named(&profile, "add", WEFT_PROFILE_OPERATOR) == 1);
  for (i = 0; i < profile.count; ++i)
    CHECK(!strcmp(profile.threads[profile.events[i].thread], "engine"));
  weft_tensor_release(x);
}

static void a_program_notes_what_it_does_itself(void) {
  weft_profile profile = WEFT_PROFILE_INIT;
  size_t i, on_track = 0;
  MUST(weft_profile_note(WEFT_PROFILE_WAIT, "too early", NULL, 1, 2)); /* is not noted */
  MUST(weft_profile_start());
  MUST(weft_profile_note(WEFT_PROFILE_WAIT, "for data", NULL, 1, 2));
  MUST(weft_profile_note(WEFT_PROFILE_WORK, "batch", "loader 1", 3, 5));
  MUST(weft_profile_note(WEFT_PROFILE_WORK, "batch", "loader 1", 5, 6));
  FAILS(weft_profile_note(WEFT_PROFILE_WORK, NULL, NULL, 1, 2), WEFT_INVALID_VALUE, "`name`");
  FAILS(weft_profile_note(7, "x", NULL, 1, 2), WEFT_INVALID_VALUE, "`kind`");
  FAILS(weft_profile_note(WEFT_PROFILE_WORK, "x", NULL, 2, 1), WEFT_INVALID_VALUE, "`end`");
  MUST(weft_profile_stop(&profile));
  CHECK(profile.count == 3);
  CHECK(events_named(&profile, "for data", WEFT_PROFILE_WAIT) == 1);
  CHECK(events_named(&profile, "batch", WEFT_PROFILE_WORK) == 2);
  for (i = 0; i < profile.count; ++i)
    on_track += !strcmp(profile.threads[profile.events[i].thread], "loader 1");
  CHECK(on_track == 2);
}

static void nothing_is_noted_outside(void) {
  weft_tensor x = floats(2, kSquare, kOne);
  weft_profile profile = WEFT_PROFILE_INIT;
  weft_tensor_release(apply2("add", x, x));
  MUST(weft_profile_start());
  MUST(weft_profile_stop(&profile));
  CHECK(profile.count == 0);
  weft_tensor_release(x);
}

static void one_profile_is_taken_at_a_time(void) {
  weft_profile profile = WEFT_PROFILE_INIT;
  FAILS(weft_profile_stop(&profile), WEFT_INVALID_STATE, "no profile is taken");
  MUST(weft_profile_start());
  FAILS(weft_profile_start(), WEFT_INVALID_STATE, "taken already");
  profile.struct_size = 8;
  FAILS(weft_profile_stop(&profile), WEFT_INVALID_VALUE, "`profile->struct_size`");
  profile.struct_size = sizeof profile;
  FAILS(weft_profile_stop(NULL), WEFT_INVALID_VALUE, "`profile` must not be NULL");
  MUST(weft_profile_stop(&profile));
}

int main(void) {
  under_policy("inline", calls_are_events);
  under_policy("async", queued_work_is_on_threads_of_the_engine);
  a_program_notes_what_it_does_itself();
  nothing_is_noted_outside();
  one_profile_is_taken_at_a_time();
  return failed_checks;
}
