// Names the layout, and says what was dropped.
#include "cmd/gc.h"

#include <fmt/core.h>

#include <memory>
#include <string>

#include "cmd/report/manners.h"
#include "cmd/report/messages.h"
#include "oci/model/reference.h"
#include "oci/write/unreached_blobs.h"

namespace cmd {
namespace {

struct GcArguments {
  std::string layout;
  bool dry_run = false;
};

// oci:DIR, or the folder itself.
std::string layout_folder(const std::string& text) {
  if (!text.starts_with("oci:")) return text;
  const oci::ImageReference reference = oci::parse_image_reference(text);
  if (reference.name.empty()) return reference.path;
  throw layer::Error(fmt::format("'{}' names an image, and a layout is collected as a whole", text))
      .with_help(fmt::format("write oci:{}", reference.path));
}

void collect_layout(const GcArguments& options) {
  const oci::DropBlobs drop = options.dry_run ? oci::DropBlobs::kOnlyCount : oci::DropBlobs::kYes;
  const oci::UnreachedBlobs blobs = oci::drop_unreached(layout_folder(options.layout), drop);
  if (is_quiet()) return;
  std::string line =
      fmt::format("{}: {} {} {}, {} kept", options.layout, counted(blobs.dropped, "blob"),
                  options.dry_run ? "would be dropped," : "dropped,",
                  human_size(blobs.dropped_bytes), blobs.kept);
  if (blobs.lists > 0) {
    line += fmt::format("; among them what is attached to {}", counted(blobs.lists, "image"));
  }
  print_line(stdout, line);
}

}  // namespace

void add_gc_command(CLI::App& app) {
  const auto options = std::make_shared<GcArguments>();
  CLI::App* command =
      app.add_subcommand("gc", "Drop the blobs of a layout to which none of its images leads");
  command->add_option("LAYOUT", options->layout, "The layout: its folder, or oci:DIR")->required();
  command->add_flag("--dry-run", options->dry_run, "Only say how much would be dropped");
  command->callback([options] { collect_layout(*options); });
}

}  // namespace cmd
