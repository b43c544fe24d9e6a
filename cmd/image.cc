// Copies layer blobs and the base's into an image.
#include "cmd/image.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

#include "cmd/image_options.h"
#include "layer/error.h"
#include "oci/delivery.h"
#include "oci/image.h"
#include "oci/layer_descriptor.h"
#include "oci/stored_image.h"

namespace {

struct Options {
  ImageOptions image;
  std::vector<std::string> layers;
};

void print(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) != text.size()) {
    throw layer::Error("cannot write to standard output");
  }
}

void run(const Options& options) {
  const std::vector<oci::ImageReference> outputs = output_references(options.image);
  std::optional<oci::StoredImage> base;
  if (const auto reference = base_reference(options.image)) {
    // A compressed archive is unpacked beside the output, which has room for an image.
    base = oci::open_image(*reference, wanted_platform(options.image),
                           oci::folder_of(outputs.front().path));
  }
  oci::Delivery delivery(outputs);
  if (base) delivery.add_base(*base);
  std::vector<oci::NewLayer> layers;
  for (const std::string& path : options.layers) {
    const oci::LayerBlob layer = oci::open_layer_blob(path);
    delivery.add_layer(layer.layer.descriptor, layer.blob);
    layers.push_back(layer.layer);
  }
  oci::ImageRequest request;
  request.base = base ? &*base : nullptr;
  request.layers = layers;
  request.changes = config_changes(options.image);
  request.annotations = manifest_annotations(options.image);
  request.platform = wanted_platform(options.image);
  const oci::Image image = oci::assemble_image(request);
  for (const layer::Diagnostic& warning : oci::delivery_warnings(outputs, image)) {
    print(stderr, warning.to_string("warning"));
  }
  delivery.finish(image);
  for (const oci::ImageReference& output : outputs) {
    print(stdout, fmt::format("{} {}\n", image.manifest.digest.to_string(), output.to_string()));
  }
}

}  // namespace

void add_image_command(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command = app.add_subcommand(
      "image", "Put layers that exist on a base image, or on none, and write the image");
  add_image_options(*command, options->image);
  command
      ->add_option(
          "--layer", options->layers,
          "Layer blob: a tar, plain or compressed with gzip or zstd; repeat it, lowest "
          "first. BLOB.json beside it, as `veneer layer` writes it, saves reading it twice")
      ->type_name("BLOB")
      ->allow_extra_args(false)
      ->group("Base and output");
  command->callback([options] { run(*options); });
}
