#include "core/scope.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/date.h"
#include "base/json.h"
#include "core/told/shown_claims.h"

namespace bashu::core {

namespace {

// Of what is shown: beside it stand the salt, a row in the place of others, and rounds.
constexpr std::size_t kReadsBytes = told::ShownClaims::kMax - (2u << 10);

std::unexpected<packs::EvalError> failed(packs::EvalError::Kind kind, std::string text) {
  return std::unexpected{packs::EvalError{.kind = kind, .text = std::move(text)}};
}

}  // namespace

Value cut_row() { return Value::List{Value{""}, Value{"cut"}, Value{}}; }

Value reached(const Case& c, std::string_view state) {
  for (const Visit& visit : c.reached) {
    if (visit.state == state) return visit.on.text();
  }
  return {};
}

Value left(const Case& c, std::string_view state) {
  bool inside = false;
  for (const Visit& visit : c.reached) {
    if (inside && visit.state != state) return visit.on.text();
    inside = inside || visit.state == state;
  }
  return {};
}

Value parties_record(const Parties& parties) {
  Value::Record record;
  for (const auto& [name, party] : parties) record[name] = party;
  return record;
}

CaseScope::CaseScope(const Store& store, const packs::Pack& pack, const packs::Service* service,
                     const Case* c, const Value* data, Date today, const PartyId& jurisdiction)
    : store_{store},
      pack_{pack},
      service_{service},
      case_{c},
      data_{data},
      today_{today.text()},
      day_{today},
      jurisdiction_{jurisdiction} {}

void CaseScope::set_root(std::string_view name, const Value* value) {
  if (name == "each") each_ = value;
  if (name == "result") result_ = value;
  if (name == "line") line_ = value;
}

const Value* CaseScope::root(std::string_view name) {
  if (name == "data") return data_;
  if (name == "today") return &today_;
  if (name == "params") return &pack_.params_record;
  if (name == "each") return each_;
  if (name == "result") return result_;
  if (name == "line") return line_;
  return nullptr;
}

packs::Eval<Value> CaseScope::case_member(const Case& c, std::string_view name) {
  if (name == "id") return Value{c.id};
  if (name == "state") return Value{c.state};
  if (name == "service") return Value{c.service};
  if (name == "opened") return Value{c.opened.text()};
  if (name == "since") return Value{c.since.text()};
  if (name == "seq") return Value{c.version};
  if (name == "parties") return parties_record(c.parties);
  return failed(packs::EvalError::Kind::missing, "no case." + std::string{name});
}

CaseScope* CaseScope::parent_scope() {
  if (parent_) return parent_.get();
  if (!case_ || !service_ || case_->parent.empty()) return nullptr;
  const Case* parent = store_.find_case(case_->parent);
  const auto* service = packs::find(pack_.services, service_->parent);
  if (!parent || !service) {
    if (reads_) reads_->parent = true;
    return nullptr;
  }
  parent_ = std::make_unique<CaseScope>(store_, pack_, service, parent, &parent->data, day_,
                                        jurisdiction_);
  parent_->reads_ = reads_;
  return parent_.get();
}

void CaseScope::note(std::string_view name, std::string_view key, const Value& value) {
  if (!reads_ || reads_->cut) return;
  Value row = Value::List{Value{name}, Value{key}, value};
  if (reads_->list.size() >= kReadsAlways) {
    if (reads_->bytes == 0) reads_->bytes = canonical_json(Value{reads_->list}).size();
    reads_->bytes += canonical_json(row).size() + 1;
    reads_->cut = reads_->bytes > kReadsBytes;
  }
  reads_->list.push_back(reads_->cut ? cut_row() : std::move(row));
}

void CaseScope::record_read(std::string_view name, std::string_view key, const Value& value) {
  if (reads_) reads_->list.push_back(Value::List{Value{name}, Value{key}, value});
}

packs::Eval<Value> CaseScope::member(std::string_view root, std::string_view name) {
  if (root == "calc") {
    if (const auto known = calc_.find(name); known != calc_.end()) return known->second;
    const auto* program = service_ ? packs::find(service_->calc, name) : nullptr;
    if (!program) return failed(packs::EvalError::Kind::missing, "no calc." + std::string{name});
    return calc_.emplace(std::string{name}, packs::evaluate(**program, *this)).first->second;
  }
  if (root == "case") {
    if (!case_) return failed(packs::EvalError::Kind::missing, "no case here");
    return case_member(*case_, name);
  }
  if (root == "parent" || root == "parent.calc") {
    CaseScope* parent = parent_scope();
    if (!parent) return failed(packs::EvalError::Kind::lookup, "the parent case is not known here");
    if (root == "parent.calc") return parent->member("calc", name);
    if (name == "data") {
      note("parent", "data", parent->case_->digest);
      return parent->case_->data;
    }
    auto value = case_member(*parent->case_, name);
    if (value) note("parent", name, *value);
    return value;
  }
  return failed(packs::EvalError::Kind::missing, "no " + std::string{root});
}

bool CaseScope::has_member(std::string_view root, std::string_view name) {
  const auto value = member(root, name);
  return value && !value->is_null();
}

packs::Eval<Value> CaseScope::call(std::string_view root, std::string_view name,
                                   std::span<const Value> args) {
  if (root == "case") {
    const std::string* state = args.size() == 1 ? args[0].as_text() : nullptr;
    if (!case_ || !state) return failed(packs::EvalError::Kind::type, "a state's name is expected");
    return name == "reached" ? reached(*case_, *state) : left(*case_, *state);
  }
  const auto* book = packs::find(pack_.books, root);
  if (!book) return failed(packs::EvalError::Kind::missing, "no book " + std::string{root});
  const BookId book_id{pack_.name + "/" + std::string{root}};
  if (name == "window") {
    const std::string* kind = args.size() >= 2 ? args[0].as_text() : nullptr;
    const std::string* month = args.size() >= 2 ? args[1].as_text() : nullptr;
    if (!kind || !month) {
      return failed(packs::EvalError::Kind::type, "window() takes an account kind and a month");
    }
    const Account account{.book = book_id, .kind = *kind, .key = packs::join_key(args.subspan(2))};
    const Window window = store_.window(account, *month);
    auto postings = window.postings;
    std::sort(postings.begin(), postings.end());
    Value::List list;
    std::int64_t total = 0;
    for (const auto& [on, amount] : postings) {
      list.push_back(Value::List{Value{on.text()}, Value{amount}});
      if (__builtin_add_overflow(total, amount, &total)) {
        return failed(packs::EvalError::Kind::overflow, "the window's total overflows");
      }
    }
    if (reads_) reads_->windows.emplace_back(account, *month);
    Value::Record result;
    result["count"] = static_cast<std::int64_t>(list.size());
    result["total"] = total;
    result["root"] = packs::digest_text(Value{std::move(list)});
    note(book_id, "window", Value{result});
    return Value{std::move(result)};
  }
  const Account account{.book = book_id, .kind = std::string{name}, .key = packs::join_key(args)};
  // At the end of this day: what comes later is not there to decide with.
  const std::int64_t balance = store_.lowest(account, day_, day_.plus_days(1)).sum;
  note(book_id + "." + account.kind, account.key, Value{balance});
  return Value{balance};
}

packs::Eval<const Value*> CaseScope::record(std::string_view name, std::string_view key) {
  const Record* found = store_.find_record(pack_.name + "/" + std::string{name}, key);
  if (!found) {
    note(name, key, Value{});
    return nullptr;
  }
  // What a party keeps stands for it, whoever else claims it.
  if (!found->contested.empty() && found->keeper != jurisdiction_) {
    return failed(packs::EvalError::Kind::lookup,
                  std::string{name} + "/" + std::string{key} + " has two keepers");
  }
  if (reads_) note(name, key, found->fields);
  return &found->fields;
}

bool CaseScope::is_register(std::string_view name) const {
  return packs::find(pack_.registers, name) != nullptr;
}
bool CaseScope::is_book(std::string_view name) const {
  return packs::find(pack_.books, name) != nullptr;
}

packs::Eval<std::int64_t> CaseScope::serial(std::string_view name, std::string_view key) {
  if (!serials_allowed_ || !reads_) {
    return failed(packs::EvalError::Kind::lookup, "serial() belongs in set");
  }
  const std::string id = pack_.name + "/" + std::string{name};
  std::int64_t last = store_.serial(id, key);
  for (const SerialTaken& taken : reads_->serials) {
    if (taken.name == id && taken.key == key) last = taken.value;
  }
  reads_->serials.push_back({.name = id, .key = std::string{key}, .value = last + 1});
  return last + 1;
}

const Calendar& CaseScope::calendar() {
  static const Calendar kPlain;
  if (reads_) reads_->calendar = true;
  const auto& calendars = store_.circle().calendars;
  const auto it = calendars.find(jurisdiction_);
  return it == calendars.end() ? kPlain : it->second;
}

}  // namespace bashu::core
