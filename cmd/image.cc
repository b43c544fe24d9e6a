// Copies layer blobs and the base's into an image.
#include "cmd/image.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cmd/base_options.h"
#include "cmd/image_options.h"
#include "cmd/messages.h"
#include "cmd/results.h"
#include "cmd/tools.h"
#include "oci/delivery.h"
#include "oci/destination.h"
#include "oci/image.h"
#include "oci/layer_descriptor.h"
#include "oci/stored_image.h"

namespace cmd {
namespace {

struct Options {
  BaseOptions base;
  ImageOptions image;
  ToolOptions tools;
  std::vector<std::string> layers;
  bool skip_empty = false;
  bool quiet = false;
};

void run(const Options& options) {
  const std::vector<oci::ImageReference> outputs = output_references(options.image);
  const std::vector<NamedOutput> named = image_outputs(outputs);
  check_outputs(named);
  const Tools tools = open_tools(options.tools);
  const std::string scratch = scratch_folder(outputs.front().path);
  const std::optional<oci::StoredImage> base = open_base(options.base, scratch);
  oci::Delivery delivery(outputs, scratch);
  if (base) delivery.add_base(*base, tools.store.get());
  std::vector<oci::NewLayer> layers;
  for (const std::string& path : options.layers) {
    const oci::LayerBlob layer = oci::open_layer_blob(path);
    if (options.skip_empty && oci::is_empty_layer(layer.layer)) continue;
    delivery.add_layer(layer.layer.descriptor, layer.blob, tools.store.get());
    layers.push_back(layer.layer);
  }
  commit_store(tools.store.get(), options.tools.store);
  oci::ImageRequest request;
  request.base = base ? &*base : nullptr;
  request.layers = layers;
  request.changes = config_changes(options.image);
  request.annotations = manifest_annotations(options.image);
  request.platform = wanted_platform(options.base);
  const oci::Image image = oci::assemble_image(request);
  print_warnings(oci::delivery_warnings(outputs, image));
  delivery.prepare(image);
  std::vector<layer::ResultFile> none;
  show_results(&delivery, none);
  if (options.quiet) return;
  std::FILE* const out = take_stdout(named) ? stderr : stdout;
  for (const oci::ImageReference& output : outputs) {
    fmt::print(out, "{} {}\n", output.to_string(), image.manifest.digest.to_string());
  }
}

}  // namespace

void add_image_command(CLI::App& app, const Session* session) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "image", "Put layers that exist on a base image, or on none, and write the image");
  add_base_options(*command, options->base);
  add_image_options(*command, options->image);
  command
      ->add_option(
          "--layer", options->layers,
          "Layer blob: a tar, plain or compressed with gzip or zstd; repeat it, lowest "
          "first. BLOB.json beside it, as `veneer layer` writes it, saves reading it twice")
      ->type_name("BLOB")
      ->allow_extra_args(false)
      ->group(kBaseGroup);
  command
      ->add_flag("--skip-empty", options->skip_empty,
                 "Leave out layers without entries, as `veneer layer --allow-empty` writes them")
      ->group(kBaseGroup);
  command->add_flag("-q,--quiet", options->quiet, "Do not say what was written");
  command->callback([options, session] {
    options->tools = session_tools(session);
    run(*options);
  });
}

}  // namespace cmd
