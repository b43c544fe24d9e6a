// Image references: where an image is (a transport and a path), and what names the image there.
#pragma once

#include <string>
#include <string_view>

namespace oci {

// containers-transports(5).
enum class Transport {
  kOci,            // oci:DIR[:TAG], an OCI image layout
  kOciArchive,     // oci-archive:FILE[:TAG], an OCI image layout in a tar
  kDockerArchive,  // docker-archive:FILE[:NAME:TAG], what `docker save` writes and `load` reads
};

struct ImageReference {
  Transport transport = Transport::kOci;
  std::string path;
  std::string name;  // as the user wrote it, valid for the transport; empty: none

  std::string to_string() const;
};

// Grammar:
//   reference = transport ":" path [":" name]      the path has no ":"
//   name      = ref | docker name                  by transport; see parse_docker_name
//   ref       = alphanum *(separator alphanum)     image-spec annotations.md, ref.name
//   separator = "-" "." "_" ":" "@" "+" "/" | "--"
// Throws Error; for an unknown transport it lists the known ones.
ImageReference parse_image_reference(std::string_view text);

// The same, for a place to write to. Also throws Error for a digest, which nobody can choose, and
// for a layout at standard output.
ImageReference parse_destination(std::string_view text);

// The names that veneer writes for an image, so that docker, containerd and podman agree on them.
struct WrittenName {
  std::string ref_name;   // annotation org.opencontainers.image.ref.name; empty: none
  std::string full_name;  // RepoTags and io.containerd.image.name; empty: none
};

// In a docker archive, ref.name is the image's tag. In the OCI transports, ref.name is what the
// user wrote, because readers look for that; there is also a full name if what the user wrote names
// a repository ("app:1", "host/app", not "latest").
WrittenName written_name(const ImageReference& reference);

}  // namespace oci
