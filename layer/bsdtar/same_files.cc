// Resolves real paths and groups members by them.
#include "layer/bsdtar/same_files.h"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
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

// Members with one real path, in path order: each either stays a file or is a link to one before or
// behind it that does.
class SameFile {
 public:
  SameFile(std::span<const Place> places, FileTree& tree, std::vector<FileFacts>& facts,
           StringArena& arena)
      : places_(places), tree_(tree), facts_(facts), arena_(arena) {}

  void link() {
    for (const Place& place : places_) {
      if (tree_.entries[place.member].kind != EntryKind::kFile) continue;
      link_to(home_of(place.member));
    }
  }

 private:
  bool may_join(uint32_t a, uint32_t b) const {
    const Entry& left = tree_.entries[a];
    const Entry& right = tree_.entries[b];
    if (facts_[a].equality_class != facts_[b].equality_class)
      return false;  // it was replaced in between
    return stated(left) == stated(right) && tree_root(left) == tree_root(right);
  }

  uint32_t home_of(uint32_t member) const {
    uint32_t home = member;
    size_t most = 0;
    for (const Place& place : places_) {
      if (!may_join(member, place.member)) continue;
      const size_t end = common_end(tree_.entries[place.member].path, place.real);
      if (end <= most) continue;
      most = end;
      home = place.member;
    }
    return home;
  }

  void link_to(uint32_t home) {
    for (const Place& place : places_) {
      Entry& entry = tree_.entries[place.member];
      if (place.member == home || entry.kind != EntryKind::kFile) continue;
      if (!may_join(home, place.member)) continue;
      entry.kind = EntryKind::kSymlink;
      entry.content = relative_link(entry.path, tree_.entries[home].path, arena_);
      facts_[place.member] = {};
    }
  }

  const std::span<const Place> places_;
  FileTree& tree_;
  std::vector<FileFacts>& facts_;
  StringArena& arena_;
};

}  // namespace

std::vector<uint32_t> link_same_files(const std::vector<Member>& members, FileTree& tree,
                                      std::vector<FileFacts>& facts, StringArena& arena) {
  std::vector<uint32_t> same(members.size());
  const std::vector<Place> places = find_places(members, tree, facts);
  for (size_t begin = 0; begin < places.size();) {
    size_t end = begin + 1;
    while (end < places.size() && places[end].real == places[begin].real) ++end;
    if (end - begin > 1) {
      for (size_t i = begin; i < end; ++i) same[places[i].member] = places[begin].member + 1;
      SameFile(std::span(places).subspan(begin, end - begin), tree, facts, arena).link();
    }
    begin = end;
  }
  return same;
}

}  // namespace layer
