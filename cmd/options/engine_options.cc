// Looks for Docker, then podman, then containerd.
#include "cmd/options/engine_options.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/number_values.h"
#include "layer/base/error.h"
#include "layer/disk/look_at.h"
#include "oci/load/docker_engine.h"
#include "oci/load/engine_address.h"
#include "oci/load/engine_program.h"

namespace cmd {
namespace {

constexpr uint64_t kMostSeconds = 86400;
constexpr const char* kContainerdSocket = "/run/containerd/containerd.sock";

std::string engine_variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets any
  return value == nullptr ? std::string() : std::string(value);
}

oci::EngineAddress find_docker() {
  oci::DockerVariables variables;
  variables.host = engine_variable("DOCKER_HOST");
  variables.context = engine_variable("DOCKER_CONTEXT");
  variables.config = engine_variable("DOCKER_CONFIG");
  variables.cert_path = engine_variable("DOCKER_CERT_PATH");
  variables.tls = engine_variable("DOCKER_TLS");
  variables.tls_verify = engine_variable("DOCKER_TLS_VERIFY");
  variables.home = engine_variable("HOME");
  return oci::docker_address(variables);
}

oci::EngineAddress find_podman() {
  return oci::podman_address(engine_variable("CONTAINER_HOST"), engine_variable("XDG_RUNTIME_DIR"),
                             ::geteuid() == 0);
}

oci::EngineProgram program_at(const std::string& path) {
  oci::EngineProgram program{path, {}};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    program.environment.emplace_back(*variable);
  }
  return program;
}

oci::EngineProgram installed_program(const std::string& name) {
  return program_at(oci::find_program(name, engine_variable("PATH")));
}

std::string check_engine(const std::string& text) {
  if (text == "docker" || text == "podman" || text == "containerd" || text.starts_with('/')) {
    return {};
  }
  return "'" + text +
         "' is not an engine: expected docker, podman, containerd or the absolute path of a "
         "program that takes `load`";
}

oci::Platform this_machine() {
  utsname names{};
  if (::uname(&names) != 0) throw layer::system_error("uname", "cannot be asked", errno);
  return oci::canonical({"linux", names.machine, std::string()});
}

bool is_docker_there() {
  const oci::EngineAddress address = find_docker();
  if (address.chosen_by != "default") return true;
  return layer::is_there(oci::socket_path(address));
}

std::string first_engine() {
  if (is_docker_there()) return "docker";
  if (!find_podman().url.empty() || !installed_program("podman").path.empty()) return "podman";
  const bool has_containerd =
      !engine_variable("CONTAINERD_ADDRESS").empty() || layer::is_there(kContainerdSocket);
  if (has_containerd && !installed_program("ctr").path.empty()) return "containerd";
  throw layer::Error(
      "there is no container engine: no socket of Docker (/var/run/docker.sock), no podman, "
      "no containerd with ctr")
      .with_help("start one, or say where it is: DOCKER_HOST, CONTAINER_HOST, CONTAINERD_ADDRESS");
}

}  // namespace

void add_engine_options(CLI::App& command, EngineOptions& options) {
  command
      .add_option("--to", options.engine,
                  "The engine: docker, podman or containerd (default: the first of them that there "
                  "is); or the path of a program that takes the whole image as `PATH load` does")
      ->type_name("ENGINE")
      ->check(CLI::Validator(check_engine, std::string()));
  command
      .add_option("--timeout", options.patience,
                  "For how long the engine may be silent before it is given up (default: 600)")
      ->type_name("SECONDS")
      ->transform(number_from_to(1, kMostSeconds));
}

std::unique_ptr<oci::Engine> open_engine(const EngineOptions& options) {
  const std::chrono::seconds patience(options.patience);
  const std::string engine = options.engine.empty() ? first_engine() : options.engine;
  if (engine.starts_with('/')) {
    return oci::use_command(program_at(engine), this_machine(), patience);
  }
  if (engine == "docker") return oci::connect_docker(find_docker(), patience);
  if (engine == "containerd") {
    const oci::EngineProgram ctr = installed_program("ctr");
    if (!ctr.path.empty()) return oci::use_ctr(ctr, this_machine(), patience);
    throw layer::Error("containerd is reached by its command 'ctr', which is not on the PATH")
        .with_help("it is part of containerd: in Debian, of the package 'containerd'");
  }
  const oci::EngineAddress address = find_podman();
  if (!address.url.empty()) return oci::connect_docker(address, patience);
  const oci::EngineProgram podman = installed_program("podman");
  if (!podman.path.empty()) return oci::use_podman(podman, this_machine(), patience);
  throw layer::Error("podman has no socket here, and is not on the PATH")
      .with_help("install podman, or set CONTAINER_HOST=unix:///PATH to its socket");
}

}  // namespace cmd
