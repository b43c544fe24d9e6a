// Compares places by where they lead, not by how they are spelt.
#include "cmd/report/results.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "cmd/report/signals.h"
#include "layer/base/error.h"

namespace cmd {
namespace {

namespace fs = std::filesystem;

// Where an output is: its path without links in its folders, and that without any links.
struct WhereOutputIs {
  fs::path as_named;
  fs::path at_last;
  bool is_stream = false;
  dev_t device = 0;  // of what a stream leads to
  ino_t inode = 0;
};

bool is_layout(const NamedOutput& output) {
  return output.kind == OutputKind::kLayout;
}

fs::path resolved_path(const fs::path& path) {
  std::error_code failure;
  fs::path real = fs::weakly_canonical(fs::absolute(path), failure);
  return failure ? fs::absolute(path).lexically_normal() : real;
}

WhereOutputIs find_where(const NamedOutput& output) {
  WhereOutputIs where;
  layer::OutputPlace place;
  if (!is_layout(output)) place = layer::find_output_place(output.path);
  if (!place.is_stream) {
    const fs::path path(output.path);
    where.as_named =
        path.has_filename()
            ? resolved_path(path.parent_path().empty() ? "." : path.parent_path()) / path.filename()
            : resolved_path(path);
    where.at_last = resolved_path(path);
    if (is_layout(output) && !where.at_last.has_filename())
      where.at_last = where.at_last.parent_path();
    return where;
  }
  where.is_stream = true;
  struct stat status = {};
  const bool is_known = place.descriptor >= 0 ? fstat(place.descriptor, &status) == 0
                                              : stat(output.path.c_str(), &status) == 0;
  const bool is_null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
  if (is_known && !is_null) {
    where.device = status.st_dev;
    where.inode = status.st_ino;
  }
  return where;
}

// Whether a file at one path is what a stream leads to.
bool is_stream_to(const WhereOutputIs& stream, const WhereOutputIs& other) {
  if (stream.inode == 0) return false;
  if (other.is_stream) return stream.device == other.device && stream.inode == other.inode;
  struct stat status = {};
  return stat(other.at_last.c_str(), &status) == 0 && status.st_dev == stream.device &&
         status.st_ino == stream.inode;
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [in_folder, in_path] =
      std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return in_folder == folder.end() && in_path != path.end();
}

std::string spelt(const NamedOutput& output) {
  return fmt::format("{} {}", output.option, output.path);
}

// An error that would come after all the work comes before it.
void check_folder(const NamedOutput& output) {
  const std::string folder = layer::folder_of_path(output.path);
  std::error_code failure;
  const fs::file_status status = fs::status(folder, failure);
  if (fs::is_directory(status)) return;
  if (status.type() == fs::file_type::not_found) {
    throw layer::Error(
        {folder}, fmt::format("does not exist, but '{}' is to be written there", spelt(output)))
        .with_help(fmt::format("make the directory first: mkdir -p {}", folder));
  }
  if (failure) throw layer::system_error(folder, "cannot use it for outputs", failure.value());
  throw layer::Error(
      {folder}, fmt::format("is not a directory, but '{}' is to be written there", spelt(output)));
}

void check_is_no_terminal(const NamedOutput& output) {
  const int descriptor = layer::find_output_place(output.path).descriptor;
  if (descriptor < 0 || isatty(descriptor) == 0) return;
  throw layer::Error(fmt::format("'{}' is a terminal, but the output is binary", spelt(output)))
      .with_help("name a file, or redirect the output with > FILE or | PROGRAM");
}

void compare(const NamedOutput& first, const WhereOutputIs& one, const NamedOutput& second,
             const WhereOutputIs& other) {
  if (is_layout(first) && is_layout(second) && one.at_last == other.at_last) return;  // two tags
  const bool is_same = one.is_stream || other.is_stream
                           ? is_stream_to(one.is_stream ? one : other, one.is_stream ? other : one)
                           : one.as_named == other.as_named || one.at_last == other.at_last;
  if (is_same) {
    throw layer::Error(
        fmt::format("'{}' and '{}' are the same file, so one would overwrite the other",
                    spelt(first), spelt(second)))
        .with_help("name a file for each output");
  }
  if (one.is_stream || other.is_stream) return;
  const bool is_inside = (is_layout(first) && is_below(other.at_last, one.at_last)) ||
                         (is_layout(second) && is_below(one.at_last, other.at_last));
  if (!is_inside) return;
  throw layer::Error(fmt::format("'{}' is inside '{}'", spelt(is_layout(first) ? second : first),
                                 spelt(is_layout(first) ? first : second)))
      .with_help("name a place outside the layout, which holds blobs and an index only");
}

}  // namespace

std::vector<NamedOutput> image_outputs(const std::vector<oci::ImageReference>& references) {
  std::vector<NamedOutput> outputs;
  for (const oci::ImageReference& reference : references) {
    const bool is_directory = reference.transport == oci::Transport::kOci;
    outputs.push_back(
        {"--output", reference.path, is_directory ? OutputKind::kLayout : OutputKind::kBinary});
  }
  return outputs;
}

void check_outputs(const std::vector<NamedOutput>& outputs) {
  std::vector<WhereOutputIs> places;
  for (const NamedOutput& output : outputs) {
    places.push_back(find_where(output));
    for (size_t i = 0; i + 1 < places.size(); ++i) {
      compare(outputs[i], places[i], output, places.back());
    }
  }
  for (size_t i = 0; i < places.size(); ++i) {
    if (!places[i].is_stream) check_folder(outputs[i]);
    if (outputs[i].kind == OutputKind::kBinary) check_is_no_terminal(outputs[i]);
  }
}

bool take_stdout(const std::vector<NamedOutput>& outputs) {
  for (const NamedOutput& output : outputs) {
    if (is_layout(output)) continue;
    if (layer::find_output_place(output.path).descriptor == STDOUT_FILENO) return true;
  }
  return false;
}

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): nothing sets any
  return folder == nullptr || *folder == '\0' ? "/tmp" : folder;
}

std::string scratch_folder(const std::string& path) {
  return layer::leads_to_stream(path) ? temporary_folder() : layer::folder_of_path(path);
}

layer::ResultFile text_result(const std::string& path, std::string_view text) {
  return text_result(path, [text](const layer::WriteText& write) { write(text); });
}

layer::ResultFile text_result(const std::string& path,
                              const std::function<void(const layer::WriteText&)>& write) {
  layer::ResultFile result(path, scratch_folder(path));
  write(
      [&result](std::string_view piece) { result.file().write(std::as_bytes(std::span(piece))); });
  return result;
}

void show_results(oci::Delivery* images, std::vector<layer::ResultFile>& files) {
  if (images != nullptr) images->send();
  for (layer::ResultFile& file : files) file.send();
  if (images != nullptr) images->await();
  wait_if_ending();  // a signal that came before this line leaves no results
  const layer::Undisturbed section;
  layer::Undo undo;
  if (images != nullptr) images->show(undo);
  for (layer::ResultFile& file : files) file.show(undo);
  undo.keep();
}

}  // namespace cmd
