// Turns operands into members, members into a plan, and the plan into bytes.
#include "layer/bsdtar/create.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/bsdtar/filter.h"
#include "layer/bsdtar/member_plan.h"
#include "layer/disk/file_handle.h"
#include "layer/disk/file_reader.h"
#include "layer/read/input_file.h"
#include "layer/read/mtree.h"
#include "layer/write/layer_writer.h"

namespace layer {
namespace {

constexpr const char* kStandardInput = "standard input";
constexpr size_t kSpoolBuffer = size_t{64} << 10;

std::string below(const std::string& directory, const std::string& path) {
  return directory.empty() || path.starts_with('/') ? path : directory + "/" + path;
}

// A FIFO or the like that a user names on purpose: "@<(program)".
bool is_stream(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

class Gatherer {
 public:
  explicit Gatherer(const CreateRequest& request)
      : request_(request),
        arena_(std::make_unique<StringArena>()),
        names_(request.names),
        members_(names_, request.owner, *arena_) {}

  PlannedArchive run() {
    for (const Operand& operand : request_.operands) add(operand);
    PlannedArchive planned;
    planned.plan = plan_members(members_.finish(), request_.jobs, *arena_);
    planned.warnings = std::move(warnings_);
    planned.scratch = std::move(scratch_);
    planned.arena = std::move(arena_);
    return planned;
  }

 private:
  void add(const Operand& operand) {
    switch (operand.kind) {
      case OperandKind::kPath:
        return add_from_disk(operand.directory, operand.text, request_.disk, *arena_, members_,
                             warnings_);
      case OperandKind::kArchive:
        return add_archive(operand);
      case OperandKind::kNameList:
        return add_listed(operand);
    }
  }

  void add_archive(const Operand& operand) {
    const bool is_input = operand.text == "-";
    const std::string called = is_input ? kStandardInput : below(operand.directory, operand.text);
    std::string path = called;
    if (is_input) path = spool(STDIN_FILENO, called);
    if (!is_input && is_stream(called)) path = spool(open_or_throw(called, O_RDONLY).get(), called);
    if (is_archive(path)) {
      const Stamp before = FileReader(path).settled_stamp();
      add_from_archive({.file = path,
                        .called = called,
                        .limit = request_.limits.temporary,
                        .max_members = request_.limits.entries},
                       request_.attributes, scratch(), *arena_, members_);
      if (!is_same_content(before, FileReader(path).stamp())) throw_changed(called);
      return;
    }
    const Mtree mtree = parse_mtree(read_input_file(path, *arena_), called,
                                    {operand.directory, LinkContent::kKeep}, *arena_);
    const NameSet kept(mtree.kept_links.begin(), mtree.kept_links.end());
    for (size_t i = 0; i < mtree.entries.size(); ++i) {
      const Entry& entry = mtree.entries[i];
      members_.add({entry, {}, MemberSource::kListed, kept.contains(entry.path)}, mtree.names[i]);
    }
  }

  void add_listed(const Operand& operand) {
    const std::string path = operand.text == "-" ? "/dev/stdin" : operand.text;
    std::string_view rest = read_input_file(path, *arena_);
    const bool ends_in_nul = request_.names.files_end_in_nul;
    Operand listed{OperandKind::kPath, {}, operand.directory};
    bool is_directory = false;
    while (!rest.empty()) {
      const std::string_view line =
          rest.substr(0, ends_in_nul ? rest.find('\0') : rest.find_first_of("\r\n"));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (line.empty()) continue;
      if (std::exchange(is_directory, false)) {
        listed.directory = below(listed.directory, std::string(line));
      } else if (line == "-C" && !ends_in_nul) {
        is_directory = true;
      } else {
        listed.text = line;
        add(listed);
      }
    }
    if (is_directory) throw Error({path}, "ends after '-C': expected a directory");
  }

  Scratch& scratch() {
    if (!scratch_) scratch_ = std::make_unique<Scratch>(request_.scratch);
    return *scratch_;
  }

  // What can be read but once is looked at before it is read, so it has to be in a file.
  std::string spool(int fd, const std::string& called) {
    std::string path = scratch().next();
    OutputFile file(scratch().place());
    std::vector<std::byte> buffer(kSpoolBuffer);
    for (;;) {
      const size_t got = read_next(fd, buffer, called);
      if (got == 0) break;
      file.write(std::span(buffer).first(got));
    }
    file.commit(path);
    return path;
  }

  const CreateRequest& request_;
  std::unique_ptr<StringArena> arena_;
  std::unique_ptr<Scratch> scratch_;
  Names names_;
  Members members_;
  std::vector<Diagnostic> warnings_;
};

// The one layer's bytes, appended to a file.
class FileSink : public LayerSink {
 public:
  explicit FileSink(OutputFile& file) : file_(file) {}

  OutputFile& begin(uint64_t /*tar_size*/) override { return file_; }
  void end(const WrittenLayer&) override {}
  void add(const WrittenLayer& layer, int fd) override { file_.copy_from(fd, 0, layer.size); }

 private:
  OutputFile& file_;
};

}  // namespace

PlannedArchive plan_archive(const CreateRequest& request) {
  return Gatherer(request).run();
}

void write_archive(const LayerPlan& plan, const ArchiveForm& form, unsigned jobs,
                   const std::string& folder, OutputFile& output) {
  Progress progress;
  if (!form.filter) {
    FileSink sink(output);
    write_layers({plan}, form.compression, jobs, sink, progress);
    return;
  }
  OutputFile plain(folder);
  FileSink sink(plain);
  write_layers({plan}, form.compression, jobs, sink, progress);
  filter_file(plain, *form.filter, output);
}

}  // namespace layer
