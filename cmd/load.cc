// Opens each image for the engine's platform, sends what the engine lacks, and says how much that was.
#include "cmd/load.h"

#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/check_with.h"
#include "cmd/options/engine_options.h"
#include "cmd/options/limit_options.h"
#include "cmd/options/stamp.h"
#include "cmd/report/messages.h"
#include "cmd/report/progress_line.h"
#include "cmd/report/results.h"
#include "oci/load/load_image.h"
#include "oci/model/docker_name.h"
#include "oci/read/find_image.h"

namespace cmd {
namespace {

struct LoadArguments {
  StampValues stamp;
  std::vector<std::string> images;
  std::string tag;
  std::string platform;
  EngineOptions engine;
  layer::Limits limits;
};

// In full, as engines file it.
std::string name_for_engine(const LoadArguments& options, const oci::StoredImage& image) {
  if (!options.tag.empty()) return oci::parse_docker_name(options.tag).to_string();
  if (!image.full_name.empty()) return image.full_name;
  throw layer::Error({image.name}, "has no name that an engine could file it under")
      .with_help("--tag NAME gives it one, such as --tag app:latest");
}

// "app:latest" for docker.io/library/app:latest.
std::string familiar_name(std::string name) {
  for (const std::string_view part : {"docker.io/", "library/"}) {
    if (!name.starts_with(part)) break;
    name.erase(0, part.size());
  }
  return name;
}

std::string what_was_sent(const oci::LoadReport& report) {
  if (report.layers_sent == report.layers) {
    return fmt::format("sent {}, all of {}", human_size(report.sent_bytes),
                       counted(report.layers, "layer"));
  }
  return fmt::format("sent {} of {}: {} of {}, the others are there", human_size(report.sent_bytes),
                     human_size(report.image_bytes), report.layers_sent,
                     counted(report.layers, "layer"));
}

void load_one(const LoadArguments& options, const std::string& text, oci::Engine& engine) {
  const oci::ReadContext context{temporary_folder(), options.limits};
  const oci::Platform platform =
      options.platform.empty() ? engine.facts().platform : oci::parse_platform(options.platform);
  const oci::StoredImage image =
      oci::find_image(text, platform, context, oci::DockerLayers::kUnread);
  const std::string name = name_for_engine(options, image);
  oci::LoadProgress progress;
  std::optional<ProgressLine> line;
  if (!is_quiet()) line.emplace(Amount{progress.bytes_done, progress.bytes_total, "sent"}, false);
  const oci::LoadReport report = oci::load_image(engine, image, name, options.limits, progress);
  line.reset();
  if (!report.refusal.empty()) {
    print_note({{engine.facts().name},
                fmt::format("the whole image was sent, because the engine refused one without the "
                            "layers that it has: {}",
                            report.refusal),
                {},
                {}});
  }
  if (is_quiet()) return;
  print_line(stdout, fmt::format("{} is in {}: {}", familiar_name(name), engine.facts().name,
                                 what_was_sent(report)));
}

void run_load(const LoadArguments& options) {
  if (!options.tag.empty() && options.images.size() > 1) {
    throw CLI::ValidationError("--tag", "names one image, and there are several");
  }
  const std::unique_ptr<oci::Engine> engine = open_engine(options.engine);
  for (const std::string& image : options.images) load_one(options, image, *engine);
}

}  // namespace

void add_load_command(CLI::App& app) {
  const auto options = std::make_shared<LoadArguments>();
  CLI::App* command = app.add_subcommand(
      "load", "Bring images into Docker, podman or containerd, without the layers that it has");
  add_stamp_option(*command, options->stamp);
  command
      ->add_option("IMAGE", options->images,
                   "An image: the folder of a layout or the file of an archive, or oci:DIR[:TAG], "
                   "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]; repeatable")
      ->required();
  add_engine_options(*command, options->engine);
  command
      ->add_option("--tag", options->tag,
                   "The image's name in the engine, such as app:latest (default: the name that is "
                   "recorded in the image)")
      ->type_name("NAME")
      ->check(check_with(oci::parse_docker_name))
      ->transform(expand_with(options->stamp));
  command
      ->add_option("--platform", options->platform,
                   "Which image, if there are several: OS/ARCHITECTURE[/VARIANT] (default: the "
                   "engine's)")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_platform));
  add_limit_options(*command, options->limits);
  command->callback([options] { run_load(*options); });
}

}  // namespace cmd
