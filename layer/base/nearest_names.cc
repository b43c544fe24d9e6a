// Edit distance with transpositions, on names without case and separators.
#include "layer/base/nearest_names.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace layer {
namespace {

constexpr size_t kMostListed = 8;     // of names none of which is near
constexpr size_t kLongestName = 256;  // a longer one is near to nothing

// "Google.Cloud_*" -> "googlecloud".
std::string without_separators(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '.' || c == '*' || c == '?') continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

// Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t other = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + other});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

// From 0, the same; no less than `kFarName` is not near.
constexpr size_t kFarName = SIZE_MAX;

size_t distance_of_names(const std::string& wanted, std::string_view name) {
  if (name.size() > kLongestName) return kFarName;
  const std::string plain = without_separators(name);
  if (wanted.empty() || plain.empty()) return kFarName;
  const size_t shorter = std::min(wanted.size(), plain.size());
  const bool holds_other =
      plain.find(wanted) != std::string::npos || wanted.find(plain) != std::string::npos;
  if (shorter >= 3 && holds_other) return std::max(wanted.size(), plain.size()) - shorter;
  const size_t allowed = std::max(wanted.size(), plain.size()) / 3;
  if (std::max(wanted.size(), plain.size()) - shorter > allowed) return kFarName;
  const size_t distance = edit_distance(wanted, plain);
  return distance <= allowed ? distance : kFarName;
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Bytes at the end that both have.
size_t common_tail(std::string_view a, std::string_view b) {
  const auto ends = std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  return static_cast<size_t>(ends.first - a.rbegin());
}

void sort_once(std::vector<std::string_view>& names) {
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

}  // namespace

std::vector<std::string_view> nearest_names(std::string_view wanted,
                                            std::vector<std::string_view> names, size_t most) {
  if (wanted.size() > kLongestName) return {};
  sort_once(names);
  const std::string plain = without_separators(wanted);
  std::vector<std::pair<size_t, std::string_view>> near;
  for (const std::string_view name : names) {
    const size_t distance = distance_of_names(plain, name);
    if (distance != kFarName) near.emplace_back(distance, name);
  }
  std::ranges::sort(near);
  std::vector<std::string_view> nearest;
  for (size_t i = 0; i < std::min(most, near.size()); ++i) nearest.push_back(near[i].second);
  return nearest;
}

std::vector<std::string_view> nearest_paths(std::string_view wanted,
                                            const std::vector<std::string_view>& paths,
                                            size_t most) {
  wanted.remove_prefix(std::min(wanted.find_first_not_of('/'), wanted.size()));
  while (wanted.ends_with('/')) wanted.remove_suffix(1);
  const std::string_view name = last_component(wanted);
  if (name.empty() || name.size() > kLongestName) return {};
  const std::string plain = without_separators(name);
  std::vector<std::tuple<int, size_t, std::string_view>> near;
  for (const std::string_view path : paths) {
    const std::string_view last = last_component(path);
    if (last == name) {
      near.emplace_back(0, wanted.size() - common_tail(wanted, path), path);
    } else if (const size_t distance = distance_of_names(plain, last); distance != kFarName) {
      const bool is_beside = path.substr(0, path.size() - last.size()) ==
                             wanted.substr(0, wanted.size() - name.size());
      near.emplace_back(is_beside ? 1 : 2, distance, path);
    }
  }
  std::ranges::sort(near);
  std::vector<std::string_view> nearest;
  for (size_t i = 0; i < std::min(most, near.size()); ++i) {
    if (std::get<0>(near[i]) == std::get<0>(near[0])) nearest.push_back(std::get<2>(near[i]));
  }
  return nearest;
}

std::string quoted_names(const std::vector<std::string_view>& names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    text += fmt::format("{}'{}'", i == 0 ? "" : i + 1 == names.size() ? " and " : ", ", names[i]);
  }
  return text;
}

std::string short_list(std::vector<std::string_view> names) {
  sort_once(names);
  const size_t more = names.size() - std::min(names.size(), kMostListed);
  if (more == 0) return quoted_names(names);
  names.resize(kMostListed);
  std::string text;
  for (const std::string_view name : names) text += fmt::format("'{}', ", name);
  text.resize(text.size() - 2);
  return fmt::format("{} and {} more", text, more);
}

std::string names_to_choose(std::string_view wanted, std::vector<std::string_view> names) {
  std::vector<std::string_view> nearest = nearest_names(wanted, names);
  if (nearest.size() == 1) return fmt::format("did you mean '{}'?", nearest.front());
  if (!nearest.empty()) return fmt::format("the nearest are {}", quoted_names(nearest));
  if (names.empty()) return "there is none";
  sort_once(names);
  return fmt::format("there {} {}", names.size() == 1 ? "is" : "are", short_list(names));
}

}  // namespace layer
