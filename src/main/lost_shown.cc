#include "main/lost_shown.h"

#include <array>
#include <string_view>

#include "base/json.h"
#include "core/told/step.h"
#include "evidence/sealed.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

std::string text(const Console& console, std::string_view key, const texts::Places& places = {}) {
  return texts::text(console.language, "circle.lost." + std::string{key}, places);
}

Value without_sealed(const Console& console, const Value& value) {
  if (evidence::is_sealed(value)) return Value{text(console, "sealed")};
  if (const Value::List* list = value.as_list()) {
    Value::List shown;
    for (const Value& one : *list) shown.push_back(without_sealed(console, one));
    return Value{std::move(shown)};
  }
  if (const Value::Record* record = value.as_record()) {
    Value::Record shown;
    for (const auto& [name, one] : *record) shown.emplace(name, without_sealed(console, one));
    return Value{std::move(shown)};
  }
  return value;
}

std::string written(const Value& value) {
  const std::string* words = value.as_text();
  return words ? *words : canonical_json(value);
}

// The form as it was filled in, and what the pack computed from it.
std::string form_of(const Value& says) {
  std::string form;
  for (const char* member : {"parties", "input", "set"}) {
    const Value* fields = says.find(member);
    if (!fields || !fields->as_record()) continue;
    for (const auto& [name, value] : *fields->as_record()) {
      form += (form.empty() ? "" : ", ") + name + "=" + written(value);
    }
  }
  return form;
}

// By kind of message; what is not here needs nothing.
struct Advice {
  std::string_view kind, key;
};
constexpr std::array kAdvice{
    Advice{"case.ask", "do.ask"},        Advice{"case.settle", "do.sign"},
    Advice{"case.dispute", "do.sign"},   Advice{"register.settle", "do.sign"},
    Advice{"register.shared", "do.put"}, Advice{"pack.adopt", "do.adopt"},
    Advice{"bashu.erase", "do.erase"}};

std::string step_done(const Console& console, const exchange::LostMessage& message) {
  if (message.here == "other") return text(console, "do.other", {{"peer", message.peer}});
  if (exchange::can_be_recalled(message)) {
    return text(console, "do.recall", {{"peer", message.peer}});
  }
  if (exchange::is_doubtful(message)) return text(console, "do.revoked", {{"id", message.id}});
  return text(console, "do.nothing");
}

}  // namespace

std::string said_by(const Console& console, const exchange::LostMessage& message) {
  const Value says = without_sealed(console, message.says);
  if (message.kind != core::told::Step::kKind) return canonical_json(says);
  return text(console, "step",
              {{"event", says.text_at("event")},
               {"role", says.text_at("role")},
               {"on", says.text_at("on")},
               {"form", form_of(says)}});
}

std::string to_be_done(const Console& console, const exchange::LostMessage& message) {
  if (!message.ours && message.forgot) return {};
  if (!message.forgot) return text(console, "do.theirs", {{"peer", message.peer}});
  if (message.kind == core::told::Step::kKind) return step_done(console, message);
  for (const Advice& one : kAdvice) {
    if (one.kind == message.kind) return text(console, one.key, {{"peer", message.peer}});
  }
  return text(console, "do.nothing");
}

}  // namespace bashu::cli
