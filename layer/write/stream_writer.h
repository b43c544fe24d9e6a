// Compresses the tars of layers that exist, in parallel: frames, codec, digests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "layer/write/estargz.h"
#include "layer/write/layer_writer.h"

namespace layer {

struct TarFrame {
  std::vector<std::byte> bytes;
  std::vector<TarPart> parts;  // in order, without digests; only for a table of contents
};

// The tar of one layer, in frames as FrameCutter cuts them. The functions are called by one thread
// at a time, and throw Error for a tar that cannot be read.
struct TarStream {
  std::string name;
  DiffId diff_id;  // as it is stated: what a store knows the layer by
  // Replaces the frame by the next one; false, if there is none. There is at least one. A frame that
  // ends a layer ends its tar; but if the layer becomes an eStargz one, the end is left out.
  std::function<bool(TarFrame& frame)> next;
  // Told the diff id of what was read, before the layer is ended. Throws unless it is right. Of a
  // layer that becomes an eStargz one, next() has checked it.
  std::function<void(const DiffId&)> check;
};

// Writes every layer. The bytes are those of write_layers() for the same tar, and depend only on the
// tar, the compression and the codec's version. Needs the memory of write_layers().
// With a store, a layer is read only if the store has no blob of this diff id and compression that
// was made here; new ones are written there first. Sinks are told kUnknownSize. Of several faults
// the first in the order of layers is thrown.
std::vector<WrittenLayer> write_streams(std::span<const TarStream> streams, Compression compression,
                                        unsigned jobs, LayerSink& sink, Progress& progress,
                                        Store* store = nullptr);

}  // namespace layer
