// Applies each rule to groups of equal files: it chooses a home for the members of a group.
#include "layer/place/links.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>

#include "layer/base/error.h"
#include "layer/model/runfiles_path.h"

namespace layer {
namespace {

constexpr uint32_t kNoHome = UINT32_MAX;

// Works on one tree; `home[i]` is the entry that entry i is a link to, or kNoHome.
class LinkRules {
 public:
  LinkRules(const FileTree& tree, const std::vector<FileFacts>& facts)
      : entries_(tree.entries),
        facts_(facts),
        home_(entries_.size(), kNoHome),
        reason_(entries_.size(), LinkReason::kNone) {}

  void run();
  uint32_t home_of(uint32_t entry) const;
  LinkReason reason(uint32_t entry) const { return reason_[entry]; }

 private:
  using Group = std::span<uint32_t>;

  void link_same_file(Group group);
  void link_site_packages(Group group);
  void link_interpreter_aliases(Group group);
  void link(uint32_t entry, uint32_t home, LinkReason reason);
  bool is_stored(uint32_t entry) const { return home_[entry] == kNoHome; }
  bool is_declared_place(uint32_t entry) const;
  // Whether a layout gave the file this place, where another repository's files are.
  bool is_moved(uint32_t entry) const { return !entries_[entry].repository().empty(); }

  const std::vector<Entry>& entries_;
  const std::vector<FileFacts>& facts_;
  std::vector<uint32_t> home_;
  std::vector<LinkReason> reason_;
};

bool same_attributes(const Entry& a, const Entry& b) {
  return a.attributes == b.attributes ||
         (a.attributes != nullptr && b.attributes != nullptr && *a.attributes == *b.attributes);
}

// Brings equal keys together, in tree order, and calls `visit` on each set of two or more.
template <typename Key, typename Visit>
void for_each_group(std::span<uint32_t> items, Key key, Visit visit) {
  std::sort(items.begin(), items.end(),
            [&](uint32_t a, uint32_t b) { return std::tuple(key(a), a) < std::tuple(key(b), b); });
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin + 1;
    while (end < items.size() && key(items[end]) == key(items[begin])) ++end;
    if (end - begin > 1) visit(items.subspan(begin, end - begin));
    begin = end;
  }
}

void LinkRules::run() {
  std::vector<uint32_t> equal;  // entries whose content is shared, group by group
  for (uint32_t i = 0; i < entries_.size(); ++i) {
    if (facts_[i].equality_class != 0) equal.push_back(i);
  }
  for_each_group(
      equal, [this](uint32_t i) { return facts_[i].equality_class; },
      [this](Group group) {
        link_same_file(group);
        link_site_packages(group);
        link_interpreter_aliases(group);
      });
}

uint32_t LinkRules::home_of(uint32_t entry) const {
  while (home_[entry] != kNoHome) entry = home_[entry];
  return entry;
}

// The first rule that holds decides; metadata that differs keeps two entries apart.
void LinkRules::link(uint32_t entry, uint32_t home, LinkReason reason) {
  home = home_of(home);
  if (entry == home || !is_stored(entry) || !same_attributes(entries_[entry], entries_[home])) {
    return;
  }
  home_[entry] = home;
  reason_[entry] = reason;
}

// Whether an entry lies where Bazel puts the file itself: the place that the external file's own
// path implies, a `files` entry of a spec, or a SymlinkEntry at its target's place.
bool LinkRules::is_declared_place(uint32_t index) const {
  const Entry& entry = entries_[index];
  const RunfilesPath parts = split_runfiles_path(entry.path);
  const std::string_view place =
      entry.path.substr(std::min(parts.root.size() + 1, entry.path.size()));
  const std::string_view implied = external_runfiles_path(entry.content);
  if (!implied.empty()) return place == implied;
  return entry.target.empty() || place == entry.target;
}

// Rule 2: entries of one runfiles tree that were declared with one and the same file.
void LinkRules::link_same_file(Group group) {
  const auto file = [this](uint32_t i) {
    return std::tuple(split_runfiles_path(entries_[i].path).root, entries_[i].content);
  };
  for_each_group(group, file, [this](Group same) {
    if (split_runfiles_path(entries_[same.front()].path).root.empty()) return;
    auto declared =
        std::find_if(same.begin(), same.end(), [this](uint32_t i) { return is_moved(i); });
    if (declared == same.end()) {
      declared = std::find_if(same.begin(), same.end(),
                              [this](uint32_t i) { return is_declared_place(i); });
    }
    const uint32_t home = declared == same.end() ? same.front() : *declared;
    for (const uint32_t i : same) link(i, home, LinkReason::kSymlinkEntry);
  });
}

// Rule 3: what has a wheel's content at a wheel's path after site-packages/ is that wheel's file.
void LinkRules::link_site_packages(Group group) {
  const auto place = [this](uint32_t i) {
    return std::tuple(split_runfiles_path(entries_[i].path).root,
                      site_packages_suffix(entries_[i].path));
  };
  for_each_group(group, place, [this](Group same) {
    if (site_packages_suffix(entries_[same.front()].path).empty()) return;
    const auto is_wheel = [this](uint32_t i) {
      return is_moved(i) || is_wheel_path(entries_[i].path);
    };
    const auto wheel = std::find_if(same.begin(), same.end(), is_wheel);
    if (wheel == same.end()) return;
    for (const uint32_t i : same) {
      if (!is_wheel(i)) link(i, *wheel, LinkReason::kSitePackages);
    }
  });
}

// Rule 4: python and python3 beside an equal python3.X are names of it.
void LinkRules::link_interpreter_aliases(Group group) {
  const auto place = [this](uint32_t i) {
    return std::tuple(is_interpreter_name(base_name(entries_[i].path)),
                      parent_path(entries_[i].path));
  };
  for_each_group(group, place, [this](Group same) {
    if (!is_interpreter_name(base_name(entries_[same.front()].path))) return;
    if (facts_[same.front()].size < kMinContentLinkSize) return;
    const uint32_t longest =
        *std::max_element(same.begin(), same.end(), [this](uint32_t a, uint32_t b) {
          return base_name(entries_[a].path).size() < base_name(entries_[b].path).size();
        });
    for (const uint32_t i : same) link(i, longest, LinkReason::kInterpreterAlias);
  });
}

}  // namespace

LinkText relative_link(std::string_view from, std::string_view to) {
  size_t common = 0;  // length of the directories that both share, with the '/'
  for (size_t i = 0; i < std::min(from.size(), to.size()) && from[i] == to[i]; ++i) {
    if (from[i] == '/') common = i + 1;
  }
  const std::string_view below = from.substr(common);
  const auto ups = std::count(below.begin(), below.end(), '/');
  if (ups > UINT16_MAX) {
    throw Error(fmt::format("cannot make a link of '{}': it lies below {} directories", from, ups));
  }
  return {to.substr(common), static_cast<uint16_t>(ups)};
}

std::string_view relative_link(std::string_view from, std::string_view to, StringArena& arena) {
  return arena.copy(relative_link(from, to).to_string());
}

std::vector<Link> plan_links(const FileTree& tree, const std::vector<FileFacts>& facts) {
  LinkRules rules(tree, facts);
  rules.run();
  std::vector<Link> links(tree.entries.size());
  for (uint32_t i = 0; i < links.size(); ++i) {
    if (tree.entries[i].kind == EntryKind::kSymlink) {
      links[i] = {LinkReason::kDeclared, i};
    } else if (rules.reason(i) != LinkReason::kNone) {
      links[i] = {rules.reason(i), rules.home_of(i)};
    }
  }
  return links;
}

}  // namespace layer
