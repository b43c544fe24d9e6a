// Standard streams have paths, too.
#include "cmd/options/written_paths.h"

#include "layer/disk/result_file.h"

namespace cmd {

std::vector<std::string> written_paths(const std::vector<NamedOutput>& outputs,
                                       const ToolOptions& tools) {
  std::vector<std::string> paths = tool_outputs(tools);
  paths.insert(paths.end(), {"/dev/stdout", "/dev/stderr"});
  for (const NamedOutput& output : outputs) {
    const bool is_stdout =
        output.kind != OutputKind::kLayout && output.path == layer::kStandardOutput;
    if (!is_stdout) paths.push_back(output.path);
  }
  return paths;
}

}  // namespace cmd
