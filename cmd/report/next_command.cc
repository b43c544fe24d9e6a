// Knows who takes which form of an image.
#include "cmd/report/next_command.h"

#include <fmt/core.h>

#include <string_view>

#include "layer/base/ascii.h"
#include "layer/disk/result_file.h"

namespace cmd {
namespace {

// In quotes, if a shell would take it for anything but one word.
std::string shell_word(std::string_view text) {
  std::string quoted = "'";
  bool is_plain = !text.empty() && text.front() != '-';
  for (const char c : text) {
    is_plain = is_plain && (layer::is_alphanumeric(c) || static_cast<signed char>(c) < 0 ||
                            std::string_view("@%_-+=:,./").find(c) != std::string_view::npos);
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return is_plain ? std::string(text) : quoted + "'";
}

}  // namespace

std::string next_command(const oci::ImageReference& reference) {
  if (layer::leads_to_stream(reference.path)) return {};
  if (reference.transport == oci::Transport::kDockerArchive) {
    return "docker load -i " + shell_word(reference.path);
  }
  const std::string name = oci::written_name(reference).full_name;
  return fmt::format("skopeo copy --preserve-digests {} docker://{}",
                     shell_word(reference.to_string()), name.empty() ? "NAME" : name);
}

}  // namespace cmd
