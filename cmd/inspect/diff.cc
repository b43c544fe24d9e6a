// Reads both images, each layer once, and exits as diff(1) does.
#include "cmd/inspect/diff.h"

#include <memory>
#include <string>

#include "cmd/inspect/diff_json.h"
#include "cmd/inspect/diff_text.h"
#include "cmd/inspect/subject.h"
#include "cmd/report/manners.h"

namespace cmd {
namespace {

constexpr int kDiffer = 1;

struct DiffArguments {
  std::string before;
  std::string after;
  ReadingOptions reading;
  bool ignore_times = false;
  bool files = false;
  bool json = false;
};

void run_diff(const DiffArguments& options) {
  const Subjects subjects({options.before, options.after}, options.reading);
  const oci::ImageSubject before = subjects.at(0);
  const oci::ImageSubject after = subjects.at(1);
  const Comparison comparison = compare(
      before, after, options.ignore_times ? oci::CompareTimes::kNo : oci::CompareTimes::kYes);
  if (options.json) {
    print_diff_json(comparison);
  } else if (options.files || !is_quiet()) {
    print_diff_text(comparison, options.files ? ListFiles::kAll : ListFiles::kFew);
  }
  if (comparison.has_differences()) throw CLI::RuntimeError(kDiffer);
}

}  // namespace

void add_diff_command(CLI::App& app) {
  const auto options = std::make_shared<DiffArguments>();
  CLI::App* command = app.add_subcommand(
      kDiffCommand,
      "Show what differs between two images. The exit code is 0 if nothing does, 1 if something "
      "does, 2 if that cannot be found out");
  add_image_argument(*command, "A", options->before);
  add_image_argument(*command, "B", options->after);
  command->add_flag("--ignore-times", options->ignore_times,
                    "Do not compare times of modification of files");
  command->add_flag("--files", options->files, "List every path that differs, also of packages");
  command->add_flag("--json", options->json, "Print JSON; see docs/inspect.md");
  add_reading_options(*command, options->reading);
  command->callback([options] { run_diff(*options); });
}

}  // namespace cmd
