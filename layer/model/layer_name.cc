// Checks layer names, which people read in plans and summaries.
#include "layer/model/layer_name.h"

#include <algorithm>
#include <charconv>

#include "layer/base/ascii.h"
#include "layer/base/utf8.h"

namespace layer {
namespace {

constexpr std::string_view kBucketPrefix = "packages-";

}  // namespace

std::string_view layer_name_fault(std::string_view name) {
  if (name.empty()) return "is empty";
  if (std::any_of(name.begin(), name.end(), is_control)) return "holds a control character";
  if (!is_utf8(name)) return "is not UTF-8";
  if (bucket_number(name) != 0) return "is a name that veneer gives to layers of small packages";
  return {};
}

unsigned bucket_number(std::string_view name) {
  if (name == "packages") return 1;
  if (!name.starts_with(kBucketPrefix)) return 0;
  name.remove_prefix(kBucketPrefix.size());
  if (name.starts_with('0')) return 0;
  unsigned number = 0;
  const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), number);
  return fault == std::errc() && end == name.data() + name.size() ? number : 0;
}

}  // namespace layer
