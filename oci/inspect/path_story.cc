// Follows links one by one, and searches the entries of all layers.
#include "oci/inspect/path_story.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"

namespace oci {
namespace {

PathStep step_to(const ImageFacts& facts, std::string asked) {
  const layer::Resolution found = facts.tree.resolve(asked, layer::FinalLink::kKeep);
  PathStep step{std::move(asked), found.path, found.node};
  // Of what is not there, the place where it would be.
  if (found.fault != layer::ResolveFault::kNone) {
    step.node = nullptr;
    if (!found.rest.empty()) step.path += '/' + found.rest;
  }
  return step;
}

// Where the symlink at `path` says that it leads, from the root.
std::string target_of(const PathStep& step) {
  const layer::LinkText link = step.node->link();
  if (link.is_absolute()) return link.to_string().substr(1);
  const std::string folder(layer::parent_path(step.path));
  return folder.empty() ? link.to_string() : folder + '/' + link.to_string();
}

// The path that a member puts there or takes away, as the layer names it.
std::string named_path(const LayerMember& member) {
  constexpr std::string_view kWhiteout = ".wh.";
  const std::string_view folder = layer::parent_path(member.path);
  if (member.kind == MemberKind::kOpaque) return std::string(folder);
  if (member.kind != MemberKind::kWhiteout) return std::string(member.path);
  const std::string_view name = layer::base_name(member.path).substr(kWhiteout.size());
  return folder.empty() ? std::string(name) : fmt::format("{}/{}", folder, name);
}

// Whether a path may be `folder`, or below it, by way of links in the folders above both.
bool may_lead_to(std::string_view folder, std::string_view path) {
  const std::string_view name = layer::base_name(folder);
  for (; !path.empty(); path = layer::parent_path(path)) {
    if (layer::base_name(path) == name) return true;
  }
  return folder.empty();
}

class EventFinder {
 public:
  EventFinder(const ImageFacts& facts, std::string_view path) : facts_(facts), path_(path) {}

  std::optional<PathEvent> event_of(const LayerMember& member, uint32_t layer) const {
    if (member.kind == MemberKind::kRoot || member.kind == MemberKind::kReserved) return {};
    const std::string named = named_path(member);
    const bool is_folder = member.kind == MemberKind::kDirectory;
    if (is_folder && layer::base_name(named) != layer::base_name(path_)) return {};
    if (!may_lead_to(named, path_)) return {};
    std::string placed = place_of(named);
    const bool is_above = placed.empty() || layer::is_below(path_, placed);
    if (placed != path_ && !is_above) return {};
    if (is_above && is_folder) return {};
    if (!is_above && member.kind == MemberKind::kOpaque) return {};
    return PathEvent{layer, &member, std::move(placed)};
  }

 private:
  // Links in the folders above lead where they lead in the whole image.
  std::string place_of(const std::string& named) const {
    if (named == path_ || layer::is_below(path_, named)) return named;
    const layer::Resolution found = facts_.tree.resolve(named, layer::FinalLink::kKeep);
    if (found.rest.empty()) return found.path;
    return found.path + '/' + found.rest;
  }

  const ImageFacts& facts_;
  std::string_view path_;
};

}  // namespace

PathStory tell_path(const ImageSubject& subject, std::string_view path) {
  PathStory story;
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  story.chain.push_back(step_to(subject.facts, std::string(path)));
  for (int links = 0; links < layer::kMaxLinksFollowed; ++links) {
    const PathStep& last = story.chain.back();
    if (last.node == nullptr || last.node->kind != layer::NodeKind::kSymlink) break;
    story.chain.push_back(step_to(subject.facts, target_of(last)));
  }
  const EventFinder finder(subject.facts, story.chain.front().path);
  for (uint32_t i = 0; i < subject.facts.layers.size(); ++i) {
    for (const LayerMember& member : subject.facts.layers[i]->members) {
      if (auto event = finder.event_of(member, i)) story.events.push_back(*std::move(event));
    }
  }
  return story;
}

}  // namespace oci
