// Effects of the second edition: `copy`, keys that follow from the fields, accounts with names.
#include <algorithm>
#include <set>

#include "packs/expansion.h"
#include "packs/reader.h"

namespace bashu::packs {
namespace {

using Records = Value::Record;

bool is_optional(const Value* fields, const std::string& name) {
  const Value* field = fields ? fields->find(name) : nullptr;
  return field && field->bool_at("optional");
}

const Value* part(const Value& root, std::string_view kind, const std::string& name) {
  const Value* things = root.find(kind);
  return things ? things->find(name) : nullptr;
}

void expand_account(Value& effect, std::string_view key, const Source& source) {
  Value* account = member(effect, key);
  const std::string* text = account ? account->as_text() : nullptr;
  if (!text) return;
  const Value* named = source.accounts ? source.accounts->find(*text) : nullptr;
  if (named && named->as_text()) {
    *account = *named;
  } else {
    *account = expand_optional(*text);
  }
}

// What an expression in a record of values says, or a literal, as the argument of key().
std::string argument(const Value& value) {
  if (const std::int64_t* number = value.as_int()) return std::to_string(*number);
  const std::string text = value.as_text() ? *value.as_text() : std::string{};
  return text.starts_with('=') ? text.substr(1) : "'" + text + "'";
}

// The key of a `put` that names none: that of the register, from the fields.
void expand_key(Expansion& all, Value& effect, const std::string& path) {
  if (member(effect, "key")) return;
  const Value* reg = part(all.made.root, "registers", effect.text_at("put"));
  const Value* fields = effect.find("fields");
  const std::vector<std::string> names = words_of(reg ? reg->find("key") : nullptr);
  std::string arguments;
  for (const std::string& name : names) {
    const Value* value = fields ? fields->find(name) : nullptr;
    if (!value) {
      all.fault(path, "'key' is missing, and '" + name + "' of the register's key is not put");
      return;
    }
    arguments += (arguments.empty() ? "" : ", ") + argument(*value);
    if (names.size() == 1) effect.as_record()->emplace("key", *value);
  }
  if (names.size() > 1) effect.as_record()->emplace("key", "=key(" + arguments + ")");
}

// Each item of `rank` holds one expression, without `=`.
void expand_rank(Value& effect) {
  Value* rank = member(effect, "rank");
  if (!rank) return;
  const auto expand_one = [](Value& item) {
    if (!item.as_record()) return;
    for (auto& [order, value] : *item.as_record()) {
      if (value.as_text()) value = expand_optional(*value.as_text());
    }
  };
  if (!rank->as_list()) return expand_one(*rank);
  for (Value& item : *rank->as_list()) expand_one(item);
}

// The effects that one stands for: itself, and one more for each field that may be absent.
Value::List expand_effect(Expansion& all, Value& effect, const Source& source,
                          const std::string& path) {
  expand_title(all, effect, "task", path);
  for (const std::string_view key : {"if", "each", "entries", "where", "places", "lot"}) {
    if (Value* value = member(effect, key); value && value->as_text()) {
      *value = expand_optional(*value->as_text());
    }
  }
  std::vector<std::string> absent;
  std::string_view into;
  if (member(effect, "put")) {
    into = "fields";
    const Value* reg = part(all.made.root, "registers", effect.text_at("put"));
    absent = expand_copy(all, effect, into, reg ? reg->find("fields") : nullptr, source, path);
    expand_key(all, effect, path);
  } else if (member(effect, "start") || member(effect, "signal")) {
    into = "with";
    const std::string name = effect.text_at("start", effect.text_at("signal"));
    const Value* service = part(all.made.root, "services", name);
    absent =
        expand_copy(all, effect, into, service ? service->find("fields") : nullptr, source, path);
    if (!absent.empty()) {
      all.fault(path, "'" + absent.front() + "' may be absent and cannot be copied here");
      absent.clear();
    }
  } else if (member(effect, "move")) {
    expand_account(effect, "from", source);
    expand_account(effect, "to", source);
  }
  expand_rank(effect);
  for (auto& [key, value] : *effect.as_record()) {
    if (key != "from" && key != "to") expand_templates(value);
  }
  Value::List made{effect};
  for (const std::string& name : absent) {
    Value more = effect;
    const std::string from = source.root + "." + name;
    std::string condition = "has(" + from + ")";
    if (const Value* own = more.find("if"); own && own->as_text()) {
      condition = "(" + *own->as_text() + ") && " + condition;
    }
    more.as_record()->insert_or_assign("if", condition);
    more.as_record()->insert_or_assign(std::string{into}, Records{{name, "=" + from}});
    made.push_back(std::move(more));
  }
  if (made.size() > 1 && effect.find(into) && effect.find(into)->as_record()->empty()) {
    made.erase(made.begin());
  }
  return made;
}

}  // namespace

std::vector<std::string> expand_copy(Expansion& all, Value& record, std::string_view into,
                                     const Value* targets, const Source& source,
                                     const std::string& path) {
  const Value* given = record.find("copy");
  if (!given) return {};
  const Value copy = *given;
  record.as_record()->erase("copy");
  std::vector<std::string> names;
  const std::string at = below(path, "copy");
  if (const std::string* word = copy.as_text(); word && *word == source.root) {
    const Records* fields = source.fields ? source.fields->as_record() : nullptr;
    for (const auto& [name, field] : fields ? *fields : Records{}) {
      if (targets && targets->find(name)) names.push_back(name);
    }
    if (names.empty()) all.fault(at, "no field has the same name on both sides");
  } else {
    names = words_of(&copy);
    for (const std::string& name : names) {
      if (!source.fields || !source.fields->find(name)) {
        all.fault(at, "there is no field '" + name + "' to copy");
      }
    }
  }
  Records* values =
      record.as_record()->try_emplace(std::string{into}, Records{}).first->second.as_record();
  if (!values) return {};
  std::vector<std::string> absent;
  for (const std::string& name : names) {
    if (values->contains(name)) continue;
    if (is_optional(source.fields, name)) {
      absent.push_back(name);
    } else {
      values->emplace(name, "=" + source.root + "." + name);
    }
  }
  return absent;
}

void expand_effects(Expansion& all, Value& branch, const Source& source, const std::string& path) {
  Value* effects = member(branch, "do");
  if (!effects) return;
  const std::string at = below(path, "do");
  const bool listed = effects->as_list() != nullptr;
  Value::List written = listed ? *effects->as_list() : Value::List{*effects};
  Value::List made;
  std::vector<std::pair<std::string, std::string>> moved;  // told when no fault can come any more
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string origin = listed ? below(at, i) : at;
    if (!written[i].as_record()) {
      made.push_back(std::move(written[i]));
      continue;
    }
    for (Value& one : expand_effect(all, written[i], source, origin)) {
      if (below(at, made.size()) != origin) moved.emplace_back(below(at, made.size()), origin);
      made.push_back(std::move(one));
    }
  }
  for (const auto& [path_now, origin] : moved) all.came_from(path_now, origin);
  *effects = listed || made.size() > 1 ? Value{std::move(made)} : std::move(made.front());
}

}  // namespace bashu::packs
