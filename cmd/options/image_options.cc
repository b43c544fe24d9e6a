// Declares the options with their help; oci/ parses the values.
#include "cmd/options/image_options.h"

#include <algorithm>

#include "cmd/options/check_with.h"
#include "cmd/options/source_date.h"

namespace cmd {
namespace {

constexpr const char* kConfigGroup = "Image";

// One value for each time the option is given: CLI11 by itself takes all words that follow, and
// splits values in brackets.
template <typename Parse>
CLI::Option* add_repeatable(CLI::App& app, const std::string& names,
                            std::vector<std::string>& values, const std::string& help,
                            Parse parse) {
  return app.add_option(names, values, help)
      ->allow_extra_args(false)
      ->check(check_with(parse))
      ->group(kConfigGroup);
}

template <typename Parse>
void add_single(CLI::App& app, const std::string& names, std::optional<std::string>& value,
                const std::string& help, Parse parse) {
  app.add_option(names, value, help)->check(check_with(parse))->group(kConfigGroup);
}

void parse_argument(const std::string& value) {
  oci::parse_arguments({value});
}

void add_run_options(CLI::App& app, ImageOptions& options) {
  add_repeatable(
      app, "--entrypoint", options.entrypoint,
      "Argument of the command that the image runs; repeatable, or all arguments as a JSON array "
      "'[\"/bin/app\",\"-x\"]'. Drops the base's --cmd. '' means no entrypoint",
      parse_argument)
      ->type_name("ARG");
  add_repeatable(app, "--cmd", options.cmd,
                 "Default argument after the entrypoint; written as for --entrypoint",
                 parse_argument)
      ->type_name("ARG");
  add_repeatable(app, "-e,--env", options.env,
                 "Environment variable, added to the base's. In VALUE, $NAME and ${NAME} are "
                 "replaced by the value that the base or an earlier --env sets, and '$$' by '$'. "
                 "For a VALUE with line breaks, give a JSON array '[\"KEY\",\"VALUE\"]'",
                 oci::parse_env)
      ->type_name("KEY=VALUE");
  add_single(app, "-u,--user", options.user, "User and group that run the command: USER[:GROUP]",
             oci::parse_user);
  add_single(app, "-w,--workdir", options.working_dir,
             "Working directory; relative to the base's if it is not absolute",
             oci::parse_working_dir);
  add_repeatable(app, "--expose", options.ports,
                 "Port, or range of ports, that the container listens on", oci::parse_ports)
      ->type_name("PORT[-PORT][/PROTOCOL]");
  add_repeatable(app, "--volume", options.volumes, "Path in the container that is a volume",
                 oci::parse_volume)
      ->type_name("PATH");
  add_single(app, "--stop-signal", options.stop_signal,
             "Signal that stops the container, such as SIGTERM", oci::parse_stop_signal);
}

void add_description_options(CLI::App& app, ImageOptions& options) {
  add_repeatable(
      app, "-l,--label", options.labels,
      "Label, added to the base's; written as for --env, but a '$' in VALUE has no special meaning",
      oci::parse_label)
      ->type_name("KEY=VALUE");
  add_repeatable(app, "--annotation", options.annotations,
                 "Annotation of the manifest; written as for --label", oci::parse_annotation)
      ->type_name("KEY=VALUE");
  add_single(app, "--created", options.created,
             "Creation time of the image: RFC 3339 or seconds since 1970 (default: "
             "$SOURCE_DATE_EPOCH, or 1970-01-01T00:00:00Z)",
             oci::parse_created);
  add_single(app, "--author", options.author, "Author of the image", [](const std::string&) {});
}

void add_place_options(CLI::App& app, ImageOptions& options) {
  app.add_option("-o,--output", options.outputs,
                 "Where to write the image; written as for --base; repeatable. - as FILE of an "
                 "archive is stdout")
      ->type_name("IMAGE")
      ->allow_extra_args(false)
      ->required()
      ->check(check_with(oci::parse_destination))
      ->group(kBaseGroup);
}

}  // namespace

void add_image_options(CLI::App& app, ImageOptions& options) {
  add_place_options(app, options);
  add_run_options(app, options);
  add_description_options(app, options);
}

oci::ConfigChanges config_changes(const ImageOptions& options) {
  oci::ConfigChanges changes;
  if (!options.entrypoint.empty()) changes.entrypoint = oci::parse_arguments(options.entrypoint);
  if (!options.cmd.empty()) changes.cmd = oci::parse_arguments(options.cmd);
  for (const std::string& text : options.env) changes.env.push_back(oci::parse_env(text));
  for (const std::string& text : options.labels) {
    const oci::KeyValue label = oci::parse_label(text);
    changes.labels[label.first] = label.second;
  }
  for (const std::string& text : options.ports) changes.exposed_ports.merge(oci::parse_ports(text));
  for (const std::string& text : options.volumes) changes.volumes.insert(oci::parse_volume(text));
  changes.user = options.user;
  changes.working_dir = options.working_dir;
  changes.stop_signal = options.stop_signal;
  changes.created = options.created ? oci::parse_created(*options.created) : source_date();
  changes.author = options.author;
  return changes;
}

oci::StringMap manifest_annotations(const ImageOptions& options) {
  oci::StringMap annotations;
  for (const std::string& text : options.annotations) {
    const oci::KeyValue annotation = oci::parse_annotation(text);
    annotations[annotation.first] = annotation.second;
  }
  return annotations;
}

std::vector<oci::ImageReference> output_references(const ImageOptions& options) {
  std::vector<oci::ImageReference> references;
  for (const std::string& text : options.outputs) {
    references.push_back(oci::parse_destination(text));
  }
  return references;
}

}  // namespace cmd
