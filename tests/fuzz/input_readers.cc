// What a build reads. Specs and manifests are planned as well, with facts that no disk has to give.
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/identify/mentions.h"
#include "layer/model/layer_lock.h"
#include "layer/model/string_arena.h"
#include "layer/plan/parse_plan.h"
#include "layer/plan/plan_image.h"
#include "layer/plan/plan_text.h"
#include "layer/read/ignore_rules.h"
#include "layer/read/input_file.h"
#include "layer/read/mtree.h"
#include "layer/read/runfiles_manifest.h"
#include "layer/read/spec.h"
#include "layer/resolve/resolve.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

constexpr const char* kInput = "input";
constexpr const char* kRoot = "app/app.runfiles";

// Facts as if each path on disk were a file, and equal paths equal files.
std::vector<layer::FileFacts> imagined_facts(const layer::FileTree& tree) {
  std::map<std::string_view, uint32_t> classes;
  std::vector<layer::FileFacts> facts(tree.entries.size());
  for (size_t i = 0; i < facts.size(); ++i) {
    const layer::Entry& entry = tree.entries[i];
    if (entry.kind != layer::EntryKind::kFile) continue;
    facts[i].size = layer::kMinContentLinkSize * (entry.content.size() % 2) + 1;
    facts[i].equality_class =
        classes.try_emplace(entry.content, static_cast<uint32_t>(i + 1)).first->second;
  }
  return facts;
}

// A plan's text must be one that veneer reads, and prints in the same way again.
void print_and_read(const layer::ImagePlan& plan) {
  const std::string text = layer::plan_to_text(plan);
  layer::StringArena arena;
  std::string again;
  try {
    again = layer::plan_to_text(layer::parse_plan(text, "plan", arena));
  } catch (const layer::Error& error) {
    throw std::logic_error(std::string("a plan that was made is refused: ") + error.what());
  }
  require_same(text, again, "a plan changes when it is read");
}

// Puts a file and a link into every tree artifact, as nothing is looked up on disk.
void imagine_trees(layer::Runfiles& runfiles) {
  for (const auto* list : {&runfiles.files, &runfiles.symlinks, &runfiles.root_symlinks}) {
    for (const layer::Entry& entry : *list) {
      if (entry.kind != layer::EntryKind::kTreeArtifact) continue;
      runfiles.tree_artifacts.try_emplace(
          entry.content,
          std::vector<layer::Entry>{{.path = "a", .content = "tree/a", .origin = entry.origin},
                                    {.path = "b/c",
                                     .content = "../a",
                                     .origin = entry.origin,
                                     .kind = layer::EntryKind::kSymlink}});
    }
  }
}

void plan_runfiles(layer::Runfiles runfiles, layer::StringArena& arena) {
  imagine_trees(runfiles);
  layer::Diagnostics found;
  const std::string_view workspace = arena.copy(runfiles.workspace);
  std::vector<layer::Entry> entries =
      layer::resolve_runfiles(std::move(runfiles), kRoot, arena, found);
  layer::FileTree tree = layer::merge_inputs({std::move(entries)}, found);
  tree.workspaces.push_back(workspace);
  found.throw_if_errors();
  print_and_read(layer::plan_image(tree, imagined_facts(tree), {}, arena, found));
}

}  // namespace

void read_spec(std::string_view bytes) {
  const MemoryFile memory(bytes);
  layer::StringArena arena;
  plan_runfiles(layer::parse_spec(memory.path(), arena), arena);
}

void read_runfiles_manifest(std::string_view bytes) {
  const MemoryFile memory(bytes);
  layer::StringArena arena;
  layer::list_runfiles_manifest(memory.path(), arena);
}

void read_mtree(std::string_view bytes) {
  layer::StringArena arena;
  layer::list_mtree(bytes, kInput, arena);
}

void read_plan(std::string_view bytes) {
  layer::StringArena arena;
  const std::string again = layer::plan_to_text(layer::parse_plan(bytes, kInput, arena));
  require_same(bytes, again, "a plan changes when it is read");
}

void read_layer_lock(std::string_view bytes) {
  const layer::LayerLock lock = layer::parse_layer_lock(bytes, kInput);
  const std::string text = layer::layer_lock_text(lock);
  require_same(text, layer::layer_lock_text(layer::parse_layer_lock(text, kInput)),
               "a layer lock changes when it is read");
}

void read_repo_mapping(std::string_view bytes) {
  for (const layer::RepositoryName& name : layer::parse_repo_mapping(bytes)) {
    const std::string line = std::string(name.source) + ',' + std::string(name.apparent) + ',' +
                             std::string(name.canonical);
    if (layer::parse_repo_mapping(line) != std::vector{name}) {
      throw std::logic_error("a repository's name changes when it is read");
    }
  }
}

// Each line is a pattern, and the first short ones are paths that the patterns are asked about: the
// work grows with the patterns' length times the squared length of a path.
void read_ignore_rules(std::string_view bytes) {
  layer::IgnoreRules rules;
  rules.add_file(kInput, bytes);
  constexpr size_t kMostPaths = 8;
  constexpr size_t kMostBytes = 100;
  for (layer::Lines lines(bytes); lines.next() && lines.number() <= kMostPaths;) {
    if (lines.line().size() > kMostBytes) continue;
    if (rules.judge(lines.line()) == layer::IgnoreRules::Verdict::kLeftOut) {
      rules.may_keep_below(lines.line());
    }
  }
}

}  // namespace fuzz
