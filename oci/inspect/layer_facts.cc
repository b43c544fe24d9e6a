// Passes over a layer: notes each entry, hashes each file, keeps what names packages.
#include "oci/inspect/layer_facts.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "oci/inspect/package_files.h"

namespace oci {
namespace {

constexpr uint64_t kTextPerMember = 128;  // as of TreeBudget
constexpr uint64_t kMaxPackageBytes = uint64_t{64} << 20;
constexpr size_t kHashBytes = size_t{256} << 10;

// Makes the facts of one layer.
class FactsReader {
 public:
  FactsReader(const ImageLayer& layer, FactsBudget& budget)
      : layer_(layer), budget_(budget), entries_(layer, budget.plain()), buffer_(kHashBytes) {
    facts_.arena = std::make_unique<layer::StringArena>();
  }

  LayerFacts read() {
    while (archive_entry* entry = entries_.next()) add(entry);
    facts_.codec = sniff_codec(layer_.blob);
    facts_.digest = entries_.digest();
    facts_.tar_size = entries_.plain_size();
    return std::move(facts_);
  }

 private:
  void add(archive_entry* entry) {
    LayerMember member = read_member(entries_, entry, MemberXattrs::kAll, texts_);
    budget_.take_member(entries_, member);
    member.path = facts_.arena->copy(member.path);
    member.target = facts_.arena->copy(member.target);
    member.xattrs = facts_.arena->intern(member.xattrs);
    facts_.members.push_back(member);
    if (member.kind != MemberKind::kFile) return;
    // Holes are no bytes of the tar, and cost as much time.
    if (archive_entry_sparse_count(entry) != 0) budget_.plain().take(layer_.blob, member.size);
    take_content(member);
  }

  void take_content(const LayerMember& member) {
    PackageFile file(member.path);
    layer::Sha256 hash;
    uint64_t size = 0;
    for (size_t got = entries_.read(buffer_); got > 0; got = entries_.read(buffer_)) {
      const auto piece = std::span<const std::byte>(buffer_).first(got);
      hash.update(piece);
      budget_.take_package_text(entries_, file.take(piece));
      size += got;
    }
    hash_hole(member.size - std::min(size, member.size), hash);
    facts_.contents.push_back(hash.finish());
    if (!file.is_kept()) return;
    facts_.package_texts.push_back(
        {static_cast<uint32_t>(facts_.members.size() - 1), facts_.arena->copy(file.text())});
  }

  // libarchive gives no bytes for a hole at the end of a file.
  void hash_hole(uint64_t size, layer::Sha256& hash) {
    if (size == 0) return;
    budget_.plain().take(layer_.blob, size);
    std::ranges::fill(buffer_, std::byte{});
    for (uint64_t left = size; left > 0;) {
      const auto zeros = std::span(buffer_).first(std::min<uint64_t>(left, buffer_.size()));
      hash.update(zeros);
      left -= zeros.size();
    }
  }

  const ImageLayer& layer_;
  FactsBudget& budget_;
  LayerEntries entries_;
  std::vector<std::byte> buffer_;
  MemberTexts texts_;
  LayerFacts facts_;
};

}  // namespace

void FactsBudget::take_member(const LayerEntries& entries, const LayerMember& member) {
  const std::string help = layer::limit_help(layer::kMaxEntriesOption);
  if (++members_ > max_members_) {
    throw entries.entry_error(fmt::format("is one of more than {} entries", max_members_))
        .with_help(help);
  }
  const uint64_t most = max_members_ * kTextPerMember;
  const uint64_t text = member.path.size() + member.target.size() + member.xattrs.size();
  if ((texts_ += text) > most) {
    throw entries
        .entry_error(fmt::format("takes the names, links and attributes of the image beyond {}",
                                 layer::limit_text(most)))
        .with_help(help);
  }
}

void FactsBudget::take_package_text(const LayerEntries& entries, uint64_t bytes) {
  if ((package_texts_ += bytes) <= kMaxPackageBytes) return;
  throw entries.entry_error(fmt::format("is one of package managers' files of more than {}",
                                        layer::limit_text(kMaxPackageBytes)));
}

LayerFacts read_layer_facts(const ImageLayer& layer, FactsBudget& budget) {
  return FactsReader(layer, budget).read();
}

}  // namespace oci
