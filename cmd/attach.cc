// Finds the image and the file's types, and says where the file can be found.
#include "cmd/attach.h"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cmd/options/check_with.h"
#include "cmd/report/manners.h"
#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "layer/base/error.h"
#include "layer/base/utf8.h"
#include "oci/model/config_changes.h"
#include "oci/model/known_platform.h"
#include "oci/read/find_image.h"
#include "oci/write/attach.h"

namespace cmd {
namespace {

struct AttachArguments {
  std::string image;
  std::string file;
  std::string artifact_type;
  std::string media_type;
  std::string platform;
  std::vector<std::string> annotations;
};

struct KnownFile {
  std::string_view ending;
  std::string_view type;
};

constexpr KnownFile kKnownFiles[] = {
    {".spdx.json", "application/spdx+json"},
    {".cdx.json", "application/vnd.cyclonedx+json"},
    {".intoto.json", "application/vnd.in-toto+json"},
    {".sarif", "application/sarif+json"},
};

void need_media_type(const std::string& text) {
  if (oci::is_media_type(text)) return;
  throw layer::Error(fmt::format(
      "'{}' is not a media type: expected TYPE/SUBTYPE, such as application/spdx+json", text));
}

std::string artifact_type_of(const AttachArguments& options) {
  if (!options.artifact_type.empty()) return options.artifact_type;
  for (const KnownFile& known : kKnownFiles) {
    if (options.file.ends_with(known.ending)) return std::string(known.type);
  }
  throw CLI::ValidationError(
      "--artifact-type",
      fmt::format("is needed: the name '{}' does not say what is in the file", options.file));
}

// A type with a suffix says how the bytes are to be read (RFC 6838, section 4.2.8), so it is the
// file's own.
std::string media_type_of(const AttachArguments& options, const std::string& artifact_type) {
  if (!options.media_type.empty()) return options.media_type;
  const bool has_suffix = artifact_type.find('+') != std::string::npos;
  return has_suffix ? artifact_type : "application/octet-stream";
}

oci::FoundSource find_layout(const AttachArguments& options) {
  oci::FoundSource found = oci::find_source(options.image, {temporary_folder()});
  if (found.reference.transport == oci::Transport::kOci) return found;
  throw layer::Error({found.reference.to_string()},
                     "is an archive, and files are attached to images of a layout")
      .with_help(fmt::format("copy it first: `veneer convert {} oci:DIR:TAG`",
                             found.reference.to_string()));
}

void run_attach(const AttachArguments& options) {
  oci::Attachment attachment;
  attachment.artifact_type = artifact_type_of(options);
  attachment.media_type = media_type_of(options, attachment.artifact_type);
  attachment.title = options.file.substr(options.file.rfind('/') + 1);
  if (!layer::is_utf8(attachment.title)) {
    throw layer::Error({options.file}, "its name is not UTF-8, as annotations have to be")
        .with_help("rename the file");
  }
  for (const std::string& text : options.annotations) {
    attachment.annotations.insert(oci::parse_annotation(text));
  }
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) platform = oci::parse_platform(options.platform);
  const oci::FoundSource found = find_layout(options);
  const oci::Descriptor subject = oci::find_subject(found, platform);
  const auto file = oci::open_file(options.file);
  const oci::Blob blob(file, 0, oci::file_size(*file), options.file);
  const std::string& layout = found.reference.path;
  const oci::AttachedFile attached = oci::attach_file(layout, subject, blob, attachment);
  if (is_quiet()) return;
  print_line(stdout, fmt::format("{} {} to {} {}", options.file,
                                 attached.is_new ? "attached" : "was attached before",
                                 found.reference.to_string(), subject.digest.to_string()));
  const oci::ImageReference list{oci::Transport::kOci, layout, oci::referrers_tag(subject.digest)};
  print_line(stdout, fmt::format("as {}; {} lists {}", attached.manifest.digest.to_string(),
                                 list.to_string(), counted(attached.number, "file")));
}

}  // namespace

void add_attach_command(CLI::App& app) {
  const auto options = std::make_shared<AttachArguments>();
  CLI::App* command = app.add_subcommand(
      "attach",
      "Attach a file to an image of a layout, such as a bill of materials, where other tools and "
      "registries look for it");
  command
      ->add_option(
          "IMAGE", options->image,
          "The image, in a layout: oci:DIR[:TAG], or its folder. An index is meant itself, "
          "unless --platform names one of its images")
      ->required();
  command->add_option("FILE", options->file, "The file to attach")->required();
  command
      ->add_option("--artifact-type", options->artifact_type,
                   "What the file is, as a media type (default: for *.spdx.json, *.cdx.json, "
                   "*.intoto.json and *.sarif the type of these)")
      ->type_name("TYPE")
      ->check(check_with(need_media_type));
  command
      ->add_option("--media-type", options->media_type,
                   "Media type of the file's bytes (default: the artifact type, if it has a suffix "
                   "such as +json; else application/octet-stream)")
      ->type_name("TYPE")
      ->check(check_with(need_media_type));
  command
      ->add_option("--annotation", options->annotations,
                   "Annotation of the manifest that names the file; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false)
      ->check(check_with(oci::parse_annotation));
  command
      ->add_option("--platform", options->platform,
                   "Which image of an index: OS/ARCHITECTURE[/VARIANT] (default: the index itself)")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_known_platform));
  command->callback([options] { run_attach(*options); });
}

}  // namespace cmd
