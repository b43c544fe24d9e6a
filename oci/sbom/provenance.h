// Says how an image was made, as SLSA provenance: docs/provenance.md.
#pragma once

#include <string>
#include <vector>

#include "layer/base/json.h"
#include "oci/inspect/image_diff.h"

namespace oci {

enum class ProvenanceForm : uint8_t {
  kStatement,  // of in-toto, with the image as its subject
  kPredicate,  // only what the statement says of the image, for a tool that makes the statement
};

struct ProvenanceRequest {
  const ImageSubject& image;          // as it was made
  const StoredImage* base = nullptr;  // null: there is none
  std::string base_name;              // as the user named it
  std::vector<std::string> names;     // of the image; may be empty
  const layer::Json& parameters;      // what the user asked for
  std::string version;                // veneer's
};

// An in-toto statement v1 with a predicate SLSA provenance v1, or the predicate alone. It depends on
// nothing but the request, and has no times.
layer::Json make_provenance(const ProvenanceRequest& request, ProvenanceForm form);

}  // namespace oci
