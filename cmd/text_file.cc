// Pieces go straight to the file: a plan of a million entries is never in memory as a text.
#include "cmd/text_file.h"

#include <cstddef>
#include <span>

#include "layer/write/output_file.h"
#include "oci/destination.h"

namespace cmd {

void write_text_file(const std::string& path, std::string_view text) {
  write_text_file(path, [text](const layer::WriteText& write) { write(text); });
}

void write_text_file(const std::string& path,
                     const std::function<void(const layer::WriteText&)>& write) {
  layer::OutputFile file(oci::folder_of(path));
  write([&file](std::string_view piece) { file.write(std::as_bytes(std::span(piece))); });
  file.commit(path);
}

}  // namespace cmd
