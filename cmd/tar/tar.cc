// Does what the options ask for, and delivers an archive to a file or to standard output.
#include "cmd/tar/tar.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cmd/report/messages.h"
#include "cmd/report/results.h"
#include "cmd/tar/tar_listing.h"
#include "cmd/tar/tar_options.h"
#include "layer/disk/list_directory.h"

namespace cmd {
namespace {

// What is where the archive is to be. As with bsdtar, links are followed.
std::optional<layer::FileIdentity> identity_of_archive(const std::string& file) {
  struct stat status = {};
  const bool is_there = file == layer::kStandardOutput ? fstat(STDOUT_FILENO, &status) == 0
                                                       : stat(file.c_str(), &status) == 0;
  if (!is_there || !S_ISREG(status.st_mode)) return std::nullopt;
  return layer::FileIdentity{status.st_dev, status.st_ino};
}

void create(TarCommand& command) {
  layer::CreateRequest& request = command.create;
  const std::string file =
      command.file.empty() ? std::string(layer::kStandardOutput) : command.file;
  check_outputs({{"-f", file}});
  request.scratch = scratch_folder(file);
  request.disk.archive = identity_of_archive(file);
  request.jobs = std::max(1U, std::thread::hardware_concurrency());
  const layer::ArchiveForm form = layer::choose_form(command.compression);
  const layer::PlannedArchive planned = layer::plan_archive(request);
  print_warnings(planned.warnings);
  std::vector<layer::ResultFile> results;
  layer::OutputFile& output = results.emplace_back(file, request.scratch).file();
  layer::write_archive(planned.plan, form, request.jobs, request.scratch, output);
  show_results(nullptr, results);
  if (command.verbose > 0) {
    const TarListing listing;
    for (const layer::TarEntry& entry : planned.plan.entries) {
      print_line(stderr, "a " + listing.name(std::string(entry.path)));
    }
  }
  if (command.totals) print_line(stderr, fmt::format("Total bytes written: {}", output.size()));
}

void list(const TarCommand& command) {
  TarListing listing;
  std::FILE* const out = command.extract.to_stdout ? stderr : stdout;
  layer::list_archive(command.read, [&](const layer::ListedMember& member) {
    print_line(out, command.verbose > 0 ? listing.line(member) : listing.name(member.path));
  });
}

void extract(const TarCommand& command) {
  TarListing listing;
  layer::extract_archive(command.read, command.extract, [&](const layer::ListedMember& member) {
    if (command.verbose == 0) return;
    print_line(stderr,
               "x " + (command.verbose > 1 ? listing.line(member) : listing.name(member.path)));
  });
}

}  // namespace

void add_tar_command(CLI::App& app) {
  app.add_subcommand(std::string(kTarCommand),
                     "Make, list and extract archives as bsdtar does; each real file is stored "
                     "once (docs/bsdtar.md)");
}

bool is_tar_name(std::string_view program) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return name == "tar" || name == "bsdtar" || name == "veneer-tar";
}

void run_tar(const std::vector<std::string>& words) {
  TarCommand command = parse_tar(words, geteuid() == 0);
  switch (command.mode) {
    case TarMode::kCreate:
      return create(command);
    case TarMode::kList:
      return list(command);
    case TarMode::kExtract:
      return extract(command);
    case TarMode::kHelp:
      fmt::print("{}", kTarHelp);
      return;
    case TarMode::kVersion:
      fmt::print("veneer {} as bsdtar\n", VENEER_VERSION);
      return;
    case TarMode::kNone:
      return;
  }
}

}  // namespace cmd
