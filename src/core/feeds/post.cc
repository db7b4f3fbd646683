#include "core/feeds/post.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/try.h"
#include "core/answers.h"
#include "core/cases/definition.h"
#include "core/cases/step.h"
#include "core/circle/nodes.h"
#include "core/effects/effect.h"
#include "core/effects/move.h"
#include "core/feeds/content.h"
#include "core/in_force.h"
#include "core/registers/sharing.h"

namespace bashu::core {

namespace {

const Case kNoCase{};

// The lines of one batch.
struct Batch {
  Deciding& d;
  const Asker& by;
  const packs::Pack& pack;
  const packs::Feed& feed;
  std::string id;   // `pack/feed`
  CaseScope scope;  // one for all lines
  std::vector<PartyId> sides;
  bool split = false;                     // the party decides by several nodes
  const packs::Move* transfer = nullptr;  // if that is all the feed does

  // nullopt: it was taken before. `content` is its mark.
  std::int64_t otherwise = 0;  // known ones that say something else
  std::expected<std::optional<FeedLine>, Reject> line(const Value& value, std::string key,
                                                      std::uint32_t content);
  std::string key_of(const Value& value) const;

 private:
  bool is_blank(const Value& value) const;
  Result belongs_here(const Value& value) const;
  Result passes();
  Result post_transfer(FeedLine& done);
  Result carry_out(FeedLine& done);
};

std::string Batch::key_of(const Value& value) const {
  if (const Value* only = feed.key.size() == 1 ? value.find(feed.key[0]) : nullptr) {
    return packs::join_key({only, 1});
  }
  Value::List parts;
  for (const std::string& name : feed.key) {
    const Value* part = value.find(name);
    parts.push_back(part ? *part : Value{""});
  }
  return packs::join_key(parts);
}

// A key of empty parts is nobody's, and would make the next line without one known.
bool Batch::is_blank(const Value& value) const {
  return std::ranges::all_of(feed.key, [&](const std::string& name) {
    const Value* part = value.find(name);
    return !part || part->is_null() || (part->as_text() && part->as_text()->empty());
  });
}

// Where the party decides by several nodes, a line goes to the one of its division.
Result Batch::belongs_here(const Value& value) const {
  if (!split) return {};
  const auto [place, node] = misplaced(d.circle().parties, d.self(), feed.line->members, value);
  if (!node) return {};
  return refuse_at(place.path, Why::line_elsewhere, place.code, node->party, node->site);
}

Result Batch::passes() {
  if (!feed.when) return {};
  const auto passes = packs::evaluate_bool(*feed.when, scope);
  if (passes && *passes) return {};
  std::vector<Title> why{feed.why};
  if (!passes) why.push_back(bilingual(passes.error().text, passes.error().text));
  return refuse_for(Why::line_refused, std::move(why));
}

std::expected<std::optional<FeedLine>, Reject> Batch::line(const Value& value, std::string key,
                                                           std::uint32_t content) {
  if (auto error = packs::check(*feed.line, value, "")) return refuse_form(std::move(*error));
  BASHU_TRY_OK(within(by, feed.line->members, value, ""));
  if (is_blank(value)) return refuse_at(feed.key.front(), Why::key_missing);
  FeedLine done;
  done.key = std::move(key);
  done.content = content;
  if (const auto said = d.draft.feed_line(id, done.key)) {
    if (*said == 0 || *said == content) return std::nullopt;
    if (!feed.first_counts) return refuse(Why::known_otherwise);
    ++otherwise;
    return std::nullopt;
  }
  BASHU_TRY_OK(belongs_here(value));
  scope.set_root("line", &value);
  BASHU_TRY_OK(passes());
  Value result;
  if (feed.run) {
    auto ran = run_calculator(pack, *feed.run, scope);
    if (!ran) return refuse(Why::calculator_failed, ran.error().text);
    result = std::move(*ran);
    scope.set_root("result", &result);
  }
  BASHU_TRY_OK(transfer ? post_transfer(done) : carry_out(done));
  d.draft.take_feed_line(id, done.key, content);
  return done;
}

Result Batch::post_transfer(FeedLine& done) {
  Computing computing{.pack = pack, .c = kNoCase, .store = d.draft, .scope = scope};
  auto move = compute(*transfer, computing);
  if (!move) return refuse_at("do[0]", Why::expression_failed, move.error().text);
  if (!*move) return {};
  // Nothing is left behind if all that forbids it is asked first.
  BASHU_TRY(const std::optional<Reject> mark, check_move(d.draft, pack, **move));
  Posted& posted = done.postings.emplace_back(Posted{.id = {},
                                                     .from = std::move((*move)->from),
                                                     .to = std::move((*move)->to),
                                                     .amount = (*move)->amount,
                                                     .on = (*move)->on});
  post(d.draft, posted);
  if (mark) raise_exception(d, {}, id + " " + done.key + ": " + describe(*mark));
  return {};
}

Result Batch::carry_out(FeedLine& done) {
  Computing computing{.pack = pack, .c = kNoCase, .store = d.draft, .scope = scope};
  const PartyId self = d.self();
  BASHU_TRY(const std::vector<EffectDone> effects, compute_all(feed.effects, self, computing));
  Trial trial{d};
  BASHU_TRY_OK(
      enact_all(feed.effects, effects,
                {.d = *trial, .id = {}, .pack = pack, .by = self, .sides = sides, .told = {}}));
  d.take_over(*trial);
  // The line is one event, but for editions and tasks; its changes are made here.
  for (Event& event : trial.draft().take_events()) {
    core::apply(d.draft, event);
    if (auto* posted = std::get_if<Posted>(&event)) done.postings.push_back(std::move(*posted));
    if (auto* record = std::get_if<RecordPut>(&event)) done.records.push_back(std::move(*record));
    if (std::holds_alternative<EditionPublished>(event) ||
        std::holds_alternative<TaskRaised>(event)) {
      d.draft.note(std::move(event));
    }
  }
  return {};
}

}  // namespace

Result post_feed(Deciding& d, const PostFeed& command, Decision& decision) {
  const PackRow* row = in_force(d.circle().packs, command.pack, std::array{d.self()}, d.today());
  if (!row) return refuse(Why::pack_not_in_force, command.pack);
  const packs::PackPtr pack = row->pack;
  const auto* feed = packs::find(pack->feeds, command.feed);
  if (!feed) return refuse(Why::no_such_feed, command.feed);
  const bool may = std::ranges::find(feed->by, command.role) != feed->by.end() &&
                   has_role(command.by, command.role);
  if (!may) return refuse(Why::feed_not_for_role, command.role);
  Batch batch{.d = d,
              .by = command.by,
              .pack = *pack,
              .feed = *feed,
              .id = pack->name + "/" + command.feed,
              .scope = {d.draft, *pack, nullptr, nullptr, nullptr, d.today(), d.self()},
              .sides = sides_of(d, *pack),
              .split = has_other_nodes(d.circle().parties, d.self())};
  if (feed->effects.size() == 1 && !feed->effects[0].each && !feed->effects[0].only_if) {
    batch.transfer = std::get_if<packs::Move>(&feed->effects[0].what);
  }
  FeedTaken taken{.feed = batch.id, .lines = {}};
  taken.lines.reserve(command.lines.size());
  BatchAnswer answer;
  const bool counted = command.contents.size() == command.lines.size();
  std::vector<std::string> keys(command.lines.size());
  std::ranges::transform(command.lines, keys.begin(),
                         [&](const Value& given) { return batch.key_of(given); });
  for (std::size_t i = 0; i < command.lines.size(); ++i) {
    if (i + kExpectedAhead < keys.size()) {
      d.draft.expect_feed_line(batch.id, keys[i + kExpectedAhead]);
    }
    const Value& given = command.lines[i];
    auto line =
        batch.line(given, std::move(keys[i]), counted ? command.contents[i] : content_of(given));
    if (!line) {
      decision.refused.push_back({.line = i, .why = std::move(line.error())});
    } else if (!*line) {
      ++answer.known;
    } else {
      taken.lines.push_back(std::move(**line));
    }
  }
  if (is_elsewhere(decision, command.lines.size())) {
    return std::unexpected{std::move(decision.refused.front().why)};
  }
  answer.taken = static_cast<std::int64_t>(taken.lines.size());
  answer.otherwise = batch.otherwise;
  answer.refused = static_cast<std::int64_t>(decision.refused.size());
  decision.answer = to_value(answer);
  if (!taken.lines.empty()) d.draft.note(std::move(taken));  // its changes were made line by line
  return {};
}

}  // namespace bashu::core
