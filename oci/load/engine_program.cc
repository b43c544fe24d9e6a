// Each question is one run of the program; an archive goes to its standard input.
#include "oci/load/engine_program.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "layer/base/error.h"
#include "layer/disk/look_at.h"
#include "layer/process/child_process.h"

namespace oci {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 18;
constexpr uint64_t kMaxListBytes = uint64_t{64} << 20;

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::vector<layer::DiffId> diff_ids_of_image(const JsonField& image) {
  std::vector<layer::DiffId> diff_ids;
  const auto layers = image.at("RootFS").find("Layers");
  if (!layers) return diff_ids;
  for (const JsonField& layer : layers->items()) diff_ids.push_back({digest_field(layer)});
  return diff_ids;
}

// What both have in common.
class ProgramEngine : public Engine {
 public:
  ProgramEngine(EngineProgram program, std::chrono::seconds patience)
      : program_(std::move(program)), patience_(patience) {}

  const EngineFacts& facts() const override { return facts_; }

  std::optional<std::string> load(const std::string& /*name*/, uint64_t /*size*/,
                                  const FillBytes& fill) override {
    layer::ChildProcess process({program_.path, load_arguments_, program_.environment});
    std::vector<std::byte> buffer(kPieceBytes);
    for (size_t count = fill(buffer); count > 0; count = fill(buffer)) {
      if (!process.write(std::span(buffer).first(count), patience_)) break;
    }
    const layer::ProgramEnd end = process.end(patience_);
    if (end.fault.empty()) return std::nullopt;
    return end.fault;
  }

 protected:
  layer::ProgramEnd try_to_ask(const std::vector<std::string>& arguments) const {
    return layer::ChildProcess({program_.path, arguments, program_.environment}, {}).end(patience_);
  }
  std::string ask(const std::vector<std::string>& arguments) const {
    const layer::ProgramEnd end = try_to_ask(arguments);
    if (!end.fault.empty()) {
      throw layer::Error({program_.path},
                         fmt::format("`{}` {}", fmt::join(arguments, " "), end.fault));
    }
    return end.output;
  }

  EngineProgram program_;
  std::chrono::seconds patience_;
  EngineFacts facts_;
  std::vector<std::string> load_arguments_;
};

// Of an OCI archive, podman reads only the layers that its storage has under no name.
class PodmanProgram : public ProgramEngine {
 public:
  PodmanProgram(EngineProgram program, const Platform& platform, std::chrono::seconds patience)
      : ProgramEngine(std::move(program), patience) {
    facts_.name = "podman";
    facts_.platform = platform;
    facts_.partial = ArchiveForm::kOci;
    facts_.whole = ArchiveForm::kOci;
    load_arguments_ = {"load", "--quiet"};
  }

  std::vector<bool> find_layers(const StoredImage& image, const std::string& name) override {
    const std::vector<layer::DiffId>& wanted = image.config.diff_ids;
    size_t common = most_common(wanted, {name});
    if (common == 0) {
      std::vector<std::string> ids = lines_of(ask({"images", "--quiet", "--no-trunc"}));
      std::sort(ids.begin(), ids.end());
      ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
      ids.resize(std::min(ids.size(), kMostImages));
      common = most_common(wanted, ids);
    }
    std::vector<bool> found(wanted.size(), false);
    std::fill_n(found.begin(), common, true);
    return found;
  }

  bool has_image(const StoredImage& image, const std::string& name) override {
    const auto found = diff_ids({name});
    return found.size() == 1 && found.front() == image.config.diff_ids;
  }

 private:
  size_t most_common(const std::vector<layer::DiffId>& wanted,
                     const std::vector<std::string>& images) const {
    size_t common = 0;
    for (const auto& present : diff_ids(images)) {
      common = std::max(common, common_layers(wanted, present));
    }
    return common;
  }

  // Of each image that there is.
  std::vector<std::vector<layer::DiffId>> diff_ids(const std::vector<std::string>& images) const {
    if (images.empty()) return {};
    std::vector<std::string> arguments{"image", "inspect"};
    arguments.insert(arguments.end(), images.begin(), images.end());
    const layer::ProgramEnd end = try_to_ask(arguments);
    if (!end.fault.empty()) return {};
    const Json document = parse_json(end.output, program_.path, kMaxListBytes);
    std::vector<std::vector<layer::DiffId>> found;
    for (const JsonField& image : JsonField(document, program_.path).items()) {
      found.push_back(diff_ids_of_image(image));
    }
    return found;
  }
};

class AnyProgram : public ProgramEngine {
 public:
  AnyProgram(EngineProgram program, const Platform& platform, std::chrono::seconds patience)
      : ProgramEngine(std::move(program), patience) {
    facts_.name = program_.path;
    facts_.platform = platform;
    load_arguments_ = {"load"};
  }

  std::vector<bool> find_layers(const StoredImage&, const std::string&) override { return {}; }
  // Nobody knows how to ask; it said that it has the image.
  bool has_image(const StoredImage&, const std::string&) override { return true; }
};

// Another name for the image that had this one before. It keeps that image's unpacked layers: ctr gives
// the name to the new image first and unpacks then, and without a name of the old image containerd may
// remove meanwhile what both have in common.
std::string name_of_previous(const std::string& name) {
  return fmt::format("veneer.invalid/previous:{}", digest_of(name).hex().substr(0, 16));
}

// containerd finds the blobs that an archive lacks in its own content store, by digest.
class CtrProgram : public ProgramEngine {
 public:
  CtrProgram(EngineProgram program, const Platform& platform, std::chrono::seconds patience)
      : ProgramEngine(std::move(program), patience) {
    const layer::ProgramEnd version = try_to_ask({"version"});
    if (!version.fault.empty()) {
      throw layer::Error({program_.path},
                         fmt::format("containerd does not answer: {}", version.fault))
          .with_help("start it, or say where it listens: CONTAINERD_ADDRESS; ctr needs root");
    }
    facts_.name = "containerd" + server_version(version.output);
    facts_.platform = platform;
    facts_.partial = ArchiveForm::kOci;
    facts_.whole = ArchiveForm::kOci;
    load_arguments_ = {"images", "import"};
    // Since 2.0, ctr otherwise leaves unpacking to what the daemon is set up for.
    if (ask({"images", "import", "--help"}).find("--local") != std::string::npos) {
      load_arguments_.emplace_back("--local");
    }
    load_arguments_.emplace_back("-");
  }

  std::vector<bool> find_layers(const StoredImage& image, const std::string& /*name*/) override {
    const std::vector<std::string> lines = lines_of(ask({"content", "ls", "--quiet"}));
    const std::set<std::string> present(lines.begin(), lines.end());
    std::vector<bool> found;
    for (const ImageLayer& layer : image.layers) {
      found.push_back(layer.has_digest && present.contains(layer.descriptor.digest.to_string()));
    }
    return found;
  }

  std::optional<std::string> load(const std::string& name, uint64_t size,
                                  const FillBytes& fill) override {
    const std::string previous = name_of_previous(name);
    const bool is_kept = has_name(name);
    if (is_kept) ask({"images", "tag", "--force", name, previous});
    auto refusal = ProgramEngine::load(name, size, fill);
    // Also of a load that was killed.
    if (is_kept || has_name(previous)) ask({"images", "rm", previous});
    return refusal;
  }

  bool has_image(const StoredImage& /*image*/, const std::string& name) override {
    return has_name(name);
  }

 private:
  bool has_name(const std::string& name) const {
    const std::vector<std::string> names = lines_of(ask({"images", "ls", "--quiet"}));
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  // " v1.6.20": the second version that ctr states is the daemon's.
  static std::string server_version(std::string_view text) {
    constexpr std::string_view kKey = "Version:";
    const size_t at = text.rfind(kKey);
    if (at == text.npos) return {};
    std::string_view rest = text.substr(at + kKey.size());
    rest = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    return fmt::format(" {}", rest);
  }
};

}  // namespace

std::string find_program(const std::string& name, const std::string& search_path) {
  for (size_t begin = 0; begin <= search_path.size();) {
    const size_t end = std::min(search_path.find(':', begin), search_path.size());
    std::string path = fmt::format("{}/{}", search_path.substr(begin, end - begin), name);
    if (path.starts_with('/') && ::access(path.c_str(), X_OK) == 0 && layer::is_file(path)) {
      return path;
    }
    begin = end + 1;
  }
  return {};
}

std::unique_ptr<Engine> use_podman(const EngineProgram& podman, const Platform& platform,
                                   std::chrono::seconds patience) {
  return std::make_unique<PodmanProgram>(podman, platform, patience);
}

std::unique_ptr<Engine> use_command(const EngineProgram& program, const Platform& platform,
                                    std::chrono::seconds patience) {
  return std::make_unique<AnyProgram>(program, platform, patience);
}

std::unique_ptr<Engine> use_ctr(const EngineProgram& ctr, const Platform& platform,
                                std::chrono::seconds patience) {
  return std::make_unique<CtrProgram>(ctr, platform, patience);
}

}  // namespace oci
