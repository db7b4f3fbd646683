#include "figures/discrepancies.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/json.h"
#include "figures/answer.h"
#include "figures/marks.h"
#include "views/views.h"

namespace bashu::figures {

namespace {

using views::ToldRow;

constexpr std::size_t kDaysCompared = 5'000;

std::optional<std::int64_t> amount_of(const std::string& text) {
  std::int64_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return amount;
}

RowDifference row_difference(RowDifference::What what, const std::string& key, bool moving,
                             std::vector<std::uint64_t> positions) {
  RowDifference row;
  row.what = what;
  row.key = key;
  row.on_the_way = moving;
  row.positions = std::move(positions);
  return row;
}

// Whether the rows could be named.
bool name_rows(views::Session& session, const ToldRow& told, const OnTheWay& way,
               Discrepancy& found) {
  const Value::Record* theirs = told.row_digests.as_record();
  if (!theirs) {
    found.rows_told =
        told.rows > static_cast<std::int64_t>(kRowsNamed) ? RowsTold::too_many : RowsTold::none;
    return false;
  }
  // A difference is explained where both had the same messages; what is on the way, as it is now.
  const bool may_move = found.theirs.why == Why::on_the_way;
  views::Session then =
      !may_move && found.theirs.compared_at ? session.at(*found.theirs.compared_at) : session;
  const bool of_accounts = found.ours.of_accounts;
  Ask ask = found.ask;
  ask.by_day = of_accounts && std::ranges::all_of(*theirs, [](const auto& row) {
                 return day_of(row.first).has_value();
               });
  auto marks = marks_of(then, ask, of_accounts, ask.by_day ? kDaysCompared : kRowsNamed);
  if (!marks) {
    found.rows_told = RowsTold::too_many;
    return false;
  }
  const auto add = [&](RowDifference row, const std::string* here, const std::string* there) {
    if (of_accounts) {
      if (here) row.ours = amount_of(*here);
      if (there) row.theirs = amount_of(*there);
      if (ask.by_day) row.on = day_of(row.key);
      if (row.on) row.key.resize(row.key.size() - kDateSize);
    }
    found.rows.push_back(std::move(row));
  };
  const auto moving = [&](const std::string& key) {
    return may_move && (way.registers || way.streams.contains(key));
  };
  using enum RowDifference::What;
  for (auto& [key, mark] : *marks) {
    const auto it = theirs->find(key);
    const std::string* digest = it == theirs->end() ? nullptr : it->second.as_text();
    if (digest && *digest == mark.text) continue;
    add(row_difference(it == theirs->end() ? only_here : differs, key, moving(key),
                       std::move(mark.positions)),
        &mark.text, digest);
  }
  for (const auto& [key, digest] : *theirs) {
    if (marks->contains(key)) continue;
    // It may be a case known here.
    add(row_difference(only_there, key, moving(key), views::positions(session, key)), nullptr,
        digest.as_text());
  }
  return true;
}

// Where the break-downs differ; as the two were compared.
void name_splits(views::Session& session, Discrepancy& found) {
  if (!found.theirs.splits || !found.theirs.compared_at) return;
  views::Session then = session.at(*found.theirs.compared_at);
  const auto ours = answer(then, found.ask);
  if (!ours) return;
  for (const Split& split : ours->splits) {
    const auto theirs = std::ranges::find(*found.theirs.splits, split.name, &Split::name);
    if (theirs == found.theirs.splits->end()) continue;
    std::map<std::string, SplitDifference> both;  // by the canonical JSON of the key
    const auto at = [&](const Value& key) -> SplitDifference& {
      SplitDifference& one = both[canonical_json(key)];
      one.split = split.name;
      one.key = key;
      return one;
    };
    for (const SplitValue& one : split.values) at(one.key).ours = one.value;
    for (const SplitValue& one : theirs->values) at(one.key).theirs = one.value;
    for (auto& [text, one] : both) {
      if (one.ours.value_or(0) != one.theirs.value_or(0)) found.splits.push_back(std::move(one));
    }
  }
}

// nullopt: there is nothing to compare, or no difference.
std::optional<Discrepancy> discrepancy(views::Session& session, const ToldRow& told) {
  Discrepancy found;
  found.ask = {.id = told.figure, .as_of = told.as_of, .period = told.period};
  auto ours = answer(session, found.ask);
  if (!ours) return std::nullopt;  // the pack is known here, but has no such figure
  if (ours->by_pairs) {
    found.ask.with = told.from;
    ours = answer(session, found.ask);
  }
  found.ours = std::move(*ours);
  if (found.ours.add_sides && told.definition == found.ours.definition) return std::nullopt;
  auto [side, way] = compare_with(session, found.ask, found.ours, told);
  found.theirs = std::move(side);
  const bool same = found.theirs.agree == Agree::yes;
  // The same number may count other rows; seen only when nothing is on the way.
  if (same && (way.to_them + way.from_them > 0 || !told.row_digests.as_record())) {
    return std::nullopt;
  }
  if (found.theirs.why != Why::definition && found.theirs.why != Why::implausible) {
    const bool named = name_rows(session, told, way, found);
    // Every row that differs has a message on the way, or one has not.
    if (named && found.theirs.agree == Agree::unknown && !found.theirs.compared_at &&
        std::ranges::any_of(found.rows, [](const auto& row) { return !row.on_the_way; })) {
      found.theirs.agree = Agree::no;
      found.theirs.why = Why::value;
    }
  }
  if (same && found.rows.empty()) return std::nullopt;
  if (same) {
    found.theirs.agree = Agree::no;
    found.theirs.why = Why::records;
  } else {
    name_splits(session, found);
  }
  return found;
}

}  // namespace

Discrepancies discrepancies(views::Session& session, std::optional<Date> as_of) {
  Discrepancies all;
  for (const ToldRow& told : newest_told(session, {}, as_of)) {
    if (auto found = discrepancy(session, told)) all.list.push_back(std::move(*found));
  }
  if (all.list.empty()) all.told = views::told(session, {}, as_of).size();
  std::ranges::stable_sort(all.list, [](const Discrepancy& a, const Discrepancy& b) {
    return std::tie(a.ask.id, a.ask.as_of, a.theirs.party) <
           std::tie(b.ask.id, b.ask.as_of, b.theirs.party);
  });
  return all;
}

}  // namespace bashu::figures
