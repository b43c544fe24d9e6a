// Tells a lack of memory from a mistake.
#include "layer/base/zstd_result.h"

#include <fmt/core.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <new>
#include <stdexcept>

namespace layer {

size_t check_zstd(size_t result) {
  if (ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation) throw std::bad_alloc();
  if (ZSTD_isError(result) != 0) {
    throw std::logic_error(fmt::format("zstd: {}", ZSTD_getErrorName(result)));
  }
  return result;
}

}  // namespace layer
