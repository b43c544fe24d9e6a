// Takes paths apart as text, without looking at the disk.
#include "layer/model/runfiles_path.h"

#include <algorithm>

#include "layer/base/ascii.h"

namespace layer {
namespace {

constexpr std::string_view kRunfilesInfix = ".runfiles/";
constexpr std::string_view kSitePackages = "/site-packages/";
constexpr std::string_view kExternal = "external/";

// Length of the run of digits that `text` begins with.
size_t digits(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

}  // namespace

RunfilesPath split_runfiles_path(std::string_view path) {
  const size_t suffix = path.find(kRunfilesInfix);
  if (suffix == std::string_view::npos) return {};
  RunfilesPath parts;
  const size_t inside = suffix + kRunfilesInfix.size();
  parts.root = path.substr(0, inside - 1);
  std::string_view below = path.substr(inside);
  const size_t slash = below.find('/');
  if (slash == std::string_view::npos) return parts;
  parts.repository = below.substr(0, slash);
  parts.rest = below.substr(slash + 1);
  // --legacy_external_runfiles: <workspace>/external/<repository>/...
  if (parts.rest.starts_with(kExternal)) {
    const std::string_view external = parts.rest.substr(kExternal.size());
    if (const size_t end = external.find('/'); end != std::string_view::npos) {
      parts.repository = external.substr(0, end);
      parts.rest = external.substr(end + 1);
    }
  }
  return parts;
}

std::string_view site_packages_suffix(std::string_view path) {
  const size_t found = path.rfind(kSitePackages);
  return found == std::string_view::npos ? std::string_view{}
                                         : path.substr(found + kSitePackages.size());
}

bool is_wheel_path(std::string_view path) {
  const RunfilesPath parts = split_runfiles_path(path);
  return parts.rest.starts_with(kSitePackages.substr(1)) &&
         path.size() == parts.root.size() + 1 + parts.repository.size() + 1 + parts.rest.size();
}

bool is_interpreter_name(std::string_view name) {
  if (!name.starts_with("python")) return false;
  name.remove_prefix(6);
  if (name.empty()) return true;
  const size_t major = digits(name);
  if (major == 0) return false;
  name.remove_prefix(major);
  if (name.empty()) return true;
  if (name.front() != '.') return false;
  name.remove_prefix(1);
  const size_t minor = digits(name);
  if (minor == 0) return false;
  name.remove_prefix(minor);
  return name.empty() || name == "t";  // "t": the free-threaded build
}

std::string_view external_runfiles_path(std::string_view exec_path) {
  const size_t found = exec_path.rfind("/external/");
  if (found != std::string_view::npos) return exec_path.substr(found + 1 + kExternal.size());
  if (exec_path.starts_with(kExternal)) return exec_path.substr(kExternal.size());
  return {};
}

}  // namespace layer
