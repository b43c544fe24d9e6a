// What an image runs on: operating system, architecture, variant.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oci {

// Spelt as Go spells GOOS and GOARCH (image-spec image-index.md, "platform").
struct Platform {
  std::string os;
  std::string architecture;
  std::string variant;  // empty: none

  std::string to_string() const;  // "linux/arm64/v8"

  bool operator==(const Platform&) const = default;
};

// "OS/ARCHITECTURE[/VARIANT]", in canonical form. Throws Error.
Platform parse_platform(std::string_view text);

// The same platform in the spelling that images use: x86_64 is amd64, aarch64 is arm64; arm without
// a variant is v7, arm64 without one is v8, and amd64's v1 is not written.
Platform canonical(Platform platform);

// How well an image for `offered` runs where `wanted` is asked for: higher is better, no value
// means that it does not run. An older variant of the same architecture runs ("v6" where "v7" is
// wanted).
std::optional<int> fitness(const Platform& wanted, const Platform& offered);

}  // namespace oci
