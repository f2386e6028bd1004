// Arrays, operators, gradients and traced functions.
#include <memory>

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
WEFT_JNI(void, close, jobject tensor) {
  jobject owner = env->GetObjectField(tensor, names.handle);
  std::unique_lock<std::shared_mutex> lock(closing);
  auto handle = as<weft_tensor>(env->GetLongField(owner, names.value));
  env->SetLongField(owner, names.value, 0);
  lock.unlock();
  weft_tensor_release(handle);
}
// An array that one call uses.
struct One {
  One(JNIEnv* env, jobject tensor, const char* what) : all(env), handle(all.add(tensor, what)) {
    all.taken();
  }
  Arrays all;
  weft_tensor handle;
};
WEFT_JNI(jint, dtype, jobject tensor) {
  return guarded<jint>(env, [&] { return weft_tensor_dtype(One(env, tensor, "dtype").handle); });
}
WEFT_JNI(jlongArray, shape, jobject tensor) {
  return guarded<jlongArray>(env, [&] {
    const One x(env, tensor, "shape");
    return to_longs(env, weft_tensor_shape(x.handle), weft_tensor_rank(x.handle));
  });
}
WEFT_JNI(jbyteArray, read, jobject tensor) {
  return guarded<jbyteArray>(env, [&] {
    const One x(env, tensor, "read");
    const size_t bytes = static_cast<size_t>(weft_tensor_elements(x.handle)) *
                         weft_dtype_size(weft_tensor_dtype(x.handle));
    std::vector<jbyte> copy(bytes);
    check(env, weft_tensor_read(x.handle, copy.data(), bytes));
    jbyteArray out = env->NewByteArray(static_cast<jsize>(bytes));
    check_java(env);
    env->SetByteArrayRegion(out, 0, static_cast<jsize>(bytes), copy.data());
    return out;
  });
}
WEFT_JNI(void, write, jobject tensor, jobject value) {
  guarded(env, [&] {
    Arrays all(env);
    weft_tensor target = all.add(tensor, "write");
    weft_value what = {WEFT_TAG_FLOAT, 0, {nullptr}};
    if (env->IsInstanceOf(value, names.tensor)) {
      what.tag = WEFT_TAG_TENSOR;
      what.as.tensor = all.add(value, "write");
    } else if (env->IsInstanceOf(value, names.boxed_long)) {
      what.tag = WEFT_TAG_INT;
      what.as.integer = env->CallLongMethod(value, names.long_value);
    } else {
      what.as.real = env->CallDoubleMethod(value, names.double_value);
    }
    all.taken();
    check(env, weft_tensor_write(target, &what));
  });
}
WEFT_JNI(void, waitFor, jobject tensor) {
  guarded(env, [&] { check(env, weft_tensor_wait(One(env, tensor, "await").handle)); });
}
WEFT_JNI(jboolean, isSame, jobject a, jobject b) {
  return guarded<jboolean>(env, [&] {
    Arrays all(env);
    weft_tensor first = all.add(a, "isSame"), second = all.add(b, "isSame");
    return static_cast<jboolean>(weft_tensor_shares_box(first, second) != 0);
  });
}
WEFT_JNI(jobject, detach, jobject tensor) {
  return guarded<jobject>(env, [&] {
    weft_tensor out = nullptr;
    check(env, weft_tensor_detach(One(env, tensor, "detach").handle, &out));
    return wrap(env, out);
  });
}
WEFT_JNI(void, attachGrad, jobject tensor) {
  guarded(env, [&] {
    check(env, weft_tensor_attach_grad(One(env, tensor, "attachGrad").handle, WEFT_GRAD_WRITE));
  });
}
WEFT_JNI(jobject, grad, jobject tensor) {
  return guarded<jobject>(env, [&]() -> jobject {
    weft_tensor out = nullptr;
    check(env, weft_tensor_grad(One(env, tensor, "grad").handle, &out));
    return out ? wrap(env, out) : nullptr;
  });
}
WEFT_JNI(void, save, jstring path, jobjectArray given, jobjectArray tensors) {
  guarded(env, [&] {
    const std::vector<std::string> texts = texts_of(env, given, "names");
    std::vector<const char*> pointers;
    for (const std::string& text : texts) pointers.push_back(text.c_str());
    Arrays all(env);
    all.add_all(tensors, "save");
    all.taken();
    check(env, weft_tensors_save(text_of(env, path, "path").c_str(), pointers.data(), all.data(),
                                 all.size(), nullptr));
  });
}
// Names and arrays as two arrays of Java.
static jobjectArray pairs(JNIEnv* env, const std::vector<std::string>& texts,
                          const std::vector<weft_tensor>& tensors) {
  jobjectArray values = wrap_all(env, tensors), keys = to_texts(env, texts);
  jobjectArray out = env->NewObjectArray(2, env->FindClass("java/lang/Object"), nullptr);
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

// The arguments of one call; what values point at lives as long as this.
class Values {
 public:
  Values(JNIEnv* env, const Operator& op, jobjectArray list) : env_(env), op_(op), arrays_(env) {
    const jsize count = env->GetArrayLength(list), most = op.info.inputs + op.info.attributes;
    if (count > most)
      fail(env, WEFT_INVALID_TYPE,
           std::string(op.info.name) + ": there are at most " + std::to_string(most) +
               " arguments; got " + std::to_string(count));
    values_.resize(static_cast<size_t>(count), weft_value{WEFT_TAG_DEFAULT, 0, {nullptr}});
    for (jsize i = 0; i < count; ++i) {
      jobject value = env->GetObjectArrayElement(list, i);
      if (value) {
        add(values_[static_cast<size_t>(i)], op.info.arguments[i], value);
        env->DeleteLocalRef(value);
      }
    }
    arrays_.taken();
    while (!values_.empty() && values_.back().tag == WEFT_TAG_DEFAULT) values_.pop_back();
  }
  const weft_value* data() const { return values_.data(); }
  size_t size() const { return values_.size(); }

 private:
  void add(weft_value& out, const weft_argument_info& argument, jobject value) {
    const auto is = [&](jclass wanted) { return env_->IsInstanceOf(value, wanted) == JNI_TRUE; };
    if (is(names.tensor)) {
      out.tag = WEFT_TAG_TENSOR;
      out.as.tensor = arrays_.add(value, op_.info.name);
    } else if (is(names.boxed_double) || is(names.boxed_float)) {
      out.tag = WEFT_TAG_FLOAT;
      out.as.real = env_->CallDoubleMethod(value, names.double_value);
      check_java(env_);
    } else if (is(names.boxed_long) || is(names.boxed_int)) {
      out.tag = WEFT_TAG_INT;
      out.as.integer = env_->CallLongMethod(value, names.long_value);
      check_java(env_);
    } else if (is(names.boxed_bool)) {
      out.tag = WEFT_TAG_BOOL;
      out.as.integer = env_->CallBooleanMethod(value, names.bool_value);
      check_java(env_);
    } else if (is(names.longs)) {
      numbers_.push_back(std::make_unique<std::vector<int64_t>>(
          longs_of(env_, static_cast<jlongArray>(value), argument.name)));
      out = {WEFT_TAG_INTS, static_cast<uint32_t>(numbers_.back()->size()), {nullptr}};
      out.as.ints = numbers_.back()->data();
    } else if (is(names.string)) {
      texts_.push_back(
          std::make_unique<std::string>(text_of(env_, static_cast<jstring>(value), argument.name)));
      out = {WEFT_TAG_STRING, static_cast<uint32_t>(texts_.back()->size()), {nullptr}};
      out.as.text = texts_.back()->data();
    } else if (is(names.tensors)) {
      add_list(out, static_cast<jobjectArray>(value));
    } else if (is(names.dtype)) {
      out.tag = WEFT_TAG_DTYPE;
      out.as.integer = env_->GetIntField(value, names.code);
    } else if (env_->IsSameObject(value, names.none)) {
      out.tag = WEFT_TAG_NONE;
    } else {
      fail(env_, WEFT_INVALID_TYPE,
           std::string(op_.info.name) + ": `" + argument.name +
               "` must be a Tensor, a number, a text, a dtype, or an array of long");
    }
  }
  void add_list(weft_value& out, jobjectArray list) {
    const jsize count = env_->GetArrayLength(list);
    lists_.push_back(std::make_unique<std::vector<weft_tensor>>());
    for (jsize i = 0; i < count; ++i) {
      jobject one = env_->GetObjectArrayElement(list, i);
      lists_.back()->push_back(arrays_.add(one, op_.info.name));
      env_->DeleteLocalRef(one);
    }
    out = {WEFT_TAG_TENSORS, static_cast<uint32_t>(count), {nullptr}};
    out.as.tensors = lists_.back()->data();
  }

  JNIEnv* env_;
  const Operator& op_;
  Arrays arrays_;
  std::vector<weft_value> values_;
  std::vector<std::unique_ptr<std::vector<int64_t>>> numbers_;
  std::vector<std::unique_ptr<std::vector<weft_tensor>>> lists_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

WEFT_JNI(jobjectArray, invoke, jlong handle, jobjectArray list) {
  return guarded<jobjectArray>(env, [&] {
    const Operator& op = *as<Operator*>(handle);
    const Values values(env, op, list);
    size_t count = 0;
    check(env, weft_op_count_outputs(op.op, values.data(), values.size(), &count));
    std::vector<weft_tensor> outs(count);
    check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), count));
    return wrap_all(env, outs);
  });
}
WEFT_JNI(jobject, invokeOne, jlong handle, jobjectArray list) {
  return guarded<jobject>(env, [&] {
    const Operator& op = *as<Operator*>(handle);
    const Values values(env, op, list);
    weft_tensor out = nullptr;
    check(env, weft_invoke(op.op, values.data(), values.size(), &out, 1));
    return wrap(env, out);
  });
}
WEFT_JNI(void, invokeInto, jlong handle, jobjectArray list, jobjectArray targets) {
  guarded(env, [&] {
    const Operator& op = *as<Operator*>(handle);
    const Values values(env, op, list);
    Arrays outs(env);
    outs.add_all(targets, op.info.name);
    outs.taken();
    check(env, weft_invoke(op.op, values.data(), values.size(), outs.data(), outs.size()));
  });
}

// ---- gradients and traced functions
// --------------------------------------------------------------

WEFT_JNI(jint, setModes, jint set, jint clear) {
  return static_cast<jint>(
      weft_set_modes(static_cast<uint32_t>(set), static_cast<uint32_t>(clear)));
}
WEFT_JNI(void, backward, jobjectArray heads) {
  guarded(env, [&] {
    Arrays all(env);
    all.add_all(heads, "backward");
    all.taken();
    check(env, weft_backward(all.data(), nullptr, all.size(), 0));
  });
}
WEFT_JNI(jobjectArray, gradients, jobjectArray heads, jobjectArray variables, jboolean again) {
  return guarded<jobjectArray>(env, [&] {
    Arrays from(env);
    from.add_all(heads, "grad");
    from.taken();
    Arrays to(env);
    to.add_all(variables, "grad");
    to.taken();
    std::vector<weft_tensor> out(to.size());
    check(env, weft_grad(from.data(), nullptr, from.size(), to.data(), to.size(), again, again,
                         out.data()));
    return wrap_all(env, out);
  });
}
WEFT_JNI(jobjectArray, traceBegin, jobjectArray inputs) {
  return guarded<jobjectArray>(env, [&] {
    Arrays all(env);
    all.add_all(inputs, "trace");
    all.taken();
    std::vector<weft_tensor> placeholders(all.size());
    check(env, weft_trace_begin(all.data(), all.size(), placeholders.data()));
    return wrap_all(env, placeholders);
  });
}
WEFT_JNI(jlong, traceEnd, jobjectArray outputs) {
  return guarded<jlong>(env, [&] {
    Arrays all(env);
    all.add_all(outputs, "trace");
    all.taken();
    weft_function out = nullptr;
    check(env, weft_trace_end(all.data(), all.size(), &out));
    return as_long(out);
  });
}
WEFT_JNI(void, traceAbort) { weft_trace_abort(); }
WEFT_JNI(void, releaseFunction, jlong function) {
  weft_function_release(as<weft_function>(function));
}
WEFT_JNI(jobjectArray, call, jlong handle, jobjectArray inputs) {
  return guarded<jobjectArray>(env, [&] {
    auto function = as<weft_function>(handle);
    Arrays all(env);
    all.add_all(inputs, "call");
    all.taken();
    std::vector<weft_tensor> outs(weft_function_outputs(function));
    check(env, weft_function_call(function, all.data(), all.size(), outs.data(), outs.size()));
    return wrap_all(env, outs);
  });
}
WEFT_JNI(jobjectArray, captures, jlong handle) {
  return guarded<jobjectArray>(env, [&] {
    auto function = as<weft_function>(handle);
    std::vector<weft_tensor> out;
    for (size_t i = 0; i < weft_function_captures(function); ++i)
      out.push_back(weft_tensor_retain(weft_function_capture_at(function, i)));
    return wrap_all(env, out);
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
