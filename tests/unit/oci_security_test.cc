// Base images that lie: each way in which a document or a file is refused.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "oci/read/stored_image.h"
#include "oci_support.h"

namespace oci::oci_security_test {
namespace {

using test::error_of;
using test::index_of;
using test::open;
using test::open_error;
using test::plain_layer;
using test::TemporaryDirectory;
using test::TestLayer;
using test::write_blob;
using test::write_index;
using test::write_layout;

TEST_CASE("base: documents that could be read as another type are refused (security 1)") {
  const TemporaryDirectory folder;
  const auto message = [&](const std::string& text) {
    const std::string path = folder.without_path(text);
    return path.substr(path.find(": error: ") + 9);
  };
  const auto with_manifest = [&](const std::function<void(Json&)>& change) {
    write_layout(folder, "base", {plain_layer("a")}, {}, change);
    return message(error_of([&] { open(folder, "oci", "base"); }));
  };
  CHECK(with_manifest([](Json& json) { json["manifests"] = Json::array(); }) ==
        "has 'manifests', which makes it ambiguous\n");
  CHECK(with_manifest([](Json& json) { json["mediaType"] = kIndexType; }) ==
        "/mediaType: 'application/vnd.oci.image.index.v1+json' is not the media type of a "
        "manifest\n");
  CHECK(with_manifest([](Json& json) {
          json["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json";
        }) ==
        "/mediaType: 'application/vnd.docker.distribution.manifest.v2+json' differs from its "
        "descriptor's 'application/vnd.oci.image.manifest.v1+json'\n");
  for (const std::string member : {"layers", "config"}) {
    Json index = index_of(folder, {"linux/amd64"});
    index[member] = Json::array();
    write_index(folder, "base", {write_blob(folder, "base", kIndexType, index.dump())});
    CHECK(message(error_of([&] { open(folder, "oci", "base"); })) ==
          "has '" + member + "', which makes it ambiguous\n");
  }
}

TEST_CASE("base: a digest that is a path is refused before anything is opened (security 2)") {
  const TemporaryDirectory folder;
  Json manifest = write_layout(folder, "base", {plain_layer("a")});
  manifest["digest"] = "sha256:../../../secret";
  write_index(folder, "base", {manifest});
  CHECK(
      open_error(folder, "oci", "base") ==
      "TMP/base/index.json: error: /manifests/0/digest: 'sha256:../../../secret' is not a digest: "
      "expected 'sha256:' and 64 lower-case hexadecimal digits\n");
}

TEST_CASE("base: sizes and digests of all that is read are verified (security 3)") {
  const TemporaryDirectory folder;
  const TestLayer layer = plain_layer("a");
  const Json manifest = write_layout(folder, "base", {layer});
  const StoredImage image = open(folder, "oci", "base");
  const std::string blob = "base/" + blob_path(image.layers[0].descriptor.digest);
  const auto copy = [&] {
    const StoredImage again = open(folder, "oci", "base");
    layer::OutputFile out(folder.path());
    copy_blob(again.layers[0].blob, again.layers[0].descriptor, out);
  };
  const auto says = [&] { return folder.without_path(error_of(copy)); };
  const std::string size = std::to_string(layer.bytes.size());
  folder.write(blob, layer.bytes + "x");
  CHECK(says() == "TMP/" + blob + ": error: is " + std::to_string(layer.bytes.size() + 1) +
                      " bytes long, but its descriptor says " + size + "\n");
  folder.write(blob, layer.bytes.substr(1));
  CHECK(says() == "TMP/" + blob + ": error: is " + std::to_string(layer.bytes.size() - 1) +
                      " bytes long, but its descriptor says " + size + "\n");
  std::string damaged = layer.bytes;
  damaged[0] ^= 1;
  folder.write(blob, damaged);
  CHECK(says() == "TMP/" + blob + ": error: has digest " + digest_of(damaged).to_string() +
                      ", but its descriptor says " + layer.diff_id + "\n");
  Json wrong = manifest;
  wrong["size"] = -1;
  write_index(folder, "base", {wrong});
  CHECK(open_error(folder, "oci", "base") ==
        "TMP/base/index.json: error: /manifests/0/size: expected a whole number from 0 to "
        "9223372036854775807, found -1\n");
}

TEST_CASE("base: embedded data and the empty descriptor must be what they say (security 4)") {
  const auto parse = [](const Json& json) {
    return error_of([&] { parse_descriptor(JsonField(json, "d")); });
  };
  const Json hello = {
      {"mediaType", "x/y"}, {"size", 5}, {"digest", digest_of("hello").to_string()}};
  Json with_data = hello;
  with_data["data"] = "aGVsbG8=";
  CHECK(parse(with_data).empty());
  with_data["data"] = "aGVsbG9v";
  CHECK(parse(with_data) ==
        "d: error: /data: does not have the size and the digest that the descriptor states\n");
  with_data["data"] = "*";
  CHECK(parse(with_data) == "d: error: /data: is not base64\n");
  Json empty = hello;
  empty["mediaType"] = "application/vnd.oci.empty.v1+json";
  CHECK(parse(empty) ==
        "d: error: has the media type of an empty descriptor, but its size and digest are not "
        "those of '{}'\n");
  CHECK(parse({{"mediaType", "application/vnd.oci.empty.v1+json"},
               {"size", 2},
               {"digest", digest_of("{}").to_string()}})
            .empty());
}

TEST_CASE("base: JSON bombs are refused where they lie (security 5)") {
  const TemporaryDirectory folder;
  write_layout(folder, "base", {plain_layer("a")});
  folder.write("base/index.json", "[" + std::string(kMaxJsonBytes, ' ') + "]");
  CHECK(open_error(folder, "oci", "base") ==
        "TMP/base/index.json: error: is 4194306 bytes long, more than 4194304\n");
  folder.write("base/index.json", std::string(100'000, '['));
  CHECK(open_error(folder, "oci", "base") ==
        "TMP/base/index.json: error: is nested more than 64 levels deep\n");
  folder.write("base/index.json", R"({"schemaVersion": 2, "manifests": [], "manifests": []})");
  CHECK(open_error(folder, "oci", "base") ==
        "TMP/base/index.json: error: /manifests: is given twice\n");
}

TEST_CASE("base: layers and diff ids must be as many, and some (security 6)") {
  const TemporaryDirectory folder;
  write_layout(folder, "base", {plain_layer("a")}, [](Json& config) {
    config["rootfs"]["diff_ids"].push_back(plain_layer("b").diff_id);
  });
  CHECK(
      open_error(folder, "oci", "base")
          .ends_with(": error: /rootfs/diff_ids: has 2 diff ids, but the manifest has 1 layers\n"));
  write_layout(folder, "base", {});
  CHECK(open_error(folder, "oci", "base").ends_with(": error: /layers: has no layer\n"));
  write_layout(folder, "base", {plain_layer("a")}, {}, [](Json& manifest) {
    manifest["layers"][0]["mediaType"] =
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  });
  CHECK(open_error(folder, "oci", "base")
            .find(": error: /layers/0/mediaType: "
                  "'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' is the media "
                  "type of a layer that may not be distributed\n") != std::string::npos);
}

TEST_CASE("base: FIFOs, devices and directories in a layout are not opened (security 7)") {
  namespace fs = std::filesystem;
  const TemporaryDirectory folder;
  write_layout(folder, "base", {plain_layer("a")});
  const std::string index = "TMP/base/index.json";
  fs::remove(folder.path("base/index.json"));
  REQUIRE(::mkfifo(folder.path("base/index.json").c_str(), 0600) == 0);
  CHECK(open_error(folder, "oci", "base") == index + ": error: is not a regular file\n");
  fs::remove(folder.path("base/index.json"));
  fs::create_directory(folder.path("base/index.json"));
  CHECK(open_error(folder, "oci", "base") == index + ": error: is not a regular file\n");
  fs::remove(folder.path("base/index.json"));
  fs::create_symlink("/dev/null", folder.path("base/index.json"));
  CHECK(open_error(folder, "oci", "base") == index + ": error: is not a regular file\n");
  fs::remove(folder.path("base/index.json"));
  fs::create_symlink("../gone", folder.path("base/index.json"));
  CHECK(open_error(folder, "oci", "base") ==
        index + ": error: is reached through a link to '../gone', which leads nowhere\n");
}

TEST_CASE("base: a layout staged as links is read, and what is behind them verified (security 7)") {
  namespace fs = std::filesystem;
  const TemporaryDirectory folder;
  write_layout(folder, "base", {plain_layer("a")});
  fs::rename(folder.path("base"), folder.path("real"));
  for (const auto& item : fs::recursive_directory_iterator(folder.path("real"))) {
    const fs::path staged =
        folder.path("base") / item.path().lexically_relative(folder.path("real"));
    if (item.is_directory()) {
      fs::create_directories(staged);
    } else {
      fs::create_directories(staged.parent_path());
      fs::create_symlink(item.path(), staged);
    }
  }
  CHECK(open_error(folder, "oci", "base").empty());
  fs::rename(folder.path("base/blobs"), folder.path("elsewhere"));
  fs::create_directory_symlink("../elsewhere", folder.path("base/blobs"));
  CHECK(open_error(folder, "oci", "base").empty());
  for (const auto& item : fs::directory_iterator(folder.path("real/blobs/sha256"))) {
    std::ofstream(item.path(), std::ios::app) << "\n";
  }
  CHECK(open_error(folder, "oci", "base").find(" bytes long, but ") != std::string::npos);
}

}  // namespace
}  // namespace oci::oci_security_test
