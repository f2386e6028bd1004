// Arrays, operators, gradients and traced functions.
#include <memory>

#include <weft/weft_dlpack.h>

#include "support.h"

using namespace weftjni;

WEFT_JNI(jstring, version) { return env->NewStringUTF(weft_version()); }
WEFT_JNI(void, seed, jlong seed) {
  guarded(env, [&] { check(env, weft_random_seed(static_cast<uint64_t>(seed))); });
}
WEFT_JNI(void, setNumThreads, jint count) {
  guarded(env, [&] { check(env, weft_set_num_threads(count)); });
}
WEFT_JNI(jlong, liveBytes) {
  return guarded<jlong>(env, [&] {
    weft_memory figures = WEFT_MEMORY_INIT;
    check(env, weft_memory_stats(&figures, 0));
    return figures.live;
  });
}

// ---- arrays -------------------------------------------------------------------------------------

WEFT_JNI(jlong, create, jint dtype, jlongArray extents, jbyteArray data) {
  return guarded<jlong>(env, [&] {
    const std::vector<int64_t> shape = longs_of(env, extents, "shape");
    std::vector<jbyte> bytes;
    if (data) {
      size_t wanted = weft_dtype_size(dtype);
      for (const int64_t extent : shape) wanted *= static_cast<size_t>(extent < 0 ? 0 : extent);
      bytes.resize(static_cast<size_t>(env->GetArrayLength(data)));
      if (bytes.size() != wanted)
        fail(env, WEFT_INVALID_VALUE,
             "Tensor: the shape needs " + std::to_string(wanted) + " bytes; got " +
                 std::to_string(bytes.size()));
      env->GetByteArrayRegion(data, 0, static_cast<jsize>(bytes.size()), bytes.data());
    }
    weft_tensor out = nullptr;
    check(env, weft_tensor_create(dtype, static_cast<int32_t>(shape.size()), shape.data(),
                                  bytes.empty() ? nullptr : bytes.data(), &out));
    return as_long(out);
  });
}
WEFT_JNI(void, release, jlong tensor) { weft_tensor_release(as<weft_tensor>(tensor)); }
WEFT_JNI(jint, dtype, jlong tensor) { return weft_tensor_dtype(as<weft_tensor>(tensor)); }
WEFT_JNI(jlongArray, shape, jlong tensor) {
  return guarded<jlongArray>(env, [&] {
    auto x = as<weft_tensor>(tensor);
    return to_longs(env, weft_tensor_shape(x), weft_tensor_rank(x));
  });
}
WEFT_JNI(jbyteArray, read, jlong tensor) {
  return guarded<jbyteArray>(env, [&] {
    auto x = as<weft_tensor>(tensor);
    const size_t bytes =
        static_cast<size_t>(weft_tensor_elements(x)) * weft_dtype_size(weft_tensor_dtype(x));
    std::vector<jbyte> copy(bytes);
    check(env, weft_tensor_read(x, copy.data(), bytes));
    jbyteArray out = env->NewByteArray(static_cast<jsize>(bytes));
    check_java(env);
    env->SetByteArrayRegion(out, 0, static_cast<jsize>(bytes), copy.data());
    return out;
  });
}
WEFT_JNI(void, write, jlong tensor, jlong from) {
  guarded(env, [&] {
    weft_value value = {WEFT_TAG_TENSOR, 0, {as<weft_tensor>(from)}};
    check(env, weft_tensor_write(as<weft_tensor>(tensor), &value));
  });
}
WEFT_JNI(void, fill, jlong tensor, jdouble number) {
  guarded(env, [&] {
    weft_value value = {WEFT_TAG_FLOAT, 0, {nullptr}};
    value.as.real = number;
    check(env, weft_tensor_write(as<weft_tensor>(tensor), &value));
  });
}
WEFT_JNI(void, waitFor, jlong tensor) {
  guarded(env, [&] { check(env, weft_tensor_wait(as<weft_tensor>(tensor))); });
}
WEFT_JNI(jboolean, isSame, jlong a, jlong b) {
  return static_cast<jboolean>(weft_tensor_shares_box(as<weft_tensor>(a), as<weft_tensor>(b)) != 0);
}
WEFT_JNI(jlong, detach, jlong tensor) {
  return guarded<jlong>(env, [&] {
    weft_tensor out = nullptr;
    check(env, weft_tensor_detach(as<weft_tensor>(tensor), &out));
    return as_long(out);
  });
}
WEFT_JNI(void, attachGrad, jlong tensor) {
  guarded(env,
          [&] { check(env, weft_tensor_attach_grad(as<weft_tensor>(tensor), WEFT_GRAD_WRITE)); });
}
WEFT_JNI(jlong, grad, jlong tensor) {
  return guarded<jlong>(env, [&] {
    weft_tensor out = nullptr;
    check(env, weft_tensor_grad(as<weft_tensor>(tensor), &out));
    return as_long(out);
  });
}
WEFT_JNI(jlong, toDlpack, jlong tensor) {
  return guarded<jlong>(env, [&] {
    DLManagedTensorVersioned* out = nullptr;
    check(env, weft_tensor_to_dlpack(as<weft_tensor>(tensor), &out));
    return as_long(out);
  });
}
WEFT_JNI(jlong, fromDlpack, jlong managed) {
  return guarded<jlong>(env, [&] {
    weft_tensor out = nullptr;
    check(env, weft_tensor_from_dlpack(as<DLManagedTensorVersioned*>(managed), nullptr, &out));
    return as_long(out);
  });
}
WEFT_JNI(void, freeDlpack, jlong managed) {
  auto* given = as<DLManagedTensorVersioned*>(managed);
  if (given && given->deleter) given->deleter(given);
}
WEFT_JNI(void, save, jstring path, jobjectArray given, jlongArray tensors) {
  guarded(env, [&] {
    const std::vector<std::string> texts = texts_of(env, given, "names");
    std::vector<const char*> pointers;
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    const std::vector<weft_tensor> all = tensors_of(env, tensors);
    check(env, weft_tensors_save(text_of(env, path, "path").c_str(), pointers.data(), all.data(),
                                 all.size(), nullptr));
  });
}
// Names and handles as two arrays of Java.
static jobjectArray pairs(JNIEnv* env, const std::vector<std::string>& texts,
                          const std::vector<weft_tensor>& tensors) {
  jlongArray values = to_handles(env, tensors);
  jobjectArray keys = to_texts(env, texts), out = env->NewObjectArray(2, names.object, nullptr);
  check_java(env);
  env->SetObjectArrayElement(out, 0, keys);
  env->SetObjectArrayElement(out, 1, values);
  return out;
}
WEFT_JNI(jobjectArray, load, jstring path) {
  return guarded<jobjectArray>(env, [&] {
    weft_archive archive = nullptr;
    check(env, weft_archive_load(text_of(env, path, "path").c_str(), &archive));
    const std::unique_ptr<weft_archive_, void (*)(weft_archive)> owner(archive,
                                                                       weft_archive_release);
    std::vector<std::string> texts;
    std::vector<weft_tensor> tensors;
    for (size_t i = 0; i < weft_archive_count(archive); ++i) {
      weft_tensor tensor = nullptr;
      check(env, weft_archive_tensor(archive, i, &tensor));
      tensors.push_back(tensor);
      texts.emplace_back(weft_archive_name_at(archive, i));
    }
    return pairs(env, texts, tensors);
  });
}
WEFT_JNI(jobjectArray, weights, jlong handle) {
  return guarded<jobjectArray>(env, [&] {
    auto model = as<weft_model>(handle);
    std::vector<std::string> texts;
    std::vector<weft_tensor> tensors(weft_model_tensor_count(model));
    for (size_t i = 0; i < tensors.size(); ++i) {
      check(env, weft_model_tensor(model, i, &tensors[i]));
      texts.emplace_back(weft_model_tensor_name_at(model, i));
    }
    return pairs(env, texts, tensors);
  });
}

// ---- operators ----------------------------------------------------------------------------------

// An operator that Java found; it lives as long as the program.
struct Operator {
  weft_op op;
  weft_op_info info;
};
WEFT_JNI(jlong, findOperator, jstring name) {
  return guarded<jlong>(env, [&] {
    auto out = std::make_unique<Operator>();
    check(env, weft_op_find(text_of(env, name, "name").c_str(), &out->op));
    out->info = {};
    out->info.struct_size = sizeof out->info;
    check(env, weft_op_get_info(out->op, &out->info));
    return as_long(out.release());
  });
}
WEFT_JNI(jobjectArray, argumentsOf, jlong handle) {
  return guarded<jobjectArray>(env, [&] {
    const weft_op_info& info = as<Operator*>(handle)->info;
    std::vector<std::string> texts;
    for (int32_t i = 0; i < info.inputs + info.attributes; ++i)
      texts.emplace_back(info.arguments[i].name);
    return to_texts(env, texts);
  });
}
WEFT_JNI(jint, inputsOf, jlong handle) { return as<Operator*>(handle)->info.inputs; }

// The one result of an operator of arrays alone.
static jlong invoke_arrays(JNIEnv* env, jlong handle, const weft_value* values, size_t count) {
  weft_tensor out = nullptr;
  const weft_status status = weft_invoke(as<Operator*>(handle)->op, values, count, &out, 1);
  if (status != WEFT_OK) guarded(env, [&] { check(env, status); });
  return as_long(out);
}
WEFT_JNI(jlong, invokeUnary, jlong handle, jlong x) {
  const weft_value values[] = {{WEFT_TAG_TENSOR, 0, {as<weft_tensor>(x)}}};
  return invoke_arrays(env, handle, values, 1);
}
WEFT_JNI(jlong, invokeBinary, jlong handle, jlong x, jlong y) {
  const weft_value values[] = {{WEFT_TAG_TENSOR, 0, {as<weft_tensor>(x)}},
                               {WEFT_TAG_TENSOR, 0, {as<weft_tensor>(y)}}};
  return invoke_arrays(env, handle, values, 2);
}

// The arguments of one call; what values point at lives as long as this.
class Values {
 public:
  Values(JNIEnv* env, const Operator& op, jintArray tags, jlongArray contents, jobjectArray parts)
      : values_(static_cast<size_t>(env->GetArrayLength(tags))) {
    const auto count = static_cast<jsize>(values_.size());
    std::vector<jint> kinds(values_.size());
    std::vector<jlong> numbers(values_.size());
    env->GetIntArrayRegion(tags, 0, count, kinds.data());
    env->GetLongArrayRegion(contents, 0, count, numbers.data());
    for (jsize i = 0; i < count; ++i) {
      weft_value& value = values_[static_cast<size_t>(i)];
      value = {static_cast<uint32_t>(kinds[static_cast<size_t>(i)]), 0, {nullptr}};
      value.as.integer = numbers[static_cast<size_t>(i)];
      const bool long_one = value.tag == WEFT_TAG_STRING || value.tag == WEFT_TAG_INTS ||
                            value.tag == WEFT_TAG_TENSORS;
      if (long_one) add_part(env, op.info.arguments[i].name, value, parts, i);
    }
  }
  const weft_value* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  void add_part(JNIEnv* env, const char* argument, weft_value& value, jobjectArray parts, jsize i) {
    jobject part = env->GetObjectArrayElement(parts, i);
    if (value.tag == WEFT_TAG_STRING) {
      auto text = static_cast<jbyteArray>(part);
      const jsize length = env->GetArrayLength(text);
      texts_.push_back(std::make_unique<std::vector<jbyte>>(static_cast<size_t>(length)));
      env->GetByteArrayRegion(text, 0, length, texts_.back()->data());
      value.count = static_cast<uint32_t>(length);
      value.as.text = reinterpret_cast<const char*>(texts_.back()->data());
    } else {
      // Numbers, or handles of arrays, which have as many bytes.
      static_assert(sizeof(weft_tensor) == sizeof(int64_t));
      numbers_.push_back(std::make_unique<std::vector<int64_t>>(
          longs_of(env, static_cast<jlongArray>(part), argument)));
      value.count = static_cast<uint32_t>(numbers_.back()->size());
      value.as.ints = numbers_.back()->data();
    }
    env->DeleteLocalRef(part);
  }

  std::vector<weft_value> values_;
  std::vector<std::unique_ptr<std::vector<int64_t>>> numbers_;
  std::vector<std::unique_ptr<std::vector<jbyte>>> texts_;
};

WEFT_JNI(jlongArray, invoke, jlong handle, jintArray tags, jlongArray contents,
         jobjectArray parts) {
  return guarded<jlongArray>(env, [&] {
    const Operator& op = *as<Operator*>(handle);
    const Values values(env, op, tags, contents, parts);
    size_t count = 0;
    check(env, weft_op_count_outputs(op.op, values.data(), values.size(), &count));
    std::vector<weft_tensor> outs(count);
    check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), count));
    return to_handles(env, outs);
  });
}
WEFT_JNI(jlong, invokeOne, jlong handle, jintArray tags, jlongArray contents, jobjectArray parts) {
  return guarded<jlong>(env, [&] {
    const Operator& op = *as<Operator*>(handle);
    const Values values(env, op, tags, contents, parts);
    weft_tensor out = nullptr;
    check(env, weft_invoke(op.op, values.data(), values.size(), &out, 1));
    return as_long(out);
  });
}
WEFT_JNI(void, invokeInto, jlong handle, jintArray tags, jlongArray contents, jobjectArray parts,
         jlongArray targets) {
  guarded(env, [&] {
    const Operator& op = *as<Operator*>(handle);
    const Values values(env, op, tags, contents, parts);
    std::vector<weft_tensor> outs = tensors_of(env, targets);
    check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), outs.size()));
  });
}

// ---- gradients and traced functions ------------------------------------------------------------

WEFT_JNI(jint, setModes, jint set, jint clear) {
  return static_cast<jint>(
      weft_set_modes(static_cast<uint32_t>(set), static_cast<uint32_t>(clear)));
}
WEFT_JNI(void, backward, jlongArray heads) {
  guarded(env, [&] {
    const std::vector<weft_tensor> all = tensors_of(env, heads);
    check(env, weft_backward(all.data(), nullptr, all.size(), 0));
  });
}
WEFT_JNI(jlongArray, gradients, jlongArray heads, jlongArray variables, jboolean again) {
  return guarded<jlongArray>(env, [&] {
    const std::vector<weft_tensor> from = tensors_of(env, heads), to = tensors_of(env, variables);
    std::vector<weft_tensor> out(to.size());
    check(env, weft_grad(from.data(), nullptr, from.size(), to.data(), to.size(), again, again,
                         out.data()));
    return to_handles(env, out);
  });
}
WEFT_JNI(jlongArray, traceBegin, jlongArray inputs) {
  return guarded<jlongArray>(env, [&] {
    const std::vector<weft_tensor> all = tensors_of(env, inputs);
    std::vector<weft_tensor> placeholders(all.size());
    check(env, weft_trace_begin(all.data(), all.size(), placeholders.data()));
    return to_handles(env, placeholders);
  });
}
WEFT_JNI(jlong, traceEnd, jlongArray outputs) {
  return guarded<jlong>(env, [&] {
    const std::vector<weft_tensor> all = tensors_of(env, outputs);
    weft_function out = nullptr;
    check(env, weft_trace_end(all.data(), all.size(), &out));
    return as_long(out);
  });
}
WEFT_JNI(void, traceAbort) { weft_trace_abort(); }
WEFT_JNI(void, releaseFunction, jlong function) {
  weft_function_release(as<weft_function>(function));
}
WEFT_JNI(jlongArray, call, jlong handle, jlongArray inputs) {
  return guarded<jlongArray>(env, [&] {
    auto function = as<weft_function>(handle);
    const std::vector<weft_tensor> all = tensors_of(env, inputs);
    std::vector<weft_tensor> outs(weft_function_outputs(function));
    check(env, weft_function_call(function, all.data(), all.size(), outs.data(), outs.size()));
    return to_handles(env, outs);
  });
}
WEFT_JNI(jlongArray, captures, jlong handle) {
  return guarded<jlongArray>(env, [&] {
    auto function = as<weft_function>(handle);
    std::vector<weft_tensor> out;
    for (size_t i = 0; i < weft_function_captures(function); ++i)
      out.push_back(weft_tensor_retain(weft_function_capture_at(function, i)));
    return to_handles(env, out);
  });
}
WEFT_JNI(jstring, text, jlong handle, jstring what) {
  return guarded<jstring>(env, [&] {
    const char* out = nullptr;
    check(env, weft_function_get_text(as<weft_function>(handle), text_of(env, what, "what").c_str(),
                                      &out));
    return env->NewStringUTF(out);
  });
}
