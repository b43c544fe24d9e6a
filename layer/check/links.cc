// Judges the links that do not simply lead to a file; TreeView has settled those that do.
#include "layer/check/links.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

// Filled when a container starts.
constexpr std::array<std::string_view, 4> kRuntimeDirectories{"dev", "proc", "run", "sys"};

struct BuildPlace {
  std::string_view mark;
  std::string_view name;
};
// Bazel's own are known by a mark anywhere in a link's text; the first that is there names it.
constexpr std::array kBazelPlaces{
    BuildPlace{"/execroot/", "Bazel's execution root"},
    BuildPlace{"/bazel-out/", "Bazel's output tree"},
    BuildPlace{"/_bazel_", "Bazel's output base"},
    BuildPlace{"/.cache/bazel", "Bazel's output base"},
};
// Others by the first directory of an absolute text.
constexpr std::array kTopPlaces{
    BuildPlace{"home", "a home directory"},
    BuildPlace{"Users", "a home directory"},
    BuildPlace{"root", "a home directory"},
    BuildPlace{"tmp", "a directory for temporary files"},
};

bool is_filled_at_start(std::string_view path) {
  return std::any_of(kRuntimeDirectories.begin(), kRuntimeDirectories.end(),
                     [&](std::string_view d) { return path == d || is_below(path, d); });
}

// `text` is absolute.
std::string_view place_on_build_machine(std::string_view text) {
  for (const BuildPlace& place : kBazelPlaces) {
    if (text.find(place.mark) != std::string_view::npos) return place.name;
  }
  for (const BuildPlace& place : kTopPlaces) {
    if (is_below(text.substr(1), place.mark)) return place.name;
  }
  return {};
}

class LinkCheck {
 public:
  LinkCheck(const Subject& subject, Findings& findings)
      : subject_(subject), tree_(subject.view.tree()), findings_(findings) {}
  void run();

 private:
  void check_unsound(const Node& link);
  void check_loop(const Node& link, LinkEnd end);
  void check_dangling(const Node& link, const Resolution& next);
  Finding describe_dangling(const Node& link, const Resolution& next) const;
  void check_leaving(const Node& link);
  void check_layer(const Node& link, const Node& target);
  void check_way(const Node& node, const Node& link);
  void check_name(const Node& node);

  const Subject& subject_;
  const ImageTree& tree_;
  Findings& findings_;
};

void LinkCheck::run() {
  const Node* barrier = nullptr;  // the last node that nothing can lie below
  for (const Node& node : tree_.nodes()) {
    if (barrier != nullptr && is_below(node.path, barrier->path)) {
      if (!subject_.is_base(node)) check_way(node, *barrier);
    } else if (node.kind != NodeKind::kDirectory) {
      barrier = &node;
    }
    if (!node.named.empty() && !subject_.is_base(node)) check_name(node);
    if (node.kind != NodeKind::kSymlink) continue;
    if (!subject_.view.is_sound(node)) {
      check_unsound(node);
    } else if (const Node* target = subject_.view.follow(node); target != nullptr) {
      check_layer(node, *target);
    }
  }
}

// A link to a link is judged there, so that each cause is told once.
void LinkCheck::check_unsound(const Node& link) {
  const LinkEnd end = subject_.view.link_end(link);
  if (end == LinkEnd::kInLoop) return;
  if (end == LinkEnd::kLoopBegin || end == LinkEnd::kTooLong) return check_loop(link, end);
  const Resolution next = next_place(tree_, link);
  if (next.fault != ResolveFault::kNone) return check_dangling(link, next);
  if (next.left_root) return check_leaving(link);
}

void LinkCheck::check_loop(const Node& link, LinkEnd end) {
  Finding finding = finding_at(link, "link-loops");
  if (subject_.is_base(link)) finding.severity = Severity::kNote;
  const std::string text = link.link().to_string();
  if (end == LinkEnd::kLoopBegin) {
    finding.reason = fmt::format("is a link to '{}' that leads back to itself", text);
  } else if (const Node* next = next_place(tree_, link).node; next == nullptr) {
    finding.reason = fmt::format("is a link to '{}' that leads into a loop of links", text);
  } else {
    finding.cause = "too many links";
    finding.reason = fmt::format("is a link to '{}' that leads through more than {} links", text,
                                 kMaxLinksFollowed);
  }
  findings_.add(std::move(finding));
}

Finding LinkCheck::describe_dangling(const Node& link, const Resolution& next) const {
  const std::string text = link.link().to_string();
  const bool is_absolute = text.starts_with('/');
  Finding finding = finding_at(link, is_absolute ? "link-absolute" : "link-dangles");
  const std::string_view missing =
      next.fault == ResolveFault::kNotDirectory ? "is not a directory" : "is not in the image";
  const std::string_view place = is_absolute ? place_on_build_machine(text) : std::string_view();
  if (!place.empty()) {
    finding.cause = place;
    finding.reason = fmt::format("is a link to '{}', in {} of the build machine; '/{}' {}", text,
                                 place, next.path, missing);
    finding.named = {'/' + std::string(next.path)};
    finding.help = "declare the link with a relative text, or pack the file itself";
  } else {
    finding.cause = next.path;
    finding.reason =
        fmt::format("is a link to '{}' and dangles: '/{}' {}", text, next.path, missing);
    finding.named = {'/' + std::string(next.path)};
    if (is_absolute)
      finding.help = "choose a --base that has it, or declare the link with a relative text";
  }
  return finding;
}

void LinkCheck::check_dangling(const Node& link, const Resolution& next) {
  if (is_filled_at_start(next.path)) return;
  Finding finding = describe_dangling(link, next);
  if (next.left_root) {
    finding.check = "link-leaves-root";
    finding.reason += ", and its '..' lead above the root";
  }
  const bool dangles_in_input = subject_.input != nullptr && !link.link().is_absolute() &&
                                !subject_.input->resolve(link.path).kind;
  if (subject_.is_base(link)) {
    finding.severity = Severity::kNote;
  } else if (dangles_in_input) {
    finding.severity = Severity::kWarning;
    finding.reason += ", nor in the input";
  }
  findings_.add(std::move(finding));
}

void LinkCheck::check_leaving(const Node& link) {
  if (subject_.is_base(link)) return;  // a container's root keeps it in
  Finding finding = finding_at(link, "link-leaves-root");
  finding.severity = Severity::kWarning;
  finding.reason = fmt::format(
      "is a link to '{}', which leads above the root; it ends at the root in a container, but not "
      "in an unpacked image",
      link.link().to_string());
  findings_.add(std::move(finding));
}

void LinkCheck::check_layer(const Node& link, const Node& target) {
  if (subject_.is_base(link) || link.layer >= target.layer) return;
  const Node* next = next_place(tree_, link).node;
  if (next != nullptr && next->layer <= link.layer) return;  // that one leads up, and is judged
  Finding finding = finding_at(link, "link-upwards");
  finding.severity = Severity::kWarning;
  finding.cause = fmt::format("{} {} {}", link.layer, target.layer, package_of(link.path));
  finding.reason = fmt::format(
      "is a link to '{}', which is in a higher layer; the link dangles in an image that shares "
      "only the lower layer",
      link.link().to_string());
  finding.help = "put both into one layer";
  findings_.add(std::move(finding));
}

void LinkCheck::check_way(const Node& node, const Node& barrier) {
  const bool is_link = barrier.kind == NodeKind::kSymlink;
  Finding finding = finding_at(node, "entry-behind-link");
  finding.cause = barrier.path;
  finding.reason =
      is_link
          ? fmt::format(
                "lies behind '{}', a link to '{}': unpacking writes it elsewhere, or refuses it",
                barrier.path, barrier.link().to_string())
          : fmt::format("lies below '{}', which is not a directory", barrier.path);
  finding.named = {std::string(barrier.path)};
  if (!barrier.origin.file().empty()) {
    finding.notes.push_back(
        {barrier.origin.position(), is_link ? "the link is declared here" : "declared here"});
  }
  findings_.add(std::move(finding));
}

// In an image that is read, entries are where the engines put them.
void LinkCheck::check_name(const Node& node) {
  Finding finding = finding_at(node, "entry-behind-link");
  finding.severity = Severity::kWarning;
  finding.cause = parent_path(node.named);
  finding.reason = fmt::format(
      "is named '{}' in its layer, behind a link: some programs unpack it here, others refuse it",
      node.named);
  findings_.add(std::move(finding));
}

}  // namespace

void check_links(const Subject& subject, Findings& findings) {
  LinkCheck(subject, findings).run();
}

}  // namespace layer
