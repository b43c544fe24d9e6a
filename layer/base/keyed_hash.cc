// Implements SipHash (Aumasson and Bernstein, 2012) with one round a word and three at the end.
#include "layer/base/keyed_hash.h"

#include <sys/random.h>

#include <bit>
#include <chrono>
#include <cstring>

namespace layer {
namespace {

struct Sip {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void word(uint64_t value) {
    v3 ^= value;
    round();
    v0 ^= value;
  }
};

struct Key {
  uint64_t key0 = 0;
  uint64_t key1 = 0;
};

Key draw_key() {
  Key key;
  if (::getrandom(&key, sizeof key, GRND_NONBLOCK) == sizeof key) return key;
  // Early at boot; the clock is what is left.
  key.key0 = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  return key;
}

}  // namespace

uint64_t siphash13(std::string_view text, uint64_t key0, uint64_t key1) {
  Sip sip{0x736f6d6570736575 ^ key0, 0x646f72616e646f6d ^ key1, 0x6c7967656e657261 ^ key0,
          0x7465646279746573 ^ key1};
  const uint64_t size = text.size();
  while (text.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    sip.word(word);
    text.remove_prefix(sizeof word);
  }
  uint64_t last = size << 56;
  if (!text.empty()) std::memcpy(&last, text.data(), text.size());
  sip.word(last);
  sip.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) sip.round();
  return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

size_t KeyedHash::operator()(std::string_view text) const {
  static const Key key = draw_key();
  return siphash13(text, key.key0, key.key1);
}

}  // namespace layer
