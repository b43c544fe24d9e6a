// Reads an image or a plan, runs every check, prints what was found and sums it up.
#include "cmd/verify.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "cmd/options/check_with.h"
#include "cmd/options/limit_options.h"
#include "cmd/options/number_values.h"
#include "cmd/report/results.h"
#include "cmd/steps/check_report.h"
#include "cmd/steps/checking.h"
#include "cmd/steps/image_check.h"
#include "cmd/steps/planning.h"
#include "oci/model/reference.h"
#include "oci/read/find_image.h"

namespace cmd {
namespace {

struct VerifyArguments {
  std::string image;  // or a plan's file
  std::string platform;
  std::string base;  // of a plan
  layer::Limits limits;
  unsigned jobs = 1;
  ReportFormat format = ReportFormat::kText;
};

constexpr std::string_view kPlanBegin = "veneer plan ";  // docs/plan_format.md

// Whether the argument names a plan's text.
bool is_plan(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string begin(kPlanBegin.size(), '\0');
  return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == kPlanBegin;
}

CheckReport verify_plan(const VerifyArguments& options, const std::string& scratch) {
  PlanningOptions planning;
  planning.plan_file = options.image;
  planning.base = {options.base, options.platform, options.limits};
  planning.jobs = options.jobs;
  const std::optional<oci::StoredImage> base = open_base(planning.base, scratch);
  const PlanningState planned = make_plan(planning, base, scratch);
  oci::ConfigChanges changes;
  start_program(planned.plan.program, changes);
  CheckReport verified;
  verified.image = options.image;
  verified.findings = check_plan(planned, planning, base ? &*base : nullptr, changes);
  for (const layer::LayerPlan& layer : planned.plan.layers) verified.paths += layer.entries.size();
  verified.layers = planned.plan.layers.size();
  return verified;
}

CheckReport verify(const VerifyArguments& options) {
  const std::string scratch = temporary_folder();
  if (is_plan(options.image)) return verify_plan(options, scratch);
  if (!options.base.empty()) {
    throw CLI::ValidationError("--base", "only a plan takes it, because an image has its own base");
  }
  const oci::ReadContext context{scratch, options.limits};
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) platform = oci::parse_platform(options.platform);
  const oci::StoredImage image =
      oci::find_image(options.image, platform, context, oci::DockerLayers::kMeasured);
  CheckReport verified = check_stored_image(image, context, options.jobs);
  verified.image = options.image;
  return verified;
}

void run_verify(const VerifyArguments& options) {
  const CheckReport report = verify(options);
  print_check_report(report, options.format);
  if (count_findings(report.findings).errors > 0) throw CLI::RuntimeError(1);
}

}  // namespace

void add_verify_command(CLI::App& app) {
  const auto options = std::make_shared<VerifyArguments>();
  CLI::App* command =
      app.add_subcommand("verify", "Check the links, libraries and Python of an image");
  command
      ->add_option(
          "IMAGE", options->image,
          "An image: the folder of a layout or the file of an archive, or oci:DIR[:TAG], "
          "oci-archive:FILE[:TAG] or docker-archive:FILE[:NAME:TAG]; or a file with a plan")
      ->required();
  command->add_option("--base", options->base, "For a plan: the base image that its layers go on")
      ->type_name("IMAGE")
      ->check(check_with(oci::parse_image_reference));
  command
      ->add_option(
          "--platform", options->platform,
          "Which image, if there are several: OS/ARCHITECTURE[/VARIANT] (default: the only one)")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_platform));
  add_format_option(*command, options->format);
  add_limit_options(*command, options->limits);
  options->jobs = std::max(1U, std::thread::hardware_concurrency());
  command->add_option("-j,--jobs", options->jobs, "Number of threads (default: one per core)")
      ->transform(number_from_to(1, 1024))
      ->type_name("N");
  command->callback([options] { run_verify(*options); });
}

}  // namespace cmd
