// Probes libdeflate, and reads the ELF notes of loaded objects.
#include "layer/write/codec_library.h"

#include <elf.h>
#include <fmt/core.h>
#include <libdeflate.h>
#include <link.h>
#include <sys/stat.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "layer/base/digest.h"
#include "layer/disk/stamp.h"

namespace layer {
namespace {

constexpr int kMaxGzipLevel = 12;
// Levels from here on choose among many parsings, and versions differ where a text is long enough for
// that; level 10 makes what tells them apart only of longer ones, so its probe is level 11's.
constexpr int kNearOptimalLevel = 10;
constexpr int kTellingLevel = 11;
constexpr size_t kProbeSize = size_t{8} << 10;
constexpr size_t kLongProbeSize = size_t{32} << 10;
constexpr size_t kPrintDigits = 8;

// Words and their repetitions near and far, some bytes of no alphabet.
std::string make_probe(size_t size) {
  uint32_t state = 1;
  // Numerical Recipes, "quick and dirty" generators.
  const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 16; };
  std::string text;
  while (text.size() < size) {
    const uint32_t choice = next();
    if (choice % 4 == 0 && text.size() > 64) {
      const size_t back = 1 + next() % text.size();
      for (size_t left = 3 + next() % 40; left > 0; --left) text += text[text.size() - back];
    } else {
      for (size_t left = 1 + next() % 8; left > 0; --left) {
        text += static_cast<char>('a' + next() % 26 * (next() % 3) / 2);
      }
      if (choice % 7 == 0) text += static_cast<char>(next() % 256);
    }
  }
  text.resize(size);
  return text;
}

std::string print_of_libdeflate(int level) {
  const bool is_near_optimal = level >= kNearOptimalLevel;
  if (is_near_optimal) level = std::max(level, kTellingLevel);
  const std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)> compressor(
      libdeflate_alloc_compressor(level), libdeflate_free_compressor);
  if (!compressor) throw std::bad_alloc();  // the level is one that there is
  const std::string probe = make_probe(is_near_optimal ? kLongProbeSize : kProbeSize);
  std::vector<std::byte> packed(libdeflate_deflate_compress_bound(compressor.get(), probe.size()));
  packed.resize(libdeflate_deflate_compress(compressor.get(), probe.data(), probe.size(),
                                            packed.data(), packed.size()));
  return sha256(packed).hex().substr(0, kPrintDigits);
}

// It is the same as long as the process lives.
const std::string& known_print_of_libdeflate(int level) {
  static std::array<std::once_flag, kMaxGzipLevel + 1> once;
  static std::array<std::string, kMaxGzipLevel + 1> prints;
  const auto index = static_cast<size_t>(level);
  std::call_once(once.at(index), [&] { prints[index] = print_of_libdeflate(level); });
  return prints[index];
}

std::string hex_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<int>(byte));
  return text;
}

// The build ID among the notes: ELF gABI, "Note Section"; empty if it is not there.
std::string find_build_id(std::span<const std::byte> notes) {
  constexpr size_t kAlignment = 4;
  const auto padded = [](size_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; };
  while (notes.size() >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, notes.data(), sizeof note);
    const size_t name_size = padded(note.n_namesz);
    const size_t size = sizeof note + name_size + padded(note.n_descsz);
    if (size > notes.size()) break;
    const auto name = notes.subspan(sizeof note, note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && name.size() == sizeof ELF_NOTE_GNU &&
        std::memcmp(name.data(), ELF_NOTE_GNU, name.size()) == 0) {
      return hex_of(notes.subspan(sizeof note + name_size, note.n_descsz));
    }
    notes = notes.subspan(size);
  }
  return {};
}

struct LoadedObject {
  uintptr_t address = 0;  // of something in it
  bool is_program = false;
  std::string file;
  std::string build_id;
};

bool holds(const dl_phdr_info& info, uintptr_t address) {
  const std::span headers(info.dlpi_phdr, info.dlpi_phnum);
  return std::ranges::any_of(headers, [&](const ElfW(Phdr) & header) {
    const uintptr_t begin = info.dlpi_addr + header.p_vaddr;
    return header.p_type == PT_LOAD && address >= begin && address - begin < header.p_memsz;
  });
}

int visit_object(dl_phdr_info* info, size_t /*size*/, void* data) {
  auto& object = *static_cast<LoadedObject*>(data);
  if (!holds(*info, object.address)) return 0;
  object.file = info->dlpi_name;
  object.is_program = object.file.empty();
  for (const ElfW(Phdr) & header : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
    if (header.p_type != PT_NOTE || !object.build_id.empty()) continue;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): dl_iterate_phdr(3) gives addresses as numbers
    const auto* notes = reinterpret_cast<const std::byte*>(info->dlpi_addr + header.p_vaddr);
    object.build_id = find_build_id({notes, header.p_memsz});
  }
  return 1;
}

// `linked` is the library's version in its header. A library that is linked into the program has
// that version; a loaded one may have another.
std::string build_at(uintptr_t address, const char* linked) {
  LoadedObject object;
  object.address = address;
  if (dl_iterate_phdr(visit_object, &object) == 0) return {};
  if (object.is_program) return linked;
  struct stat status = {};
  if (!object.build_id.empty() || stat(object.file.c_str(), &status) != 0) return object.build_id;
  const Stamp stamp = stamp_of(status);
  return fmt::format("{}-{}-{}-{}", stamp.device, stamp.inode, stamp.size, stamp.mtime);
}

}  // namespace

std::string codec_library(Compression compression) {
  switch (compression.codec) {
    case Codec::kNone:
      return {};
    case Codec::kGzip:
      return "libdeflate:" + known_print_of_libdeflate(compression.level);
    case Codec::kZstd:
      return fmt::format("libzstd/{}", ZSTD_versionString());
  }
  throw std::logic_error("codec out of range");
}

std::string codec_build(Codec codec) {
  switch (codec) {
    case Codec::kNone:
      return {};
    case Codec::kGzip:
      return build_at(reinterpret_cast<uintptr_t>(&libdeflate_deflate_compress),
                      "libdeflate/" LIBDEFLATE_VERSION_STRING);
    case Codec::kZstd:
      return build_at(reinterpret_cast<uintptr_t>(&ZSTD_compress2), "libzstd/" ZSTD_VERSION_STRING);
  }
  throw std::logic_error("codec out of range");
}

}  // namespace layer
