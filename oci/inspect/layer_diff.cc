// Pairs layers by digest, then by a digest of their contents alone, and looks for the reasons.
#include "oci/inspect/layer_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace oci {
namespace {

// A member with the content of a file.
struct LayerRow {
  const LayerMember* member;
  const layer::Digest* content;  // null: it is no file
};

std::vector<LayerRow> rows_by_path(const LayerFacts& facts) {
  std::vector<LayerRow> rows;
  size_t files = 0;
  for (const LayerMember& member : facts.members) {
    const bool is_file = member.kind == MemberKind::kFile;
    rows.push_back({&member, is_file ? &facts.contents[files++] : nullptr});
  }
  std::stable_sort(rows.begin(), rows.end(), [](const LayerRow& a, const LayerRow& b) {
    return a.member->path < b.member->path;
  });
  return rows;
}

// Of all that the layer makes of an image, but times.
layer::Digest contents_digest(const std::vector<LayerRow>& rows) {
  layer::Sha256 hash;
  for (const LayerRow& row : rows) {
    const LayerMember& member = *row.member;
    const std::string head = fmt::format(
        "{} {} {} {} {} {} {} {}\n", static_cast<unsigned>(member.kind), member.mode, member.uid,
        member.gid, member.size, member.path.size(), member.target.size(), member.xattrs.size());
    for (const std::string_view text :
         {std::string_view(head), member.path, member.target, member.xattrs}) {
      hash.update(std::as_bytes(std::span(text)));
    }
    if (row.content != nullptr) hash.update(std::as_bytes(std::span(row.content->bytes)));
  }
  return hash.finish();
}

bool states_digests(const StoredImage& image) {
  return std::ranges::all_of(image.layers, &ImageLayer::has_digest);
}

// RFC 1952, section 2.3: what a gzip header states beside the format.
std::string gzip_header(const Blob& blob) {
  std::array<std::byte, 10> head{};
  if (blob.size() < head.size()) return {};
  blob.read_at(0, head);
  const auto at = [&](size_t i) { return std::to_integer<uint32_t>(head[i]); };
  const uint32_t time = at(4) | at(5) << 8U | at(6) << 16U | at(7) << 24U;
  return fmt::format("{} bytes, time {}, flags {}, system {}{}{}", blob.size(), time, at(8), at(9),
                     (at(3) & 0x08U) != 0 ? ", a name" : "",
                     (at(3) & 0x04U) != 0 ? ", an extra field" : "");
}

std::string form_of(const ImageLayer& layer, layer::Codec codec) {
  if (codec == layer::Codec::kGzip) return gzip_header(layer.blob);
  return fmt::format("{} bytes", layer.blob.size());
}

std::optional<LayerReason> order_reason(const LayerFacts& a, const LayerFacts& b) {
  const auto [left, right] =
      std::mismatch(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    [](const LayerMember& x, const LayerMember& y) { return x.path == y.path; });
  if (left == a.members.end() || right == b.members.end()) return std::nullopt;
  return LayerReason{DigestReason::kOrder,
                     fmt::format("entry {} is '{}' in one, '{}' in the other",
                                 left - a.members.begin() + 1, left->path, right->path)};
}

std::optional<LayerReason> times_reason(const std::vector<LayerRow>& a,
                                        const std::vector<LayerRow>& b) {
  size_t count = 0;
  std::string first;
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i].member->mtime == b[i].member->mtime) continue;
    if (count++ == 0) {
      first = fmt::format("'{}' is of {} in one, of {} in the other", a[i].member->path,
                          a[i].member->mtime, b[i].member->mtime);
    }
  }
  if (count == 0) return std::nullopt;
  return LayerReason{DigestReason::kTimes, fmt::format("of {} entries: {}", count, first)};
}

// Why two layers of equal contents are different blobs.
std::vector<LayerReason> reasons_for(const ImageSubject& before, uint32_t a,
                                     const ImageSubject& after, uint32_t b) {
  const ImageLayer& left = before.image.layers[a];
  const ImageLayer& right = after.image.layers[b];
  const layer::Codec left_codec = sniff_codec(left.blob);
  const layer::Codec right_codec = sniff_codec(right.blob);
  std::vector<LayerReason> reasons;
  if (left_codec != right_codec) {
    reasons.push_back({DigestReason::kCodec,
                       fmt::format("{} in one, {} in the other", layer_media_type(left_codec),
                                   layer_media_type(right_codec))});
  }
  if (left.diff_id == right.diff_id) {
    if (left_codec == right_codec) {
      reasons.push_back({DigestReason::kCompression,
                         fmt::format("{} in one; {} in the other", form_of(left, left_codec),
                                     form_of(right, right_codec))});
    }
    return reasons;
  }
  const LayerFacts& left_facts = *before.facts.layers[a];
  const LayerFacts& right_facts = *after.facts.layers[b];
  const auto order = order_reason(left_facts, right_facts);
  const auto times = times_reason(rows_by_path(left_facts), rows_by_path(right_facts));
  if (order) reasons.push_back(*order);
  if (times) reasons.push_back(*times);
  if (!order && !times) {
    reasons.push_back({DigestReason::kTarForm,
                       fmt::format("the tars have {} and {} bytes, and entries that state the same",
                                   left_facts.tar_size, right_facts.tar_size)});
  }
  return reasons;
}

// Pairs the layers of two images.
class LayerPairing {
 public:
  LayerPairing(const ImageSubject& before, const ImageSubject& after);

  LayerDiff run();

 private:
  const layer::Digest& name_of(const ImageLayer& layer) const;
  uint32_t find_same(const ImageLayer& layer);
  void pair_equal(LayerDiff& diff);

  const ImageSubject& before_;
  const ImageSubject& after_;
  bool by_digest_;
  std::map<layer::Digest, std::vector<uint32_t>> names_;  // layers of `before_` that are not paired
  std::map<layer::Digest, uint32_t> paired_;              // an image may have one layer twice
  std::vector<bool> is_used_;                             // layers of `before_`
};

LayerPairing::LayerPairing(const ImageSubject& before, const ImageSubject& after)
    : before_(before),
      after_(after),
      by_digest_(states_digests(before.image) && states_digests(after.image)),
      is_used_(before.image.layers.size()) {
  for (uint32_t i = static_cast<uint32_t>(is_used_.size()); i-- > 0;) {
    names_[name_of(before.image.layers[i])].push_back(i);
  }
}

const layer::Digest& LayerPairing::name_of(const ImageLayer& layer) const {
  return by_digest_ ? layer.descriptor.digest : layer.diff_id.digest;
}

// kNone if the first image does not have the layer.
uint32_t LayerPairing::find_same(const ImageLayer& layer) {
  const auto found = names_.find(name_of(layer));
  if (found == names_.end()) return kNone;
  if (!found->second.empty()) {
    paired_[found->first] = found->second.back();
    is_used_[found->second.back()] = true;
    found->second.pop_back();
  }
  return paired_.at(found->first);
}

void LayerPairing::pair_equal(LayerDiff& diff) {
  std::map<layer::Digest, uint32_t> gone;
  for (uint32_t i = 0; i < is_used_.size(); ++i) {
    if (!is_used_[i]) gone.emplace(contents_digest(rows_by_path(*before_.facts.layers[i])), i);
  }
  for (LayerPair& pair : diff.layers) {
    if (pair.relation != LayerRelation::kNew || gone.empty()) continue;
    const auto equal = gone.find(contents_digest(rows_by_path(*after_.facts.layers[pair.after])));
    if (equal == gone.end()) continue;
    pair.before = equal->second;
    pair.relation = LayerRelation::kEqual;
    pair.reasons = reasons_for(before_, pair.before, after_, pair.after);
    is_used_[pair.before] = true;
    gone.erase(equal);
  }
}

LayerDiff LayerPairing::run() {
  LayerDiff diff;
  std::set<layer::Digest> counted;
  for (uint32_t i = 0; i < after_.image.layers.size(); ++i) {
    const ImageLayer& layer = after_.image.layers[i];
    const uint32_t same = find_same(layer);
    const bool is_kept = same != kNone;
    diff.layers.push_back({same, i, is_kept ? LayerRelation::kKept : LayerRelation::kNew, {}});
    if (counted.insert(name_of(layer)).second) {
      (is_kept ? diff.kept_bytes : diff.new_bytes) += layer.descriptor.size;
    }
  }
  pair_equal(diff);
  for (uint32_t i = 0; i < is_used_.size(); ++i) {
    if (!is_used_[i]) diff.layers.push_back({i, kNone, LayerRelation::kGone, {}});
  }
  return diff;
}

}  // namespace

std::string_view layer_relation_name(LayerRelation relation) {
  switch (relation) {
    case LayerRelation::kKept:
      return "kept";
    case LayerRelation::kEqual:
      return "equal";
    case LayerRelation::kGone:
      return "gone";
    case LayerRelation::kNew:
      return "new";
  }
  throw std::logic_error("no such relation");
}

std::string_view digest_reason_name(DigestReason reason) {
  switch (reason) {
    case DigestReason::kCodec:
      return "codec";
    case DigestReason::kCompression:
      return "compression";
    case DigestReason::kOrder:
      return "order";
    case DigestReason::kTimes:
      return "times";
    case DigestReason::kTarForm:
      return "tar-form";
  }
  throw std::logic_error("no such reason");
}

LayerDiff compare_layers(const ImageSubject& before, const ImageSubject& after) {
  return LayerPairing(before, after).run();
}

}  // namespace oci
