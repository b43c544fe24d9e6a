#include "layer/base/upper_registers.h"

namespace layer {

#if defined(__x86_64__)
namespace {

[[gnu::target("avx")]] void zero_upper() {
  __builtin_ia32_vzeroupper();
}

}  // namespace

void clear_upper_registers() {
  static const bool has_avx = __builtin_cpu_supports("avx") != 0;
  if (has_avx) zero_upper();
}
#else
void clear_upper_registers() {}
#endif

}  // namespace layer
