// The members of the documents of an image, by the names and the types that container engines know.
#pragma once

#include "oci/model/json.h"

namespace oci {

// A document as a whole, or a part that is read by itself.
enum class DocumentKind {
  kLayout,       // oci-layout
  kIndex,        // index.json, and every index or manifest list
  kManifest,     // of an image, or of what is attached to one
  kConfig,       // of an image
  kDockerEntry,  // an element of a docker archive's manifest.json
  kTable,        // a layer's table of contents
  kTableEntry,   // an element of its list
};

// Engines are written in Go, whose encoding/json ignores the case of names: to it, `Layers` is
// `layers`, and the last one counts. It refuses a whole document for one member of another type
// than its own. So that no document is two images, this throws Error
// - for a name that differs from a known one by nothing but case;
// - for a known member of a type that Go refuses, whether or not veneer looks at it.
// null is fine everywhere, as in Go. What no engine knows may have any name and any value, and so
// may the members of annotations and labels, as far as they are texts.
void check_members(const JsonField& document, DocumentKind kind);

}  // namespace oci
