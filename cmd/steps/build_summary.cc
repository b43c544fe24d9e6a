// A table for people, a document for programs.
#include "cmd/steps/build_summary.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cmd/report/columns.h"
#include "cmd/report/messages.h"
#include "cmd/report/next_command.h"
#include "layer/base/json.h"
#include "layer/base/utf8.h"

namespace cmd {

void print_build_text(const ImageOptions& options, const FinishedBuild& built, double seconds,
                      std::FILE* out) {
  size_t width = std::string_view("layer").size();
  for (const layer::WrittenLayer& layer : built.result.layers)
    width = std::max(width, layer.name.size());
  print_line(out, fmt::format("{:{}}  {:>10}  {:>10}  digest", "layer", width, "size", "unpacked"),
             Style::kHeading);
  for (const layer::WrittenLayer& layer : built.result.layers) {
    print_line(out, fit(out, fmt::format("{:{}}  {:>10}  {:>10}  {}", layer.name, width,
                                         human_size(layer.size), human_size(layer.tar_size),
                                         layer.digest.to_string())));
  }
  if (built.base_layers > 0) {
    print_line(out,
               fmt::format("base image: {}, {}", built.base, counted(built.base_layers, "layer")));
  }
  print_line(out, fmt::format("{}, {}, {}; {} not stored a second time; {:.2f} s",
                              counted(built.result.plan.files, "file"),
                              counted(built.result.plan.symlinks, "symlink"),
                              counted(built.result.plan.hardlinks, "hardlink"),
                              human_size(built.result.plan.linked_bytes), seconds));
  if (built.result.plan.repeated_bytes > 0) {
    print_line(out,
               fmt::format("{} are stored more than once, because equal files are in different "
                           "layers",
                           human_size(built.result.plan.repeated_bytes)));
  }
  if (built.result.checks && built.result.checks->notes > 0 && !is_verbose()) {
    print_line(out, fmt::format("{} could not be checked from files alone (not errors); -v prints "
                                "them",
                                counted(built.result.checks->notes, "thing")));
  }
  if (built.result.plan.in_base > 0) {
    print_line(out, fmt::format("{} left out, because the base image has the same: {}",
                                counted(built.result.plan.in_base, "path"),
                                human_size(built.result.plan.bytes_in_base)));
  }
  for (const std::string& output : options.outputs) {
    const std::string line = fmt::format("{} {}", output, built.image.manifest.digest.to_string());
    print_to(out, wrap(layer::with_escaped_bytes(line) + '\n', terminal_width(out)));
  }
  const std::string next = next_command(output_references(options).front());
  if (next.empty()) return;
  print_to(out, fmt::format("{} {}\n", styled(out, Style::kHelp, "next:"),
                            layer::with_escaped_bytes(next)));
}

void print_build_json(const ImageOptions& options, const FinishedBuild& built, double seconds,
                      std::FILE* out) {
  nlohmann::json layers = nlohmann::json::array();
  for (const layer::WrittenLayer& layer : built.result.layers) {
    layers.push_back({{"name", layer.name},
                      {"digest", layer.digest.to_string()},
                      {"diffId", layer.diff_id.digest.to_string()},
                      {"size", layer.size},
                      {"unpacked", layer.tar_size}});
  }
  nlohmann::json dropped = nlohmann::json::array();
  for (const layer::DroppedPaths& paths : built.result.dropped) {
    dropped.push_back(
        {{"repository", paths.repository}, {"paths", paths.paths}, {"bytes", paths.bytes}});
  }
  nlohmann::json summary{{"outputs", options.outputs},
                         {"manifest", built.image.manifest.digest.to_string()},
                         {"config", built.image.config.digest.to_string()},
                         {"layers", layers},
                         {"baseLayers", built.base_layers},
                         {"files", built.result.plan.files},
                         {"symlinks", built.result.plan.symlinks},
                         {"hardlinks", built.result.plan.hardlinks},
                         {"bytesLinked", built.result.plan.linked_bytes},
                         {"bytesRepeated", built.result.plan.repeated_bytes},
                         {"inBase", built.result.plan.in_base},
                         {"bytesInBase", built.result.plan.bytes_in_base},
                         {"dropped", dropped},
                         {"seconds", seconds}};
  if (built.result.checks) {
    summary["checks"] = {{"errors", built.result.checks->errors},
                         {"warnings", built.result.checks->warnings},
                         {"notes", built.result.checks->notes}};
  }
  print_to(out, layer::dump_report(summary));
}

}  // namespace cmd
