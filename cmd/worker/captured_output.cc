// Puts a file in memory (memfd_create(2)) in the place of both descriptors.
#include "cmd/worker/captured_output.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <span>

#include "layer/base/error.h"

namespace cmd {
namespace {

constexpr const char* kOutputName = "output of a request";

void flush() {
  for (std::FILE* stream : {stdout, stderr}) {
    if (std::fflush(stream) != 0) throw layer::system_error(kOutputName, "cannot write", errno);
  }
}

void put_in_place(const layer::FileHandle& file) {
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    if (dup2(file.get(), descriptor) < 0)
      throw layer::system_error(kOutputName, "cannot redirect", errno);
  }
}

}  // namespace

CapturedOutput::CapturedOutput()
    : file_(memfd_create(kOutputName, MFD_CLOEXEC)),
      error_(layer::duplicate(STDERR_FILENO, kOutputName)) {
  if (!file_) throw layer::system_error(kOutputName, "cannot create", errno);
  flush();
  put_in_place(file_);
}

CapturedOutput::~CapturedOutput() {
  try {
    flush();
    put_in_place(error_);
  } catch (const layer::Error& error) {
    // dup2() of two open descriptors fails for no reason that could be mended here, and text() has
    // flushed what matters.
    [[maybe_unused]] const int ignored = std::fputs(error.what(), stderr);
  }
}

std::string CapturedOutput::text() const {
  flush();
  struct stat status = {};
  if (fstat(file_.get(), &status) != 0)
    throw layer::system_error(kOutputName, "cannot stat", errno);
  std::string text(static_cast<size_t>(status.st_size), '\0');
  text.resize(
      layer::read_fully(file_.get(), 0, std::as_writable_bytes(std::span(text)), kOutputName));
  return text;
}

}  // namespace cmd
