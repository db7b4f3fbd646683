#include "core/told/erase.h"

#include "core/told/members.h"

namespace bashu::core::told {

namespace {

template <typename Text = std::string>
std::vector<Text> texts(Members& members, std::string_view name) {
  std::vector<Text> out;
  for (const Value& item : members.list(name)) {
    if (!item.as_text()) {
      members.fail();
      return out;
    }
    out.emplace_back(*item.as_text());
  }
  return out;
}

}  // namespace

Value write(const Erase& erase) {
  return Value::Record{{"number", erase.number},
                       {"subject", erase.subject},
                       {"reason", erase.reason},
                       {"cases", list_of(erase.cases)},
                       {"records", list_of(erase.records)},
                       {"keys", list_of(erase.keys)},
                       {"deadline", erase.deadline.text()}};
}

std::expected<Erase, Reject> read_erase(const Value& body) {
  Members members{body};
  Erase erase{.number = members.number("number"),
              .subject = members.text("subject"),
              .reason = members.text("reason"),
              .cases = texts<CaseId>(members, "cases"),
              .records = texts(members, "records"),
              .keys = texts(members, "keys"),
              .deadline = members.day("deadline").value_or(Date{})};
  if (!members.whole() || erase.number < 1 || erase.keys.empty()) {
    return hold("shape", "an erasure names its number, keys, places and deadline");
  }
  return erase;
}

Value write(const Erased& erased) {
  return Value::Record{{"number", erased.number},
                       {"on", erased.on.text()},
                       {"kept", list_of(erased.kept)},
                       {"reason", erased.reason}};
}

std::expected<Erased, Reject> read_erased(const Value& body) {
  Members members{body};
  Erased erased{.number = members.number("number"),
                .on = members.day("on").value_or(Date{}),
                .kept = texts(members, "kept"),
                .reason = members.text("reason")};
  if (!members.whole()) return hold("shape", "a receipt names number, day and the keys kept");
  return erased;
}

}  // namespace bashu::core::told
