// Opens the images, copies what they hold and writes the index over them.
#include "cmd/index.h"

#include <fmt/core.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/base_options.h"
#include "cmd/options/check_with.h"
#include "cmd/options/image_options.h"
#include "cmd/options/limit_options.h"
#include "cmd/options/stamp.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "oci/check/prove_layer.h"
#include "oci/model/config_changes.h"
#include "oci/model/reference.h"
#include "oci/write/delivery.h"
#include "oci/write/image_index.h"

namespace cmd {
namespace {

struct IndexArguments {
  std::vector<std::string> images;
  std::vector<std::string> annotations;
  std::string output;
  StampValues stamp;
  layer::Limits limits;
  std::optional<std::string> digest_file;
  bool trust_images = false;
  bool link_blobs = false;
};

oci::ImageReference parse_output(const std::string& text) {
  oci::ImageReference reference = oci::parse_destination(text);
  if (reference.transport == oci::Transport::kDockerArchive) {
    throw layer::Error("'" + text + "': a docker archive holds images for one platform only")
        .with_help("write it to oci:DIR or oci-archive:FILE");
  }
  return reference;
}

// An image's layers are verified before they are added.
oci::ExistingBlobs index_blobs(const IndexArguments& options) {
  return options.link_blobs ? oci::ExistingBlobs::kTrustedLink : oci::ExistingBlobs::kCopy;
}

void run_index(const IndexArguments& options) {
  const oci::ImageReference output = parse_output(options.output);
  std::vector<NamedOutput> named = image_outputs({output});
  if (options.digest_file) named.push_back({"--digest-file", *options.digest_file});
  check_outputs(named);
  const oci::ReadContext context{scratch_folder(output.path), options.limits};
  std::vector<oci::StoredImage> images;
  for (const std::string& image : options.images) {
    images.push_back(oci::open_image(oci::parse_image_reference(image), std::nullopt, context));
  }
  oci::StringMap annotations;
  for (const std::string& text : options.annotations) {
    annotations.insert(oci::parse_annotation(text));
  }
  const oci::Image index = oci::assemble_index(images, annotations);
  oci::Delivery delivery({output}, context.scratch, index_blobs(options));
  if (!options.trust_images) {
    for (const oci::StoredImage& image : images) {
      oci::prove_layers(image.layers, options.limits, nullptr);
    }
  }
  delivery.add_images(images);
  delivery.prepare(index);
  std::vector<layer::ResultFile> files = digest_file(options.digest_file, index);
  show_results(&delivery, files);
  if (is_quiet()) return;
  print_line(take_stdout(named) ? stderr : stdout,
             fmt::format("{} {}", output.to_string(), index.manifest.digest.to_string()));
}

}  // namespace

void add_index_command(CLI::App& app) {
  const auto options = std::make_shared<IndexArguments>();
  CLI::App* command = app.add_subcommand(
      "index", "Combine images for several platforms into one multi-platform image");
  add_stamp_option(*command, options->stamp);
  command
      ->add_option("--image", options->images,
                   "An image for one platform: oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
                   "docker-archive:FILE[:NAME:TAG]; repeatable")
      ->type_name("IMAGE")
      ->allow_extra_args(false)
      ->required()
      ->check(check_with(oci::parse_image_reference))
      ->group(kBaseGroup);
  command->add_option("--annotation", options->annotations, "Annotation of the index")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check(check_with(oci::parse_annotation))
      ->transform(expand_with(options->stamp))
      ->group("Image");
  command
      ->add_option(
          "-o,--output", options->output,
          "Where to write the image: oci:DIR[:TAG] or oci-archive:FILE[:TAG]; - as FILE is stdout")
      ->type_name("IMAGE")
      ->required()
      ->check(check_with(parse_output))
      ->transform(expand_with(options->stamp))
      ->group(kBaseGroup);
  command
      ->add_flag(
          "--trust-images", options->trust_images,
          "Do not verify layers. For a build system whose own actions made and verified them")
      ->group(kBaseGroup);
  add_digest_file_option(*command, options->digest_file);
  add_link_blobs_option(*command, options->link_blobs);
  add_limit_options(*command, options->limits);
  command->callback([options] { run_index(*options); });
}

}  // namespace cmd
