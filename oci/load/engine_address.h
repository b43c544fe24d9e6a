// Where an engine listens: by the variables, contexts and files that its own client goes by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace oci {

// Files of a TLS connection, each a path; empty: none.
struct TlsFiles {
  std::string ca;
  std::string certificate;
  std::string key;
};

enum class TlsMode : uint8_t { kOff, kUnverified, kVerified };

struct EngineAddress {
  std::string url;        // "unix:///var/run/docker.sock", "tcp://10.0.0.1:2376"
  std::string chosen_by;  // for messages: "DOCKER_HOST", "the context 'rootless'"
  TlsMode tls = TlsMode::kOff;
  TlsFiles files;
};

// What the variables hold that Docker's client looks at; empty: not set.
struct DockerVariables {
  std::string host;        // DOCKER_HOST
  std::string context;     // DOCKER_CONTEXT
  std::string config;      // DOCKER_CONFIG: a folder
  std::string cert_path;   // DOCKER_CERT_PATH: a folder
  std::string tls;         // DOCKER_TLS
  std::string tls_verify;  // DOCKER_TLS_VERIFY
  std::string home;        // HOME
};

// As `docker` chooses: DOCKER_HOST, else the context of DOCKER_CONTEXT or of config.json, else
// unix:///var/run/docker.sock. Reads the files of the context. Throws Error if they cannot be read,
// or if the address is of a kind that veneer cannot reach (ssh://, npipe://).
EngineAddress docker_address(const DockerVariables& variables);

// The same for podman's service: `container_host` (CONTAINER_HOST), else the sockets in
// `runtime_folder` (XDG_RUNTIME_DIR) and /run, of which an ordinary user has only the first. Url empty:
// there is none.
EngineAddress podman_address(const std::string& container_host, const std::string& runtime_folder,
                             bool is_root);

// The path of a unix:// address; empty for others.
std::string socket_path(const EngineAddress& address);

}  // namespace oci
