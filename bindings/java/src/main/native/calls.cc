// Written by bindings/generate; do not edit.
// clang-format off
#include "support.h"

using namespace weftjni;

WEFT_JNI(jlong, weft_1archive_1count, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_archive_count(as<weft_archive>(a0)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1archive_1load, jbyteArray a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_archive_load(t0.get(), r1.get<weft_archive>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1archive_1metadata, jlong a0, jbyteArray a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const Text t1(env, a1);
    const jbyteArray out = to_java<jbyteArray>(env, weft_archive_metadata(as<weft_archive>(a0), t1.get()));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1archive_1name_1at, jlong a0, jlong a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_archive_name_at(as<weft_archive>(a0), as<size_t>(a1)));
    return out;
  });
}

WEFT_JNI(void, weft_1archive_1release, jlong a0) {
  return guarded<void>(env, [&]() -> void {
    weft_archive_release(as<weft_archive>(a0));
  });
}

WEFT_JNI(jint, weft_1archive_1tensor, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_archive_tensor(as<weft_archive>(a0), as<size_t>(a1), r2.get<weft_tensor>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1backward, jlongArray a0, jlongArray a1, jlong a2, jint a3) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r0(env, a0);
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_backward(r0.get<weft_tensor>(), r1.get<weft_tensor>(), as<size_t>(a2), as<int32_t>(a3)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1bind_1input, jlong a0, jlong a1, jlong a2, jlong a3) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_bind_input(as<weft_context>(a0), as<size_t>(a1), as<const void*>(a2), as<size_t>(a3)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1bind_1output, jlong a0, jlong a1, jlong a2, jlong a3) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_bind_output(as<weft_context>(a0), as<size_t>(a1), as<void*>(a2), as<size_t>(a3)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1context_1create, jlong a0, jbyteArray a1, jlong a2, jlong a3, jlongArray a4) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Row r4(env, a4);
    const jint out = to_java<jint>(env, weft_context_create(as<weft_model>(a0), t1.get(), as<void*>(a2), as<size_t>(a3), r4.get<weft_context>()));
    r4.back(env, a4);
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1context_1create_1sharing, jlong a0, jbyteArray a1, jlong a2, jlong a3, jlongArray a4) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Row r4(env, a4);
    const jint out = to_java<jint>(env, weft_context_create_sharing(as<weft_context>(a0), t1.get(), as<void*>(a2), as<size_t>(a3), r4.get<weft_context>()));
    r4.back(env, a4);
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1context_1dimension_1at, jlong a0, jlong a1, jint a2) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_context_dimension_at(as<weft_context>(a0), as<size_t>(a1), as<int32_t>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1get_1input, jlong a0, jlong a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_get_input(as<weft_context>(a0), as<size_t>(a1), as<weft_port*>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1get_1output, jlong a0, jlong a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_get_output(as<weft_context>(a0), as<size_t>(a1), as<weft_port*>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1get_1state, jlong a0, jlong a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_get_state(as<weft_context>(a0), as<size_t>(a1), as<weft_port*>(a2)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1context_1inputs, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_context_inputs(as<weft_context>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1output_1data, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_context_output_data(as<weft_context>(a0), as<size_t>(a1), r2.get<const void*>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jlong, weft_1context_1outputs, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_context_outputs(as<weft_context>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1read_1state, jlong a0, jlong a1, jlong a2, jlong a3) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_read_state(as<weft_context>(a0), as<size_t>(a1), as<void*>(a2), as<size_t>(a3)));
    return out;
  });
}

WEFT_JNI(void, weft_1context_1release, jlong a0) {
  return guarded<void>(env, [&]() -> void {
    weft_context_release(as<weft_context>(a0));
  });
}

WEFT_JNI(jint, weft_1context_1reset, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_reset(as<weft_context>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1run, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_run(as<weft_context>(a0)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1context_1save, jlong a0, jbyteArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const jint out = to_java<jint>(env, weft_context_save(as<weft_context>(a0), t1.get()));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1set_1input_1shape, jlong a0, jlong a1, jlongArray a2, jint a3) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_context_set_input_shape(as<weft_context>(a0), as<size_t>(a1), r2.get<int64_t>(), as<int32_t>(a3)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1context_1states, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_context_states(as<weft_context>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1context_1write_1state, jlong a0, jlong a1, jlong a2, jlong a3) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_context_write_state(as<weft_context>(a0), as<size_t>(a1), as<const void*>(a2), as<size_t>(a3)));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1dtype_1name, jint a0) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_dtype_name(as<weft_dtype>(a0)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1dtype_1size, jint a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_dtype_size(as<weft_dtype>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1call, jlong a0, jlongArray a1, jlong a2, jlongArray a3, jlong a4) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const Row r3(env, a3);
    const jint out = to_java<jint>(env, weft_function_call(as<weft_function>(a0), r1.get<weft_tensor>(), as<size_t>(a2), r3.get<weft_tensor>(), as<size_t>(a4)));
    r3.back(env, a3);
    return out;
  });
}

WEFT_JNI(jlong, weft_1function_1capture_1at, jlong a0, jlong a1) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_function_capture_at(as<weft_function>(a0), as<size_t>(a1)));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1function_1capture_1name_1at, jlong a0, jlong a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_function_capture_name_at(as<weft_function>(a0), as<size_t>(a1)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1function_1captures, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_function_captures(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1function_1get_1text, jlong a0, jbyteArray a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_function_get_text(as<weft_function>(a0), t1.get(), r2.get<const char*>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jlong, weft_1function_1inputs, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_function_inputs(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1is_1current, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_function_is_current(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1is_1example, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_function_is_example(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1join, jlongArray a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r0(env, a0);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_function_join(r0.get<weft_function>(), as<size_t>(a1), r2.get<weft_function>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1memory, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_function_memory(as<weft_function>(a0), as<weft_plan_memory*>(a1)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1function_1outputs, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_function_outputs(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(void, weft_1function_1release, jlong a0) {
  return guarded<void>(env, [&]() -> void {
    weft_function_release(as<weft_function>(a0));
  });
}

WEFT_JNI(jlong, weft_1function_1retain, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_function_retain(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1set_1budget, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_function_set_budget(as<weft_function>(a0), as<int64_t>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1function_1trim, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_function_trim(as<weft_function>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1grad, jlongArray a0, jlongArray a1, jlong a2, jlongArray a3, jlong a4, jint a5, jint a6, jlongArray a7) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r0(env, a0);
    const Row r1(env, a1);
    const Row r3(env, a3);
    const Row r7(env, a7);
    const jint out = to_java<jint>(env, weft_grad(r0.get<weft_tensor>(), r1.get<weft_tensor>(), as<size_t>(a2), r3.get<weft_tensor>(), as<size_t>(a4), as<int32_t>(a5), as<int32_t>(a6), r7.get<weft_tensor>()));
    r7.back(env, a7);
    return out;
  });
}

WEFT_JNI(jint, weft_1invoke, jlong a0, jlong a1, jlong a2, jlongArray a3, jlong a4) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r3(env, a3);
    const jint out = to_java<jint>(env, weft_invoke(as<weft_op>(a0), as<const weft_value*>(a1), as<size_t>(a2), r3.get<weft_tensor>(), as<size_t>(a4)));
    r3.back(env, a3);
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1last_1error) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_last_error());
    return out;
  });
}

WEFT_JNI(jint, weft_1memory_1stats, jlong a0, jint a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_memory_stats(as<weft_memory*>(a0), as<int32_t>(a1)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1arena_1bytes, jlong a0, jbyteArray a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_model_arena_bytes(as<weft_model>(a0), t1.get(), r2.get<size_t>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jlong, weft_1model_1entry_1count, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_model_entry_count(as<weft_model>(a0)));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1model_1entry_1name_1at, jlong a0, jlong a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_model_entry_name_at(as<weft_model>(a0), as<size_t>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1model_1figures, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_model_figures(as<weft_model>(a0), as<int64_t>(a1), r2.get<const char*>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1function, jlong a0, jbyteArray a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_model_function(as<weft_model>(a0), t1.get(), r2.get<weft_function>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1load, jbyteArray a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_model_load(t0.get(), r1.get<weft_model>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jint, weft_1model_1load_1memory, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_model_load_memory(as<const void*>(a0), as<size_t>(a1), r2.get<weft_model>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1model_1metadata, jlong a0, jbyteArray a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const Text t1(env, a1);
    const jbyteArray out = to_java<jbyteArray>(env, weft_model_metadata(as<weft_model>(a0), t1.get()));
    return out;
  });
}

WEFT_JNI(jlong, weft_1model_1metadata_1count, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_model_metadata_count(as<weft_model>(a0)));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1model_1metadata_1key_1at, jlong a0, jlong a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_model_metadata_key_at(as<weft_model>(a0), as<size_t>(a1)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1operators, jbyteArray a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_model_operators(t0.get(), r1.get<const char*>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1pack, jbyteArray a0) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const jint out = to_java<jint>(env, weft_model_pack(t0.get()));
    return out;
  });
}

WEFT_JNI(jint, weft_1model_1plans, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_model_plans(as<weft_model>(a0), as<int64_t>(a1), r2.get<const char*>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(void, weft_1model_1release, jlong a0) {
  return guarded<void>(env, [&]() -> void {
    weft_model_release(as<weft_model>(a0));
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1run, jlong a0, jbyteArray a1, jlong a2, jlong a3, jlong a4, jlong a5) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const jint out = to_java<jint>(env, weft_model_run(as<weft_model>(a0), t1.get(), as<const weft_buffer*>(a2), as<size_t>(a3), as<weft_buffer*>(a4), as<size_t>(a5)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1save_1plans, jbyteArray a0) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const jint out = to_java<jint>(env, weft_model_save_plans(t0.get()));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1set_1budget, jlong a0, jbyteArray a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const jint out = to_java<jint>(env, weft_model_set_budget(as<weft_model>(a0), t1.get(), as<int64_t>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1model_1tensor, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_model_tensor(as<weft_model>(a0), as<size_t>(a1), r2.get<weft_tensor>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jlong, weft_1model_1tensor_1count, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_model_tensor_count(as<weft_model>(a0)));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1model_1tensor_1name_1at, jlong a0, jlong a1) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_model_tensor_name_at(as<weft_model>(a0), as<size_t>(a1)));
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1model_1text, jlong a0) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_model_text(as<weft_model>(a0)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1model_1write_1c, jlong a0, jlong a1, jbyteArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t2(env, a2);
    const jint out = to_java<jint>(env, weft_model_write_c(as<weft_model>(a0), as<const weft_c_options*>(a1), t2.get()));
    return out;
  });
}

WEFT_JNI(jlong, weft_1op_1at, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_op_at(as<size_t>(a0)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1op_1count) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_op_count());
    return out;
  });
}

WEFT_JNI(jint, weft_1op_1count_1outputs, jlong a0, jlong a1, jlong a2, jlongArray a3) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r3(env, a3);
    const jint out = to_java<jint>(env, weft_op_count_outputs(as<weft_op>(a0), as<const weft_value*>(a1), as<size_t>(a2), r3.get<size_t>()));
    r3.back(env, a3);
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1op_1find, jbyteArray a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_op_find(t0.get(), r1.get<weft_op>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jint, weft_1op_1get_1info, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_op_get_info(as<weft_op>(a0), as<weft_op_info*>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1op_1register, jlong a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_op_register(as<const weft_op_definition*>(a0), r1.get<weft_op>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jint, weft_1random_1seed, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_random_seed(as<uint64_t>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1set_1modes, jint a0, jint a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_set_modes(as<uint32_t>(a0), as<uint32_t>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1set_1num_1threads, jint a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_set_num_threads(as<int32_t>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1attach_1given_1grad, jlong a0, jint a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_attach_given_grad(as<weft_tensor>(a0), as<int32_t>(a1), as<weft_tensor>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1attach_1grad, jlong a0, jint a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_attach_grad(as<weft_tensor>(a0), as<int32_t>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1attach_1grad_1of_1kind, jlong a0, jint a1, jint a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_attach_grad_of_kind(as<weft_tensor>(a0), as<int32_t>(a1), as<int32_t>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1create, jint a0, jint a1, jlongArray a2, jlong a3, jlongArray a4) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const Row r4(env, a4);
    const jint out = to_java<jint>(env, weft_tensor_create(as<weft_dtype>(a0), as<int32_t>(a1), r2.get<int64_t>(), as<const void*>(a3), r4.get<weft_tensor>()));
    r4.back(env, a4);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1detach, jlong a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_tensor_detach(as<weft_tensor>(a0), r1.get<weft_tensor>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jlong, weft_1tensor_1device, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_tensor_device(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1dtype, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_dtype(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1tensor_1elements, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_tensor_elements(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1extent_1follows, jlong a0, jint a1, jlongArray a2, jlongArray a3) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const Row r3(env, a3);
    const jint out = to_java<jint>(env, weft_tensor_extent_follows(as<weft_tensor>(a0), as<int32_t>(a1), r2.get<int64_t>(), r3.get<int64_t>()));
    r2.back(env, a2);
    r3.back(env, a3);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1grad, jlong a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_tensor_grad(as<weft_tensor>(a0), r1.get<weft_tensor>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1grad_1is_1untouched, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_grad_is_untouched(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1grad_1kind, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_grad_kind(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1grad_1req, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_grad_req(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1grad_1rows, jlong a0, jlongArray a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_tensor_grad_rows(as<weft_tensor>(a0), r1.get<weft_tensor>(), r2.get<weft_tensor>()));
    r1.back(env, a1);
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jlong, weft_1tensor_1grad_1version, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_tensor_grad_version(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1hold, jlong a0, jlongArray a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_tensor_hold(as<weft_tensor>(a0), r1.get<weft_hold>(), r2.get<const void*>()));
    r1.back(env, a1);
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1is_1recorded, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_is_recorded(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1is_1traced, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_is_traced(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1item, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_item(as<weft_tensor>(a0), as<weft_value*>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1made_1grad, jlong a0, jlongArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_tensor_made_grad(as<weft_tensor>(a0), r1.get<weft_tensor>()));
    r1.back(env, a1);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1pin, jlong a0, jlongArray a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_tensor_pin(as<weft_tensor>(a0), r1.get<weft_hold>(), r2.get<void*>()));
    r1.back(env, a1);
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1rank, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_rank(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1read, jlong a0, jlong a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_read(as<weft_tensor>(a0), as<void*>(a1), as<size_t>(a2)));
    return out;
  });
}

WEFT_JNI(void, weft_1tensor_1release, jlong a0) {
  return guarded<void>(env, [&]() -> void {
    weft_tensor_release(as<weft_tensor>(a0));
  });
}

WEFT_JNI(jlong, weft_1tensor_1retain, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_tensor_retain(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1set_1grad_1rows, jlong a0, jlong a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_set_grad_rows(as<weft_tensor>(a0), as<weft_tensor>(a1), as<weft_tensor>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1set_1state, jlong a0, jint a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_set_state(as<weft_tensor>(a0), as<int32_t>(a1)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1tensor_1shape, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_tensor_shape(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1shares_1box, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_shares_box(as<weft_tensor>(a0), as<weft_tensor>(a1)));
    return out;
  });
}

WEFT_JNI(jlong, weft_1tensor_1strides, jlong a0) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_tensor_strides(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1tell_1grad, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_tell_grad(as<weft_tensor>(a0), as<weft_host_function>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1to_1device, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_tensor_to_device(as<weft_tensor>(a0), as<weft_device>(a1), r2.get<weft_tensor>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1use_1up_1grad, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_use_up_grad(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1wait, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_wait(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1write, jlong a0, jlong a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_write(as<weft_tensor>(a0), as<const weft_value*>(a1)));
    return out;
  });
}

WEFT_JNI(jint, weft_1tensor_1zero_1grad, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_tensor_zero_grad(as<weft_tensor>(a0)));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1tensors_1save, jbyteArray a0, jobjectArray a1, jlongArray a2, jlong a3, jbyteArray a4) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Texts t1(env, a1);
    const Row r2(env, a2);
    const Text t4(env, a4);
    const jint out = to_java<jint>(env, weft_tensors_save(t0.get(), t1.get(), r2.get<weft_tensor>(), as<size_t>(a3), t4.get()));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1tensors_1save_1async, jbyteArray a0, jobjectArray a1, jlongArray a2, jlong a3, jbyteArray a4, jlongArray a5) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Texts t1(env, a1);
    const Row r2(env, a2);
    const Text t4(env, a4);
    const Row r5(env, a5);
    const jint out = to_java<jint>(env, weft_tensors_save_async(t0.get(), t1.get(), r2.get<weft_tensor>(), as<size_t>(a3), t4.get(), r5.get<weft_tensor>()));
    r5.back(env, a5);
    return out;
  });
}

WEFT_JNI(void, weft_1trace_1abort) {
  return guarded<void>(env, [&]() -> void {
    weft_trace_abort();
  });
}

WEFT_JNI(jint, utf8_1weft_1trace_1add_1dimension, jbyteArray a0, jlong a1, jlong a2, jlongArray a3, jlong a4, jlong a5) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t0(env, a0);
    const Row r3(env, a3);
    const jint out = to_java<jint>(env, weft_trace_add_dimension(t0.get(), as<int64_t>(a1), as<int64_t>(a2), r3.get<size_t>(), as<const int32_t*>(a4), as<size_t>(a5)));
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1begin, jlongArray a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r0(env, a0);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_trace_begin(r0.get<weft_tensor>(), as<size_t>(a1), r2.get<weft_tensor>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1begin_1rule, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_trace_begin_rule(as<const weft_type*>(a0), as<size_t>(a1), r2.get<weft_tensor>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1begin_1types, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_trace_begin_types(as<const weft_type*>(a0), as<size_t>(a1), r2.get<weft_tensor>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1end, jlongArray a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r0(env, a0);
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_trace_end(r0.get<weft_tensor>(), as<size_t>(a1), r2.get<weft_function>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1resume, jlong a0) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_trace_resume(as<weft_trace>(a0)));
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1set_1example, jlong a0, jlongArray a1, jlong a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r1(env, a1);
    const jint out = to_java<jint>(env, weft_trace_set_example(as<size_t>(a0), r1.get<weft_function>(), as<size_t>(a2)));
    return out;
  });
}

WEFT_JNI(jint, weft_1trace_1size, jlong a0, jlong a1, jlongArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r2(env, a2);
    const jint out = to_java<jint>(env, weft_trace_size(as<weft_tensor>(a0), as<int64_t>(a1), r2.get<int64_t>()));
    r2.back(env, a2);
    return out;
  });
}

WEFT_JNI(jlong, weft_1trace_1suspend) {
  return guarded<jlong>(env, [&]() -> jlong {
    const jlong out = to_java<jlong>(env, weft_trace_suspend());
    return out;
  });
}

WEFT_JNI(jbyteArray, utf8_1weft_1version) {
  return guarded<jbyteArray>(env, [&]() -> jbyteArray {
    const jbyteArray out = to_java<jbyteArray>(env, weft_version());
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1writer_1add_1entry, jlong a0, jbyteArray a1, jlong a2, jobjectArray a3, jobjectArray a4, jobjectArray a5) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Texts t3(env, a3);
    const Texts t4(env, a4);
    const Texts t5(env, a5);
    const jint out = to_java<jint>(env, weft_writer_add_entry(as<weft_writer>(a0), t1.get(), as<weft_function>(a2), t3.get(), t4.get(), t5.get()));
    return out;
  });
}

WEFT_JNI(jint, weft_1writer_1create, jlongArray a0) {
  return guarded<jint>(env, [&]() -> jint {
    const Row r0(env, a0);
    const jint out = to_java<jint>(env, weft_writer_create(r0.get<weft_writer>()));
    r0.back(env, a0);
    return out;
  });
}

WEFT_JNI(jint, weft_1writer_1keep_1source_1lines, jlong a0, jint a1) {
  return guarded<jint>(env, [&]() -> jint {
    const jint out = to_java<jint>(env, weft_writer_keep_source_lines(as<weft_writer>(a0), as<int32_t>(a1)));
    return out;
  });
}

WEFT_JNI(void, weft_1writer_1release, jlong a0) {
  return guarded<void>(env, [&]() -> void {
    weft_writer_release(as<weft_writer>(a0));
  });
}

WEFT_JNI(jint, utf8_1weft_1writer_1save, jlong a0, jbyteArray a1) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const jint out = to_java<jint>(env, weft_writer_save(as<weft_writer>(a0), t1.get()));
    return out;
  });
}

WEFT_JNI(jint, utf8_1weft_1writer_1set_1metadata, jlong a0, jbyteArray a1, jbyteArray a2) {
  return guarded<jint>(env, [&]() -> jint {
    const Text t1(env, a1);
    const Text t2(env, a2);
    const jint out = to_java<jint>(env, weft_writer_set_metadata(as<weft_writer>(a0), t1.get(), t2.get()));
    return out;
  });
}
