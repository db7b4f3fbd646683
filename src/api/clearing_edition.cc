#include "api/clearing_edition.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api/clearing_refusal.h"
#include "api/clearing_views.h"
#include "api/documents.h"
#include "api/reading.h"
#include "base/unicode.h"
#include "fares/changes.h"
#include "fares/editions.h"
#include "fares/taking.h"
#include "packs/yaml.h"

namespace bashu::api {

namespace {

constexpr std::size_t kPricesShown = 500;  // of an edition
constexpr std::size_t kRuleShown = 400;    // bytes of a rule's words

using Follows = std::expected<void, Problem>;

// Which editions came with one agreement, and whose it was.
struct Agreed {
  std::size_t editions = 0;  // so many in all, from the first on
  core::PartyId proposed_by, agreed_by;
  Date proposed_on, agreed_on;
};

// Of a tariff that was agreed on: they are counted, not read.
std::expected<std::size_t, Problem> count_editions(Context& context, const Value& document) {
  const auto text = document_bytes(context, document);
  if (!text) return std::unexpected{text.error()};
  const packs::Document file = packs::read_yaml(*text);
  const Value* editions = file.root.find("editions");
  return editions && editions->as_list() ? editions->as_list()->size() + 1 : 1;
}

// The proposal that a step makes, or that awaits an answer after it.
struct Asked {
  const views::StepRow* step = nullptr;
  const Value* document = nullptr;
};
Asked asked_in(const views::StepRow& step) {
  const Value* proposal = step.input.find(kProposal);
  return {.step = &step, .document = proposal ? proposal : step.input.find("tariff")};
}

// What the steps of the book say of its tariff: agreements, and what awaits one.
struct Said {
  std::vector<Agreed> agreed;
  std::optional<Agreed> waits;
};
std::expected<Said, Problem> said_of_tariff(Context& context,
                                            const std::vector<views::StepRow>& steps) {
  Said out;
  Asked asked;
  for (const views::StepRow& step : steps) {
    if (const Asked here = asked_in(step); here.document) {
      asked = here;
      continue;
    }
    const bool answers = !step.to.empty() && step.to != step.from;
    if (!asked.step || !answers || step.decided_by == asked.step->decided_by) continue;
    const bool first = out.agreed.empty();  // the book itself
    if (first || step.input.find(kChecked)) {
      const auto count = count_editions(context, *asked.document);
      if (!count) return std::unexpected{count.error()};
      out.agreed.push_back({.editions = *count,
                            .proposed_by = asked.step->decided_by,
                            .agreed_by = step.decided_by,
                            .proposed_on = asked.step->on,
                            .agreed_on = step.on});
    }
    asked = {};
  }
  if (asked.step) {
    out.waits = {.editions = 0,
                 .proposed_by = asked.step->decided_by,
                 .agreed_by = {},
                 .proposed_on = asked.step->on,
                 .agreed_on = {}};
  }
  return out;
}

void add_days(Value::Record& out, const fares::Tariff& edition) {
  out.emplace("version", edition.version);
  out.emplace("from", edition.from.text());
  if (edition.to) out.emplace("to", edition.to->text());
}

Value::List editions_value(const fares::Tariff& tariff, const Said& said) {
  Value::List out;
  std::size_t number = 0;
  for (const fares::Tariff* edition : fares::editions_of(tariff)) {
    Value::Record one;
    add_days(one, *edition);
    const auto by = std::ranges::find_if(
        said.agreed, [&](const Agreed& agreed) { return number < agreed.editions; });
    if (by != said.agreed.end()) {
      one.emplace("proposed_by", by->proposed_by);
      one.emplace("proposed_on", by->proposed_on.text());
      one.emplace("agreed_by", by->agreed_by);
      one.emplace("agreed_on", by->agreed_on.text());
    }
    out.emplace_back(std::move(one));
    ++number;
  }
  return out;
}

Value price_value(const fares::PriceChange& price) {
  Value::Record out{{"group", price.group}, {"from", price.from}, {"to", price.to}};
  if (price.instead > 0) out.emplace("instead", price.instead);
  if (price.up_to_m) out.emplace("up_to_m", *price.up_to_m);
  if (price.now) out.emplace("now", *price.now);
  if (price.next) out.emplace("next", *price.next);
  return out;
}

// The editions of `next` that `now` does not have, each beside the one before it.
Value::List changes_value(const fares::SaidTariff& now, const fares::SaidTariff& next) {
  const std::size_t had = fares::editions_of(now.read).size();
  const auto editions = fares::editions_of(next.read);
  Value::List out;
  if (had >= editions.size()) return out;
  Value before = fares::whole_edition(next.said, had - 1);
  for (std::size_t i = had; i < editions.size(); ++i) {
    Value whole = fares::whole_edition(next.said, i);
    const fares::Changes changes = fares::changes(before, whole);
    before = std::move(whole);
    Value::Record one;
    add_days(one, *editions[i]);
    Value::List prices, rules;
    for (const fares::PriceChange& price : changes.prices) {
      if (prices.size() < kPricesShown) prices.push_back(price_value(price));
    }
    for (const fares::RuleChange& rule : changes.rules) {
      rules.push_back(Value::Record{{"where", rule.where},
                                    {"now", cut_short(rule.now, kRuleShown)},
                                    {"next", cut_short(rule.next, kRuleShown)}});
    }
    one.emplace("prices", std::move(prices));
    one.emplace("prices_in_all", changes.prices.size());
    one.emplace("rules", std::move(rules));
    out.emplace_back(std::move(one));
  }
  return out;
}

std::string proposal_path() { return "with." + std::string{kProposal}; }

Follows follows(Context& context, const Call& call, const ClearingBook& book,
                const fares::SaidTariff& now, const fares::SaidTariff& next) {
  const std::string where = proposal_path();
  std::optional<Date> closed;
  {
    const auto held = hold_ledger(context, call, book);
    if (!held) return std::unexpected{held.error()};
    closed = (*held)->ledger->closed_until();
  }
  if (const auto wrong = fares::not_renewed(now, next, closed)) {
    return std::unexpected{
        wrong_at(where, wrong->key, {{"where", cut_short(wrong->where, kRuleShown)}})};
  }
  if (const auto wrong = fares::wrong_when_taken(next.read); !wrong.empty()) {
    return std::unexpected{wrong_tariff(where, wrong.front())};
  }
  if (!closed) return {};
  const auto otherwise = closed_otherwise(context, call, book, next.read);
  if (!otherwise) return std::unexpected{otherwise.error()};
  if (*otherwise) {
    return std::unexpected{wrong_at(where, "edition_otherwise", {{"window", **otherwise}})};
  }
  return {};
}

// A proposal beside what the book has; one that may not follow, or cannot be used at all, says why.
std::expected<Value::Record, Problem> next_value(Context& context, const Call& call,
                                                 const ClearingBook& book,
                                                 const fares::SaidTariff& now,
                                                 const std::string& text) {
  const auto next = said_tariff(text, proposal_path(), TariffUse::to_take);
  Value::Record out{{"editions", next ? changes_value(now, *next) : Value::List{}}};
  const Follows done =
      next ? follows(context, call, book, now, *next) : std::unexpected{next.error()};
  if (done) return out;
  if (done.error().number != static_cast<int>(RejectCode::form)) {
    return std::unexpected{done.error()};
  }
  out.emplace("refused", in_language(done.error().errors.front().why, call.language));
  return out;
}

}  // namespace

std::expected<void, Problem> edition_follows(Context& context, const Call& call,
                                             const ClearingBook& book, const std::string& text) {
  const auto held = document_text(context, book.row, "tariff");
  if (!held) return std::unexpected{held.error()};
  const auto next = said_tariff(text, proposal_path(), TariffUse::to_take);
  if (!next) return std::unexpected{next.error()};
  const auto now = said_tariff(*held, book.row.id + ".tariff", TariffUse::taken);
  if (!now) return std::unexpected{now.error()};
  return follows(context, call, book, *now, *next);
}

Result show_tariff(Context& context, const Call& call) {
  const auto book = find_book(context, call, call.part("id"), Sight::audited);
  if (!book) return std::unexpected{book.error()};
  if (!clears_taps(*book)) {
    return std::unexpected{refused(book->row.id, "no_book_of_taps", {{"book", book->row.id}})};
  }
  const auto held = document_text(context, book->row, "tariff");
  if (!held) return std::unexpected{held.error()};
  const auto steps = call.views->history(book->row.id);
  if (!steps) return std::unexpected{problem_of(steps.error())};
  const auto said = said_of_tariff(context, *steps);
  if (!said) return std::unexpected{said.error()};
  const auto now = said_tariff(*held, book->row.id + ".tariff",
                               said->agreed.empty() ? TariffUse::to_take : TariffUse::taken);
  if (!now) return std::unexpected{now.error()};
  auto value = book_value(context, call, *book, {});
  if (!value) return std::unexpected{value.error()};
  Value::Record out{{"book", *std::move(value)},
                    {"tariff", now->read.name},
                    {"rules", now->read.rules},
                    {"editions", editions_value(now->read, *said)}};
  std::optional<std::string> next;
  if (const std::string sha256 = call.parameter("proposal"); !sha256.empty()) {
    next = deposited_bytes(context, call.key->principal(), Value::Record{{"sha256", sha256}});
    if (!next) {
      return std::unexpected{malformed(
          "proposal", "The digest of a file that you have handed in as a document is expected.",
          "应为您已提交文件的摘要。")};
    }
  } else if (said->waits && !said->agreed.empty()) {
    const auto text = document_text(context, book->row, kProposal);
    if (!text) return std::unexpected{text.error()};
    next = *text;
  }
  if (next) {
    auto proposed = next_value(context, call, *book, *now, *next);
    if (!proposed) return std::unexpected{proposed.error()};
    if (call.parameter("proposal").empty()) {
      proposed->emplace("by", said->waits->proposed_by);
      proposed->emplace("on", said->waits->proposed_on.text());
    }
    out.emplace("next", *std::move(proposed));
  }
  if (auto told = account_for_audit(context, call, book->sight, book->row.id + "/tariff"); !told) {
    return std::unexpected{told.error()};
  }
  return json_response(std::move(out));
}

}  // namespace bashu::api
