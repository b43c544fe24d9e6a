// Chooses the interpreter, and finds what earlier plans have.
#include "cmd/steps/compiled_files.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cmd/report/messages.h"
#include "layer/base/threads.h"
#include "layer/disk/real_path.h"
#include "layer/model/runfiles_path.h"
#include "layer/place/compiled_pyc.h"
#include "layer/place/kept_pyc.h"
#include "layer/place/packed_python.h"
#include "layer/plan/parse_plan.h"
#include "layer/python/pyc_file.h"

namespace cmd {
namespace {

layer::PythonCompiler choose_compiler(const PlanningOptions& options, const PlanningState& planned,
                                      const std::vector<layer::PackedPython>& pythons) {
  if (!options.pyc_python.empty()) return {layer::absolute_path(options.pyc_python)};
  if (planned.venv) return {planned.venv->compiler};
  return layer::packed_compiler(pythons);
}

// The compiled files of the plans of --pyc-from. The first that has one counts.
layer::MadePycs made_before(const std::vector<std::string>& files, layer::StringArena& arena) {
  layer::MadePycs made;
  for (const std::string& file : files) {
    const layer::ImagePlan plan = layer::read_plan(file, arena);
    for (const layer::LayerPlan& layer : plan.layers) {
      for (const layer::TarEntry& entry : layer.entries) {
        const std::string_view root = layer::split_runfiles_path(entry.path).root;
        if (!entry.is_inline || root.empty()) continue;
        const auto name = layer::parse_pyc_path(entry.path.substr(root.size() + 1));
        if (!name) continue;
        made.try_emplace(name->source,
                         layer::MadePyc{entry.inline_bytes(), std::string(name->tag)});
      }
    }
  }
  return made;
}

}  // namespace

bool has_compiled_files_to_settle(const PlanningOptions& options, const PlanningState& planned) {
  // A virtual environment is read without compiled files, unless they are to be kept.
  return options.inputs.pyc != layer::PycFiles::kDefault &&
         (options.inputs.pyc != layer::PycFiles::kDrop || !planned.venv);
}

void settle_compiled_files(const PlanningOptions& options, layer::Store* store,
                           PlanningState& planned, std::vector<layer::FileFacts>& facts) {
  const layer::PycFiles pyc = options.inputs.pyc;
  const layer::Venv* venv = planned.venv ? &*planned.venv : nullptr;
  const layer::PythonPlaces places(venv);
  std::vector<layer::PackedPython> pythons;
  if (venv == nullptr) pythons = layer::find_packed_pythons(planned.tree);
  const std::string version =
      venv != nullptr ? venv->version : layer::python_version_of(planned.tree, pythons);
  if (pyc == layer::PycFiles::kKeep) {
    const std::optional<layer::Diagnostic> left_out = layer::Threads(options.jobs).execute([&] {
      return layer::keep_compiled_files(places, version, planned.tree, facts, *planned.arena);
    });
    if (left_out) print_note(*left_out);
    return;
  }
  if (venv == nullptr) layer::drop_compiled_files(places, planned.tree, facts, *planned.arena);
  if (pyc != layer::PycFiles::kCompile) return;
  layer::CompileOptions compiling{choose_compiler(options, planned, pythons), version, options.jobs,
                                  store, made_before(options.pyc_from, *planned.arena)};
  layer::add_compiled_files(places, compiling, planned.tree, facts, *planned.arena);
}

}  // namespace cmd
