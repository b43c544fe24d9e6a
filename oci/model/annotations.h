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

// On an eStargz layer: the digest of its table of contents (stargz-snapshotter, docs/estargz.md), and
// how many bytes its plain tar has (estargz/types.go).
inline constexpr std::string_view kTocDigestAnnotation = "containerd.io/snapshot/stargz/toc.digest";
inline constexpr std::string_view kPlainSizeAnnotation = "io.containers.estargz.uncompressed-size";

// On a zstd:chunked layer: the digest of its table of contents, as it is compressed, and where that
// and the tar-split are (containers/storage, pkg/chunked/internal/minimal/compression.go). No layer
// has both these and eStargz's: readers refuse it.
inline constexpr std::string_view kChunkedDigestAnnotation =
    "io.github.containers.zstd-chunked.manifest-checksum";
inline constexpr std::string_view kChunkedTocAnnotation =
    "io.github.containers.zstd-chunked.manifest-position";
inline constexpr std::string_view kChunkedSplitAnnotation =
    "io.github.containers.zstd-chunked.tarsplit-position";

// The names of the first two in older readers, such as podman 4.3.
inline constexpr std::string_view kOldChunkedDigestAnnotation =
    "io.containers.zstd-chunked.manifest-checksum";
inline constexpr std::string_view kOldChunkedTocAnnotation =
    "io.containers.zstd-chunked.manifest-position";

// On a layer that veneer made: its name in the plan, and the recipe that its bytes depend on
// (layer::WrittenLayer).
inline constexpr std::string_view kLayerNameAnnotation = "dev.veneer.layer.name";
inline constexpr std::string_view kLayerRecipeAnnotation = "dev.veneer.layer.recipe";

// On an image with a base: how many of its layers, and of its history entries, are the base's.
inline constexpr std::string_view kBaseLayersAnnotation = "dev.veneer.base.layers";
inline constexpr std::string_view kBaseHistoryAnnotation = "dev.veneer.base.history";

}  // namespace oci
