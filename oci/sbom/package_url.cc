// scheme:type/namespace/name@version?qualifiers, with percent-encoding. Names of pypi, deb and apk
// are lower-case; pypi has '-' in place of '_'.
#include "oci/sbom/package_url.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "layer/base/ascii.h"

namespace oci {
namespace {

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUnreserved = "-._~:";  // purl-spec: ':' stays as it is
  std::string encoded;
  for (const char c : text) {
    if (layer::is_alphanumeric(c) || kUnreserved.find(c) != kUnreserved.npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string lower_name(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return layer::is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return percent_encoded(name);
}

std::string python_name(std::string name) {
  std::ranges::replace(name, '_', '-');
  return lower_name(std::move(name));
}

// Of the system's packages. An image without os-release is taken for one of `vendor`.
std::string system_url(std::string_view type, std::string_view vendor, const Package& package,
                       const Distribution& distribution) {
  std::string url =
      fmt::format("pkg:{}/{}/{}", type,
                  distribution.id.empty() ? std::string(vendor) : lower_name(distribution.id),
                  lower_name(package.name));
  if (!package.version.empty()) url += '@' + percent_encoded(package.version);
  char mark = '?';
  const auto add = [&](std::string_view key, const std::string& value) {
    if (value.empty()) return;
    url += fmt::format("{}{}={}", mark, key, percent_encoded(value));
    mark = '&';
  };
  add("arch", package.architecture);
  const bool has_distribution = !distribution.id.empty() && !distribution.version.empty();
  add("distro", has_distribution ? distribution.id + '-' + distribution.version : std::string());
  return url;
}

}  // namespace

std::string package_url(const Package& package, const Distribution& distribution) {
  switch (package.kind) {
    case PackageKind::kAlpine:
      return system_url("apk", "alpine", package, distribution);
    case PackageKind::kDebian:
      return system_url("deb", "debian", package, distribution);
    case PackageKind::kPython:
      break;
  }
  std::string url = "pkg:pypi/" + python_name(package.name);
  if (!package.version.empty()) url += '@' + percent_encoded(package.version);
  return url;
}

}  // namespace oci
