// A layer on its own: its descriptor, and who can load it.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "oci/model/annotations.h"
#include "oci/write/delivery.h"
#include "oci/write/layer_descriptor.h"
#include "oci_support.h"

namespace oci::oci_layer_descriptor_test {
namespace {

using test::error_of;
using test::TemporaryDirectory;

TEST_CASE("delivery: zstd in a docker archive warns who cannot load it") {
  NewLayer layer = test::new_layer("app");
  layer.descriptor.media_type = kTarZstdType;
  ImageRequest request;
  request.layers = std::span(&layer, 1);
  const Image image = assemble_image(request);
  CHECK(delivery_warnings({parse_image_reference("oci-archive:a")}, image).empty());
  const auto warnings = delivery_warnings({parse_image_reference("docker-archive:a")}, image);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].to_string("warning") ==
        "docker-archive:a: warning: has zstd layers, which Docker Engine before 23.0 cannot load\n"
        "docker-archive:a: help: Docker Engine 23.0, containerd 1.5 and podman load them; use gzip "
        "for older engines\n");
}

TEST_CASE("delivery: a layer that cannot be pulled lazily, beside one that can") {
  std::vector<NewLayer> layers{test::new_layer("base"), test::new_layer("app")};
  const auto warnings = [&] {
    ImageRequest request;
    request.layers = layers;
    return delivery_warnings({parse_image_reference("oci:a")}, assemble_image(request));
  };
  CHECK(warnings().empty());
  layers[1].descriptor.annotations = {{std::string(kTocDigestAnnotation), "sha256:1"}};
  REQUIRE(warnings().size() == 1);
  CHECK(warnings()[0].to_string("warning") ==
        "oci:a: warning: layer 1 of 2 has no table of contents as others have, so it is fetched "
        "before a start, with all layers above it\n"
        "oci:a: help: `veneer convert BASE oci:DIR --compression estargz` makes a base that has "
        "them\n");
  layers[0].descriptor.annotations = layers[1].descriptor.annotations;
  CHECK(warnings().empty());
}

TEST_CASE("layer descriptor: written and read back, else the blob is measured") {
  const TemporaryDirectory folder;
  const test::TestLayer layer = test::gzip_layer("x");
  folder.write("x.tar.gz", layer.bytes);
  const std::string path = folder.path("x.tar.gz");
  NewLayer measured = open_layer_blob(path, {}).layer;
  CHECK(measured.diff_id.digest.to_string() == layer.diff_id);
  CHECK(measured.descriptor.media_type == kTarGzipType);
  CHECK(measured.created_by == "veneer: layer x.tar.gz");
  measured.descriptor.annotations = {{std::string(kLayerNameAnnotation), "deps"}};
  measured.program = {"/app/x", "/app"};
  measured.base = digest_of("base");
  folder.write("x.tar.gz.json", dump_json(layer_descriptor_json(measured)));
  const NewLayer read = open_layer_blob(path, {}).layer;
  CHECK(read.created_by == "veneer: layer deps");
  CHECK(read.descriptor.digest == measured.descriptor.digest);
  CHECK(read.diff_id == measured.diff_id);
  CHECK(read.program == measured.program);
  CHECK(read.base == measured.base);
  measured.descriptor.media_type = kTarZstdType;
  folder.write("x.tar.gz.json", dump_json(layer_descriptor_json(measured)));
  CHECK(folder.without_path(error_of([&] { open_layer_blob(path, {}); })) ==
        "TMP/x.tar.gz: error: is not what its media type says: it is "
        "application/vnd.oci.image.layer.v1.tar+gzip, and its descriptor says "
        "application/vnd.oci.image.layer.v1.tar+zstd\n");
  measured.descriptor.media_type = kTarGzipType;
  measured.descriptor.size = 0;
  folder.write("x.tar.gz.json", dump_json(layer_descriptor_json(measured)));
  CHECK(folder.without_path(error_of([&] { open_layer_blob(path, {}); })) ==
        fmt::format("TMP/x.tar.gz: error: is {} bytes long, but its descriptor says 0\n",
                    layer.bytes.size()));
  folder.write("x.tar.gz.json", "{}");
  CHECK(folder.without_path(error_of([&] { open_layer_blob(path, {}); })) ==
        "TMP/x.tar.gz.json: error: has no 'mediaType'\n");
}

}  // namespace
}  // namespace oci::oci_layer_descriptor_test
