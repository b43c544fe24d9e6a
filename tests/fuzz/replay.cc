// Runs targets without libFuzzer, in any build:
//
//   fuzz_replay                            lists the targets
//   fuzz_replay TARGET FILE...             runs a target on files, such as a fuzzer's finding
//   fuzz_replay --seeds FOLDER COUNT LAST  runs every target on its seeds, the files of
//                                          FOLDER/TARGET, and on COUNT changed forms of each, which
//                                          are always the same. Each input is written to LAST first,
//                                          so that it is there after a crash
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/mutate.h"
#include "tests/fuzz/targets.h"

namespace {

using Path = std::filesystem::path;

constexpr unsigned kMaxSeconds = 20;  // of one input, in a build that may be slow
constexpr std::string_view kTelling{" \t\n\r\\/.#=:,-_@~[]{}\"0189\0\xff", 26};

std::string read_bytes(const Path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const Path& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  if (!out.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush()) {
    throw std::runtime_error("cannot write " + path.string());
  }
}

// SIGALRM ends the process if the target does not end.
bool is_read_in_time(const fuzz::Target& target, const std::string& bytes) {
  ::alarm(kMaxSeconds);
  const bool is_read = fuzz::is_read(target, bytes);
  ::alarm(0);
  return is_read;
}

// Cuts the end off, drops, repeats or moves a part, or changes bytes.
std::string mutate(const std::string& bytes, fuzz::Random& random) {
  if (bytes.empty()) return bytes;
  const size_t at = random() % bytes.size();
  const std::string part = bytes.substr(at, 1 + random() % 64);
  std::string changed = bytes;
  switch (random() % 8) {
    case 0:
      return bytes.substr(0, at);
    case 1:
      return changed.erase(at, part.size());
    case 2:
      return changed.insert(at, part);
    case 3:
      return changed.insert(random() % bytes.size(), part);
    default:
      return fuzz::flip_bytes(changed, kTelling, random);
  }
}

std::vector<Path> sorted_files(const Path& folder) {
  std::vector<Path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file.path());
  std::ranges::sort(files);
  return files;
}

// Prints "TARGET SEEDS READ-SEEDS INPUTS READ-INPUTS".
void replay_seeds(const fuzz::Target& target, const Path& folder, int count, const Path& last) {
  const std::vector<Path> seeds = sorted_files(folder);
  size_t read_seeds = 0;
  size_t inputs = 0;
  size_t read = 0;
  const auto feed = [&](const std::string& bytes) {
    write_bytes(last, bytes);
    const bool is_read = is_read_in_time(target, bytes);
    ++inputs;
    if (is_read) ++read;
    return is_read;
  };
  for (const Path& file : seeds) {
    const std::string seed = read_bytes(file);
    if (feed(seed)) ++read_seeds;
    fuzz::Random random(20240229);
    for (int i = 0; i < count; ++i) feed(mutate(seed, random));
  }
  std::cout << target.name << ' ' << seeds.size() << ' ' << read_seeds << ' ' << inputs << ' '
            << read << std::endl;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    for (const fuzz::Target& target : fuzz::all_targets()) std::cout << target.name << '\n';
    return 0;
  }
  if (arguments.front() == "--seeds" && arguments.size() == 4) {
    for (const fuzz::Target& target : fuzz::all_targets()) {
      replay_seeds(target, Path(arguments[1]) / target.name, std::stoi(arguments[2]), arguments[3]);
    }
    return 0;
  }
  const fuzz::Target* target = fuzz::find_target(arguments.front());
  if (target == nullptr) throw std::runtime_error("no target '" + arguments.front() + "'");
  for (size_t i = 1; i < arguments.size(); ++i) {
    const bool is_read = is_read_in_time(*target, read_bytes(arguments[i]));
    std::cout << arguments[i] << (is_read ? ": read" : ": refused") << std::endl;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return run({argv + std::min(argc, 1), argv + argc});
}
