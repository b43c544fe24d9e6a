// Follows Docker's own order: github.com/docker/cli, cli/command and cli/context/store.
#include "oci/load/engine_address.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "layer/base/digest.h"
#include "layer/disk/look_at.h"
#include "oci/model/descriptor.h"
#include "oci/read/blob.h"

namespace oci {
namespace {

constexpr std::string_view kUnixScheme = "unix://";
constexpr std::string_view kDefaultDockerHost = "unix:///var/run/docker.sock";
constexpr std::string_view kDefaultContext = "default";
constexpr uint64_t kMaxTlsFileBytes = uint64_t{4} << 20;

std::string docker_folder(const DockerVariables& variables) {
  return variables.config.empty() ? variables.home + "/.docker" : variables.config;
}

// The document at the path; no value if there is no such file.
std::optional<Json> read_document(const std::string& path) {
  if (!layer::is_there(path)) return std::nullopt;
  const std::shared_ptr<const File> file = open_file(path);
  return parse_json(read_text(Blob(file, 0, file_size(*file), path)), path);
}

std::string current_context(const DockerVariables& variables) {
  if (!variables.context.empty()) return variables.context;
  const std::string path = docker_folder(variables) + "/config.json";
  const std::optional<Json> config = read_document(path);
  if (!config) return {};
  const auto name = JsonField(*config, path).find("currentContext");
  return name ? name->text() : std::string();
}

// The path of a file of a TLS connection; empty if there is none. libcurl opens it by its name, and
// would wait for a FIFO or read a device without end.
std::string if_there(const std::string& path) {
  if (!layer::is_there(path)) return {};
  const uint64_t size = file_size(*open_file(path));
  if (size <= kMaxTlsFileBytes) return path;
  throw layer::Error({path}, fmt::format("is {} bytes long, more than {}", size, kMaxTlsFileBytes));
}

TlsFiles tls_files(const std::string& folder) {
  return {if_there(folder + "/ca.pem"), if_there(folder + "/cert.pem"),
          if_there(folder + "/key.pem")};
}

// A context is stored below the digest of its name.
EngineAddress address_of_context(const std::string& name, const std::string& folder) {
  const std::string digest = digest_of(name).hex();
  const std::string path = fmt::format("{}/contexts/meta/{}/meta.json", folder, digest);
  const std::optional<Json> document = read_document(path);
  if (!document) {
    throw layer::Error({path}, fmt::format("there is no Docker context '{}'", name))
        .with_help(
            "`docker context ls` lists them; DOCKER_CONTEXT and currentContext in "
            "config.json choose one");
  }
  const JsonField docker = JsonField(*document, path).at("Endpoints").at("docker");
  EngineAddress address;
  address.url = docker.at("Host").text();
  address.chosen_by = fmt::format("the Docker context '{}'", name);
  address.files = tls_files(fmt::format("{}/contexts/tls/{}/docker", folder, digest));
  const auto skips = docker.find("SkipTLSVerify");
  const bool is_unverified = skips && skips->flag();
  const bool has_files = !address.files.ca.empty() || !address.files.certificate.empty();
  if (has_files || is_unverified) {
    address.tls = is_unverified ? TlsMode::kUnverified : TlsMode::kVerified;
  }
  return address;
}

void add_tls_variables(const DockerVariables& variables, EngineAddress& address) {
  if (variables.tls.empty() && variables.tls_verify.empty()) return;
  address.tls = variables.tls_verify.empty() ? TlsMode::kUnverified : TlsMode::kVerified;
  const std::string& folder = variables.cert_path;
  address.files = tls_files(folder.empty() ? docker_folder(variables) : folder);
}

void check_scheme(const EngineAddress& address) {
  if (!socket_path(address).empty() || address.url.starts_with("tcp://")) return;
  layer::Error error(fmt::format("'{}', by {}, is not an engine that veneer can reach", address.url,
                                 address.chosen_by));
  if (address.url.starts_with("ssh://")) {
    throw std::move(error).with_help(
        "forward its socket, `ssh -NL /tmp/engine.sock:/var/run/docker.sock HOST`, and set "
        "DOCKER_HOST=unix:///tmp/engine.sock; or say "
        "--to=$(command -v docker), which sends the whole image");
  }
  throw std::move(error).with_help("expected unix:///PATH or tcp://HOST:PORT");
}

}  // namespace

std::string socket_path(const EngineAddress& address) {
  if (!address.url.starts_with(kUnixScheme)) return {};
  return address.url.substr(kUnixScheme.size());
}

EngineAddress docker_address(const DockerVariables& variables) {
  EngineAddress address;
  if (!variables.host.empty()) {
    address.url = variables.host;
    address.chosen_by = "DOCKER_HOST";
    add_tls_variables(variables, address);
  } else {
    const std::string name = current_context(variables);
    if (!name.empty() && name != kDefaultContext) {
      address = address_of_context(name, docker_folder(variables));
    } else {
      address.url = kDefaultDockerHost;
      address.chosen_by = "default";
    }
  }
  check_scheme(address);
  return address;
}

EngineAddress podman_address(const std::string& container_host, const std::string& runtime_folder,
                             bool is_root) {
  EngineAddress address;
  if (!container_host.empty()) {
    address.url = container_host;
    address.chosen_by = "CONTAINER_HOST";
    check_scheme(address);
    return address;
  }
  const std::string path =
      is_root ? "/run/podman/podman.sock" : runtime_folder + "/podman/podman.sock";
  if ((!is_root && runtime_folder.empty()) || !layer::is_there(path)) return address;
  address.url = std::string(kUnixScheme) + path;
  address.chosen_by = "default";
  return address;
}

}  // namespace oci
