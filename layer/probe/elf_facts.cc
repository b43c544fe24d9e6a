// Reads headers of any class and byte order with libelf, and texts one by one.
#include "layer/probe/elf_facts.h"

#include <elf.h>
#include <fmt/core.h>
#include <gelf.h>
#include <libelf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <utility>

#include "layer/base/hash64.h"
#include "layer/disk/file_handle.h"

namespace layer {
namespace {

constexpr size_t kMaxRunPath = 4096;          // PATH_MAX; a run path that is longer finds nothing
constexpr uint64_t kMaxHeaders = 0xffff;      // sections or segments; a library has some 40
constexpr size_t kMaxDynamicSize = 1U << 20;  // far more entries than a linker writes
constexpr size_t kMaxTexts = 64U << 10;       // bytes in all
constexpr size_t kPrintedHead = 4096;

struct ElfEnd {
  void operator()(Elf* elf) const { elf_end(elf); }  // returns a count of users, not an error
};

struct KnownMachine {
  std::string_view architecture;  // Go's GOARCH
  std::string_view name;
  ElfMachine machine;
};
constexpr std::array kMachines{
    KnownMachine{"amd64", "x86-64", {EM_X86_64, true, false}},
    KnownMachine{"386", "i386", {EM_386, false, false}},
    KnownMachine{"arm64", "aarch64", {EM_AARCH64, true, false}},
    KnownMachine{"arm", "arm", {EM_ARM, false, false}},
    KnownMachine{"ppc64le", "ppc64le", {EM_PPC64, true, false}},
    KnownMachine{"ppc64", "ppc64", {EM_PPC64, true, true}},
    KnownMachine{"s390x", "s390x", {EM_S390, true, true}},
    KnownMachine{"riscv64", "riscv64", {EM_RISCV, true, false}},
    KnownMachine{"loong64", "loongarch64", {EM_LOONGARCH, true, false}},
    KnownMachine{"mips64le", "mips64el", {EM_MIPS, true, false}},
    KnownMachine{"mips64", "mips64", {EM_MIPS, true, true}},
    KnownMachine{"mipsle", "mipsel", {EM_MIPS, false, false}},
    KnownMachine{"mips", "mips", {EM_MIPS, false, true}},
};

// A part of the file that is not what the part before promised.
struct Damage {
  std::string reason;
};

// Reads one file into facts; throws Damage.
class ElfReader {
 public:
  ElfReader(int fd, uint64_t size, std::string_view source, ElfFacts& facts)
      : fd_(fd), size_(size), source_(source), facts_(facts) {}
  void read();

 private:
  std::string libelf_fault() const { return elf_errmsg(-1); }
  void check_sections() const;
  void read_header();
  void read_segments();
  void read_dynamic(const GElf_Phdr& segment);
  void take_entry(const GElf_Dyn& entry, uint64_t strings);
  uint64_t offset_of(uint64_t address) const;
  std::string text_at(uint64_t offset);

  int fd_;
  uint64_t size_;
  std::string_view source_;  // as errors name it
  ElfFacts& facts_;
  std::unique_ptr<Elf, ElfEnd> elf_;
  std::vector<GElf_Phdr> segments_;
  size_t texts_ = 0;  // bytes that text_at() gave
};

uint64_t header_number(std::span<const std::byte> bytes, size_t offset, size_t size, bool is_big) {
  uint64_t number = 0;
  for (size_t i = 0; i < size; ++i) {
    const size_t at = offset + (is_big ? i : size - 1 - i);
    number = number << 8U | std::to_integer<uint64_t>(bytes[at]);
  }
  return number;
}

void check_count(uint64_t count, std::string_view what) {
  if (count <= kMaxHeaders) return;
  throw Damage{fmt::format("it has {} {}, more than {}", count, what, kMaxHeaders)};
}

// libelf makes room for all sections when it opens a file, however few are there. Where the header
// states none, the first of them has their number as its size (System V ABI, "ELF Header").
void ElfReader::check_sections() const {
  std::array<std::byte, sizeof(Elf64_Ehdr)> header{};
  read_fully(fd_, 0, header, source_);
  const bool is_64 = header[EI_CLASS] == std::byte{ELFCLASS64};
  const bool is_big = header[EI_DATA] == std::byte{ELFDATA2MSB};
  const size_t word = is_64 ? sizeof(uint64_t) : sizeof(uint32_t);
  const size_t count_at = is_64 ? offsetof(Elf64_Ehdr, e_shnum) : offsetof(Elf32_Ehdr, e_shnum);
  if (header_number(header, count_at, sizeof(uint16_t), is_big) != 0) return;
  const size_t table_at = is_64 ? offsetof(Elf64_Ehdr, e_shoff) : offsetof(Elf32_Ehdr, e_shoff);
  const uint64_t table = header_number(header, table_at, word, is_big);
  if (table == 0 || table >= size_) return;
  header.fill({});
  read_fully(fd_, table, header, source_);
  const size_t size_at = is_64 ? offsetof(Elf64_Shdr, sh_size) : offsetof(Elf32_Shdr, sh_size);
  check_count(header_number(header, size_at, word, is_big), "sections");
}

void ElfReader::read() {
  check_sections();
  elf_.reset(elf_begin(fd_, ELF_C_READ, nullptr));
  if (elf_ == nullptr) throw Damage{libelf_fault()};
  if (elf_kind(elf_.get()) != ELF_K_ELF) throw Damage{"its header is damaged"};
  read_header();
  read_segments();
}

void ElfReader::read_header() {
  GElf_Ehdr header;
  if (gelf_getehdr(elf_.get(), &header) == nullptr) throw Damage{libelf_fault()};
  facts_.machine = {header.e_machine, header.e_ident[EI_CLASS] == ELFCLASS64,
                    header.e_ident[EI_DATA] == ELFDATA2MSB};
  // libelf counts only those that are there.
  const uint64_t table = uint64_t{header.e_phnum} * header.e_phentsize;
  if (header.e_phoff > size_ || size_ - header.e_phoff < table) {
    throw Damage{"its program headers lie beyond the end of the file"};
  }
  facts_.is_program = header.e_type == ET_EXEC;
  facts_.is_shared_object = header.e_type == ET_DYN;
}

void ElfReader::read_segments() {
  size_t count = 0;
  if (elf_getphdrnum(elf_.get(), &count) != 0) throw Damage{libelf_fault()};
  check_count(count, "program headers");
  const GElf_Phdr* dynamic = nullptr;
  segments_.resize(count);
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr& segment = segments_[i];
    if (gelf_getphdr(elf_.get(), static_cast<int>(i), &segment) == nullptr) {
      throw Damage{libelf_fault()};
    }
    const bool is_read =
        segment.p_type == PT_LOAD || segment.p_type == PT_DYNAMIC || segment.p_type == PT_INTERP;
    if (is_read && (segment.p_offset > size_ || size_ - segment.p_offset < segment.p_filesz)) {
      throw Damage{fmt::format("its segments end at byte {}, the file at byte {}",
                               segment.p_offset + segment.p_filesz, size_)};
    }
    if (segment.p_type == PT_INTERP) facts_.interpreter = text_at(segment.p_offset);
    if (segment.p_type == PT_DYNAMIC) dynamic = &segment;
  }
  if (dynamic != nullptr) read_dynamic(*dynamic);
  // libc.so.6 and the dynamic linker can be executed, too, and are libraries all the same.
  const bool is_executed = !facts_.interpreter.empty() && facts_.soname.empty();
  facts_.is_program = facts_.is_program || is_executed;
}

// System V ABI, "Dynamic Section".
void ElfReader::read_dynamic(const GElf_Phdr& segment) {
  if (segment.p_filesz > kMaxDynamicSize) throw Damage{"its dynamic section is too large"};
  Elf_Data* data = elf_getdata_rawchunk(elf_.get(), static_cast<int64_t>(segment.p_offset),
                                        segment.p_filesz, ELF_T_DYN);
  if (data == nullptr) throw Damage{libelf_fault()};
  const size_t entry_size = gelf_fsize(elf_.get(), ELF_T_DYN, 1, EV_CURRENT);
  std::vector<GElf_Dyn> entries;
  for (size_t i = 0; i < segment.p_filesz / entry_size; ++i) {
    GElf_Dyn entry;
    if (gelf_getdyn(data, static_cast<int>(i), &entry) == nullptr) throw Damage{libelf_fault()};
    if (entry.d_tag == DT_NULL) break;
    entries.push_back(entry);
  }
  const auto strings = std::find_if(entries.begin(), entries.end(),
                                    [](const GElf_Dyn& e) { return e.d_tag == DT_STRTAB; });
  if (strings == entries.end()) return;
  const uint64_t offset = offset_of(strings->d_un.d_ptr);
  for (const GElf_Dyn& entry : entries) take_entry(entry, offset);
  facts_.print ^= hash64({static_cast<const char*>(data->d_buf), data->d_size});
}

void ElfReader::take_entry(const GElf_Dyn& entry, uint64_t strings) {
  switch (entry.d_tag) {
    case DT_NEEDED:
      facts_.needed.push_back(text_at(strings + entry.d_un.d_val));
      break;
    case DT_SONAME:
      facts_.soname = text_at(strings + entry.d_un.d_val);
      break;
    case DT_RPATH:
      facts_.rpath = text_at(strings + entry.d_un.d_val);
      break;
    case DT_RUNPATH:
      facts_.runpath = text_at(strings + entry.d_un.d_val);
      break;
    case DT_FLAGS_1:
      if ((entry.d_un.d_val & DF_1_PIE) != 0) facts_.is_program = true;
      break;
    default:
      break;
  }
}

uint64_t ElfReader::offset_of(uint64_t address) const {
  for (const GElf_Phdr& segment : segments_) {
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz) {
      return segment.p_offset + (address - segment.p_vaddr);
    }
  }
  throw Damage{"its dynamic strings are in no segment"};
}

std::string ElfReader::text_at(uint64_t offset) {
  std::array<char, kMaxRunPath> buffer;
  if (offset >= size_)
    throw Damage{"a string of its dynamic section lies beyond the end of the file"};
  const size_t got = read_fully(fd_, offset, std::as_writable_bytes(std::span(buffer)), source_);
  const char* begin = buffer.data();
  const auto* end = static_cast<const char*>(std::memchr(begin, 0, got));
  if (end == nullptr) throw Damage{"a string of its dynamic section does not end"};
  texts_ += static_cast<size_t>(end - begin) + 1;
  if (texts_ > kMaxTexts) {
    throw Damage{fmt::format("the names of the libraries that it needs are longer than {} bytes",
                             kMaxTexts)};
  }
  return {begin, end};
}

uint64_t print_of_head(int fd, uint64_t size, std::string_view source) {
  std::array<char, kPrintedHead> head;
  const size_t got = read_fully(fd, 0, std::as_writable_bytes(std::span(head)), source);
  const std::string_view text(head.data(), got);
  return hash64(fmt::format("{} {}", size, text));
}

}  // namespace

std::string ElfMachine::to_string() const {
  const auto known = std::find_if(kMachines.begin(), kMachines.end(),
                                  [this](const KnownMachine& k) { return k.machine == *this; });
  if (known != kMachines.end()) return std::string(known->name);
  return fmt::format("machine {} ({}-bit, {} endian)", machine, is_64_bit ? 64 : 32,
                     is_big_endian ? "big" : "little");
}

std::optional<ElfMachine> machine_of(std::string_view architecture) {
  const auto known = std::find_if(kMachines.begin(), kMachines.end(), [&](const KnownMachine& k) {
    return k.architecture == architecture;
  });
  if (known == kMachines.end()) return std::nullopt;
  return known->machine;
}

bool is_elf(std::span<const std::byte> head) {
  return head.size() >= SELFMAG && std::memcmp(head.data(), ELFMAG, SELFMAG) == 0;
}

// System V ABI, "ELF Header": e_type and e_machine lie at the same place in both classes.
ElfFacts read_elf_header(std::span<const std::byte> head) {
  constexpr size_t kTypeOffset = EI_NIDENT;
  constexpr size_t kMachineOffset = EI_NIDENT + 2;
  ElfFacts facts;
  if (!is_elf(head) || head.size() < kMachineOffset + 2) {
    facts.damage = "its header is damaged";
    return facts;
  }
  facts.machine.is_64_bit = head[EI_CLASS] == std::byte{ELFCLASS64};
  facts.machine.is_big_endian = head[EI_DATA] == std::byte{ELFDATA2MSB};
  const auto half = [&](size_t at) {
    return header_number(head, at, 2, facts.machine.is_big_endian);
  };
  facts.machine.machine = static_cast<uint16_t>(half(kMachineOffset));
  facts.is_program = half(kTypeOffset) == ET_EXEC;
  facts.is_shared_object = half(kTypeOffset) == ET_DYN;
  return facts;
}

ElfFacts read_elf(int fd, uint64_t size, std::string_view source) {
  static const bool is_ready = elf_version(EV_CURRENT) != EV_NONE;
  if (!is_ready) throw std::logic_error("libelf is older than its header");
  ElfFacts facts;
  facts.print = print_of_head(fd, size, source);
  try {
    ElfReader(fd, size, source, facts).read();
  } catch (const Damage& damage) {
    facts.damage = damage.reason;
  }
  return facts;
}

}  // namespace layer
