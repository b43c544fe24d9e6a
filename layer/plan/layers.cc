// Sorts entries by rule, group or repository, then puts these into layers.
#include "layer/plan/layers.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/glob.h"
#include "layer/base/utf8.h"
#include "layer/model/layer_name.h"
#include "layer/model/runfiles_path.h"
#include "layer/model/venv.h"
#include "layer/plan/package_name.h"

namespace layer {
namespace {

constexpr uint32_t kNone = UINT32_MAX;
constexpr size_t kMostMounted = 127;  // layers, by overlayfs

struct PlacedRepository {
  std::string_view name;
  std::string package;
  uint64_t stored = 0;
  uint32_t rule = kNone;  // the first that takes it as a whole
  bool is_interpreter = false;
  bool has_entries = false;  // that neither a rule nor a group takes
  uint32_t layer = 0;
};

// A layer that rules or groups ask for, and have entries for.
struct AskedLayer {
  std::string_view name;
  std::string why;
  std::pair<uint32_t, uint32_t> order;  // groups (0, line of the input), then rules (1, number)
};

// What decides about an entry.
struct Owner {
  uint32_t asked = kNone;
  uint32_t repository = kNone;  // kNone, too: first-party
};

// `<repository>/lib/python3.X/os.py` is the standard library: an interpreter's repository.
bool shows_interpreter(std::string_view rest) {
  if (!rest.starts_with("lib/python")) return false;
  const std::string_view name = base_name(rest);
  return (name == "os.py" || name == "os.pyc") &&
         is_interpreter_name(base_name(parent_path(rest))) &&
         parent_path(parent_path(rest)) == "lib";
}

// Whether a path is --legacy_external_runfiles' second one for a file: `<workspace>/external/...`.
bool is_legacy(std::string_view path, const RunfilesPath& parts) {
  return !parts.rest.empty() &&
         path.size() > parts.root.size() + 1 + parts.repository.size() + 1 + parts.rest.size();
}

class Grouping {
 public:
  Grouping(const LayerRequest& request, const LayerOptions& options)
      : request_(request), options_(options), asked_of_rule_(options.rules.size(), kNone) {}

  LayerAssignment assign();

 private:
  void add(uint32_t entry);
  uint32_t repository(std::string_view name);
  uint32_t matching_rule(uint32_t entry, uint32_t repository) const;
  uint32_t ask_rule(uint32_t rule);
  uint32_t ask(std::string_view name, std::pair<uint32_t, uint32_t> order, const std::string& why);
  void assign_interpreters();
  size_t room_for_packages(bool has_packages) const;
  void assign_packages();
  void assign_asked();
  bool has_app() const;
  uint32_t layer(std::string_view name, const std::string& reason);

  const LayerRequest& request_;
  const LayerOptions& options_;
  std::vector<uint32_t> asked_of_rule_;         // index into asked_; kNone: took nothing so far
  std::map<std::string_view, uint32_t> index_;  // of repositories_, by name
  std::vector<PlacedRepository> repositories_;
  std::map<std::string_view, uint32_t> asked_index_;  // of asked_, by name
  std::vector<AskedLayer> asked_;
  std::vector<uint32_t> asked_layer_;  // for each of asked_, the layer that it became
  std::vector<Owner> owner_of_;        // for each entry
  LayerAssignment result_;
};

uint32_t Grouping::repository(std::string_view name) {
  const auto [found, added] = index_.try_emplace(name, static_cast<uint32_t>(repositories_.size()));
  if (!added) return found->second;
  PlacedRepository repository;
  repository.name = name;
  repository.package = package_name(name);
  repository.is_interpreter = name.starts_with(kIncludedInterpreter);
  for (uint32_t i = 0; i < options_.rules.size() && repository.rule == kNone; ++i) {
    const LayerRule& rule = options_.rules[i];
    if (!rule.of_path && takes_repository(rule, name, repository.package)) repository.rule = i;
  }
  repositories_.push_back(std::move(repository));
  return found->second;
}

uint32_t Grouping::matching_rule(uint32_t entry, uint32_t repository) const {
  const uint32_t whole = repository == kNone ? kNone : repositories_[repository].rule;
  const auto end = std::min<size_t>(whole, options_.rules.size());
  for (uint32_t i = 0; i < end; ++i) {
    const LayerRule& rule = options_.rules[i];
    if (rule.of_path && glob_matches(rule.glob, request_.placed[entry].path)) return i;
  }
  return whole;
}

uint32_t Grouping::ask(std::string_view name, std::pair<uint32_t, uint32_t> order,
                       const std::string& why) {
  const auto [found, added] = asked_index_.try_emplace(name, static_cast<uint32_t>(asked_.size()));
  if (added) asked_.push_back({name, why, order});
  AskedLayer& asked = asked_[found->second];
  if (asked.why.find(why) == std::string::npos) asked.why += ", " + why;
  asked.order = std::min(asked.order, order);
  return found->second;
}

uint32_t Grouping::ask_rule(uint32_t rule) {
  if (asked_of_rule_[rule] == kNone) {
    const LayerRule& asking = options_.rules[rule];
    asked_of_rule_[rule] =
        ask(asking.layer, {1, rule},
            fmt::format("asked for by --layer {}={}", asking.layer, asking.glob));
  }
  return asked_of_rule_[rule];
}

void Grouping::add(uint32_t index) {
  const Entry& entry = request_.tree.entries[index];
  RunfilesPath parts = split_runfiles_path(entry.path);
  if (!entry.repository().empty()) parts.repository = entry.repository();
  // An entry that is a repository's directory itself goes where the repository goes.
  if (!parts.root.empty() && parts.repository.empty() &&
      request_.shared.contains(base_name(entry.path))) {
    parts.repository = base_name(entry.path);
  }
  const bool is_app = is_first_party(request_.tree, parts.repository);
  Owner owner;
  if (!is_app) owner.repository = repository(parts.repository);
  if (const uint32_t rule = matching_rule(index, owner.repository); rule != kNone) {
    owner.asked = ask_rule(rule);
  } else if (!entry.group().empty()) {
    owner.asked = ask(entry.group(), {0, entry.origin.line}, "a group of the spec");
  } else if (!is_app) {
    PlacedRepository& repository = repositories_[owner.repository];
    if (is_legacy(entry.path, parts) && request_.shared.contains(parts.repository)) {
      owner.repository = kNone;  // its place varies per binary: no shared layer may hold it
    } else {
      repository.stored += request_.stored[index];
      repository.has_entries = true;
    }
  }
  if (!is_app && shows_interpreter(parts.rest)) {
    repositories_[index_.at(parts.repository)].is_interpreter = true;
  }
  owner_of_.push_back(owner);
}

// The layer of that name, made on top of the others if there is none.
uint32_t Grouping::layer(std::string_view name, const std::string& reason) {
  const auto found = std::find_if(result_.layers.begin(), result_.layers.end(),
                                  [&](const LayerInfo& info) { return info.name == name; });
  if (found == result_.layers.end()) {
    result_.layers.push_back({std::string(name), reason});
    return static_cast<uint32_t>(result_.layers.size() - 1);
  }
  if (!reason.empty()) found->reason += "; " + reason;
  return static_cast<uint32_t>(found - result_.layers.begin());
}

void Grouping::assign_interpreters() {
  for (PlacedRepository& repository : repositories_) {
    if (!repository.is_interpreter || !repository.has_entries) continue;
    if (result_.layers.empty()) {
      layer(kInterpreterLayer, "the Python interpreter and its standard library");
    }
    repository.layer = 0;
  }
}

// What the user asks for must leave room for the rest.
size_t Grouping::room_for_packages(bool has_packages) const {
  const auto asked =
      static_cast<size_t>(std::count_if(asked_.begin(), asked_.end(), [](const AskedLayer& layer) {
        return layer.name != kInterpreterLayer && layer.name != kAppLayer;
      }));
  const size_t needed =
      result_.layers.size() + asked + (has_packages ? 1 : 0) + (has_app() ? 1 : 0);
  if (needed > options_.max_layers) {
    throw Error(fmt::format("--layer and groups ask for {} layers; with the other layers the image "
                            "has {}, but --max-layers is {}",
                            asked, needed, options_.max_layers))
        .with_help(needed > kMostMounted
                       ? fmt::format(
                             "give several of them the same layer: engines mount at most {} layers",
                             kMostMounted)
                       : fmt::format("raise --max-layers to {} or more", needed));
  }
  // An interpreter and an app have theirs whether or not there is one: the number of buckets is not
  // to depend on it.
  return std::max<size_t>(options_.max_layers, asked + 3) - asked - 2;
}

void Grouping::assign_packages() {
  std::vector<Package> packages;
  std::vector<uint32_t> members;
  for (uint32_t i = 0; i < repositories_.size(); ++i) {
    const PlacedRepository& repository = repositories_[i];
    if (repository.is_interpreter || !repository.has_entries) continue;
    packages.push_back(
        {with_escaped_bytes(repository.package), repository.name, repository.stored});
    members.push_back(i);
  }
  PackageLayerOptions options;
  options.room = room_for_packages(!packages.empty());
  options.own_layer_size = options_.own_layer_size;
  options.lock = options_.lock ? &*options_.lock : nullptr;
  PackageLayers assigned = layer::assign_packages(packages, options);
  const auto first = static_cast<uint32_t>(result_.layers.size());
  for (size_t i = 0; i < members.size(); ++i) {
    repositories_[members[i]].layer = first + assigned.layer_of[i];
  }
  for (LayerInfo& info : assigned.layers) result_.layers.push_back(std::move(info));
  result_.lock = std::move(assigned.lock);
}

void Grouping::assign_asked() {
  std::vector<uint32_t> order(asked_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(),
            [this](uint32_t a, uint32_t b) { return asked_[a].order < asked_[b].order; });
  asked_layer_.resize(asked_.size());
  for (const uint32_t i : order) {
    if (asked_[i].name != kAppLayer) asked_layer_[i] = layer(asked_[i].name, asked_[i].why);
  }
}

bool Grouping::has_app() const {
  return !request_.shared.names.empty() || asked_index_.count(kAppLayer) != 0 ||
         std::any_of(owner_of_.begin(), owner_of_.end(), [](const Owner& owner) {
           return owner.asked == kNone && owner.repository == kNone;
         });
}

LayerAssignment Grouping::assign() {
  const auto entries = static_cast<uint32_t>(request_.tree.entries.size());
  owner_of_.reserve(entries);
  for (uint32_t i = 0; i < entries; ++i) add(i);
  assign_interpreters();
  assign_packages();
  assign_asked();
  if (has_app() || result_.layers.empty()) {
    result_.app =
        layer(kAppLayer, "first-party files, virtual environment, what varies per binary");
  }
  const auto asked_app = asked_index_.find(kAppLayer);
  if (asked_app != asked_index_.end()) {
    asked_layer_[asked_app->second] = layer(kAppLayer, asked_[asked_app->second].why);
  }
  result_.layer_of.reserve(entries);
  for (const Owner& owner : owner_of_) {
    result_.layer_of.push_back(owner.asked != kNone        ? asked_layer_[owner.asked]
                               : owner.repository != kNone ? repositories_[owner.repository].layer
                                                           : result_.app);
  }
  for (uint32_t rule = 0; rule < asked_of_rule_.size(); ++rule) {
    if (asked_of_rule_[rule] == kNone) result_.unused.push_back(rule);
  }
  return std::move(result_);
}

}  // namespace

LayerAssignment assign_layers(const LayerRequest& request, const LayerOptions& options) {
  if (options.split == LayerSplit::kGroups) return Grouping(request, options).assign();
  LayerAssignment all;
  all.layers.push_back({"all", "everything in one layer"});
  all.layer_of.resize(request.tree.entries.size());
  return all;
}

}  // namespace layer
