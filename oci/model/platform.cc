// Knows canonical names and the order of variants.
#include "oci/model/platform.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "layer/base/error.h"

namespace oci {
namespace {

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// "v8" is 800, "v8.2" is 802; no value when the variant has another form.
std::optional<int> variant_level(const Platform& platform) {
  std::string_view text = platform.variant;
  if (text.empty()) return platform.architecture == "amd64" ? std::optional(100) : std::nullopt;
  if (text.front() != 'v') return std::nullopt;
  text.remove_prefix(1);
  int major = 0;
  const char* const end = text.data() + text.size();
  auto [rest, failure] = std::from_chars(text.data(), end, major);
  if (failure != std::errc() || major < 0 || major > 99) return std::nullopt;
  if (rest == end) return major * 100;
  int minor = 0;
  if (*rest != '.') return std::nullopt;
  const auto last = std::from_chars(rest + 1, end, minor);
  if (last.ec != std::errc() || last.ptr != end || minor < 0 || minor > 99) return std::nullopt;
  return major * 100 + minor;
}

}  // namespace

std::string Platform::to_string() const {
  return os + '/' + architecture + (variant.empty() ? "" : '/' + variant);
}

Platform parse_platform(std::string_view text) {
  std::vector<std::string> words;
  size_t start = 0;
  for (size_t slash = 0; slash != text.npos; start = slash + 1) {
    slash = text.find('/', start);
    const std::string_view word = text.substr(start, slash == text.npos ? slash : slash - start);
    if (!is_word(word)) words.clear();
    words.emplace_back(word);
    if (!is_word(word)) break;
  }
  if (text.find(',') != text.npos) {
    throw layer::Error(fmt::format("'{}' is not a platform", text))
        .with_help(
            "an image is for one platform; build one for each, and `veneer index` combines "
            "them");
  }
  if (words.size() < 2 || words.size() > 3) {
    throw layer::Error(fmt::format("'{}' is not a platform", text))
        .with_help("a platform is OS/ARCHITECTURE[/VARIANT], for example linux/arm64/v8");
  }
  return canonical({words[0], words[1], words.size() == 3 ? words[2] : ""});
}

Platform canonical(Platform platform) {
  platform.os = lower(std::move(platform.os));
  platform.architecture = lower(std::move(platform.architecture));
  platform.variant = lower(std::move(platform.variant));
  std::string& architecture = platform.architecture;
  if (architecture == "x86_64" || architecture == "x86-64") architecture = "amd64";
  if (architecture == "aarch64") architecture = "arm64";
  if (architecture == "armhf") architecture = "arm";
  if (architecture == "arm" && platform.variant.empty()) platform.variant = "v7";
  if (architecture == "arm64" && platform.variant.empty()) platform.variant = "v8";
  if (architecture == "amd64" && platform.variant == "v1") platform.variant.clear();
  return platform;
}

std::optional<int> fitness(const Platform& wanted, const Platform& offered) {
  constexpr int kExact = 10'000;
  const Platform want = canonical(wanted);
  const Platform offer = canonical(offered);
  if (want.os != offer.os || want.architecture != offer.architecture) return std::nullopt;
  if (want.variant == offer.variant) return kExact;
  const std::optional<int> want_level = variant_level(want);
  const std::optional<int> offer_level = variant_level(offer);
  if (!want_level || !offer_level || *offer_level > *want_level) return std::nullopt;
  return *offer_level;
}

}  // namespace oci
