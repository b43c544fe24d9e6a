// Finds the virtual environments, then resolves every path of their site-packages.
#include "layer/place/venv_links.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "layer/base/keyed_hash.h"
#include "layer/model/entry_walk.h"
#include "layer/model/plan.h"
#include "layer/model/runfiles_path.h"
#include "layer/place/links.h"

namespace layer {
namespace {

constexpr std::string_view kSitePackagesSuffix = "/site-packages";

bool contains(const std::vector<std::string_view>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

class Finder {
 public:
  Finder(const FileTree& tree, const std::vector<FileFacts>& facts)
      : tree_(tree), facts_(facts), walk_(tree.entries) {}

  VenvLinks run();

 private:
  // A path after site-packages/ in the runfiles of one program.
  struct Place {
    std::string_view root;
    std::string_view suffix;

    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    size_t operator()(const Place& place) const {
      return KeyedHash()(place.suffix);  // roots are few
    }
  };

  void find_sites();
  void index_wheels();
  std::string_view site_of(std::string_view path) const;
  void look_behind_link(uint32_t index);
  void look_behind_file(uint32_t index, const Link& link);
  bool are_equal(uint32_t file, uint32_t wheel) const;

  const FileTree& tree_;
  const std::vector<FileFacts>& facts_;
  const EntryWalk walk_;
  VenvLinks result_;
  std::unordered_multimap<Place, uint32_t, PlaceHash> wheels_;  // entries that are files
};

// "<venv>/lib/pythonX.Y/site-packages" of a path in or below one; empty for any other.
std::string_view site_in(std::string_view path) {
  for (size_t at = path.find(kSitePackagesSuffix); at != std::string_view::npos;
       at = path.find(kSitePackagesSuffix, at + 1)) {
    const size_t end = at + kSitePackagesSuffix.size();
    const std::string_view library = path.substr(0, at);
    if (end < path.size() && path[end] == '/' && is_interpreter_name(base_name(library)) &&
        base_name(parent_path(library)) == "lib") {
      return path.substr(0, end);
    }
  }
  return {};
}

void Finder::find_sites() {
  result_.repositories = tree_.workspaces;
  for (const Entry& entry : tree_.entries) {
    const std::string_view site = site_in(entry.path);
    if (site.empty() || (!result_.sites.empty() && result_.sites.back() == site)) continue;
    const std::string_view venv = parent_path(parent_path(parent_path(site)));
    const RunfilesPath parts = split_runfiles_path(venv);
    const bool is_venv = venv.ends_with(".venv") || walk_.find(std::string(venv) + "/pyvenv.cfg");
    if (parts.root.empty() || !is_venv || contains(result_.sites, site)) continue;
    result_.sites.push_back(site);
    if (!contains(result_.repositories, parts.repository)) {
      result_.repositories.push_back(parts.repository);
    }
  }
}

std::string_view Finder::site_of(std::string_view path) const {
  const std::string_view site = site_in(path);
  return contains(result_.sites, site) ? site : std::string_view{};
}

bool is_file(const Entry& entry) {
  return entry.kind == EntryKind::kFile || entry.kind == EntryKind::kEmptyFile ||
         entry.kind == EntryKind::kInlineFile;
}

void Finder::index_wheels() {
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
    const std::string_view path = tree_.entries[i].path;
    if (!is_file(tree_.entries[i]) || !is_wheel_file(result_, path)) continue;
    wheels_.emplace(Place{split_runfiles_path(path).root, site_packages_suffix(path)}, i);
  }
}

// A declared link to a wheel's file or to a directory in its site-packages.
void Finder::look_behind_link(uint32_t index) {
  const PathEnd end = walk_.resolve(tree_.entries[index].path);
  if (!end.kind || !is_wheel_file(result_, end.path)) return;
  // A view that stays: of the entry there, or of the first one below it.
  const Entry& first = entries_at_or_below(tree_, end.path).front();
  result_.links.push_back({index, first.path.substr(0, end.path.size())});
}

bool Finder::are_equal(uint32_t file, uint32_t wheel) const {
  const Attributes none;
  const auto stated = [&none](const Entry& entry) -> const Attributes& {
    return entry.attributes == nullptr ? none : *entry.attributes;
  };
  if (stated(tree_.entries[file]) != stated(tree_.entries[wheel])) return false;
  if (facts_[file].size == 0 && facts_[wheel].size == 0) return true;
  return facts_[file].equality_class != 0 &&
         facts_[file].equality_class == facts_[wheel].equality_class;
}

// A file that the link rules lead to a wheel's, or that is what wheels have at the same place.
void Finder::look_behind_file(uint32_t index, const Link& link) {
  const std::string_view path = tree_.entries[index].path;
  std::optional<uint32_t> home;
  if (link.reason != LinkReason::kNone && is_wheel_file(result_, tree_.entries[link.home].path)) {
    home = link.home;
    result_.links.push_back({index, tree_.entries[link.home].path});
  }
  std::vector<uint32_t> equal;
  const Place place{split_runfiles_path(path).root, path.substr(site_of(path).size() + 1)};
  const auto [begin, end] = wheels_.equal_range(place);
  for (auto wheel = begin; wheel != end; ++wheel) {
    if (wheel->second != home && are_equal(index, wheel->second)) equal.push_back(wheel->second);
  }
  std::sort(equal.begin(), equal.end());
  for (const uint32_t wheel : equal) result_.links.push_back({index, tree_.entries[wheel].path});
}

VenvLinks Finder::run() {
  find_sites();
  index_wheels();
  const std::vector<Link> links = plan_links(tree_, facts_);
  for (uint32_t i = 0; i < tree_.entries.size(); ++i) {
    const Entry& entry = tree_.entries[i];
    if (site_of(entry.path).empty()) continue;
    if (entry.kind == EntryKind::kSymlink) {
      look_behind_link(i);
    } else if (is_file(entry)) {
      look_behind_file(i, links[i]);
    }
  }
  return std::move(result_);
}

}  // namespace

VenvLinks find_venv_links(const FileTree& tree, const std::vector<FileFacts>& facts) {
  return Finder(tree, facts).run();
}

bool is_wheel_file(const VenvLinks& links, std::string_view path) {
  return is_wheel_path(path) && !contains(links.repositories, split_runfiles_path(path).repository);
}

}  // namespace layer
