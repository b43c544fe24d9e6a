// Checks layer blobs, and copies them and the base's layers into an image.
#include "cmd/image.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cmd/options/base_options.h"
#include "cmd/options/image_options.h"
#include "cmd/options/tools.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/checking.h"
#include "oci/check/check_account.h"
#include "oci/check/check_layers.h"
#include "oci/read/stored_image.h"
#include "oci/write/delivery.h"
#include "oci/write/destination.h"
#include "oci/write/image.h"
#include "oci/write/layer_descriptor.h"

namespace cmd {
namespace {

struct ImageArguments {
  BaseOptions base;
  ImageOptions image;
  ToolOptions tools;
  std::vector<std::string> layers;
  bool skip_empty = false;
  bool allow_replacing = false;
  std::optional<std::string> digest_file;
  bool trust_layers = false;
  bool link_blobs = false;
};

std::vector<oci::LayerBlob> open_layers(const ImageArguments& options) {
  std::vector<oci::LayerBlob> layers;
  for (const std::string& path : options.layers) {
    oci::LayerBlob layer = oci::open_layer_blob(path, options.base.limits);
    if (!options.skip_empty || !oci::is_empty_layer(layer.layer))
      layers.push_back(std::move(layer));
  }
  return layers;
}

oci::LayerChecks layer_checks(const ImageArguments& options, layer::Store* store,
                              std::string scratch) {
  oci::LayerChecks checks;
  if (options.trust_layers) checks.trust = oci::TrustLayers::kYes;
  if (options.allow_replacing) checks.replace = oci::ReplaceInBase::kAllow;
  checks.jobs = std::max(1U, std::thread::hardware_concurrency());
  checks.store = store;
  checks.context = {std::move(scratch), options.base.limits};
  return checks;
}

oci::ExistingBlobs existing_blobs(const ImageArguments& options) {
  if (!options.link_blobs) return oci::ExistingBlobs::kCopy;
  return options.trust_layers ? oci::ExistingBlobs::kTrustedLink : oci::ExistingBlobs::kLink;
}

// That the user that was asked for is in the image, and may read what the layers bring.
void check_user(const ImageArguments& options, const oci::StoredImage* base,
                std::span<const oci::LayerBlob> layers, const oci::ConfigChanges& changes,
                const oci::LayerChecks& checks) {
  if (!changes.user) return;
  const oci::ReadBaseOptions reading{oci::FindDuplicates::kNo, checks.jobs, checks.store,
                                     checks.context};
  const oci::ImageConfig config = final_config(base, wanted_platform(options.base), changes);
  layer::Diagnostics found;
  for (const layer::Finding& finding : oci::check_account(base, layers, config, reading)) {
    layer::Diagnostic diagnostic = layer::to_diagnostic(finding);
    if (finding.severity == layer::Severity::kError) {
      found.error(std::move(diagnostic));
    } else {
      found.warn(std::move(diagnostic));
    }
  }
  print_warnings(found.warnings());
  found.throw_if_errors();
}

// The user's changes over what makes the program of the layers run.
oci::ConfigChanges with_program(oci::ConfigChanges changes,
                                std::span<const oci::LayerBlob> layers) {
  layer::Diagnostics found;
  const std::optional<layer::Program> program = oci::suggested_program(layers, found);
  if (!changes.entrypoint) print_warnings(found.warnings());
  start_program(program, changes);
  return changes;
}

void run_image(const ImageArguments& options) {
  const std::vector<oci::ImageReference> outputs = output_references(options.image);
  std::vector<NamedOutput> named = image_outputs(outputs);
  if (options.digest_file) named.push_back({"--digest-file", *options.digest_file});
  check_outputs(named);
  oci::ConfigChanges changes = config_changes(options.image);
  const Tools tools = open_tools(options.tools);
  const std::string scratch = scratch_folder(outputs.front().path);
  const std::optional<oci::StoredImage> base = open_base(options.base, scratch);
  oci::Delivery delivery(outputs, scratch, existing_blobs(options));
  const std::vector<oci::LayerBlob> blobs = open_layers(options);
  const oci::StoredImage* below = base ? &*base : nullptr;
  const oci::LayerChecks checks = layer_checks(options, tools.store.get(), scratch);
  oci::check_layers(below, blobs, checks);
  check_user(options, below, blobs, changes, checks);
  if (base) delivery.add_base(*base, tools.store.get());
  std::vector<oci::NewLayer> layers;
  for (const oci::LayerBlob& layer : blobs) {
    delivery.add_layer(layer.layer.descriptor, layer.blob, tools.store.get());
    layers.push_back(layer.layer);
  }
  commit_store(tools.store.get(), options.tools.store);
  oci::ImageRequest request;
  request.base = below;
  request.layers = layers;
  request.changes = with_program(std::move(changes), blobs);
  request.annotations = manifest_annotations(options.image);
  request.platform = wanted_platform(options.base);
  const oci::Image image = oci::assemble_image(request);
  print_warnings(oci::delivery_warnings(outputs, image));
  delivery.prepare(image);
  std::vector<layer::ResultFile> files = digest_file(options.digest_file, image);
  show_results(&delivery, files);
  if (is_quiet()) return;
  std::FILE* const out = take_stdout(named) ? stderr : stdout;
  for (const oci::ImageReference& output : outputs) {
    print_line(out, fmt::format("{} {}", output.to_string(), image.manifest.digest.to_string()));
  }
}

}  // namespace

void add_image_command(CLI::App& app, const Session* session) {
  const auto options = std::make_shared<ImageArguments>();
  CLI::App* command = app.add_subcommand(
      "image", "Make an image from existing layer blobs, with or without a base image");
  add_stamp_option(*command, options->image.stamp);
  add_base_options(*command, options->base);
  add_image_options(*command, options->image);
  command
      ->add_option("--layer", options->layers,
                   "Layer blob: a tar, uncompressed or compressed with gzip or zstd; repeatable, "
                   "lowest layer first. With a descriptor BLOB.json beside it, as `veneer layer` "
                   "writes it, the blob is read once instead of twice")
      ->type_name("BLOB")
      ->allow_extra_args(false)
      ->group(kBaseGroup);
  command
      ->add_flag("--skip-empty", options->skip_empty,
                 "Leave out layers without entries, as `veneer layer --allow-empty` writes them")
      ->group(kBaseGroup);
  command
      ->add_flag("--allow-replacing", options->allow_replacing,
                 "Let every layer replace files and links of the base and change its directories "
                 "(default: only layers that `veneer layer --base` made for this base may)")
      ->group(kBaseGroup);
  command
      ->add_flag("--trust-layers", options->trust_layers,
                 "Do not verify the base and the layers that have a BLOB.json. For a build system "
                 "whose own actions verified them and made them for each other")
      ->group(kBaseGroup);
  add_digest_file_option(*command, options->digest_file);
  add_link_blobs_option(*command, options->link_blobs);
  add_store_options(*command, options->tools.store);
  command->callback([options, session] {
    use_session(options->tools, session);
    run_with_tools(options->tools, [&options] { run_image(*options); });
  });
}

}  // namespace cmd
