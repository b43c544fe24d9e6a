// Looks at the annotation first, then at the history.
#include "oci/read/recorded_base.h"

#include <fmt/core.h>

#include <charconv>
#include <string_view>
#include <system_error>

#include "oci/model/annotations.h"

namespace oci {
namespace {

// No value unless it is a number that the image's layers allow.
std::optional<uint32_t> layer_count(std::string_view text, const StoredImage& image) {
  uint32_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool is_number = fault == std::errc() && end == text.data() + text.size();
  if (!is_number || count > image.layers.size()) return std::nullopt;
  return count;
}

}  // namespace

std::string record_of_base_layers(size_t layers) {
  return fmt::format("{}={}", kBaseLayersAnnotation, layers);
}

std::optional<uint32_t> recorded_base_layers(const StoredImage& image) {
  const auto annotation = image.annotations.find(std::string(kBaseLayersAnnotation));
  if (annotation != image.annotations.end()) return layer_count(annotation->second, image);
  const std::string key = fmt::format("{}=", kBaseLayersAnnotation);
  for (auto step = image.config.history.rbegin(); step != image.config.history.rend(); ++step) {
    if (!step->comment.starts_with(key)) continue;
    return layer_count(std::string_view(step->comment).substr(key.size()), image);
  }
  return std::nullopt;
}

}  // namespace oci
