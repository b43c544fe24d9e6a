// Works on the text alone, part by part; nothing is looked up on disk.
#include "oci/model/clean_path.h"

#include <algorithm>

namespace oci {

std::optional<std::string> clean_path(std::string_view path) {
  std::string clean;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view part = path.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (clean.empty()) return std::nullopt;
      const size_t slash = clean.rfind('/');
      clean.resize(slash == clean.npos ? 0 : slash);
      continue;
    }
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  if (clean.empty()) return std::nullopt;
  return clean;
}

bool is_same_path(std::string_view a, std::string_view b) {
  if (a.ends_with('/')) a.remove_suffix(1);
  if (b.ends_with('/')) b.remove_suffix(1);
  if (a == b) return true;
  const std::optional<std::string> path = clean_path(a);
  return path && path == clean_path(b);
}

}  // namespace oci
