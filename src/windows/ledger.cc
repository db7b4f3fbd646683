#include "windows/ledger.h"

#include <algorithm>
#include <utility>

#include "fares/editions.h"

namespace bashu::windows {

using clearing::Difference;
using clearing::Entry;
using clearing::Statement;

namespace {

std::optional<transfers::Flows> flows_of(const Ledger::Of& of) {
  if (!of.transfers) return std::nullopt;
  const auto& [first, second] = *of.transfers;
  return transfers::Flows{of.own_is_first ? transfers::Between{of.first, of.second, first, second}
                                          : transfers::Between{of.second, of.first, second, first}};
}

// The editions with nothing but their days and versions: their prices are asked elsewhere.
fares::Tariff days_of(const fares::Tariff& tariff) {
  fares::Tariff out;
  out.version = tariff.version;
  out.from = tariff.from;
  for (const fares::Tariff& edition : tariff.editions) out.editions.push_back(days_of(edition));
  return out;
}

Due::VersionOn version_on(const std::optional<fares::Tariff>& tariff) {
  if (!tariff) return {};
  return [days = days_of(*tariff)](Date day) { return fares::edition_on(days, day).version; };
}

// Whose line of a difference stands by the answers: the first side's, the second's, or none.
struct Standing {
  bool first = false, second = false;
};
Standing standing(const Said& said, const Difference& one) {
  const std::string name = clearing::name_of(one);
  const bool first = said.second_accepts.contains(name);
  return {.first = first, .second = !first && said.first_accepts.contains(name)};
}

// Lines that one side had, the other had not, and that were given up: the side that had it took the
// other's word. They are in no statement and do not come again.
std::vector<Entry> refused_in(const Said& said) {
  std::vector<Entry> out;
  for (const Difference& one : said.differences) {
    const auto [first, second] = standing(said, one);
    if (first && !one.here) out.push_back(*one.there);
    if (second && !one.there) out.push_back(*one.here);
  }
  return out;
}

}  // namespace

Ledger::Ledger(Of of)
    : own_is_first_{of.own_is_first},
      due_{{of.first, of.second}, version_on(of.tariff)},
      batches_{{of.first, of.second}, std::move(of.tariff), flows_of(of)} {}

void Ledger::is(const std::string& id, const Claim& claim) {
  const auto held = accepted_.find(id);
  if (held == accepted_.end()) return due_.set(id, claim);
  held->second.now = claim;
  // To refuse it, or to refuse it no more, says something else than was said when it was accepted.
  const bool as_then = held->second.said == claim && held->second.refused == batches_.refuses(id);
  due_.set(id, as_then ? held->second.counts : claim);
}

void Ledger::go_to(Date until, std::size_t batches) {
  batches_.count(std::min(batches, batches_.size()),
                 [this](const std::string& id, const Claim& claim) { is(id, claim); });
  due_.until(until);
}

Statement Ledger::draw(Date until, std::size_t batches) {
  go_to(until, batches);
  const Statement out = due_.statement();
  split_ = due_.split();
  return out;
}

std::expected<void, std::string> Ledger::leads_to(const Said& said) {
  go_to(said.until, said.batches);
  return clearing::leads_to(due_.lines().tree,
                            own_is_first_ ? said.differences : clearing::turned(said.differences),
                            said.other_root);
}

Ledger::Met Ledger::met(const std::string& transfer) {
  const auto& flows = batches_.flows();
  Met out{.sheet = flows ? flows->sheet(transfer, batches()) : std::nullopt, .known = {}};
  if (!out.sheet) return out;
  const std::string id = transfers::claim_id(out.sheet->payer, out.sheet->reference);
  out.known = flows->known(id, batches());
  if (const auto said = due_.said(id)) out.agreed = said->amounts.net;
  return out;
}

std::vector<Ledger::Flow> Ledger::flows() {
  std::vector<Flow> out;
  if (!batches_.flows()) return out;
  for (transfers::Flows::Reference& one : batches_.flows()->references(batches())) {
    const auto said = due_.said(one.id);
    out.push_back({.of = std::move(one), .agreed = said ? said->amounts.net : 0});
  }
  return out;
}

std::vector<Stands> Ledger::stands(const Said& said) const {
  std::vector<Stands> out;
  for (const Difference& one : said.differences) {
    const auto [first, second] = standing(said, one);
    Stands& stands = out.emplace_back();
    stands.out = own_is_first_ ? one.here : one.there;
    if (first && one.here) stands.lines.push_back(*one.here);
    if (second && one.there) stands.lines.push_back(*one.there);
  }
  return out;
}

std::expected<Statement, std::string> Ledger::agreed(const Said& said) {
  if (auto whole = leads_to(said); !whole) return std::unexpected{whole.error()};
  auto out = due_.statement_with(stands(said));
  if (!out) return out;
  split_ = due_.split();
  split_.refused = refused_in(said);
  return out;
}

void Ledger::accept(const Said& said) {
  for (const Difference& one : said.differences) {
    const std::string name = clearing::name_of(one);
    const bool ours_stands =
        (own_is_first_ ? said.second_accepts : said.first_accepts).contains(name);
    const bool we_accept =
        (own_is_first_ ? said.first_accepts : said.second_accepts).contains(name);
    if (!we_accept || (own_is_first_ && ours_stands)) continue;
    for (const auto& line : {one.here, one.there}) {
      if (!line) continue;
      Claim counts = due_.said(line->id);
      if (counts && counts->state == clearing::kWithdrawn) counts.reset();
      if (counts) counts->correction = 0;
      const auto held = accepted_.find(line->id);
      const Claim now = held == accepted_.end() ? due_.claim(line->id) : held->second.now;
      accepted_[line->id] = {.said = now,
                             .counts = std::move(counts),
                             .refused = batches_.refuses(line->id),
                             .now = now};
      is(line->id, now);
    }
  }
}

std::expected<void, std::string> Ledger::close(const Said& said) {
  const auto statement = agreed(said);
  if (!statement) return std::unexpected{statement.error()};
  due_.close(*statement, stands(said));
  accept(said);
  return {};
}

}  // namespace bashu::windows
