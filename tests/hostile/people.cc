#include "people.h"

#include <utility>

#include "base/bytes.h"
#include "base/json.h"
#include "core/core.h"

namespace bashu::hostile {

People::People(std::uint64_t seed, packs::PackPtr pack, House& one, House& other)
    : random_{seed}, pack_{std::move(pack)}, houses_{&one, &other} {}

core::Asker People::asker(const char* role) {
  return {.principal = std::string{"key:"} + role,
          .roles = {role, "registrar"},
          .divisions = {},
          .idempotency_key = "act-" + std::to_string(acts_.size()),
          .request_digest = {}};
}

void People::ask(House& at, const std::string& what, core::Command command, bool opens) {
  const std::size_t number = acts_.size();
  acts_.push_back({.at = &at,
                   .evidence = canonical_json(
                       Value::Record{{"act", what}, {"number", number}, {"party", at.party()}}),
                   .answer = {},
                   .acknowledged = false});
  const std::string evidence = acts_.back().evidence;
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.by; }) one.by.request_digest = hex(sha256(evidence));
      },
      command);
  ++waiting_;
  at.submit({.command = std::move(command), .evidence = evidence},
            [this, number, opens](const node::Outcome& outcome) {
              Act& act = acts_[number];
              --waiting_;
              if (const auto* done = std::get_if<node::Done>(&outcome)) {
                act.acknowledged = true;
                act.answer = canonical_json(done->decision.answer);
                if (opens) cases_.insert(done->decision.answer.text_at("case"));
              } else if (const auto* refused = std::get_if<Reject>(&outcome)) {
                act.answer = std::string{"refused: "} + reject_name(refused->code);
              } else {
                act.answer = "fault: " + std::get<Fault>(outcome).what;
              }
            });
}

void People::act() {
  for (House* house : houses_) {
    for (std::int64_t n = random_.below(4); n > 0; --n) start(*house);
    if (random_.permille(300)) feed(*house);
    if (random_.permille(200)) put_road(*house);
  }
  for (const std::string& id : std::set<std::string>{cases_}) act_on(id);
}

void People::start(House& at) {
  const std::string code = "h-" + at.party() + "-" + std::to_string(++codes_);
  roads_.insert(code);
  const packs::Service& loan = *packs::find(pack_->services, "loan");
  const Value form = Value::Record{
      {"code", code}, {"who", "Synthetic " + code}, {"wanted", random_.between(1, 100)}};
  node::Vault& vault = at.kernel().vault();
  ask(at, "start",
      core::StartCase{.by = asker("clerk"),
                      .pack = pack_->digest,
                      .service = "loan",
                      .role = "clerk",
                      .parties = {{"lender", core::PartyId{at.party()}},
                                  {"borrower", core::PartyId{other(at).party()}}},
                      .parent = {},
                      .id = {},
                      .with = vault.seal(loan.fields, form, at.party(), vault.new_key(at.party()))},
      true);
}

void People::act_on(const std::string& id) {
  const core::Case* c = houses_[0]->state().find_case(id);
  const std::int64_t drawn = random_.below(100);
  if (!c || c->state == "done" || drawn >= 75) return;
  House& lender = *houses_[c->parties.at("lender") == houses_[0]->party() ? 0 : 1];
  const auto fire = [&](House& at, const char* role, const char* event, Value::Record with = {}) {
    ask(at, event,
        core::FireEvent{.by = asker(role),
                        .id = core::CaseId{id},
                        .event = event,
                        .role = role,
                        .version = {},
                        .with = std::move(with)});
  };
  if (c->state == "big") return fire(lender, "clerk", "close");
  if (c->state == "granted") {
    return fire(other(lender), "clerk", drawn < 50 ? "back" : "open_road");
  }
  if (drawn < 40) return fire(lender, "clerk", "grant");
  if (drawn < 50) return fire(lender, "clerk", "drop");
  const std::string note = "note " + std::to_string(drawn);
  if (drawn < 60) return fire(lender, "clerk", "note", {{"note", note}});
  fire(other(lender), "guest", "note", {{"note", note}});  // asks the owner
}

void People::feed(House& at) {
  core::PostFeed feed{
      .by = asker("clerk"), .pack = "loans", .feed = "fill", .role = "clerk", .lines = {}};
  for (int i = 0; i < 3; ++i) {
    feed.lines.emplace_back(Value::Record{{"id", at.party() + std::to_string(++fed_)},
                                          {"amount", random_.between(1, 50)},
                                          {"place", "store"}});
  }
  ask(at, "feed", std::move(feed));
}

void People::put_road(House& at) {
  const std::string code = "h-road-" + std::to_string(++codes_);
  roads_.insert(code);
  ask(at, "road",
      core::PutRecords{.by = asker("clerk"),
                       .pack = "loans",
                       .reg = "road",
                       .records = {Value::Record{{"code", code}, {"named", "Road " + code}}}});
}

std::optional<sim::Broken> People::check(const House& house, const sim::Shadow& shadow) const {
  for (const Act& act : acts_) {
    if (act.at != &house) continue;
    const int times = shadow.decided(act.evidence);
    if (act.acknowledged ? times != 1 : times != 0) {
      return sim::Broken{"acknowledged", act.evidence + " was answered '" + act.answer +
                                             "' and carried out " + std::to_string(times) +
                                             " times"};
    }
  }
  return std::nullopt;
}

std::string People::ended(House& house) const {
  std::string out;
  const core::State& state = house.state();
  for (const Act& act : acts_) {
    if (act.at == &house && !act.acknowledged) out += act.evidence + " " + act.answer + "\n";
  }
  for (const std::string& id : cases_) {
    const core::Case* c = state.find_case(id);
    out += id + ": ";
    if (!c) {
      out += "unknown\n";
      continue;
    }
    Value data = c->data;
    if (const Value* who = data.find("who")) {
      Value clear = house.kernel().vault().unseal(*who);
      data.as_record()->insert_or_assign("who", std::move(clear));
    }
    out += c->state + " " + std::to_string(c->version) + " " + canonical_json(data) +
           (c->dispute ? " in dispute: " + c->dispute->reason : "");
    for (const core::Visit& visit : c->reached) out += " " + visit.state + " " + visit.on.text();
    out += "\n";
  }
  for (const std::string& code : roads_) {
    const core::Record* road = state.find_record("loans/road", code);
    if (!road) {
      out += code + ": none\n";
      continue;
    }
    Value fields = road->fields;
    // What another member says of its own side is its own affair.
    const auto opened = fields.as_record()->find("opened");
    if (opened != fields.as_record()->end() && opened->second.as_record()) {
      std::erase_if(*opened->second.as_record(), [&](const auto& side) {
        return side.first != houses_[0]->party() && side.first != houses_[1]->party();
      });
    }
    out += code + ": " + road->keeper + " " + canonical_json(fields) + "\n";
  }
  out += "fed " +
         std::to_string(state.balance({.book = "loans/goods", .kind = "fed", .key = "store"})) +
         "\n";
  return out;
}

}  // namespace bashu::hostile
