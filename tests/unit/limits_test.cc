// What compressed bytes may stand for, by blob and by image.
#include "oci/read/limits.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "layer/base/error.h"
#include "temporary_directory.h"

namespace oci::limits_test {
namespace {

constexpr layer::UnpackLimit kLimit{1000, 10, "--max-unpacked"};

std::string refusal(UnpackBudget& budget, const Blob& blob, uint64_t plain) {
  try {
    budget.take(blob, plain);
  } catch (const layer::Error& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("limits: nothing is refused up to the floor, and above it what is out of proportion") {
  CHECK(kLimit.of(0) == 1000);
  CHECK(kLimit.of(100) == 1000);
  CHECK(kLimit.of(101) == 1010);
  CHECK(kLimit.of(UINT64_MAX / 2) == UINT64_MAX);
}

TEST_CASE("limits: the blobs of an image share one budget, to which a repeated blob adds nothing") {
  const layer::TemporaryDirectory folder;
  const auto file = open_file(folder.write("file", std::string(200, 'x')));
  const Blob a(file, 0, 150, "a");
  const Blob b(file, 150, 50, "b");
  UnpackBudget budget(kLimit, std::vector{a, a, b, a});
  CHECK(refusal(budget, a, 1500).empty());
  CHECK(refusal(budget, b, 500).empty());
  CHECK(refusal(budget, b, 1) ==
        "b: error: decompresses to more than 2000 bytes, the limit for 200 bytes\n"
        "b: help: if you trust where this comes from, raise the limit with --max-unpacked\n");
}

}  // namespace
}  // namespace oci::limits_test
