// Reads the only environment variable that goes into an image.
#include "cmd/options/source_date.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "layer/base/error.h"
#include "oci/model/config_changes.h"

namespace cmd {
namespace {

constexpr const char* kSourceDate = "SOURCE_DATE_EPOCH";

}  // namespace

std::optional<std::string> source_date() {
  const char* const variable =
      std::getenv(kSourceDate);  // NOLINT(concurrency-mt-unsafe): nothing sets any
  const std::string_view value = variable == nullptr ? std::string_view() : variable;
  if (value.empty()) return std::nullopt;
  try {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (std::ranges::all_of(value, is_digit)) return oci::parse_created(value);
  } catch (const layer::Error&) {
    // A number that no date has: the message is the same.
  }
  throw CLI::ValidationError(
      kSourceDate,
      fmt::format("'{}' in the environment is not a time: expected seconds since 1970", value));
}

}  // namespace cmd
