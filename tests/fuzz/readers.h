// The functions behind the table of targets. Each reads its bytes as one form of input, and throws
// layer::Error if they are not of that form.
#pragma once

#include <string_view>

namespace fuzz {

// Documents of images: document_readers.cc.
void read_config(std::string_view bytes);
void read_index(std::string_view bytes);
void read_layer_descriptor(std::string_view bytes);
void read_manifest(std::string_view bytes);
void read_table(std::string_view bytes);

// Images and their layers: image_readers.cc.
void read_docker_archive(std::string_view bytes);
void read_image(std::string_view bytes);
void read_layer(std::string_view bytes);
void read_oci_archive(std::string_view bytes);
void read_package_records(std::string_view bytes);

// Compressed streams: gzip_readers.cc.
void read_gzip(std::string_view bytes);

// What a build reads: input_readers.cc.
void read_ignore_rules(std::string_view bytes);
void read_layer_lock(std::string_view bytes);
void read_mtree(std::string_view bytes);
void read_plan(std::string_view bytes);
void read_repo_mapping(std::string_view bytes);
void read_runfiles_manifest(std::string_view bytes);
void read_spec(std::string_view bytes);

// Texts that are rewritten for their place: venv_readers.cc.
void read_venv_text(std::string_view bytes);

// Files that checks look into, and the store: file_readers.cc.
void read_elf(std::string_view bytes);
void read_probed_files(std::string_view bytes);
void read_probe_memo(std::string_view bytes);
void read_store_index(std::string_view bytes);

// What is asked of veneer: request_readers.cc, option_readers.cc.
void read_flag_file(std::string_view bytes);
void read_project_file(std::string_view bytes);
void read_option_value(std::string_view bytes);
void read_tar_command(std::string_view bytes);
void read_work_requests(std::string_view bytes);

}  // namespace fuzz
