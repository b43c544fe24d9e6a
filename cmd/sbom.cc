// Reads the image as `inspect` does, and writes one document.
#include "cmd/sbom.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cmd/inspect/subject.h"
#include "cmd/options/choice.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/sbom_file.h"

namespace cmd {
namespace {

struct SbomArguments {
  std::string image;
  std::string output = std::string(layer::kStandardOutput);
  std::optional<oci::SbomFormat> format;  // none: by the name of the file
  bool files = false;
  ReadingOptions reading;
};

// Throws CLI::ValidationError.
oci::SbomFormat chosen_format(const SbomArguments& options) {
  const oci::SbomFormat format =
      options.format.value_or(sbom_format_of(options.output).value_or(oci::SbomFormat::kSpdx));
  if (options.files && format == oci::SbomFormat::kSpdx) {
    throw CLI::ValidationError("--files",
                               "only --format=cyclonedx lists files: SPDX wants a SHA-1 of each");
  }
  return format;
}

void run_sbom(const SbomArguments& options) {
  const oci::SbomFormat format = chosen_format(options);
  check_outputs({{"--output", options.output}});
  const Subjects subjects({options.image}, options.reading);
  std::vector<layer::ResultFile> files;
  files.push_back(text_result(options.output, sbom_text(subjects.at(0), format, options.files)));
  show_results(nullptr, files);
}

}  // namespace

void add_sbom_command(CLI::App& app) {
  const auto options = std::make_shared<SbomArguments>();
  CLI::App* command = app.add_subcommand(
      "sbom",
      "Write a bill of materials of an image: its Python, Debian and Alpine packages, as SPDX or "
      "CycloneDX");
  add_image_argument(*command, "IMAGE", options->image);
  command
      ->add_option("--format", options->format,
                   "spdx: SPDX 2.3; cyclonedx: CycloneDX 1.6; both as JSON (default: cyclonedx if "
                   "FILE ends in .cdx.json, else spdx)")
      ->transform(one_of<oci::SbomFormat>(
          {{"spdx", oci::SbomFormat::kSpdx}, {"cyclonedx", oci::SbomFormat::kCycloneDx}}))
      ->type_name("spdx|cyclonedx");
  command
      ->add_option("-o,--output", options->output,
                   "Write to this file (default: -, the standard output)")
      ->type_name("FILE");
  command->add_flag("--files", options->files,
                    "List the files of each package with their SHA-256; only CycloneDX");
  add_reading_options(*command, options->reading);
  command->callback([options] { run_sbom(*options); });
}

}  // namespace cmd
