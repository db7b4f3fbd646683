// An owner that lies about what it looked up: it takes a branch that its register does not allow,
// and says what a true node would not. Two nodes, real kernels and doors, and the envelopes between
// them; the owner's own are altered and signed again under its key. What the edge of the honest
// node does when something is shown (api/claims.h) is done here, from its journal alone.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "core/core.h"
#include "core/peers/looked_up.h"
#include "core/told/dispute.h"
#include "core/told/shown_claims.h"
#include "core/told/step.h"
#include "evidence/envelope.h"
#include "house.h"
#include "node/entry.h"
#include "node/snapshot.h"
#include "packs/load.h"

namespace bashu::hostile {
namespace {

constexpr const char* kHonest = "chongqing";
constexpr const char* kLiar = "sichuan";

constexpr const char* kPack = R"pack(
bashu: 1
pack: limits
version: 1
title: {en: Limits}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
registers:
  limit: {title: {en: Limits}, kept: own, key: [name], fields: {name: line, most: amount}}
services:
  loan:
    title: {en: Loan}
    parties: {lender: {clerk: all}, borrower: {clerk: all}}
    fields: {name: line, wanted: amount, note: {type: line, optional: true}}
    start: {owner: lender, by: clerk, form: [name, wanted], to: open}
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          note: {title: {en: Note}, by: clerk, form: [note]}
          grant:
            title: {en: Grant}
            by: clerk
            then:
              - when: data.name in limit && limit[data.name].most >= data.wanted
                to: granted
              - {to: refused}
      granted:
        title: {en: Granted}
        owner: lender
        events:
          back: {title: {en: Back}, by: clerk, to: refused}
      refused: {title: {en: Refused}, final: true}
figures:
  loans: {title: {en: Loans}, of: loan, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
)pack";

packs::PackPtr load_pack() {
  const packs::Loaded loaded = packs::load(kPack);
  for (const Finding& finding : loaded.findings) {
    if (!finding.note) ADD_FAILURE() << finding.path << ": " << finding.text;
  }
  return loaded.pack;
}

class LyingOwner : public ::testing::Test {
 protected:
  using Alter = std::function<void(evidence::Payload&)>;

  void SetUp() override {
    ASSERT_TRUE(pack_);
    for (House* house : {&honest_, &liar_}) {
      must(*house, core::AdoptPack{.by = {.roles = {"admin"}},
                                   .source = canonical_json(pack_->source),
                                   .from = time_.day});
      must(*house, core::PutRecords{.by = kClerk,
                                    .pack = "limits",
                                    .reg = "limit",
                                    .records = {Value::Record{{"name", "ann"}, {"most", 10}}}});
    }
    settle();
    // Twice what the owner's register allows: its own node refuses, and it says that it grants.
    id_ = start(liar_);
    settle();
    fire(liar_, id_, "grant");
    ASSERT_EQ(liar_.state().find_case(id_)->state, "refused");
  }

  static std::string must(House& house, core::Command command) {
    const node::Outcome outcome = house.run({.command = std::move(command), .evidence = "{}"});
    const auto* done = std::get_if<node::Done>(&outcome);
    if (const auto* refused = std::get_if<Reject>(&outcome)) {
      ADD_FAILURE() << house.party() << ": " << core::describe(*refused);
    }
    return done ? done->decision.answer.text_at("case") : std::string{};
  }
  std::string start(House& lender) {
    const House& other = &lender == &honest_ ? liar_ : honest_;
    return must(lender, core::StartCase{.by = kClerk,
                                        .pack = pack_->digest,
                                        .service = "loan",
                                        .role = "clerk",
                                        .parties = {{"lender", core::PartyId{lender.party()}},
                                                    {"borrower", core::PartyId{other.party()}}},
                                        .parent = {},
                                        .id = {},
                                        .with = Value::Record{{"name", "ann"}, {"wanted", 20}}});
  }
  static void fire(House& house, const std::string& id, const char* event,
                   Value::Record with = {}) {
    must(house, core::FireEvent{.by = kClerk,
                                .id = core::CaseId{id},
                                .event = event,
                                .role = "clerk",
                                .version = {},
                                .with = std::move(with)});
  }
  void sign(const std::string& content, const std::string& note = {}) {
    must(honest_, core::SignSettlement{
                      .by = kClerk, .id = core::CaseId{id_}, .content = content, .note = note});
  }

  // What the honest node says reaches the other one, and what that one says is passed on: as it is,
  // or as `alter` makes it.
  void settle(const Alter& alter = {}) {
    for (int i = 0; i < 40; ++i) {
      time_.ms += 1'000;
      honest_.pump([this](House& from, const std::string&, const exchange::PeerCall& call) {
        carry(from, liar_, call);
      });
      // Its own program only asks.
      liar_.pump([this](House& from, const std::string&, const exchange::PeerCall& call) {
        if (call.method == "GET") carry(from, honest_, call);
      });
      while (passed_ < liar_.state().outbox(kHonest).last && pass_on(alter)) {
      }
      honest_.work(100);
    }
  }
  static void carry(House& from, House& to, const exchange::PeerCall& call) {
    http::Request request{.method = call.method,
                          .target = std::string{exchange::kPrefix} + call.target};
    request.body = call.body;
    request.length_given = true;
    if (!call.content_type.empty()) request.headers = {{"Content-Type", call.content_type}};
    to.handle(from.party(), std::move(request),
              [&from, &to, number = call.id](const http::Response& response) {
                from.answer(to.party(), number, {.status = response.status, .body = response.body});
              });
    to.work(100);
  }
  // Whether it was taken.
  bool pass_on(const Alter& alter) {
    const auto text = liar_.kernel().archive().message(journal::Trace::sent, kHonest, passed_ + 1);
    auto opened =
        evidence::open_envelope(text.value_or(""), liar_.kernel().directory()->keys, kLiar);
    if (!opened) {
      ADD_FAILURE() << opened.error().code;
      return false;
    }
    if (alter) alter(opened->payload);
    say(std::move(opened->payload));
    if (answer_ != 200) return false;
    ++passed_;
    return true;
  }
  // Under the next number of its channel.
  void say(evidence::Payload payload) {
    payload.seq = honest_.state().inbox(kLiar).next;
    newest_ = payload;
    const std::string text =
        evidence::sign_envelope(evidence::payload_text(payload), sim::kid_of(kLiar, "envelope"),
                                sim::keys_of(kLiar, "envelope").signing_key)
            .text;
    http::Request request{.method = "POST",
                          .target = std::string{exchange::kPrefix} + "/channels/" + kLiar + "." +
                                    kHonest + ".main/messages"};
    request.headers = {{"Content-Type", "application/jose+json"}};
    request.body = text;
    request.length_given = true;
    honest_.handle(kLiar, std::move(request),
                   [this](const http::Response& response) { answer_ = response.status; });
    honest_.work(100);
  }

  // The granting, with the digest of `rows`; none: of what it truly looked up. Its digest.
  std::string grant_falsely(const std::optional<Value>& rows = std::nullopt) {
    std::string digest;
    settle([&](evidence::Payload& said) {
      if (said.kind != core::told::Step::kKind || said.body.int_at("version") != 2) return;
      Value::Record& body = *said.body.as_record();
      body["branch"] = 0;
      body["to"] = "granted";
      if (rows) body["reads"] = packs::digest_text(Value{Value::List{hex(kSalt), *rows}});
      digest = core::told::step_digest(said.body);
    });
    EXPECT_EQ(at(honest_).state, "granted") << "what only the owner can look up is its claim";
    EXPECT_FALSE(at(honest_).dispute);
    return digest;
  }
  // As its own node looked it up when it refused.
  std::string truly_looked_up() {
    std::string shown;
    each_event(liar_, [&](const core::Event& event) {
      const auto* step = std::get_if<core::CaseChanged>(&event);
      if (!step || step->id != id_ || step->version != 2) return;
      shown = canonical_json(Value{Value::List{Value{hex(step->salt)}, step->reads}});
    });
    return shown;
  }
  // As it would read them: a guard looks at the record twice.
  static Value invented(std::int64_t most) {
    const Value row =
        Value::List{"limit", "ann", Value::Record{{"key", "ann"}, {"name", "ann"}, {"most", most}}};
    return Value::List{row, row};
  }
  static std::string shown_of(const Value& rows) {
    return canonical_json(Value{Value::List{hex(kSalt), rows}});
  }
  // The honest side asks, and the owner shows this.
  void ask(const std::string& content) {
    sign("ask:" + std::string{kLiar} + ":" + content);
    settle();
    ASSERT_TRUE(at(honest_).dispute);
    EXPECT_EQ(at(honest_).dispute->reason, "asked.claims");
  }
  void show(const std::string& content, const std::string& text) {
    evidence::Payload said = newest_;
    said.kind = core::told::ShownClaims::kKind;
    said.stream.clear();
    said.nonce = base64url(as_bytes(sha256(text)).substr(0, 16));
    said.body = core::told::write(
        core::told::ShownClaims{.id = core::CaseId{id_}, .content = content, .shown = text});
    say(std::move(said));
  }

  // What of `kind` the owner has signed to us, read from the envelopes in the journal of the honest
  // node and verified under the owner's key: anybody can do this who is shown them.
  std::vector<Value> signed_by_the_owner(std::string_view kind) {
    std::vector<Value> bodies;
    for (std::int64_t seq = 1; seq < honest_.state().inbox(kLiar).next; ++seq) {
      const auto text = honest_.kernel().archive().message(journal::Trace::taken, kLiar, seq);
      if (!text) continue;
      auto opened = evidence::open_envelope(*text, honest_.kernel().directory()->keys, kLiar);
      if (opened && opened->payload.kind == kind) bodies.push_back(std::move(opened->payload.body));
    }
    return bodies;
  }
  core::Comparison compared() {
    core::StepInQuestion of{.pack = pack_, .opened = {}, .before = {}, .by = kLiar, .step = {}};
    each_event(honest_, [&](const core::Event& event) {
      if (const auto* one = std::get_if<core::CaseOpened>(&event); one && one->id == id_) {
        of.opened = *one;
      }
      const auto* step = std::get_if<core::CaseChanged>(&event);
      if (step && step->id == id_ && step->version < 2) of.before.push_back(*step);
    });
    for (const Value& body : signed_by_the_owner(core::told::Step::kKind)) {
      if (body.int_at("version") == 2) of.step = core::told::read_step(body).value();
    }
    return core::compare(
        of, signed_by_the_owner(core::told::ShownClaims::kKind).at(0).text_at("shown"));
  }
  // As the edge says what it found.
  void say_compared(const core::Comparison& found, const std::string& content) {
    sign("compared:" + std::string{core::name_of(found.shown)} + ":" + content, found.why);
  }

  static void each_event(House& house, const std::function<void(const core::Event&)>& visit) {
    std::uint64_t index = 0;
    for (const journal::Commit& commit : house.storage().disk().commits()) {
      auto record = evidence::decode_commit(commit.record);
      ASSERT_TRUE(record);
      for (evidence::CommitEntry& bytes : record->entries) {
        const auto entry = node::decode_entry(index++, std::move(bytes));
        ASSERT_TRUE(entry);
        for (const core::Event& event : entry->events) visit(event);
      }
    }
  }
  const core::Case& at(const House& house) { return *house.state().find_case(id_); }

  // The objection stands with both, the case is stopped where it was found, and nothing else is.
  void expect_objected(const std::string& content) {
    ASSERT_TRUE(at(honest_).dispute);
    EXPECT_EQ(at(honest_).dispute->reason, "claims_differ");
    EXPECT_TRUE(at(honest_).dispute->contents.contains(content));
    const std::int64_t before = liar_.state().inbox(kHonest).next;
    settle();
    EXPECT_GT(liar_.state().inbox(kHonest).next, before) << "it is told";
    const auto told = liar_.kernel().archive().message(journal::Trace::taken, kHonest, before);
    ASSERT_TRUE(told);
    const auto opened = evidence::open_envelope(*told, liar_.kernel().directory()->keys, kHonest);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->payload.kind, core::told::Dispute::kKind);
    EXPECT_EQ(opened->payload.body.text_at("reason"), "claims_differ");
    EXPECT_EQ(opened->payload.body.text_at("content"), content);
  }
  void expect_others_go_on() {
    const std::string own = start(honest_);
    fire(honest_, own, "note", {{"note", "n"}});
    fire(honest_, own, "grant");
    const std::string theirs = start(liar_);
    settle();
    EXPECT_EQ(liar_.state().find_case(own)->state, "refused") << "our cases go on over there";
    ASSERT_NE(honest_.state().find_case(theirs), nullptr) << "and theirs here";
    EXPECT_EQ(honest_.state().outbox(kLiar).stopped, "");
    EXPECT_EQ(core::invariant(honest_.state()), "");
    const Hash state = node::state_digest(honest_.state());
    ASSERT_TRUE(honest_.restart());
    EXPECT_EQ(node::state_digest(honest_.state()), state);
  }

  static inline const core::Asker kClerk{.principal = "user:anna", .roles = {"clerk", "registrar"}};
  static inline const std::string kSalt = std::string(16, 's');
  Time time_;
  const packs::PackPtr pack_ = load_pack();
  const sim::Circle circle_ = sim::make_circle({kHonest, kLiar}, {.window = 64});
  House honest_{time_, kHonest, circle_, 1}, liar_{time_, kLiar, circle_, 2};
  std::string id_;
  std::int64_t passed_ = 0;   // of its node's messages
  evidence::Payload newest_;  // the newest
  int answer_ = 0;
};

TEST_F(LyingOwner, ThatShowsWhatItTrulyLookedUpIsFoundOut) {
  const std::string content = grant_falsely();
  ask(content);
  show(content, truly_looked_up());
  const core::Comparison found = compared();
  EXPECT_EQ(found.shown, core::Shown::differs);
  EXPECT_EQ(found.why, "guard");
  say_compared(found, content);
  expect_objected(content);
  expect_others_go_on();
}

TEST_F(LyingOwner, ThatInventsWhatDoesNotAllowItIsFoundOut) {
  const std::string content = grant_falsely(invented(19));
  ask(content);
  show(content, shown_of(invented(19)));
  const core::Comparison found = compared();
  EXPECT_EQ(found.shown, core::Shown::differs);
  EXPECT_EQ(found.why, "guard");
  say_compared(found, content);
  expect_objected(content);
  expect_others_go_on();
}

// What allows it, but is not what the step's digest covers: the more so if it allows it.
TEST_F(LyingOwner, ThatShowsSomethingElseThanItSignedForIsFoundOut) {
  const std::string content = grant_falsely();
  ask(content);
  show(content, shown_of(invented(20)));
  EXPECT_EQ(answer_, 200);
  const core::Comparison found = compared();
  EXPECT_EQ(found.shown, core::Shown::differs);
  EXPECT_EQ(found.why, "digest");
  // Once: what it would rather have shown is put aside, and counts among its bytes.
  show(content, truly_looked_up());
  const auto& held = honest_.state().inbox(kLiar).held;
  ASSERT_EQ(held.size(), 1U);
  EXPECT_EQ(held.begin()->second.reason, "unverified.unasked");
  EXPECT_EQ(compared().why, "digest");
  say_compared(found, content);
  expect_objected(content);
  expect_others_go_on();
}

// Nor does it end the question to show nothing of use, or what is about another step.
TEST_F(LyingOwner, ThatShowsWhatIsAboutAnotherStepHasNotAnswered) {
  const std::string content = grant_falsely();
  ask(content);
  show("sha256:" + std::string(64, '0'), truly_looked_up());
  show(content, std::string(core::told::ShownClaims::kMax + 1, ' '));
  EXPECT_EQ(honest_.state().inbox(kLiar).held.size(), 2U);
  ASSERT_TRUE(at(honest_).dispute);
  EXPECT_TRUE(at(honest_).dispute->signed_by.empty());
  sign("compared:unanswered:" + content);
  EXPECT_FALSE(at(honest_).dispute) << "it has ended, and may be asked again";
  ask(content);
  expect_others_go_on();
}

// The limit of all this, in docs/security.md: that the register said so is its keeper's word.
TEST_F(LyingOwner, ThatInventsWhatAllowsItIsBelieved) {
  const std::string content = grant_falsely(invented(20));
  ask(content);
  show(content, shown_of(invented(20)));
  const core::Comparison found = compared();
  EXPECT_EQ(found.shown, core::Shown::agrees) << found.why;
  say_compared(found, content);
  EXPECT_FALSE(at(honest_).dispute);
}

}  // namespace
}  // namespace bashu::hostile
