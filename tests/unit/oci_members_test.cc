// Documents that container engines would read as another image, or not at all.
#include <nlohmann/json.hpp>

#include "oci/model/config.h"
#include "oci/model/document_members.h"
#include "oci/model/manifest.h"
#include "oci/model/rfc3339.h"
#include "oci/write/layout_index.h"
#include "oci_support.h"

namespace oci::oci_members_test {
namespace {

using test::error_of;
using test::make_tar;
using test::open_error;
using test::plain_layer;
using test::TemporaryDirectory;
using test::write_index;
using test::write_layout;

// What is said of a name, with `place` before it.
std::string message_of(const std::string& file, const std::string& place, const std::string& found,
                       const std::string& known) {
  return file + ": error: " + place + "has '" + found + "', which container engines read as '" +
         known + "', because they ignore case\n" + file +
         ": help: a tool that reads an image and writes its documents anew spells all names right, "
         "such as `crane mutate`\n";
}

std::string check(const std::string& text, DocumentKind kind) {
  const Json document = parse_json(text, "f");
  return error_of([&] { check_members(JsonField(document, "f"), kind); });
}

TEST_CASE("members: a name that differs by case alone is refused, whatever its value") {
  struct Case {
    DocumentKind kind;
    std::string text;
    std::string place;
    std::string found;
    std::string known;
  };
  const Case cases[] = {
      {DocumentKind::kLayout, R"({"imagelayoutversion": "1.0.0"})", "", "imagelayoutversion",
       "imageLayoutVersion"},
      {DocumentKind::kIndex, R"({"manifests": [], "Manifests": null})", "", "Manifests",
       "manifests"},
      {DocumentKind::kIndex, R"({"LAYERS": []})", "", "LAYERS", "layers"},
      {DocumentKind::kIndex, R"({"manifests": [{}, {"Digest": 1}]})", "/manifests/1: ", "Digest",
       "digest"},
      {DocumentKind::kIndex, R"({"manifests": [{"platform": {"OS.version": "x"}}]})",
       "/manifests/0/platform: ", "OS.version", "os.version"},
      {DocumentKind::kManifest, R"({"layer\u017f": []})", "", "layer\u017f", "layers"},
      {DocumentKind::kManifest, R"({"subject": {"SIZE": 1}})", "/subject: ", "SIZE", "size"},
      {DocumentKind::kManifest, R"({"Manifests": []})", "", "Manifests", "manifests"},
      {DocumentKind::kConfig, R"({"Config": {}})", "", "Config", "config"},
      {DocumentKind::kConfig, R"({"config": {"entrypoint": []}})", "/config: ", "entrypoint",
       "Entrypoint"},
      {DocumentKind::kConfig, R"({"config": {"Healthcheck": {"test": []}}})",
       "/config/Healthcheck: ", "test", "Test"},
      {DocumentKind::kConfig, R"({"container_config": {"net\u0077orkdisabled": true}})",
       "/container_config: ", "networkdisabled", "NetworkDisabled"},
      {DocumentKind::kConfig, R"({"config": {"Wor\u212aingDir": "/"}})",
       "/config: ", "Wor\u212aingDir", "WorkingDir"},
      {DocumentKind::kConfig, R"({"rootfs": {"Diff_IDs": []}})", "/rootfs: ", "Diff_IDs",
       "diff_ids"},
      {DocumentKind::kConfig, R"({"history": [{"Empty_layer": true}]})",
       "/history/0: ", "Empty_layer", "empty_layer"},
      {DocumentKind::kDockerEntry, R"({"layers": []})", "", "layers", "Layers"},
      {DocumentKind::kDockerEntry, R"({"LayerSources": {"x": {"Size": 1}}})",
       "/LayerSources/x: ", "Size", "size"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(check(one.text, one.kind) == message_of("f", one.place, one.found, one.known));
  }
}

TEST_CASE("members: a known member has a type that Go takes") {
  const std::pair<std::string, std::string> of_config[] = {
      {R"({"created": "2024-02-30T00:00:00Z"})",
       "/created: '2024-02-30T00:00:00Z' is not a time: expected RFC 3339, such as "
       "1970-01-01T00:00:00Z"},
      {R"({"created": 0})", "/created: expected a string, found number"},
      {R"({"os.features": "x"})", "/os.features: expected an array, found string"},
      {R"({"config": []})", "/config: expected an object, found array"},
      {R"({"config": {"User": 0}})", "/config/User: expected a string, found number"},
      {R"({"config": {"ExposedPorts": ["80/tcp"]}})",
       "/config/ExposedPorts: expected an object, found array"},
      {R"({"config": {"Volumes": {"/v": true}}})",
       "/config/Volumes/~1v: expected an object, found boolean"},
      {R"({"config": {"Cmd": "x"}})", "/config/Cmd: expected an array, found string"},
      {R"({"config": {"Shell": [1]}})", "/config/Shell/0: expected a string, found number"},
      {R"({"config": {"Labels": {"a": 1}}})", "/config/Labels/a: expected a string, found number"},
      {R"({"config": {"ArgsEscaped": "true"}})",
       "/config/ArgsEscaped: expected true or false, found string"},
      {R"({"config": {"Memory": 1.0}})",
       "/config/Memory: expected a whole number of 64 bits, found 1.0"},
      {R"({"config": {"StopTimeout": "1"}})",
       "/config/StopTimeout: expected a whole number of 64 bits, found string"},
      {R"({"config": {"Healthcheck": {"Interval": 9223372036854775808}}})",
       "/config/Healthcheck/Interval: expected a whole number of 64 bits, found "
       "9223372036854775808"},
      {R"({"history": [{"created": ""}]})",
       "/history/0/created: '' is not a time: expected RFC 3339, such as 1970-01-01T00:00:00Z"},
      {R"({"history": {}})", "/history: expected an array, found object"},
      {R"({"history": ["x"]})", "/history/0: expected an object, found string"},
      {R"({"rootfs": []})", "/rootfs: expected an object, found array"},
  };
  for (const auto& [text, message] : of_config) {
    CAPTURE(text);
    CHECK(check(text, DocumentKind::kConfig) == "f: error: " + message + "\n");
  }
  const std::pair<std::string, std::string> of_index[] = {
      {R"({"manifests": {}})", "/manifests: expected an array, found object"},
      {R"({"manifests": [{"size": -1}]})",
       "/manifests/0/size: expected a whole number from 0 to 9223372036854775807, found -1"},
      {R"({"manifests": [{"size": 1e3}]})",
       "/manifests/0/size: expected a whole number from 0 to 9223372036854775807, found 1000.0"},
      {R"({"manifests": [{"data": "e30"}]})", "/manifests/0/data: is not base64"},
      {R"({"manifests": [{"data": "    e30="}]})", "/manifests/0/data: is not base64"},
      {R"({"manifests": [{"data": "e=0="}]})", "/manifests/0/data: is not base64"},
      {R"({"manifests": [{"digest": {}}]})",
       "/manifests/0/digest: expected a string, found object"},
      {R"({"annotations": {"a": []}})", "/annotations/a: expected a string, found array"},
      {R"({"schemaVersion": "2"})",
       "/schemaVersion: expected a whole number of 64 bits, found string"},
  };
  for (const auto& [text, message] : of_index) {
    CAPTURE(text);
    CHECK(check(text, DocumentKind::kIndex) == "f: error: " + message + "\n");
  }
}

TEST_CASE("members: null, free names and what engines write are taken") {
  const std::string members_of_docker = R"({"id": "x", "parent": "sha256:x", "throwaway": true,
    "container": "x", "container_config": {"Hostname": "h", "Cmd": null, "Healthcheck": null,
    "Tty": false, "Image": "", "MacAddress": "", "OnBuild": []}, "docker_version": "1.9",
    "Size": 1, "size": 1, "layer_id": 7, "moby.buildkit.cache.v0": "x", "os.features": ["a"],
    "created": "2015-10-31T22:22:54.690851953+02:00",
    "config": {"Cpuset": "", "PortSpecs": null, "Memory": 0, "MemorySwap": -1, "CpuShares": 0,
    "Env": null, "Labels": {"config": "a", "Config": "b", "CONFIG": null},
    "ExposedPorts": {"80/tcp": {"X": 1, "x": 2}, "81/tcp": null},
    "Healthcheck": {"Test": ["NONE"], "Interval": 30000000000, "Retries": 3}},
    "history": [null, {"created": null, "Unknown": 1, "unknown": 2}], "rootfs": null})";
  CHECK(check(members_of_docker, DocumentKind::kConfig).empty());
  CHECK(check(R"({"schemaVersion": 2, "mediaType": null, "manifests": [null, {"urls": null, "data":
    "e30=", "platform": {"os": "windows", "os.version": "10", "features": ["sse4"]}}],
    "annotations": {"Layers": "", "layers": null}, "subject": null})",
              DocumentKind::kIndex)
            .empty());
  CHECK(check(R"({"Config": "c", "RepoTags": null, "Layers": [null], "Parent": "",
    "LayerSources": {"sha256:x": {"mediaType": "a", "size": 1}, "sha256:y": null}})",
              DocumentKind::kDockerEntry)
            .empty());
}

TEST_CASE("members: null in a config is nothing, as engines read it") {
  const std::string digest = digest_of("layer").to_string();
  const Json document = parse_json(
      R"({"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [")" +
          digest +
          R"("]}, "config": {"Env": ["A=1", null], "Labels": {"k": null}, "User": null},
          "history": [null, {"created": null, "empty_layer": null}], "author": null})",
      "f");
  const ImageConfig config = parse_config(JsonField(document, "f"));
  CHECK(config.env == Arguments{"A=1", ""});
  CHECK(config.labels == StringMap{{"k", ""}});
  CHECK(config.user.empty());
  CHECK(config.history.size() == 2);
  CHECK_FALSE(config.history[1].empty_layer);
}

TEST_CASE("members: a manifest with null for what makes it ambiguous is refused") {
  const Json document = parse_json(R"({"schemaVersion": 2, "manifests": [], "layers": null})", "f");
  CHECK(error_of([&] { index_entries(JsonField(document, "f"), {}); }) ==
        "f: error: has 'layers', which makes it ambiguous\n");
}

TEST_CASE("members: every document of an image that is opened is checked") {
  const TemporaryDirectory folder;
  const auto check_error = [](const std::string& error, const std::string& place,
                              const std::string& found, const std::string& known) {
    CHECK(error == message_of(error.substr(0, error.find(": error: ")), place, found, known));
  };
  const auto change = [&](const test::Change& config, const test::Change& manifest) {
    write_layout(folder, "base", {plain_layer("a")}, config, manifest);
    return open_error(folder, "oci", "base");
  };
  CHECK(change({}, {}).empty());
  check_error(change([](Json& json) { json["config"]["cmd"] = Json::array(); }, {}),
              "/config: ", "cmd", "Cmd");
  check_error(change({}, [](Json& json) { json["Layers"] = Json::array(); }), "", "Layers",
              "layers");
  Json entry = write_layout(folder, "base", {plain_layer("a")});
  folder.write("base/oci-layout", R"({"imageLayoutVersion": "1.0.0", "ImageLayoutVersion": "1"})");
  check_error(open_error(folder, "oci", "base"), "", "ImageLayoutVersion", "imageLayoutVersion");
  write_layout(folder, "base", {plain_layer("a")});
  entry["DIGEST"] = digest_of("x").to_string();
  write_index(folder, "base", {entry});
  check_error(open_error(folder, "oci", "base"), "/manifests/0: ", "DIGEST", "digest");
  check_error(error_of([&] { read_layout_index(folder.path("base")); }), "/manifests/0: ", "DIGEST",
              "digest");
  folder.write(
      "a.tar",
      make_tar({{"manifest.json", R"([{"Config": "c", "Layers": [], "layers": ["x"]}])", {}}}));
  check_error(open_error(folder, "docker-archive", "a.tar"), "/0: ", "layers", "Layers");
}

TEST_CASE("layout index: an entry whose name is null has no name") {
  const Json entry = {{"annotations", {{"org.opencontainers.image.ref.name", nullptr}}}};
  CHECK(tag_of_entry(entry).empty());
}

TEST_CASE("layout index: an empty artifact type is none, as engines read it") {
  const TemporaryDirectory folder;
  Json entry = write_layout(folder, "base", {plain_layer("a")});
  entry["artifactType"] = "";
  write_index(folder, "base", {entry});
  CHECK(open_error(folder, "oci", "base").empty());
}

TEST_CASE("times: RFC 3339, as Go reads it") {
  for (const char* time : {"0001-01-01T00:00:00Z", "2024-02-29T23:59:59.123456789012+23:59"}) {
    CHECK(is_rfc3339(time));
  }
  for (const char* time :
       {"", "2024-02-29", "2024-02-29t00:00:00Z", "2024-02-29T00:00:00z", "2023-02-29T00:00:00Z",
        "2024-02-29T24:00:00Z", "2024-02-29T00:00:60Z", "2024-02-29T00:00:00.Z",
        "2024-02-29T00:00:00,5Z", "2024-02-29T00:00:00", "2024-02-29T00:00:00+24:00",
        "2024-02-29T0:00:00Z", "2024-02-29 00:00:00Z", "2024-02-29T00:00:00Z "}) {
    CAPTURE(time);
    CHECK_FALSE(is_rfc3339(time));
  }
}

}  // namespace
}  // namespace oci::oci_members_test
