// SipHash-1-3, as Python's own: `PYTHONHASHSEED=0 python3 -c 'print(hash(b"..."))'` has the key 0.
#include "layer/base/keyed_hash.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace layer::keyed_hash_test {
namespace {

TEST_CASE("keyed hash: the values of another implementation") {
  CHECK(siphash13("a", 0, 0) == 0x407448d2b89b1813);
  CHECK(siphash13("abcdefg", 0, 0) == 0x6db12aae9070f506);
  CHECK(siphash13("abcdefgh", 0, 0) == 0x3f7b849c0b8e35ea);
  CHECK(siphash13("site-packages/numpy/__init__.py", 0, 0) == 0xa8378e1752e71620);
}

// The paper's own example.
TEST_CASE("keyed hash: SipHash-2-4") {
  std::string text;
  for (char c = 0; c < 15; ++c) text += c;
  CHECK(siphash24(text, 0x0706050403020100, 0x0f0e0d0c0b0a0908) == 0xa129ca6149be45e5);
}

TEST_CASE("keyed hash: one key in a process, and every byte counts") {
  const std::string path = "app/x";
  CHECK(KeyedHash()(path) == KeyedHash()("app/x"));
  CHECK(KeyedHash()(path) != KeyedHash()("app/y"));
  CHECK(siphash13(path, 0, 0) != siphash13(path, 0, 1));
  CHECK(KeyedHash()(std::string_view()) == KeyedHash()(""));
}

}  // namespace
}  // namespace layer::keyed_hash_test
