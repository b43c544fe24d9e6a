// Declares the options with their help; oci/ parses the values.
#include "cmd/options/image_options.h"

#include <algorithm>

#include "cmd/options/check_with.h"
#include "cmd/options/source_date.h"
#include "cmd/report/results.h"
#include "layer/read/input_file.h"

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

// A file with one value of the option `name` in each line.
void add_file_option(CLI::App& app, const std::string& name, std::vector<std::string>& files) {
  app.add_option(name + "-file", files,
                 "File with a value of " + name +
                     " in each line; empty lines and lines that begin with '#' are left out; "
                     "repeatable. Options win over files")
      ->type_name("FILE")
      ->allow_extra_args(false)
      ->group(kConfigGroup);
}

template <typename Parse>
CLI::Option* add_single(CLI::App& app, const std::string& names, std::optional<std::string>& value,
                        const std::string& help, Parse parse) {
  return app.add_option(names, value, help)->check(check_with(parse))->group(kConfigGroup);
}

void parse_argument(const std::string& value) {
  oci::parse_arguments({value});
}

void add_run_options(CLI::App& app, ImageOptions& options) {
  add_repeatable(
      app, "-e,--entrypoint", options.entrypoint,
      "Argument of the command that the image runs; repeatable, or all arguments as a JSON array "
      "'[\"/bin/app\",\"-x\"]'. Drops the base's --cmd. '' means no entrypoint. With --venv or "
      "--site-packages, the first may be the name of a script (gunicorn), a path of an --app "
      "(main.py), or -m with a module behind it",
      parse_argument)
      ->type_name("ARG");
  add_repeatable(app, "--cmd", options.cmd,
                 "Default argument after the entrypoint; written as for --entrypoint",
                 parse_argument)
      ->type_name("ARG");
  add_repeatable(app, "--env", options.env,
                 "Environment variable, added to the base's. In VALUE, $NAME and ${NAME} are "
                 "replaced by the value that the base or an earlier --env sets, and '$$' by '$'. "
                 "For a VALUE with line breaks, give a JSON array '[\"KEY\",\"VALUE\"]'",
                 oci::parse_env)
      ->type_name("KEY=VALUE")
      ->transform(expand_with(options.stamp));
  add_file_option(app, "--env", options.env_files);
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
      ->type_name("KEY=VALUE")
      ->transform(expand_with(options.stamp));
  add_file_option(app, "--label", options.label_files);
  add_repeatable(app, "--annotation", options.annotations,
                 "Annotation of the manifest; written as for --label", oci::parse_annotation)
      ->type_name("KEY=VALUE")
      ->transform(expand_with(options.stamp));
  add_file_option(app, "--annotation", options.annotation_files);
  add_single(app, "--created", options.created,
             "Creation time of the image: RFC 3339 or seconds since 1970 (default: "
             "$SOURCE_DATE_EPOCH, or 1970-01-01T00:00:00Z)",
             oci::parse_created)
      ->transform(expand_with(options.stamp));
  add_single(app, "--author", options.author, "Author of the image", oci::check_text)
      ->transform(expand_with(options.stamp));
}

void add_place_options(CLI::App& app, ImageOptions& options) {
  app.add_option("-o,--output", options.outputs,
                 "Where to write the image; written as for --base; repeatable. - as FILE of an "
                 "archive is stdout")
      ->type_name("IMAGE")
      ->allow_extra_args(false)
      ->required()
      ->check(check_with(oci::parse_destination))
      ->transform(expand_with(options.stamp))
      ->group(kBaseGroup);
}

// The values in the lines of files, and those of the options after them.
template <typename Parse>
std::vector<oci::KeyValue> key_values(const std::vector<std::string>& files,
                                      const std::vector<std::string>& values,
                                      const StampValues& stamp, Parse parse) {
  std::vector<oci::KeyValue> found;
  for (const std::string& file : files) {
    layer::LineReader lines(file, layer::LineEnd::kLfOrCrLf);
    while (lines.next()) {
      if (lines.line().empty() || lines.line().front() == '#') continue;
      try {
        found.push_back(parse(stamp.expand(lines.line())));
      } catch (const layer::Error& error) {
        const layer::Diagnostic& fault = error.diagnostics().front();
        throw layer::Error({file, lines.number(), 1}, fault.message)
            .with_help(std::string(fault.help));
      }
    }
  }
  for (const std::string& text : values) found.push_back(parse(text));
  return found;
}

// Docker's -e sets variables.
void check_program(const std::string& first) {
  const size_t equals = first.find_first_of("=/[");
  if (equals != std::string::npos && equals > 0 && first[equals] == '=') {
    throw CLI::ValidationError("--entrypoint '" + first + "'",
                               "this is no program; --env sets a variable");
  }
}

}  // namespace

void add_image_options(CLI::App& app, ImageOptions& options) {
  add_place_options(app, options);
  add_run_options(app, options);
  add_description_options(app, options);
}

void add_digest_file_option(CLI::App& app, std::optional<std::string>& path) {
  app.add_option("--digest-file", path, "File that gets the image's digest, 'sha256:...'")
      ->type_name("FILE")
      ->group(kBaseGroup);
}

std::vector<layer::ResultFile> digest_file(const std::optional<std::string>& path,
                                           const oci::Image& image) {
  std::vector<layer::ResultFile> files;
  if (path) files.push_back(text_result(*path, image.manifest.digest.to_string() + "\n"));
  return files;
}

void add_link_blobs_option(CLI::App& app, bool& link_blobs) {
  app.add_flag("--link-blobs", link_blobs,
               "In a layout, let each layer be a symlink to the file that has its "
               "bytes now, instead of a copy. For a build system that keeps those files")
      ->group(kBaseGroup);
}

oci::ConfigChanges config_changes(const ImageOptions& options) {
  if (!options.entrypoint.empty()) check_program(options.entrypoint.front());
  oci::ConfigChanges changes;
  if (!options.entrypoint.empty()) changes.entrypoint = oci::parse_arguments(options.entrypoint);
  if (!options.cmd.empty()) changes.cmd = oci::parse_arguments(options.cmd);
  changes.env = key_values(options.env_files, options.env, options.stamp, oci::parse_env);
  for (const auto& [key, value] :
       key_values(options.label_files, options.labels, options.stamp, oci::parse_label)) {
    changes.labels[key] = value;
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
  for (const auto& [key, value] : key_values(options.annotation_files, options.annotations,
                                             options.stamp, oci::parse_annotation)) {
    annotations[key] = value;
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
