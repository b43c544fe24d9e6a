// The files that an eStargz layer has beside those of the image.
#pragma once

#include <string_view>

namespace layer {

// stargz-snapshotter, docs/estargz.md, "TOC, TOCEntries and Footer" and "Prioritized Files and
// Landmark Files". The table of contents is the last file. A prefetch landmark is the last of the
// files that a reader fetches in advance; the other landmark says that there are none. The content
// of a landmark is one byte.
inline constexpr std::string_view kTocName = "stargz.index.json";
inline constexpr std::string_view kPrefetchLandmark = ".prefetch.landmark";
inline constexpr std::string_view kNoPrefetchLandmark = ".no.prefetch.landmark";
inline constexpr std::string_view kLandmarkContent = "\x0f";

inline bool is_landmark(std::string_view path) {
  return path == kPrefetchLandmark || path == kNoPrefetchLandmark;
}

// Whether each layer may have a file of this path, which is about that layer alone.
inline bool is_estargz_file(std::string_view path) {
  return path == kTocName || is_landmark(path);
}

}  // namespace layer
