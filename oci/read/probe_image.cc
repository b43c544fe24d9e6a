// Translates the config for the checks, and looks into files as they pass.
#include "oci/read/probe_image.h"

#include <utility>

#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"
#include "oci/read/recorded_base.h"

namespace oci {
namespace {

// As describe_layer() writes it.
constexpr std::string_view kOurStep = "veneer: layer ";

}  // namespace

bool ProbeVisitor::wants(const layer::Node& file, std::span<const std::byte> head) {
  const bool is_only_looked_for = file.layer < base_layers_ && layer::is_elf(head) &&
                                  !layer::is_interpreter_name(layer::base_name(file.path)) &&
                                  layer::split_runfiles_path(file.path).root.empty();
  if (!is_only_looked_for && layer::needs_whole_file(file.path, head)) return true;
  layer::FileProbe probe = layer::probe_head(file.path, head);
  if (probe.elf != nullptr || probe.pyc || !probe.text.empty()) {
    probes_.put(file, std::move(probe));
  }
  return false;
}

void ProbeVisitor::take(const layer::Node& file, int fd) {
  probes_.put(file, layer::probe_file(file.path, fd, file.path));
}

layer::RunConfig run_config(const ImageConfig& config) {
  layer::RunConfig run;
  if (config.entrypoint) run.command = *config.entrypoint;
  if (config.cmd) run.command.insert(run.command.end(), config.cmd->begin(), config.cmd->end());
  run.working_directory = config.working_dir;
  if (config.platform.os == "linux") run.user = config.user;
  run.env = config.env;
  run.architecture = config.platform.architecture;
  return run;
}

std::optional<uint32_t> layers_below_ours(const StoredImage& image) {
  if (const std::optional<uint32_t> recorded = recorded_base_layers(image)) return recorded;
  uint32_t layers = 0;
  for (const History& step : image.config.history) {
    if (step.empty_layer) continue;
    if (step.created_by.starts_with(kOurStep)) return layers;
    ++layers;
  }
  return std::nullopt;
}

}  // namespace oci
