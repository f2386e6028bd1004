// A plug-in that is no good: what is wrong with it is in WEFT_LIAR.
#include <cstdlib>
#include <cstring>

#include "weft/weft_device.h"

namespace {

weft_status no_queue(void*, int32_t, void**) { return WEFT_UNSUPPORTED; }
const char* error(void*) { return "the device is switched off"; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const weft_device_driver* weft_device_plugin(
    uint32_t) {
  static weft_device_driver driver{};
  const char* const lie = std::getenv("WEFT_LIAR");
  if (!lie || std::strcmp(lie, "nothing") == 0) return nullptr;
  driver = {};
  driver.struct_size = sizeof driver;
  driver.abi = WEFT_DEVICE_ABI;
  driver.count = 1;
  driver.name = "liar";
  if (std::strcmp(lie, "version") == 0) driver.abi = WEFT_DEVICE_ABI + 1;
  if (std::strcmp(lie, "size") == 0) driver.struct_size = 8;
  if (std::strcmp(lie, "name") == 0) driver.name = "cpu";
  if (std::strcmp(lie, "count") == 0) driver.count = 0;
  if (std::strcmp(lie, "queue") == 0) {
    driver.allocate = [](void*, int32_t, size_t, uint64_t*) -> weft_status { return WEFT_OK; };
    driver.free = [](void*, int32_t, uint64_t, size_t) {};
    driver.create_queue = no_queue;
    driver.copy_in = [](void*, void*, uint64_t, const void*, size_t) -> weft_status { return 0; };
    driver.copy_out = [](void*, void*, void*, uint64_t, size_t) -> weft_status { return 0; };
    driver.has_kernel = [](void*, int32_t, const char*) { return 0; };
    driver.launch = [](void*, void*, const weft_device_call*) -> weft_status { return 0; };
    driver.record_event = [](void*, void*, void**) -> weft_status { return 0; };
    driver.wait_event = [](void*, void*) -> weft_status { return 0; };
    driver.error = error;
  }
  return &driver;  // "functions": they are all missing
}
