// Engines that are reached by their own command: podman without a service, and containerd by ctr.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "oci/load/engine.h"

namespace oci {

// A command that is installed, and what it is run with.
struct EngineProgram {
  std::string path;                      // absolute
  std::vector<std::string> environment;  // it says which storage, address and namespace is meant
};

// The file that a shell would run, by the value of PATH; empty: there is none.
std::string find_program(const std::string& name, const std::string& search_path);

// ctr is asked for its version; throws Error if that fails. All are taken to be of this
// machine, and so is `platform`.
std::unique_ptr<Engine> use_podman(const EngineProgram& podman, const Platform& platform,
                                   std::chrono::seconds patience);
// Any command that takes archives as `docker load` does: `PROGRAM load`, with the whole image on its
// standard input.
std::unique_ptr<Engine> use_command(const EngineProgram& program, const Platform& platform,
                                    std::chrono::seconds patience);
std::unique_ptr<Engine> use_ctr(const EngineProgram& ctr, const Platform& platform,
                                std::chrono::seconds patience);

}  // namespace oci
