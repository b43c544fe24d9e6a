// Looks what lies at a path, and leaves the rest to those who open it.
#include "oci/read/find_image.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "layer/disk/look_at.h"
#include "oci/model/reference.h"
#include "oci/read/source.h"

namespace oci {
namespace {

// The path and the name of a bare reference; no value if nothing is there.
std::optional<std::pair<std::string, std::string>> split_bare(std::string_view text) {
  if (!text.empty() && layer::is_there(std::string(text)))
    return std::pair(std::string(text), std::string());
  const size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || !layer::is_there(std::string(text.substr(0, colon))))
    return std::nullopt;
  return std::pair(std::string(text.substr(0, colon)), std::string(text.substr(colon + 1)));
}

bool names_transport(std::string_view text) {
  return text.starts_with("oci:") || text.starts_with("oci-archive:") ||
         text.starts_with("docker-archive:");
}

ImageReference reference_of(Transport transport, std::string path, std::string name) {
  ImageReference reference{transport, std::move(path), std::move(name)};
  // A path with ':' cannot be written as a reference, so only its name is checked.
  if (!reference.name.empty()) {
    ImageReference checked = reference;
    checked.path = "image";
    parse_image_reference(checked.to_string());
  }
  return reference;
}

FoundSource open_reference(const ImageReference& reference, const ReadContext& context) {
  std::unique_ptr<Source> source = reference.transport == Transport::kOci
                                       ? open_directory(reference.path)
                                       : open_archive(reference.path, context);
  return {std::move(source), reference};
}

bool begins_as_archive(const std::string& path) {
  constexpr size_t kMagicAt = 257;  // of a ustar header, and of GNU's
  constexpr std::string_view kMagic = "ustar";
  std::array<char, kMagicAt + kMagic.size()> head{};
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), head.size());
  const std::string_view text(head.data(), static_cast<size_t>(file.gcount()));
  return text.starts_with("\x1f\x8b") || text.starts_with("\x28\xb5\x2f\xfd") ||
         text.substr(std::min(kMagicAt, text.size())) == kMagic;
}

}  // namespace

bool looks_like_image(std::string_view text) {
  if (names_transport(text)) return true;
  const auto bare = split_bare(text);
  if (!bare) return false;
  const std::string& path = bare->first;
  if (layer::is_directory(path)) return layer::is_there(path + "/oci-layout");
  return layer::is_file(path) && begins_as_archive(path);
}

FoundSource find_source(std::string_view text, const ReadContext& context) {
  if (names_transport(text)) return open_reference(parse_image_reference(text), context);
  const auto bare = split_bare(text);
  if (!bare && text.find(':') != text.npos) parse_image_reference(text);  // says what is wrong
  if (!bare) {
    throw layer::Error({std::string(text)}, "there is no such file or folder")
        .with_help(
            "an image is a layout's folder or an archive, or oci:DIR[:TAG], "
            "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]");
  }
  const auto& [path, name] = *bare;
  if (layer::is_directory(path)) {
    return {open_directory(path), reference_of(Transport::kOci, path, name)};
  }
  std::unique_ptr<Source> archive = open_archive(path, context);
  const Transport transport =
      archive->find("oci-layout") ? Transport::kOciArchive : Transport::kDockerArchive;
  if (transport == Transport::kDockerArchive && !archive->find("manifest.json")) {
    throw layer::Error({path}, "is no image: it has neither 'oci-layout' nor 'manifest.json'");
  }
  return {std::move(archive), reference_of(transport, path, name)};
}

StoredImage open_found(const FoundSource& found, const std::optional<Platform>& platform,
                       const ReadContext& context, DockerLayers layers) {
  const auto& [source, reference] = found;
  if (reference.transport == Transport::kDockerArchive) {
    return open_docker_image(*source, reference, platform, context.limits, layers);
  }
  return open_oci_image(*source, reference, platform);
}

StoredImage find_image(std::string_view text, const std::optional<Platform>& platform,
                       const ReadContext& context, DockerLayers layers) {
  return open_found(find_source(text, context), platform, context, layers);
}

}  // namespace oci
