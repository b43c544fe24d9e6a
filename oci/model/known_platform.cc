// Lists the words of `go tool dist list`, which image-spec config.md refers to.
#include "oci/model/known_platform.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/nearest_names.h"

namespace oci {
namespace {

constexpr std::array<std::string_view, 15> kKnownSystems{
    "aix",   "android", "darwin",  "dragonfly", "freebsd", "illumos", "ios",    "js",
    "linux", "netbsd",  "openbsd", "plan9",     "solaris", "wasip1",  "windows"};
constexpr std::array<std::string_view, 17> kKnownArchitectures{
    "386",   "amd64",   "arm",   "arm64",   "loong64", "mips",  "mips64",  "mips64le", "mipsle",
    "ppc64", "ppc64le", "riscv", "riscv64", "s390",    "s390x", "sparc64", "wasm"};

void check_known(std::string_view text, std::string_view what, const std::string& word,
                 std::span<const std::string_view> known) {
  if (std::ranges::find(known, word) != known.end()) return;
  throw layer::Error(fmt::format("'{}' is not a platform: there is no {} '{}'", text, what, word))
      .with_help(layer::names_to_choose(word, {known.begin(), known.end()}));
}

}  // namespace

Platform parse_known_platform(std::string_view text) {
  Platform platform = parse_platform(text);
  check_known(text, "operating system", platform.os, kKnownSystems);
  check_known(text, "architecture", platform.architecture, kKnownArchitectures);
  return platform;
}

}  // namespace oci
