#include "windows/batches.h"

#include <algorithm>

#include "base/ahead.h"
#include "fares/claims.h"

namespace bashu::windows {

using clearing::Entry;

namespace {

constexpr std::size_t kTogether = 2'048;  // sources whose claims one thread makes in one go
constexpr std::size_t kAhead = 2;         // of these at a time

}  // namespace

void Batches::add(Rows rows) {
  const std::size_t number = named_.size();
  auto& named = named_.emplace_back();
  const auto source = [&](const std::string& name) -> Source& {
    const auto held = sources_.try_emplace(name).first;
    named.push_back(&held->first);
    return held->second;
  };
  if (tariff_) {
    for (fares::Tap& tap : rows.taps) {
      Source& token = source(tap.token);
      token.taps.emplace_back(number, std::move(tap));
    }
    for (fares::Denial& entry : rows.denied) {
      Source& token = source(entry.token);
      token.denied.emplace_back(number, std::move(entry));
    }
  } else if (flows_) {
    for (const std::string& id :
         flows_->add(number, std::move(rows.sheets), std::move(rows.receipts))) {
      source(id);
    }
  } else {
    for (medical::Bill& bill : rows.bills) {
      Source& versions = source(bill.id);
      versions.bills.emplace_back(number, std::move(bill));
    }
  }
  refusals_.add(number, std::move(rows.refused));
  std::ranges::sort(named);
  const auto twice = std::ranges::unique(named);
  named.erase(twice.begin(), twice.end());
  named.shrink_to_fit();
}

std::vector<Entry> Batches::claims(const std::string& name, const Source& source) const {
  const auto counted = [&]<typename T>(const Numbered<T>& rows) {
    std::vector<T> out;
    for (const auto& [number, row] : rows) {
      if (number < counted_) out.push_back(row);
    }
    return out;
  };
  std::vector<Entry> out;
  if (tariff_) {
    fares::Denied denied;
    for (const fares::Denial& entry : counted(source.denied)) fares::deny(denied, entry);
    out = fares::claims(*tariff_, counted(source.taps), denied);
  } else if (flows_) {
    if (auto claim = flows_->claim(name, counted_)) out.push_back(*std::move(claim));
  } else {
    out = medical::claims(counted(source.bills));
  }
  std::erase_if(out, [&](const Entry& one) {
    return std::minmax(one.creditor, one.debtor) != std::minmax(sides_.first, sides_.second) ||
           refuses(one.id);
  });
  return out;
}

bool Batches::makes(const std::string& claim) const {
  std::vector<const std::string*> names;
  name_sources_of(claim, names);
  return std::ranges::any_of(names, [&](const std::string* name) {
    const Source& source = sources_.find(*name)->second;
    if (!source.bills.empty()) return true;
    return std::ranges::any_of(source.taps, [&](const auto& numbered) {
      const std::string tap = *name + '/' + numbered.second.id;
      return claim == tap || claim.starts_with(tap + '/');
    });
  });
}

void Batches::each_token(const std::function<void(std::vector<fares::Tap>)>& each) const {
  for (const auto& [name, source] : sources_) {
    std::vector<fares::Tap> taps;
    for (const auto& [number, tap] : source.taps) taps.push_back(tap);
    if (!taps.empty()) each(std::move(taps));
  }
}

void Batches::name_sources_of(const std::string& claim,
                              std::vector<const std::string*>& names) const {
  for (std::size_t end = claim.find('/');; end = claim.find('/', end + 1)) {
    const auto held = sources_.find(claim.substr(0, end));
    if (held != sources_.end()) names.push_back(&held->first);
    if (end == std::string::npos) return;
  }
}

void Batches::count(std::size_t count, const Tell& tell) {
  std::vector<const std::string*> names;
  const std::size_t less = std::min(count, counted_);
  const std::size_t more = std::max(count, counted_);
  for (std::size_t i = less; i < more; ++i) {
    names.insert(names.end(), named_[i].begin(), named_[i].end());
  }
  const std::vector<std::string> refused = refusals_.named(less, more);
  for (const std::string& claim : refused) name_sources_of(claim, names);
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  counted_ = count;
  for (const std::string& claim : refused) tell(claim, std::nullopt);
  struct Made {
    Source* source;
    std::vector<Entry> claims;
  };
  const auto make = [&](std::size_t part) {
    const std::size_t from = part * kTogether;
    const std::size_t to = std::min(from + kTogether, names.size());
    std::vector<Made> out;
    for (std::size_t i = from; i < to; ++i) {
      Source& source = sources_.find(*names[i])->second;
      out.push_back({.source = &source, .claims = claims(*names[i], source)});
    }
    return out;
  };
  const auto tell_all = [&](const std::vector<Made>& made) {
    for (const auto& [source, now] : made) {
      std::vector<std::string> told;
      told.reserve(now.size());
      for (const Entry& claim : now) told.push_back(claim.id);
      for (const std::string& id : source->told) {
        if (std::ranges::find(told, id) == told.end()) tell(id, std::nullopt);
      }
      for (const Entry& claim : now) tell(claim.id, claim);
      source->told = std::move(told);
    }
    return true;
  };
  make_ahead((names.size() + kTogether - 1) / kTogether, kAhead, make, tell_all);
}

}  // namespace bashu::windows
