// Implements SipHash (Aumasson and Bernstein, 2012).
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
  void rounds(int number) {
    for (int i = 0; i < number; ++i) round();
  }
};

// How often words are mixed: each word, and at the end.
struct SipRounds {
  int word;
  int end;
};

inline uint64_t siphash(SipRounds rounds, std::string_view text, uint64_t key0, uint64_t key1) {
  Sip sip{0x736f6d6570736575 ^ key0, 0x646f72616e646f6d ^ key1, 0x6c7967656e657261 ^ key0,
          0x7465646279746573 ^ key1};
  const auto add = [&](uint64_t word) {
    sip.v3 ^= word;
    sip.rounds(rounds.word);
    sip.v0 ^= word;
  };
  const uint64_t size = text.size();
  while (text.size() >= sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    add(word);
    text.remove_prefix(sizeof word);
  }
  uint64_t last = size << 56;
  if (!text.empty()) std::memcpy(&last, text.data(), text.size());
  add(last);
  sip.v2 ^= 0xff;
  sip.rounds(rounds.end);
  return sip.v0 ^ sip.v1 ^ sip.v2 ^ sip.v3;
}

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
  return siphash({1, 3}, text, key0, key1);
}

uint64_t siphash24(std::string_view text, uint64_t key0, uint64_t key1) {
  return siphash({2, 4}, text, key0, key1);
}

size_t KeyedHash::operator()(std::string_view text) const {
  static const Key key = draw_key();
  return siphash13(text, key.key0, key.key1);
}

}  // namespace layer
