// Layouts and archives as they are written: names, order, what stays and what does not.
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "oci/model/annotations.h"
#include "oci/write/delivery.h"
#include "oci/write/layer_descriptor.h"
#include "oci_support.h"

namespace oci::oci_destination_test {
namespace {

using test::error_of;
using test::plain_layer;
using test::TarMember;
using test::TemporaryDirectory;

// Writes a layer with these bytes as veneer's own, through the sink.
NewLayer stream_layer(layer::LayerSink& sink, const std::string& name, const std::string& bytes,
                      uint64_t planned_size = 0) {
  sink.begin(planned_size).write(std::as_bytes(std::span(bytes)));
  layer::WrittenLayer layer;
  layer.name = name;
  layer.compression.codec = layer::Codec::kNone;
  layer.digest = digest_of(bytes);
  layer.diff_id.digest = layer.digest;
  layer.size = bytes.size();
  layer.tar_size = bytes.size();
  sink.end(layer);
  return describe_layer(layer);
}

Image fill(Delivery& delivery, const std::vector<std::string>& texts, uint64_t planned_size = 0) {
  std::vector<NewLayer> layers;
  for (const std::string& text : texts) {
    layers.push_back(stream_layer(delivery.layers(), text, plain_layer(text).bytes, planned_size));
  }
  ImageRequest request;
  request.layers = layers;
  return assemble_image(request);
}

void finish(Delivery& delivery, const Image& image) {
  delivery.prepare(image);
  delivery.send();
  delivery.await();
  layer::Undo undo;
  delivery.show(undo);
  undo.keep();
}

Image write(const std::vector<std::string>& places, const std::vector<std::string>& texts,
            uint64_t planned_size = 0) {
  std::vector<ImageReference> references;
  for (const std::string& place : places) references.push_back(parse_image_reference(place));
  Delivery delivery(references);
  Image image = fill(delivery, texts, planned_size);
  finish(delivery, image);
  return image;
}

std::vector<std::string> tags_of(const Json& index) {
  std::vector<std::string> tags;
  for (const Json& entry : index["manifests"]) {
    tags.push_back(
        entry.contains("annotations") ? entry["annotations"].value(kRefNameAnnotation, "") : "");
  }
  return tags;
}

TEST_CASE("archive: one tar that is a layout and a docker archive") {
  const TemporaryDirectory folder;
  const Image image =
      write({"docker-archive:" + folder.path("a.tar") + ":app"}, {"one", "two", "one"});
  const std::vector<TarMember> members = test::read_tar(folder.path("a.tar"));
  std::vector<std::string> paths;
  for (const TarMember& member : members) paths.push_back(member.path);
  const std::string one = blob_path(image.layers[0].digest);
  const std::string two = blob_path(image.layers[1].digest);
  const std::string config = blob_path(image.config.digest);
  CHECK(paths == std::vector<std::string>{"oci-layout", "blobs/", "blobs/sha256/", one, two, config,
                                          blob_path(image.manifest.digest), "index.json",
                                          "manifest.json"});
  for (size_t i = 3; i < 7; ++i) CHECK(blob_path(digest_of(members[i].text)) == paths[i]);
  CHECK(Json::parse(members[8].text) ==
        Json::array({{{"Config", config},
                      {"RepoTags", {"docker.io/library/app:latest"}},
                      {"Layers", {one, two, one}}}}));
  const Json index = Json::parse(members[7].text);
  CHECK(index["mediaType"] == kIndexType);
  CHECK(index["manifests"][0]["annotations"] ==
        Json{{kRefNameAnnotation, "latest"},
             {kContainerdNameAnnotation, "docker.io/library/app:latest"}});
  CHECK(folder.list() == std::vector<std::string>{"a.tar"});
  CHECK(std::filesystem::file_size(folder.path("a.tar")) % 512 == 0);
}

TEST_CASE("archive: without a name RepoTags is empty, and it reads back from both sides") {
  const TemporaryDirectory folder;
  const std::string file = folder.path("a.tar");
  const Image image = write({"docker-archive:" + file}, {"one", "two"});
  CHECK(Json::parse(test::read_tar(file).back().text)[0]["RepoTags"] == Json::array());
  for (const std::string transport : {"docker-archive:", "oci-archive:"}) {
    const StoredImage back =
        open_image(parse_image_reference(transport + file), std::nullopt, {folder.path()});
    CHECK(back.config_bytes == image.config_bytes);
    CHECK(back.layers.size() == 2);
  }
}

TEST_CASE("archive: a blob that might have had 8 GiB has a comment where its size would be") {
  const TemporaryDirectory folder;
  const std::string file = folder.path("a.tar");
  const Image image = write({"oci-archive:" + file + ":v1"}, {"one"}, uint64_t{9} << 30);
  const std::vector<TarMember> members = test::read_tar(file);
  CHECK(blob_path(digest_of(members[3].text)) == members[3].path);
  CHECK(folder.read("a.tar").find("19 comment=       \n") != std::string::npos);
  CHECK(open_image(parse_image_reference("oci-archive:" + file + ":v1"), std::nullopt, {})
            .manifest_digest == image.manifest.digest);
}

TEST_CASE("archive: the same image gives the same bytes, and replaces what was there") {
  const TemporaryDirectory folder;
  folder.write("a.tar", "old");
  write({"docker-archive:" + folder.path("a.tar") + ":x/y:1"}, {"one", "two"});
  write({"docker-archive:" + folder.path("b.tar") + ":x/y:1"}, {"one", "two"});
  CHECK(folder.read("a.tar") == folder.read("b.tar"));
}

TEST_CASE("archive: what fails leaves what was there and nothing else") {
  const TemporaryDirectory folder;
  folder.write("a.tar", "old");
  {
    Delivery delivery({parse_image_reference("oci-archive:" + folder.path("a.tar"))});
    stream_layer(delivery.layers(), "one", plain_layer("one").bytes);
  }
  CHECK(folder.read("a.tar") == "old");
  CHECK(folder.list() == std::vector<std::string>{"a.tar"});
}

TEST_CASE("layout: a new one is whole, with modes of its own") {
  const TemporaryDirectory folder;
  const mode_t old_mask = ::umask(077);
  const Image image = write({"oci:" + folder.path("out") + ":v1"}, {"one"});
  ::umask(old_mask);
  std::vector<std::string> expected{"blobs/",
                                    "blobs/sha256/",
                                    blob_path(image.layers[0].digest),
                                    blob_path(image.config.digest),
                                    blob_path(image.manifest.digest),
                                    "index.json",
                                    "oci-layout"};
  std::sort(expected.begin(), expected.end());
  CHECK(folder.list("out") == expected);
  for (const std::string& path : expected) {
    struct stat status {};
    REQUIRE(::stat(folder.path("out/" + path).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == (path.ends_with('/') ? 0755 : 0644));
  }
  CHECK(folder.read("out/" + blob_path(image.layers[0].digest)) == plain_layer("one").bytes);
}

TEST_CASE("layout: one that exists keeps its images, fields and blobs; the same tag is replaced") {
  const TemporaryDirectory folder;
  const std::string out = "oci:" + folder.path("out");
  const Image first = write({out + ":v1"}, {"one"});
  write({out + ":v2"}, {"two"});
  Json index = Json::parse(folder.read("out/index.json"));
  index["extra"] = {1.5, "x"};
  index["manifests"][0]["unknown"] = true;
  const std::string foreign = "sha512:" + std::string(128, 'f');
  index["manifests"].push_back({{"mediaType", "a/b"}, {"size", 1}, {"digest", foreign}});
  folder.write("out/index.json", index.dump());
  folder.write("out/blobs/sha512/x", "kept");
  const Image third = write({out + ":v2"}, {"three"});
  const Json after = Json::parse(folder.read("out/index.json"));
  CHECK(after["extra"] == index["extra"]);
  CHECK(after["manifests"][0] == index["manifests"][0]);
  CHECK(after["manifests"][1]["digest"] == third.manifest.digest.to_string());
  CHECK(after["manifests"][2] == index["manifests"][2]);
  CHECK(tags_of(after) == std::vector<std::string>{"v1", "v2", ""});
  CHECK(folder.read("out/blobs/sha512/x") == "kept");
  CHECK(open_image(parse_image_reference(out + ":v1"), std::nullopt, {}).manifest_digest ==
        first.manifest.digest);
}

TEST_CASE("layout: without a tag the image that had none is replaced") {
  const TemporaryDirectory folder;
  const std::string out = "oci:" + folder.path("out");
  write({out}, {"one"});
  const Image second = write({out}, {"two"});
  const Json index = Json::parse(folder.read("out/index.json"));
  REQUIRE(index["manifests"].size() == 1);
  CHECK(index["manifests"][0]["digest"] == second.manifest.digest.to_string());
}

TEST_CASE("layout: an empty directory is filled in place, any other is refused") {
  const TemporaryDirectory folder;
  std::filesystem::create_directory(folder.path("empty"));
  struct stat before {};
  REQUIRE(::stat(folder.path("empty").c_str(), &before) == 0);
  const Image image = write({"oci:" + folder.path("empty")}, {"one"});
  struct stat after {};
  REQUIRE(::stat(folder.path("empty").c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
  CHECK(open_image(parse_image_reference("oci:" + folder.path("empty")), std::nullopt, {})
            .manifest_digest == image.manifest.digest);
  folder.write("other/file", "mine");
  CHECK(folder.without_path(error_of([&] { write({"oci:" + folder.path("other")}, {"x"}); })) ==
        "TMP/other: error: exists already, but is not an OCI image layout\n"
        "TMP/other: help: name a directory that does not exist or holds a layout\n");
  CHECK(folder.list("other") == std::vector<std::string>{"file"});
}

TEST_CASE("layout: what fails leaves an existing layout as it was, and no new one") {
  const TemporaryDirectory folder;
  const std::string out = "oci:" + folder.path("out");
  write({out + ":v1"}, {"one"});
  folder.write("out/index.json", R"({"schemaVersion": 2, "manifests": {}})");
  const std::vector<std::string> before = folder.list("out");
  CHECK(folder.without_path(error_of([&] { write({out + ":v2"}, {"two"}); })) ==
        "TMP/out/index.json: error: /manifests: expected an array, found object\n");
  CHECK(folder.list("out") == before);
  {
    Delivery delivery({parse_image_reference("oci:" + folder.path("new"))});
    stream_layer(delivery.layers(), "one", plain_layer("one").bytes);
  }
  CHECK(folder.list().front() == "out/");
  CHECK_FALSE(std::filesystem::exists(folder.path("new")));
}

TEST_CASE("layout: blobs that were put in place are taken back when index.json cannot be") {
  const TemporaryDirectory folder;
  std::filesystem::create_directories(folder.path("out/index.json/in-the-way"));
  folder.write("out/oci-layout", kLayoutFile);
  const std::vector<std::string> before = folder.list("out");
  CHECK_FALSE(error_of([&] { write({"oci:" + folder.path("out")}, {"one"}); }).empty());
  CHECK(folder.list("out") == before);
}

// Adds an image of one layer to the layout as other programs do, whoever holds its lock.
void add_without_lock(const TemporaryDirectory& folder, const std::string& tag,
                      const std::string& text) {
  write({"oci:" + folder.path("other") + ':' + tag}, {text});
  std::filesystem::copy(
      folder.path("other/blobs"), folder.path("layout/blobs"),
      std::filesystem::copy_options::recursive | std::filesystem::copy_options::skip_existing);
  Json index = Json::parse(folder.read("layout/index.json"));
  index["manifests"].push_back(Json::parse(folder.read("other/index.json"))["manifests"][0]);
  folder.write("layout/index.json", index.dump());
}

TEST_CASE("layout: an image is taken back from among those that others have added since") {
  const TemporaryDirectory folder;
  const std::string layout = "oci:" + folder.path("layout");
  for (const bool is_there : {false, true}) {
    std::filesystem::remove_all(folder.path("layout"));
    if (is_there) write({layout + ":ours"}, {"before"});
    {
      Delivery delivery({parse_image_reference(layout + ":ours")});
      const Image image = fill(delivery, {"ours", "shared"});
      delivery.prepare(image);
      layer::Undo undo;
      delivery.show(undo);
      add_without_lock(folder, "theirs", "shared");
    }
    const Json index = Json::parse(folder.read("layout/index.json"));
    CHECK(tags_of(index) == (is_there ? std::vector<std::string>{"ours", "theirs"}
                                      : std::vector<std::string>{"theirs"}));
    for (const std::string& tag : tags_of(index)) {
      CHECK(open_image(parse_image_reference(layout + ":" + tag), std::nullopt, {}).layers.size() ==
            1);
    }
  }
}

TEST_CASE("layout: many writers at the same time lose nothing") {
  const TemporaryDirectory folder;
  constexpr size_t kWriters = 8;
  std::vector<std::thread> writers;
  std::vector<std::string> errors(kWriters);
  for (size_t i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      const std::string tag = "v" + std::to_string(i);
      errors[i] = error_of([&] { write({"oci:" + folder.path("out") + ':' + tag}, {"one", tag}); });
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (const std::string& error : errors) CHECK(error.empty());
  const Json index = Json::parse(folder.read("out/index.json"));
  CHECK(index["manifests"].size() == kWriters);
  for (size_t i = 0; i < kWriters; ++i) {
    const std::string reference = "oci:" + folder.path("out") + ":v" + std::to_string(i);
    const StoredImage image = open_image(parse_image_reference(reference), std::nullopt, {});
    for (const ImageLayer& layer : image.layers) {
      layer::OutputFile out(folder.path());
      CHECK(error_of([&] { copy_blob(layer.blob, layer.descriptor, out); }).empty());
    }
  }
  CHECK(folder.list().front() == "out/");  // no staging directory before it
}

TEST_CASE("delivery: two tags of one layout, which is locked once") {
  const TemporaryDirectory folder;
  const std::string layout = "oci:" + folder.path("layout");
  for (const std::string text : {"first", "second"}) {
    write({layout + ":b", "oci-archive:" + folder.path("a.tar"), layout + ":a"}, {text});
    CHECK(tags_of(Json::parse(folder.read("layout/index.json"))) ==
          std::vector<std::string>{"b", "a"});
  }
}

TEST_CASE("delivery: one image in several places, and on its base") {
  const TemporaryDirectory folder;
  write({"oci:" + folder.path("base")}, {"one"});
  const StoredImage base =
      open_image(parse_image_reference("oci:" + folder.path("base")), std::nullopt, {});
  const std::vector<ImageReference> places{
      parse_image_reference("oci:" + folder.path("base") + ":app"),
      parse_image_reference("docker-archive:" + folder.path("a.tar") + ":app:1"),
      parse_image_reference("oci:" + folder.path("new"))};
  Delivery delivery(places);
  delivery.add_base(base);
  const std::vector<NewLayer> layers{
      stream_layer(delivery.layers(), "two", plain_layer("two").bytes)};
  ImageRequest request;
  request.base = &base;
  request.layers = layers;
  const Image image = assemble_image(request);
  finish(delivery, image);
  for (const ImageReference& place : places) {
    const StoredImage back = open_image(place, std::nullopt, {folder.path()});
    CHECK(back.config_bytes == image.config_bytes);
    CHECK(back.layers.size() == 2);
  }
}

}  // namespace
}  // namespace oci::oci_destination_test
