// A witness that is no party: every answer of its protocol, and that it never signs two histories
// whatever happens to it.
#include "exchange/public_witness.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include "evidence/signing.h"
#include "evidence/tree.h"
#include "node/storage/memory.h"
#include "node/system_environment.h"

namespace bashu::exchange {
namespace {

constexpr std::string_view kOrigin = "sichuan.example/bashu/1";
constexpr std::int64_t kNow = 1'795'334'400;

// A key of the log, made of its number.
evidence::SigningPair log_key(int number) {
  return evidence::signing_pair(as_bytes(sha256("log key ", std::to_string(number))));
}
std::vector<evidence::LogKey> logs() {
  return {{.name = std::string{kOrigin}, .public_key = log_key(1).public_key}};
}

// A log of so many entries; from `fork` on they are those of another history.
class History {
 public:
  History(std::uint64_t entries, std::uint64_t fork, const std::string& other) {
    for (std::uint64_t i = 0; i < entries; ++i) {
      evidence::append(nodes_, i, evidence::leaf_hash((i < fork ? "" : other) + std::to_string(i)));
    }
  }
  [[nodiscard]] Hash root(std::uint64_t size) const { return evidence::root(nodes_, size); }
  [[nodiscard]] std::string note(std::uint64_t size) const {
    return evidence::sign_checkpoint(kOrigin, size, root(size), log_key(1).secret_key);
  }
  [[nodiscard]] std::string request(std::uint64_t old_size, std::uint64_t size) const {
    const auto path = old_size <= size && old_size > 0
                          ? evidence::consistency_proof(nodes_, old_size, size)
                          : std::vector<Hash>{};
    return evidence::add_checkpoint_request(old_size, path, note(size));
  }

 private:
  evidence::MemoryNodes nodes_;
};

// Files that fail when they are told to: before anything is written, or after.
class FailingFiles final : public node::FileStore {
 public:
  enum class Fate : std::uint8_t { good, before, after };
  explicit FailingFiles(node::FileStore& real) : real_{real} {}
  Fate fate = Fate::good;

  [[nodiscard]] std::expected<std::string, Fault> read(std::string_view name) const override {
    return real_.read(name);
  }
  [[nodiscard]] std::expected<node::FileBytes, Fault> map(std::string_view name) const override {
    return real_.map(name);
  }
  [[nodiscard]] bool has(std::string_view name) const override { return real_.has(name); }
  [[nodiscard]] std::vector<std::string> list(std::string_view folder) const override {
    return real_.list(folder);
  }
  [[nodiscard]] std::expected<void, Fault> write(std::string_view name, std::string_view content,
                                                 unsigned mode) override {
    if (fate == Fate::before) return std::unexpected{Fault{.what = "planted"}};
    auto done = real_.write(name, content, mode);
    return fate == Fate::after ? std::unexpected{Fault{.what = "planted"}} : done;
  }
  [[nodiscard]] std::expected<std::unique_ptr<node::NewFile>, Fault> create(
      std::string_view name) override {
    return real_.create(name);
  }
  void remove(std::string_view name) override { real_.remove(name); }
  [[nodiscard]] const std::filesystem::path& directory() const override {
    return real_.directory();
  }
  [[nodiscard]] std::string where(std::string_view name) const override {
    return real_.where(name);
  }

 private:
  node::FileStore& real_;
};

class PublicWitnessTest : public ::testing::Test {
 protected:
  PublicWitnessTest() {
    node::SystemChance chance;
    EXPECT_TRUE(PublicWitness::create(files, "witness.example/w1", chance));
    restart();
  }
  void restart() {
    auto opened = PublicWitness::open(flaky);
    ASSERT_TRUE(opened) << opened.error().what;
    witness = std::move(*opened);
    witness->witness(logs());
  }
  http::Response post(std::string body, std::int64_t now_s = kNow) const {
    return witness->answer({.method = "POST", .target = "/add-checkpoint", .body = std::move(body)},
                           now_s);
  }
  [[nodiscard]] http::Response get(std::string target) const {
    return witness->answer({.target = std::move(target)}, kNow);
  }
  [[nodiscard]] evidence::WitnessKey key() const {
    return *evidence::read_witness_key(witness->verifier_key());
  }
  // The checkpoint with the line that came for it, as whoever trusts both keys reads it.
  [[nodiscard]] evidence::Verified<evidence::Checkpoint> judged(const std::string& note,
                                                                const std::string& line) const {
    const std::vector<std::string> log{logs()[0].public_key};
    const std::vector<evidence::WitnessKey> witnesses{key()};
    return evidence::open_checkpoint(note + line, kOrigin, log, witnesses);
  }

  node::MemoryFiles files;
  FailingFiles flaky{files};
  std::unique_ptr<PublicWitness> witness;
  History real{40, 40, ""}, other{40, 10, "x"};
};

TEST_F(PublicWitnessTest, EachAnswerHasItsCode) {
  const struct {
    const char* what;
    std::string request;
    int status;
  } rows[] = {
      {"nothing", "", 400},
      {"no empty line", "old 0\n" + real.note(5).substr(0, 10), 400},
      {"a zero before the size", "old 00\n\n" + real.note(5), 400},
      {"64 hashes", evidence::add_checkpoint_request(0, std::vector<Hash>(64), real.note(5)), 400},
      {"another log", "old 0\n\nother.example/bashu/1\n1\n" + base64(std::string(32, 'a')) + "\n\n",
       404},
      {"a stranger's signature",
       "old 0\n\n" + evidence::sign_checkpoint(kOrigin, 5, real.root(5), log_key(2).secret_key),
       403},
      {"smaller than its old size", real.request(9, 5), 400},
      {"a proof from nothing",
       evidence::add_checkpoint_request(0, std::vector<Hash>(1), real.note(5)), 422},
      {"the first", real.request(0, 5), 200},
      {"an old size not recorded", real.request(3, 8), 409},
      {"growth", real.request(5, 12), 200},
      {"again", real.request(12, 12), 200},
      {"the same size of another history", other.request(12, 12), 409},
      {"another history that grows", other.request(12, 20), 422},
      {"back", real.request(5, 12), 409},
      {"growth after all that", real.request(12, 40), 200},
  };
  for (const auto& row : rows) {
    const http::Response said = post(row.request);
    EXPECT_EQ(said.status, row.status) << row.what;
    if (said.status == 409) {
      EXPECT_EQ(said.header("Content-Type"), "text/x.tlog.size") << row.what;
      EXPECT_TRUE(said.body == "5\n" || said.body == "12\n") << said.body;
    }
    if (said.status != 200) continue;
    const std::string note = row.request.substr(row.request.find("\n\n") + 2);
    const auto checkpoint = judged(note, said.body);
    ASSERT_TRUE(checkpoint) << row.what;
    EXPECT_EQ(checkpoint->cosigned.at("witness.example/w1"), static_cast<std::uint64_t>(kNow));
  }
  ASSERT_EQ(witness->seen().size(), 1U);
  EXPECT_EQ(witness->seen()[0].size, 40U);
  EXPECT_EQ(witness->seen()[0].forks, 1U);
  EXPECT_EQ(witness->seen()[0].unproven, 2U);
  EXPECT_EQ(witness->answer({.target = "/add-checkpoint"}, kNow).status, 405);
  EXPECT_EQ(witness->answer({.method = "POST", .target = "/vkey"}, kNow).status, 405);
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("/vkey").body, witness->verifier_key() + "\n");
}

TEST_F(PublicWitnessTest, AForkIsKeptWithWhatItContradicts) {
  ASSERT_EQ(post(real.request(0, 12)).status, 200);
  ASSERT_EQ(post(other.request(12, 12)).status, 409);
  ASSERT_EQ(post(other.request(12, 12)).status, 409);
  const std::string folder = "forks/" + http::percent_encode(kOrigin);
  const auto names = files.list(folder);
  ASSERT_EQ(names.size(), 1U) << "once each";
  const auto proof = files.read(folder + "/" + names[0]);
  ASSERT_TRUE(proof);
  // Both checkpoints, each under the log's own signature.
  const std::vector<std::string> keys{logs()[0].public_key};
  const auto mine =
      evidence::open_checkpoint(proof->substr(0, proof->find("\n\nold ") + 1), kOrigin, keys);
  const auto theirs = evidence::open_checkpoint(
      proof->substr(proof->find("\n\n", proof->find("\nold ") + 1) + 2), kOrigin, keys);
  ASSERT_TRUE(mine);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(mine->size, theirs->size);
  EXPECT_NE(mine->root, theirs->root);
  EXPECT_EQ(post(real.request(12, 13)).status, 200) << "the history it knows goes on";
}

TEST_F(PublicWitnessTest, ALogMayChangeItsKeyAndBeLeftOut) {
  ASSERT_EQ(post(real.request(0, 5)).status, 200);
  evidence::LogKey next = logs()[0];
  next.public_key = log_key(2).public_key;
  restart();
  witness->witness({next});
  EXPECT_EQ(post(real.request(5, 6)).status, 403) << "the old key";
  const auto by_next = evidence::sign_checkpoint(kOrigin, 6, other.root(6), log_key(2).secret_key);
  EXPECT_EQ(post("old 5\n\n" + by_next).status, 422) << "what was cosigned before holds";
  witness->witness({});
  EXPECT_EQ(post(real.request(5, 6)).status, 404);
  EXPECT_EQ(get("/checkpoints/" + http::percent_encode(kOrigin)).status, 200)
      << "what was cosigned is told";
  EXPECT_EQ(get("/checkpoints/other").status, 404);
}

TEST_F(PublicWitnessTest, NothingIsSignedOverARecordThatCannotBeRead) {
  ASSERT_EQ(post(real.request(0, 5)).status, 200);
  const std::string file = "logs/" + http::percent_encode(kOrigin) + ".note";
  const std::string good = *files.read(file);
  ASSERT_TRUE(files.write(file + ".part", "half", 0600));
  restart();  // what a crash left behind is none
  ASSERT_TRUE(files.write(file, real.note(3), 0600));
  EXPECT_FALSE(PublicWitness::open(files)) << "without the own line";
  ASSERT_TRUE(files.write(file, good, 0600));
  EXPECT_TRUE(PublicWitness::open(files));
  node::SystemChance chance;
  EXPECT_FALSE(PublicWitness::create(files, "witness.example/w1", chance)) << "its key stays";
  node::MemoryFiles fresh;
  EXPECT_FALSE(PublicWitness::create(fresh, "two words", chance));
  EXPECT_FALSE(PublicWitness::open(fresh));
}

TEST_F(PublicWitnessTest, TimesNeverFall) {
  ASSERT_EQ(post(real.request(0, 5), kNow).status, 200);
  restart();
  const http::Response said = post(real.request(5, 6), kNow - 100);
  const auto checkpoint = judged(real.note(6), said.body);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->cosigned.at("witness.example/w1"), static_cast<std::uint64_t>(kNow));
}

// Requests of histories that part at different places, in any order, with writes that fail before
// or after they are done and the witness killed in between: all that ever left is of one history,
// and never goes back.
RC_GTEST_FIXTURE_PROP(PublicWitnessTest, NeverSignsTwoHistories, ()) {
  constexpr std::uint64_t kEntries = 24;
  std::deque<History> histories;
  histories.emplace_back(kEntries, kEntries, "");
  for (const std::uint64_t fork : {1UL, 5UL, 12UL, 20UL}) {
    histories.emplace_back(kEntries, fork, "fork" + std::to_string(fork) + "-");
  }
  std::map<std::uint64_t, Hash> signed_of;
  std::uint64_t last = 0, held = 0;
  const int steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    flaky.fate =
        static_cast<FailingFiles::Fate>(*rc::gen::weightedElement<int>({{6, 0}, {1, 1}, {1, 2}}));
    const History& one = histories[*rc::gen::inRange<std::size_t>(0, histories.size())];
    const std::uint64_t size = *rc::gen::inRange<std::uint64_t>(0, kEntries + 1);
    const std::uint64_t old_size = *rc::gen::weightedOneOf<std::uint64_t>(
        {{3, rc::gen::just(held)}, {1, rc::gen::inRange<std::uint64_t>(0, kEntries + 1)}});
    const http::Response said = post(one.request(old_size, size));
    if (said.status == 409) held = std::stoull(said.body);
    if (said.status == 200) {
      RC_ASSERT(judged(one.note(size), said.body).has_value());
      RC_ASSERT(size >= last);
      last = held = size;
      signed_of.emplace(size, one.root(size));
      RC_ASSERT(signed_of.at(size) == one.root(size));
    }
    if (flaky.fate != FailingFiles::Fate::good || *rc::gen::inRange(0, 4) == 0) {
      flaky.fate = FailingFiles::Fate::good;
      restart();
    }
  }
  RC_ASSERT(std::ranges::any_of(histories, [&](const History& one) {
    return std::ranges::all_of(
        signed_of, [&](const auto& given) { return one.root(given.first) == given.second; });
  }));
}

}  // namespace
}  // namespace bashu::exchange
