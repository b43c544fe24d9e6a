// Parses the references of containers-transports(5), for the three transports that are files.
#include "oci/model/reference.h"

#include <fmt/core.h>

#include <stdexcept>

#include "layer/base/ascii.h"
#include "layer/base/error.h"
#include "oci/model/docker_name.h"

namespace oci {
namespace {

constexpr std::string_view kHelp =
    "an image is oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]";

std::string_view transport_name(Transport transport) {
  switch (transport) {
    case Transport::kOci:
      return "oci";
    case Transport::kOciArchive:
      return "oci-archive";
    case Transport::kDockerArchive:
      return "docker-archive";
  }
  throw std::logic_error("no such transport");
}

layer::Error bad_reference(std::string_view text, std::string_view why) {
  return layer::Error(fmt::format("'{}' is not an image: {}", text, why))
      .with_help(std::string(kHelp));
}

using layer::is_alphanumeric;

bool is_ref_separator(std::string_view text) {
  if (text == "--") return true;
  return text.size() == 1 && std::string_view("-._:@+/").find(text.front()) != text.npos;
}

bool is_ref(std::string_view text) {
  if (text.empty() || !is_alphanumeric(text.front()) || !is_alphanumeric(text.back())) return false;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && is_alphanumeric(text[end]) == is_alphanumeric(text[i])) ++end;
    if (!is_alphanumeric(text[i]) && !is_ref_separator(text.substr(i, end - i))) return false;
    i = end;
  }
  return true;
}

// What a command line may do with an image.
enum class ReferenceUse : uint8_t { kRead, kWrite };

// The place that skopeo knows as this, if veneer does not: "docker://python:3.12" of
// "python:3.12". Empty: the text means something else.
std::string place_elsewhere(std::string_view text) {
  for (const std::string_view transport : {"docker-daemon:", "containers-storage:", "dir:"}) {
    if (text.starts_with(transport)) return std::string(text);
  }
  constexpr std::string_view kRegistry = "docker:";
  std::string_view name = text;
  if (name.starts_with(kRegistry)) {
    name.remove_prefix(kRegistry.size());
    if (name.starts_with("//")) name.remove_prefix(2);
  } else if (name.find_first_of(":/") == name.npos) {
    return {};
  }
  return find_docker_name(name) ? fmt::format("docker://{}", name) : std::string();
}

// "oci:python:3.12" for "docker://ghcr.io/team/python:3.12".
std::string local_place(const std::string& elsewhere) {
  const size_t begin = elsewhere.find(':') + 1;
  const size_t slashes = elsewhere.compare(begin, 2, "//") == 0 ? 2 : 0;
  const auto name = find_docker_name(std::string_view(elsewhere).substr(begin + slashes));
  if (!name) return "oci:image";
  return fmt::format("oci:{}:{}", name->path.substr(name->path.rfind('/') + 1), name->tag);
}

// Who reads or writes the image there.
std::string help_elsewhere(const std::string& elsewhere, ReferenceUse use) {
  if (use == ReferenceUse::kRead) {
    const std::string local = local_place(elsewhere);
    return fmt::format("fetch it first: `skopeo copy {} {}`, then write {}", elsewhere, local,
                       local);
  }
  return fmt::format("write oci:DIR:TAG, then `skopeo copy --preserve-digests oci:DIR:TAG {}`",
                     elsewhere);
}

// Text without ':' or '/': a file or folder, or an image of a registry.
std::string help_bare(std::string_view text, ReferenceUse use) {
  if (use == ReferenceUse::kRead && text == "scratch") {
    return "leave it out: without a base the image begins empty, as `FROM scratch` does";
  }
  const bool is_archive = text.ends_with(".tar") || text.ends_with(".tar.gz");
  if (is_archive) return fmt::format("write docker-archive:{0} or oci-archive:{0}", text);
  std::string help = fmt::format("for a layout, which is a directory, write oci:{}", text);
  if (use == ReferenceUse::kRead && find_docker_name(text)) {
    help += fmt::format(
        "; an image of a registry has to be fetched first: `skopeo copy docker://{0} "
        "oci:{0}`",
        text);
  }
  return help;
}

layer::Error bad_transport(std::string_view text, std::string_view why, ReferenceUse use) {
  const bool is_bare = !text.empty() && text.find_first_of(":/") == text.npos;
  if (is_bare) {
    return layer::Error(fmt::format("'{}' is not an image: {}", text, why))
        .with_help(help_bare(text, use));
  }
  const std::string elsewhere = place_elsewhere(text);
  if (elsewhere.empty()) return bad_reference(text, why);
  return layer::Error(fmt::format("'{}' is not an image: {}", text, why))
      .with_help(help_elsewhere(elsewhere, use));
}

Transport parse_transport(std::string_view text, std::string_view word, ReferenceUse use) {
  for (const Transport transport :
       {Transport::kOci, Transport::kOciArchive, Transport::kDockerArchive}) {
    if (word == transport_name(transport)) return transport;
  }
  throw bad_transport(text, fmt::format("there is no transport '{}'", word), use);
}

bool names_repository(const std::string& name) {
  return name.find_first_of(":/") != name.npos;
}

ImageReference parse_reference(std::string_view text, ReferenceUse use) {
  const size_t colon = text.find(':');
  if (colon == text.npos) throw bad_transport(text, "it names no transport", use);
  ImageReference reference;
  reference.transport = parse_transport(text, text.substr(0, colon), use);
  const std::string_view rest = text.substr(colon + 1);
  const size_t end = rest.find(':');
  reference.path = rest.substr(0, end);
  if (reference.path.empty()) throw bad_reference(text, "the path is empty");
  if (end == rest.npos) return reference;
  reference.name = rest.substr(end + 1);
  if (reference.transport == Transport::kDockerArchive) {
    parse_docker_name(reference.name);
  } else if (!is_ref(reference.name)) {
    throw bad_reference(text, fmt::format("'{}' is not a tag", reference.name));
  }
  return reference;
}

}  // namespace

std::string ImageReference::to_string() const {
  return fmt::format("{}:{}{}{}", transport_name(transport), path, name.empty() ? "" : ":", name);
}

ImageReference parse_image_reference(std::string_view text) {
  return parse_reference(text, ReferenceUse::kRead);
}

ImageReference parse_destination(std::string_view text) {
  ImageReference reference = parse_reference(text, ReferenceUse::kWrite);
  if (text.find("@sha256:") != text.npos || text.find("@sha512:") != text.npos) {
    throw bad_reference(text, "a digest cannot be chosen: it follows from the content");
  }
  if (reference.transport == Transport::kOci && reference.path == "-") {
    throw layer::Error(fmt::format("'{}': a layout is a directory, not a stream", text))
        .with_help("use oci-archive:- for standard output, or oci:./- for a directory named '-'");
  }
  return reference;
}

WrittenName written_name(const ImageReference& reference) {
  if (reference.name.empty()) return {};
  if (reference.transport == Transport::kDockerArchive) {
    const DockerName name = parse_docker_name(reference.name);
    return {name.tag, name.to_string()};
  }
  WrittenName written{reference.name, {}};
  if (!names_repository(reference.name)) return written;
  // A valid ref.name need not be a name that Docker takes; then the image has none for Docker.
  if (const auto name = find_docker_name(reference.name)) written.full_name = name->to_string();
  return written;
}

}  // namespace oci
