// How values of Java come to C and back: what calls.cc, which is generated, is made of.
#ifndef WEFT_JAVA_SUPPORT_H_
#define WEFT_JAVA_SUPPORT_H_

#include <jni.h>
#include <weft/weft.h>

#include <cstring>
#include <exception>
#include <string>
#include <type_traits>
#include <vector>

#define WEFT_NATIVE(Result, class_and_name, ...)                                                   \
  extern "C" JNIEXPORT Result JNICALL Java_org_weft_##class_and_name([[maybe_unused]] JNIEnv* env, \
                                                                     jclass, ##__VA_ARGS__)
// A function of C.java.
#define WEFT_JNI(Result, name, ...) WEFT_NATIVE(Result, C_##name, ##__VA_ARGS__)

namespace weftjni {

// Runs a function; no exception of C++ leaves it, one of Java is pending instead.
template <class Result, class Body>
Result guarded(JNIEnv* env, Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    env->ThrowNew(env->FindClass("java/lang/OutOfMemoryError"), error.what());
  }
  return Result();
}

// A handle, an address or a number.
template <class To, class From>
To as(From value) {
  if constexpr (std::is_pointer_v<To>)
    return reinterpret_cast<To>(static_cast<uintptr_t>(value));
  else
    return static_cast<To>(value);
}
template <class To, class From>
To to_java(JNIEnv* env, From value) {
  if constexpr (std::is_same_v<To, jbyteArray>) {  // a text, in UTF-8
    const auto length = value ? static_cast<jsize>(std::strlen(value)) : 0;
    jbyteArray out = value ? env->NewByteArray(length) : nullptr;
    if (out) env->SetByteArrayRegion(out, 0, length, reinterpret_cast<const jbyte*>(value));
    return out;
  } else if constexpr (std::is_pointer_v<From>) {
    return static_cast<To>(reinterpret_cast<uintptr_t>(value));
  } else {
    return static_cast<To>(value);
  }
}

// A text in UTF-8; null is NULL, which the library refuses.
class Text {
 public:
  Text(JNIEnv* env, jbyteArray text) : is_null_(!text) {
    if (!text) return;
    copy_.resize(static_cast<size_t>(env->GetArrayLength(text)));
    env->GetByteArrayRegion(text, 0, env->GetArrayLength(text),
                            reinterpret_cast<jbyte*>(copy_.data()));
  }
  const char* get() const { return is_null_ ? nullptr : copy_.c_str(); }

 private:
  bool is_null_;
  std::string copy_;
};

class Texts {
 public:
  Texts(JNIEnv* env, jobjectArray list) {
    for (jsize i = 0, count = list ? env->GetArrayLength(list) : 0; i < count; ++i) {
      auto text = static_cast<jbyteArray>(env->GetObjectArrayElement(list, i));
      texts_.emplace_back(env, text);
      env->DeleteLocalRef(text);
    }
    for (const Text& text : texts_) pointers_.push_back(text.get());
  }
  const char* const* get() const { return pointers_.data(); }

 private:
  std::vector<Text> texts_;
  std::vector<const char*> pointers_;
};

// Handles, addresses or numbers of 8 bytes each; null is NULL. Short rows need no memory of their
// own.
class Row {
 public:
  Row(JNIEnv* env, jlongArray list) : count_(list ? env->GetArrayLength(list) : 0) {
    if (count_ > kShort) long_.resize(static_cast<size_t>(count_));
    data_ = !list ? nullptr : count_ > kShort ? long_.data() : short_;
    if (list) env->GetLongArrayRegion(list, 0, count_, data_);
  }
  Row(const Row&) = delete;
  Row& operator=(const Row&) = delete;
  template <class Element>
  Element* get() const {
    static_assert(sizeof(Element) == sizeof(jlong));
    return reinterpret_cast<Element*>(data_);
  }
  void back(JNIEnv* env, jlongArray list) const {
    if (list) env->SetLongArrayRegion(list, 0, count_, data_);
  }

 private:
  static constexpr jsize kShort = 8;
  jsize count_;
  jlong short_[kShort];
  std::vector<jlong> long_;
  jlong* data_;
};

}  // namespace weftjni

#endif  // WEFT_JAVA_SUPPORT_H_
