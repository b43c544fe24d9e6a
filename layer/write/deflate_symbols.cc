// Builds the lookup table of a block's codes, and walks the block in two places at once.
#include "layer/write/deflate_symbols.h"

#include <algorithm>

namespace layer {
namespace {

// An entry of the lookup table says how many bits its symbols take, extra bits included (low six
// bits), and the state to look up the next bits in (high two bits). Literals are bundled: an entry
// stands for as many as its index holds, and for a length after them. The two `other` states hold
// entries that take nothing and stay; they stop at what needs care: the end of the block, a code
// longer than the index, more bits than a refill provides for, or what is not a code at all.
constexpr unsigned kLiteral = 0;        // a literal or a length comes next
constexpr unsigned kDistance = 1;       // the distance of a match comes next
constexpr unsigned kOtherLiteral = 2;   // as kLiteral, but one symbol with care
constexpr unsigned kOtherDistance = 3;  // as kDistance, but one symbol with care

constexpr uint8_t entry(unsigned bits, unsigned next) {
  return static_cast<uint8_t>(bits | next << 6);
}

// RFC 1951, section 3.2.5. Lengths are those of symbols 257 and on.
constexpr std::array<uint8_t, 29> kLengthExtra = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                  2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
constexpr std::array<uint8_t, 30> kDistanceExtra = {0, 0, 0,  0,  1,  1,  2,  2,  3,  3,
                                                    4, 4, 5,  5,  6,  6,  7,  7,  8,  8,
                                                    9, 9, 10, 10, 11, 11, 12, 12, 13, 13};
constexpr size_t kEndOfBlock = 256;
constexpr size_t kFirstLength = 257;

// Three lookups follow a refill; at worst they are a distance, a length and a distance.
constexpr int kLookupsPerRefill = 3;
constexpr unsigned kMaxDistanceBits = 20;
constexpr unsigned kMaxLengthExtra = 5;

// How many bytes ahead the second of two walks begins, and how many of its places it remembers.
constexpr uint64_t kLead = 2048;
constexpr size_t kMarkCount = 32;

}  // namespace

DeflateSymbols::DeflateSymbols() {
  std::fill_n(&lookup_[kOtherLiteral * kLookupSize], kLookupSize, entry(0, kOtherLiteral));
  std::fill_n(&lookup_[kOtherDistance * kLookupSize], kLookupSize, entry(0, kOtherDistance));
}

// What follows a literal in an index of n bits is looked up in a table for the bits left, and such
// tables are made first, from none to as many bits as a literal can leave: that for n bits lies at
// shorter_[1 << n]. In them 0 is an entry without a symbol.
void DeflateSymbols::fill_literal_lookup() {
  struct Word {
    unsigned bits;
    unsigned length;
    unsigned entry;  // of a length
    bool is_literal;
  };
  std::array<Word, kEndOfBlock + kLengthExtra.size()> words;
  size_t count = 0;
  unsigned longest_rest = 0;
  literals_.for_each([&](size_t symbol, unsigned bits, unsigned length) {
    if (length > kLookupBits) return;
    if (symbol < kEndOfBlock) {
      words[count++] = {bits, length, 0, true};
      longest_rest = std::max(longest_rest, kLookupBits - length);
    } else if (symbol >= kFirstLength && symbol - kFirstLength < kLengthExtra.size()) {
      const unsigned extra = kLengthExtra[symbol - kFirstLength];
      words[count++] = {bits, length, entry(length + extra, kDistance), false};
    }
  });
  const auto fill = [&](uint8_t* table, unsigned table_bits) {
    for (const Word& word : std::span(words).first(count)) {
      if (word.length > table_bits) break;
      const size_t rests = size_t{1} << (table_bits - word.length);
      const uint8_t* rest = &shorter_[rests];
      uint8_t* to = table + word.bits;
      for (size_t i = 0; i < rests; ++i) {
        to[i << word.length] =
            static_cast<uint8_t>(word.is_literal ? rest[i] + word.length : word.entry);
      }
    }
  };
  shorter_[1] = 0;
  for (unsigned bits = 1; bits <= longest_rest; ++bits) {
    std::fill_n(&shorter_[size_t{1} << bits], size_t{1} << bits, uint8_t{0});
    fill(&shorter_[size_t{1} << bits], bits);
  }
  uint8_t* table = &lookup_[kLiteral * kLookupSize];
  std::fill_n(table, kLookupSize, entry(0, kOtherLiteral));
  fill(table, kLookupBits);
}

void DeflateSymbols::fill_distance_lookup() {
  uint8_t* table = &lookup_[kDistance * kLookupSize];
  std::fill_n(table, kLookupSize, entry(0, kOtherDistance));
  distances_.for_each([&](size_t symbol, unsigned bits, unsigned length) {
    if (length > kLookupBits || symbol >= kDistanceExtra.size()) return;
    const unsigned taken = length + kDistanceExtra[symbol];
    if (taken > kMaxDistanceBits) return;
    for (size_t i = bits; i < kLookupSize; i += size_t{1} << length)
      table[i] = entry(taken, kLiteral);
  });
}

bool DeflateSymbols::use_codes(std::span<const uint8_t> literal_lengths,
                               std::span<const uint8_t> distance_lengths) {
  static_assert(2 * kMaxDistanceBits + kLookupBits + kMaxLengthExtra <= DeflateBits::kRefillBits);
  if (!literals_.assign(literal_lengths) || !distances_.assign(distance_lengths)) return false;
  fill_literal_lookup();
  fill_distance_lookup();
  return true;
}

// Takes the symbols of one lookup; the state after them.
inline unsigned DeflateSymbols::step(DeflateBits& bits, unsigned state) const {
  const unsigned found = lookup_[state * kLookupSize + (bits.buffer & (kLookupSize - 1))];
  bits.skip(found & 63);
  return found >> 6;
}

// One symbol that the lookup leaves out, if the cursor stands before such.
DeflateSymbols::Walk DeflateSymbols::settle(Cursor& cursor) const {
  if (cursor.bits.overrun()) return Walk::kInvalid;
  if (cursor.state < kOtherLiteral) return Walk::kOn;
  cursor.bits.refill();
  const bool is_distance = cursor.state == kOtherDistance;
  const int decoded = (is_distance ? distances_ : literals_).decode(cursor.bits);
  if (decoded == DeflateCode::kInvalid) return Walk::kInvalid;
  const auto symbol = static_cast<size_t>(decoded);
  cursor.state = kLiteral;
  if (is_distance) {
    if (symbol >= kDistanceExtra.size()) return Walk::kInvalid;
    cursor.bits.skip(kDistanceExtra[symbol]);
  } else if (symbol == kEndOfBlock) {
    return Walk::kEndOfBlock;
  } else if (symbol >= kFirstLength) {
    if (symbol - kFirstLength >= kLengthExtra.size()) return Walk::kInvalid;
    cursor.bits.skip(kLengthExtra[symbol - kFirstLength]);
    cursor.state = kDistance;
  }
  return cursor.bits.overrun() ? Walk::kInvalid : Walk::kOn;
}

DeflateSymbols::Walk DeflateSymbols::step_carefully(Cursor& cursor) const {
  cursor.bits.refill();
  cursor.state = step(cursor.bits, cursor.state);
  return settle(cursor);
}

// Until the byte at `place` has been reached, or a little before it.
DeflateSymbols::Walk DeflateSymbols::walk_to(Cursor& cursor, uint64_t place) const {
  const auto reached = [&] {
    return static_cast<uint64_t>(cursor.bits.next - cursor.bits.begin) >= place;
  };
  Walk walk = Walk::kOn;
  while (walk == Walk::kOn && !reached()) {
    cursor.bits.refill();
    for (int i = 0; i < kLookupsPerRefill; ++i) cursor.state = step(cursor.bits, cursor.state);
    walk = settle(cursor);
  }
  return walk;
}

// The loop that counts: two independent chains of lookups. False once `first` has reached the byte
// at `meeting`, or a little before it, or `second` the end; true where either needs to be settled.
bool DeflateSymbols::walk_side_by_side(Cursor& first, Cursor& second, uint64_t meeting) const {
  const std::byte* const first_end = first.bits.begin + meeting;
  const std::byte* const second_end = first.bits.end - DeflateBits::kRefillBytes;
  DeflateBits a = first.bits;
  DeflateBits b = second.bits;
  unsigned a_state = first.state;
  unsigned b_state = second.state;
  while (a.next < first_end && b.next <= second_end && a_state < kOtherLiteral &&
         b_state < kOtherLiteral) {
    a.refill_unchecked();
    b.refill_unchecked();
    for (int i = 0; i < kLookupsPerRefill; ++i) {
      a_state = step(a, a_state);
      b_state = step(b, b_state);
    }
  }
  first = {a, a_state};
  second = {b, b_state};
  return a_state >= kOtherLiteral || b_state >= kOtherLiteral;
}

// Prefix codes synchronise themselves: a walk begun at any bit soon stands between true symbols.
// So a second walk begins `kLead` ahead and remembers its first places. Once the first walk reaches
// one of them, in the same state, what the second has walked since is proven, and the cursor moves
// to where that one stands; if it reaches none, the second walk was in vain.
DeflateSymbols::Walk DeflateSymbols::walk_two(Cursor& cursor) const {
  const uint64_t meeting = cursor.bits.position() / 8 + kLead;
  Cursor first = cursor;
  Cursor second{first.bits, kLiteral};
  second.bits.seek_byte(meeting);
  std::array<uint64_t, kMarkCount> marks;
  size_t mark_count = 0;
  Walk walk = Walk::kOn;
  Walk second_walk = Walk::kOn;
  while (mark_count < kMarkCount && second_walk == Walk::kOn) {
    second_walk = step_carefully(second);
    // Where a block seems to end is no place within it.
    if (second_walk == Walk::kOn && second.state == kLiteral)
      marks[mark_count++] = second.bits.position();
  }
  while (walk == Walk::kOn && second_walk == Walk::kOn &&
         walk_side_by_side(first, second, meeting)) {
    walk = settle(first);
    second_walk = settle(second);
  }
  if (walk == Walk::kOn) walk = walk_to(first, meeting);
  for (size_t i = 0; i < mark_count && walk == Walk::kOn;) {
    const uint64_t position = first.bits.position();
    if (marks[i] == position && first.state == kLiteral) {
      cursor = second;
      return second_walk;
    }
    if (marks[i] <= position) {
      ++i;
    } else {
      walk = step_carefully(first);
    }
  }
  cursor = first;
  return walk;
}

bool DeflateSymbols::skip_block(DeflateBits& bits) {
  Cursor cursor{bits, kLiteral};
  Walk walk = Walk::kOn;
  while (walk == Walk::kOn) {
    const auto left = static_cast<uint64_t>(cursor.bits.end - cursor.bits.next);
    walk = left > 2 * kLead ? walk_two(cursor) : walk_to(cursor, UINT64_MAX);
  }
  bits = cursor.bits;
  return walk == Walk::kEndOfBlock;
}

}  // namespace layer
