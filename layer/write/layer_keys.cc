// Serialises what decides a frame's bytes, and hashes it.
#include "layer/write/layer_keys.h"

#include <fmt/core.h>

#include <string_view>

#include "layer/disk/stamp.h"
#include "layer/store/memo.h"
#include "layer/write/codec.h"
#include "layer/write/codec_library.h"
#include "layer/write/frame_tar.h"
#include "layer/write/tar.h"

namespace layer {
namespace {

// Appends what the header and the content of an entry depend on; false if that is not known.
bool add_entry(const LayerPlan& plan, const TarEntry& entry, const Store& store, MemoWriter& text) {
  text.put(static_cast<uint64_t>(entry.type));
  text.put(entry.path);
  text.put(entry.link());
  text.put(entry.mtime);
  for (const uint32_t number : {entry.mode, entry.uid, entry.gid}) text.put(uint64_t{number});
  text.put(tar_content_size(entry));
  // Most have none: then the key is as it was before there were any. No entry begins with such a
  // text.
  if (entry.xattrs != nullptr) {
    text.put(std::string_view("xattrs"));
    text.put(*entry.xattrs);
  }
  // The mode of a hardlink may be that of its target's content.
  const bool is_link = entry.type == TarType::kHardlink && entry.mode == kModeByContent;
  const TarEntry& content = is_link ? hardlink_target(plan, entry) : entry;
  if (content.is_inline) {
    text.put(std::string_view("inline"));
    text.put(content.inline_bytes());
  }
  if (content.type != TarType::kFile || content.source().empty()) return true;
  const std::optional<Stamp> file =
      content.stamp == nullptr ? std::nullopt : store.identity(content.source(), *content.stamp);
  if (!file) return false;
  text.put(*file);
  return true;
}

std::optional<Digest> frame_key(const LayerPlan& plan, const Frame& frame,
                                const std::string& recipe, const Store& store, MemoWriter& text) {
  text.clear();
  text.put(recipe);
  for (const uint64_t number : {frame.piece_offset, frame.piece_size, frame.tar_size}) {
    text.put(number);
  }
  text.put(uint64_t{frame.ends_tar});
  for (size_t i = frame.first; i < frame.end; ++i) {
    if (!add_entry(plan, plan.entries[i], store, text)) return std::nullopt;
  }
  return text.digest();
}

}  // namespace

std::string blob_recipe(Compression compression) {
  return fmt::format("{} frames={} tar={} code={}", codec_recipe(compression), kFrameRuleVersion,
                     kTarVersion, codec_build(compression.codec));
}

LayerKeys layer_keys(const LayerPlan& plan, std::span<const Frame> frames,
                     const std::string& recipe, const Store& store) {
  LayerKeys keys;
  MemoWriter text;
  for (const Frame& frame : frames) {
    keys.frames.push_back(frame_key(plan, frame, recipe, store, text));
  }
  text.clear();
  for (const std::optional<Digest>& key : keys.frames) {
    if (!key) return keys;
    text.put(*key);
  }
  keys.layer = text.digest();
  return keys;
}

}  // namespace layer
