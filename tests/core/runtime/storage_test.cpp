// References keep a storage alive, values say that its content must stay.
#include "runtime/memory/storage.h"

#include "doctest.h"
#include "runtime/tensor.h"

using namespace weft;

TEST_CASE("a storage is aligned and goes with its last reference") {
  for (int64_t bytes : {0, 1, 192, 193, 100000}) {
    Ref<Storage> storage = Storage::allocate(bytes).take();
    CHECK(storage->bytes() == bytes);
    CHECK(reinterpret_cast<uintptr_t>(storage->data()) % 64 == 0);
    CHECK_FALSE(storage->held_as_value());
    const Ref<Storage> second = storage;
    storage = Ref<Storage>();
    CHECK(second->bytes() == bytes);
  }
}

TEST_CASE("the owner of foreign memory is freed once, by the last holder") {
  static int freed = 0;
  freed = 0;
  char memory[16];
  Ref<Storage> storage =
      Storage::adopt(memory, 16, &freed, [](void* count) { ++*static_cast<int*>(count); }).take();
  CHECK(storage->foreign());
  CHECK(storage->data() == memory);
  {
    const HeldValue held(storage.get());
    storage = Ref<Storage>();
    CHECK(freed == 0);
    CHECK(held.get()->held_as_value());
  }
  CHECK(freed == 1);
}

TEST_CASE("values are counted apart from references") {
  const Ref<Storage> storage = Storage::allocate(64).take();
  const Ref<Storage> reference = storage;
  CHECK_FALSE(storage->held_as_value());
  HeldValue first(storage.get());
  HeldValue second = first;
  HeldValue moved = std::move(first);
  CHECK_FALSE(static_cast<bool>(first));
  CHECK(storage->held_as_value());
  second = HeldValue();
  CHECK(storage->held_as_value());
  moved = HeldValue();
  CHECK_FALSE(storage->held_as_value());
}

TEST_CASE("a storage too large for the machine is a failure") {
  const auto storage = Storage::allocate(int64_t{1} << 60);
  REQUIRE_FALSE(storage.ok());
  CHECK(storage.status().code() == StatusCode::kOutOfMemory);
}

TEST_CASE("a box counts its contents and knows whether it is traced") {
  const Ref<Box> box = Ref<Box>::adopt(Box::create(Storage::allocate(8).take()));
  CHECK_FALSE(box->traced());
  CHECK(box->bytes() == 8);
  const uint32_t epoch = box->epoch();
  box->set_content(Ref<Object>(), 0);
  CHECK(box->epoch() == epoch + 1);
  const Ref<Box> traced = Ref<Box>::adopt(Box::create(Ref<Storage>()));
  CHECK(traced->traced());
}

TEST_CASE("an array covers its box only when dense, whole and at its start") {
  const Ref<Tensor> whole = Tensor::create(DType::kFloat32, Shape{2, 3}).take();
  CHECK((whole->dense() && whole->covers_box() && whole->bytes() == 24));
  const auto view = [&](Shape shape, Shape strides, int64_t offset) {
    return Tensor::view(DType::kFloat32, shape, strides, offset, whole->box_ref()).take();
  };
  CHECK(view({6}, {1}, 0)->covers_box());
  CHECK_FALSE(view({3}, {1}, 3)->covers_box());
  CHECK(view({3}, {1}, 3)->dense());
  CHECK_FALSE(view({3, 2}, {1, 3}, 0)->dense());
  CHECK(view({3}, {1}, 3)->data() == whole->data() + 12);
}
