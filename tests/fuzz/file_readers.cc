// Files that checks look into, and what the store keeps.
#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "layer/base/crc32.h"
#include "layer/base/error.h"
#include "layer/probe/probe.h"
#include "layer/probe/probe_memo.h"
#include "layer/store/index.h"
#include "layer/store/memo.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

std::string memo_of(const layer::FileProbe& probe) {
  layer::MemoWriter memo;
  layer::put_probe(probe, memo);
  return std::string(memo.bytes());
}

void probe_as(const char* name, const MemoryFile& memory) {
  const std::string memo = memo_of(layer::probe_file(name, memory.fd(), name));
  layer::MemoReader reader(memo);
  require_same(memo, memo_of(layer::read_probe(reader)), "a probe changes when it is kept");
}

// The layout of layer/store/index.h.
constexpr size_t kMagicSize = 16;
constexpr size_t kTables = 7;
constexpr size_t kChecksumAt = kMagicSize + kTables * sizeof(uint64_t);
constexpr size_t kTablesAt = kChecksumAt + sizeof(uint64_t);

// The bytes as an index whose magic and checksum are right, so that what is behind them is read.
std::string with_checksum(std::string_view bytes) {
  std::string index(bytes);
  const std::string magic = "veneer index " + std::to_string(layer::kIndexVersion) + "\n";
  std::memset(index.data(), 0, kMagicSize);
  std::memcpy(index.data(), magic.data(), magic.size());
  const auto all = std::as_bytes(std::span(index));
  const uint32_t counts = layer::crc32_of(all.subspan(kMagicSize, kChecksumAt - kMagicSize));
  const uint64_t sum = layer::crc32_of(all.subspan(kTablesAt), counts);
  std::memcpy(index.data() + kChecksumAt, &sum, sizeof sum);
  return index;
}

layer::Index open_index(std::string_view bytes) {
  const MemoryFile memory(bytes);
  return layer::Index::open(memory.path());
}

}  // namespace

void read_elf(std::string_view bytes) {
  const MemoryFile memory(bytes);
  probe_as("lib/libx.so.1", memory);
}

void read_probed_files(std::string_view bytes) {
  const MemoryFile memory(bytes);
  for (const char* name : {"x.pyc", "bin/x", "bin/python3", "pyvenv.cfg", "etc/ld.so.conf"}) {
    probe_as(name, memory);
    layer::needs_whole_file(name, std::as_bytes(std::span(bytes)));
  }
}

void read_probe_memo(std::string_view bytes) {
  layer::MemoReader memo(bytes);
  while (!memo.is_done() && !memo.has_failed()) {
    memo.text();
    memo.stamp();
    memo_of(layer::read_probe(memo));
  }
  if (memo.has_failed()) throw layer::Error("the memo has another form");
}

void read_store_index(std::string_view bytes) {
  if (bytes.size() < kTablesAt) {
    open_index(bytes);
    return;
  }
  const layer::Index index = open_index(with_checksum(bytes));
  for (const layer::LayerRecord& record : index.tables().layers) index.find_layer(record.key);
  for (const layer::FileRecord& record : index.tables().files) {
    index.find_file(record.key[0], record.key[1]);
  }
  layer::IndexTables added;
  added.memos.push_back({});
  layer::merge_tables(
      index, std::move(added), [](const layer::Digest&) { return true; }, 0);
}

}  // namespace fuzz
