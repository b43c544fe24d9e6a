// The annotation keys that veneer reads or writes.
#pragma once

#include <string_view>

namespace oci {

// image-spec annotations.md.
inline constexpr std::string_view kRefNameAnnotation = "org.opencontainers.image.ref.name";
inline constexpr std::string_view kBaseDigestAnnotation = "org.opencontainers.image.base.digest";
inline constexpr std::string_view kBaseNameAnnotation = "org.opencontainers.image.base.name";

// The full name under which containerd, Docker and podman file an imported image.
inline constexpr std::string_view kContainerdNameAnnotation = "io.containerd.image.name";

// On a layer that veneer made: its name in the plan, and the recipe that its bytes depend on
// (layer::WrittenLayer).
inline constexpr std::string_view kLayerNameAnnotation = "dev.veneer.layer.name";
inline constexpr std::string_view kLayerRecipeAnnotation = "dev.veneer.layer.recipe";

// On an image with a base: how many of its layers, and of its history entries, are the base's.
inline constexpr std::string_view kBaseLayersAnnotation = "dev.veneer.base.layers";
inline constexpr std::string_view kBaseHistoryAnnotation = "dev.veneer.base.history";

}  // namespace oci
