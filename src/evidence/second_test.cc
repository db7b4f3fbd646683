// The second signature, SM2 over SM3: a circle that requires it, and everything that lacks it, has
// a wrong one, or has one of somebody else. tests/vectors/sm2.json and sm2-bundle.zip are checked
// by OpenSSL's command and by sm-crypto too (tests/external/sm2.sh, sm2.mjs).
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/json.h"
#include "evidence/bundle.h"
#include "evidence/fixture.h"
#include "evidence/fsck.h"
#include "evidence/in_force.h"
#include "evidence/receive.h"
#include "evidence/sm2.h"
#include "evidence/witness.h"

namespace bashu::evidence {
namespace {

using fixture::kChannel;
using fixture::kChongqingLog;
using fixture::kDay;
using fixture::kNow;
using fixture::text;

const Value& given() {
  static const Value vectors = fixture::vectors("sm2");
  return vectors;
}
const Value& given_key(std::string_view kid) {
  for (const Value& key : fixture::list(given(), "keys"))
    if (text(key, "kid") == kid) return key;
  return fixture::at(given(), "no such key");
}
Sm2Key key(std::string_view kid) { return *Sm2Key::read(text(given_key(kid), "pem")); }
std::string public_key(std::string_view kid) {
  return fixture::unhex(text(given_key(kid), "public"));
}

// Two parties whose edition 1 requires the second signature of everything from kNow on.
struct Circle {
  std::vector<std::string> editions;
  std::map<std::string, std::string> key_lists;  // by party
  Agreement agreement;
  KeyList keys;

  explicit Circle(const std::optional<SecondPolicy>& second = SecondPolicy{
                      {"envelopes", kNow}, {"receipts", kNow}, {"checkpoints", kNow}}) {
    Agreement first;
    first.edition = 1;
    first.name = "Test circle";
    first.effective = kNow - kDay;
    first.second = second;
    std::vector<Signer> roots;
    for (const std::string id : {"chongqing", "sichuan"}) {
      const std::string kid = id + "/root/1";
      roots.push_back({kid, fixture::key(kid).secret_key});
      first.parties.push_back({.party = id,
                               .member = true,
                               .origin = id + ".example/bashu/1",
                               .endpoint = "https://" + id + ".example/bashu/v1",
                               .root_kid = kid,
                               .root_key = fixture::key(kid).public_key,
                               .tls_ca = {std::string(64, 'a')}});
    }
    first.channels.push_back({.channel = std::string{kChannel}});
    editions = {signed_record(agreement_payload(first), kAgreementType, roots)};
    agreement = *open_agreements(editions, "");
    for (const PartyRecord& party : agreement.parties) {
      const std::vector<KeyRecord> list = records(party);
      const Signer root{party.root_kid, fixture::key(party.root_kid).secret_key};
      key_lists[party.party] = signed_record(
          keys_payload(agreement.id, party.party, 1, "", kNow - kDay, list), kKeysType, {root});
      keys.merge(*open_keys({key_lists[party.party]}, party.party, agreement.id, party.root_kid,
                            party.root_key));
    }
  }

  static std::vector<KeyRecord> records(const PartyRecord& party) {
    const auto record = [&](const std::string& use, const std::string& role) {
      const std::string kid = party.party + '/' + use + "/1";
      const bool second = use.ends_with("-sm2");
      return KeyRecord{.party = party.party,
                       .kid = kid,
                       .role = role,
                       .alg = second ? "SM2-SM3" : "EdDSA",
                       .key = second ? public_key(kid) : fixture::key(kid).public_key,
                       .name = role == "log" ? party.origin : "",
                       .from = kNow - kDay,
                       .to = kNow + 90 * kDay,
                       .revoked = 0};
    };
    return {record("env", "envelope"), record("envelope-sm2", "envelope"), record("log", "log"),
            record("log-sm2", "log")};
  }

  [[nodiscard]] std::string payload(std::int64_t issued = kNow) const {
    Payload payload = fixture::payload(1);
    payload.issued = issued;
    payload.agreement = agreement.id;
    return payload_text(payload);
  }
  [[nodiscard]] Envelope once(std::int64_t issued = kNow) const {
    return sign_envelope(payload(issued), "sichuan/env/1",
                         fixture::key("sichuan/env/1").secret_key);
  }
  [[nodiscard]] Envelope twice(std::string_view second = "sichuan/envelope-sm2/1") const {
    return sign_envelope_twice(payload(), "sichuan/env/1", fixture::key("sichuan/env/1").secret_key,
                               {std::string{second}, key(second)});
  }
  [[nodiscard]] std::string receipt(const Envelope& envelope, bool second) const {
    fixture::Log log{kChongqingLog, "chongqing/log/1"};
    if (second) log.second = key("chongqing/log-sm2/1");
    return log
        .commit(kNow * 1000, {{.kind = "recv",
                               .outcome = "applied",
                               .channel = std::string{kChannel},
                               .seq = 1,
                               .message_id = envelope.message_id,
                               .evidence = envelope.text}})
        .front();
  }
  [[nodiscard]] std::string bundle(const Envelope& envelope, const std::string& receipt) const {
    BundleFiles files{{bundle_agreement(1), editions.front()},
                      {bundle_message(kChannel, 1), envelope.text},
                      {bundle_receipt(kChannel, 1), receipt}};
    for (const auto& [party, list] : key_lists) files[bundle_keys(party, 1)] = list;
    return make_bundle(files);
  }
  [[nodiscard]] std::string verdict(const Envelope& envelope, const std::string& receipt) const {
    const auto proven = verify_bundle(bundle(envelope, receipt), agreement.id);
    return proven ? report_line(proven->front()) : std::string{proven.error().code.text()};
  }
  [[nodiscard]] std::string admitted(const Envelope& envelope) const {
    const auto opened = open_envelope(envelope.text, keys, "sichuan");
    if (!opened) return std::string{opened.error().code.text()};
    const auto done = admit(*opened,
                            {.party = "chongqing",
                             .channel = kChannel,
                             .listed = true,
                             .agreement = agreement.id,
                             .second_from = agreement.second_from("envelopes"),
                             .answered = {}},
                            kNow);
    return done ? "due" : std::string{done.error().code.text()};
  }
};

// The envelope with a text in place of another, e.g. of another kid.
Envelope replaced(Envelope envelope, std::string_view from, std::string_view to) {
  const std::size_t at = envelope.text.find(from);
  EXPECT_NE(at, std::string::npos);
  envelope.text.replace(at, from.size(), to);
  return envelope;
}

TEST(Sm2, VerifiesTheExampleOfTheStandardAndTheVectors) {
  int valid = 0, refused = 0;
  for (const Value& row : fixture::list(given(), "signatures")) {
    const bool good = fixture::at(row, "valid") == Value{true};
    EXPECT_EQ(verify_sm2(fixture::unhex(text(row, "public")),
                         fixture::unbase64(text(row, "message_base64")),
                         fixture::unhex(text(row, "signature"))),
              good)
        << text(row, "name");
    ++(good ? valid : refused);
  }
  EXPECT_EQ(valid, 3);
  EXPECT_EQ(refused, 7);
}

TEST(Sm2, AKeyComesBackFromItsFile) {
  const Sm2Key made = Sm2Key::make();
  const auto read = Sm2Key::read(made.pem());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->public_key(), made.public_key());
  EXPECT_TRUE(verify_sm2(made.public_key(), "text", read->sign("text")));
  EXPECT_EQ(key("sichuan/log-sm2/1").public_key(), public_key("sichuan/log-sm2/1"));
  EXPECT_FALSE(Sm2Key::read(""));
  EXPECT_FALSE(Sm2Key::read(made.pem().substr(0, 100)));
  EXPECT_FALSE(Sm2Key::read(text(given(), "pem_of_another_curve")));
}

RC_GTEST_PROP(Sm2, NoChangedByteVerifies, (const std::string& message)) {
  static const Sm2Key made = Sm2Key::make();
  static const std::string point = made.public_key();
  const std::string signature = made.sign(message);
  RC_ASSERT(signature.size() == kSm2SignatureSize);
  RC_ASSERT(verify_sm2(point, message, signature));
  const auto changed = [](std::string bytes) {
    char& byte = bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())];
    byte = static_cast<char>(byte ^ *rc::gen::inRange(1, 256));
    return bytes;
  };
  RC_ASSERT(!verify_sm2(point, message, changed(signature)));
  RC_ASSERT(!verify_sm2(changed(point), message, signature));
  RC_ASSERT(!verify_sm2(point, changed(message + 'x'), signature));
}

TEST(SecondSignature, IsReadFromTheVectors) {
  const Circle circle;
  const std::string envelope = text(given(), "envelope");
  const auto opened = open_envelope(envelope, circle.keys, "sichuan");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->second->kid, "sichuan/envelope-sm2/1");
  // The id is that of the same message signed once: it does not depend on the second signature.
  EXPECT_EQ(opened->message_id, circle.once().message_id);
  EXPECT_EQ(message_id_of(envelope), opened->message_id);
  EXPECT_EQ(opened->message_id, text(given(), "message_id"));
  const std::string zip = fixture::read_vector_file("sm2-bundle.zip");
  EXPECT_EQ(text(given(), "agreement_id"), circle.agreement.id);
  const auto proven = verify_bundle(zip, circle.agreement.id);
  ASSERT_TRUE(proven) << proven.error().code;
  EXPECT_EQ(report_line(proven->front()), text(given(), "report"));
}

TEST(SecondSignature, OfAMessageIsRequiredFromItsDayOn) {
  const Circle circle;
  EXPECT_EQ(circle.admitted(circle.twice()), "due");
  EXPECT_EQ(circle.admitted(circle.once()), "second-missing");
  EXPECT_EQ(circle.admitted(circle.once(kNow - 1)), "due");
  const Circle later{SecondPolicy{{"envelopes", kNow + 1}}};
  EXPECT_EQ(later.admitted(later.once()), "due");
  EXPECT_EQ(later.admitted(later.twice()), "due");
}

TEST(SecondSignature, OfAMessageIsRefusedIfWrongThoughNobodyRequiresIt) {
  for (const Circle& circle : {Circle{}, Circle{std::nullopt}}) {
    const Envelope good = circle.twice();
    EXPECT_EQ(circle.admitted(good), "due");
    const auto value = *parse_json(good.text);
    const Value::List& both = *value.find("signatures")->as_list();
    const std::string first = both[0].text_at("signature"), second = both[1].text_at("signature");
    // Of another message, of another key, none at all, the first one twice.
    EXPECT_EQ(circle.admitted(replaced(
                  good, second, base64url(key("sichuan/envelope-sm2/1").sign("another message")))),
              "signature");
    EXPECT_EQ(circle.admitted(replaced(good, second,
                                       base64url(key("sichuan/log-sm2/1")
                                                     .sign(both[1].text_at("protected") + '.' +
                                                           value.text_at("payload"))))),
              "signature");
    EXPECT_EQ(circle.admitted(replaced(good, second, "")), "signature");
    EXPECT_EQ(circle.admitted(replaced(good, second, first)), "signature");
    EXPECT_EQ(
        circle.admitted(replaced(good, both[1].text_at("protected"), both[0].text_at("protected"))),
        "header");
    EXPECT_EQ(
        circle.admitted(replaced(good, both[0].text_at("protected"), both[1].text_at("protected"))),
        "header");
    // A key of a log, and one of another party.
    EXPECT_EQ(circle.admitted(circle.twice("sichuan/log-sm2/1")), "key");
    EXPECT_EQ(circle.admitted(circle.twice("chongqing/envelope-sm2/1")), "key");
  }
}

TEST(SecondSignature, OfAMessageHasOneForm) {
  const Circle circle;
  const Envelope good = circle.twice();
  const auto value = *parse_json(good.text);
  const Value::List both = *value.find("signatures")->as_list();
  const auto with = [&](Value::List signatures) {
    Envelope made = good;
    made.text = canonical_json(Value::Record{{"payload", value.text_at("payload")},
                                             {"signatures", std::move(signatures)}});
    return circle.admitted(made);
  };
  EXPECT_EQ(with(both), "due");
  EXPECT_EQ(with({both[0]}), "malformed");
  EXPECT_EQ(with({}), "malformed");
  EXPECT_EQ(with({both[0], both[1], both[1]}), "malformed");
  EXPECT_EQ(with({both[1], both[0]}), "header");
  EXPECT_EQ(circle.admitted(replaced(good, R"("payload")", R"("signature":"","payload")")),
            "malformed");
}

TEST(SecondSignature, CountsWhileItsKeyDoes) {
  Circle circle;
  const Envelope good = circle.twice();
  KeyRecord& second = circle.keys.at("sichuan/envelope-sm2/1");
  second.revoked = kNow;
  EXPECT_EQ(circle.admitted(good), "key-revoked");
  second.revoked = 0;
  second.to = kNow;
  EXPECT_EQ(circle.admitted(good), "key-window");
  circle.keys.erase("sichuan/envelope-sm2/1");
  EXPECT_EQ(circle.admitted(good), "key");
}

TEST(SecondSignature, OfAReceiptIsRequiredAndCheckedInABundle) {
  const Circle circle;
  const Envelope twice = circle.twice();
  const std::string good = circle.receipt(twice, true), bare = circle.receipt(twice, false);
  EXPECT_NE(circle.verdict(twice, good).find("and sichuan/envelope-sm2/1"), std::string::npos);
  EXPECT_NE(circle.verdict(twice, good).find("signed by SM2 as well"), std::string::npos);
  EXPECT_EQ(circle.verdict(twice, bare), "second-missing");
  EXPECT_EQ(circle.verdict(circle.once(), circle.receipt(circle.once(), true)), "second-missing");
  // A line of the known key over other text, and one of a key nobody knows.
  const std::string wrong =
      bare + second_line("other text\n", kChongqingLog, key("chongqing/log-sm2/1"));
  EXPECT_EQ(circle.verdict(twice, wrong), "note-signature");
  const std::string body = bare.substr(bare.find("\n\n") + 2);
  const std::string unknown =
      bare + second_line(body.substr(0, body.find("\n\n") + 1), kChongqingLog, Sm2Key::make());
  EXPECT_EQ(circle.verdict(twice, unknown), "second-missing");
  // Nobody requires it: a bare one counts, a wrong one does not.
  const Circle free{std::nullopt};
  const Envelope once = free.once();
  EXPECT_NE(free.verdict(once, free.receipt(once, false)).find("tree size 1; cosigned by -"),
            std::string::npos);
  EXPECT_EQ(free.verdict(once, free.receipt(once, false) +
                                   second_line("x\n", kChongqingLog, key("chongqing/log-sm2/1"))),
            "note-signature");
}

TEST(SecondSignature, AloneIsNoSignatureOfALog) {
  const Circle circle;
  const std::vector<std::string> keys{fixture::key("chongqing/log/1").public_key,
                                      public_key("chongqing/log-sm2/1")};
  const std::string body =
      std::string{kChongqingLog} + "\n0\n" + base64(as_bytes(empty_root())) + '\n';
  const std::string line = second_line(body, kChongqingLog, key("chongqing/log-sm2/1"));
  const auto alone = open_checkpoint(body + '\n' + line, kChongqingLog, keys);
  ASSERT_FALSE(alone);
  EXPECT_EQ(alone.error().code.text(), "note-unsigned");
  const std::string note =
      sign_checkpoint(kChongqingLog, 0, empty_root(), fixture::key("chongqing/log/1").secret_key);
  EXPECT_TRUE(open_checkpoint(note + line, kChongqingLog, keys)->second);
  EXPECT_FALSE(open_checkpoint(note, kChongqingLog, keys)->second);
}

TEST(SecondSignature, HasAVerifierKey) {
  const std::string point = public_key("chongqing/log-sm2/1");
  const std::string written = second_verifier_key(kChongqingLog, point);
  const auto read = read_verifier_key(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, kChongqingLog);
  EXPECT_EQ(read->public_key, point);
  for (std::size_t i = 0; i < written.size(); ++i) {
    std::string changed = written;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(read_verifier_key(changed)) << changed;
  }
  EXPECT_FALSE(read_verifier_key(second_verifier_key(kChongqingLog, point.substr(1))));
  EXPECT_FALSE(read_verifier_key(verifier_key(kChongqingLog, 1, point)));
}

TEST(SecondSignature, OfACheckpointIsRequiredOfWhoeverWantsItCosigned) {
  fixture::Log log{kChongqingLog, "chongqing/log/1"};
  log.commit(kNow * 1000, {{.kind = "genesis"}});
  const std::string note = decode_commit(log.commits.back())->checkpoint;
  const std::string line =
      second_line(note.substr(0, note.find("\n\n") + 1), kChongqingLog, key("chongqing/log-sm2/1"));
  const auto status = [&](const std::string& asked, bool required) {
    const WitnessedLog known{
        .keys = {fixture::key("chongqing/log/1").public_key, public_key("chongqing/log-sm2/1")},
        .second = required};
    return check_add_checkpoint(add_checkpoint_request(0, {}, asked),
                                [&](std::string_view) { return &known; })
        .status;
  };
  EXPECT_EQ(status(note + line, true), 200);
  EXPECT_EQ(status(note, true), 403);
  EXPECT_EQ(status(note, false), 200);
}

TEST(SecondSignature, IsLookedForInAWholeJournal) {
  const Circle circle;
  const auto checked = [&](bool second, std::int64_t time) {
    fixture::Log log{kChongqingLog, "chongqing/log/1"};
    log.commit((kNow - kDay) * 1000,
               {{.kind = "genesis"}, {.kind = "agreement", .evidence = circle.editions.front()}});
    log.commit((kNow - kDay) * 1000,
               {{.kind = "keys", .evidence = circle.key_lists.at("chongqing")}});
    if (second) log.second = key("chongqing/log-sm2/1");
    log.commit(time * 1000, {{.kind = "local"}});
    JournalCheck check{
        std::string{kChongqingLog}, {fixture::key("chongqing/log/1").public_key}, {}};
    std::string code = "sound";
    for (const std::string& commit : log.commits) {
      const auto done = check.next(commit);
      if (!done) code = done.error().code.text();
    }
    return code;
  };
  EXPECT_EQ(checked(true, kNow), "sound");
  EXPECT_EQ(checked(false, kNow), "second-missing");
  EXPECT_EQ(checked(false, kNow - 1), "sound");
}

TEST(SecondSignature, OfAnEditionSaysWhatAndFromWhen) {
  const Circle circle;
  EXPECT_EQ(circle.agreement.second_from("envelopes"), kNow);
  EXPECT_EQ(circle.agreement.second_from("receipts"), kNow);
  EXPECT_FALSE(Circle{std::nullopt}.agreement.second);
  const Circle offered{SecondPolicy{}};  // nothing is required, what can be signed is
  ASSERT_TRUE(offered.agreement.second);
  EXPECT_FALSE(offered.agreement.second_from("envelopes"));
  Agreement edition = circle.agreement;
  const auto read = [&](std::string_view from, std::string_view to) {
    std::string payload = agreement_payload(edition);
    if (!from.empty()) payload.replace(payload.find(from), from.size(), to);
    const auto done = read_agreement(signed_record(payload, kAgreementType, {}));
    return done ? std::string{"read"} : std::string{done.error().code.text()};
  };
  EXPECT_EQ(read("", ""), "read");
  EXPECT_EQ(read("SM2-SM3", "SM2-SHA"), "record-form");
  EXPECT_EQ(read("1234567812345678", "1234567812345679"), "record-form");
  EXPECT_EQ(read("\"receipts\"", "\"recaipts\""), "record-form");
  EXPECT_EQ(read(R"("distid")", R"("more":1,"distid")"), "record-form");
  edition.second->at("receipts") = -1;
  EXPECT_EQ(read("", ""), "record-form");
}

TEST(SecondSignature, IsNotRequiredOfWhatWasSignedBefore) {
  const Circle circle;
  const auto adopted = [](const std::vector<std::string>& before, Agreement edition) {
    std::vector<Signer> roots;
    for (const PartyRecord& party : edition.parties)
      roots.push_back({party.root_kid, fixture::key(party.root_kid).secret_key});
    std::vector<std::string> all = before;
    all.push_back(signed_record(agreement_payload(edition), kAgreementType, roots));
    const auto done = open_agreements(all, "");
    return done ? std::string{"adopted"} : std::string{done.error().code.text()};
  };
  Agreement first = circle.agreement;
  EXPECT_EQ(adopted({}, first), "adopted");
  first.second->at("envelopes") = first.effective - 1;
  EXPECT_EQ(adopted({}, first), "agreement-chain");
  // What the edition before requires stays so, though that day is over.
  Agreement next = circle.agreement;
  next.edition = 2;
  next.previous = next.digest;
  next.effective = kNow + kDay;
  EXPECT_EQ(adopted(circle.editions, next), "adopted");
  next.second->at("envelopes") = kNow + 1;
  EXPECT_EQ(adopted(circle.editions, next), "agreement-chain");
  next.second->at("envelopes") = kNow + 2 * kDay;
  EXPECT_EQ(adopted(circle.editions, next), "adopted");
}

}  // namespace
}  // namespace bashu::evidence
