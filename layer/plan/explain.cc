// Looks a path up in the plan, in the tree it was made from, and among the lost entries.
#include "layer/plan/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "layer/model/venv.h"
#include "layer/place/plan_nodes.h"
#include "layer/plan/explain_words.h"
#include "layer/plan/package_name.h"
#include "layer/plan/plan_text.h"

namespace layer {
namespace {

// Everything is inside the root, the empty path.
bool is_inside(std::string_view path, std::string_view directory) {
  return directory.empty() || is_below(path, directory);
}

}  // namespace

Explainer::Explainer(const FileTree& tree, const ImagePlan& plan)
    : tree_(tree), plan_(plan), image_(tree_of_plan(plan)) {
  for (const LostEntry& loss : tree.lost) {
    lost_[loss.entry.path].push_back(&loss);
    won_[loss.by].push_back(&loss);
  }
  for (const LayerPlan& layer : plan.layers) {
    for (const TarEntry& entry : layer.entries) {
      if (entry.type != TarType::kFile) continue;
      stored_[repository_of(tree_, entry)] += entry.size;
    }
  }
}

const Entry* Explainer::declared_entry(const TarEntry& planned) const {
  return planned.tree_entry < tree_.entries.size() ? &tree_.entries[planned.tree_entry] : nullptr;
}

std::optional<Explainer::Place> Explainer::find(std::string_view path) const {
  const Node* node = image_.find(path);
  if (node == nullptr) return std::nullopt;
  const std::vector<TarEntry>& entries = plan_.layers[node->layer].entries;
  const auto entry = std::lower_bound(
      entries.begin(), entries.end(), path,
      [](const TarEntry& planned, std::string_view other) { return planned.path < other; });
  return Place{&*entry, node->layer};
}

void Explainer::say_declared(const TarEntry& planned, Explanation& explanation) const {
  const Entry* entry = declared_entry(planned);
  if (entry != nullptr) {
    explanation.origin = entry->origin.position();
    explanation.owner = entry->owner();
    explanation.statements.push_back(
        {"declared",
         fmt::format("{} declares {}.", place_text(entry->origin), declaration_text(*entry))});
  } else if (!planned.origin.file().empty()) {
    explanation.origin = planned.origin.position();
    explanation.statements.push_back(
        {"declared", fmt::format("{} plans it; what the inputs declared is not in a plan.",
                                 place_text(planned.origin))});
  } else {
    explanation.statements.push_back(
        {"declared", "No input declares this directory; what lies below it implies it."});
  }
}

// What the path came to be in place of, and what it hides.
void Explainer::say_lost(std::string_view path, Explanation& explanation) const {
  const auto found = won_.find(path);
  if (found == won_.end()) return;
  for (const LostEntry* loss : found->second) {
    const std::string what = declaration_text(loss->entry);
    const std::string where = place_text(loss->entry.origin);
    std::string text;
    switch (loss->fate) {
      case Fate::kReplaced:
        text = fmt::format("{} declares {}, which loses to it by Bazel's order.", where, what);
        break;
      case Fate::kMerged:
        text = fmt::format("{} declares the same.", where);
        break;
      case Fate::kObscured:
        text = fmt::format("{} declares {} at '/{}', below it: dropped, as Bazel does.", where,
                           what, loss->entry.path);
        break;
      case Fate::kMoved:
        text = fmt::format("--runfiles-layout=venv drops '/{}', whose file is here.",
                           loss->entry.path);
        break;
    }
    explanation.statements.push_back({"instead of", std::move(text)});
  }
}

void Explainer::say_link(const TarEntry& planned, Explanation& explanation) const {
  explanation.link = planned.link();
  const bool is_hardlink = planned.type == TarType::kHardlink;
  explanation.statements.push_back(
      {"link", fmt::format("It is a {} to '{}{}': {}.", type_name(planned.type),
                           is_hardlink ? "/" : "", planned.link(), rule_text(planned.reason))});
  const Resolution end = image_.resolve(planned.path);
  if (end.node == nullptr) {
    const std::string_view why = end.fault == ResolveFault::kLoop           ? "it loops at"
                                 : end.fault == ResolveFault::kNotDirectory ? "no directory is"
                                                                            : "nothing is at";
    explanation.statements.push_back(
        {"leads to", fmt::format("In these layers it leads nowhere: {} '/{}'.", why, end.path)});
  } else if (!is_hardlink) {
    explanation.leads_to = "/" + end.path;
    explanation.statements.push_back(
        {"leads to", fmt::format("It leads to '/{}', a {}in layer '{}'.", end.path,
                                 end.node->kind == NodeKind::kDirectory
                                     ? "directory "
                                     : fmt::format("file of {} ", bytes_text(end.node->size)),
                                 plan_.layers[end.node->layer].name)});
  } else {
    explanation.leads_to = "/" + planned.link();
  }
  if (planned.size > 0) {
    explanation.statements.push_back(
        {"saves", fmt::format("{} are not stored again.", bytes_text(planned.size))});
  }
}

void Explainer::say_mode(const TarEntry& planned, Explanation& explanation) const {
  if (planned.type == TarType::kSymlink) return;
  std::string text;
  if (planned.mode == kModeByContent) {
    text = "The input states none: 0755 if it is ELF or begins with '#!', else 0644.";
  } else if (planned.mode == default_mode(planned.type)) {
    text =
        fmt::format("{:04o}, as every {} that states none.", planned.mode, type_name(planned.type));
  } else {
    const Entry* entry = declared_entry(planned);
    const bool is_stated =
        entry != nullptr && entry->attributes != nullptr && entry->attributes->mode == planned.mode;
    text = fmt::format("{:04o}, as {}.", planned.mode,
                       is_stated ? "the input states" : "--chmod or the base image has it");
  }
  if (planned.uid != 0 || planned.gid != 0) {
    text += fmt::format(" Owned by user {}, group {}.", planned.uid, planned.gid);
  }
  explanation.statements.push_back({"mode", std::move(text)});
}

void Explainer::say_layer(const Place& place, Explanation& explanation) const {
  const LayerPlan& layer = plan_.layers[place.layer];
  explanation.layer = layer.name;
  explanation.statements.push_back(
      {"layer", fmt::format("In layer '{}': {}.", layer.name, layer.reason)});
  const std::string_view repository = repository_of(tree_, *place.entry);
  if (repository.empty() || repository.starts_with(kIncludedInterpreter)) return;
  const auto found = stored_.find(repository);
  const uint64_t stored = found == stored_.end() ? 0 : found->second;
  const bool is_first_party = std::find(tree_.workspaces.begin(), tree_.workspaces.end(),
                                        repository) != tree_.workspaces.end();
  const std::string_view package = package_of_venv(repository);
  explanation.statements.push_back(
      {"package", !package.empty() ? fmt::format("Of package '{}', which stores {} in this image.",
                                                 package, bytes_text(stored))
                  : is_first_party
                      ? fmt::format("First-party: repository '{}' stores {} in this image.",
                                    repository, bytes_text(stored))
                      : fmt::format("Of package '{}': repository '{}' stores {} in this image.",
                                    package_name(repository), repository, bytes_text(stored))});
}

// What a directory holds, by rule and by layer.
void Explainer::say_below(std::string_view path, Explanation& explanation) const {
  std::map<LinkReason, uint64_t> links;
  std::set<uint32_t> layers;
  uint64_t files = 0;
  uint64_t stored = 0;
  uint64_t saved = 0;
  for (uint32_t i = 0; i < plan_.layers.size(); ++i) {
    for (const TarEntry& entry : plan_.layers[i].entries) {
      if (entry.type == TarType::kDirectory || !is_inside(entry.path, path)) continue;
      layers.insert(i);
      if (entry.type == TarType::kFile) {
        ++files;
        stored += entry.size;
      } else {
        ++links[entry.reason];
        saved += entry.size;
      }
    }
  }
  std::string text = fmt::format("{} of {}", count_text(files, "file"), bytes_text(stored));
  for (const auto& [reason, number] : links) {
    text += fmt::format(", {}", count_text(number, fmt::format("{} link", reason_name(reason))));
  }
  explanation.statements.push_back({"below", text + "."});
  text.clear();
  for (const uint32_t i : layers) {
    text += fmt::format("{}'{}'", text.empty() ? "" : ", ", plan_.layers[i].name);
  }
  if (!text.empty()) explanation.statements.push_back({"below", "In layers " + text + "."});
  if (saved == 0) return;
  explanation.statements.push_back(
      {"saves", fmt::format("{} are not stored again.", bytes_text(saved))});
}

void Explainer::explain_present(const Place& place, Explanation& explanation) const {
  const TarEntry& planned = *place.entry;
  explanation.type = type_name(planned.type);
  explanation.size = planned.size;
  say_declared(planned, explanation);
  say_lost(planned.path, explanation);
  if (planned.type == TarType::kDirectory) {
    say_below(planned.path, explanation);
    say_mode(planned, explanation);
    explanation.layer = plan_.layers[place.layer].name;
    return;
  }
  if (planned.type == TarType::kFile) {
    explanation.statements.push_back(
        {"stored", fmt::format("It is a file of {}, stored here.", bytes_text(planned.size))});
  } else {
    say_link(planned, explanation);
  }
  say_mode(planned, explanation);
  say_layer(place, explanation);
}

// The longest beginning of a path that is in the image; empty for the root.
std::string_view Explainer::nearest_parent(std::string_view path) const {
  std::string_view parent = parent_path(path);
  while (!parent.empty() && image_.find(parent) == nullptr) parent = parent_path(parent);
  return parent;
}

void Explainer::explain_absent(std::string_view path, Explanation& explanation) const {
  explanation.type = "absent";
  const auto lost = lost_.find(path);
  if (lost != lost_.end()) {
    for (const LostEntry* loss : lost->second) {
      const std::string declared = fmt::format("{} declares {}, ", place_text(loss->entry.origin),
                                               declaration_text(loss->entry));
      explanation.statements.push_back(
          {"dropped", loss->fate == Fate::kMoved
                          ? fmt::format("{}but --runfiles-layout=venv has its file at '/{}' only; "
                                        "--keep '/{}' keeps this path.",
                                        declared, loss->by, path)
                          : fmt::format("{}but '/{}' above it is no directory: it is dropped, as "
                                        "Bazel does.",
                                        declared, loss->by)});
    }
  }
  const std::string_view parent = nearest_parent(path);
  const Resolution end = image_.resolve(path, FinalLink::kKeep);
  if (end.node != nullptr) {
    explanation.leads_to = "/" + end.path;
    explanation.statements.push_back(
        {"absent", fmt::format("No layer has this path, but '/{}' is a symlink, and by way of it "
                               "this is '/{}'.",
                               parent, end.path)});
    return;
  }
  const std::string where =
      parent.empty()
          ? "It is not in these layers, nor is its first directory."
          : fmt::format("It is not in these layers; '/{}', the nearest parent, is.", parent);
  explanation.is_known = lost != lost_.end();
  explanation.statements.push_back(
      {"absent", explanation.is_known ? where : where + nearest_sentence(image_, path)});
}

Explanation Explainer::explain(std::string_view path) const {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  Explanation explanation;
  explanation.path = "/" + std::string(path);
  if (const std::optional<Place> place = find(path)) {
    explain_present(*place, explanation);
  } else if (path.empty()) {
    explanation.type = type_name(TarType::kDirectory);
    say_below(path, explanation);
  } else {
    explain_absent(path, explanation);
  }
  return explanation;
}

}  // namespace layer
