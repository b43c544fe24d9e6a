// Groups entries by repository, then repositories into layers.
#include "layer/plan/layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "layer/hash64.h"
#include "layer/runfiles_path.h"

namespace layer {
namespace {

constexpr unsigned kMaxBuckets = 4;
constexpr uint64_t kBucketSize = uint64_t{32} << 20;  // bytes that call for one bucket more

// A repository of the runfiles, or the one that stands for all first-party entries.
struct Repository {
  std::string package;
  uint64_t stored = 0;
  bool is_interpreter = false;
  uint32_t layer = 0;
};

bool is_all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A wheel's python tag ("cp313", "py3", "py2"), or what takes its place for a source archive.
bool is_wheel_tag(std::string_view token) {
  if (token == "sdist") return true;
  for (const std::string_view implementation : {"cp", "py", "pp"}) {
    if (token.starts_with(implementation) && is_all_digits(token.substr(2))) return true;
  }
  return false;
}

// `<repository>/lib/python3.X/os.py` is the standard library: an interpreter's repository.
bool shows_interpreter(std::string_view rest) {
  if (!rest.starts_with("lib/python")) return false;
  const std::string_view name = base_name(rest);
  return (name == "os.py" || name == "os.pyc") &&
         is_interpreter_name(base_name(parent_path(rest))) &&
         parent_path(parent_path(rest)) == "lib";
}

bool is_first_party(const FileTree& tree, std::string_view repository) {
  if (repository.empty() || repository == "_main" || repository == "__main__") return true;
  return std::find(tree.workspaces.begin(), tree.workspaces.end(), repository) !=
         tree.workspaces.end();
}

class Grouping {
 public:
  Grouping(const FileTree& tree, const std::vector<uint64_t>& stored) : tree_(tree) {
    repository_of_.reserve(tree.entries.size());
    for (size_t i = 0; i < tree.entries.size(); ++i) add(tree.entries[i], stored[i]);
  }

  LayerAssignment assign(const LayerOptions& options);

 private:
  void add(const Entry& entry, uint64_t stored);
  uint32_t repository(std::string_view name);
  void assign_interpreters(LayerAssignment& result);
  void assign_packages(const LayerOptions& options, LayerAssignment& result);
  void assign_buckets(const std::vector<uint32_t>& small, unsigned max_buckets,
                      LayerAssignment& result);
  std::string unique_name(const LayerAssignment& result, uint32_t repository) const;

  const FileTree& tree_;
  std::map<std::string_view, uint32_t> index_;  // by repository name
  std::vector<Repository> repositories_;
  std::vector<std::string_view> names_;
  std::vector<uint32_t> repository_of_;  // for each entry; kApp: first-party
  static constexpr uint32_t kApp = UINT32_MAX;
};

uint32_t Grouping::repository(std::string_view name) {
  const auto [found, added] = index_.try_emplace(name, static_cast<uint32_t>(repositories_.size()));
  if (added) {
    repositories_.push_back({package_name(name), 0, false, 0});
    names_.push_back(name);
  }
  return found->second;
}

void Grouping::add(const Entry& entry, uint64_t stored) {
  RunfilesPath parts = split_runfiles_path(entry.path);
  if (!entry.repository.empty()) parts.repository = entry.repository;
  if (is_first_party(tree_, parts.repository)) {
    repository_of_.push_back(kApp);
    return;
  }
  const uint32_t index = repository(parts.repository);
  repositories_[index].stored += stored;
  if (shows_interpreter(parts.rest)) repositories_[index].is_interpreter = true;
  repository_of_.push_back(index);
}

void Grouping::assign_interpreters(LayerAssignment& result) {
  for (Repository& repository : repositories_) {
    if (!repository.is_interpreter) continue;
    if (result.layers.empty()) {
      result.layers.push_back({"interpreter", "the Python interpreter and its standard library"});
    }
    repository.layer = 0;
  }
}

// Two versions of one package may both have a layer; the second is called by its full name.
std::string Grouping::unique_name(const LayerAssignment& result, uint32_t repository) const {
  const std::string& package = repositories_[repository].package;
  const bool taken = std::any_of(result.layers.begin(), result.layers.end(),
                                 [&](const LayerInfo& info) { return info.name == package; });
  const bool reserved =
      package == "interpreter" || package == "app" || package.starts_with("packages");
  return taken || reserved ? std::string(names_[repository]) : package;
}

void Grouping::assign_packages(const LayerOptions& options, LayerAssignment& result) {
  std::vector<uint32_t> large;
  std::vector<uint32_t> small;
  uint64_t small_bytes = 0;
  for (uint32_t i = 0; i < repositories_.size(); ++i) {
    if (repositories_[i].is_interpreter) continue;
    (repositories_[i].stored >= options.own_layer_size ? large : small).push_back(i);
  }
  std::sort(large.begin(), large.end(), [this](uint32_t a, uint32_t b) {
    if (repositories_[a].stored != repositories_[b].stored) {
      return repositories_[a].stored > repositories_[b].stored;
    }
    return names_[a] < names_[b];
  });
  // One layer is kept for the app, and one for a bucket if anything is small or left over.
  const size_t room = options.max_layers - 1 - std::min(result.layers.size(), size_t{1});
  const size_t own = large.size() + (small.empty() ? 0 : 1) <= room ? large.size() : room - 1;
  small.insert(small.end(), large.begin() + static_cast<std::ptrdiff_t>(own), large.end());
  large.resize(own);
  for (const uint32_t i : small) small_bytes += repositories_[i].stored;

  std::sort(large.begin(), large.end(), [this](uint32_t a, uint32_t b) {
    return std::tie(repositories_[a].package, names_[a]) <
           std::tie(repositories_[b].package, names_[b]);
  });
  for (const uint32_t i : large) {
    repositories_[i].layer = static_cast<uint32_t>(result.layers.size());
    result.layers.push_back(
        {unique_name(result, i), fmt::format("{}: a large package", names_[i])});
  }
  const uint64_t wanted = std::clamp<uint64_t>(1 + small_bytes / kBucketSize, 1, kMaxBuckets);
  assign_buckets(small, static_cast<unsigned>(std::min<uint64_t>(wanted, room - own)), result);
}

// Rendezvous hashing: each package goes to the bucket whose number, hashed with its name, is
// highest, so that one bucket more takes packages from the others but moves none between them.
void Grouping::assign_buckets(const std::vector<uint32_t>& small, unsigned buckets,
                              LayerAssignment& result) {
  std::array<std::vector<uint32_t>, kMaxBuckets> members;
  for (const uint32_t i : small) {
    unsigned best = 0;
    uint64_t best_score = 0;
    for (unsigned bucket = 0; bucket < buckets; ++bucket) {
      const uint64_t score = hash64(fmt::format("{}#{}", repositories_[i].package, bucket));
      if (bucket == 0 || score > best_score) {
        best = bucket;
        best_score = score;
      }
    }
    members[best].push_back(i);
  }
  for (unsigned bucket = 0; bucket < buckets; ++bucket) {
    if (members[bucket].empty()) continue;
    const std::string name = buckets == 1 ? "packages" : fmt::format("packages-{}", bucket + 1);
    for (const uint32_t i : members[bucket]) {
      repositories_[i].layer = static_cast<uint32_t>(result.layers.size());
    }
    result.layers.push_back({name, fmt::format("{} small packages, by the hash of their names",
                                               members[bucket].size())});
  }
}

LayerAssignment Grouping::assign(const LayerOptions& options) {
  LayerAssignment result;
  assign_interpreters(result);
  assign_packages(options, result);
  const auto app = static_cast<uint32_t>(result.layers.size());
  const bool has_app =
      std::find(repository_of_.begin(), repository_of_.end(), kApp) != repository_of_.end();
  if (has_app || result.layers.empty()) {
    result.layers.push_back(
        {"app", "first-party files, virtual environment, what varies per binary"});
  }
  result.layer_of.reserve(repository_of_.size());
  for (const uint32_t repository : repository_of_) {
    result.layer_of.push_back(repository == kApp ? app : repositories_[repository].layer);
  }
  return result;
}

}  // namespace

std::string package_name(std::string_view repository) {
  const size_t hub = repository.find_last_of("+~");
  std::string_view name = hub == std::string_view::npos || hub + 1 == repository.size()
                              ? repository
                              : repository.substr(hub + 1);
  std::vector<std::string_view> tokens;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('_', begin), name.size());
    tokens.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  size_t first = 0;
  if (tokens.size() > 1 && (tokens[0] == "pypi" || tokens[0] == "pip")) {
    first = tokens.size() > 2 && is_all_digits(tokens[1]) ? 2 : 1;
  }
  size_t last = first + 1;
  while (last < tokens.size() && !is_wheel_tag(tokens[last])) ++last;
  std::string result;
  for (size_t i = first; i < last; ++i) {
    if (i > first) result += '_';
    result += tokens[i];
  }
  return result.empty() ? std::string(repository) : result;
}

LayerAssignment assign_layers(const FileTree& tree, const std::vector<uint64_t>& stored,
                              const LayerOptions& options) {
  if (options.split == LayerSplit::kGroups) return Grouping(tree, stored).assign(options);
  return {{{"all", "everything in one layer"}}, std::vector<uint32_t>(tree.entries.size(), 0)};
}

}  // namespace layer
