// Docker Engine, or podman's service, by the Docker Engine API.
#pragma once

#include <memory>

#include "oci/load/engine.h"

namespace oci {

// Asks what it is. Throws Error if it cannot be reached.
std::unique_ptr<Engine> connect_docker(const EngineAddress& address, std::chrono::seconds patience);

}  // namespace oci
