// A loaded pack: what load() makes of a file that has no fault. Everything in it is resolved and
// checked; the core trusts it. See docs/formats/pack.md for the language.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/title.h"
#include "base/value.h"
#include "packs/expr.h"
#include "packs/type.h"

namespace bashu::packs {

// Name to thing, in the order that the pack states (`order`), else in that of names.
template <typename T>
using Named = std::vector<std::pair<std::string, T>>;
template <typename T>
[[nodiscard]] const T* find(const Named<T>& items, std::string_view name) {
  for (const auto& [key, item] : items) {
    if (key == name) return &item;
  }
  return nullptr;
}

// What pages show of the cases of a service and of the records of a register. `list` and `search`
// are never empty if there is a field fit for them: what a pack leaves out is chosen at load.
struct FieldGroup {
  Title title;  // empty: of the fields that are in no group (packs/pages.h)
  std::vector<std::string> fields;
};
struct Display {
  Title about;                      // a sentence or two for the public; may be empty
  std::vector<FieldGroup> groups;   // of a form, and of all that is known
  std::vector<std::string> list;    // columns of a list, in order
  std::vector<std::string> search;  // public and internal texts in which a search looks
};

enum class Kept : std::uint8_t { own, parties, shared };
struct Register {
  Title title;
  Display display;
  bool open = false;  // `public: true`: its public fields stand on the public site
  Kept kept = Kept::own;
  bool editions = false;
  std::vector<std::string> key;
  TypePtr record;  // kind record, with the fields as members
  // The joined key of a record with these fields.
  [[nodiscard]] std::string key_of(const Value& fields) const;
  // Whether `name` is their key, now or as keys of one field were written in journals of before.
  [[nodiscard]] bool names(std::string_view name, const Value& fields) const;
};

struct AccountKind {
  std::vector<std::string> key;
  bool floored = true;    // may not fall below 0, on any day
  bool marked = false;    // it may, and an exception task tells
  bool windowed = false;  // some expression asks for a window of it
};
struct Book {
  Title title;
  TypePtr type;
  Named<AccountKind> accounts;
};

struct AccountRef {  // `book.kind(key, ...)`
  std::string book;
  std::string kind;
  std::vector<ProgramPtr> keys;
  bool looks_up = false;
};

struct Move {
  Template amount;
  AccountRef from, to;
  std::optional<Template> date;
};
struct Put {
  std::string reg;
  Template key;
  std::vector<std::pair<std::string, Template>> fields;  // null removes an optional field
  std::optional<Template> sides;  // of a feed: whose values a new record waits for
};
struct PublishEdition {
  std::string reg;
  Template name;
  ProgramPtr entries;
  std::optional<Template> from;  // first day in force, not after that of the event; else that
};
struct RaiseTask {
  Title title;
  std::vector<std::string> roles;
};
struct StartChild {
  std::string service;
  std::vector<std::pair<std::string, std::string>> parties;  // child's party to ours
  std::vector<std::pair<std::string, Template>> with;
};
struct SendSignal {
  std::string target;  // `parent` or a sub-service
  std::string event;
  std::vector<std::pair<std::string, Template>> with;
};
// A round: cases of a service are ranked, and as many as there are places take an event. In its
// expressions `each` is the candidate: data, calc, case; in `with` also rank, of, places.
struct Allot {
  std::string service, state;  // whose candidates, where they stand
  ProgramPtr where;            // nullptr: all of them
  struct Key {
    ProgramPtr of;
    bool descending = false;
  };
  std::vector<Key> rank;
  ProgramPtr lot;  // seed of the order among equals; nullptr: the id of the round's case
  ProgramPtr places;
  std::string take, rest;  // events of the chosen and of the others; no rest: they stay
  std::vector<std::pair<std::string, Template>> with;  // of either form
  std::set<std::string> fields, calcs;                 // of the candidate, that are read
};
struct Effect {
  std::variant<Move, Put, PublishEdition, RaiseTask, StartChild, SendSignal, Allot> what;
  std::string at;  // a party of the case, `all`, or empty: the owner
  ProgramPtr each;
  ProgramPtr only_if;
};

struct RunCalculator {
  std::string calculator;
  std::vector<std::pair<std::string, Template>> with;
};
struct Branch {
  ProgramPtr when;  // nullptr: always
  Title why;
  Title notice;  // what the applicant is told of it, with `{name}` (packs/pages.h); may be empty
  std::optional<RunCalculator> run;
  std::vector<std::pair<std::string, Template>> set;
  std::vector<Effect> effects;
  std::vector<std::string> reset;
  std::optional<std::string> to;
};

struct By {           // `role`, `party.role` or `system`
  std::string party;  // filled in also for the owner's roles; empty for system
  std::string role;
  friend bool operator==(const By&, const By&) = default;
};
struct EventDef {
  Title title;
  std::vector<By> by;
  std::vector<std::string> another_than;  // events that the same person may not have taken before
  std::vector<std::string> form;
  std::vector<Branch> branches;
  [[nodiscard]] bool taken_by_system() const;
};
struct StateDef {
  Title title;
  std::string owner;  // empty if final
  bool final = false;
  std::vector<Branch> then;
  Named<EventDef> events;
  std::vector<std::pair<std::string, ProgramPtr>> holds;  // party to expression
};
struct ClockDef {
  enum class Kind : std::uint8_t { working_days, days, until } kind{};
  std::int64_t budget = 0;
  ProgramPtr until;
  std::vector<std::string> runs_in;
  std::string breach;
};
struct PartyDef {
  std::string name;
  std::vector<std::pair<std::string, bool>> roles;  // role to: sees all cases (else own only)
  // Of a role that sees its own: the fields that name whose a case is. `legs.carrier` reaches into
  // records and lists of them, `parent.receiver` into the case above.
  std::map<std::string, std::vector<std::string>, std::less<>> whose = {};
};
struct StartDef {
  std::string owner;
  EventDef event;  // title empty; by empty: only as a sub-case
};
// What an applicant brings: the document of a field of the form, or, without one, an original that
// is shown at the counter.
struct NeededPaper {
  Title title;
  std::string field;
};
// A paper that is made from a case: a permission, a certificate, a receipt.
struct Print {
  Title title;
  std::vector<std::string> after;    // once the case has been in one of these states; none: always
  std::vector<std::string> void_in;  // states in which the paper no longer counts
  std::string number;                // field with its number; empty: the id of the case
  std::string until;                 // field with its last day; empty: no end
  Title text;                        // with `{name}` (packs/pages.h); may be empty
  std::vector<FieldGroup> groups;    // what is shown, in order
};
struct Service {
  Title title;
  Display display;
  std::vector<NeededPaper> papers;
  Named<Print> prints;
  std::string parent;
  std::vector<PartyDef> parties;
  std::vector<Member> fields;
  Named<ProgramPtr> calc;
  Named<ProgramPtr> needed;  // optional field to: when a form that asks for it may not leave it out
  // Open field to: what the node works out for it from a form as it was given, before the form's
  // personal values are sealed. It stands in every form that asks for all it is made of.
  Named<ProgramPtr> before_sealing;
  StartDef start;
  Named<StateDef> states;
  std::vector<std::string> remembered;  // events, or `start`, whose person a later one asks about
  Named<ClockDef> clocks;
  std::vector<std::pair<std::string, ProgramPtr>> holds;

  [[nodiscard]] const Type* field(std::string_view name) const;
  [[nodiscard]] const PartyDef* party(std::string_view name) const;
};

struct CalculatorDef {
  std::int64_t version = 1;
  std::vector<Member> takes;
  std::vector<Member> gives;
};

// Postings without a case: each line is checked, keyed and posted by itself (docs/formats/pack.md,
// section 15). Expressions read the line as `line`.
struct Feed {
  Title title;
  std::vector<std::string> by;   // roles
  TypePtr line;                  // kind record
  std::vector<std::string> key;  // idempotent for ever within (party, pack, feed)
  bool first_counts = false;     // a taken key is known whatever else a line of it says
  ProgramPtr when;
  Title why;
  std::optional<RunCalculator> run;  // its answer is `result` of the effects
  std::vector<Effect> effects;       // move, put and edition only
};

struct Figure {
  Title title;
  Title about;  // what it counts and what it does not; may be empty
  enum class Source : std::uint8_t { service, reg, account, value } source{};
  std::string of;  // service, register or `book.kind`
  ProgramPtr where, from, to;
  enum class Way : std::uint8_t { count, distinct, sum, min } way{};
  ProgramPtr measure;   // of distinct, sum, min; of `value` when source is value
  bool yearly = false;  // period: year
  std::string unit;     // shown unit; from the field where it can be
  int scale = 0;
  Named<ProgramPtr> split;
  // Whom a row concerns: nobody said (old packs), each case its opener, its parties or those that
  // `between` gives, everybody.
  enum class Concerns : std::uint8_t { unsaid, opener, parties, everybody } concerns{};
  std::vector<ProgramPtr> between;  // parties of a record or account,
  ProgramPtr between_case;          // or the id of the case whose parties they are
  bool add_sides = false;           // each side counts its own; always of `opener`
  std::optional<std::int64_t> target;
  enum class Says : std::uint8_t { exact, more_than, nearly } says{};
  std::int64_t step = 1;
  std::vector<std::string> show;
};

struct Pack {
  std::string name;
  std::int64_t version = 0;
  std::string digest;  // sha256:... of the canonical JSON
  Title title;
  Value source;  // the whole file as data; canonical_json(source) is what was hashed
  std::map<std::string, Value, std::less<>> params;
  Value params_record;
  std::vector<Member> types;
  Named<Register> registers;
  Named<Book> books;
  Named<CalculatorDef> calculators;
  Named<Service> services;
  Named<Feed> feeds;
  Named<Figure> figures;
  // Titles of names that declare none themselves: parties, roles, accounts and their keys, clocks,
  // break-downs.
  Named<Title> words;
  std::vector<Value> scenarios;
  std::string replaces;
  Value migrate;  // section 12; null if absent
};
using PackPtr = std::shared_ptr<const Pack>;

}  // namespace bashu::packs
