#include "api/privacy.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace bashu::api {

namespace {

std::string below(const std::string& path, std::string_view name) {
  return path.empty() ? std::string{name} : path + "." + std::string{name};
}
std::string item(const std::string& path, std::size_t index) {
  return path + "[" + std::to_string(index) + "]";
}

Value masked() { return Value::Record{{"$sealed", true}}; }
Value told_erased(const node::ErasedBy& by) {
  return Value::Record{{"$sealed", true},
                       {"erased", Value::Record{{"order", by.order}, {"on", by.on.text()}}}};
}

Value reveal_one(Reader& reader, const packs::Type& type, const Value& value,
                 const std::string& path);

Value open(Reader& reader, const Value& value, const std::string& path) {
  if (!reader.vault) return masked();
  const std::string key = value.text_at("dek");
  if (const auto erased = reader.vault->erased(key)) return told_erased(*erased);
  if (!reader.personal) return masked();
  if (reader.restricted) {
    const auto order = reader.restricted->find(key);
    if (order != reader.restricted->end()) {
      return Value::Record{{"$sealed", true}, {"restricted", order->second}};
    }
  }
  Value clear = reader.vault->unseal(value);
  if (packs::is_sealed(clear)) return masked();
  reader.opened.push_back(path);
  return clear;
}

Value reveal_one(Reader& reader, const packs::Type& type, const Value& value,
                 const std::string& path) {
  if (packs::is_sealed(value)) return open(reader, value, path);
  if (type.kind == packs::Kind::list && value.as_list()) {
    Value::List list;
    for (std::size_t i = 0; i < value.as_list()->size(); ++i) {
      list.push_back(reveal_one(reader, *type.element, (*value.as_list())[i], item(path, i)));
    }
    return list;
  }
  if (type.kind == packs::Kind::record && value.as_record()) {
    return reveal(reader, type.members, value, path);
  }
  if (type.kind == packs::Kind::document && value.as_record()) {
    Value::Record record;
    for (const auto& [name, member] : *value.as_record()) {
      if (name == "dek") continue;  // of the vault; means nothing outside
      record.emplace(name,
                     packs::is_sealed(member) ? open(reader, member, below(path, name)) : member);
    }
    return record;
  }
  // Plain where a sealed value belongs: only a scenario or a mistake leaves one, and it is shown
  // to nobody who could not open it.
  if (!type.readable() && !reader.personal) return masked();
  return mask(value);
}

std::string pseudonym_in(const packs::Type& type, const Value& value, const std::string& path) {
  const std::string* text = value.as_text();
  if (text && (type.kind == packs::Kind::token || type.cls == packs::Class::token)) {
    return text->starts_with("t:") ? path : "";
  }
  if (type.kind == packs::Kind::list && value.as_list()) {
    for (std::size_t i = 0; i < value.as_list()->size(); ++i) {
      auto found = pseudonym_in(*type.element, (*value.as_list())[i], item(path, i));
      if (!found.empty()) return found;
    }
  }
  for (const packs::Member& inner : type.members) {
    const Value* member = value.find(inner.name);
    if (!member) continue;
    auto found = pseudonym_in(*inner.type, *member, below(path, inner.name));
    if (!found.empty()) return found;
  }
  return {};
}

}  // namespace

bool is_private(const packs::Type& type) {
  if (type.cls >= packs::Class::token) return true;
  if (type.kind == packs::Kind::token || type.kind == packs::Kind::document) return true;
  if (type.element && is_private(*type.element)) return true;
  return std::ranges::any_of(type.members,
                             [](const packs::Member& m) { return is_private(*m.type); });
}

bool needs_key(const packs::Type& type) {
  if (type.cls >= packs::Class::personal || type.kind == packs::Kind::document) return true;
  if (type.element && needs_key(*type.element)) return true;
  return std::ranges::any_of(type.members,
                             [](const packs::Member& m) { return needs_key(*m.type); });
}

std::string find_sealed(const Value& value, const std::string& path) {
  const auto holds_others = [](const Value& one) { return one.as_list() || one.as_record(); };
  if (const Value::List* list = value.as_list()) {
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (!holds_others((*list)[i])) continue;
      if (auto found = find_sealed((*list)[i], item(path, i)); !found.empty()) return found;
    }
  }
  if (const Value::Record* record = value.as_record()) {
    for (const auto& [name, member] : *record) {
      if (name.starts_with('$')) return below(path, name);
      if (!holds_others(member)) continue;
      if (auto found = find_sealed(member, below(path, name)); !found.empty()) return found;
    }
  }
  return {};
}

std::string find_pseudonym(const std::vector<packs::Member>& fields, const Value& form,
                           const std::string& path) {
  for (const packs::Member& field : fields) {
    const Value* value = form.find(field.name);
    if (!value) continue;
    if (auto found = pseudonym_in(*field.type, *value, below(path, field.name)); !found.empty()) {
      return found;
    }
  }
  return {};
}

std::optional<packs::FormError> check_private(const std::vector<packs::Member>& fields,
                                              const Value& form, const std::string& path) {
  for (const packs::Member& field : fields) {
    const Value* value = form.find(field.name);
    if (!value || !is_private(*field.type)) continue;
    if (auto error = packs::check(*field.type, *value, below(path, field.name))) return error;
  }
  return std::nullopt;
}

Value reveal(Reader& reader, const std::vector<packs::Member>& fields, const Value& value,
             const std::string& path, bool sides) {
  if (packs::is_sealed(value)) return masked();
  const Value::Record* record = value.as_record();
  if (!record) return mask(value);
  Value::Record out;
  for (const auto& [name, member] : *record) {
    const auto field = std::ranges::find(fields, name, &packs::Member::name);
    if (field == fields.end()) {  // `key`, `edition`: never personal
      out.emplace(name, mask(member));
      continue;
    }
    const packs::Type& type = *field->type;
    if (!reader.internal && type.cls != packs::Class::open) continue;
    if (sides && type.sided && member.as_record() && !packs::is_sealed(member)) {
      Value::Record by_party;
      for (const auto& [party, one] : *member.as_record()) {
        by_party.emplace(party, reveal_one(reader, type, one, below(below(path, name), party)));
      }
      out.emplace(name, std::move(by_party));
      continue;
    }
    out.emplace(name, reveal_one(reader, type, member, below(path, name)));
  }
  return out;
}

Value mask(const Value& value) {
  if (packs::is_sealed(value)) return masked();
  if (const Value::List* list = value.as_list()) {
    Value::List out;
    for (const Value& one : *list) out.push_back(mask(one));
    return out;
  }
  if (const Value::Record* record = value.as_record()) {
    Value::Record out;
    for (const auto& [name, member] : *record) out.emplace(name, mask(member));
    return out;
  }
  return value;
}

}  // namespace bashu::api
