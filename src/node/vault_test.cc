// Sealing, forgetting, tokens; keys on disk; certificates; clocks.

#include "node/vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/privacy/made_by.h"
#include "evidence/sealed.h"
#include "node/certificates.h"
#include "node/custody.h"
#include "node/files.h"
#include "node/identity.h"
#include "node/system_environment.h"
#include "node/test_support.h"
#include "packs/load.h"
#include "sqlite/database.h"

namespace bashu::node {
namespace {

constexpr std::string_view kPack = R"yaml(
bashu: 1
pack: persons
version: 1
title: {en: Persons}
types:
  line: {type: text, max: 100, class: public, title: {en: Text}}
  name: {type: text, max: 100, class: personal, title: {en: Name}}
  file: {type: document, title: {en: File}}
  who: {type: token, title: {en: Person}}
  health: {type: text, max: 100, class: sensitive, title: {en: Health}}
  contact: {type: record, title: {en: Contact}, fields: {town: line, phone: name}}
services:
  visit:
    title: {en: Visit}
    parties: {host: {office: all}}
    fields:
      subject: line
      person: who
      applicant: name
      ill: health
      report: file
      contacts: {type: list, of: contact, title: {en: Contacts}}
      aliases: {type: list, of: name, title: {en: Aliases}}
    start: {owner: host, by: office, form: [subject, person, applicant, ill, report, contacts, aliases], to: held}
    states:
      held: {title: {en: Held}, final: true}
figures:
  visits: {title: {en: Visits}, of: visit, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: visits, is: 0}]}
)yaml";

Value form() {
  return Value::Record{
      {"subject", "synthetic"},
      {"person", "510101199001011234"},
      {"applicant", "张三"},
      {"ill", "nothing"},
      {"report", Value::Record{{"sha256", std::string(64, 'a')},
                               {"name", "report of Zhang San.pdf"},
                               {"media", "application/pdf"},
                               {"size", 1'000}}},
      {"contacts", Value::List{Value::Record{{"town", "Chengdu"}, {"phone", "13800000000"}}}},
      {"aliases", Value::List{"a", "b"}}};
}

std::unique_ptr<Secrets> secrets_in(const TestFolder& folder) {
  auto secrets = open_directory(folder.path())->secrets(true);
  EXPECT_TRUE(secrets) << secrets.error().what;
  return std::move(*secrets);
}

class VaultTest : public testing::Test {
 protected:
  void SetUp() override {
    const packs::Loaded loaded = packs::load(kPack);
    for (const Finding& finding : loaded.findings) {
      if (!finding.note) {
        ADD_FAILURE() << finding.line << ": " << finding.path << " " << finding.text;
      }
    }
    pack = loaded.pack;
    ASSERT_TRUE(pack);
    open();
  }
  void open() {
    vault.reset();
    auto opened = Vault::open(secrets_in(folder), chance);
    ASSERT_TRUE(opened) << opened.error().what;
    vault = std::move(*opened);
  }
  const std::vector<packs::Member>& fields() { return pack->services.at(0).second.fields; }

  TestFolder folder;
  SystemChance chance;
  packs::PackPtr pack;
  std::unique_ptr<Vault> vault;
};

TEST_F(VaultTest, SealsPersonalValuesAndNothingElse) {
  const std::string key = vault->new_key("sichuan");
  const Value sealed = vault->seal(fields(), form(), "sichuan", key);
  const std::string text = canonical_json(sealed);
  for (const char* secret : {"张三", "nothing", "Zhang San", "13800000000", "510101199001011234"}) {
    EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
  EXPECT_EQ(sealed.text_at("subject"), "synthetic");
  EXPECT_EQ(sealed.find("report")->text_at("sha256"), std::string(64, 'a'));
  EXPECT_EQ((*sealed.find("contacts")->as_list())[0].text_at("town"), "Chengdu");
  EXPECT_TRUE(packs::is_sealed(*sealed.find("aliases")));
  EXPECT_TRUE(packs::is_sealed(*sealed.find("applicant")));
  EXPECT_EQ(sealing_keys(sealed), std::vector<std::string>{key});
  // What the vault makes has the form that the core checks.
  for (const packs::Member& field : fields()) {
    const auto wrong = packs::check(*field.type, *sealed.find(field.name), field.name);
    EXPECT_FALSE(wrong) << wrong->path;
  }
}

TEST_F(VaultTest, UnsealingGivesBackAllButTokens) {
  const Value sealed = vault->seal(fields(), form(), "sichuan", vault->new_key("sichuan"));
  Value plain = vault->unseal(sealed);
  EXPECT_EQ(plain.text_at("person"), vault->token("510101199001011234"));
  (*plain.as_record())["person"] = "510101199001011234";
  EXPECT_EQ(plain, form());
}

TEST_F(VaultTest, SealingTwiceChangesNothing) {
  const std::string key = vault->new_key("sichuan");
  const Value sealed = vault->seal(fields(), form(), "sichuan", key);
  EXPECT_EQ(vault->seal(fields(), sealed, "sichuan", key), sealed);
}

TEST_F(VaultTest, NumbersAreReplacedByTheNamesGivenForThem) {
  const std::string number = "510101199001011234";
  EXPECT_EQ(numbers_in(fields(), form()), std::vector<std::string>{number});
  const std::string name = "t:" + base64url(std::string(32, 'p'));
  const Vault::Named named{{number, name}};
  const Value sealed = vault->seal(fields(), form(), "sichuan", vault->new_key("sichuan"), &named);
  EXPECT_EQ(sealed.text_at("person"), name);
  EXPECT_TRUE(numbers_in(fields(), sealed).empty()) << "one that is named stays";
}

TEST_F(VaultTest, WhoWasMetIsKnownUntilForgottenAndInNoFileAfter) {
  const std::string number = "510101199001011234";
  const auto name = [](char c) { return "t:" + base64url(std::string(32, c)); };
  vault->set_shared(2, "kept");
  vault->remember(1, {{number, name('p')}});
  vault->remember(2, {{number, name('q')}, {"another", name('r')}});
  open();
  EXPECT_EQ(vault->newest_shared(), 2);
  EXPECT_EQ(vault->shared(2), "kept");
  EXPECT_EQ(vault->met(1, number), name('p'));
  EXPECT_EQ(vault->met(2, number), name('q'));
  EXPECT_EQ(vault->met(1, "another"), std::nullopt);
  vault->forget_person(name('p'));
  vault->forget_person("sichuan-1");  // a case, as an order may name it
  EXPECT_EQ(vault->met(1, number), std::nullopt);
  EXPECT_EQ(vault->met(2, number), std::nullopt);
  EXPECT_EQ(vault->met(2, "another"), name('r'));
  vault.reset();
  for (const auto& file : std::filesystem::directory_iterator{folder.path()}) {
    const auto bytes = read_file(file.path());
    EXPECT_EQ(bytes->find(std::string(32, 'q')), std::string::npos) << file.path();
    EXPECT_EQ(bytes->find(number), std::string::npos) << file.path();
  }
}

TEST_F(VaultTest, KeysOutliveTheProcessUntilForgotten) {
  const std::string key = vault->new_key("sichuan");
  EXPECT_TRUE(core::made_by(key, "sichuan")) << key;
  const Value sealed = vault->seal(fields(), form(), "sichuan", key);
  const std::string secret = *vault->key(key);
  vault->put_key(key, std::string(32, 'x'));
  open();
  EXPECT_EQ(vault->key(key), secret);
  EXPECT_EQ(vault->unseal(sealed).text_at("applicant"), "张三");
  EXPECT_TRUE(vault->forget(key));
  EXPECT_FALSE(vault->forget(key));
  EXPECT_EQ(vault->unseal(*sealed.find("applicant")), *sealed.find("applicant"));
  open();
  EXPECT_FALSE(vault->key(key));
  // Nor do its bytes remain in any file.
  vault.reset();
  for (const auto& file : std::filesystem::directory_iterator{folder.path()}) {
    EXPECT_EQ(read_file(file.path())->find(secret), std::string::npos) << file.path();
  }
}

TEST_F(VaultTest, ManyMayAskForKeysAtOnce) {
  constexpr int kThreads = 16, kEach = 25;
  std::vector<std::thread> threads;
  std::vector<std::vector<std::string>> ids(kThreads);
  for (std::vector<std::string>& mine : ids) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) mine.push_back(vault->new_key("sichuan"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  open();
  std::set<std::string> secrets;
  for (const auto& mine : ids) {
    for (const std::string& id : mine) {
      const auto secret = vault->key(id);
      ASSERT_TRUE(secret);
      secrets.insert(*secret);
    }
  }
  EXPECT_EQ(secrets.size(), static_cast<std::size_t>(kThreads * kEach));
}

// Somebody who brings a key that another is just keeping may go on only when it is kept.
TEST_F(VaultTest, AKeyThatIsFoundIsOnTheDisk) {
  constexpr int kKeys = 100;
  const auto name = [](int i) { return "sichuan-k" + std::to_string(i); };
  std::thread keeping{[&] {
    for (int i = 0; i < kKeys; ++i) vault->put_key(name(i), std::string(32, 'x'));
  }};
  auto disk = sqlite::Database::open((folder.path() / "vault.db").string(), sqlite::Access::read);
  ASSERT_TRUE(disk);
  for (int i = 0; i < kKeys; ++i) {
    while (!vault->key(name(i))) std::this_thread::yield();
    const std::string id = name(i);
    sqlite::Statement& find = (*disk)->prepared("SELECT 1 FROM keys WHERE id=?");
    EXPECT_TRUE(find.bind(0, std::string_view{id}).step()) << id;
    find.reset();
  }
  keeping.join();
}

TEST_F(VaultTest, TokensAreKeyedByTheCircle) {
  const std::string before = vault->token("510101199001011234");
  EXPECT_TRUE(before.starts_with("t:"));
  EXPECT_EQ(vault->token_key(), "");
  vault->set_token_key(std::string(32, 'k'));
  const std::string token = vault->token("510101199001011234");
  EXPECT_NE(token, before);
  EXPECT_NE(token, vault->token("510101199001011235"));
  open();
  EXPECT_EQ(vault->token_key(), std::string(32, 'k'));
  EXPECT_EQ(vault->token("510101199001011234"), token);
  const TestFolder other;
  auto peer = Vault::open(secrets_in(other), chance);
  ASSERT_TRUE(peer);
  EXPECT_NE((*peer)->token("510101199001011234"), before);
  (*peer)->set_token_key(std::string(32, 'k'));
  EXPECT_EQ((*peer)->token("510101199001011234"), token);
}

TEST_F(VaultTest, SealedBoxesOpenForTheirOwnerAlone) {
  const auto made = create_identity(folder.path() / "node", {.party = "sichuan",
                                                             .name = "S",
                                                             .host = "sichuan.example",
                                                             .peer_listen = "127.0.0.1:1",
                                                             .api_listen = "127.0.0.1:2"});
  ASSERT_TRUE(made);
  const KeyPair& seal = made->seal;
  for (const std::string& box :
       {seal_to(seal.public_key, "key"), seal_to(seal.public_key, "key", std::string(32, 's'))}) {
    EXPECT_EQ(open_sealed_box(seal.public_key, seal.secret_key, box), "key");
    std::string bad = box;
    bad.back() = static_cast<char>(bad.back() ^ 1);
    EXPECT_FALSE(open_sealed_box(seal.public_key, seal.secret_key, bad));
    EXPECT_FALSE(open_sealed_box(seal.public_key, std::string(32, 'x'), box));
    EXPECT_FALSE(open_sealed_box(seal.public_key, seal.secret_key, box.substr(0, 20)));
  }
  EXPECT_EQ(seal_to(seal.public_key, "key", std::string(32, 's')),
            seal_to(seal.public_key, "key", std::string(32, 's')));
}

NewNode new_node() {
  return {.party = "sichuan",
          .name = "四川",
          .host = "sichuan.example",
          .peer_listen = "0.0.0.0:7443",
          .api_listen = "127.0.0.1:8080"};
}

TEST(Identity, IsReadBackAsMade) {
  const TestFolder folder;
  const auto made = create_identity(folder.path() / "node", new_node());
  ASSERT_TRUE(made) << made.error().what;
  EXPECT_EQ(made->origin, "sichuan.example/bashu/1");
  EXPECT_EQ(made->endpoint, "https://sichuan.example:7443/bashu/v1");
  EXPECT_EQ(host_of(made->endpoint), "sichuan.example");
  const auto read = load_identity(folder.path() / "node");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->name, "四川");
  EXPECT_EQ(read->created, made->created);
  for (auto key : {&Identity::root, &Identity::envelope, &Identity::log, &Identity::seal}) {
    EXPECT_EQ(((*read).*key).kid, ((*made).*key).kid);
    EXPECT_EQ(((*read).*key).public_key, ((*made).*key).public_key);
    EXPECT_EQ(((*read).*key).secret_key, ((*made).*key).secret_key);
  }
  EXPECT_EQ(read->envelope.kid, "sichuan/envelope/1");
  const auto known = load_public_identity(folder.path() / "node");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->log_key, made->log.public_key);
  for (const char* file : {"root.key", "envelope.key", "log.key", "seal.key", "ca.key"}) {
    struct stat about{};
    ASSERT_EQ(::stat((folder.path() / "node/keys" / file).c_str(), &about), 0) << file;
    EXPECT_EQ(about.st_mode & 0777, 0600U) << file;
  }
}

TEST(Identity, DirectoryThatHoldsANodeIsRefused) {
  const TestFolder folder;
  ASSERT_TRUE(create_identity(folder.path(), new_node()));
  const auto again = create_identity(folder.path(), new_node());
  ASSERT_FALSE(again);
  EXPECT_NE(again.error().what.find("holds a node already"), std::string::npos);
}

TEST(Identity, KeyOfAnotherNodeIsRefused) {
  const TestFolder folder;
  ASSERT_TRUE(create_identity(folder.path(), new_node()));
  ASSERT_TRUE(write_file(folder.path() / "keys/log.key", std::string(64, 'a')));
  const auto read = load_identity(folder.path());
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().what.find("log.key"), std::string::npos);
}

TEST(Certificates, LeafIsIssuedForTheHostAndDays) {
  const Instant now{TestClock::kStart};
  const auto ca = make_ca("sichuan", now);
  ASSERT_TRUE(ca) << ca.error().what;
  const auto digest = certificate_digest(ca->certificate_pem);
  ASSERT_TRUE(digest);
  EXPECT_EQ(digest->size(), 64U);
  for (const char* host : {"sichuan.example", "127.0.0.1", "::1"}) {
    const auto leaf = issue_certificate(*ca, host, now);
    ASSERT_TRUE(leaf) << host << ": " << leaf.error().what;
    const auto end = certificate_end(leaf->certificate_pem);
    ASSERT_TRUE(end);
    EXPECT_LE(*end, now.unix_ms / 1000 + 7 * 86'400);
    EXPECT_GT(*end, now.unix_ms / 1000 + 6 * 86'400);
    EXPECT_NE(*certificate_digest(leaf->certificate_pem), *digest);
  }
  // Nothing of a host name may be read as syntax of the extension.
  EXPECT_FALSE(issue_certificate(*ca, "a.example,DNS:b.example", now));
  EXPECT_FALSE(issue_certificate(*ca, "", now));
  EXPECT_FALSE(certificate_digest("no certificate"));
  EXPECT_FALSE(issue_certificate({.certificate_pem = "x", .key_pem = "y"}, "a.example", now));
}

TEST(RehearsalClock, KeepsItsDayAndNeverGoesBack) {
  const TestFolder folder;
  const Date day = *Date::parse("2031-03-31");
  {
    auto clock = RehearsalClock::open(folder.path(), 480);
    ASSERT_TRUE(clock);
    EXPECT_EQ((*clock)->today(), SystemClock{480}.today());
    ASSERT_TRUE((*clock)->set_today(day));
    EXPECT_EQ((*clock)->today(), day);
    ASSERT_TRUE((*clock)->set_today(day.plus_days(-1)));
    EXPECT_EQ((*clock)->today(), day);
  }
  auto clock = RehearsalClock::open(folder.path(), 480);
  ASSERT_TRUE(clock);
  EXPECT_EQ((*clock)->today(), day);
  ASSERT_TRUE(write_file(folder.path() / "rehearsal-day", "someday\n"));
  EXPECT_FALSE(RehearsalClock::open(folder.path(), 480));
}

class Environment : public ::testing::Test {
 protected:
  ~Environment() override { ::unsetenv("BASHU_VAULT_KEY_FILE"); }
  void wrap_with(const std::string& hex_key) const {
    const auto file = (folder_.path() / "wrapping").string();
    ASSERT_TRUE(write_file(file, hex_key + "\n"));
    ::setenv("BASHU_VAULT_KEY_FILE", file.c_str(), 1);
  }
  [[nodiscard]] bool lies_open(const std::string& secret) const {
    for (const char* name : {"vault.db", "vault.db-wal"}) {
      const auto text = read_file(folder_.path() / name);
      if (text && text->find(secret) != std::string::npos) return true;
    }
    return false;
  }
  TestFolder folder_;
  SystemChance chance_;
};
using WrappedVault = Environment;

TEST_F(WrappedVault, NoKeyLiesInTheFileInClear) {
  std::string before, after, id_before, id_after;
  const std::string token(32, 'T');
  {
    auto vault = Vault::open(secrets_in(folder_), chance_);
    ASSERT_TRUE(vault);
    id_before = (*vault)->new_key("sichuan");
    before = *(*vault)->key(id_before);
    (*vault)->set_token_key(token);
  }
  EXPECT_TRUE(lies_open(before));
  wrap_with(std::string(64, 'a'));
  {
    auto vault = Vault::open(secrets_in(folder_), chance_);
    ASSERT_TRUE(vault) << vault.error().what;
    id_after = (*vault)->new_key("sichuan");
    after = *(*vault)->key(id_after);
    EXPECT_EQ((*vault)->key(id_before), before);
    EXPECT_EQ((*vault)->token_key(), token);
    for (const std::string& secret : {before, after, token}) EXPECT_FALSE(lies_open(secret));
  }
  {
    auto again = Vault::open(secrets_in(folder_), chance_);
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->key(id_after), after);
  }
  // Neither without the key nor with another does anything call itself erased.
  wrap_with(std::string(64, 'b'));
  EXPECT_FALSE(Vault::open(secrets_in(folder_), chance_));
  wrap_with("short");
  EXPECT_FALSE(Vault::open(secrets_in(folder_), chance_));
  ::unsetenv("BASHU_VAULT_KEY_FILE");
  EXPECT_FALSE(Vault::open(secrets_in(folder_), chance_));
}

TEST(Custody, NamesWhatEveryUserCouldReach) {
  const TestFolder folder;
  const auto dir = folder.path() / "node";
  std::filesystem::create_directories(dir / "keys");
  for (const char* name :
       {"vault.db", "journal.db", "access.log", "node.json", "keys/root.key", "keys/ca.crt"}) {
    ASSERT_TRUE(write_file(dir / name, "x", 0644));
  }
  ::chmod((dir / "keys").c_str(), 0755);
  ::chmod(dir.c_str(), 0755);
  EXPECT_EQ(open_to_all(dir), (std::vector<std::string>{"access.log", "journal.db", "keys",
                                                        "keys/root.key", "vault.db"}));
  for (const char* name : {"vault.db", "journal.db", "access.log"}) {
    ::chmod((dir / name).c_str(), 0640);
  }
  ::chmod((dir / "keys").c_str(), 0700);
  EXPECT_TRUE(open_to_all(dir).empty());
  ::chmod((dir / "vault.db").c_str(), 0602);
  EXPECT_EQ(open_to_all(dir), std::vector<std::string>{"vault.db"});
  ::chmod(dir.c_str(), 0700);  // nobody reaches what is inside
  EXPECT_TRUE(open_to_all(dir).empty());
}

TEST(Custody, DatabasesAreMadeForTheNodeAlone) {
  const TestFolder folder;
  const auto before = ::umask(022);
  SystemChance chance;
  ASSERT_TRUE(Vault::open(secrets_in(folder), chance));
  ::umask(before);
  struct ::stat status = {};
  ASSERT_EQ(::stat((folder.path() / "vault.db").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(Custody, ADirectoryIsServedAsThePartyItWasMadeFor) {
  const TestFolder folder;
  const auto dir = folder.path() / "node";
  ASSERT_TRUE(create_identity(dir, {.party = "sichuan", .name = "S", .host = "127.0.0.1"}));
  std::string text = *read_file(dir / "node.json");
  const std::string party = R"("party": "sichuan")";
  ASSERT_NE(text.find(party), std::string::npos);
  text.replace(text.find(party), party.size(), R"("party": "chongqing")");
  ASSERT_TRUE(write_file(dir / "node.json", text));
  const auto loaded = load_identity(dir);
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().what.find("sichuan/"), std::string::npos);
}

}  // namespace
}  // namespace bashu::node
