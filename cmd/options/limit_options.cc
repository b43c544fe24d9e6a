// Declares the options; a limit that the user states holds whatever the stored size is.
#include "cmd/options/limit_options.h"

#include <fmt/core.h>

#include <optional>

#include "cmd/options/number_values.h"
#include "layer/base/decimal.h"
#include "layer/base/error.h"

namespace cmd {
namespace {

constexpr const char* kLimitsGroup = "Limits";
constexpr uint64_t kMostEntries = uint64_t{1} << 32;  // more have no numbers

void set_limit(layer::UnpackLimit& limit, uint64_t size) {
  limit.floor = size;
  limit.ratio = 0;
}

void add_size_option(CLI::App& command, layer::UnpackLimit& limit, const char* help) {
  command
      .add_option_function<uint64_t>(
          std::string(limit.option), [&limit](const uint64_t& size) { set_limit(limit, size); },
          help)
      ->transform(size_in_bytes(CLI::AsSizeValue(true)))
      ->type_name("SIZE")
      ->group(kLimitsGroup);
}

}  // namespace

void add_limit_options(CLI::App& command, layer::Limits& limits) {
  add_size_option(command, limits.unpacked,
                  "Bytes that the layers of an image may unpack to (default: 4GiB, or 200 times "
                  "their stored size)");
  add_size_option(command, limits.temporary,
                  "Bytes that a compressed archive, or one file of a layer, may take in the "
                  "temporary folder (default: 256MiB, or 100 times the stored size)");
  command
      .add_option(std::string(layer::kMaxEntriesOption), limits.entries,
                  "Entries that the layers of an image may have (default: 4194304)")
      ->transform(number_from_to(1, kMostEntries))
      ->type_name("N")
      ->group(kLimitsGroup);
}

void set_unpack_limit(layer::UnpackLimit& limit, const std::string& size) {
  std::string bytes = size;
  const std::string fault = size_in_bytes(CLI::AsSizeValue(true))(bytes);
  const std::optional<uint64_t> number = layer::parse_decimal<uint64_t>(bytes);
  if (!fault.empty() || !number) {
    throw layer::Error(fmt::format("{} '{}': expected a size in bytes, or with a unit such as MiB",
                                   limit.option, size));
  }
  set_limit(limit, *number);
}

void set_max_entries(layer::Limits& limits, const std::string& number) {
  const std::optional<uint64_t> entries = layer::parse_decimal<uint64_t>(number);
  if (!entries || *entries == 0 || *entries > kMostEntries) {
    throw layer::Error(fmt::format("{} '{}': expected a number from 1 to {}",
                                   layer::kMaxEntriesOption, number, kMostEntries));
  }
  limits.entries = *entries;
}

}  // namespace cmd
