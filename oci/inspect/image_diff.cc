// Walks both trees in their common order, and pairs packages of one name.
#include "oci/inspect/image_diff.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "layer/base/xattrs.h"
#include "layer/model/file_tree.h"

namespace oci {
namespace {

using layer::Node;
using layer::NodeKind;

// The first path of each inode, so that hardlinks can be compared by names.
std::vector<const Node*> first_nodes(const ImageFacts& facts) {
  std::vector<const Node*> first(facts.files.size(), nullptr);
  for (const Node& node : facts.tree.nodes()) {
    if (node.inode != 0 && first[node.inode - 1] == nullptr) first[node.inode - 1] = &node;
  }
  return first;
}

// Makes the list of changed paths.
class TreeComparison {
 public:
  TreeComparison(const ImageFacts& before, const ImageFacts& after, CompareTimes times)
      : before_(before),
        after_(after),
        times_(times),
        first_before_(first_nodes(before)),
        first_after_(first_nodes(after)) {}

  std::vector<FileChange> run();

 private:
  FileDifference compare(const Node& a, const Node& b) const;
  bool same_content(const Node& a, const Node& b) const;

  const ImageFacts& before_;
  const ImageFacts& after_;
  CompareTimes times_;
  std::vector<const Node*> first_before_;
  std::vector<const Node*> first_after_;
};

bool TreeComparison::same_content(const Node& a, const Node& b) const {
  if (a.kind != NodeKind::kFile) return a.kind != NodeKind::kOther || a.content == b.content;
  return a.size == b.size &&
         before_.files[a.inode - 1].content == after_.files[b.inode - 1].content;
}

FileDifference TreeComparison::compare(const Node& a, const Node& b) const {
  FileDifference found;
  found.type = a.kind != b.kind;
  if (found.type) return found;
  const bool is_link = a.kind == NodeKind::kSymlink;
  found.content = !same_content(a, b);
  found.link = is_link && a.content != b.content;
  found.mode = !is_link && a.mode != b.mode;  // a symlink's mode means nothing
  found.owner = a.uid != b.uid || a.gid != b.gid;
  found.time = times_ == CompareTimes::kYes && a.mtime != b.mtime;
  found.xattrs = layer::xattrs_text(a.xattrs) != layer::xattrs_text(b.xattrs);
  if (a.inode != 0) {
    found.hardlinks = first_before_[a.inode - 1]->path != first_after_[b.inode - 1]->path;
  }
  return found;
}

std::vector<FileChange> TreeComparison::run() {
  std::vector<FileChange> changes;
  const std::vector<Node>& left = before_.tree.nodes();
  const std::vector<Node>& right = after_.tree.nodes();
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() || b != right.end()) {
    if (b == right.end() || (a != left.end() && layer::tree_order(a->path, b->path))) {
      changes.push_back({&*a++, nullptr});
    } else if (a == left.end() || layer::tree_order(b->path, a->path)) {
      changes.push_back({nullptr, &*b++});
    } else {
      const FileDifference difference = compare(*a, *b);
      if (difference.any()) changes.push_back({&*a, &*b, difference});
      ++a;
      ++b;
    }
  }
  return changes;
}

auto identity(const Package& package) {
  return std::tie(package.kind, package.name, package.architecture);
}

// Indices of packages, so that those of one identity are together and in the order of their paths.
std::vector<uint32_t> packages_in_order(const ImageFacts& facts) {
  std::vector<uint32_t> order(facts.packages.size());
  for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](uint32_t left, uint32_t right) {
    const Package& a = facts.packages[left];
    const Package& b = facts.packages[right];
    return std::tie(a.kind, a.name, a.architecture, a.path) <
           std::tie(b.kind, b.name, b.architecture, b.path);
  });
  return order;
}

// Every package of either image, in pairs where both have it.
std::vector<PackageChange> pair_packages(const ImageFacts& before, const ImageFacts& after) {
  const std::vector<uint32_t> left = packages_in_order(before);
  const std::vector<uint32_t> right = packages_in_order(after);
  std::vector<PackageChange> pairs;
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() || b != right.end()) {
    PackageChange& pair = pairs.emplace_back();
    const bool has_both = a != left.end() && b != right.end();
    const bool is_before =
        a != left.end() &&
        (b == right.end() || identity(before.packages[*a]) <= identity(after.packages[*b]));
    const bool is_after =
        b != right.end() &&
        (a == left.end() || identity(after.packages[*b]) <= identity(before.packages[*a]));
    if (has_both ? is_before : a != left.end()) pair.before = *a++;
    if (has_both ? is_after : b != right.end()) pair.after = *b++;
  }
  return pairs;
}

// For each package of one image the pair that it is in.
std::vector<uint32_t> pair_of_packages(const std::vector<PackageChange>& pairs,
                                       uint32_t PackageChange::*side, size_t count) {
  std::vector<uint32_t> numbers(count, kNone);
  for (uint32_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].*side != kNone) numbers[pairs[i].*side] = i;
  }
  return numbers;
}

uint32_t owner_of(const ImageFacts& facts, const Node* node) {
  return node == nullptr ? kNone : facts.owners[index_of(facts, *node)];
}

bool has_changed(const PackageChange& pair, const ImageFacts& before, const ImageFacts& after) {
  if (pair.before == kNone || pair.after == kNone || !pair.files.empty()) return true;
  const Package& a = before.packages[pair.before];
  const Package& b = after.packages[pair.after];
  return a.version != b.version || a.path != b.path;
}

// Puts each changed path to the package that has it, or had it.
void group_files(ImageDiff& diff, const ImageFacts& before, const ImageFacts& after) {
  std::vector<PackageChange> pairs = pair_packages(before, after);
  const auto of_before = pair_of_packages(pairs, &PackageChange::before, before.packages.size());
  const auto of_after = pair_of_packages(pairs, &PackageChange::after, after.packages.size());
  std::vector<uint32_t> pair_of_file(diff.files.size(), kNone);
  for (uint32_t i = 0; i < diff.files.size(); ++i) {
    const uint32_t owner = owner_of(after, diff.files[i].after);
    const uint32_t owner_before = owner_of(before, diff.files[i].before);
    if (owner != kNone) pair_of_file[i] = of_after[owner];
    if (owner == kNone && owner_before != kNone) pair_of_file[i] = of_before[owner_before];
    if (pair_of_file[i] != kNone) pairs[pair_of_file[i]].files.push_back(i);
  }
  diff.package_of.assign(diff.files.size(), kNone);
  for (PackageChange& pair : pairs) {
    if (!has_changed(pair, before, after)) continue;
    for (const uint32_t file : pair.files) {
      diff.package_of[file] = static_cast<uint32_t>(diff.packages.size());
    }
    diff.packages.push_back(std::move(pair));
  }
}

}  // namespace

bool FileDifference::any() const {
  return type || content || link || mode || owner || time || xattrs || hardlinks;
}

ImageDiff compare_images(const ImageSubject& before, const ImageSubject& after,
                         CompareTimes times) {
  ImageDiff diff;
  diff.files = TreeComparison(before.facts, after.facts, times).run();
  group_files(diff, before.facts, after.facts);
  return diff;
}

}  // namespace oci
