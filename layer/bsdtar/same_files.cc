// Resolves real paths and groups members by them.
#include "layer/bsdtar/same_files.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>

#include "layer/base/error.h"
#include "layer/disk/real_path.h"
#include "layer/model/runfiles_path.h"
#include "layer/place/links.h"

namespace layer {
namespace {

struct Place {
  std::string real;
  uint32_t member = 0;
};

// How many components at the end two paths share.
size_t common_end(std::string_view a, std::string_view b) {
  size_t components = 0;
  while (!a.empty() && !b.empty() && base_name(a) == base_name(b)) {
    ++components;
    a = parent_path(a);
    b = parent_path(b);
  }
  return components;
}

const Attributes& stated(const Entry& entry) {
  static const Attributes kNothing;
  return entry.attributes == nullptr ? kNothing : *entry.attributes;
}

std::string_view tree_root(const Entry& entry) {
  return split_runfiles_path(entry.path).root;
}

// The members whose real paths matter.
std::vector<Place> find_places(const std::vector<Member>& members, const FileTree& tree,
                               const std::vector<FileFacts>& facts) {
  std::vector<Place> places;
  for (uint32_t i = 0; i < members.size(); ++i) {
    if (members[i].source == MemberSource::kListed && facts[i].equality_class != 0) {
      places.push_back({{}, i});
    }
  }
  tbb::parallel_for(tbb::blocked_range<size_t>(0, places.size(), 64), [&](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      places[i].real = real_path(tree.entries[places[i].member].content);
    }
  });
  std::ranges::sort(places, [](const Place& a, const Place& b) {
    return std::tie(a.real, a.member) < std::tie(b.real, b.member);
  });
  return places;
}

// Joins members with one real path.
class SameFile {
 public:
  SameFile(FileTree& tree, std::vector<FileFacts>& facts, StringArena& arena)
      : tree_(tree), facts_(facts), arena_(arena) {}

  // `places` are in path order.
  void link(std::span<const Place> places) {
    for (const std::vector<const Place*>& group : group_by_statement(places)) {
      link_to(home_of(group), group);
    }
  }

 private:
  // Those that may be links to one another. A file that was replaced in between has another class.
  std::vector<std::vector<const Place*>> group_by_statement(std::span<const Place> places) {
    std::map<std::tuple<uint32_t, const Attributes*, std::string_view>, size_t> group_of;
    std::vector<std::vector<const Place*>> groups;
    for (const Place& place : places) {
      const Entry& entry = tree_.entries[place.member];
      const Attributes* attributes = arena_.intern(stated(entry));
      const auto [group, is_new] = group_of.try_emplace(
          {facts_[place.member].equality_class, attributes, tree_root(entry)}, groups.size());
      if (is_new) groups.emplace_back();
      groups[group->second].push_back(&place);
    }
    return groups;
  }

  uint32_t home_of(const std::vector<const Place*>& group) const {
    uint32_t home = group.front()->member;
    size_t most = 0;
    for (const Place* place : group) {
      const size_t end = common_end(tree_.entries[place->member].path, place->real);
      if (end <= most) continue;
      most = end;
      home = place->member;
    }
    return home;
  }

  void link_to(uint32_t home, const std::vector<const Place*>& group) {
    for (const Place* place : group) {
      if (place->member == home) continue;
      Entry& entry = tree_.entries[place->member];
      entry.kind = EntryKind::kSymlink;
      entry.content = relative_link(entry.path, tree_.entries[home].path, arena_);
      facts_[place->member] = {};
    }
  }

  FileTree& tree_;
  std::vector<FileFacts>& facts_;
  StringArena& arena_;
};

}  // namespace

std::vector<uint32_t> link_same_files(const std::vector<Member>& members, FileTree& tree,
                                      std::vector<FileFacts>& facts, StringArena& arena) {
  std::vector<uint32_t> same(members.size());
  const std::vector<Place> places = find_places(members, tree, facts);
  SameFile joined(tree, facts, arena);
  for (size_t begin = 0; begin < places.size();) {
    size_t end = begin + 1;
    while (end < places.size() && places[end].real == places[begin].real) ++end;
    if (end - begin > 1) {
      for (size_t i = begin; i < end; ++i) same[places[i].member] = places[begin].member + 1;
      joined.link(std::span(places).subspan(begin, end - begin));
    }
    begin = end;
  }
  return same;
}

}  // namespace layer
