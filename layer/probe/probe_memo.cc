// Writes and reads probes as a memo:
//
//   probes := file*
//   file   := path stamp probe
//   probe  := text pyc elf
//   pyc    := 0 | 1 flags mtime size
//   elf    := 0 | 1 machine bits endian program shared-object interpreter soname
//             count needed{count} rpath runpath print damage
//   rpath, runpath := 0 | 1 text
#include "layer/probe/probe_memo.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace layer {
namespace {

constexpr std::string_view kProbeMemoForm = "probes 2";

Digest probe_memo_key(std::string_view entry_point, std::string_view input) {
  const std::string text = fmt::format("{} {} {}", kProbeMemoForm, entry_point, input);
  return sha256(std::as_bytes(std::span(text)));
}

void put_optional(const std::optional<std::string>& text, MemoWriter& memo) {
  memo.put(uint64_t{text.has_value()});
  if (text) memo.put(std::string_view(*text));
}

std::optional<std::string> read_optional(MemoReader& memo) {
  if (memo.number() == 0) return std::nullopt;
  return std::string(memo.text());
}

void put_elf(const ElfFacts& elf, MemoWriter& memo) {
  memo.put(uint64_t{elf.machine.machine});
  for (const bool flag :
       {elf.machine.is_64_bit, elf.machine.is_big_endian, elf.is_program, elf.is_shared_object}) {
    memo.put(uint64_t{flag});
  }
  memo.put(std::string_view(elf.interpreter));
  memo.put(std::string_view(elf.soname));
  memo.put(uint64_t{elf.needed.size()});
  for (const std::string& name : elf.needed) memo.put(std::string_view(name));
  put_optional(elf.rpath, memo);
  put_optional(elf.runpath, memo);
  memo.put(elf.print);
  memo.put(std::string_view(elf.damage));
}

ElfFacts read_elf(MemoReader& memo) {
  ElfFacts elf;
  elf.machine.machine = static_cast<uint16_t>(memo.number());
  elf.machine.is_64_bit = memo.number() != 0;
  elf.machine.is_big_endian = memo.number() != 0;
  elf.is_program = memo.number() != 0;
  elf.is_shared_object = memo.number() != 0;
  elf.interpreter = memo.text();
  elf.soname = memo.text();
  for (size_t left = memo.count(sizeof(uint64_t)); left > 0; --left) {
    elf.needed.emplace_back(memo.text());
  }
  elf.rpath = read_optional(memo);
  elf.runpath = read_optional(memo);
  elf.print = memo.number();
  elf.damage = memo.text();
  return elf;
}

}  // namespace

void put_probe(const FileProbe& probe, MemoWriter& memo) {
  memo.put(std::string_view(probe.text));
  memo.put(uint64_t{probe.pyc.has_value()});
  if (probe.pyc) {
    for (const uint32_t number : {probe.pyc->flags, probe.pyc->mtime, probe.pyc->size}) {
      memo.put(number);
    }
  }
  memo.put(uint64_t{probe.elf != nullptr});
  if (probe.elf != nullptr) put_elf(*probe.elf, memo);
}

FileProbe read_probe(MemoReader& memo) {
  FileProbe probe;
  probe.text = memo.text();
  if (memo.number() != 0) {
    PycHeader& pyc = probe.pyc.emplace();
    pyc.flags = memo.small_number();
    pyc.mtime = memo.small_number();
    pyc.size = memo.small_number();
  }
  if (memo.number() != 0) probe.elf = std::make_shared<const ElfFacts>(read_elf(memo));
  return probe;
}

ProbeMemo::ProbeMemo(Store& store, std::string_view entry_point, std::string_view input)
    : store_(store), key_(probe_memo_key(entry_point, input)), memo_(store.find_memo(key_)) {
  if (memo_) read(memo_.bytes());
}

void ProbeMemo::read(std::string_view bytes) {
  MemoReader memo(bytes);
  while (!memo.is_done() && !memo.has_failed()) {
    const std::string_view path = memo.text();
    const Stamp stamp = memo.stamp();
    known_.emplace(path, Known{stamp, read_probe(memo)});
  }
  if (memo.has_failed()) known_.clear();
}

const FileProbe* ProbeMemo::find(const Node& file) const {
  if (file.stamp == nullptr) return nullptr;
  const auto known = known_.find(file.path);
  if (known == known_.end() || known->second.stamp != store_.identity(file.source(), *file.stamp))
    return nullptr;
  return &known->second.probe;
}

void ProbeMemo::replace(std::span<const Node* const> files, std::span<const FileProbe> found) {
  MemoWriter memo;
  bool is_new = false;
  for (size_t i = 0; i < files.size(); ++i) {
    const Node& file = *files[i];
    const std::optional<Stamp> stamp =
        file.stamp == nullptr ? std::nullopt : store_.identity(file.source(), *file.stamp);
    if (!stamp) continue;
    is_new = is_new || find(file) == nullptr;
    memo.put(file.path);
    memo.put(*stamp);
    put_probe(found[i], memo);
  }
  if (is_new) store_.add_memo(key_, memo.bytes());
}

}  // namespace layer
