#include "evidence/entry.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/assert.h"
#include "evidence/grammar.h"

namespace bashu::evidence {
namespace {

constexpr std::string_view kMagic = "BSHCMT01";
constexpr std::size_t kHeaderSize = 24;
constexpr std::size_t kDigestSize = 32;
constexpr std::size_t kBlindSize = 16;
constexpr std::size_t kLeafMax = 1024;
constexpr std::size_t kCheckpointMax = 65'536;

std::unexpected<Bad> bad(Code code) { return std::unexpected{Bad{code}}; }

// The value of the next line if it begins with `name` and a space.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name) || text.size() <= name.size() || text[name.size()] != ' ')
    return std::nullopt;
  const std::size_t begin = name.size() + 1, end = text.find('\n', begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(begin, end - begin);
  text.remove_prefix(end + 1);
  return value;
}

void put_number(std::string& out, std::uint64_t number, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((number >> shift) & 0xff));
}

std::uint64_t read_number(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = number << 8 | static_cast<std::uint8_t>(c);
  return number;
}

void put_sized(std::string& out, std::string_view part, std::size_t max) {
  BASHU_ASSERT(part.size() <= max);
  put_number(out, part.size(), 4);
  out += part;
}

// Walks over the parts of a commit; once something did not fit, everything fails.
class Frame {
 public:
  explicit Frame(std::string_view rest) : rest_{rest} {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      sound_ = false;
      return {};
    }
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return part;
  }
  std::string_view take_sized(std::size_t max) {
    const std::uint64_t size = read_number(take(4));
    if (size > max) {
      sound_ = false;
      return {};
    }
    return take(static_cast<std::size_t>(size));
  }
  [[nodiscard]] bool sound() const { return sound_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool sound_ = true;
};

// What the grammar says of each member. None of them can hold the end of a line.
bool is_sound(const EntryLeaf& entry) {
  const auto none_or = [](const std::string& text, bool (*is)(std::string_view)) {
    return text == "-" || is(text);
  };
  constexpr std::array<std::string_view, 4> kOutcomes{"-", "applied", "rejected", "held"};
  constexpr auto kMax = static_cast<std::uint64_t>(kIntegerMax);
  return entry.index <= kMax && entry.time <= kMax && entry.seq <= kMax && is_token(entry.kind) &&
         std::ranges::find(kOutcomes, entry.outcome) != kOutcomes.end() &&
         none_or(entry.reason, &is_token) &&
         none_or(entry.channel,
                 [](std::string_view text) { return split_channel(text).has_value(); }) &&
         none_or(entry.evidence, &is_hash_text) && is_hash_text(entry.effect);
}

}  // namespace

std::string entry_text(const EntryLeaf& entry) {
  std::string text;
  text.reserve(384);
  const auto line = [&](std::string_view name, std::string_view value) {
    text += name;
    text += ' ';
    text += value;
    text += '\n';
  };
  const auto number = [&](std::string_view name, std::uint64_t value) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    line(name, {digits.data(), static_cast<std::size_t>(end - digits.data())});
  };
  text += "bashu.entry/v1\n";
  number("index", entry.index);
  number("time", entry.time);
  line("kind", entry.kind);
  line("outcome", entry.outcome);
  line("reason", entry.reason);
  line("channel", entry.channel);
  number("seq", entry.seq);
  line("evidence", entry.evidence);
  line("effect", entry.effect);
  BASHU_ASSERT(text.size() <= kLeafMax && is_sound(entry));
  return text;
}

Verified<EntryLeaf> parse_entry(std::string_view text) {
  constexpr std::string_view kHead = "bashu.entry/v1\n";
  const auto grammar = [] { return bad("entry-grammar"); };
  if (text.size() > kLeafMax || !text.starts_with(kHead)) return grammar();
  text.remove_prefix(kHead.size());
  const auto index_text = take_line(text, "index"), time_text = take_line(text, "time"),
             kind = take_line(text, "kind"), outcome = take_line(text, "outcome"),
             reason = take_line(text, "reason"), channel = take_line(text, "channel"),
             seq_text = take_line(text, "seq"), evidence = take_line(text, "evidence"),
             effect = take_line(text, "effect");
  if (!effect || !evidence || !seq_text || !channel || !reason || !outcome || !kind || !time_text ||
      !index_text || !text.empty())
    return grammar();
  const auto index = parse_decimal(*index_text), time = parse_decimal(*time_text),
             seq = parse_decimal(*seq_text);
  if (!index || !time || !seq) return grammar();
  EntryLeaf entry{.index = *index,
                  .time = *time,
                  .kind = std::string{*kind},
                  .outcome = std::string{*outcome},
                  .reason = std::string{*reason},
                  .channel = std::string{*channel},
                  .seq = *seq,
                  .evidence = std::string{*evidence},
                  .effect = std::string{*effect}};
  if (!is_sound(entry)) return grammar();
  return entry;
}

Hash effect_commitment(std::string_view blind, std::string_view effect) {
  constexpr std::string_view kHead = "bashu.effect/v1\n";
  BASHU_ASSERT(blind.size() == kBlindSize);
  std::array<char, kHead.size() + kBlindSize> head{};
  std::ranges::copy(kHead, head.begin());
  std::ranges::copy(blind, head.begin() + kHead.size());
  return sha256(std::string_view{head.data(), head.size()}, effect);
}

std::string encode_commit(const CommitRecord& commit) {
  BASHU_ASSERT(!commit.entries.empty() && commit.entries.size() <= kCommitEntriesMax);
  std::size_t size = kHeaderSize + 4 + commit.checkpoint.size() + kDigestSize;
  for (const CommitEntry& entry : commit.entries)
    size += entry.leaf.size() + entry.effect.size() + entry.evidence.size() + kBlindSize + 12;
  BASHU_ASSERT(size <= kCommitMax);
  std::string record;
  record.reserve(size);
  record += kMagic;
  put_number(record, commit.first, 8);
  put_number(record, commit.entries.size(), 4);
  put_number(record, 0, 4);
  for (const CommitEntry& entry : commit.entries) {
    BASHU_ASSERT(entry.blind.size() == kBlindSize);
    put_sized(record, entry.leaf, kLeafMax);
    record += entry.blind;
    put_sized(record, entry.effect, kEffectMax);
    put_sized(record, entry.evidence, kEvidenceMax);
  }
  put_sized(record, commit.checkpoint, kCheckpointMax);
  record += as_bytes(sha256(record));
  return record;
}

Verified<CommitRecord> decode_commit(std::string_view record) {
  if (record.size() < kHeaderSize + 4 + kDigestSize || !record.starts_with(kMagic))
    return bad("commit-magic");
  if (record.size() > kCommitMax) return bad("commit-frame");
  const std::string_view signed_part = record.substr(0, record.size() - kDigestSize);
  if (as_bytes(sha256(signed_part)) != record.substr(signed_part.size()))
    return bad("commit-digest");
  const std::uint64_t count = read_number(record.substr(16, 4));
  if (count == 0 || count > kCommitEntriesMax || read_number(record.substr(20, 4)) != 0)
    return bad("commit-order");
  CommitRecord commit{.first = read_number(record.substr(8, 8)), .entries = {}, .checkpoint = {}};
  Frame frame{signed_part.substr(kHeaderSize)};
  commit.entries.reserve(
      std::min<std::size_t>(static_cast<std::size_t>(count), record.size() / (kBlindSize + 12)));
  for (std::uint64_t i = 0; i < count && frame.sound(); ++i) {
    const std::string_view leaf = frame.take_sized(kLeafMax), blind = frame.take(kBlindSize),
                           effect = frame.take_sized(kEffectMax),
                           evidence = frame.take_sized(kEvidenceMax);
    commit.entries.push_back(
        {std::string{leaf}, std::string{blind}, std::string{effect}, std::string{evidence}});
  }
  commit.checkpoint = frame.take_sized(kCheckpointMax);
  if (!frame.sound() || !frame.at_end()) return bad("commit-frame");
  return commit;
}

}  // namespace bashu::evidence
