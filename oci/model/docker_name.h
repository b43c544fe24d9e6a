// Image names as Docker reads them: `app` is docker.io/library/app:latest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace oci {

// A name with a tag, every part spelt out.
struct DockerName {
  std::string domain;  // "docker.io", "localhost:5000"
  std::string path;    // "library/app"
  std::string tag;     // "latest"

  std::string to_string() const { return domain + '/' + path + ':' + tag; }

  bool operator==(const DockerName&) const = default;
};

// Grammar (github.com/distribution/reference), after the defaults for domain, `library/` and tag:
//   name      = domain "/" component *("/" component) ":" tag      at most 255 bytes before the tag
//   domain    = (label *("." label) | "[" IPv6 "]") [":" port]
//   label     = alphanumerics and inner "-"
//   component = 1*alphanum *(("." | "_" | "__" | 1*"-") 1*alphanum)      lower case
//   tag       = 1*128 of alphanumerics, "_", ".", "-"; no "." or "-" first
// The first component is a domain if it has a "." or ":", an upper-case letter, or is "localhost".
// A digest ("@sha256:...") is refused: the image that it would name is not known. Throws Error.
DockerName parse_docker_name(std::string_view text);
// The same, but no value where parse_docker_name() throws.
std::optional<DockerName> find_docker_name(std::string_view text);

}  // namespace oci
