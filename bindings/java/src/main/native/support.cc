// Failures, texts and handles between Java and C.
#include "support.h"

namespace weftjni {

Names names;

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

std::vector<weft_tensor> tensors_of(JNIEnv* env, jlongArray handles) {
  std::vector<weft_tensor> out;
  for (const int64_t handle : longs_of(env, handles, "arrays"))
    out.push_back(as<weft_tensor>(handle));
  return out;
}
jlongArray to_handles(JNIEnv* env, const std::vector<weft_tensor>& tensors) {
  std::vector<int64_t> handles;
  for (weft_tensor tensor : tensors) handles.push_back(as_long(tensor));
  return to_longs(env, handles.data(), static_cast<jsize>(handles.size()));
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
  n.exception = find_class(env, "org/weft/WeftException");
  n.string = find_class(env, "java/lang/String");
  n.object = find_class(env, "java/lang/Object");
  n.port = find_class(env, "org/weft/Port");
  if (env->ExceptionCheck()) return JNI_ERR;
  n.new_exception = env->GetMethodID(n.exception, "<init>", "(ILjava/lang/String;)V");
  n.new_port = env->GetMethodID(n.port, "<init>", "(Ljava/lang/String;I[JJ)V");
  return env->ExceptionCheck() ? JNI_ERR : JNI_VERSION_1_8;
}
