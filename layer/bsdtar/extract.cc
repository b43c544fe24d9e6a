// Reads with archive_read and unpacks with archive_write_disk, which has the safety checks.
#include "layer/bsdtar/extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/utf8_names.h"
#include "layer/disk/file_handle.h"

namespace layer {
namespace {

struct FreeDiskWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
using DiskWriter = std::unique_ptr<archive, FreeDiskWriter>;

std::string text_or(const char* text, int64_t number) {
  return text == nullptr || *text == '\0' ? std::to_string(number) : std::string(text);
}

std::string text_of(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

void print_bytes(std::string_view bytes) {
  write_fully(STDOUT_FILENO, std::as_bytes(std::span(bytes)), "standard output");
}

void print_zeros(uint64_t count) {
  static constexpr std::array<char, 4096> kZeros{};
  while (count > 0) {
    const size_t piece = std::min<uint64_t>(count, kZeros.size());
    print_bytes({kZeros.data(), piece});
    count -= piece;
  }
}

ListedMember describe(archive_entry& entry) {
  const Utf8Names names;
  ListedMember member;
  member.mode = archive_entry_strmode(&entry);
  member.links = archive_entry_nlink(&entry);
  member.owner = text_or(archive_entry_uname(&entry), archive_entry_uid(&entry));
  member.group = text_or(archive_entry_gname(&entry), archive_entry_gid(&entry));
  const auto type = archive_entry_filetype(&entry);
  member.size =
      type == AE_IFCHR || type == AE_IFBLK
          ? fmt::format("{},{}", archive_entry_rdevmajor(&entry), archive_entry_rdevminor(&entry))
          : std::to_string(archive_entry_size(&entry));
  member.mtime = archive_entry_mtime(&entry);
  member.path = archive_entry_pathname(&entry);
  member.hardlink = text_of(archive_entry_hardlink(&entry));
  if (member.hardlink.empty()) member.symlink = text_of(archive_entry_symlink(&entry));
  return member;
}

Diagnostic fault(const std::string& name, std::string message) {
  Diagnostic diagnostic;
  diagnostic.position.file = name;
  diagnostic.message = std::move(message);
  return diagnostic;
}

void report_unmatched(const Names& names, const std::string& archive, Diagnostics& found) {
  for (const std::string& pattern : names.unmatched()) {
    found.error(fault(archive, fmt::format("no member matches '{}'", pattern)));
  }
}

int extract_flags(const ExtractOptions& options) {
  int flags =
      options.is_insecure ? 0 : ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT;
  if (options.restores_owners) flags |= ARCHIVE_EXTRACT_OWNER;
  if (options.restores_permissions) {
    flags |=
        ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_ACL | ARCHIVE_EXTRACT_XATTR | ARCHIVE_EXTRACT_FFLAGS;
  }
  if (options.restores_times) flags |= ARCHIVE_EXTRACT_TIME;
  if (options.keeps_old_files) flags |= ARCHIVE_EXTRACT_NO_OVERWRITE;
  if (options.keeps_newer_files) flags |= ARCHIVE_EXTRACT_NO_OVERWRITE_NEWER;
  if (options.unlinks_first) flags |= ARCHIVE_EXTRACT_UNLINK;
  return flags;
}

class Extractor {
 public:
  Extractor(const ReadRequest& request, const ExtractOptions& options)
      : request_(request),
        options_(options),
        names_(request.names),
        reader_(request.source),
        writer_(archive_write_disk_new()) {
    if (!writer_) throw std::bad_alloc();
    if (archive_write_disk_set_options(writer_.get(), extract_flags(options)) != ARCHIVE_OK ||
        archive_write_disk_set_standard_lookup(writer_.get()) != ARCHIVE_OK) {
      throw Error(fmt::format("cannot unpack: {}", failure_of(writer_.get())));
    }
    const std::string& directory = options.directory;
    if (!directory.empty() && chdir(directory.c_str()) != 0) {
      throw system_error(directory, "cannot change to this directory", errno);
    }
  }

  void run(const Visit& visit) {
    while (archive_entry* entry = reader_.next()) {
      if (!names_.selects(reader_.name())) continue;
      if (edit(*entry)) {
        visit(describe(*entry));
        extract(*entry);
      }
      if (request_.stops_early && !names_.has_unmatched()) break;
    }
    report_unmatched(names_, reader_.called(), found_);
    // Times and modes of directories are set last.
    if (archive_write_close(writer_.get()) != ARCHIVE_OK) fail(reader_.called(), writer_.get());
    found_.throw_if_errors();
  }

 private:
  std::string relative(std::string name) const {
    if (!options_.is_insecure) name.erase(0, std::min(name.find_first_not_of('/'), name.size()));
    return name.empty() ? "." : name;
  }

  // False if nothing is left of the name.
  bool edit(archive_entry& entry) {
    const Utf8Names names;
    const std::optional<std::string> name = names_.edit(reader_.name());
    if (!name) return false;
    archive_entry_set_pathname(&entry, relative(*name).c_str());
    if (const char* hardlink = archive_entry_hardlink(&entry); hardlink != nullptr) {
      const std::optional<std::string> target = names_.edit_hardlink(hardlink);
      if (!target) return false;
      archive_entry_set_hardlink(&entry, relative(*target).c_str());
    } else if (const char* symlink = archive_entry_symlink(&entry); symlink != nullptr) {
      archive_entry_set_symlink(&entry, names_.edit_symlink(symlink).c_str());
    }
    if (options_.owner.uid) {
      archive_entry_set_uid(&entry, *options_.owner.uid);
      archive_entry_set_uname(&entry, nullptr);
    }
    if (options_.owner.gid) {
      archive_entry_set_gid(&entry, *options_.owner.gid);
      archive_entry_set_gname(&entry, nullptr);
    }
    return true;
  }

  void extract(archive_entry& entry) {
    if (options_.to_stdout) return print();
    const Utf8Names names;
    const int status = archive_read_extract2(reader_.handle(), &entry, writer_.get());
    if (status != ARCHIVE_OK) fail(reader_.name(), reader_.handle());
    // What is wrong with the archive itself is not better for the next member.
    if (status == ARCHIVE_FATAL) found_.throw_if_errors();
  }

  // With zeros for its holes.
  void print() {
    uint64_t printed = 0;
    const uint64_t size = reader_.read_blocks([&](std::string_view bytes, uint64_t offset) {
      print_zeros(offset - printed);
      print_bytes(bytes);
      printed = offset + bytes.size();
    });
    print_zeros(size - printed);
  }

  void fail(const std::string& name, archive* from) {
    found_.error(fault(name, fmt::format("cannot unpack: {}", failure_of(from))));
  }

  const ReadRequest& request_;
  const ExtractOptions& options_;
  Names names_;
  ArchiveReader reader_;
  DiskWriter writer_;
  Diagnostics found_;
};

}  // namespace

void list_archive(const ReadRequest& request, const Visit& visit) {
  Names names(request.names);
  ArchiveReader reader(request.source);
  while (archive_entry* entry = reader.next()) {
    if (!names.selects(reader.name())) continue;
    visit(describe(*entry));
    if (request.stops_early && !names.has_unmatched()) break;
  }
  Diagnostics found;
  report_unmatched(names, reader.called(), found);
  found.throw_if_errors();
}

void extract_archive(const ReadRequest& request, const ExtractOptions& options,
                     const Visit& visit) {
  Extractor(request, options).run(visit);
}

}  // namespace layer
