// The table of targets.
#include "tests/fuzz/targets.h"

#include <algorithm>
#include <array>

#include "layer/base/error.h"
#include "tests/fuzz/readers.h"

namespace fuzz {
namespace {

constexpr std::array kTargets{
    Target{"config", read_config},
    Target{"docker_archive", read_docker_archive},
    Target{"elf", read_elf},
    Target{"flag_file", read_flag_file},
    Target{"gzip", read_gzip},
    Target{"ignore_rules", read_ignore_rules},
    Target{"image", read_image},
    Target{"index", read_index},
    Target{"layer", read_layer},
    Target{"layer_descriptor", read_layer_descriptor},
    Target{"layer_lock", read_layer_lock},
    Target{"manifest", read_manifest},
    Target{"mtree", read_mtree},
    Target{"oci_archive", read_oci_archive},
    Target{"option_value", read_option_value},
    Target{"package_records", read_package_records},
    Target{"plan", read_plan},
    Target{"probe_memo", read_probe_memo},
    Target{"probed_files", read_probed_files},
    Target{"project_file", read_project_file},
    Target{"repo_mapping", read_repo_mapping},
    Target{"runfiles_manifest", read_runfiles_manifest},
    Target{"spec", read_spec},
    Target{"store_index", read_store_index},
    Target{"table", read_table},
    Target{"tar_command", read_tar_command},
    Target{"venv_text", read_venv_text},
    Target{"work_requests", read_work_requests},
};

}  // namespace

std::span<const Target> all_targets() {
  return kTargets;
}

const Target* find_target(std::string_view name) {
  const auto* const found = std::ranges::find(kTargets, name, &Target::name);
  return found == kTargets.end() ? nullptr : found;
}

bool is_read(const Target& target, std::string_view bytes) {
  try {
    target.run(bytes);
    return true;
  } catch (const layer::Error&) {
    return false;
  }
}

}  // namespace fuzz
