// Images in each form, as `verify` reads them: documents, layers, their tree, and all checks of it.
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/limits.h"
#include "layer/check/check_image.h"
#include "layer/check/finding.h"
#include "layer/model/string_arena.h"
#include "oci/check/replaced_in_base.h"
#include "oci/convert/tar_frames.h"
#include "oci/model/manifest.h"
#include "oci/read/decompress.h"
#include "oci/read/limits.h"
#include "oci/read/probe_image.h"
#include "oci/read/read_tree.h"
#include "oci/read/stored_image.h"
#include "oci/write/image.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

oci::Blob make_blob(std::string_view bytes, const std::string& name) {
  const MemoryFile memory(bytes);
  return {oci::open_file(memory.path()), 0, bytes.size(), name};
}

// Frames of a layer, one after the other, are its tar.
void cut_layer(const oci::ImageLayer& layer, layer::Compression compression) {
  const layer::Limits limits;
  oci::UnpackBudget budget(limits.unpacked, layer.blob.size());
  oci::TarFrames frames(layer, compression, budget);
  layer::Sha256 hash;
  for (layer::TarFrame frame; frames.next(frame);) {
    hash.update(frame.bytes);
    layer::hash_parts(frame.bytes, frame.parts);
  }
  if (compression.format == layer::LayerFormat::kEstargz) return;  // its tar has other files
  // The config may state another one.
  oci::UnpackBudget second_budget(limits.unpacked, layer.blob.size());
  if (hash.finish() != oci::measure_layer(layer.blob, second_budget).diff_id.digest) {
    throw std::logic_error("the frames of a layer are not its tar");
  }
}

// Reads all layers and checks the image.
void verify_image(const oci::StoredImage& image) {
  for (const oci::ImageLayer& layer : image.layers) {
    using layer::Codec;
    using layer::LayerFormat;
    cut_layer(layer, {Codec::kGzip, 6});
    cut_layer(layer, {Codec::kZstd, 3, LayerFormat::kZstdChunked});
    cut_layer(layer, {Codec::kGzip, 6, LayerFormat::kEstargz});
  }
  layer::StringArena arena;
  layer::Probes probes;
  const std::optional<uint32_t> below = oci::layers_below_ours(image);
  oci::ProbeVisitor visitor(below.value_or(0), probes);
  layer::Findings findings;
  oci::ReplacedInBase replaced(below.value_or(0), findings);
  const layer::ImageTree tree =
      oci::read_image_tree(image, {scratch()}, arena, &visitor,
                           [&](const layer::ImageTree& lower, std::span<const layer::Node> nodes,
                               uint32_t number) { replaced.take(lower, nodes, number); });
  const layer::RunConfig run = oci::run_config(image.config);
  layer::check_image({tree, probes, run, nullptr, below}, 1, findings);
  for (const layer::Finding& finding : findings.take()) {
    layer::to_diagnostic(finding).to_string(layer::severity_name(finding.severity));
  }
}

// Makes an image on top of this one; its documents must be what veneer itself reads.
void build_on(const oci::StoredImage& base) {
  oci::ImageRequest request;
  request.base = &base;
  const oci::Image image = oci::assemble_image(request);
  try {
    const oci::Json config = oci::parse_json(image.config_bytes, "config");
    oci::parse_config(oci::JsonField(config, "config"));
    const oci::Json manifest = oci::parse_json(image.manifest_bytes, "manifest");
    oci::parse_manifest(oci::JsonField(manifest, "manifest"), oci::kManifestType);
  } catch (const layer::Error& error) {
    throw std::logic_error(std::string("an image made on a base is refused: ") + error.what());
  }
}

void read_archive(std::string_view bytes, oci::Transport transport) {
  const MemoryFile memory(bytes);
  oci::ImageReference reference;
  reference.transport = transport;
  reference.path = memory.path();
  const oci::StoredImage image = oci::open_image(reference, std::nullopt, {scratch()});
  verify_image(image);
  build_on(image);
}

oci::ImageLayer described_layer(std::string_view bytes) {
  const oci::Blob blob = make_blob(bytes, "layer");
  oci::UnpackBudget budget(layer::Limits{}.unpacked, blob.size());
  const oci::MeasuredLayer measured = oci::measure_layer(blob, budget);
  oci::Descriptor descriptor;
  descriptor.media_type = oci::layer_media_type(measured.codec);
  descriptor.digest = measured.digest;
  descriptor.size = measured.size;
  return {descriptor, measured.diff_id, blob};
}

// A layout in parts, with digests and sizes that are always right, so that changed bytes get past
// their verification:
//
//   image := index separator manifest separator config { separator layer }
//
// In the first three parts "@N" stands for the digest of part N (a digit, from 0), "#N" for its
// size, and "~N" for the digest of what it decompresses to.
constexpr std::string_view kSeparator = "\n%%\n";
constexpr size_t kDocuments = 3;
constexpr size_t kMaxParts = 9;

std::vector<std::string> split_parts(std::string_view bytes) {
  std::vector<std::string> parts;
  while (parts.size() + 1 < kMaxParts) {
    const size_t end = bytes.find(kSeparator);
    if (end == std::string_view::npos) break;
    parts.emplace_back(bytes.substr(0, end));
    bytes.remove_prefix(end + kSeparator.size());
  }
  parts.emplace_back(bytes);
  return parts;
}

std::string value_of(char kind, const std::string& part) {
  if (kind == '#') return std::to_string(part.size());
  if (kind == '@') return oci::digest_of(part).to_string();
  try {
    return described_layer(part).diff_id.digest.to_string();
  } catch (const layer::Error&) {
    return oci::digest_of(part).to_string();
  }
}

std::string with_values(const std::string& text, const std::vector<std::string>& parts) {
  std::map<std::string, std::string> values;  // by mark: a text may have many of one
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_mark = i + 1 < text.size() && std::string_view("@#~").find(text[i]) != text.npos;
    const auto number = is_mark ? static_cast<size_t>(text[i + 1] - '0') : parts.size();
    if (number >= parts.size()) {
      result += text[i];
      continue;
    }
    std::string& value = values[text.substr(i, 2)];
    if (value.empty()) value = value_of(text[i], parts[number]);
    result += value;
    ++i;
  }
  return result;
}

class PartsSource : public oci::Source {
 public:
  explicit PartsSource(std::vector<std::string> parts) {
    for (size_t i = std::min(kDocuments, parts.size()); i-- > 0;) {
      parts[i] = with_values(parts[i], parts);
    }
    files_["oci-layout"] = R"({"imageLayoutVersion":"1.0.0"})";
    files_["index.json"] = parts.front();
    for (const std::string& part : parts) files_[oci::blob_path(oci::digest_of(part))] = part;
  }

  std::optional<oci::Blob> find(std::string_view path) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return std::nullopt;
    return make_blob(found->second, name_of(path));
  }
  std::string name_of(std::string_view path) const override { return "image/" + std::string(path); }

 private:
  std::map<std::string, std::string, std::less<>> files_;
};

}  // namespace

void read_docker_archive(std::string_view bytes) {
  read_archive(bytes, oci::Transport::kDockerArchive);
}

void read_oci_archive(std::string_view bytes) {
  read_archive(bytes, oci::Transport::kOciArchive);
}

void read_image(std::string_view bytes) {
  const oci::StoredImage image =
      oci::open_oci_image(PartsSource(split_parts(bytes)), {}, std::nullopt);
  verify_image(image);
  build_on(image);
}

void read_layer(std::string_view bytes) {
  oci::StoredImage image;
  image.config.platform = {"linux", "amd64", ""};
  image.config.user = "app:app";
  image.config.env = {"PATH=/usr/bin:/bin", "LD_LIBRARY_PATH=/opt/lib:$ORIGIN/lib"};
  image.config.entrypoint = {"/app/app"};
  image.layers.push_back(described_layer(bytes));
  image.config.diff_ids = {image.layers.front().diff_id};
  verify_image(image);
}

}  // namespace fuzz
