// The entry points of libFuzzer. The environment names the target: VENEER_FUZZ_TARGET=mtree.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/targets.h"

namespace {

const fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  const char* name = std::getenv("VENEER_FUZZ_TARGET");
  chosen = name == nullptr ? nullptr : fuzz::find_target(name);
  if (chosen != nullptr) return 0;
  std::fputs("VENEER_FUZZ_TARGET names no target; there are:\n", stderr);
  for (const fuzz::Target& target : fuzz::all_targets()) std::puts(target.name.data());
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::is_read(*chosen, {reinterpret_cast<const char*>(data), size});
  return 0;
}
