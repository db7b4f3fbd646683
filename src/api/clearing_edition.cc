#include "api/clearing_edition.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "api/clearing_refusal.h"
#include "api/clearing_views.h"
#include "api/documents.h"
#include "api/reading.h"
#include "fares/changes.h"
#include "fares/editions.h"
#include "fares/renewed.h"
#include "fares/taking.h"
#include "packs/yaml.h"

namespace bashu::api {

namespace {

constexpr std::size_t kPricesShown = 500;  // of an edition
constexpr std::size_t kRuleShown = 400;    // bytes of a rule's words

// Which editions came with one agreement, and whose it was.
struct Agreed {
  std::size_t editions = 0;  // so many in all, from the first on
  core::PartyId proposed_by, agreed_by;
  Date proposed_on, agreed_on;
};

std::expected<std::size_t, Problem> count_editions(Context& context, const Value& document) {
  const auto text = document_bytes(context, document);
  if (!text) return std::unexpected{text.error()};
  const auto tariff = tariff_in(*text, "tariff");
  if (!tariff) return std::unexpected{tariff.error()};
  return fares::editions_of(*tariff).size();
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

std::string short_of(const std::string& text) {
  if (text.size() <= kRuleShown) return text;
  std::size_t end = kRuleShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

// The editions of `next` that `now` does not have, each beside the one before it.
Value::List changes_value(const std::string& now, const std::string& next) {
  const Value tariff = packs::read_yaml(next).root;
  const std::size_t had = fares::whole_editions(packs::read_yaml(now).root).size();
  const auto read = fares::read_tariff(tariff);
  const auto whole = fares::whole_editions(tariff);
  const auto editions = fares::editions_of(*read);
  Value::List out;
  for (std::size_t i = had; i < whole.size(); ++i) {
    const fares::Changes changes = fares::changes(whole[i - 1], whole[i]);
    Value::Record one;
    add_days(one, *editions[i]);
    Value::List prices, rules;
    for (const fares::PriceChange& price : changes.prices) {
      if (prices.size() < kPricesShown) prices.push_back(price_value(price));
    }
    for (const fares::RuleChange& rule : changes.rules) {
      rules.push_back(Value::Record{
          {"where", rule.where}, {"now", short_of(rule.now)}, {"next", short_of(rule.next)}});
    }
    one.emplace("prices", std::move(prices));
    one.emplace("prices_in_all", changes.prices.size());
    one.emplace("rules", std::move(rules));
    out.emplace_back(std::move(one));
  }
  return out;
}

// A proposal beside what the book has; one that cannot be read is a problem, one that may not
// follow says why.
std::expected<Value::Record, Problem> next_value(Context& context, const Call& call,
                                                 const ClearingBook& book, const std::string& now,
                                                 const std::string& next) {
  const auto tariff = tariff_in(next, "proposal");
  if (!tariff) return std::unexpected{tariff.error()};
  Value::Record out{{"editions", changes_value(now, next)}};
  const auto follows = edition_follows(context, call, book, next);
  if (follows) return out;
  if (follows.error().number != static_cast<int>(RejectCode::form)) {
    return std::unexpected{follows.error()};
  }
  out.emplace("refused", in_language(follows.error().errors.front().why, call.language));
  return out;
}

}  // namespace

std::expected<void, Problem> edition_follows(Context& context, const Call& call,
                                             const ClearingBook& book, const std::string& text) {
  const std::string where = "with." + std::string{kProposal};
  const auto now = document_text(context, book.row, "tariff");
  if (!now) return std::unexpected{now.error()};
  auto tariff = tariff_in(text, where);
  if (!tariff) return std::unexpected{tariff.error()};
  std::optional<Date> closed;
  {
    const auto held = hold_ledger(context, call, book);
    if (!held) return std::unexpected{held.error()};
    closed = (*held)->ledger->closed_until();
  }
  if (const auto wrong =
          fares::not_renewed(packs::read_yaml(*now).root, packs::read_yaml(text).root, closed)) {
    return std::unexpected{wrong_at(where, wrong->key, {{"where", wrong->where}})};
  }
  if (const auto wrong = fares::wrong_when_taken(*tariff); !wrong.empty()) {
    return std::unexpected{wrong_at(where, "tariff_wrong",
                                    {{"what", wrong.front().where + " " + wrong.front().what}})};
  }
  if (!closed) return {};
  const auto otherwise = closed_otherwise(context, call, book, *std::move(tariff));
  if (!otherwise) return std::unexpected{otherwise.error()};
  if (*otherwise) {
    return std::unexpected{wrong_at(where, "edition_otherwise", {{"window", **otherwise}})};
  }
  return {};
}

Result show_tariff(Context& context, const Call& call) {
  const auto book = find_book(context, call, call.part("id"), Sight::audited);
  if (!book) return std::unexpected{book.error()};
  if (!clears_taps(*book)) {
    return std::unexpected{refused(book->row.id, "no_book_of_taps", {{"book", book->row.id}})};
  }
  const auto now = document_text(context, book->row, "tariff");
  if (!now) return std::unexpected{now.error()};
  const auto tariff = tariff_in(*now, book->row.id + ".tariff");
  if (!tariff) return std::unexpected{tariff.error()};
  const auto steps = call.views->history(book->row.id);
  if (!steps) return std::unexpected{problem_of(steps.error())};
  const auto said = said_of_tariff(context, *steps);
  if (!said) return std::unexpected{said.error()};
  auto value = book_value(context, call, *book, {});
  if (!value) return std::unexpected{value.error()};
  Value::Record out{{"book", *std::move(value)},
                    {"tariff", tariff->name},
                    {"rules", tariff->rules},
                    {"editions", editions_value(*tariff, *said)}};
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
