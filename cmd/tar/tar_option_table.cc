// Holds the table, one line per option, and looks options up in it.
#include "cmd/tar/tar_option_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "cmd/options/limit_options.h"
#include "layer/base/error.h"
#include "layer/base/file_metadata.h"

namespace cmd {
namespace {

using Command = TarCommand;
using Text = const std::string&;

constexpr std::array<std::string_view, 9> kTarFormats = {
    "pax", "paxr", "posix", "rpax", "restricted", "pax restricted", "ustar", "gnutar", "tar"};

void set_mode(Command& command, TarMode mode) {
  if (command.mode != TarMode::kNone && command.mode != mode) {
    throw layer::Error("more than one of -c, -t and -x is given");
  }
  command.mode = mode;
}

void set_codec(Command& command, std::string_view codec) {
  std::string& chosen = command.compression.codec;
  if (!chosen.empty() && chosen != codec) {
    throw layer::Error(fmt::format(
        "'--{}' and '--{}' exclude each other: an archive has one compression", chosen, codec));
  }
  chosen = codec;
}

uint32_t number(std::string_view option, Text value) {
  uint32_t result = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, result);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    throw layer::Error(fmt::format("{} '{}': expected a number", option, value));
  }
  return result;
}

uint32_t owner(std::string_view option, Text value) {
  const uint32_t id = number(option, value);
  if (layer::is_valid_owner(id)) return id;
  throw layer::Error(fmt::format("{} '{}': expected a number below 2^32-1", option, value));
}

void stop_recursion(Command& command, Text) {
  command.create.disk.recurses = false;
  command.names.recurses = false;
}

void drop_extended(Command& command, Text) {
  command.create.attributes = layer::ExtendedAttributes::kLeaveOut;
  command.create.disk.keeps_xattrs = false;
}

void follow_links(Command& command, Text) {
  command.create.disk.links = layer::DiskLinks::kFollow;
}

void same_permissions(Command& command, Text) {
  command.extract.restores_permissions = true;
}

void set_format(Command&, Text format) {
  if (std::ranges::find(kTarFormats, format) != kTarFormats.end()) return;
  throw layer::Error(fmt::format("--format '{}': veneer writes tar archives only", format))
      .with_help("make this archive with bsdtar");
}

void add_options(Command& command, Text options) {
  std::string& all = command.compression.options;
  all += (all.empty() ? "" : ",") + options;
}

void change_directory(Command& command, Text directory) {
  if (directory.empty()) throw layer::Error("-C '' names no directory");
  const bool is_below = !command.directory.empty() && !directory.starts_with('/');
  command.directory = is_below ? command.directory + "/" + directory : directory;
}

// Have a meaning for bsdtar and none here: what they ask for is so anyway, or concerns what is never
// in a layer of veneer.
constexpr TarOption kIgnored[] = {
    {"block-size", 'b', true},
    {"blocking-factor", 0, true},
    {"check-links", 'l'},
    {"disable-copyfile"},
    {"gname", 0, true},
    {"no-acls"},
    {"no-fflags"},
    {"no-mac-metadata"},
    {"no-read-sparse"},
    {"no-safe-writes"},
    {"nodump"},
    {"numeric-owner"},
    {"posix"},
    {"read-full-blocks", 'B'},
    {"read-sparse"},
    {"safe-writes"},
    {"uname", 0, true},
};

// bsdtar's, refused.
constexpr TarOption kRefused[] = {
    {"acls"},
    {"append", 'r'},
    {"b64encode"},
    {"chroot"},
    {"clear-nochange-fflags"},
    {"confirmation", 'w'},
    {"fflags"},
    {"hfsCompression"},
    {"interactive"},
    {"mac-metadata"},
    {"newer", 0, true},
    {"newer-ctime", 0, true},
    {"newer-ctime-than", 0, true},
    {"newer-mtime", 0, true},
    {"newer-mtime-than", 0, true},
    {"newer-than", 0, true},
    {"nopreserveHFSCompression"},
    {"older", 0, true},
    {"older-ctime", 0, true},
    {"older-ctime-than", 0, true},
    {"older-mtime", 0, true},
    {"older-mtime-than", 0, true},
    {"older-than", 0, true},
    {"one-file-system"},
    {"passphrase", 0, true},
    {"update", 'u'},
    {"uuencode"},
    {"xattrs"},
};

constexpr TarOption kModes[] = {
    {"create", 'c', false, [](Command& c, Text) { set_mode(c, TarMode::kCreate); }},
    {"list", 't', false, [](Command& c, Text) { set_mode(c, TarMode::kList); }},
    {"extract", 'x', false, [](Command& c, Text) { set_mode(c, TarMode::kExtract); }},
    {"help", 0, false, [](Command& c, Text) { c.mode = TarMode::kHelp; }},
    {"version", 0, false, [](Command& c, Text) { c.mode = TarMode::kVersion; }},
    {"file", 'f', true, [](Command& c, Text v) { c.file = v == "-" ? "" : v; }},
    {"verbose", 'v', false, [](Command& c, Text) { ++c.verbose; }},
    {"totals", 0, false, [](Command& c, Text) { c.totals = true; }},
};

constexpr TarOption kCodecs[] = {
    {"auto-compress", 'a', false, [](Command& c, Text) { c.auto_compress = true; }},
    {"bzip2", 'j', false, [](Command& c, Text) { set_codec(c, "bzip2"); }},
    {"bzip", 'y', false, [](Command& c, Text) { set_codec(c, "bzip2"); }},
    {"bunzip2", 0, false, [](Command& c, Text) { set_codec(c, "bzip2"); }},
    {"compress", 'Z', false, [](Command& c, Text) { set_codec(c, "compress"); }},
    {"uncompress", 0, false, [](Command& c, Text) { set_codec(c, "compress"); }},
    {"grzip", 0, false, [](Command& c, Text) { set_codec(c, "grzip"); }},
    {"gzip", 'z', false, [](Command& c, Text) { set_codec(c, "gzip"); }},
    {"gunzip", 0, false, [](Command& c, Text) { set_codec(c, "gzip"); }},
    {"lrzip", 0, false, [](Command& c, Text) { set_codec(c, "lrzip"); }},
    {"lz4", 0, false, [](Command& c, Text) { set_codec(c, "lz4"); }},
    {"lzip", 0, false, [](Command& c, Text) { set_codec(c, "lzip"); }},
    {"lzma", 0, false, [](Command& c, Text) { set_codec(c, "lzma"); }},
    {"lzop", 0, false, [](Command& c, Text) { set_codec(c, "lzop"); }},
    {"xz", 'J', false, [](Command& c, Text) { set_codec(c, "xz"); }},
    {"zstd", 0, false, [](Command& c, Text) { set_codec(c, "zstd"); }},
    {"options", 0, true, add_options},
    {"use-compress-program", 0, true, [](Command& c, Text v) { c.compression.program = v; }},
    {"format", 0, true, set_format},
    {"ignore-zeros", 0, false, [](Command& c, Text) { c.read.source.reads_concatenated = true; }},
};

constexpr TarOption kNames[] = {
    {"cd", 'C', true, change_directory},
    {"directory", 0, true, change_directory},
    {"exclude", 0, true, [](Command& c, Text v) { c.names.excludes.push_back(v); }},
    {"exclude-from", 'X', true, [](Command& c, Text v) { c.names.exclude_files.push_back(v); }},
    {"exclude-vcs", 0, false, [](Command& c, Text) { c.names.excludes_vcs = true; }},
    {"include", 0, true, [](Command& c, Text v) { c.names.includes.push_back(v); }},
    {"files-from", 'T', true, [](Command& c, Text v) { c.lists.push_back(v); }},
    {"", 'I', true, [](Command& c, Text v) { c.lists.push_back(v); }},
    {"null", 0, false, [](Command& c, Text) { c.names.files_end_in_nul = true; }},
    {"no-recursion", 'n', false, stop_recursion},
    {"norecurse", 0, false, stop_recursion},
    {"strip-components", 0, true,
     [](Command& c, Text v) { c.names.strip_components = number("--strip-components", v); }},
    {"", 's', true, [](Command& c, Text v) { c.names.substitutions.emplace_back(v); }},
    {"fast-read", 'q', false, [](Command& c, Text) { c.read.stops_early = true; }},
    {"uid", 0, true, [](Command& c, Text v) { c.owner.uid = owner("--uid", v); }},
    {"gid", 0, true, [](Command& c, Text v) { c.owner.gid = owner("--gid", v); }},
};

constexpr TarOption kDisk[] = {
    {"absolute-paths", 'P', false, [](Command& c, Text) { c.extract.is_insecure = true; }},
    {"insecure", 0, false, [](Command& c, Text) { c.extract.is_insecure = true; }},
    {"dereference", 'L', false, follow_links},
    {"", 'h', false, follow_links},
    {"", 'H', false,
     [](Command& c, Text) { c.create.disk.links = layer::DiskLinks::kFollowNamed; }},
    {"no-xattr", 0, false, drop_extended},
    {"no-xattrs", 0, false, drop_extended},
    {"keep-old-files", 'k', false, [](Command& c, Text) { c.extract.keeps_old_files = true; }},
    {"keep-newer-files", 0, false, [](Command& c, Text) { c.extract.keeps_newer_files = true; }},
    {"modification-time", 'm', false, [](Command& c, Text) { c.extract.restores_times = false; }},
    {"no-same-owner", 'o', false, [](Command& c, Text) { c.extract.restores_owners = false; }},
    {"same-owner", 0, false, [](Command& c, Text) { c.extract.restores_owners = true; }},
    {"no-same-permissions", 0, false,
     [](Command& c, Text) { c.extract.restores_permissions = false; }},
    {"preserve-permissions", 'p', false, same_permissions},
    {"same-permissions", 0, false, same_permissions},
    {"to-stdout", 'O', false, [](Command& c, Text) { c.extract.to_stdout = true; }},
    {"unlink-first", 'U', false, [](Command& c, Text) { c.extract.unlinks_first = true; }},
    {"unlink", 0, false, [](Command& c, Text) { c.extract.unlinks_first = true; }},
};

// veneer's own.
constexpr TarOption kLimits[] = {
    {"max-unpacked", 0, true, [](Command& c, Text v) { set_unpack_limit(c.limits.unpacked, v); }},
    {"max-temporary", 0, true, [](Command& c, Text v) { set_unpack_limit(c.limits.temporary, v); }},
    {"max-entries", 0, true, [](Command& c, Text v) { set_max_entries(c.limits, v); }},
};

template <typename Visit>
void for_each_option(Visit visit) {
  for (const TarOption& option : kIgnored) visit(option, TarOptionUse::kIgnored);
  for (const TarOption& option : kRefused) visit(option, TarOptionUse::kRefused);
  for (const std::span<const TarOption> options :
       {std::span<const TarOption>(kModes), std::span<const TarOption>(kCodecs),
        std::span<const TarOption>(kNames), std::span<const TarOption>(kDisk),
        std::span<const TarOption>(kLimits)}) {
    for (const TarOption& option : options) visit(option, TarOptionUse::kTaken);
  }
}

}  // namespace

FoundTarOption find_tar_option(char letter) {
  FoundTarOption found;
  for_each_option([&](const TarOption& option, TarOptionUse use) {
    if (option.letter == letter) found = {&option, use};
  });
  return found;
}

FoundTarOption find_tar_option(std::string_view name) {
  FoundTarOption exact;
  FoundTarOption begun;
  size_t count = 0;
  for_each_option([&](const TarOption& option, TarOptionUse use) {
    if (option.name.empty() || !option.name.starts_with(name)) return;
    if (option.name == name) exact = {&option, use};
    begun = {&option, use};
    ++count;
  });
  if (exact.option != nullptr || count != 1) return exact;
  return begun;
}

}  // namespace cmd
