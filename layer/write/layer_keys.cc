// Serialises what decides a frame's bytes, and hashes it.
#include "layer/write/layer_keys.h"

#include <fmt/format.h>

#include <string_view>

#include "layer/store/stamp.h"
#include "layer/write/codec.h"
#include "layer/write/frame_tar.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

class KeyText {
 public:
  void clear() { text_.clear(); }
  void add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) text_ += static_cast<char>(number >> shift);
  }
  void add(int64_t number) { add(static_cast<uint64_t>(number)); }
  void add(std::string_view text) {
    add(uint64_t{text.size()});
    text_ += text;
  }
  void add(const Digest& digest) {
    text_.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
  }
  void add(const Stamp& stamp) {
    for (const uint64_t number : {stamp.device, stamp.inode, stamp.size}) add(number);
    for (const int64_t time : {stamp.mtime, stamp.ctime}) add(time);
  }
  Digest hash() const { return sha256(std::as_bytes(std::span(text_))); }

 private:
  std::string text_;
};

// Appends what the header and the content of an entry depend on; false if that is not known.
bool add_entry(const LayerPlan& plan, const PlannedEntry& entry, int64_t now, KeyText& text) {
  text.add(static_cast<uint64_t>(entry.type));
  text.add(entry.path);
  text.add(entry.link());
  text.add(entry.mtime);
  for (const uint32_t number : {entry.mode, entry.uid, entry.gid}) text.add(uint64_t{number});
  text.add(tar_content_size(entry));
  // The mode of a hardlink may be that of its target's content.
  const bool is_link = entry.type == TarType::kHardlink && entry.mode == kModeByContent;
  const PlannedEntry& content = is_link ? hardlink_target(plan, entry) : entry;
  if (content.type != TarType::kFile || content.source().empty()) return true;
  if (content.stamp == nullptr || !is_settled(*content.stamp, now)) return false;
  text.add(*content.stamp);
  return true;
}

std::optional<Digest> frame_key(const LayerPlan& plan, const Frame& frame,
                                const std::string& recipe, int64_t now, KeyText& text) {
  text.clear();
  text.add(recipe);
  for (const uint64_t number : {frame.piece_offset, frame.piece_size, frame.tar_size}) {
    text.add(number);
  }
  text.add(uint64_t{frame.ends_layer});
  for (size_t i = frame.first; i < frame.end; ++i) {
    if (!add_entry(plan, plan.entries[i], now, text)) return std::nullopt;
  }
  return text.hash();
}

}  // namespace

std::string key_recipe(Compression compression) {
  return fmt::format("{} frames={} tar={}", recipe(compression), kFrameRuleVersion, kTarVersion);
}

LayerKeys layer_keys(const LayerPlan& plan, std::span<const Frame> frames,
                     const std::string& recipe, int64_t now) {
  LayerKeys keys;
  KeyText text;
  for (const Frame& frame : frames) {
    keys.frames.push_back(frame_key(plan, frame, recipe, now, text));
  }
  text.clear();
  for (const std::optional<Digest>& key : keys.frames) {
    if (!key) return keys;
    text.add(*key);
  }
  keys.layer = text.hash();
  return keys;
}

}  // namespace layer
