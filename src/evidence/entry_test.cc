#include "evidence/entry.h"

#include <gtest/gtest.h>

#include "evidence/fixture.h"
#include "evidence/tree.h"

namespace bashu::evidence {
namespace {

using fixture::number;
using fixture::text;

EntryLeaf vector_entry(const Value& given) {
  const Value& fields = fixture::at(given, "fields");
  return {.index = static_cast<std::uint64_t>(number(fields, "index")),
          .time = static_cast<std::uint64_t>(number(fields, "time")),
          .kind = text(fields, "kind"),
          .outcome = text(fields, "outcome"),
          .reason = text(fields, "reason"),
          .channel = text(fields, "channel"),
          .seq = static_cast<std::uint64_t>(number(fields, "seq")),
          .evidence = text(fields, "evidence"),
          .effect = text(fields, "effect")};
}

TEST(Entry, IsWrittenAndReadAsTheVectorSays) {
  const Value given = fixture::vectors("entry");
  const EntryLeaf entry = vector_entry(given);
  EXPECT_EQ(entry_text(entry), text(given, "text"));
  EXPECT_EQ(hex(leaf_hash(text(given, "text"))), text(given, "leaf_hash"));
  EXPECT_EQ(hex(effect_commitment(fixture::unhex(text(given, "blind")),
                                  fixture::unhex(text(given, "effect_bytes")))),
            entry.effect);
  const auto parsed = parse_entry(text(given, "text"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, entry);
}

TEST(Entry, RefusesEveryOtherSpelling) {
  const Value given = fixture::vectors("entry");
  int cases = 0;
  for (const auto& [name, spelling] : fixture::record(given, "refused")) {
    const auto parsed = parse_entry(*spelling.as_text());
    ASSERT_FALSE(parsed) << name;
    EXPECT_EQ(parsed.error().code.text(), "entry-grammar") << name;
    ++cases;
  }
  EXPECT_EQ(cases, 11);
}

TEST(Entry, RefusesEveryPrefixAndEveryLineTooMany) {
  const std::string whole = text(fixture::vectors("entry"), "text");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(parse_entry(std::string_view{whole}.substr(0, size))) << size;
  EXPECT_FALSE(parse_entry(whole + "\n"));
}

CommitRecord two_entries() {
  const std::string leaf = text(fixture::vectors("entry"), "text");
  return {.first = 5,
          .entries = {{leaf, std::string(16, 'b'), "effect", "evidence"},
                      {leaf, std::string(16, '\0'), "", ""}},
          .checkpoint = "note"};
}

TEST(Commit, ReadsWhatItWrote) {
  const std::string record = encode_commit(two_entries());
  const auto read = decode_commit(record);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->first, 5u);
  ASSERT_EQ(read->entries.size(), 2u);
  EXPECT_EQ(read->entries[0].evidence, "evidence");
  EXPECT_EQ(read->entries[1].blind, std::string(16, '\0'));
  EXPECT_EQ(read->checkpoint, "note");
  EXPECT_EQ(encode_commit(*read), record);
}

std::string redigested(std::string record) {
  record.resize(record.size() - 32);
  return record + std::string{as_bytes(sha256(record))};
}

TEST(Commit, RefusesWhatIsCutOrExceedsItsLimits) {
  const std::string record = encode_commit(two_entries());
  for (std::size_t size = 0; size < record.size(); ++size) {
    EXPECT_FALSE(decode_commit(std::string_view{record}.substr(0, size))) << size;
    if (size >= 60) {
      const auto cut = decode_commit(redigested(record.substr(0, size)));
      ASSERT_FALSE(cut) << size;
      EXPECT_EQ(cut.error().code.text(), "commit-frame");
    }
  }
  const auto changed = [&](std::size_t offset, char byte) {
    std::string other = record;
    other[offset] = byte;
    const auto read = decode_commit(redigested(other));
    return read ? std::string{} : read.error().code;
  };
  EXPECT_EQ(changed(0, 'X'), "commit-magic");
  EXPECT_EQ(changed(19, 0), "commit-order");       // no entries
  EXPECT_EQ(changed(17, 1), "commit-order");       // 65,538 entries
  EXPECT_EQ(changed(23, 1), "commit-order");       // reserved field
  EXPECT_EQ(changed(19, 3), "commit-frame");       // more entries than there are
  EXPECT_EQ(changed(26, '\x05'), "commit-frame");  // a leaf of more than 1,024 bytes
}

}  // namespace
}  // namespace bashu::evidence
