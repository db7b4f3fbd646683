#include "figures/tell.h"

#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "figures/answer.h"
#include "figures/compare.h"
#include "figures/marks.h"
#include "packs/type.h"
#include "views/views.h"

namespace bashu::figures {

namespace {

// Of accounts each day by itself, if that is not too many.
std::optional<Marks> marks_to_tell(views::Session& session, Ask ask, bool of_accounts) {
  if (of_accounts) {
    ask.by_day = true;
    if (auto days = marks_of(session, ask, true, kDaysNamed)) return days;
    ask.by_day = false;
  }
  return marks_of(session, ask, of_accounts, kRowsNamed);
}

// What a message can hold; a larger sum is told as one that there is no number of.
Value tellable(const std::optional<std::int64_t>& value) {
  if (!value || *value > packs::kNumberMax || *value < -packs::kNumberMax) return {};
  return *value;
}

Value splits_value(const std::vector<Split>& splits) {
  Value::Record record;
  for (const Split& split : splits) {
    Value::List pairs;
    for (const SplitValue& one : split.values) {
      pairs.push_back(Value::List{one.key, tellable(one.value)});
    }
    record[split.name] = std::move(pairs);
  }
  return record;
}

Value item(views::Session& session, const Ask& ask, const Answer& ours) {
  Value::Record item{{"pack", ours.pack},
                     {"figure", ask.id.substr(ask.id.find('/') + 1)},
                     {"definition", ours.definition},
                     {"as_of", ask.as_of.text()},
                     {"value", tellable(ours.value)},
                     {"rows", ours.rows},
                     {"failed", ours.failed}};
  if (ask.period) {
    item["period"] = Value::List{ask.period->first.text(), ask.period->second.text()};
  }
  if (const auto splits = splits_to_tell(ours); splits && !splits->empty()) {
    item["splits"] = splits_value(*splits);
  }
  if (ours.rows_digest.empty()) return item;
  item["rows_digest"] = ours.rows_digest;
  if (ours.rows > static_cast<std::int64_t>(kRowsNamed)) return item;
  if (const auto marks = marks_to_tell(session, ask, ours.of_accounts)) {
    Value::Record named;
    for (const auto& [key, mark] : *marks) named[key] = mark.text;
    item["row_digests"] = std::move(named);
  }
  return item;
}

}  // namespace

std::vector<Ask> asks_to_tell(const views::Session& session, const Published& published,
                              std::optional<Date> as_of, Date today) {
  std::vector<Ask> asks;
  std::set<std::tuple<std::string, Date, std::optional<Period>>> seen;
  const auto add = [&](const std::string& id, Date day, const std::optional<Period>& period) {
    if (!seen.emplace(id, day, period).second) return;
    asks.push_back({.id = id, .as_of = day, .period = period, .digest = true});
  };
  for (const PublishedRow& row : published.rows) {
    if (row.figure.empty()) continue;
    const Date asked = as_of.value_or(published.as_of);
    add(row.figure, moved(row.as_of, published.as_of, asked),
        moved(row.period, published.as_of, asked));
  }
  if (!as_of && !asks.empty()) return asks;
  for (const std::string& id : ids(session)) add(id, as_of.value_or(today), std::nullopt);
  return asks;
}

Value to_tell(views::Session& session, const std::vector<Ask>& asks) {
  Value::List items;
  for (Ask ask : asks) {
    ask.digest = true;
    const auto ours = answer(session, ask);
    if (!ours) continue;
    if (!ours->by_pairs) {
      items.push_back(item(session, ask, *ours));
      continue;
    }
    // Each hears what it holds a part of, and nothing of what two others have between them.
    for (const core::PartyId& party : views::members(session)) {
      if (party == session.own) continue;
      ask.with = party;
      Value part = item(session, ask, *answer(session, ask));
      part.as_record()->emplace("to", party);
      items.push_back(std::move(part));
    }
  }
  Value::Record reached;
  for (const views::ChannelRow& channel : views::channels(session)) {
    reached[channel.peer] = Value::Record{{"sent", channel.sent}, {"taken", channel.taken}};
  }
  const auto position = static_cast<std::uint64_t>(std::max<std::int64_t>(session.known, 0));
  return Value{Value::Record{
      {"position", position}, {"channels", std::move(reached)}, {"items", std::move(items)}}};
}

}  // namespace bashu::figures
