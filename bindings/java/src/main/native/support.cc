// Failures, texts and handles between Java and C.
#include "support.h"

namespace weftjni {

Names names;
std::shared_mutex closing;

void fail(JNIEnv* env, weft_status status, const std::string& text) {
  jstring message = env->NewStringUTF(text.c_str());
  if (message) {
    jobject error =
        env->NewObject(names.exception, names.new_exception, static_cast<jint>(status), message);
    if (error) env->Throw(static_cast<jthrowable>(error));
  }
  throw Pending();
}

std::string text_of(JNIEnv* env, jstring text, const char* argument) {
  if (!text)
    fail(env, WEFT_INVALID_VALUE, std::string("`") + argument + "` must be a text; got null");
  // The texts of Java are UTF-16; those of the library UTF-8.
  const jsize length = env->GetStringLength(text);
  std::string out(static_cast<size_t>(env->GetStringUTFLength(text)), '\0');
  env->GetStringUTFRegion(text, 0, length, out.data());
  return out;
}
std::vector<std::string> texts_of(JNIEnv* env, jobjectArray list, const char* argument) {
  if (!list) fail(env, WEFT_INVALID_VALUE, std::string("`") + argument + "` must not be null");
  std::vector<std::string> out;
  for (jsize i = 0; i < env->GetArrayLength(list); ++i) {
    auto text = static_cast<jstring>(env->GetObjectArrayElement(list, i));
    out.push_back(text_of(env, text, argument));
    env->DeleteLocalRef(text);
  }
  return out;
}
std::vector<int64_t> longs_of(JNIEnv* env, jlongArray list, const char* argument) {
  if (!list) fail(env, WEFT_INVALID_VALUE, std::string("`") + argument + "` must not be null");
  std::vector<jlong> numbers(static_cast<size_t>(env->GetArrayLength(list)));
  env->GetLongArrayRegion(list, 0, static_cast<jsize>(numbers.size()), numbers.data());
  return {numbers.begin(), numbers.end()};
}
jlongArray to_longs(JNIEnv* env, const int64_t* numbers, jsize count) {
  jlongArray out = env->NewLongArray(count);
  check_java(env);
  const std::vector<jlong> copy(numbers, numbers + count);
  env->SetLongArrayRegion(out, 0, count, copy.data());
  return out;
}
jobjectArray to_texts(JNIEnv* env, const std::vector<std::string>& texts) {
  jobjectArray out = env->NewObjectArray(static_cast<jsize>(texts.size()), names.string, nullptr);
  check_java(env);
  for (size_t i = 0; i < texts.size(); ++i) {
    jstring text = env->NewStringUTF(texts[i].c_str());
    check_java(env);
    env->SetObjectArrayElement(out, static_cast<jsize>(i), text);
    env->DeleteLocalRef(text);
  }
  return out;
}

jobject wrap(JNIEnv* env, weft_tensor tensor) {
  jobject out = env->NewObject(names.tensor, names.new_tensor, as_long(tensor));
  if (!out) weft_tensor_release(tensor);
  check_java(env);
  return out;
}
jobjectArray wrap_all(JNIEnv* env, const std::vector<weft_tensor>& tensors) {
  jobjectArray out = env->NewObjectArray(static_cast<jsize>(tensors.size()), names.tensor, nullptr);
  check_java(env);
  for (size_t i = 0; i < tensors.size(); ++i) {
    jobject one = wrap(env, tensors[i]);
    env->SetObjectArrayElement(out, static_cast<jsize>(i), one);
    env->DeleteLocalRef(one);
  }
  return out;
}

weft_tensor Arrays::add(jobject tensor, const char* what) {
  if (!tensor) fail(env_, WEFT_INVALID_VALUE, std::string(what) + ": expected a Tensor; got null");
  jobject owner = env_->GetObjectField(tensor, names.handle);
  auto handle = as<weft_tensor>(env_->GetLongField(owner, names.value));
  env_->DeleteLocalRef(owner);
  if (!handle) fail(env_, WEFT_INVALID_STATE, std::string(what) + ": the array was closed");
  all_.push_back(weft_tensor_retain(handle));
  return handle;
}
void Arrays::add_all(jobjectArray tensors, const char* what) {
  if (!tensors) fail(env_, WEFT_INVALID_VALUE, std::string(what) + ": expected arrays; got null");
  for (jsize i = 0; i < env_->GetArrayLength(tensors); ++i) {
    jobject one = env_->GetObjectArrayElement(tensors, i);
    add(one, what);
    env_->DeleteLocalRef(one);
  }
}

namespace {

jclass find_class(JNIEnv* env, const char* name) {
  jclass found = env->FindClass(name);
  return found ? static_cast<jclass>(env->NewGlobalRef(found)) : nullptr;
}

}  // namespace

}  // namespace weftjni

using namespace weftjni;

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void*) {
  JNIEnv* env = nullptr;
  if (machine->GetEnv(reinterpret_cast<void**>(&env), JNI_VERSION_1_8) != JNI_OK) return JNI_ERR;
  Names& n = names;
  n.tensor = find_class(env, "org/weft/Tensor");
  n.exception = find_class(env, "org/weft/WeftException");
  n.boxed_long = find_class(env, "java/lang/Long");
  n.boxed_int = find_class(env, "java/lang/Integer");
  n.boxed_double = find_class(env, "java/lang/Double");
  n.boxed_float = find_class(env, "java/lang/Float");
  n.boxed_bool = find_class(env, "java/lang/Boolean");
  n.string = find_class(env, "java/lang/String");
  n.longs = find_class(env, "[J");
  n.tensors = find_class(env, "[Lorg/weft/Tensor;");
  n.dtype = find_class(env, "org/weft/Dtype");
  n.port = find_class(env, "org/weft/Port");
  jclass owner = env->FindClass("org/weft/Tensor$Handle"),
         number = env->FindClass("java/lang/Number"), op = env->FindClass("org/weft/Operator");
  if (env->ExceptionCheck()) return JNI_ERR;
  n.handle = env->GetFieldID(n.tensor, "handle", "Lorg/weft/Tensor$Handle;");
  n.value = env->GetFieldID(owner, "value", "J");
  n.code = env->GetFieldID(n.dtype, "code", "I");
  n.new_tensor = env->GetMethodID(n.tensor, "<init>", "(J)V");
  n.new_exception = env->GetMethodID(n.exception, "<init>", "(ILjava/lang/String;)V");
  n.new_port = env->GetMethodID(n.port, "<init>", "(Ljava/lang/String;I[JJ)V");
  n.long_value = env->GetMethodID(number, "longValue", "()J");
  n.double_value = env->GetMethodID(number, "doubleValue", "()D");
  n.bool_value = env->GetMethodID(n.boxed_bool, "booleanValue", "()Z");
  jfieldID none = env->GetStaticFieldID(op, "NONE", "Ljava/lang/Object;");
  if (env->ExceptionCheck()) return JNI_ERR;
  n.none = env->NewGlobalRef(env->GetStaticObjectField(op, none));
  return env->ExceptionCheck() ? JNI_ERR : JNI_VERSION_1_8;
}
