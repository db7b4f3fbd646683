// Nodes cosign each other's journals, and find out one that shows another history.
#include "exchange/witness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "exchange/exchange.h"
#include "exchange/test_node.h"
#include "node/directory.h"
#include "node/files.h"
#include "node/storage/directory_files.h"

namespace bashu::exchange {
namespace {

using testing::eventually;
using testing::form;
using testing::TestNode;

class WitnessTest : public testing::Nodes {
 protected:
  // Entries that no message tells the others.
  static void write(const TestNode& at, const std::string& names, int count) {
    for (int i = 0; i < count; ++i) {
      core::SetPrincipal set;
      set.by.principal = "local:test";
      set.by.roles = {"directory"};
      set.who.id = "key:" + names + std::to_string(i);
      set.who.version = 1;
      set.who.person = set.who.id;
      set.who.proof = set.who.id;
      const node::Outcome outcome = at.node->run({.command = std::move(set), .evidence = "{}"});
      ASSERT_TRUE(std::holds_alternative<node::Done>(outcome));
    }
  }
  static node::DirectoryFiles files_of(const TestNode& at) { return node::DirectoryFiles{at.dir}; }
  // Entries of the journal of `at` that the other has cosigned.
  static std::uint64_t cosigned(const TestNode& at, std::string_view by) {
    const auto read = cosigned_by(files_of(at), *at.node->directory(), at.identity, by);
    return read ? read->size : 0;
  }
  static bool alarmed(const TestNode& at, std::string_view code) {
    const auto alarms = at.exchange->alarms();
    return std::ranges::any_of(alarms, [&](const Alarm& one) { return one.code == code; });
  }
  // `a` as it was before three entries that `b` has cosigned, without a receipt that `b` remembers.
  // Both are closed.
  void take_back(TestNode& a, TestNode& b) {
    a.close();
    std::filesystem::copy(a.dir, root / "before", std::filesystem::copy_options::recursive);
    a.open();
    a.connect();
    b.connect();
    write(a, "k", 3);
    ASSERT_TRUE(
        eventually([&] { return witnessed_size(files_of(b), "sichuan") == a.node->durable(); }));
    a.close();
    b.close();
    std::filesystem::remove_all(a.dir);
    std::filesystem::copy(root / "before", a.dir, std::filesystem::copy_options::recursive);
    std::filesystem::remove(b.dir / "seen" / "sichuan");
  }
};

TEST_F(WitnessTest, NodesCosignEachOther) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  a.connect();
  b.connect();
  ASSERT_TRUE(
      eventually([&] { return cosigned(a, "chongqing") > 0 && cosigned(b, "sichuan") > 0; }));
  write(a, "k", 3);
  ASSERT_TRUE(eventually([&] { return cosigned(a, "chongqing") == a.node->durable(); }));
  EXPECT_EQ(witnessed_size(files_of(b), "sichuan"), a.node->durable());
  EXPECT_FALSE(cosigned_by(files_of(a), *a.node->directory(), a.identity, "sichuan"))
      << "no witness of itself";
  // What was cosigned is known after a restart.
  const std::uint64_t before = cosigned(a, "chongqing");
  a.close();
  b.close();
  a.open();
  EXPECT_EQ(cosigned(a, "chongqing"), before);
}

TEST_F(WitnessTest, AJournalThatTookBackItsLastEntriesIsFoundOut) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  take_back(a, b);
  // Another history, longer than the one taken back.
  a.open();
  write(a, "other", 10);
  b.open();
  b.connect();
  a.connect();
  EXPECT_TRUE(eventually([&] { return b.outbox("sichuan").stopped == "fork"; }));
  EXPECT_TRUE(alarmed(b, "fork"));
  EXPECT_TRUE(eventually([&] { return alarmed(a, "witness"); }));
  b.close();
  b.open();
  b.connect();
  EXPECT_TRUE(alarmed(b, "fork")) << "it survives";
  EXPECT_EQ(b.outbox("sichuan").stopped, "fork");
}

TEST_F(WitnessTest, AJournalShorterThanWhatWasCosignedStopsItself) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  take_back(a, b);
  a.open();
  b.open();
  b.connect();
  a.connect();
  EXPECT_TRUE(eventually([&] { return a.exchange->trouble().has_value(); }));
  EXPECT_EQ(a.exchange->trouble()->standing, evidence::Standing::rollback);
}

TEST_F(WitnessTest, OnlyTheOwnJournalOfTheAskerIsCosigned) {
  TestNode a{root, "sichuan"}, b{root, "chongqing"};
  form({&a, &b});
  node::DirectoryFiles files{b.dir};
  auto signer = witness_signer(files, b.identity);
  ASSERT_TRUE(signer);
  EXPECT_EQ(witness_signer(files, b.identity)->key.public_key, signer->key.public_key);
  EXPECT_NE(signer->key.public_key, b.identity.log.public_key);
  Witness witness{files, *signer, [](const std::string&, const std::string&) {}};
  const auto directory = b.node->directory();
  const std::string request = "old 0\n\n" + a.node->checkpoint();
  EXPECT_EQ(witness.add_checkpoint(*directory, "chongqing", request, 1).status, 403);
  EXPECT_EQ(witness.add_checkpoint(*directory, "nobody", request, 1).status, 503);
  EXPECT_EQ(witness.add_checkpoint(*directory, "sichuan", "old 0\n", 1).status, 400);
  EXPECT_EQ(witness.add_checkpoint(*directory, "sichuan", request, 5).status, 200);
  EXPECT_EQ(witness.add_checkpoint(*directory, "sichuan", request, 5).status, 409);
  EXPECT_EQ(witnessed_size(files_of(b), "sichuan"), a.node->durable());
  // Read again from its file, and never with an earlier time.
  Witness later{files, *signer, [](const std::string&, const std::string&) {}};
  const std::string again =
      "old " + std::to_string(a.node->durable()) + "\n\n" + a.node->checkpoint();
  const auto answer = later.add_checkpoint(*directory, "sichuan", again, 1);
  ASSERT_EQ(answer.status, 200);
  const auto note = node::read_file(b.dir / "witness" / "sichuan");
  ASSERT_TRUE(note);
  const std::vector<std::string> keys{a.identity.log.public_key};
  const std::vector<evidence::WitnessKey> own{
      {.name = signer->name, .public_key = signer->key.public_key}};
  const auto checkpoint = evidence::open_checkpoint(*note, a.identity.origin, keys, own);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->cosigned.at(signer->name), 5U);
}

}  // namespace
}  // namespace bashu::exchange
