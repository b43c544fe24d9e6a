// Makes the same image with other layers' blobs: its documents follow what became of the layers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "oci/convert/convert_layers.h"
#include "oci/convert/image_graph.h"
#include "oci/write/delivery.h"
#include "oci/write/image.h"

namespace oci {

// Which media types the documents have.
enum class DocumentForm : uint8_t {
  kKept,  // Docker's stay, unless a new layer needs OCI's: one compressed with zstd, for which Docker
          // has no type, or with a table of contents, which annotations are about
  kOci,
};

// What became of the layers, each blob counted once for each image.
struct ConversionSummary {
  size_t images = 0;
  size_t kept = 0;
  size_t anew = 0;
  uint64_t size_before = 0;  // bytes of blobs
  uint64_t size = 0;
};

struct ConvertedImage {
  Image image;  // for Delivery::prepare()
  ConversionSummary summary;
};

// Delivers all that the image consists of, and returns what is left for Delivery::prepare(). A
// document that says nothing new keeps its bytes. In others only what describes changed blobs
// changes: members that veneer does not know, annotations, `subject` and configs stay. Of the
// annotations of a layer that was compressed anew those go that describe compressed bytes. Throws
// Error.
ConvertedImage convert_image(const ImageDocument& document, const LayerConversion& conversion,
                             DocumentForm form, Delivery& delivery);

}  // namespace oci
