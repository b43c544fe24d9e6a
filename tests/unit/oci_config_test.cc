// Inheritance of the config, its history, and the values of its options.
#include <nlohmann/json.hpp>

#include "oci/model/annotations.h"
#include "oci/model/config.h"
#include "oci/read/recorded_base.h"
#include "oci_support.h"

namespace oci::oci_config_test {
namespace {

using test::error_of;
using test::new_layer;

ImageConfig parse(const std::string& text) {
  const Json document = parse_json(text, "config");
  return parse_config(JsonField(document, "config"));
}

const std::string kDiffId = digest_of("layer").to_string();

const std::string kBase = R"({
  "created": "2020-01-01T00:00:00Z", "author": "a", "architecture": "amd64", "os": "linux",
  "os.version": "7", "moby.extra": {"x": 1},
  "config": {"Entrypoint": ["/init"], "Cmd": ["run"], "Env": ["PATH=/bin", "A=1", "BARE"],
             "ExposedPorts": {"80/tcp": {}}, "Volumes": null, "Labels": {"k": "base", "b": "1"},
             "User": "web", "WorkingDir": "/srv", "StopSignal": "SIGINT",
             "Healthcheck": {"Test": ["CMD", "x"]}, "OnBuild": null},
  "rootfs": {"type": "layers", "diff_ids": [")" +
                          kDiffId + R"("]},
  "history": [{"created_by": "ADD", "extra": 1}, {"created_by": "ENV", "empty_layer": true}]})";

TEST_CASE("config: unknown fields survive and null is left out") {
  const Json json = to_json(parse(kBase));
  CHECK(json["os.version"] == "7");
  CHECK(json["moby.extra"]["x"] == 1);
  CHECK(json["config"]["Healthcheck"]["Test"][0] == "CMD");
  CHECK(json["history"][0]["extra"] == 1);
  CHECK_FALSE(json["config"].contains("OnBuild"));
  CHECK_FALSE(json["config"].contains("Volumes"));
}

TEST_CASE("config: without changes only the time differs") {
  Json expected = to_json(parse(kBase));
  expected["created"] = kEpoch;
  CHECK(to_json(apply_changes(parse(kBase), {})) == expected);
}

TEST_CASE("config: changes are merged into the base's as docker build does") {
  ConfigChanges changes;
  changes.env = {{"NEW", "n"}, {"A", "2"}, {"BARE", "set"}, {"NEW", "last"}};
  changes.labels = {{"k", "mine"}, {"z", ""}};
  changes.exposed_ports = {"53/udp"};
  changes.volumes = {"/data"};
  changes.working_dir = "app/../lib";
  changes.user = "1000:1000";
  changes.created = "2024-02-29T00:00:00Z";
  const ImageConfig config = apply_changes(parse(kBase), changes);
  CHECK(config.env == Arguments{"PATH=/bin", "A=2", "BARE=set", "NEW=last"});
  CHECK(config.labels == StringMap{{"b", "1"}, {"k", "mine"}, {"z", ""}});
  CHECK(config.exposed_ports == std::set<std::string>{"53/udp", "80/tcp"});
  CHECK(config.volumes == std::set<std::string>{"/data"});
  CHECK(config.working_dir == "/srv/lib");
  CHECK(config.user == "1000:1000");
  CHECK(config.stop_signal == "SIGINT");
  CHECK(config.author == "a");
  CHECK(config.created == "2024-02-29T00:00:00Z");
}

TEST_CASE("config: a new entrypoint drops the base's cmd unless a cmd is given") {
  const ImageConfig base = parse(kBase);
  ConfigChanges entrypoint;
  entrypoint.entrypoint = Arguments{"/app"};
  CHECK_FALSE(apply_changes(base, entrypoint).cmd.has_value());
  ConfigChanges both = entrypoint;
  both.cmd = Arguments{"-v"};
  CHECK(apply_changes(base, both).cmd == Arguments{"-v"});
  ConfigChanges cmd;
  cmd.cmd = Arguments{"-v"};
  CHECK(apply_changes(base, cmd).entrypoint == Arguments{"/init"});
  ConfigChanges none;
  none.entrypoint = Arguments{};
  const Json json = to_json(apply_changes(base, none));
  CHECK_FALSE(json["config"].contains("Entrypoint"));
  CHECK_FALSE(json["config"].contains("Cmd"));
}

TEST_CASE("config: a working directory cannot leave the root") {
  ConfigChanges changes;
  changes.working_dir = "../../x";
  CHECK(error_of([&] { apply_changes(parse(kBase), changes); }) ==
        "veneer: error: '../../x' is not a working directory: it leads above the root\n");
  changes.working_dir = "/";
  CHECK(apply_changes(parse(kBase), changes).working_dir == "/");
}

TEST_CASE("config: from scratch, Linux gets a PATH and arm64 its variant") {
  const ImageConfig config = scratch_config(parse_platform("linux/aarch64"));
  CHECK(
      dump_json(to_json(config)) ==
      R"({"architecture":"arm64","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:)"
      R"(/usr/bin:/sbin:/bin"]},"os":"linux","rootfs":{"diff_ids":[],"type":"layers"},)"
      R"("variant":"v8"})");
}

TEST_CASE("config: missing or mistyped fields are named") {
  const std::pair<std::string, std::string> cases[] = {
      {"[]", "config: error: expected an object, found array\n"},
      {R"({"architecture": "a"})", "config: error: has no 'os'\n"},
      {R"({"os": "l", "architecture": "a"})", "config: error: has no 'rootfs'\n"},
      {R"({"os": "l", "architecture": "a", "rootfs": {"type": "x", "diff_ids": []}})",
       "config: error: /rootfs/type: expected 'layers', found 'x'\n"},
      {R"({"os": "l", "architecture": "a", "rootfs": {"type": "layers", "diff_ids": ["x"]}})",
       "config: error: /rootfs/diff_ids/0: 'x' is not a digest: expected 'sha256:' and 64 "
       "lower-case hexadecimal digits\n"},
      {R"({"os": "l", "architecture": "a", "config": {"Env": [1]}})",
       "config: error: /config/Env/0: expected a string, found number\n"},
  };
  for (const auto& [text, message] : cases) {
    CHECK(error_of([&, input = text] { parse(input); }) == message);
  }
}

TEST_CASE("history: repaired to one step with a layer for each layer") {
  ImageConfig config = parse(kBase);
  config.diff_ids.resize(3);
  repair_history(config);
  REQUIRE(config.history.size() == 4);
  CHECK(config.history[1].empty_layer);
  CHECK(config.history[3].created_by == "a layer that the history of the base image leaves out");
  config.diff_ids.resize(1);
  repair_history(config);
  REQUIRE(config.history.size() == 4);
  CHECK_FALSE(config.history[0].empty_layer);
  CHECK(config.history[2].empty_layer);
  CHECK(config.history[3].empty_layer);
}

TEST_CASE("image: base layers, then new ones, one history step each, names and recipes noted") {
  StoredImage base;
  base.config = parse(kBase);
  base.manifest_digest = digest_of("base manifest");
  const std::vector<NewLayer> layers{new_layer("deps"), new_layer("app")};
  ImageRequest request;
  request.base = &base;
  request.layers = layers;
  request.annotations = {{"k", "v"}};
  base.layers.push_back({layers[0].descriptor, base.config.diff_ids[0], Blob({}, 0, 0, "")});
  const Image image = assemble_image(request);
  const Json config = parse_json(image.config_bytes, "c");
  const Json manifest = parse_json(image.manifest_bytes, "m");
  CHECK(config["rootfs"]["diff_ids"].size() == 3);
  CHECK(config["history"].size() == 4);
  CHECK(config["history"][3] == Json{{"created", kEpoch}, {"created_by", "veneer: layer app"}});
  CHECK(manifest["layers"].size() == 3);
  CHECK(manifest["layers"][2]["annotations"] ==
        Json{{kLayerNameAnnotation, "app"}, {kLayerRecipeAnnotation, "gzip-6"}});
  CHECK(manifest["annotations"] == Json{{"k", "v"},
                                        {kBaseDigestAnnotation, base.manifest_digest->to_string()},
                                        {kBaseLayersAnnotation, "1"},
                                        {kBaseHistoryAnnotation, "2"}});
  CHECK(config["history"][2]["comment"] == "dev.veneer.base.layers=1");
  CHECK(manifest["config"]["digest"] == digest_of(image.config_bytes).to_string());
  CHECK(image.manifest.digest == digest_of(image.manifest_bytes));
  CHECK(assemble_image(request).manifest_bytes == image.manifest_bytes);
}

TEST_CASE("image: how many layers are the base's is read back, if the layers allow it") {
  StoredImage image;
  CHECK(recorded_base_layers(image) == std::nullopt);
  History step;
  step.comment = "dev.veneer.base.layers=1";
  image.config.history = {step, {}};
  image.layers.assign(3, {{}, {}, Blob({}, 0, 0, "")});
  CHECK(recorded_base_layers(image) == 1);
  step.comment = "dev.veneer.base.layers=2";
  image.config.history.push_back(step);
  CHECK(recorded_base_layers(image) == 2);
  const std::string key(kBaseLayersAnnotation);
  for (const char* wrong : {"", "4", "-1", "1x", " 1", "99999999999"}) {
    image.annotations[key] = wrong;
    CHECK(recorded_base_layers(image) == std::nullopt);
  }
  image.annotations[key] = "3";
  CHECK(recorded_base_layers(image) == 3);
}

TEST_CASE("chain id: that of one layer is its diff id, of more as the specification has it") {
  const layer::DiffId a{digest_of("a")};
  const layer::DiffId b{digest_of("b")};
  CHECK(chain_id({a}) == a.digest);
  const layer::Digest ab = digest_of(a.digest.to_string() + ' ' + b.digest.to_string());
  CHECK(chain_id({a, b}) == ab);
  CHECK(chain_id({a, b, a}) == digest_of(ab.to_string() + ' ' + a.digest.to_string()));
}

TEST_CASE("image: no layer and too many layers are errors") {
  CHECK(error_of([] { assemble_image({}); }) ==
        "veneer: error: an image needs at least one layer\n"
        "veneer: help: name a base, or something to put into a layer\n");
  const std::vector<NewLayer> layers(128, new_layer("x"));
  ImageRequest request;
  request.layers = layers;
  CHECK(
      error_of([&] { assemble_image(request); }) ==
      "veneer: error: the image has 128 layers, including those of its base: expected at most 127\n"
      "veneer: help: use fewer layers: engines cannot mount more\n");
}

TEST_CASE("config values: each parser says what it expected") {
  CHECK(parse_env("A=b=c") == KeyValue{"A", "b=c"});
  CHECK(parse_env("A=") == KeyValue{"A", ""});
  CHECK(parse_label(R"(["[a=b", "two\nlines"])") == KeyValue{"[a=b", "two\nlines"});
  CHECK(parse_ports("80") == std::set<std::string>{"80/tcp"});
  CHECK(parse_ports("8-9/udp") == std::set<std::string>{"8/udp", "9/udp"});
  CHECK(parse_volume("/a//b/") == "/a/b");
  CHECK(parse_user("app:2147483647") == "app:2147483647");
  CHECK(parse_created("86400") == "1970-01-02T00:00:00Z");
  CHECK(parse_created("2024-02-29T23:59:59.5+01:00") == "2024-02-29T23:59:59.5+01:00");
  const std::pair<std::function<void()>, std::string> cases[] = {
      {[] { parse_env("A"); }, "'A' is not an environment variable: expected KEY=VALUE"},
      {[] { parse_label("=x"); }, "'=x' is not a label: expected KEY=VALUE"},
      {[] { parse_label(R"(["a"])"); }, R"('["a"]' is not a label: expected ["KEY", "VALUE"])"},
      {[] { parse_env(R"(["", "b"])"); },
       R"('["", "b"]' is not an environment variable: expected ["KEY", "VALUE"])"},
      {[] { parse_ports("0"); }, "'0' is not a port: expected PORT[-PORT][/tcp|udp|sctp]"},
      {[] { parse_ports("9-8"); }, "'9-8' is not a port: expected PORT[-PORT][/tcp|udp|sctp]"},
      {[] { parse_ports("80/x"); }, "'80/x' is not a port: expected PORT[-PORT][/tcp|udp|sctp]"},
      {[] { parse_volume("data"); }, "'data' is not a volume: expected an absolute path"},
      {[] { parse_user("a:"); }, "'a:' is not a user: expected USER[:GROUP]"},
      {[] { parse_user("2147483648"); },
       "'2147483648' is not a user: 2147483648 is more than 2147483647"},
      {[] { parse_user("1:99999999999999999999"); },
       "'1:99999999999999999999' is not a user: 99999999999999999999 is more than 2147483647"},
      {[] { parse_user("-1"); },
       "'-1' is not a user: expected USER[:GROUP], and numbers without a sign"},
      {[] { parse_user("a\x1b"); }, R"('a\x1b' is not a user: expected USER[:GROUP])"},
      {[] { parse_stop_signal("SIGFOO"); },
       "'SIGFOO' is not a signal: expected a name such as SIGTERM, or a number from 1 to 64"},
      {[] { parse_stop_signal("SIGTREM"); },
       "'SIGTREM' is not a signal: expected a name such as SIGTERM, or a number from 1 to 64; did "
       "you mean 'SIGTERM'?"},
      {[] { parse_stop_signal("65"); },
       "'65' is not a signal: expected a name such as SIGTERM, or a number from 1 to 64"},
      {[] { parse_created("2023-02-29T00:00:00Z"); },
       "'2023-02-29T00:00:00Z' is not a time: expected RFC 3339, such as 1970-01-01T00:00:00Z, or "
       "seconds since 1970"},
      {[] { parse_arguments({R"(["/a", "x\u0000y"])"}); }, "a NUL character cannot be written"},
      {[] { parse_label(R"(["a", "\u0000"])"); }, "a NUL character cannot be written"},
  };
  for (const auto& [action, message] : cases) {
    CHECK(error_of(action) == "veneer: error: " + message + "\n");
  }
}

TEST_CASE("config values: all are UTF-8, because configs and manifests are JSON") {
  const std::string text = "/a=\xff";
  const std::function<void()> actions[] = {
      [&] { parse_env(text); },         [&] { parse_label(text); },
      [&] { parse_annotation(text); },  [&] { parse_volume(text); },
      [&] { parse_user(text); },        [&] { parse_working_dir(text); },
      [&] { parse_arguments({text}); }, [&] { check_text(text); },
  };
  for (const std::function<void()>& action : actions) {
    CHECK(error_of(action) ==
          "veneer: error: '/a=\\xff' is not UTF-8\n"
          "veneer: help: if it is Latin-1, `iconv -f latin1 -t utf-8` converts it\n");
  }
}

TEST_CASE("config values: signals are those that engines know, by name or number") {
  for (const char* signal : {"SIGTERM", "TERM", "9", "64", "SIGRTMIN+15", "RTMAX-14", "SIGWINCH"}) {
    CHECK(parse_stop_signal(signal) == signal);
  }
  CHECK(parse_stop_signal("sigint") == "SIGINT");
  for (const char* none :
       {"", "0", "65", "-9", "SIG", "SIGRTMIN+16", "RTMAX-15", "RTMIN+", "015"}) {
    CAPTURE(none);
    CHECK_FALSE(error_of([&] { parse_stop_signal(none); }).empty());
  }
}

TEST_CASE("config values: variables are those of the base and of what is set before") {
  ConfigChanges changes;
  changes.env = {{"PATH", "/opt/bin:$PATH"}, {"B", "${A}1$A"},
                 {"PRICE", "$$5 $${A}"},     {"A", "$B$A"},
                 {"C", "${PATH}"},           {"A", "$$"}};
  CHECK(apply_changes(parse(kBase), changes).env == Arguments{"PATH=/opt/bin:/bin", "A=$", "BARE",
                                                              "B=111", "PRICE=$5 ${A}",
                                                              "C=/opt/bin:/bin"});
  const std::pair<std::string, std::string> cases[] = {
      {"/x:$PAHT",
       "--env V: error: character 4 of '/x:$PAHT': 'PAHT' is set neither by the base nor by an "
       "--env before it: did you mean 'PATH'?\n"
       "--env V: help: write '$$PAHT' to keep '$PAHT' for a program in the container\n"},
      {"$V",
       "--env V: error: character 1 of '$V': 'V' is set neither by the base nor by an --env before "
       "it: there are 'A' and 'PATH'\n"
       "--env V: help: write '$$V' to keep '$V' for a program in the container\n"},
      {"a$",
       "--env V: error: character 2 of 'a$': a '$' is followed neither by NAME nor by {NAME}\n"
       "--env V: help: write '$$' for a literal '$'\n"},
  };
  for (const auto& [value, message] : cases) {
    ConfigChanges wrong;
    wrong.env = {{"V", value}};
    CHECK(error_of([&] { apply_changes(parse(kBase), wrong); }) == message);
  }
  for (const char* value : {"$5", "$(A)", "${A", "${A:-x}", "${}", "${5}", "$ A"}) {
    CAPTURE(value);
    ConfigChanges wrong;
    wrong.env = {{"V", value}};
    CHECK_FALSE(error_of([&] { apply_changes(parse(kBase), wrong); }).empty());
  }
}

TEST_CASE("config values: arguments are words or a JSON array, never split") {
  CHECK(parse_arguments({"/bin/sh", "-c", "a b"}) == Arguments{"/bin/sh", "-c", "a b"});
  CHECK(parse_arguments({R"(["/bin/a", "b, c"])", "d"}) == Arguments{"/bin/a", "b, c", "d"});
  CHECK(parse_arguments({""}).empty());
  CHECK(parse_arguments({"[]"}).empty());
  CHECK(error_of([] { parse_arguments({"[1]"}); }) ==
        "'[1]': error: /0: expected a string, found number\n");
}

}  // namespace
}  // namespace oci::oci_config_test
