// Opens image and bases, checks the layers against the new base, and puts them on it.
#include "cmd/rebase.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cmd/inspect/subject.h"
#include "cmd/options/check_with.h"
#include "cmd/options/image_options.h"
#include "cmd/options/limit_options.h"
#include "cmd/options/number_values.h"
#include "cmd/options/tools.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/checking.h"
#include "cmd/steps/image_check.h"
#include "oci/check/check_layers.h"
#include "oci/convert/rebase.h"
#include "oci/model/annotations.h"
#include "oci/model/known_platform.h"
#include "oci/read/find_image.h"

namespace cmd {
namespace {

struct RebaseArguments {
  std::string image;
  std::string old_base;
  std::string base;
  std::string platform;
  std::vector<std::string> outputs;
  bool allow_replacing = false;
  CheckLevel check = CheckLevel::kError;
  std::optional<std::string> digest_file;
  unsigned jobs = 1;
  layer::Limits limits;
  ToolOptions tools;
};

struct OpenedImages {
  oci::StoredImage image;
  oci::StoredImage base;  // the new one
  oci::OldBase old;
};

// Adds to an error which option is at fault.
template <typename Open>
auto opened(const std::string& option, const std::string& name, const Open& open) {
  try {
    return open();
  } catch (layer::Error& error) {
    throw std::move(error).with_note({}, fmt::format("this is {} {}", option, name));
  }
}

OpenedImages open_images(const RebaseArguments& options, const oci::ReadContext& context) {
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) platform = oci::parse_platform(options.platform);
  const auto measured = oci::DockerLayers::kMeasured;
  OpenedImages images;
  const oci::FoundSource source = oci::find_source(options.image, context);
  images.image = oci::open_found(source, platform, context, measured);
  // A base for the same platform as the image.
  const oci::Platform& wanted = images.image.config.platform;
  const oci::FoundSource base_source = opened("--base", options.base, [&] {
    oci::FoundSource found = oci::find_source(options.base, context);
    images.base = oci::open_found(found, wanted, context, measured);
    return found;
  });
  if (options.old_base.empty()) {
    const oci::Source* const sources[] = {base_source.source.get(), source.source.get()};
    images.old = oci::find_old_base(images.image, sources);
  } else {
    oci::StoredImage old = opened("--old-base", options.old_base, [&] {
      return oci::find_image(options.old_base, wanted, context, measured);
    });
    images.old = oci::match_old_base(std::move(old), images.image);
  }
  if (oci::own_layers(images.image, images.old).empty()) {
    throw layer::Error({images.image.name}, "has no layer above its base")
        .with_help("use the new base itself");
  }
  return images;
}

std::vector<oci::LayerBlob> layer_blobs(const OpenedImages& images) {
  std::vector<oci::LayerBlob> blobs;
  for (const oci::ImageLayer& layer : oci::own_layers(images.image, images.old)) {
    oci::LayerBlob blob{{}, layer.blob, true};
    blob.layer.descriptor = layer.descriptor;
    blob.layer.diff_id = layer.diff_id;
    if (!images.old.image.config.diff_ids.empty()) {
      blob.layer.base = oci::chain_id(images.old.image.config.diff_ids);
    }
    blobs.push_back(std::move(blob));
  }
  return blobs;
}

// The image as it will be, for the checks.
oci::StoredImage rebased(const OpenedImages& images) {
  oci::StoredImage result;
  result.name = images.image.name;
  result.config = oci::rebased_config(images.image, images.old, images.base);
  result.annotations[std::string(oci::kBaseLayersAnnotation)] =
      std::to_string(images.base.layers.size());
  result.layers = images.base.layers;
  for (const oci::ImageLayer& layer : oci::own_layers(images.image, images.old)) {
    result.layers.push_back(layer);
    result.config.diff_ids.push_back(layer.diff_id);
  }
  return result;
}

void check_images(const RebaseArguments& options, const OpenedImages& images, layer::Store* store,
                  const oci::ReadContext& context) {
  oci::LayerChecks checks;
  if (options.allow_replacing) checks.replace = oci::ReplaceInBase::kAllow;
  checks.jobs = options.jobs;
  checks.store = store;
  checks.context = context;
  oci::check_layers(&images.base, layer_blobs(images), checks);
  if (options.check == CheckLevel::kOff) return;
  report_findings(check_stored_image(rebased(images), context, options.jobs).findings,
                  options.check);
}

void run_rebase(const RebaseArguments& options) {
  std::vector<oci::ImageReference> outputs;
  for (const std::string& output : options.outputs) {
    outputs.push_back(oci::parse_destination(output));
  }
  std::vector<NamedOutput> named = image_outputs(outputs);
  if (options.digest_file) named.push_back({"--digest-file", *options.digest_file});
  check_outputs(named);
  const Tools tools = open_tools(options.tools);
  const oci::ReadContext context{scratch_folder(outputs.front().path), options.limits};
  const OpenedImages images = open_images(options, context);
  oci::Delivery delivery(outputs, context.scratch);
  check_images(options, images, tools.store.get(), context);
  delivery.add_base(images.base, tools.store.get());
  for (const oci::ImageLayer& layer : oci::own_layers(images.image, images.old)) {
    delivery.add_layer(layer.descriptor, layer.blob, tools.store.get());
  }
  commit_store(tools.store.get(), options.tools.store);
  const oci::Image image = oci::rebase_image(images.image, images.old, images.base);
  print_warnings(oci::delivery_warnings(outputs, image));
  delivery.prepare(image);
  std::vector<layer::ResultFile> files = digest_file(options.digest_file, image);
  show_results(&delivery, files);
  if (is_quiet()) return;
  std::FILE* const out = take_stdout(named) ? stderr : stdout;
  print_line(out, fmt::format("{} on {} instead of {}",
                              counted(oci::own_layers(images.image, images.old).size(), "layer"),
                              counted(images.base.layers.size(), "layer"),
                              counted(images.old.layers, "layer")));
  for (const oci::ImageReference& output : outputs) {
    print_line(out, fmt::format("{} {}", output.to_string(), image.manifest.digest.to_string()));
  }
}

}  // namespace

void add_rebase_command(CLI::App& app) {
  const auto options = std::make_shared<RebaseArguments>();
  CLI::App* command = app.add_subcommand(
      "rebase", "Put an image's own layers on another base, such as a newer version of its base");
  add_image_argument(*command, "IMAGE", options->image);
  command
      ->add_option("--base", options->base,
                   "The new base: oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
                   "docker-archive:FILE[:NAME:TAG]")
      ->type_name("IMAGE")
      ->required()
      ->check(check_with(oci::parse_image_reference))
      ->group(kBaseGroup);
  command
      ->add_option("--old-base", options->old_base,
                   "What the image was built on (default: the image of its annotation "
                   "org.opencontainers.image.base.digest, if it is where IMAGE or --base is)")
      ->type_name("IMAGE")
      ->check(check_with(oci::parse_image_reference))
      ->group(kBaseGroup);
  command
      ->add_option("-o,--output", options->outputs,
                   "Where to write the image: oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
                   "docker-archive:FILE[:NAME:TAG]; - as FILE is stdout; repeatable")
      ->type_name("IMAGE")
      ->allow_extra_args(false)
      ->required()
      ->check(check_with(oci::parse_destination))
      ->group(kBaseGroup);
  command
      ->add_option("--platform", options->platform,
                   "Which image of IMAGE, if there are several: OS/ARCHITECTURE[/VARIANT]. The "
                   "bases are for the same")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_known_platform))
      ->group(kBaseGroup);
  command
      ->add_flag("--allow-replacing", options->allow_replacing,
                 "Let layers replace files and links of the new base and change its directories")
      ->group(kBaseGroup);
  add_check_option(*command, options->check);
  options->jobs = std::max(1U, std::thread::hardware_concurrency());
  command->add_option("-j,--jobs", options->jobs, "Number of threads (default: one per core)")
      ->transform(number_from_to(1, 1024))
      ->type_name("N");
  add_limit_options(*command, options->limits);
  add_digest_file_option(*command, options->digest_file);
  add_store_options(*command, options->tools.store);
  command->callback(
      [options] { run_with_tools(options->tools, [&options] { run_rebase(*options); }); });
}

}  // namespace cmd
