// Measures the limit: it only reads, hashes and compresses a list of files.
//
//   bench_limit gzip|zstd|none LEVEL THREADS LIST [OUTPUT]
//
// A line of LIST is "SIZE TAB PATH". The files are read as one stream in pieces as large as veneer's
// largest frames. Each piece is read, hashed and compressed by any thread, which also hashes the
// output, if it is not the input. zstd looks for long matches as veneer has it do. With OUTPUT, each
// thread also writes what it made to that new file, in any order. The program prints the bytes in
// and out.
#include <fcntl.h>
#include <fmt/core.h>
#include <libdeflate.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <future>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "layer/base/digest.h"
#include "layer/base/error.h"
#include "layer/disk/file_handle.h"
#include "layer/write/codec.h"
#include "layer/write/zstd.h"

namespace {

using Bytes = std::vector<std::byte>;

// A part of a file. A piece of the stream is a sequence of parts.
struct Part {
  const std::string* path;
  uint64_t offset;
  size_t size;
};
using Piece = std::vector<Part>;

struct File {
  uint64_t size;
  std::string path;
};

std::vector<File> read_list(const std::string& list) {
  std::ifstream stream(list);
  if (!stream) throw layer::Error("cannot read the list '" + list + "'");
  std::vector<File> files;
  for (std::string line; std::getline(stream, line);) {
    const size_t tab = line.find('\t');
    if (tab == std::string::npos) throw layer::Error("no TAB in '" + line + "'");
    files.push_back({std::stoull(line.substr(0, tab)), line.substr(tab + 1)});
  }
  return files;
}

std::vector<Piece> cut(const std::vector<File>& files, size_t piece_size) {
  std::vector<Piece> pieces(1);
  size_t room = piece_size;
  for (const File& file : files) {
    for (uint64_t offset = 0; offset < file.size;) {
      if (room == 0) {
        pieces.emplace_back();
        room = piece_size;
      }
      const auto size = static_cast<size_t>(std::min<uint64_t>(file.size - offset, room));
      pieces.back().push_back({&file.path, offset, size});
      offset += size;
      room -= size;
    }
  }
  return pieces;
}

void read_part(const Part& part, std::span<std::byte> out) {
  const layer::FileHandle file = layer::open_or_throw(*part.path, O_RDONLY);
  if (layer::read_fully(file.get(), part.offset, out, *part.path) != out.size()) {
    throw layer::Error("'" + *part.path + "' is shorter than the list says");
  }
}

// Compresses pieces. Each thread has its own.
class Codec {
 public:
  Codec(const std::string& name, int level)
      : deflate_(name == "gzip" ? libdeflate_alloc_compressor(level) : nullptr,
                 libdeflate_free_compressor),
        zstd_(name == "zstd" ? std::make_unique<layer::ZstdCompressor>(level) : nullptr) {}

  std::span<const std::byte> compress(std::span<const std::byte> in) {
    if (!deflate_ && !zstd_) return in;
    const size_t bound = deflate_ ? libdeflate_deflate_compress_bound(deflate_.get(), in.size())
                                  : layer::ZstdCompressor::bound(in.size());
    if (out_.size() < bound) out_.resize(bound);  // zeroed once, not for each piece
    if (zstd_) return std::span(out_).first(zstd_->compress_frame(in, out_));
    const size_t size =
        libdeflate_deflate_compress(deflate_.get(), in.data(), in.size(), out_.data(), out_.size());
    if (size == 0) throw std::runtime_error("libdeflate failed");
    return std::span(out_).first(size);
  }

 private:
  std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> deflate_;
  std::unique_ptr<layer::ZstdCompressor> zstd_;
  Bytes out_;
};

struct Totals {
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> in{0};
  std::atomic<uint64_t> out{0};
};

layer::FileHandle create(const std::string& path) {
  constexpr mode_t kMode = 0644;
  layer::FileHandle file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode));
  if (!file) throw layer::system_error(path, "cannot create", errno);
  return file;
}

void write_at(int fd, uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done <= 0) throw layer::system_error("the output", "cannot write", errno);
    offset += static_cast<uint64_t>(done);
    bytes = bytes.subspan(static_cast<size_t>(done));
  }
}

// Writes to `output`, if it is open.
void work(const std::vector<Piece>& pieces, Codec codec, int output, Totals& totals) {
  Bytes buffer;
  layer::Sha256 plain;
  layer::Sha256 compressed;
  for (size_t i = totals.next++; i < pieces.size(); i = totals.next++) {
    size_t size = 0;
    for (const Part& part : pieces[i]) size += part.size;
    if (buffer.size() < size) buffer.resize(size);
    size_t place = 0;
    for (const Part& part : pieces[i]) {
      read_part(part, std::span(buffer).subspan(place, part.size));
      place += part.size;
    }
    plain.update(std::span(buffer).first(size));
    const std::span<const std::byte> out = codec.compress(std::span(buffer).first(size));
    if (out.data() != buffer.data()) compressed.update(out);
    totals.in += size;
    const uint64_t place_of_out = totals.out.fetch_add(out.size());
    if (output >= 0) write_at(output, place_of_out, out);
  }
}

int run(std::span<char*> arguments) {
  if (arguments.size() != 5 && arguments.size() != 6) {
    fmt::print(stderr, "usage: bench_limit gzip|zstd|none LEVEL THREADS LIST [OUTPUT]\n");
    return 2;
  }
  const std::string codec = arguments[1];
  const int level = std::stoi(arguments[2]);
  const std::vector<File> files = read_list(arguments[4]);
  const layer::Compression compression{codec == "zstd" ? layer::Codec::kZstd : layer::Codec::kGzip,
                                       level};
  const std::vector<Piece> pieces = cut(files, layer::frame_rule(compression).maximum);
  layer::FileHandle output;
  if (arguments.size() == 6) output = create(arguments[5]);
  Totals totals;
  std::vector<std::future<void>> threads;
  for (int i = std::stoi(arguments[3]); i > 0; --i) {
    threads.push_back(std::async(std::launch::async,
                                 [&] { work(pieces, Codec(codec, level), output.get(), totals); }));
  }
  for (std::future<void>& thread : threads) thread.get();
  fmt::print("{} {}\n", totals.in.load(), totals.out.load());
  return 0;
}

}  // namespace

int main(int count, char** values) {
  try {
    return run(std::span(values, static_cast<size_t>(count)));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
