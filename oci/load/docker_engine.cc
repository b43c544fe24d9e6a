// Uses the oldest forms of the API: /info, /images/json, /images/NAME/json, /images/load.
#include "oci/load/docker_engine.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "layer/base/decimal.h"
#include "layer/base/error.h"
#include "oci/model/docker_name.h"

namespace oci {
namespace {

constexpr long kHttpMissing = 404;
constexpr uint64_t kMaxAnswerBytes = uint64_t{64} << 20;
constexpr uint64_t kZstdMajor = 23;  // of Docker Engine

// What the engine said of a failure: {"message": ...}, podman also {"cause": ...}.
std::string message_in(const std::string& body) {
  try {
    const Json document = parse_json(body, {});
    return JsonField(document, {}).at("message").text();
  } catch (const layer::Error&) {
    return body;  // whatever it is
  }
}

std::string message_of(const HttpAnswer& answer) {
  std::string message = message_in(answer.body);
  if (!message.empty()) return message;
  return fmt::format("its answer has status {}, and no text", answer.status);
}

std::vector<layer::DiffId> diff_ids_of(const JsonField& image) {
  std::vector<layer::DiffId> diff_ids;
  const auto root = image.find("RootFS");
  const auto layers = root ? root->find("Layers") : std::nullopt;
  if (!layers) return diff_ids;
  for (const JsonField& layer : layers->items()) diff_ids.push_back({digest_field(layer)});
  return diff_ids;
}

class DockerEngine : public Engine {
 public:
  DockerEngine(const EngineAddress& address, std::chrono::seconds patience)
      : name_(address.url), http_(address, patience) {
    learn_facts();
  }

  const EngineFacts& facts() const override { return facts_; }

  std::vector<bool> find_layers(const StoredImage& image, const std::string& name) override {
    if (has_containerd_store_) return {};
    const std::vector<layer::DiffId>& wanted = image.config.diff_ids;
    size_t common = 0;
    if (const auto same = diff_ids(name)) common = common_layers(wanted, *same);
    if (common == 0) common = layers_of_others(wanted);
    std::vector<bool> found(wanted.size(), false);
    std::fill_n(found.begin(), common, true);
    return found;
  }

  std::optional<std::string> load(const std::string& /*name*/, uint64_t size,
                                  const FillBytes& fill) override {
    std::optional<std::string> refusal;
    const auto take = [&](std::string_view line) {
      const Json message = Json::parse(line, nullptr, false);
      if (!message.is_object() || refusal) return;
      const auto error = message.find("error");
      if (error == message.end() || !error->is_string()) return;
      refusal = error->get<std::string>();
      if (refusal->empty()) refusal = "its answer is an error without a text";
    };
    try {
      const HttpAnswer answer =
          http_.post("/images/load?quiet=0", "application/x-tar", size, fill, take);
      if (answer.status != kHttpDone && !refusal) refusal = message_of(answer);
    } catch (const layer::Error&) {
      if (!refusal) throw;  // else it ended the connection because of what it said
    }
    return refusal;
  }

  bool has_image(const StoredImage& image, const std::string& name) override {
    return diff_ids(name) == image.config.diff_ids;
  }

 private:
  size_t layers_of_others(const std::vector<layer::DiffId>& wanted) {
    const Json images = get_json("/images/json");
    size_t common = 0;
    size_t looked_at = 0;
    for (const JsonField& entry : JsonField(images, name_).items()) {
      if (common == wanted.size() || looked_at++ == kMostImages) break;
      const auto present = diff_ids(entry.at("Id").text());
      if (present) common = std::max(common, common_layers(wanted, *present));
    }
    return common;
  }

  layer::Error failure(const std::string& path, const HttpAnswer& answer) const {
    const std::string said = message_in(answer.body);
    return layer::Error({name_}, fmt::format("{} was answered with status {}{}{}", path,
                                             answer.status, said.empty() ? "" : ": ", said));
  }

  Json get_json(const std::string& path) {
    const HttpAnswer answer = http_.get(path);
    if (answer.status != kHttpDone) throw failure(path, answer);
    return parse_json(answer.body, name_ + path, kMaxAnswerBytes);
  }

  // No value if there is no such image.
  std::optional<std::vector<layer::DiffId>> diff_ids(const std::string& image) {
    const std::string path = fmt::format("/images/{}/json", image);
    const HttpAnswer answer = http_.get(path);
    if (answer.status == kHttpMissing) return std::nullopt;
    if (answer.status != kHttpDone) throw failure(path, answer);
    const Json document = parse_json(answer.body, name_ + path, kMaxAnswerBytes);
    return diff_ids_of(JsonField(document, name_ + path));
  }

  // One question: Docker needs tens of milliseconds for each that is about itself.
  void learn_facts() {
    const Json document = get_json("/info");
    const JsonField info(document, name_);
    const std::string version = info.at("ServerVersion").text();
    facts_.platform =
        canonical({info.at("OSType").text(), info.at("Architecture").text(), std::string()});
    if (info.find("BuildahVersion")) {  // podman's own addition
      facts_.name = "podman " + version;
      facts_.partial = ArchiveForm::kOci;
      return;
    }
    facts_.name = "Docker Engine " + version;
    const std::string_view major = std::string_view(version).substr(0, version.find('.'));
    const auto value = layer::parse_decimal<uint64_t>(major);
    facts_.takes_zstd = !value || *value >= kZstdMajor;
    learn_store(info);
  }

  // The containerd image store wants every layer of an archive, and takes zstd in any version.
  void learn_store(const JsonField& info) {
    const auto status = info.find("DriverStatus");
    if (!status) return;
    for (const JsonField& pair : status->items()) {
      const std::vector<std::string> texts = pair.texts();
      if (texts.size() == 2 && texts[0] == "driver-type" &&
          texts[1].find("containerd") != std::string::npos) {
        has_containerd_store_ = true;
      }
    }
    if (has_containerd_store_) {
      facts_.takes_zstd = true;
      facts_.name += ", containerd image store";
    }
  }

  std::string name_;
  HttpClient http_;
  EngineFacts facts_;
  bool has_containerd_store_ = false;
};

}  // namespace

std::unique_ptr<Engine> connect_docker(const EngineAddress& address,
                                       std::chrono::seconds patience) {
  return std::make_unique<DockerEngine>(address, patience);
}

}  // namespace oci
