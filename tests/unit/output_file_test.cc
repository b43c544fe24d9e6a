// Files that appear whole or not at all.
#include "layer/disk/output_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <iterator>
#include <string>
#include <utility>

#include "layer/base/error.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::output_file_test {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

size_t files_in(const std::filesystem::path& path) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path), {}));
}

TEST_CASE("output file: it appears whole, with mode 0644 whatever the umask") {
  const TemporaryDirectory directory;
  const mode_t old_umask = umask(077);
  OutputFile file(directory.path());
  file.write(bytes_of("hello "));
  file.write(bytes_of("world"));
  file.write_at(0, bytes_of("J"));
  CHECK(file.size() == 11);
  CHECK(files_in(directory.path()) <= 1);  // none, or a temporary name where there is no O_TMPFILE
  const std::string path = directory / "out";
  file.commit(path);
  umask(old_umask);
  CHECK(read_file(path) == "Jello world");
  CHECK(files_in(directory.path()) == 1);
  struct stat status = {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0644);
}

TEST_CASE("output file: it replaces what is there, a link too, and leaves no other name") {
  const TemporaryDirectory directory;
  const std::string kept = directory.write("kept", "old");
  std::filesystem::create_symlink("kept", directory / "out");
  OutputFile file(directory.path());
  file.write(bytes_of("new"));
  file.commit(directory / "out");
  CHECK(read_file(directory / "out") == "new");
  CHECK_FALSE(std::filesystem::is_symlink(directory / "out"));
  CHECK(read_file(kept) == "old");
  CHECK(files_in(directory.path()) == 2);
}

TEST_CASE("output file: without a commit nothing is left") {
  const TemporaryDirectory directory;
  {
    OutputFile file(directory.path());
    file.write(bytes_of("x"));
    const OutputFile moved(std::move(file));
  }
  CHECK(files_in(directory.path()) == 0);
}

TEST_CASE("output file: truncated, it goes on from there") {
  const TemporaryDirectory directory;
  OutputFile file(directory.path());
  file.write(bytes_of("0123456789"));
  file.truncate(4);
  file.write(bytes_of("x"));
  CHECK(file.size() == 5);
  file.commit(directory / "out");
  CHECK(read_file(directory / "out") == "0123x");
}

TEST_CASE("output file: a part of another file is copied, also where the kernel cannot") {
  const TemporaryDirectory directory;
  std::string content(700000, '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * i >> 7);
  const std::string source = directory.write("source", content);
  OutputFile file(directory.path());
  file.write(bytes_of("head"));
  const int fd = open(source.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  file.copy_from(fd, 100, 600000);
  CHECK(file.size() == 600004);
  file.copy_from(file.fd(), 4, 600000);
  CHECK_THROWS_AS(file.copy_from(fd, 699990, 20), Error);
  close(fd);
  file.truncate(1200004);
  // The kernel copies no device.
  const int zeros = open("/dev/zero", O_RDONLY | O_CLOEXEC);
  REQUIRE(zeros >= 0);
  file.copy_from(zeros, 0, 300000);
  close(zeros);
  file.commit(directory / "out");
  const std::string part = content.substr(100, 600000);
  CHECK((read_file(directory / "out") == "head" + part + part + std::string(300000, '\0')));
}

TEST_CASE("output file: faults name the place") {
  const std::string missing = "/nonexistent/directory";
  CHECK_THROWS_WITH_AS(OutputFile{missing},
                       "/nonexistent/directory: error: cannot create a file in this directory: No "
                       "such file or directory\n",
                       Error);

  // A limit on file size stands for a full disk.
  const TemporaryDirectory directory;
  const std::string path = directory.path();
  OutputFile file(path);
  rlimit old{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &old) == 0);
  const rlimit small{4096, old.rlim_max};
  const auto old_action = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  try {
    file.write(bytes_of(std::string(10000, 'x')));
  } catch (const Error& error) {
    message = error.what();
  }
  REQUIRE(setrlimit(RLIMIT_FSIZE, &old) == 0);
  std::signal(SIGXFSZ, old_action);
  CHECK(message == path + ": error: cannot write a file in this directory: File too large\n");
}

}  // namespace
}  // namespace layer::output_file_test
