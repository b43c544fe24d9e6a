// Base images: every form they come in, and every way in which they can lie.
#include <nlohmann/json.hpp>

#include "layer/base/crc32.h"
#include "oci/model/annotations.h"
#include "oci/read/decompress.h"
#include "oci/read/stored_image.h"
#include "oci_support.h"

namespace oci::oci_base_test {
namespace {

using test::error_of;
using test::gzip_layer;
using test::index_of;
using test::make_tar;
using test::open;
using test::open_error;
using test::plain_layer;
using test::TarMember;
using test::TemporaryDirectory;
using test::TestLayer;
using test::write_blob;
using test::write_index;
using test::write_layout;

// A tar of everything in a layout.
std::string tar_of(const TemporaryDirectory& folder, const std::string& name) {
  std::vector<TarMember> members;
  for (const std::string& path : folder.list(name)) {
    if (!path.ends_with('/')) members.push_back({path, folder.read(name + '/' + path), {}});
  }
  return make_tar(members);
}

// Every layer's blob, copied with verification.
void check_layers(const TemporaryDirectory& folder, const StoredImage& image,
                  const std::vector<TestLayer>& layers) {
  REQUIRE(image.layers.size() == layers.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    CHECK(image.layers[i].descriptor.media_type == layers[i].media_type);
    CHECK(image.layers[i].diff_id.digest.to_string() == layers[i].diff_id);
    layer::OutputFile out(folder.path());
    copy_blob(image.layers[i].blob, image.layers[i].descriptor, out);
    out.commit(folder.path("copied"));
    CHECK(folder.read("copied") == layers[i].bytes);
  }
}

TestLayer zstd_layer(std::string_view text) {
  const TestLayer plain = plain_layer(text);
  return {test::zstd(plain.bytes), std::string(kTarZstdType), plain.diff_id};
}

TEST_CASE("base: a layout and its tar, plain or compressed, give the same image") {
  const TemporaryDirectory folder;
  const std::vector<TestLayer> layers{plain_layer("a"), gzip_layer("b"), zstd_layer("c")};
  const Json manifest = write_layout(folder, "base", layers);
  const std::string tar = tar_of(folder, "base");
  folder.write("plain.tar", tar);
  folder.write("gz.tar", test::gzip(tar));
  folder.write("zst.tar", test::zstd(tar));
  check_layers(folder, open(folder, "oci", "base"), layers);
  for (const std::string name : {"plain.tar", "gz.tar", "zst.tar"}) {
    const StoredImage image = open(folder, "oci-archive", name);
    CHECK(image.manifest_digest->to_string() == manifest["digest"].get<std::string>());
    check_layers(folder, image, layers);
  }
}

TEST_CASE("base: docker's media types are read, and written as OCI's") {
  const TemporaryDirectory folder;
  TestLayer layer = gzip_layer("a");
  layer.media_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  const std::string type = "application/vnd.docker.distribution.manifest.v2+json";
  Json manifest = write_layout(folder, "base", {layer}, {}, [&](Json& json) {
    json["mediaType"] = type;
    json["config"]["mediaType"] = "application/vnd.docker.container.image.v1+json";
  });
  manifest["mediaType"] = type;
  write_index(folder, "base", {manifest});
  CHECK(open(folder, "oci", "base").layers[0].descriptor.media_type == kTarGzipType);
}

// What Docker 20.10 saves: layers by id, equal ones as links.
std::vector<TarMember> docker_members(const std::vector<TestLayer>& layers) {
  Json config = {{"architecture", "amd64"}, {"os", "linux"}};
  config["rootfs"] = {{"type", "layers"}, {"diff_ids", Json::array()}};
  Json paths = Json::array();
  std::vector<TarMember> members;
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string id = std::to_string(i);
    config["rootfs"]["diff_ids"].push_back(layers[i].diff_id);
    paths.push_back(id + "/layer.tar");
    members.push_back({id + "/layer.tar", layers[i].bytes, {}});
  }
  const std::string name = digest_of(config.dump()).hex() + ".json";
  members.push_back({name, config.dump(), {}});
  const Json entry = {{"Config", name}, {"RepoTags", {"app:1"}}, {"Layers", paths}};
  members.push_back({"manifest.json", Json::array({entry}).dump(), {}});
  return members;
}

TEST_CASE("base: docker archives as saved by 20.10, with equal layers as links") {
  const TemporaryDirectory folder;
  const std::vector<TestLayer> layers{plain_layer("a"), gzip_layer("b"), plain_layer("a")};
  std::vector<TarMember> members = docker_members(layers);
  members[2] = {"2/layer.tar", {}, "../0/layer.tar"};
  folder.write("a.tar", make_tar(members));
  folder.write("a.tar.gz", test::gzip(make_tar(members)));
  for (const std::string name : {"a.tar", "a.tar.gz", "a.tar:app:1", "a.tar:docker.io/app:1"}) {
    const StoredImage image = open(folder, "docker-archive", name);
    CHECK_FALSE(image.manifest_digest.has_value());
    check_layers(folder, image, layers);
  }
  CHECK(open_error(folder, "docker-archive", "a.tar:app:2") ==
        "docker-archive:TMP/a.tar:app:2: error: there is no such image\n"
        "docker-archive:TMP/a.tar:app:2: help: it holds 'app:1'\n");
}

TEST_CASE("base: a docker archive's layers must have the config's diff ids") {
  const TemporaryDirectory folder;
  const TestLayer other = plain_layer("other");
  std::vector<TarMember> members = docker_members({gzip_layer("a")});
  members[0].text = other.bytes;
  folder.write("a.tar", make_tar(members));
  CHECK(open_error(folder, "docker-archive", "a.tar") ==
        "TMP/a.tar(0/layer.tar): error: has diff id " + other.diff_id + ", but the config says " +
            plain_layer("a").diff_id + "\n");
}

TEST_CASE("base: links in an archive cannot leave it or go round") {
  const TemporaryDirectory folder;
  std::vector<TarMember> members = docker_members({plain_layer("a")});
  const std::pair<std::string, std::string> cases[] = {
      {"/etc/passwd", "is in the archive twice, or is not a regular file"},
      {"../../layer.tar", "is in the archive twice, or is not a regular file"},
      {"layer.tar", "is a link that leads nowhere"},
      {"gone", "there is no such file"},
  };
  for (const auto& [target, message] : cases) {
    members[0] = {"0/layer.tar", {}, target};
    folder.write("a.tar", make_tar(members));
    CHECK(open_error(folder, "docker-archive", "a.tar") ==
          "TMP/a.tar(0/layer.tar): error: " + message + "\n");
  }
}

TEST_CASE("base: the platform chooses from an index, nested ones too") {
  const TemporaryDirectory folder;
  const Json inner = index_of(folder, {"linux/amd64", "linux/arm/v6", "linux/arm/v7"});
  const Json nested = {{"schemaVersion", 2},
                       {"manifests", {write_blob(folder, "base", kIndexType, inner.dump())}}};
  write_index(folder, "base", {write_blob(folder, "base", kIndexType, nested.dump())});
  const auto architecture = [&](const std::string& platform) {
    return open(folder, "oci", "base", platform).config.platform.to_string();
  };
  CHECK(architecture("linux/amd64") == "linux/amd64");
  CHECK(architecture("linux/arm") == "linux/arm/v7");
  CHECK(architecture("linux/arm/v6") == "linux/arm/v6");
  const std::string help =
      "oci:TMP/base: help: it holds 'linux/amd64', 'linux/arm/v6' and 'linux/arm/v7'\n";
  CHECK(open_error(folder, "oci", "base", "linux/s390x") ==
        "oci:TMP/base: error: holds no image for linux/s390x\n" + help);
  CHECK(open_error(folder, "oci", "base") ==
        "oci:TMP/base: error: holds images for several platforms; --platform says which\n" + help);
}

TEST_CASE("base: an image for another platform than the one asked for is refused") {
  const TemporaryDirectory folder;
  write_layout(folder, "base", {plain_layer("a")});
  CHECK(open_error(folder, "oci", "base", "linux/arm64") ==
        "oci:TMP/base: error: is for linux/amd64, not for linux/arm64/v8\n");
}

TEST_CASE("base: a tag chooses, and is needed where there are several") {
  const TemporaryDirectory folder;
  Json one = write_layout(folder, "base", {plain_layer("1")});
  Json two = write_layout(folder, "base", {plain_layer("2")});
  one["annotations"] = {{kRefNameAnnotation, "one"}};
  two["annotations"] = {{kRefNameAnnotation, "two"}};
  write_index(folder, "base", {one, two});
  CHECK(open(folder, "oci", "base:two").manifest_digest->to_string() ==
        two["digest"].get<std::string>());
  CHECK(open_error(folder, "oci", "base:x") ==
        "oci:TMP/base:x: error: there is no such image\n"
        "oci:TMP/base:x: help: it holds 'one' and 'two'\n");
  CHECK(open_error(folder, "oci", "base") ==
        "oci:TMP/base: error: holds several images; add ':TAG' to say which\n"
        "oci:TMP/base: help: it holds 'one' and 'two'\n");
}

std::string changed(std::string bytes, size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  return bytes;
}

// A gzip member with each field of a header. RFC 1952, section 2.3.
std::string with_whole_header(std::string_view member, const std::string& extra) {
  constexpr size_t kHeader = 10;
  std::string bytes(member.substr(0, kHeader));
  bytes[3] = 0x1f;  // a text, and all optional fields
  bytes += static_cast<char>(extra.size() & 0xff);
  bytes += static_cast<char>(extra.size() >> 8);
  bytes += extra + "name" + '\0' + "comment" + '\0';
  const uint32_t sum = layer::crc32_of(std::as_bytes(std::span(bytes)));
  bytes += static_cast<char>(sum & 0xff);
  bytes += static_cast<char>(sum >> 8 & 0xff);
  return bytes + std::string(member.substr(kHeader));
}

MeasuredLayer measure_bytes(const TemporaryDirectory& folder, const std::string& bytes) {
  folder.write("blob", bytes);
  const std::shared_ptr<const File> file = open_file(folder.path("blob"));
  const Blob blob(file, 0, file_size(*file), "blob");
  UnpackBudget budget(layer::Limits{}.unpacked, blob.size());
  return measure_layer(blob, budget);
}

TEST_CASE("layer blob: every gzip member and zstd frame counts, trailing bytes are an error") {
  const TemporaryDirectory folder;
  const std::string tar = plain_layer("hello").bytes;
  const std::string half = tar.substr(0, 700);
  const std::string rest = tar.substr(700);
  const auto measure = [&](const std::string& bytes) { return measure_bytes(folder, bytes); };
  for (const std::string& bytes :
       {tar, test::gzip(tar), test::zstd(tar), test::gzip(half) + test::gzip(rest),
        test::zstd(half) + test::zstd(rest)}) {
    const MeasuredLayer layer = measure(bytes);
    CHECK(layer.diff_id.digest == digest_of(tar));
    CHECK(layer.digest == digest_of(bytes));
    CHECK(layer.tar_size == tar.size());
  }
  const std::string gz = test::gzip(tar);
  const std::string zst = test::zstd(tar);
  const std::string cut = "blob: error: is cut short: its compressed stream does not end\n";
  const std::pair<std::string, std::string> cases[] = {
      {gz.substr(0, gz.size() - 1), cut},
      {zst.substr(0, zst.size() - 1), cut},
      {gz + "more than a header",
       "blob: error: is damaged: no gzip header where a member begins\n"},
      {gz.substr(0, 3) + '\x20' + gz.substr(4), "blob: error: is damaged: unknown gzip flags\n"},
      {changed(gz, gz.size() - 8), "blob: error: is damaged: wrong gzip checksum or length\n"},
      {changed(gz, gz.size() - 1), "blob: error: is damaged: wrong gzip checksum or length\n"},
      {zst + "junk", "blob: error: is damaged: no zstd header where a frame begins\n"},
      {"no tar", "blob: error: is not a tar, plain or compressed\n"},
      {std::string(512, 'x'), "blob: error: is not a tar, plain or compressed\n"},
  };
  for (const auto& [bytes, message] : cases) {
    CHECK(error_of([&, input = bytes] { measure(input); }) == message);
  }
}

// A blob is read in pieces of 256 KiB, and a header and a trailer can begin in one and end in another.
TEST_CASE("layer blob: a gzip member that is in several pieces") {
  const TemporaryDirectory folder;
  const std::string tar = plain_layer("hello").bytes;
  const std::string half = test::gzip(tar.substr(0, 700));
  const std::string rest = test::gzip(tar.substr(700));
  const size_t length = with_whole_header(half, "").size() + with_whole_header(rest, "").size();
  std::string before;  // members of no bytes, with as much in their headers as there may be
  for (int i = 0; i < 4; ++i) before += with_whole_header(test::gzip(""), std::string(60'000, 'x'));
  // The end of the first piece goes from the extra field of a member to the end of the next one.
  for (size_t after = 0; after < length; ++after) {
    const std::string extra((size_t{1} << 18) - before.size() - after, 'x');
    const std::string first = before + with_whole_header(half, extra);
    const std::string bytes = first + with_whole_header(rest, "extra");
    CHECK(measure_bytes(folder, bytes).diff_id.digest == digest_of(tar));
    const std::string wrong = changed(bytes, first.size() - half.size() + 9);  // sum of the header
    CHECK(error_of([&] { measure_bytes(folder, wrong); }) ==
          "blob: error: is damaged: wrong gzip checksum or length\n");
  }
}

}  // namespace
}  // namespace oci::oci_base_test
