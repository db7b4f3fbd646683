#include "views/scope.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace bashu::views {

namespace {

std::unexpected<packs::EvalError> failed(packs::EvalError::Kind kind, std::string text) {
  return std::unexpected{packs::EvalError{.kind = kind, .text = std::move(text)}};
}

Value first_day_in(const CaseFacts& facts, std::string_view state) {
  for (const core::Visit& visit : facts.reached) {
    if (visit.state == state) return visit.on.text();
  }
  return {};
}

Value first_day_out_of(const CaseFacts& facts, std::string_view state) {
  bool inside = false;
  for (const core::Visit& visit : facts.reached) {
    if (inside && visit.state != state) return visit.on.text();
    inside = inside || visit.state == state;
  }
  return {};
}

}  // namespace

RowScope::RowScope(Lookups& lookups, const packs::Pack& pack, const CaseFacts* facts,
                   std::string_view row_name, const Value* row)
    : lookups_{lookups}, pack_{pack}, facts_{facts}, row_name_{row_name}, row_{row} {}

const Value* RowScope::root(std::string_view name) {
  if (name == "data") return facts_ ? &facts_->data : nullptr;
  if (row_ && name == row_name_) return row_;
  if (name == "params") return &pack_.params_record;
  if (name == "as_of" || name == "today") {
    if (!today_known_) {
      today_ = lookups_.as_of().text();
      today_known_ = true;
    }
    return &today_;
  }
  return nullptr;
}

packs::Eval<Value> RowScope::case_member(const CaseFacts& facts, std::string_view name) const {
  if (name == "id") return Value{facts.id};
  if (name == "state") return Value{facts.state};
  if (name == "service") return Value{facts.service_name};
  if (name == "opened") return Value{facts.opened.text()};
  if (name == "since") return Value{facts.since.text()};
  if (name == "seq") return Value{facts.version};
  if (name == "parties") {
    Value::Record record;
    for (const auto& [party, who] : facts.parties) record[party] = who;
    return Value{std::move(record)};
  }
  return failed(packs::EvalError::Kind::missing, "no case." + std::string{name});
}

RowScope* RowScope::parent_scope() {
  if (parent_) return parent_.get();
  if (!facts_ || facts_->parent.empty()) return nullptr;
  const CaseFacts* parent = lookups_.find_case(facts_->parent);
  if (!parent || !parent->pack) return nullptr;
  parent_ = std::make_unique<RowScope>(lookups_, *parent->pack, parent);
  return parent_.get();
}

packs::Eval<Value> RowScope::member(std::string_view root, std::string_view name) {
  if (root == "figure") return lookups_.figure(pack_, name);
  if (root == "parent" || root == "parent.calc") {
    RowScope* parent = parent_scope();
    if (!parent) return failed(packs::EvalError::Kind::lookup, "the parent case is not known here");
    if (root == "parent.calc") return parent->member("calc", name);
    if (name == "data") return parent->facts_->data;
    return case_member(*parent->facts_, name);
  }
  if (!facts_) return failed(packs::EvalError::Kind::missing, "no " + std::string{root});
  if (root == "case") return case_member(*facts_, name);
  if (root != "calc") return failed(packs::EvalError::Kind::missing, "no " + std::string{root});
  if (facts_->pack && facts_->pack.get() != &pack_) {
    if (!own_) own_ = std::make_unique<RowScope>(lookups_, *facts_->pack, facts_);
    return own_->member(root, name);
  }
  if (const auto known = calc_.find(name); known != calc_.end()) return known->second;
  const auto* program = facts_->service ? packs::find(facts_->service->calc, name) : nullptr;
  if (!program) return failed(packs::EvalError::Kind::missing, "no calc." + std::string{name});
  auto value = packs::evaluate(**program, *this);
  if (value) calc_.emplace(std::string{name}, *value);
  return value;
}

bool RowScope::has_member(std::string_view root, std::string_view name) {
  const auto value = member(root, name);
  return value && !value->is_null();
}

packs::Eval<Value> RowScope::call(std::string_view root, std::string_view name,
                                  std::span<const Value> args) {
  if (root == "case") {
    const std::string* state = args.size() == 1 ? args[0].as_text() : nullptr;
    if (!facts_ || !state)
      return failed(packs::EvalError::Kind::type, "a state's name is expected");
    return name == "reached" ? first_day_in(*facts_, *state) : first_day_out_of(*facts_, *state);
  }
  const core::BookId book{pack_.name + "/" + std::string{root}};
  if (!is_book(root))
    return failed(packs::EvalError::Kind::missing, "no book " + std::string{root});
  if (name == "window") {
    const std::string* kind = args.size() >= 2 ? args[0].as_text() : nullptr;
    const std::string* month = args.size() >= 2 ? args[1].as_text() : nullptr;
    if (!kind || !month) {
      return failed(packs::EvalError::Kind::type, "window() takes an account kind and a month");
    }
    return lookups_.window({.book = book, .kind = *kind, .key = packs::join_key(args.subspan(2))},
                           *month);
  }
  auto balance =
      lookups_.balance({.book = book, .kind = std::string{name}, .key = packs::join_key(args)});
  if (!balance) return std::unexpected{std::move(balance.error())};
  return Value{*balance};
}

packs::Eval<const Value*> RowScope::record(std::string_view name, std::string_view key) {
  return lookups_.record(core::RegisterId{pack_.name + "/" + std::string{name}}, key);
}

bool RowScope::is_register(std::string_view name) const {
  return packs::find(pack_.registers, name) != nullptr;
}
bool RowScope::is_book(std::string_view name) const {
  return packs::find(pack_.books, name) != nullptr;
}

packs::Eval<std::int64_t> RowScope::serial(std::string_view, std::string_view) {
  return failed(packs::EvalError::Kind::lookup, "serial() belongs in set");
}

}  // namespace bashu::views
