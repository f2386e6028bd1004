// .weft files: written, loaded and run.
#include "support.h"

using namespace weftjni;

WEFT_JNI(jlong, createWriter) {
  return guarded<jlong>(env, [&] {
    weft_writer out = nullptr;
    check(env, weft_writer_create(&out));
    return as_long(out);
  });
}
WEFT_JNI(void, releaseWriter, jlong writer) { weft_writer_release(as<weft_writer>(writer)); }
WEFT_JNI(void, addEntry, jlong writer, jstring entry, jlong handle, jobjectArray inputs,
         jobjectArray outputs, jobjectArray captures) {
  guarded(env, [&] {
    auto function = as<weft_function>(handle);
    const jobjectArray given[] = {inputs, outputs, captures};
    const char* const which[] = {"inputs", "outputs", "captures"};
    const size_t counts[] = {weft_function_inputs(function), weft_function_outputs(function),
                             weft_function_captures(function)};
    std::vector<std::string> texts[3];
    std::vector<const char*> pointers[3];
    for (size_t i = 0; i < 3; ++i) {
      texts[i] = texts_of(env, given[i], which[i]);
      if (texts[i].size() != counts[i])
        fail(env, WEFT_INVALID_VALUE,
             std::string("Writer.add: the function has ") + std::to_string(counts[i]) + " " +
                 which[i] + "; got " + std::to_string(texts[i].size()) + " names");
      for (const std::string& text : texts[i]) pointers[i].push_back(text.c_str());
    }
    check(env, weft_writer_add_entry(as<weft_writer>(writer), text_of(env, entry, "entry").c_str(),
                                     function, pointers[0].data(), pointers[1].data(),
                                     pointers[2].data()));
  });
}
WEFT_JNI(void, setMetadata, jlong writer, jstring key, jstring value) {
  guarded(env, [&] {
    check(env, weft_writer_set_metadata(as<weft_writer>(writer), text_of(env, key, "key").c_str(),
                                        text_of(env, value, "value").c_str()));
  });
}
WEFT_JNI(void, saveWriter, jlong writer, jstring path) {
  guarded(env, [&] {
    check(env, weft_writer_save(as<weft_writer>(writer), text_of(env, path, "path").c_str()));
  });
}

WEFT_JNI(jlong, loadModel, jstring path) {
  return guarded<jlong>(env, [&] {
    weft_model out = nullptr;
    check(env, weft_model_load(text_of(env, path, "path").c_str(), &out));
    return as_long(out);
  });
}
WEFT_JNI(void, releaseModel, jlong model) { weft_model_release(as<weft_model>(model)); }
WEFT_JNI(jobjectArray, entries, jlong handle) {
  return guarded<jobjectArray>(env, [&] {
    auto model = as<weft_model>(handle);
    std::vector<std::string> out;
    for (size_t i = 0; i < weft_model_entry_count(model); ++i)
      out.emplace_back(weft_model_entry_name_at(model, i));
    return to_texts(env, out);
  });
}
WEFT_JNI(jstring, metadata, jlong model, jstring key) {
  return guarded<jstring>(env, [&]() -> jstring {
    const char* text = weft_model_metadata(as<weft_model>(model), text_of(env, key, "key").c_str());
    return text ? env->NewStringUTF(text) : nullptr;
  });
}
WEFT_JNI(void, setBudget, jlong model, jstring entry, jlong bytes) {
  guarded(env, [&] {
    check(env, weft_model_set_budget(as<weft_model>(model), text_of(env, entry, "entry").c_str(),
                                     bytes));
  });
}

WEFT_JNI(jlong, createContext, jlong model, jstring entry) {
  return guarded<jlong>(env, [&] {
    weft_context out = nullptr;
    check(env, weft_context_create(as<weft_model>(model), text_of(env, entry, "entry").c_str(),
                                   nullptr, 0, &out));
    return as_long(out);
  });
}
WEFT_JNI(void, releaseContext, jlong context) { weft_context_release(as<weft_context>(context)); }

// Inputs, outputs and states, by the number that Context.java gives them.
enum Kind { kInput, kOutput, kState };
WEFT_JNI(jint, count, jlong handle, jint kind) {
  auto context = as<weft_context>(handle);
  return static_cast<jint>(kind == kInput    ? weft_context_inputs(context)
                           : kind == kOutput ? weft_context_outputs(context)
                                             : weft_context_states(context));
}
static weft_port port_of(JNIEnv* env, weft_context context, jint kind, jint index) {
  weft_port port = WEFT_PORT_INIT;
  const auto get = kind == kInput    ? weft_context_get_input
                   : kind == kOutput ? weft_context_get_output
                                     : weft_context_get_state;
  check(env, get(context, static_cast<size_t>(index), &port));
  return port;
}
WEFT_JNI(jobject, port, jlong context, jint kind, jint index) {
  return guarded<jobject>(env, [&] {
    const weft_port port = port_of(env, as<weft_context>(context), kind, index);
    jstring name = env->NewStringUTF(port.name);
    check_java(env);
    jlongArray shape = to_longs(env, port.shape, port.rank);
    jobject out = env->NewObject(names.port, names.new_port, name, static_cast<jint>(port.dtype),
                                 shape, static_cast<jlong>(port.bytes));
    check_java(env);
    return out;
  });
}
WEFT_JNI(void, setInputShape, jlong context, jint index, jlongArray extents) {
  guarded(env, [&] {
    const std::vector<int64_t> shape = longs_of(env, extents, "shape");
    check(env, weft_context_set_input_shape(as<weft_context>(context), static_cast<size_t>(index),
                                            shape.data(), static_cast<int32_t>(shape.size())));
  });
}
WEFT_JNI(void, bind, jlong handle, jint kind, jint index, jobject memory) {
  guarded(env, [&] {
    auto context = as<weft_context>(handle);
    void* data = env->GetDirectBufferAddress(memory);
    const auto bytes = static_cast<size_t>(env->GetDirectBufferCapacity(memory));
    check(env, kind == kInput
                   ? weft_context_bind_input(context, static_cast<size_t>(index), data, bytes)
                   : weft_context_bind_output(context, static_cast<size_t>(index), data, bytes));
  });
}
WEFT_JNI(void, run, jlong context) {
  guarded(env, [&] { check(env, weft_context_run(as<weft_context>(context))); });
}
// The memory of an output; Java copies it before it lets the next call in.
WEFT_JNI(jobject, output, jlong handle, jint index) {
  return guarded<jobject>(env, [&] {
    auto context = as<weft_context>(handle);
    const weft_port port = port_of(env, context, kOutput, index);
    const void* data = nullptr;
    check(env, weft_context_output_data(context, static_cast<size_t>(index), &data));
    static char nothing;
    jobject out = env->NewDirectByteBuffer(data ? const_cast<void*>(data) : &nothing,
                                           static_cast<jlong>(port.bytes));
    check_java(env);
    return out;
  });
}
WEFT_JNI(jbyteArray, state, jlong handle, jint index) {
  return guarded<jbyteArray>(env, [&] {
    auto context = as<weft_context>(handle);
    const weft_port port = port_of(env, context, kState, index);
    std::vector<jbyte> copy(port.bytes);
    check(env,
          weft_context_read_state(context, static_cast<size_t>(index), copy.data(), port.bytes));
    jbyteArray out = env->NewByteArray(static_cast<jsize>(port.bytes));
    check_java(env);
    env->SetByteArrayRegion(out, 0, static_cast<jsize>(port.bytes), copy.data());
    return out;
  });
}
WEFT_JNI(void, setState, jlong context, jint index, jbyteArray bytes) {
  guarded(env, [&] {
    std::vector<jbyte> copy(static_cast<size_t>(env->GetArrayLength(bytes)));
    env->GetByteArrayRegion(bytes, 0, static_cast<jsize>(copy.size()), copy.data());
    check(env, weft_context_write_state(as<weft_context>(context), static_cast<size_t>(index),
                                        copy.data(), copy.size()));
  });
}
WEFT_JNI(void, reset, jlong context) {
  guarded(env, [&] { check(env, weft_context_reset(as<weft_context>(context))); });
}
WEFT_JNI(void, saveContext, jlong context, jstring path) {
  guarded(env, [&] {
    check(env, weft_context_save(as<weft_context>(context), text_of(env, path, "path").c_str()));
  });
}
