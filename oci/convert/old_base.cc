// Compares diff ids, and looks for a manifest by its digest.
#include "oci/convert/old_base.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "oci/model/annotations.h"

namespace oci {
namespace {

constexpr const char* kNameIt = "name the image that it was built on with --old-base";

// A descriptor of a document of which nothing but the digest is known.
Descriptor describe_document(const Blob& blob, const layer::Digest& digest) {
  Descriptor descriptor;
  descriptor.digest = digest;
  descriptor.size = blob.size();
  const Json json = parse_json(read_text(blob), blob.name());
  const JsonField document(json, blob.name());
  const std::optional<JsonField> type = document.find("mediaType");
  if (type) {
    descriptor.media_type = type->text();
  } else {
    descriptor.media_type = document.find("manifests") ? kIndexType : kManifestType;
  }
  return descriptor;
}

// Of the image's history, how many steps are the base's: all of these, or up to the one that made
// the base's last layer.
size_t count_history(const ImageConfig& base, const ImageConfig& image) {
  ImageConfig below = base;
  ImageConfig whole = image;
  repair_history(below);
  repair_history(whole);
  const auto made_layer = [](const History& step) { return !step.empty_layer; };
  size_t layers = 0;
  size_t steps = 0;
  for (; steps < whole.history.size() && layers < base.diff_ids.size(); ++steps) {
    if (made_layer(whole.history[steps])) ++layers;
  }
  if (below.history.size() <= steps || below.history.size() > whole.history.size()) return steps;
  const auto rest = std::span(whole.history).subspan(steps, below.history.size() - steps);
  return std::ranges::any_of(rest, made_layer) ? steps : below.history.size();
}

}  // namespace

OldBase match_old_base(StoredImage base, const StoredImage& image) {
  const std::vector<layer::DiffId>& below = base.config.diff_ids;
  const std::vector<layer::DiffId>& all = image.config.diff_ids;
  for (size_t i = 0; i < below.size(); ++i) {
    if (i < all.size() && below[i] == all[i]) continue;
    throw layer::Error(
        {image.name},
        fmt::format("is not built on {}: its layer {} has diff id {}, that of the "
                    "base {}",
                    base.name, i + 1, i < all.size() ? all[i].digest.to_string() : "none",
                    below[i].digest.to_string()))
        .with_help("name the image that it was built on, in the version of then, with --old-base");
  }
  OldBase found;
  found.layers = below.size();
  found.history = count_history(base.config, image.config);
  found.image = std::move(base);
  return found;
}

OldBase find_old_base(const StoredImage& image, std::span<const Source* const> sources) {
  const auto named = image.annotations.find(std::string(kBaseDigestAnnotation));
  if (named == image.annotations.end()) {
    throw layer::Error({image.name}, "does not say what it is built on").with_help(kNameIt);
  }
  const std::optional<layer::Digest> digest = parse_digest(named->second);
  if (!digest) {
    throw layer::Error({image.name}, fmt::format("has the annotation {}='{}', which is no digest",
                                                 kBaseDigestAnnotation, named->second))
        .with_help(kNameIt);
  }
  for (const Source* source : sources) {
    const std::optional<Blob> blob = source->find(blob_path(*digest));
    if (!blob) continue;
    const ImageReference reference{Transport::kOci, "base", {}};
    const Descriptor manifest = choose_manifest(*source, {describe_document(*blob, *digest)},
                                                reference, image.config.platform);
    return match_old_base(open_manifest(*source, digest->to_string(), manifest), image);
  }
  throw layer::Error(
      {image.name},
      fmt::format("is built on {}, which is not where the image or the new base is", named->second))
      .with_help(kNameIt);
}

}  // namespace oci
