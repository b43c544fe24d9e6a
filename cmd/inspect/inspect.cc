// Reads the image once, prints it in the form that is asked for, and holds it to the limits.
#include "cmd/inspect/inspect.h"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cmd/inspect/expectations.h"
#include "cmd/inspect/inspect_json.h"
#include "cmd/inspect/inspect_text.h"
#include "cmd/inspect/inspection.h"
#include "cmd/inspect/listing.h"
#include "cmd/inspect/page.h"
#include "cmd/inspect/subject.h"
#include "cmd/options/check_with.h"
#include "cmd/options/number_values.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/steps/image_check.h"

namespace cmd {
namespace {

struct InspectArguments {
  std::string image;
  std::string older;  // another image, for the page; empty: none
  std::string page;   // --html; empty: the report is printed
  ReadingOptions reading;
  std::optional<uint32_t> layer;  // from 1
  bool files = false;
  bool json = false;
  InspectLimits limits;
  Expectations expected;
};

// The layer that is asked for, from 0.
std::optional<uint32_t> chosen_layer(const InspectArguments& options,
                                     const oci::StoredImage& image) {
  if (!options.layer) return std::nullopt;
  if (*options.layer > image.layers.size()) {
    throw layer::Error(
        {image.name},
        fmt::format("has {}, no layer {}", counted(image.layers.size(), "layer"), *options.layer));
  }
  return *options.layer - 1;
}

void print_listing(const oci::ImageSubject& subject, const std::optional<uint32_t>& layer) {
  const TakeEntry print = [](const ListedEntry& entry) { print_line(stdout, listing_line(entry)); };
  layer ? list_layer(subject, *layer, print) : list_image(subject, print);
}

void print_report(const InspectArguments& options, const Inspection& inspection,
                  const std::vector<Excess>& excess) {
  const std::optional<uint32_t> layer = chosen_layer(options, inspection.subject.image);
  if (options.json) {
    print_image_json(inspection, excess, {layer, options.files});
  } else if (options.files) {
    print_listing(inspection.subject, layer);
  } else if (is_quiet()) {
    return;
  } else if (layer) {
    print_layer_text(inspection, *layer);
  } else {
    print_image_text(inspection);
  }
}

std::vector<NamedOutput> page_outputs(const InspectArguments& options) {
  return {{"--html", options.page}};
}

void write_page(const InspectArguments& options, const Subjects& subjects,
                const Inspection& inspection) {
  const oci::ReadContext context{temporary_folder(), options.reading.limits};
  const CheckReport checked =
      check_stored_image(inspection.subject.image, context, options.reading.jobs);
  std::optional<oci::ImageSubject> older;
  std::optional<Comparison> since;
  if (!options.older.empty()) {
    older.emplace(subjects.at(1));
    since.emplace(compare(*older, inspection.subject, oci::CompareTimes::kYes));
  }
  const std::string page =
      page_html(need_page_source(), {inspection, checked.findings, since ? &*since : nullptr});
  std::vector<layer::ResultFile> files;
  files.push_back(text_result(options.page, page));
  show_results(nullptr, files);
  if (is_quiet()) return;
  print_line(take_stdout(page_outputs(options)) ? stderr : stdout,
             fmt::format("{}: {}, {}", options.page,
                         counted(inspection.subject.facts.tree.nodes().size(), "path"),
                         human_size(page.size())));
}

void run_inspect(const InspectArguments& options) {
  if (!options.page.empty()) {
    need_page_source();
    check_outputs(page_outputs(options));
  }
  std::vector<std::string> images{options.image};
  if (!options.older.empty()) images.push_back(options.older);
  const Subjects subjects(images, options.reading);
  const oci::ImageSubject subject = subjects.at(0);
  const Inspection inspection = inspect_image(subject);
  const std::vector<Excess> excess = find_excess(inspection, options.limits);
  options.page.empty() ? print_report(options, inspection, excess)
                       : write_page(options, subjects, inspection);
  std::vector<layer::Diagnostic> faults = excess_faults(inspection, excess);
  for (layer::Diagnostic& fault : unmet_expectations(subject, options.expected)) {
    faults.push_back(std::move(fault));
  }
  if (!faults.empty()) throw layer::Error(std::move(faults));
}

// The forms that the report may have.
void add_forms(CLI::App& command, InspectArguments& options) {
  CLI::Option* layer =
      command.add_option("--layer", options.layer, "Only this layer, from 1 (the base's first)")
          ->transform(number_from_to(1, UINT32_MAX))
          ->type_name("N");
  CLI::Option* files =
      command.add_flag("--files", options.files,
                       "List every path as `tar tv` does; with --layer, the entries of its tar");
  CLI::Option* json = command.add_flag("--json", options.json, "Print JSON; see docs/inspect.md");
  command
      .add_option("--html", options.page,
                  "Write a page that shows the image in a browser, with what the checks find")
      ->type_name("FILE")
      ->excludes(layer)
      ->excludes(files)
      ->excludes(json);
  command.add_option(
      "OLDER", options.older,
      "With --html: an image that a registry has already; the page then says what of "
      "IMAGE would be pushed");
}

void add_bounds(CLI::App& command, InspectLimits& limits) {
  constexpr const char* kGroup = "Limits (exit code 1 if the image goes beyond)";
  command.add_option("--max-size", limits.size, "Bytes of all layers as they are stored: 200MB")
      ->transform(size_in_bytes(CLI::AsSizeValue(true)))
      ->type_name("SIZE")
      ->group(kGroup);
  command
      .add_option("--max-waste", limits.waste,
                  "Bytes of files that are stored in vain, or their share of all: 10MB, 5%")
      ->check(check_with(parse_waste_limit))
      ->type_name("SIZE")
      ->group(kGroup);
  command.add_option("--max-layers", limits.layers, "Number of layers")
      ->transform(number_from_to(0, uint64_t{1} << 32U))
      ->type_name("N")
      ->group(kGroup);
}

}  // namespace

void add_inspect_command(CLI::App& app) {
  const auto options = std::make_shared<InspectArguments>();
  CLI::App* command = app.add_subcommand(
      "inspect", "Show what is in an image: layers, packages, largest files, what is stored twice");
  add_image_argument(*command, "IMAGE", options->image);
  add_forms(*command, *options);
  add_bounds(*command, options->limits);
  add_expectations(*command, options->expected);
  add_reading_options(*command, options->reading);
  command->callback([options] {
    if (!options->older.empty() && options->page.empty()) {
      throw CLI::ValidationError(
          "OLDER", "only --html takes a second image; `veneer diff A B` compares two");
    }
    if (!options->limits.waste.empty()) {
      options->limits.waste = parse_waste_limit(options->limits.waste);
    }
    run_inspect(*options);
  });
}

}  // namespace cmd
