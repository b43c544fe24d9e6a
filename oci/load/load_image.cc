// At most two attempts: without the layers that the engine has, and with all.
#include "oci/load/load_image.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "layer/base/error.h"

namespace oci {
namespace {

// Returns the engine's refusal, if it refuses.
std::optional<std::string> send(Engine& engine, const StoredImage& image,
                                const LoadRequest& request, const layer::Limits& limits,
                                LoadProgress& progress, LoadReport& report) {
  LoadArchive archive(image, request, limits);
  progress.bytes_done = 0;
  progress.bytes_total = archive.size();
  auto refusal = engine.load(request.name, archive.size(), [&](std::span<std::byte> out) {
    const size_t count = archive.fill(out);
    progress.bytes_done += count;
    report.sent_bytes += count;
    return count;
  });
  const auto left_out = std::count(request.left_out.begin(), request.left_out.end(), true);
  report.layers_sent = image.layers.size() - static_cast<size_t>(left_out);
  return refusal;
}

}  // namespace

size_t common_layers(const std::vector<layer::DiffId>& wanted,
                     const std::vector<layer::DiffId>& present) {
  const auto end = std::mismatch(wanted.begin(), wanted.end(), present.begin(), present.end());
  return static_cast<size_t>(end.first - wanted.begin());
}

LoadReport load_image(Engine& engine, const StoredImage& image, const std::string& name,
                      const layer::Limits& limits, LoadProgress& progress) {
  LoadReport report;
  report.layers = image.layers.size();
  for (const ImageLayer& layer : image.layers) report.image_bytes += layer.blob.size();
  const EngineFacts& facts = engine.facts();
  const bool has_manifest = image.manifest_digest.has_value();
  // A docker archive has no manifest, of which an OCI archive could be made.
  const auto form = [&](ArchiveForm wanted) {
    return has_manifest ? wanted : ArchiveForm::kDocker;
  };
  LoadRequest request{name, form(facts.partial), {}, facts.takes_zstd};
  if (request.form == facts.partial) request.left_out = engine.find_layers(image, name);
  if (std::count(request.left_out.begin(), request.left_out.end(), true) > 0) {
    const auto refusal = send(engine, image, request, limits, progress, report);
    if (!refusal && engine.has_image(image, name)) return report;
    report.refusal = refusal.value_or("the engine does not have the image afterwards");
    request.left_out.clear();
  }
  request.form = form(facts.whole);
  const auto refusal = send(engine, image, request, limits, progress, report);
  if (refusal) {
    throw layer::Error({image.name},
                       fmt::format("{} does not take the image: {}", facts.name, *refusal));
  }
  if (!engine.has_image(image, name)) {
    throw layer::Error({image.name}, fmt::format("{} took the image, but has none of the name '{}'",
                                                 facts.name, name));
  }
  return report;
}

}  // namespace oci
