#include "windows/ledger.h"

#include <algorithm>

#include "clearing/sketch.h"

namespace bashu::windows {

namespace {

using clearing::Difference;
using clearing::Entry;

const Entry* find(const std::vector<Entry>& claims, const std::string& id) {
  const auto found = std::ranges::find(claims, id, &Entry::id);
  return found == claims.end() ? nullptr : &*found;
}

std::optional<Entry> copy_of(const Entry* entry) {
  return entry ? std::optional{*entry} : std::nullopt;
}

}  // namespace

std::vector<Entry> Ledger::claims(std::size_t batches) const {
  std::vector<Entry> out = batches_.claims({of_.first, of_.second}, of_.tariff, batches);
  if (accepted_.empty()) return out;
  std::vector<Entry> instead;
  std::set<std::string> seen;
  std::erase_if(out, [&](const Entry& claim) {
    seen.insert(claim.id);
    const auto held = accepted_.find(claim.id);
    if (held == accepted_.end() || held->second.said != Claim{claim}) return false;
    if (held->second.counts) instead.push_back(*held->second.counts);
    return true;
  });
  for (const auto& [id, one] : accepted_) {
    if (!one.said && one.counts && !seen.contains(id)) instead.push_back(*one.counts);
  }
  std::ranges::move(instead, std::back_inserter(out));
  return out;
}

Drawn Ledger::draw(Date until, std::size_t batches) const {
  std::vector<Entry> lines = clearing::due(standing_, claims(batches), until);
  clearing::Statement statement =
      clearing::statement_of(standing_, lines, {of_.first, of_.second}, until);
  return {.statement = std::move(statement), .lines = std::move(lines)};
}

std::expected<Drawn, std::string> Ledger::agreed(const Said& said) const {
  Drawn out = draw(said.until, said.batches);
  // Ours and theirs, from here on.
  std::vector<Difference> differences = said.differences;
  if (!of_.own_is_first) differences = clearing::turned(std::move(differences));
  if (!differences.empty() || out.statement.root != said.other_root) {
    if (auto whole = clearing::leads_to(out.lines, differences, said.other_root); !whole) {
      return std::unexpected{whole.error()};
    }
  }
  out.lines = clearing::agreed(out.lines, differences);
  for (const Difference& one : said.differences) {
    const std::string name = clearing::name_of(one);
    const bool first_stands = said.second_accepts.contains(name);
    const bool second_stands = !first_stands && said.first_accepts.contains(name);
    if (first_stands && one.here) out.lines.push_back(*one.here);
    if (second_stands && one.there) out.lines.push_back(*one.there);
  }
  std::ranges::sort(out.lines, {}, &Entry::id);
  out.statement = clearing::statement_of(standing_, out.lines, {of_.first, of_.second}, said.until);
  return out;
}

std::expected<void, std::string> Ledger::close(const Said& said) {
  const auto drawn = agreed(said);
  if (!drawn) return std::unexpected{drawn.error()};
  const std::vector<Entry> said_by_batches =
      said.differences.empty() ? std::vector<Entry>{}
                               : batches_.claims({of_.first, of_.second}, of_.tariff, said.batches);
  clearing::close(standing_, drawn->statement, drawn->lines);
  for (const Difference& one : said.differences) {
    const std::string name = clearing::name_of(one);
    const bool ours_stands =
        (of_.own_is_first ? said.second_accepts : said.first_accepts).contains(name);
    const bool we_accept =
        (of_.own_is_first ? said.first_accepts : said.second_accepts).contains(name);
    if (!we_accept || (of_.own_is_first && ours_stands)) continue;
    for (const auto& line : {one.here, one.there}) {
      if (!line) continue;
      const auto held = standing_.claims.find(line->id);
      Claim counts;
      if (held != standing_.claims.end() && held->second.state != clearing::kWithdrawn) {
        counts = held->second;
        counts->correction = 0;
      }
      accepted_[line->id] = {.said = copy_of(find(said_by_batches, line->id)),
                             .counts = std::move(counts)};
    }
  }
  return {};
}

}  // namespace bashu::windows
