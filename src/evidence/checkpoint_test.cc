#include "evidence/checkpoint.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "evidence/fixture.h"
#include "evidence/in_force.h"
#include "evidence/tree.h"

namespace bashu::evidence {
namespace {

using fixture::text;

struct Given {
  Value value;
  std::string origin;
  std::vector<std::string> log_keys;
  std::vector<WitnessKey> witnesses;
};
Given given(std::string_view name) {
  Given read{fixture::vectors(name), {}, {}, {}};
  read.origin = text(read.value, "origin");
  read.log_keys = {fixture::read_verifier_key(text(read.value, "log_vkey")).public_key};
  if (const Value* witnesses = read.value.find("witness_vkeys"))
    for (const std::string& written : fixture::texts(*witnesses->as_list())) {
      const fixture::VerifierKey key = fixture::read_verifier_key(written);
      read.witnesses.push_back({key.name, key.public_key});
    }
  return read;
}

TEST(Checkpoint, IsSignedAndCosignedByteForByte) {
  const Given v = given("checkpoint");
  const std::string secret = fixture::key("chongqing/log/1").secret_key;
  const std::string note =
      sign_checkpoint(v.origin, 1000, fixture::hash(text(v.value, "root")), secret);
  EXPECT_EQ(note, text(v.value, "note"));
  const auto time = static_cast<std::uint64_t>(fixture::number(v.value, "cosign_time"));
  const std::vector<std::string> lines =
      fixture::texts(fixture::list(v.value, "cosignature_lines"));
  ASSERT_EQ(lines.size(), 2u);
  const char* kids[] = {"sichuan/wit/1", "auditor/wit/1"};
  for (std::size_t i = 0; i < 2; ++i)
    EXPECT_EQ(cosignature_line(text(v.value, "body"), v.witnesses[i].name, time,
                               fixture::key(kids[i]).secret_key),
              lines[i]);
  EXPECT_EQ(note + lines[0] + lines[1], text(v.value, "cosigned_note"));
}

TEST(Checkpoint, OpensWithItsCosignatures) {
  const Given v = given("checkpoint");
  const auto opened =
      open_checkpoint(text(v.value, "cosigned_note"), v.origin, v.log_keys, v.witnesses);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->size, 1000u);
  EXPECT_EQ(hex(opened->root), text(v.value, "root"));
  EXPECT_EQ(opened->body, text(v.value, "body"));
  const auto time = static_cast<std::uint64_t>(fixture::number(v.value, "cosign_time"));
  ASSERT_EQ(opened->cosigned.size(), 2u);
  for (const auto& [name, at] : opened->cosigned) EXPECT_EQ(at, time);
  int accepted = 0;
  for (const auto& [name, note] : fixture::record(v.value, "accepted")) {
    EXPECT_TRUE(open_checkpoint(*note.as_text(), v.origin, v.log_keys, v.witnesses)) << name;
    ++accepted;
  }
  EXPECT_EQ(accepted, 2);
}

TEST(Checkpoint, RefusesMalformedAndForgedNotes) {
  const Given v = given("checkpoint");
  int cases = 0;
  for (const auto& [name, row] : fixture::record(v.value, "refused")) {
    const auto& pair = *row.as_list();
    const auto opened = open_checkpoint(*pair[1].as_text(), v.origin, v.log_keys, v.witnesses);
    ASSERT_FALSE(opened) << name;
    EXPECT_EQ(opened.error().code.text(), *pair[0].as_text()) << name;
    ++cases;
  }
  EXPECT_EQ(cases, 14);
}

TEST(Checkpoint, RefusesNamesWithSpacesAndNotesTooLong) {
  const Given v = given("checkpoint");
  const std::string note = text(v.value, "note");
  const auto code = [&](const std::string& other) {
    const auto opened = open_checkpoint(other, v.origin, v.log_keys, v.witnesses);
    return opened ? std::string{"opened"} : opened.error().code;
  };
  EXPECT_EQ(code(note + "\u2014 strange\u00a0r AAAAAAAA\n"), "note-form");
  EXPECT_EQ(code(note + "\u2014 strange\u3000r AAAAAAAA\n"), "note-form");
  EXPECT_EQ(code(note + "\u2014 strange+r AAAAAAAA\n"), "note-form");
  EXPECT_EQ(code(note + "\u2014 stranger AAAA\n"), "note-form");
  EXPECT_EQ(code(note + "\u2014 stranger AAAAAAAA\n"), "opened");
  EXPECT_EQ(code(note + "\xff"), "note-utf8");
  EXPECT_EQ(code(std::string(65'537, 'a')), "note-size");
  EXPECT_EQ(code(""), "note-form");
}

TEST(Receipt, IsAcceptedForItsMessage) {
  const Given v = given("receipt");
  const auto accepted = accept_receipt(text(v.value, "receipt"), v.origin, v.log_keys,
                                       text(v.value, "message"), text(v.value, "channel"), 1);
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->leaf, text(v.value, "entry"));
  EXPECT_EQ(accepted->entry.outcome, text(v.value, "outcome"));
}

TEST(Receipt, IsRefusedWhenForgedOrOfAnotherMessage) {
  const Given v = given("receipt");
  int cases = 0;
  for (const auto& [name, row] : fixture::record(v.value, "refused")) {
    const auto& pair = *row.as_list();
    const auto accepted = accept_receipt(*pair[1].as_text(), v.origin, v.log_keys,
                                         text(v.value, "message"), text(v.value, "channel"), 1);
    ASSERT_FALSE(accepted) << name;
    EXPECT_EQ(accepted.error().code.text(), *pair[0].as_text()) << name;
    ++cases;
  }
  EXPECT_EQ(cases, 11);
}

TEST(Receipt, CountsOnlyUnderALogKeyInForceAtItsTime) {
  const Given v = given("receipt");
  const LogOwner owner{"chongqing", v.origin};
  KeyList keys = fixture::keys();
  EXPECT_TRUE(open_receipt(text(v.value, "receipt"), owner, keys));
  keys.at("chongqing/log/1").to = fixture::kNow - 1;
  const auto late = open_receipt(text(v.value, "receipt"), owner, keys);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code.text(), "note-unsigned");
  keys.at("chongqing/log/1").to = fixture::kNow;
  EXPECT_TRUE(open_receipt(text(v.value, "receipt"), owner, keys));
  EXPECT_FALSE(open_receipt(text(v.value, "receipt"), LogOwner{"sichuan", v.origin}, keys));
}

RC_GTEST_PROP(Receipt, NoChangedByteIsAccepted, ()) {
  static const Given v = given("receipt");
  static const std::string good = text(v.value, "receipt");
  std::string changed = good;
  char& byte = changed[*rc::gen::inRange<std::size_t>(0, good.size())];
  byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 256));
  RC_ASSERT(!accept_receipt(changed, v.origin, v.log_keys, text(v.value, "message"),
                            text(v.value, "channel"), 1));
}

}  // namespace
}  // namespace bashu::evidence
