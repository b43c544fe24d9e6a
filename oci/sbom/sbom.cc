// Derives names and times from the image, so that a document can be made again.
#include "oci/sbom/sbom.h"

#include <fmt/core.h>

#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>

#include "layer/base/error.h"
#include "oci/model/config_changes.h"
#include "oci/sbom/package_url.h"
#include "oci/sbom/sbom_parts.h"

namespace oci {
namespace {

constexpr const char* kBeginning = "1970-01-01T00:00:00Z";
constexpr std::string_view kTitle = "org.opencontainers.image.title";
constexpr std::string_view kVersion = "org.opencontainers.image.version";

int number_at(std::string_view text, size_t position, size_t size) {
  int number = 0;
  std::from_chars(text.data() + position, text.data() + position + size, number);
  return number;
}

// `text` is RFC 3339: YYYY-MM-DDThh:mm:ss, maybe a fraction, then Z or an offset.
std::optional<std::string> utc_seconds(std::string_view text) {
  std::tm date = {};
  date.tm_year = number_at(text, 0, 4) - 1900;
  date.tm_mon = number_at(text, 5, 2) - 1;
  date.tm_mday = number_at(text, 8, 2);
  date.tm_hour = number_at(text, 11, 2);
  date.tm_min = number_at(text, 14, 2);
  date.tm_sec = number_at(text, 17, 2);
  std::time_t time = ::timegm(&date);
  if (text.back() != 'Z' && text.back() != 'z') {
    const std::string_view offset = text.substr(text.size() - 6);
    const std::time_t minutes = number_at(offset, 1, 2) * 60 + number_at(offset, 4, 2);
    time += (offset.front() == '-' ? minutes : -minutes) * 60;
  }
  if (::gmtime_r(&time, &date) == nullptr) return std::nullopt;
  const int year = date.tm_year + 1900;
  if (year < 0 || year > 9999) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, date.tm_mon + 1, date.tm_mday,
                     date.tm_hour, date.tm_min, date.tm_sec);
}

std::optional<std::string> as_time(const std::string& text) {
  try {
    return utc_seconds(parse_created(text));
  } catch (const layer::Error&) {
    return std::nullopt;  // the config of an image that others made may say anything
  }
}

// Empty: the image does not say.
std::string image_note(const StoredImage& image, std::string_view key) {
  for (const StringMap* map : {&image.annotations, &image.config.labels}) {
    const auto found = map->find(std::string(key));
    if (found != map->end() && !found->second.empty()) return found->second;
  }
  return {};
}

}  // namespace

std::string sbom_time(const ImageConfig& config, const std::string& otherwise) {
  for (const std::string& text : {config.created, otherwise}) {
    if (const std::optional<std::string> time = as_time(text)) return *time;
  }
  return kBeginning;
}

std::vector<SbomPackage> sbom_packages(const ImageFacts& image) {
  std::vector<SbomPackage> packages;
  packages.reserve(image.packages.size());
  for (uint32_t i = 0; i < image.packages.size(); ++i) {
    const Package& package = image.packages[i];
    packages.push_back(
        {&package, i, package_url(package, image.distribution), license_of(package)});
  }
  return packages;
}

layer::Digest sbom_digest(const StoredImage& image) {
  if (image.manifest_digest) return *image.manifest_digest;
  return layer::sha256(std::as_bytes(std::span(image.config_bytes)));
}

std::string sbom_title(const StoredImage& image) {
  const std::string title = image_note(image, kTitle);
  return title.empty() ? sbom_digest(image).to_string() : title;
}

std::string sbom_version(const StoredImage& image) {
  const std::string version = image_note(image, kVersion);
  return version.empty() ? sbom_digest(image).to_string() : version;
}

std::string sbom_uuid(const SbomRequest& request) {
  const std::string name =
      fmt::format("veneer {} sbom {} {} {} {}", request.version, static_cast<int>(request.format),
                  request.created, request.lists_files, sbom_digest(request.image.image).hex());
  layer::Digest digest = layer::sha256(std::as_bytes(std::span(name)));
  digest.bytes[6] = static_cast<uint8_t>((digest.bytes[6] & 0x0fU) | 0x80U);
  digest.bytes[8] = static_cast<uint8_t>((digest.bytes[8] & 0x3fU) | 0x80U);
  const std::string hex = digest.hex();
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20, 12));
}

std::string UniqueNames::take(const std::string& name) {
  if (taken_.insert(name).second) return name;
  size_t& number = numbers_.try_emplace(name, 1).first->second;
  while (true) {
    std::string next = fmt::format("{}-{}", name, ++number);
    if (taken_.insert(next).second) return next;
  }
}

layer::Json make_sbom(const SbomRequest& request) {
  switch (request.format) {
    case SbomFormat::kSpdx:
      return spdx_sbom(request);
    case SbomFormat::kCycloneDx:
      return cyclonedx_sbom(request);
  }
  throw std::logic_error("no such format of a bill of materials");
}

}  // namespace oci
