#include "liar.h"

#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "core/core.h"
#include "core/told/step.h"
#include "evidence/checkpoint.h"
#include "evidence/voucher.h"
#include "node/vault.h"

namespace bashu::hostile {

namespace {

constexpr std::size_t kRemembered = 64;  // envelopes, for replays

std::string channel_to(const std::string& from, const std::string& to) {
  return from + "." + to + ".main";
}

}  // namespace

const std::vector<Liar::Kind>& Liar::kinds() {
  static const std::vector<Kind> kKinds{
      {"a genuine message", &Liar::pass_on},
      {"a genuine message", &Liar::pass_on},
      {"a genuine message, altered", &Liar::pass_on_altered},
      {"a genuine message, altered", &Liar::pass_on_altered},
      {"a case of its own", &Liar::open_case},
      {"a case under another's number", &Liar::another_number},
      {"a false record", &Liar::false_record},
      {"a claim on another's record", &Liar::claim},
      {"a dispute", &Liar::dispute},
      {"a signature under a dispute", &Liar::settle},
      {"what it looked up", &Liar::show},
      {"a signature under a record", &Liar::settle_record},
      {"a pack nobody knows", &Liar::unknown_pack},
      {"a request", &Liar::ask_or_signal},
      {"an order to erase", &Liar::order_erasure},
      {"false figures", &Liar::false_figures},
      {"a case of three", &Liar::open_trip},
      {"a step that waits", &Liar::park},
      {"a step that waits", &Liar::park},
      {"keys and documents without need", &Liar::baggage},
      {"a ping", &Liar::ping},
      {"a replay", &Liar::replay},
      {"a message behind a gap", &Liar::gap},
      {"a number used twice", &Liar::number_twice},
      {"a damaged envelope", &Liar::damaged},
      {"bytes without meaning", &Liar::garbage},
      {"a huge message", &Liar::huge},
      {"a false head of an envelope", &Liar::wrong_head},
      {"an odd call", &Liar::odd_call},
  };
  return kKinds;
}

Liar::Liar(const Time& time, std::uint64_t seed, House& own, House& twin,
           std::vector<House*> victims, std::string pack)
    : time_{time},
      random_{seed},
      own_{own},
      twin_{twin},
      victims_{std::move(victims)},
      pack_{std::move(pack)},
      keys_{sim::keys_of(own.party(), "envelope")},
      agreement_{own.kernel().directory()->agreement.id} {}

void Liar::speak_truly() {
  for (House* to : victims_) {
    while (auto said = genuine(*to)) post(*to, sign(*said));
  }
}

void Liar::act(std::int64_t calls) {
  truthful_ = false;
  if (random_.permille(2)) two_faced_ = true;
  for (House* to : victims_) {
    for (std::int64_t i = 0; i < calls; ++i) {
      // A seed has a taste: floods of one kind come as well as a bit of everything.
      const Kind& kind = kinds()[static_cast<std::size_t>(
          random_.permille(300) ? (named_ / 40) % static_cast<std::int64_t>(kinds().size())
                                : random_.below(static_cast<std::int64_t>(kinds().size())))];
      ++named_;
      ++counts_[kind.name];
      (this->*kind.lie)(*to);
    }
  }
}

void Liar::work() {
  for (House* house : {&own_, &twin_}) {
    while (house->waiting() > 0) house->work(64);
  }
}

// Answers of its own node, unless it lies about that too.
void Liar::answer(House& from, const exchange::PeerCall& call) {
  const auto reply = [this, &from, id = call.id](int status, std::string body) {
    from.answer(own_.party(), id,
                {.status = status, .body = std::move(body), .retry_after_s = 0, .error = {}});
  };
  if (claims_more_ && claims_more(from, call, reply)) return;
  if (!truthful_ && random_.permille(20)) {
    ++counts_["a wrong answer"];
    switch (random_.below(5)) {
      case 0:
        return reply(0, "");
      case 1:
        return reply(200, random_.bytes(200));
      case 2:
        return reply(200, canonical_json(anything()));
      case 3:
        return reply(200, evidence::sign_checkpoint(sim::origin_of(own_.party()),
                                                    1'000 + static_cast<std::uint64_t>(named_),
                                                    sha256(random_.bytes(8)),
                                                    sim::keys_of(own_.party(), "log").signing_key));
      default:
        return reply(static_cast<int>(random_.between(200, 599)), "{\"code\":\"gap\",\"next\":-5}");
    }
  }
  http::Request request{.method = call.method,
                        .target = std::string{exchange::kPrefix} + call.target};
  request.body = call.body;
  request.length_given = true;
  if (!call.content_type.empty()) request.headers = {{"Content-Type", call.content_type}};
  House& shown = two_faced_ ? twin_ : own_;
  House& hidden = two_faced_ ? own_ : twin_;
  hidden.handle(from.party(), request, [](const http::Response&) {});
  shown.handle(from.party(), std::move(request),
               [reply](const http::Response& response) { reply(response.status, response.body); });
}

// --- what it claims to hold of the caller's

// More messages, more key lists, a longer log than the caller has.
bool Liar::claims_more(House& from, const exchange::PeerCall& call, const Reply& reply) {
  const std::string& victim = from.party();
  const std::string channel = "/channels/" + channel_to(victim, own_.party());
  const auto asked = [&](const char* what) {
    ++counts_[what];
    shows_falsely(from, reply);
    return true;
  };
  if (call.target.starts_with(channel + "/messages/")) return asked(kAskedForMessage);
  if (call.target.starts_with("/keys/" + victim + "/")) return asked(kAskedForKeyList);
  if (call.target == "/witness/checkpoint") return asked(kAskedForCheckpoint);
  if (!random_.permille(300)) return false;
  const auto more = static_cast<std::uint64_t>(random_.between(1, 1'000'000));
  if (call.target == "/seen") {
    reply(200, evidence::sign_checkpoint(sim::origin_of(victim), more, sha256("more"),
                                         sim::keys_of(own_.party(), "log").signing_key));
  } else if (call.target == channel) {
    const std::int64_t last = from.state().outbox(own_.party()).last;
    reply(200, canonical_json(Value::Record{{"next", last + 1 + static_cast<std::int64_t>(more)},
                                            {"keys_edition", random_.between(1, 3)},
                                            {"token", true}}));
  } else if (call.target == "/witness/add-checkpoint") {
    reply(409, std::to_string(from.kernel().durable() + more) + "\n");
  } else {
    return false;
  }
  ++counts_["a claim of more"];
  return true;
}

void Liar::shows_falsely(House& from, const Reply& reply) {
  const auto& records = own_.state().circle().records;
  const std::int64_t last = from.state().outbox(own_.party()).last;
  switch (random_.below(8)) {
    case 0:
      return reply(404, R"({"code":"not-found"})");
    case 1:
      return reply(200, random_.bytes(200));
    case 2:  // what it signed itself, in the other's name
      return reply(200, sign({.from = from.party(),
                              .to = own_.party(),
                              .channel = channel_to(from.party(), own_.party()),
                              .seq = last + random_.between(1, 9),
                              .agreement = agreement_,
                              .kind = "bashu.ping"}));
    case 3:
      return reply(
          200, evidence::sign_checkpoint(sim::origin_of(from.party()), 10'000'000, sha256("more"),
                                         sim::keys_of(own_.party(), "log").signing_key));
    case 4:  // what the other did sign, and has
      return reply(200, from.kernel()
                            .archive()
                            .message(journal::Trace::sent, own_.party(), 1)
                            .value_or(std::string{}));
    case 5:
      return reply(200, from.kernel().archive().checkpoint());
    case 6:
      return reply(200, records.at("keys/" + from.party() + "/1"));
    default:
      return reply(200, records.at("keys/" + own_.party() + "/1"));
  }
}

// --- what is true, and what becomes of it

std::optional<evidence::Payload> Liar::genuine(const House& to) {
  std::int64_t& passed = passed_[to.party()];
  if (passed >= own_.state().outbox(to.party()).last) return std::nullopt;
  const auto text = own_.kernel().archive().message(journal::Trace::sent, to.party(), ++passed);
  if (!text) return std::nullopt;
  auto opened = evidence::open_envelope(*text, own_.kernel().directory()->keys, own_.party());
  if (!opened) return std::nullopt;
  evidence::Payload payload = std::move(opened->payload);
  payload.seq = next(to);
  return payload;
}

void Liar::pass_on(House& to) {
  if (auto said = genuine(to)) post(to, sign(*said));
}

void Liar::pass_on_altered(House& to) {
  auto said = genuine(to);
  if (!said) return open_case(to);
  for (std::int64_t n = random_.between(1, 3); n > 0; --n) alter(said->body);
  post(to, sign(*said));
  if (random_.permille(300)) --passed_[to.party()];  // and the true one after it
}

void Liar::open_case(House& to) {
  const std::string code = "x-" + std::to_string(++named_);
  for (House* house : {&own_, &twin_}) {
    const bool lends = random_.permille(700);
    const auto done = house->run(
        {.command =
             core::StartCase{
                 .by = {.principal = "key:liar", .roles = {"clerk", "registrar"}},
                 .pack = pack_,
                 .service = "loan",
                 .role = "clerk",
                 .parties = {{lends ? "lender" : "borrower", core::PartyId{own_.party()}},
                             {lends ? "borrower" : "lender", core::PartyId{to.party()}}},
                 .parent = {},
                 .id = {},
                 .with = Value::Record{{"code", code}, {"who", "nobody"}, {"wanted", 60}}},
         .evidence = "{}"});
    const auto* opened = std::get_if<node::Done>(&done);
    if (!opened || random_.permille(400)) continue;
    static_cast<void>(house->run(
        {.command = core::FireEvent{.by = {.principal = "key:liar", .roles = {"clerk"}},
                                    .id = core::CaseId{opened->decision.answer.text_at("case")},
                                    .event = random_.permille(700) ? "grant" : "drop",
                                    .role = "clerk",
                                    .version = {},
                                    .with = Value{Value::Record{}}},
         .evidence = "{}"}));
  }
  pass_on(to);
}

void Liar::another_number(House& to) {
  auto said = genuine(to);
  if (!said || said->kind != "case.event") return open_case(to);
  const std::string id = any_case();
  said->body.as_record()->insert_or_assign("case", id);
  said->stream = random_.permille(700) ? id : any_case();
  post(to, sign(*said));
}

// --- lies by kind

void Liar::say(House& to, const std::string& kind, const std::string& stream, Value body) {
  post(to, sign(payload(to, next(to), kind, stream, std::move(body))));
}

void Liar::false_record(House& to) {
  Value::List items;
  for (std::int64_t n = random_.permille(100) ? 250 : random_.between(1, 3); n > 0; --n) {
    const std::string key = random_.permille(300) ? any_road() : "x-" + std::to_string(++named_);
    Value item = Value::Record{
        {"register", "road"},
        {"key", random_.permille(800) ? key : any_road()},
        {"keeper", any_party()},
        {"side", any_party()},
        {"fields", Value::Record{{"code", key}, {"named", "false"}, {"opened", any_day()}}},
        {"on", any_day()},
        {"sides", Value::List{Value{any_party()}}}};
    if (random_.permille(200)) alter(item);
    items.push_back(std::move(item));
  }
  say(to, "register.shared", "", Value::Record{{"items", std::move(items)}});
}

void Liar::claim(House& to) {
  const std::string key = any_road();
  say(to, "register.shared", "",
      Value::Record{{"items", Value::List{Value{Value::Record{
                                  {"register", "road"},
                                  {"key", key},
                                  {"keeper", own_.party()},
                                  {"side", own_.party()},
                                  {"fields", Value::Record{{"code", key}, {"named", "mine"}}},
                                  {"on", time_.day.text()},
                                  {"sides", Value::List{}}}}}}});
}

void Liar::dispute(House& to) {
  const std::string id = any_case();
  const char* found =
      random_.pick(std::vector<const char*>{"holds", "version", "set", "date", "claims"});
  Value body = Value::Record{{"case", id}, {"reason", found}, {"content", any_step()}};
  Value::Record& members = *body.as_record();
  // As if it had been verified; and two steps that cannot both be, but of its own.
  if (random_.permille(300)) {
    members["$shown"] = Value::List{
        Value{Value::Record{{"from", to.party()}, {"body", Value::Record{{"case", id}}}}}};
  }
  if (random_.permille(400)) {
    Value::List envelopes;
    for (std::int64_t n = random_.between(1, 3); n > 0; --n) {
      Value step = Value::Record{{"case", id}, {"version", 1}, {"n", n}};
      if (n == 2) members["content"] = core::told::step_digest(step);
      envelopes.emplace_back(sign(payload(to, n, "case.event", id, std::move(step))));
    }
    members["shows"] = std::move(envelopes);
  }
  say(to, "case.dispute", random_.permille(800) ? id : any_case(), std::move(body));
}

// A step, also one that is in no dispute; or what only reads like an answer to what was asked.
void Liar::settle(House& to) {
  const std::string id = any_case();
  const char* mark = random_.pick(std::vector<const char*>{"", "", "compared:agrees:", "shown:"});
  Value body = Value::Record{{"case", id}, {"content", mark + any_step()}, {"note", "agreed"}};
  Value::Record& members = *body.as_record();
  if (random_.permille(100)) members["note"] = std::string(5'000, 'n');
  if (random_.permille(100)) members["shown"] = "[]";
  say(to, "case.settle", random_.permille(500) ? "" : id, vouched(to, std::move(body)));
}

// What nobody asked it for, or what it did not look up then.
void Liar::show(House& to) {
  const std::string id = any_case();
  const Value road = Value::Record{{"code", any_road()}, {"named", "mine"}, {"opened", any_day()}};
  Value shown =
      Value::List{Value{hex(random_.bytes(16))},
                  Value{Value::List{Value{Value::List{Value{"road"}, Value{any_road()}, road}}}}};
  if (random_.permille(300)) alter(shown);
  say(to, "case.shown", "",
      Value::Record{{"case", id}, {"content", any_step()}, {"shown", canonical_json(shown)}});
}

// As a node without an officer would try it: none, or one that it made itself, or one that somebody
// gave for something else.
Value Liar::vouched(const House& to, Value body) {
  const std::int64_t now = (sim::kEpochMs + time_.ms) / 1'000;
  evidence::Voucher voucher{.party = own_.party(),
                            .officer = kLiarsOfficer,
                            .roles = {"clerk"},
                            .divisions = {},
                            .how = "password",
                            .session = {},
                            .at = now,
                            .case_id = body.text_at("case"),
                            .after = 0,
                            .act = evidence::act_digest(*evidence::act_of("case.settle", body))};
  std::string kid = sim::kid_of(own_.party(), "command");
  std::string secret = sim::keys_of(own_.party(), "command").signing_key;
  const std::int64_t lie = random_.below(16);
  if (lie == 0) {
    kid = sim::kid_of(own_.party(), "envelope");
    secret = keys_.signing_key;
  }
  if (lie == 1) kid = sim::kid_of(to.party(), "command");
  if (lie == 2) secret = keys_.signing_key;
  if (lie == 3) voucher.act = hex(sha256(random_.bytes(8)));
  if (lie == 4) voucher.at = now + random_.between(86'400, 864'000'000);
  if (lie == 5) voucher.at = random_.between(0, now / 2);
  if (lie == 6) voucher.party = to.party();
  of_nobody_ = lie <= 7;
  if (lie < 7) voucher.officer = "user:nobody";
  if (lie == 7) return body;
  Value& brought = (*body.as_record())[std::string{evidence::kVoucher}];
  brought = evidence::sign_voucher(voucher, kid, secret);
  if (lie == 6 && random_.permille(500)) alter(brought);
  return body;
}

void Liar::settle_record(House& to) {
  const std::string key = any_road();
  say(to, "register.settle", "",
      Value::Record{{"register", "road"},
                    {"key", key},
                    {"keeper", any_party()},
                    {"yields", any_party()},
                    {"round", random_.between(-1, 120)},
                    {"content", any_step()},
                    {"fields", Value::Record{{"code", key}}},
                    {"note", "mine"}});
}

void Liar::unknown_pack(House& to) {
  const std::string digest = hex(sha256(random_.bytes(8)));
  if (random_.permille(500)) {
    return say(to, "pack.adopt", "",
               Value::Record{{"digest", "sha256:" + digest},
                             {"name", random_.permille(500) ? "loans" : "nothing"},
                             {"version", random_.between(0, 9)},
                             {"from", any_day()}});
  }
  evidence::Payload made = payload(to, next(to), "case.event", any_case(), anything(4));
  made.pack = digest;
  post(to, sign(made));
}

void Liar::ask_or_signal(House& to) {
  const std::string id = any_case();
  Value body = Value::Record{{"case", id},
                             {"event", random_.permille(500) ? "note" : "grant"},
                             {"input", Value::Record{{"note", "by a stranger"}}}};
  if (random_.permille(600)) {
    body.as_record()->insert_or_assign("party", random_.permille(500) ? "borrower" : "lender");
    body.as_record()->insert_or_assign("role", random_.permille(500) ? "clerk" : "guest");
    return say(to, "case.ask", id, std::move(body));
  }
  say(to, "case.signal", id, std::move(body));
}

void Liar::order_erasure(House& to) {
  Value::List keys;
  for (std::int64_t n = random_.between(0, 20); n > 0; --n) {
    keys.emplace_back(any_party() + "-k" + hex(random_.bytes(8)));
  }
  Value::List cases{Value{any_case()}, Value{any_case()}};
  if (random_.permille(500)) {
    return say(to, "bashu.erase", "",
               Value::Record{{"number", random_.between(-1, 50)},
                             {"subject", "somebody"},
                             {"reason", "law"},
                             {"cases", std::move(cases)},
                             {"records", Value::List{Value{"loans/road/" + any_road()}}},
                             {"keys", std::move(keys)},
                             {"deadline", any_day()}});
  }
  say(to, "bashu.erased", "",
      Value::Record{{"number", random_.between(0, 50)},
                    {"on", any_day()},
                    {"kept", std::move(keys)},
                    {"reason", "hold"}});
}

void Liar::false_figures(House& to) {
  Value::List items;
  for (std::int64_t n = random_.between(1, 5); n > 0; --n) {
    Value item = Value::Record{{"figure", "loans"},
                               {"definition", any_step()},
                               {"as_of", any_day()},
                               {"value", random_.between(-9, 9)},
                               {"rows", random_.between(0, 9)},
                               {"failed", 0}};
    if (random_.permille(500)) alter(item);
    items.push_back(std::move(item));
  }
  say(to, "figure.value", "",
      Value::Record{{"position", random_.between(-1, 1'000'000)},
                    {"sent", random_.below(1'000)},
                    {"taken", random_.below(1'000)},
                    {"items", std::move(items)}});
}

// A case of its own that all three are in, or a step of one that closes the gap before others.
void Liar::open_trip(House& to) {
  std::vector<core::CaseId> known;
  own_.state().each_case([&](const core::Case& c) {
    if (c.service == "trip" && c.state == "one") known.push_back(c.id);
  });
  core::Command command = core::StartCase{.by = {.principal = "key:liar", .roles = {"clerk"}},
                                          .pack = pack_,
                                          .service = "trip",
                                          .role = "clerk",
                                          .parties = {{"first", core::PartyId{own_.party()}},
                                                      {"second", core::PartyId{"chongqing"}},
                                                      {"third", core::PartyId{"sichuan"}}},
                                          .parent = {},
                                          .id = {},
                                          .with = Value::Record{{"said", "mine"}}};
  if (!known.empty() && random_.permille(700)) {
    command = core::FireEvent{.by = {.principal = "key:liar", .roles = {"clerk"}},
                              .id = random_.pick(known),
                              .event = "stay",
                              .role = "clerk",
                              .version = {},
                              .with = Value::Record{{"said", "more"}}};
  }
  static_cast<void>(own_.run({.command = std::move(command), .evidence = "{}"}));
  for (std::int64_t n = random_.between(1, 6); n > 0; --n) pass_on(to);
}

// Ahead of what the victim knows: small or large, over another that waits there, and never true.
void Liar::park(House& to) {
  std::vector<const core::Case*> known;
  to.state().each_case([&](const core::Case& c) {
    if (c.service == "trip" && !c.dispute) known.push_back(&c);
  });
  if (known.empty()) return open_trip(to);
  const core::Case& c = *random_.pick(known);
  const std::string note = random_.permille(300)
                               ? std::string(static_cast<std::size_t>(random_.below(30'000)), 'p')
                               : std::to_string(random_.below(1'000));
  Value body =
      Value::Record{{"case", c.id},
                    {"version", c.version + random_.between(1, random_.permille(900) ? 4 : 90)},
                    {"previous", any_step()},
                    {"service", "trip"},
                    {"event", "stay"},
                    {"role", "clerk"},
                    {"from", random_.permille(900) ? "one" : "two"},
                    {"branch", 0},
                    {"on", time_.day.text()},
                    {"input", Value::Record{{"said", note}}},
                    {"set", Value::Record{}},
                    {"effects", Value::List{}},
                    {"clocks", Value::Record{}},
                    {"calendar", 0}};
  if (random_.permille(50)) alter(body);
  say(to, "case.event", c.id, std::move(body));
}

void Liar::baggage(House& to) {
  Value::Record boxes;
  Value::List named, documents;
  const bool refused = random_.permille(500);  // asks about no case
  const std::string seal = sim::keys_of(to.party(), "seal").public_key;
  for (std::int64_t n = random_.between(1, 12); n > 0; --n) {
    const std::string id = any_party() + "-k" + hex(random_.bytes(8));
    boxes.emplace(id, base64url(node::seal_to(seal, random_.bytes(random_.permille(800) ? 32 : 5),
                                              random_.bytes(32))));
    if (random_.permille(500)) {
      named.emplace_back(Value::Record{{"$sealed", "1"}, {"dek", id}});
    }
    const std::string document = hex(random_.bytes(32));
    documents.emplace_back(
        Value::Record{{"sha256", document}, {"media", "application/pdf"}, {"size", 7}});
    useless_.insert({id, document});
  }
  Value body = Value::Record{
      {"$keys", std::move(boxes)}, {"values", std::move(named)}, {"files", std::move(documents)}};
  say(to, refused ? "case.ask" : "bashu.ping", "", std::move(body));
}

void Liar::ping(House& to) { say(to, "bashu.ping", "", Value{Value::Record{}}); }

// --- numbers and bytes

void Liar::replay(House& to) {
  // Also what was said to the other.
  const auto& from = said_[random_.pick(victims_)->party()];
  if (from.empty()) return ping(to);
  // A copy: what is said is remembered in the same list.
  const std::string again =
      from[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(from.size())))];
  post(to, again);
}

void Liar::gap(House& to) {
  const std::int64_t seq = random_.permille(300) ? random_.between(-3, 1'000'000'000'000)
                                                 : next(to) + random_.between(1, 70);
  post(to, sign(payload(to, seq, "bashu.ping", "", anything())));
}

void Liar::number_twice(House& to) {
  const std::int64_t seq = std::max<std::int64_t>(1, next(to) - random_.between(0, 3));
  for (int i = 0; i < 2; ++i) {
    post(to, sign(payload(to, seq, "bashu.ping", "", Value::Record{{"copy", ++named_}})));
  }
}

void Liar::damaged(House& to) {
  std::string text = sign(payload(to, next(to), "bashu.ping", "", anything()));
  for (std::int64_t n = random_.between(1, 4); n > 0 && !text.empty(); --n) {
    const auto at = static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(text.size())));
    switch (random_.below(4)) {
      case 0:
        text[at] = static_cast<char>(random_.below(256));
        break;
      case 1:
        text.erase(at, 1);
        break;
      case 2:
        text.insert(at, random_.bytes(3));
        break;
      default:
        text.resize(at + 1);
    }
  }
  post(to, text);
}

void Liar::garbage(House& to) {
  post(to, random_.permille(500) ? random_.bytes(static_cast<std::size_t>(random_.between(0, 400)))
                                 : canonical_json(anything(4)));
}

void Liar::huge(House& to) {
  if (!random_.permille(100)) return ping(to);
  switch (random_.below(3)) {
    case 0:
      return post(to, std::string(2U << 20U, 'x'));
    case 1: {
      std::string deep;
      for (int i = 0; i < 2'000; ++i) deep += "[";
      return post(to, deep);
    }
    default:
      return say(to, "case.event", any_case(),
                 Value::Record{{"case", any_case()}, {"input", std::string(200'000, 'y')}});
  }
}

void Liar::wrong_head(House& to) {
  evidence::Payload made = payload(to, next(to), "bashu.ping", "", anything());
  switch (random_.below(7)) {
    case 0:
      made.to = any_party();
      break;
    case 1:
      made.from = any_party();
      break;
    case 2:
      made.channel = channel_to(any_party(), any_party());
      break;
    case 3:
      made.issued += random_.between(-1'000'000'000, 1'000'000'000);
      break;
    case 4:
      made.expiry = made.issued - 1;
      break;
    case 5:
      made.agreement = hex(sha256("another"));
      break;
    default:
      made.kind = random_.permille(500) ? "bashu." + hex(random_.bytes(4)) : "no.kind";
  }
  post(to, sign(made));
}

void Liar::odd_call(House& to) {
  const std::vector<std::string> targets{
      "/channels/" + channel_to(to.party(), own_.party()) + "/receipts/" +
          std::to_string(random_.between(-1, 99)),
      "/channels/" + channel_to(any_party(), any_party()),
      "/channels/" + channel_to(any_party(), any_party()) + "/messages/1",
      "/log/consistency/5/2",
      "/log/consistency/1/" + std::to_string(random_.below(500)),
      "/log/checkpoint",
      "/blobs/" + hex(random_.bytes(32)),
      "/blobs/../../node.json",
      "/keys/" + any_party() + "/" + std::to_string(random_.below(4)),
      "/agreement/" + std::to_string(random_.below(4)),
      "/witness/add-checkpoint",
      "/token",
      "/nothing",
      random_.bytes(12)};
  call(to, random_.permille(700) ? "GET" : "POST", random_.pick(targets),
       random_.permille(500) ? "" : canonical_json(anything(3)));
  if (random_.permille(300))
    call(to, "POST", "/keys", sign(payload(to, 1, "keys", "", anything())));
}

// --- how it is said

std::int64_t Liar::next(const House& to) const {
  return to.state().inbox(own_.party()).next +
         static_cast<std::int64_t>(to.waiting_of(own_.party()));
}

evidence::Payload Liar::payload(const House& to, std::int64_t seq, std::string kind,
                                std::string stream, Value body) {
  const std::int64_t now = (sim::kEpochMs + time_.ms) / 1'000;
  return {.from = own_.party(),
          .to = to.party(),
          .channel = channel_to(own_.party(), to.party()),
          .seq = seq,
          .issued = now,
          .expiry = now + 86'400,
          .agreement = agreement_,
          .pack = pack_.substr(pack_.find(':') + 1),
          .kind = std::move(kind),
          .stream = std::move(stream),
          .nonce = base64url(random_.bytes(16)),
          .body = std::move(body)};
}

std::string Liar::sign(const evidence::Payload& payload) const {
  return evidence::sign_envelope(evidence::payload_text(payload),
                                 sim::kid_of(own_.party(), "envelope"), keys_.signing_key)
      .text;
}

void Liar::post(House& to, const std::string& text) {
  auto& said = said_[to.party()];
  if (said.size() < kRemembered) {
    said.push_back(text);
  } else {
    said[static_cast<std::size_t>(named_) % kRemembered] = text;
  }
  call(to, "POST", "/channels/" + channel_to(own_.party(), to.party()) + "/messages", text);
}

void Liar::call(House& to, const std::string& method, const std::string& target,
                const std::string& body, const std::string& type) {
  http::Request request{.method = method, .target = std::string{exchange::kPrefix} + target};
  request.headers = {{"Content-Type", type}};
  request.body = body;
  request.length_given = true;
  to.handle(own_.party(), std::move(request),
            [this, bytes = static_cast<std::int64_t>(body.size()),
             of_nobody = std::exchange(of_nobody_, false)](const http::Response& response) {
              ++counts_["answer " + std::to_string(response.status)];
              if (of_nobody && response.status == 200) ++counts_[kTakenOfNobody];
              if (response.status == 200) heard_bytes_ += bytes;
            });
}

// --- what it talks about

std::string Liar::any_case() {
  const std::string number = std::to_string(random_.between(1, 40));
  switch (random_.below(8)) {
    case 0:
      return own_.party() + "-" + number;
    case 1:
      return own_.party() + "-" + number + "/loan-" + own_.party() + "-1";
    case 2:
      return "";
    case 3:
      return "../../etc/passwd";
    case 4:
      return std::string(121, 'x');
    default:
      return random_.pick(victims_)->party() + "-" + number;
  }
}

std::string Liar::any_party() {
  switch (random_.below(6)) {
    case 0:
      return "utopia";
    case 1:
      return "";
    case 2:
    case 3:
      return own_.party();
    default:
      return random_.pick(victims_)->party();
  }
}

// A record that nobody keeps yet may be anybody's: it is not taken before the honest make it.
std::string Liar::known_road(std::string code) const {
  for (const House* house : victims_) {
    if (!house->state().find_record("loans/road", code)) return "x-" + code;
  }
  return code;
}

std::string Liar::any_road() {
  const std::string number = std::to_string(random_.between(1, 40));
  switch (random_.below(4)) {
    case 0:
      return known_road("h-road-" + number);
    case 1:
      return "x-" + number;
    default:
      return known_road("h-" + random_.pick(victims_)->party() + "-" + number);
  }
}

std::string Liar::any_day() {
  switch (random_.below(6)) {
    case 0:
      return "0001-01-01";
    case 1:
      return "9999-12-31";
    case 2:
      return "2026-02-30";
    case 3:
      return time_.day.plus_days(static_cast<int>(random_.between(-400, 400))).text();
    default:
      return time_.day.text();
  }
}

// The digest of a step, perhaps of one that stands.
std::string Liar::any_step() {
  std::vector<std::string> known;
  own_.state().each_case([&](const core::Case& c) { known.push_back(c.digest); });
  if (known.empty() || random_.permille(500)) return "sha256:" + hex(sha256(random_.bytes(8)));
  return random_.pick(known);
}

Value Liar::anything(int depth) {
  switch (random_.below(depth > 0 ? 11 : 8)) {
    case 0:
      return Value{};
    case 1:
      return random_.permille(500) ? INT64_MAX : INT64_MIN;
    case 2:
      return random_.between(-3, 3);
    case 3:
      return any_day();
    case 4:
      return any_party();
    case 5:
      return any_case();
    case 6:
      return random_.permille(500);
    case 7:
      return std::string(static_cast<std::size_t>(random_.below(300)), 'z');
    case 8: {
      Value::List list;
      for (std::int64_t n = random_.below(4); n > 0; --n) list.push_back(anything(depth - 1));
      return list;
    }
    default: {
      Value::Record record;
      for (const char* name : {"case", "items", "event", "fields", "on", "$keys", "effects"}) {
        if (random_.permille(300)) record.emplace(name, anything(depth - 1));
      }
      return record;
    }
  }
}

// One place in it becomes something else, goes, or is doubled.
void Liar::alter(Value& value, int depth) {
  if (Value::Record* record = value.as_record(); record && !record->empty() && depth < 6) {
    auto it = record->begin();
    std::advance(it, random_.below(static_cast<std::int64_t>(record->size())));
    if (random_.permille(100)) {
      record->erase(it);
    } else if (random_.permille(70)) {
      record->insert_or_assign(random_.permille(500) ? "surprise" : "on", anything(1));
    } else {
      alter(it->second, depth + 1);
    }
    return;
  }
  if (Value::List* list = value.as_list(); list && !list->empty() && depth < 6) {
    const auto at =
        static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(list->size())));
    if (random_.permille(200)) {
      list->push_back(Value{(*list)[at]});
    } else {
      alter((*list)[at], depth + 1);
    }
    return;
  }
  value = anything(1);
}

}  // namespace bashu::hostile
