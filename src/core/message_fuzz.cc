// What a member of the circle can make of its own signed messages: an honest exchange between two
// nodes is recorded once; the input chooses a message of it and rewrites parts of its body, or
// gives another body as JSON. Whatever comes is applied, refused or held, and the state that
// follows is sound.
//
//     byte 0: number of the message; then edits of four bytes: which part, what becomes of it,
//     which other part or value; or 0xff, a number, and the body as JSON
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/assert.h"
#include "base/json.h"
#include "core/core.h"
#include "packs/load.h"

namespace {

using namespace bashu::core;
using bashu::Date;
using bashu::Value;

constexpr std::string_view kPack = R"yaml(
bashu: 1
pack: loans
version: 1
title: {en: Loans}
types:
  amount: {type: int, min: 0, class: public, title: {en: Amount}}
  line: {type: text, max: 100, class: public, title: {en: Text}}
  name: {type: text, max: 100, class: personal, title: {en: Name}}
  day: {type: date, class: public, title: {en: Day}}
  lines: {type: list, of: line, class: public, title: {en: Lines}}
registers:
  road:
    title: {en: Roads}
    kept: shared
    key: [code]
    fields: {code: line, named: {type: line, optional: true}, opened: {type: day, sided: true, optional: true}}
books:
  goods:
    title: {en: Goods}
    type: amount
    accounts: {outside: {floor: none}, stock: {key: [place]}}
services:
  look:
    title: {en: Look}
    parent: loan
    parties: {lender: {clerk: all}, borrower: {clerk: all}}
    fields: {name: line}
    start: {owner: borrower, by: clerk, form: [name], to: looked}
    states: {looked: {title: {en: Looked}, final: true}}
  loan:
    title: {en: Loan}
    parties: {lender: {clerk: all}, borrower: {clerk: all, guest: own}}
    fields:
      name: line
      wanted: amount
      twice: amount
      note: {type: line, optional: true}
      parts: {type: lines, optional: true}
      holder: {type: name, optional: true}
      until: day
    start:
      owner: lender
      by: clerk
      form: [name, wanted, parts, holder]
      when: data.wanted > 0
      set: {twice: =data.wanted * 2, until: "=add_days(today, 30)"}
      to: open
    states:
      open:
        title: {en: Open}
        owner: lender
        events:
          grant:
            title: {en: Grant}
            by: clerk
            do:
              - {move: =data.wanted, from: goods.outside, to: goods.stock('here'), at: all}
              - {task: {en: Look at it}, for: clerk, at: borrower}
              - {put: road, key: =data.name, fields: {code: =data.name, opened: =today}}
            to: granted
          note: {title: {en: Note}, by: [clerk, borrower.guest], form: [note]}
          late: {title: {en: Late}, by: system, do: {task: {en: It is late}, for: clerk}}
      granted:
        title: {en: Granted}
        owner: borrower
        holds: {borrower: goods.stock('here') < 1000}
        events:
          back: {title: {en: Back}, by: clerk, to: checking}
          look: {title: {en: Look}, by: clerk, do: {start: look, parties: {lender: lender, borrower: borrower}, with: {name: =data.name}}}
      checking:
        title: {en: Being checked}
        owner: lender
        then:
          - {when: data.twice > 100, to: big}
          - {to: done}
      big: {title: {en: Big}, owner: lender, events: {close: {title: {en: Close}, by: clerk, to: done}}}
      done: {title: {en: Done}, final: true}
    clocks:
      grant: {working_days: 3, runs_in: open, breach: late}
figures:
  loans: {title: {en: Loans}, of: loan, from: case.opened, count: true}
scenarios:
  - {title: none, today: 2026-03-02, steps: [{figure: loans, is: 0}]}
)yaml";

const Date kToday = *Date::parse("2026-03-02");

struct Node {
  explicit Node(PartyId party) : state{std::move(party)} {}
  State state;
  std::vector<Event> log;
};

// A message as it was told, and how much of the receiver's log came before it.
struct Told {
  MessageQueued message;
  std::size_t before = 0;
};

std::expected<Decision, bashu::Reject> decided(const State& state, const Command& command) {
  return decide(state, command, {.now = {.unix_ms = 1'000}, .today = kToday, .salt = "salt"});
}

TakeMessage take(const MessageQueued& message) {
  return {.from = "a",
          .seq = message.seq,
          .message_id = "id",
          .kind = message.kind,
          .stream = message.stream,
          .pack = message.pack,
          .body = message.body};
}

struct Exchange {
  Node a{"a"}, b{"b"};
  std::vector<Told> told;  // from a to b
  std::vector<Value> pool;

  Exchange() {
    AdoptRecord circle{.record = {.what = "agreement", .party = {}, .edition = 1, .bytes = "{}"},
                       .parties = {}};
    for (const char* party : {"a", "b"}) circle.parties.push_back({.party = party});
    const auto loaded = bashu::packs::load(kPack);
    BASHU_ASSERT(loaded.pack);
    for (Node* node : {&a, &b}) {
      run(*node, BeginDay{.day = kToday});
      run(*node, circle);
    }
    for (Node* node : {&b, &a}) {
      run(*node,
          AdoptPack{
              .by = {}, .source = bashu::canonical_json(loaded.pack->source), .from = kToday});
    }
    const Asker clerk{.principal = "anna",
                      .roles = {"clerk", "registrar"},
                      .divisions = {},
                      .idempotency_key = {},
                      .request_digest = {}};
    const auto fire = [&](Node& node, const std::string& event, Value with) {
      run(node, FireEvent{.by = clerk,
                          .id = "a-1",
                          .event = event,
                          .role = "clerk",
                          .version = {},
                          .with = std::move(with)});
    };
    run(a, PutRecords{.by = clerk,
                      .pack = "loans",
                      .reg = "road",
                      .records = {Value::Record{{"code", "r"}, {"opened", "2026-03-01"}}}});
    for (const std::int64_t wanted : {10, 60}) {
      run(a, StartCase{.by = clerk,
                       .pack = "loans",
                       .service = "loan",
                       .role = "clerk",
                       .parties = {{"lender", "a"}, {"borrower", "b"}},
                       .parent = {},
                       .id = {},
                       .with = Value::Record{{"name", "x"},
                                             {"wanted", wanted},
                                             {"parts", Value::List{"p", "q"}},
                                             {"holder", sealed()}}});
    }
    fire(a, "note", Value::Record{{"note", "z"}});
    fire(a, "grant", Value::Record{});
    fire(b, "look", Value::Record{});
    fire(b, "back", Value::Record{});  // and a goes on by itself
    pool = {Value{},
            true,
            0,
            -1,
            std::int64_t{9'007'199'254'740'991},
            "",
            "a-1",
            "a-2",
            "b",
            "2026-03-03",
            "9999-12-31",
            "sha256:" + std::string(64, '0'),
            std::string(3'000, 'x'),
            "\xF0\x9F\x8F\xAF",
            Value::List{},
            Value::Record{},
            sealed(),
            Value::List{Value::List{Value::List{"deep"}}}};
    for (const Told& one : told) collect(one.message.body);
  }

  // As it was before this message.
  [[nodiscard]] std::unique_ptr<State> receiver(const Told& one) const {
    auto state = std::make_unique<State>("b");
    for (std::size_t i = 0; i < one.before; ++i) state->apply(b.log[i]);
    return state;
  }
  static Value sealed() {
    return Value::Record{{"$sealed", "1"},
                         {"alg", "xchacha20poly1305"},
                         {"dek", "a-k0000000000000000"},
                         {"nonce", "AAAA"},
                         {"box", "AAAA"}};
  }
  void collect(const Value& value) {
    pool.push_back(value);
    if (const auto* list = value.as_list()) {
      for (const Value& item : *list) collect(item);
    } else if (const auto* record = value.as_record()) {
      for (const auto& [name, item] : *record) {
        pool.push_back(name);
        collect(item);
      }
    }
  }
  // Carries the command out, and what it tells the other node.
  void run(Node& at, const Command& command) {
    const auto decision = decided(at.state, command);
    if (!decision) bashu::assert_failed(reject_name(decision.error().code), __FILE__, __LINE__);
    std::vector<MessageQueued> queued;
    for (const Event& event : decision->events) {
      at.state.apply(event);
      at.log.push_back(event);
      if (const auto* message = std::get_if<MessageQueued>(&event)) queued.push_back(*message);
    }
    Node& other = &at == &a ? b : a;
    for (const MessageQueued& message : queued) {
      if (&at == &a) told.push_back({.message = message, .before = b.log.size()});
      TakeMessage taken = take(message);
      taken.from = &at == &a ? "a" : "b";
      run(other, taken);
    }
  }
};

// Parts of a value, in the order of its text.
void parts_of(Value& value, std::vector<Value*>& parts) {
  parts.push_back(&value);
  if (auto* list = value.as_list()) {
    for (Value& item : *list) parts_of(item, parts);
  } else if (auto* record = value.as_record()) {
    for (auto& [name, item] : *record) parts_of(item, parts);
  }
}

void edit(Value& body, const std::vector<Value>& pool, const std::uint8_t* code) {
  std::vector<Value*> parts;
  parts_of(body, parts);
  Value& part = *parts[code[0] % parts.size()];
  const Value& other = pool[static_cast<std::size_t>(code[2] << 8 | code[3]) % pool.size()];
  auto* list = part.as_list();
  auto* record = part.as_record();
  switch (code[1] % 6) {
    case 0:  // a member less
      if (record && !record->empty()) {
        record->erase(
            std::next(record->begin(), static_cast<std::ptrdiff_t>(code[2] % record->size())));
      } else if (list && !list->empty()) {
        list->pop_back();
      }
      break;
    case 1:  // a member more
      if (record) record->insert_or_assign(other.as_text() ? *other.as_text() : "more", other);
      if (list) list->push_back(other);
      break;
    case 2:  // the same again
      if (list && !list->empty()) list->push_back(list->front());
      break;
    case 3:
      if (const auto number = part.as_int()) part = *number + code[2] - 128;
      break;
    default: {
      Value copy = other;
      part = std::move(copy);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Exchange exchange;
  if (size < 2) return 0;
  const bool whole = data[0] == 0xff;
  const Told& told = exchange.told[data[whole ? 1 : 0] % exchange.told.size()];
  MessageQueued message = told.message;
  if (whole) {
    auto body = bashu::parse_json({reinterpret_cast<const char*>(data) + 2, size - 2});
    if (!body) return 0;
    message.body = std::move(*body);
  } else {
    constexpr std::size_t kEdits = 16;
    for (std::size_t i = 0; i < kEdits && 1 + i * 4 + 4 <= size; ++i) {
      edit(message.body, exchange.pool, data + 1 + i * 4);
    }
  }
  // As the edge would pass it on: what it cannot carry never comes so far.
  const std::string text = bashu::canonical_json(message.body);
  if (!bashu::parse_json(text)) return 0;

  // Deciding changes nothing; a state to change is made anew, which takes far longer.
  static const auto states = [] {
    std::vector<std::unique_ptr<State>> made;
    for (const Told& one : exchange.told) made.push_back(exchange.receiver(one));
    return made;
  }();
  const State& before = *states[static_cast<std::size_t>(&told - exchange.told.data())];
  BASHU_ASSERT(before.inbox("a").next == message.seq);
  const auto decision = decided(before, take(message));
  BASHU_ASSERT(decision);  // the core has an answer to every message
  if (decision->outcome != "applied" && data[size - 1] % 8 != 0) return 0;
  const auto state = exchange.receiver(told);
  for (const Event& event : decision->events) state->apply(event);
  const std::string broken = invariant(*state);
  if (!broken.empty()) {
    bashu::assert_failed((broken + " after " + message.kind + ' ' + text).c_str(), __FILE__,
                         __LINE__);
  }
  BASHU_ASSERT(state->inbox("a").next == message.seq + 1);
  return 0;
}
