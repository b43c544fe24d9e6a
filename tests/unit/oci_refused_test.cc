// Documents and archives that are not what they should be: each is refused with what to do about it.
#include <nlohmann/json.hpp>

#include "oci/model/manifest.h"
#include "oci/read/stored_image.h"
#include "oci_support.h"

namespace oci::oci_refused_test {
namespace {

using test::make_tar;
using test::open_error;
using test::plain_layer;
using test::TarMember;
using test::TemporaryDirectory;
using test::TestLayer;
using test::write_blob;
using test::write_index;
using test::write_layout;

// The parts of a docker archive with one layer.
struct Archive {
  TestLayer layer = plain_layer("a");
  std::string config_name = "config.json";
  Json config = {{"architecture", "amd64"},
                 {"os", "linux"},
                 {"rootfs", {{"type", "layers"}, {"diff_ids", Json::array({layer.diff_id})}}}};
  Json manifest = Json::array({Json{{"Config", config_name},
                                    {"Layers", Json::array({"layer.tar"})},
                                    {"RepoTags", Json::array({"app:1"})}}});

  std::vector<TarMember> members() const {
    return {{"layer.tar", layer.bytes, {}},
            {config_name, config.dump(), {}},
            {"manifest.json", manifest.dump(), {}}};
  }
};

TEST_CASE("base: what a docker archive lacks or says twice") {
  const TemporaryDirectory folder;
  const auto message = [&](const std::vector<TarMember>& members) {
    folder.write("a.tar", make_tar(members));
    return open_error(folder, "docker-archive", "a.tar");
  };
  const auto with = [&](const std::function<void(Archive&)>& change) {
    Archive archive;
    change(archive);
    return message(archive.members());
  };
  CHECK(message(Archive().members()).empty());
  const std::string manifest = "TMP/a.tar(manifest.json): ";
  CHECK(message({{"x", "", {}}}) == manifest + "error: there is no such file\n" + manifest +
                                        "help: expected a docker archive, as `docker save` writes "
                                        "it\n");
  CHECK(message({{"index.json", "{}", {}}}) ==
        manifest + "error: there is no such file\n" + manifest +
            "help: this is an OCI archive: say oci-archive:FILE\n");
  const std::string whole = "docker-archive:TMP/a.tar: ";
  CHECK(with([](Archive& a) { a.manifest = Json::array(); }) == whole + "error: holds no image\n");
  CHECK(with([](Archive& a) { a.manifest.push_back(a.manifest[0]); }) ==
        whole + "error: holds several images; add ':NAME:TAG' to say which\n" + whole +
            "help: it holds 'app:1'\n");
  CHECK(with([](Archive& a) {
          a.manifest[0].erase("RepoTags");
          a.manifest.push_back(a.manifest[0]);
        }) == whole + "error: holds several images; add ':NAME:TAG' to say which\n" + whole +
                  "help: its images have no name\n");
  CHECK(with([](Archive& a) { a.manifest[0]["Layers"] = Json::array({"../layer.tar"}); }) ==
        manifest + "error: '../layer.tar' is outside the archive\n");
  CHECK(with([](Archive& a) { a.manifest[0]["Layers"] = Json::array({"gone"}); }) ==
        "TMP/a.tar(gone): error: there is no such file\n");
  for (const size_t layers : {0U, 2U}) {
    CHECK(with([&](Archive& a) {
            a.manifest[0]["Layers"] = std::vector<std::string>(layers, "layer.tar");
          }) ==
          "TMP/a.tar(config.json): error: /rootfs/diff_ids: has 1 diff ids, but "
          "manifest.json has " +
              std::to_string(layers) + " layers\n");
  }
  std::vector<TarMember> twice = Archive().members();
  twice.push_back(twice[1]);
  CHECK(message(twice) ==
        "TMP/a.tar(config.json): error: is in the archive twice, or is not a "
        "regular file\n");
}

TEST_CASE("base: a docker config has the digest that is its name") {
  const TemporaryDirectory folder;
  Archive archive;
  const std::string found = digest_of(archive.config.dump()).to_string();
  const std::string other = digest_of("other").hex();
  for (const std::string& name : {other + ".json", "blobs/sha256/" + other}) {
    archive.config_name = name;
    archive.manifest[0]["Config"] = name;
    folder.write("a.tar", make_tar(archive.members()));
    CHECK(open_error(folder, "docker-archive", "a.tar") == "TMP/a.tar(" + name +
                                                               "): error: has digest " + found +
                                                               ", but its name says otherwise\n");
  }
}

TEST_CASE("base: an archive that is cut short is refused, wherever") {
  const TemporaryDirectory folder;
  const std::string whole = make_tar(Archive().members());
  const size_t last = whole.find("manifest.json");
  REQUIRE(last % 512 == 0);
  for (const size_t size : {size_t{100}, size_t{700}, last + 100, last + 520}) {
    CAPTURE(size);
    folder.write("a.tar", whole.substr(0, size));
    const std::string message = open_error(folder, "docker-archive", "a.tar");
    CHECK(message.starts_with("TMP/a.tar"));
    CHECK(message.find(": error: ") != std::string::npos);
  }
}

TEST_CASE("base: layouts and manifests of other versions and types") {
  const TemporaryDirectory folder;
  const auto with = [&](const std::function<void(Json&)>& change) {
    write_layout(folder, "base", {plain_layer("a")}, {}, change);
    const std::string text = open_error(folder, "oci", "base");
    return text.substr(text.find(": error: "));
  };
  CHECK(with([](Json& json) {
          json["schemaVersion"] = 1;
        }).starts_with(": error: /schemaVersion: expected 2, found 1\n"));
  CHECK(with([](Json& json) {
          json["schemaVersion"] = 1;
        }).ends_with(": help: an image of schema version 1 can be converted with skopeo copy\n"));
  CHECK(with([](Json& json) { json["config"]["mediaType"] = "text/plain"; }) ==
        ": error: /config/mediaType: 'text/plain' is not the media type of an image config\n");
  const std::string of_layer =
      with([](Json& json) { json["layers"][0]["mediaType"] = "text/plain"; });
  CHECK(of_layer.starts_with(
      ": error: /layers/0/mediaType: 'text/plain' is not a known media type of a layer\n"));
  CHECK(of_layer.ends_with(": help: layers are tars: plain, or compressed with gzip or zstd\n"));
  CHECK(with([](Json& json) { json["layers"][0]["mediaType"] = kTarGzipType; })
            .ends_with(": error: is not what its media type says: it is "
                       "application/vnd.oci.image.layer.v1.tar, and the manifest says "
                       "application/vnd.oci.image.layer.v1.tar+gzip\n"));
  write_layout(folder, "base", {plain_layer("a")});
  folder.write("base/oci-layout", R"({"imageLayoutVersion": "2.0.0"})");
  CHECK(open_error(folder, "oci", "base") ==
        "TMP/base/oci-layout: error: /imageLayoutVersion: expected '1.0.0', found '2.0.0'\n");
}

TEST_CASE("base: indexes that lead to no image") {
  const TemporaryDirectory folder;
  Json manifest = write_layout(folder, "base", {plain_layer("a")});
  write_index(folder, "base", {});
  CHECK(open_error(folder, "oci", "base") ==
        "oci:TMP/base: error: there is no such image\n"
        "oci:TMP/base: help: it holds no image\n");
  manifest["platform"] = {{"os", "unknown"}, {"architecture", "unknown"}};
  write_index(folder, "base", {manifest});
  CHECK(open_error(folder, "oci", "base") == "oci:TMP/base: error: holds no image manifest\n");
  // Each leads to the one before.
  Json index = {{"schemaVersion", 2}, {"manifests", Json::array({manifest})}};
  for (int levels = 0; levels < 9; ++levels) {
    index["manifests"] = Json::array({write_blob(folder, "base", kIndexType, index.dump())});
  }
  write_index(folder, "base", {index["manifests"][0]});
  CHECK(
      open_error(folder, "oci", "base").ends_with(": error: is nested more than 8 levels deep\n"));
}

}  // namespace
}  // namespace oci::oci_refused_test
