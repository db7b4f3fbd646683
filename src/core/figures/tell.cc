#include <algorithm>
#include <expected>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/try.h"
#include "core/answers.h"
#include "core/cases/definition.h"
#include "core/figures/figures.h"
#include "core/registers/sharing.h"
#include "core/told/figures.h"

namespace bashu::core {

namespace {

constexpr std::size_t kBytesMax = 600'000;  // of the items of one message
constexpr std::size_t kValuesMax = 15'000;  // a payload may hold 20,000 JSON values

using ByReader = std::map<std::pair<PartyId, std::string>, Value::List>;  // (party, pack) to items

std::size_t values_in(const Value& value) {
  std::size_t count = 1;
  if (const auto* list = value.as_list()) {
    for (const Value& item : *list) count += values_in(item);
  } else if (const auto* record = value.as_record()) {
    for (const auto& [name, item] : *record) count += values_in(item);
  }
  return count;
}

// To whom the rows behind a figure may be named: those who hold them too.
enum class Rows { to_all, to_parties, to_nobody };
Rows rows_of(const Deciding& d, const packs::Pack& pack, const packs::Figure& figure) {
  using Source = packs::Figure::Source;
  // What lists its parties is told to each of them by itself.
  const bool between_two =
      members(d).size() <= 2 || figure.concerns == packs::Figure::Concerns::parties;
  switch (figure.source) {
    case Source::service:
      return Rows::to_parties;
    case Source::reg: {
      const packs::Kept kept = packs::find(pack.registers, figure.of)->kept;
      const bool held =
          kept == packs::Kept::shared || (kept == packs::Kept::parties && between_two);
      return held ? Rows::to_all : Rows::to_nobody;
    }
    case Source::account:
      // One of which the sides count the same is one that both of them hold.
      return !figure.add_sides && between_two ? Rows::to_all : Rows::to_nobody;
    default:
      return Rows::to_nobody;
  }
}

told::FigureItem for_reader(const Deciding& d, told::FigureItem item, Rows rows,
                            const PartyId& reader) {
  if (rows == Rows::to_nobody) {
    item.rows_digest.reset();
    item.row_digests.reset();
  } else if (rows == Rows::to_parties && item.row_digests) {
    std::erase_if(*item.row_digests, [&](const auto& row) {
      const Case* c = d.draft.find_case(row.first);
      return !c || !is_party(*c, reader);
    });
  }
  return item;
}

Result sort_item(const Deciding& d, const Value& value, ByReader& into) {
  const auto counted = told::read_counted(value);
  if (!counted) return refuse_at(counted.error(), Why::figures_misshapen, counted.error());
  const auto row = d.circle().packs.find(counted->pack);
  if (row == d.circle().packs.end() || !row->second.pack ||
      !row->second.adopted.contains(d.self())) {
    return refuse(Why::pack_not_in_force, counted->pack);
  }
  const packs::Pack& pack = *row->second.pack;
  const auto* figure = packs::find(pack.figures, counted->item.figure);
  if (!figure) return refuse(Why::no_such_figure, counted->item.figure);
  const Rows rows = rows_of(d, pack, *figure);
  for (const PartyId& party : adopters(d, pack, {})) {
    if (!counted->to.empty() && counted->to != party) continue;
    into[{party, pack.digest}].push_back(told::write(for_reader(d, counted->item, rows, party)));
  }
  return {};
}

struct Reader {
  const PartyId& party;
  const std::string& pack;
  std::int64_t sent = 0, taken = 0;  // of the channel with it
};

// One reader's items, in as many messages as they need.
std::expected<std::int64_t, Reject> send(Deciding& d, const Reader& to, std::int64_t position,
                                         const std::string& principal, Value::List& items) {
  std::int64_t messages = 0;
  Value::List batch;
  std::size_t bytes = 0, values = 0;
  const auto post = [&]() -> Result {
    if (batch.empty()) return {};
    Value body = told::write(told::Figures{.position = position,
                                           .sent = to.sent,
                                           .taken = to.taken,
                                           .items = std::exchange(batch, {})});
    bytes = values = 0;
    ++messages;
    return queue(d, to.party,
                 {.kind = std::string{told::Figures::kKind},
                  .pack = to.pack,
                  .body = std::move(body),
                  .principal = principal});
  };
  for (Value& item : items) {
    const std::size_t size = canonical_json(item).size();
    const std::size_t more = values_in(item);
    if (batch.size() >= told::Figures::kItemsMax || bytes + size > kBytesMax ||
        values + more > kValuesMax) {
      BASHU_TRY_OK(post());
    }
    bytes += size;
    values += more;
    batch.push_back(std::move(item));
  }
  BASHU_TRY_OK(post());
  return messages;
}

}  // namespace

Result tell_figures(Deciding& d, const TellFigures& command, Decision& decision) {
  if (!has_role(command.by, "admin") && !has_role(command.by, "audit")) {
    return refuse(Why::may_not_tell_figures);
  }
  const auto all = told::read_counted_all(command.told);
  if (!all) return refuse_at("told", Why::figures_misshapen, all.error());
  ByReader told;
  for (const Value& item : all->items) BASHU_TRY_OK(sort_item(d, item, told));
  FiguresAnswer answer{.items = static_cast<std::int64_t>(all->items.size()), .messages = 0};
  for (auto& [to, items] : told) {
    const auto channel = all->channels.find(to.first);
    Reader reader{.party = to.first, .pack = to.second};
    if (channel != all->channels.end()) {
      std::tie(reader.sent, reader.taken) = channel->second;
    }
    BASHU_TRY(const std::int64_t messages,
              send(d, reader, all->position, command.by.principal, items));
    answer.messages += messages;
  }
  decision.answer = to_value(answer);
  return {};
}

Result take_figures(Deciding& d, const TakeMessage& message) {
  BASHU_TRY_OK(told::check_figures(message.body));
  d.draft.decide(FigureTold{.from = message.from,
                            .pack = "sha256:" + message.pack,
                            .body = message.body,
                            .on = d.today()});
  return {};
}

}  // namespace bashu::core
