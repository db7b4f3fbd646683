#include "checks.h"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/json.h"
#include "core/core.h"
#include "packs/pack.h"

namespace bashu::sim {

namespace {

using core::Case;

const packs::Pack* pack_of(const Shadow& node, const Case& c) {
  const auto row = node.state().circle().packs.find(c.pack);
  return row == node.state().circle().packs.end() ? nullptr : row->second.pack.get();
}

// The party that holds the case as this copy has it; empty once it has ended.
std::string holder(const Shadow& node, const Case& c) {
  const packs::Pack* pack = pack_of(node, c);
  const packs::Service* service = pack ? packs::find(pack->services, c.service) : nullptr;
  const packs::StateDef* state = service ? packs::find(service->states, c.state) : nullptr;
  if (!state || state->final) return {};
  const auto party = c.parties.find(state->owner);
  return party == c.parties.end() ? std::string{} : party->second.text();
}

struct Copy {
  const Shadow* node = nullptr;
  const Case* copy = nullptr;
};
using Copies = std::map<std::string, std::vector<Copy>>;

Copies copies_of(const Shadows& nodes) {
  Copies all;
  for (const Shadow* node : nodes) {
    node->state().each_case([&](const Case& c) { all[c.id].push_back({node, &c}); });
  }
  return all;
}

const Copy& newest(const std::vector<Copy>& copies) {
  const Copy* best = &copies.front();
  for (const Copy& one : copies) {
    if (one.copy->version > best->copy->version) best = &one;
  }
  return *best;
}

std::optional<Broken> check_holders(const Shadows& nodes, const Copies& all) {
  for (const auto& [id, copies] : all) {
    const Copy& best = newest(copies);
    const std::string holds = holder(*best.node, *best.copy);
    bool there = holds.empty();
    for (const Copy& one : copies) {
      const bool stale = one.copy->version < best.copy->version;
      if (holder(*one.node, *one.copy) == one.node->party()) {
        if (stale || one.node->party() != holds) {
          return Broken{"holder", "both " + one.node->party() + " and " + best.node->party() +
                                      " could act on " + id};
        }
        there = true;
      }
    }
    for (const Shadow* node : nodes) {
      if (there || node->party() != holds) continue;
      for (const Shadow* teller : nodes) {
        if (teller == node) continue;
        const core::Inbox& inbox = node->state().inbox(teller->party());
        if (teller->told(node->party(), id, inbox.next)) there = true;
        for (const auto& [seq, held] : inbox.held) there = there || held.stream == id;
      }
    }
    if (!there) return Broken{"holder", "nobody holds " + id + "; it should be " + holds};
  }
  return std::nullopt;
}

std::optional<Broken> check_steps(const Shadows& nodes) {
  for (const Shadow* one : nodes) {
    for (const Shadow* other : nodes) {
      if (one == other) break;
      auto a = one->steps().begin();
      auto b = other->steps().begin();
      while (a != one->steps().end() && b != other->steps().end()) {
        if (a->first < b->first) {
          ++a;
        } else if (b->first < a->first) {
          ++b;
        } else {
          if (a->second != b->second) {
            return Broken{"steps", "version " + std::to_string(a->first.second) + " of " +
                                       a->first.first + " is not the same at both nodes"};
          }
          ++a;
          ++b;
        }
      }
    }
  }
  return std::nullopt;
}

std::optional<Broken> check_channels(const Shadows& nodes) {
  for (const Shadow* from : nodes) {
    for (const Shadow* to : nodes) {
      if (from == to) continue;
      const core::Outbox& outbox = from->state().outbox(to->party());
      const core::Inbox& inbox = to->state().inbox(from->party());
      const std::int64_t answered = outbox.beyond.empty() ? outbox.acked : *outbox.beyond.rbegin();
      const std::string channel = from->party() + " to " + to->party();
      if (inbox.next - 1 > outbox.last) {
        return Broken{"channel", channel + ": more was taken than sent"};
      }
      if (answered > inbox.next - 1) {
        return Broken{"channel", channel + ": more was acknowledged than taken"};
      }
      if (!outbox.stopped.empty()) {
        return Broken{"channel", channel + " was stopped: " + outbox.stopped};
      }
    }
  }
  return std::nullopt;
}

// Registered at one place, or on the way, and never both.
std::optional<Broken> check_persons(const Shadows& nodes, const Copies& all) {
  constexpr std::string_view kRegister = "household-migration/population";
  std::map<std::string, int> places;
  for (const Shadow* node : nodes) {
    node->state().each_record(
        [&](const core::RegisterId& reg, const std::string& key, const core::Record& record) {
          if (reg == kRegister) {
            places[key] += record.fields.text_at("standing") == "active" ? 1 : 0;
          }
        });
  }
  if (places.empty()) return std::nullopt;
  for (const auto& [id, copies] : all) {
    const Case& c = *newest(copies).copy;
    if (c.service != "move" || (c.state != "on_the_way" && c.state != "going_back")) continue;
    ++places[c.data.text_at("person")];
    const Value* members = c.data.find("members");
    if (!members || !members->as_list()) continue;
    for (const Value& member : *members->as_list()) {
      if (const std::string* person = member.as_text()) ++places[*person];
    }
  }
  for (const auto& [person, count] : places) {
    if (count == 1) continue;
    return Broken{"person", person + " is registered or on the way " + std::to_string(count) +
                                " times instead of once"};
  }
  return std::nullopt;
}

bool is_shared(const Shadow& node, const core::RegisterId& reg) {
  const auto slash = reg.find('/');
  for (const auto& [digest, row] : node.state().circle().packs) {
    if (!row.pack || row.pack->name != reg.substr(0, slash)) continue;
    const auto* found = packs::find(row.pack->registers, reg.substr(slash + 1));
    if (found && found->kept == packs::Kept::shared) return true;
  }
  return false;
}

std::map<std::string, std::string> shared_records(const Shadow& node) {
  std::map<std::string, std::string> all;
  node.state().each_record(
      [&](const core::RegisterId& reg, const std::string& key, const core::Record& record) {
        if (is_shared(node, reg)) {
          all[reg + " " + key] = record.keeper + " " + canonical_json(record.fields);
        }
      });
  return all;
}

std::string describe(const Case& c) {
  return "version " + std::to_string(c.version) + " " + c.state + " " + c.digest + " " +
         canonical_json(c.data);
}

}  // namespace

std::optional<Broken> check_alone(const Shadow& node) {
  if (std::string broken = core::invariant(node.state()); !broken.empty()) {
    return Broken{"invariant", node.party() + ": " + broken};
  }
  std::optional<Broken> broken;
  node.state().each_case([&](const Case& c) {
    if (c.dispute && !broken) {
      broken = Broken{"dispute", node.party() + ": " + c.id + ": " + c.dispute->reason + ": " +
                                     c.dispute->detail};
    }
  });
  // Between honest nodes only an adoption that is still on its way can make a message wait.
  node.state().each_inbox([&](const core::PartyId& from, const core::Inbox& box) {
    for (const auto& [seq, held] : box.held) {
      if (broken || held.reason == "pack" || held.reason == "stream-held") continue;
      broken = Broken{"held", node.party() + " holds message " + std::to_string(seq) + " of " +
                                  from + ", " + held.stream + ": " + held.reason + " " +
                                  canonical_json(held.body)};
    }
  });
  return broken;
}

std::optional<Broken> check_together(const Shadows& nodes) {
  const Copies all = copies_of(nodes);
  if (auto broken = check_channels(nodes)) return broken;
  if (auto broken = check_steps(nodes)) return broken;
  if (auto broken = check_holders(nodes, all)) return broken;
  return check_persons(nodes, all);
}

std::optional<Broken> check_at_rest(const Shadows& nodes) {
  for (const auto& [id, copies] : copies_of(nodes)) {
    for (const Copy& one : copies) {
      const Case& first = *copies.front().copy;
      if (describe(*one.copy) != describe(first) || one.copy->parties != first.parties ||
          one.copy->reached != first.reached) {
        return Broken{"copies", id + " is " + describe(first) + " at " +
                                    copies.front().node->party() + " and " + describe(*one.copy) +
                                    " at " + one.node->party()};
      }
    }
    for (const auto& [name, party] : copies.front().copy->parties) {
      bool found = false;
      for (const Copy& one : copies) found = found || one.node->party() == party;
      if (!found) return Broken{"copies", party + " has no copy of " + id};
    }
  }
  const auto first = shared_records(*nodes.front());
  for (const Shadow* node : nodes) {
    const auto records = shared_records(*node);
    for (const auto& [key, record] : records) {
      const auto it = first.find(key);
      if (it == first.end() || it->second != record) {
        return Broken{"registers", key + " is " + record + " at " + node->party() + " and " +
                                       (it == first.end() ? "missing" : it->second) + " at " +
                                       nodes.front()->party()};
      }
    }
    if (records.size() != first.size()) {
      return Broken{"registers", "a shared record is missing at " + node->party()};
    }
    std::optional<Broken> broken;
    node->state().each_outbox([&](const core::PartyId& to, const core::Outbox& box) {
      if (!box.asked.empty()) {
        broken = Broken{"rest", node->party() + " waits for an answer of " + to};
      }
    });
    node->state().each_inbox([&](const core::PartyId& from, const core::Inbox& box) {
      if (!box.held.empty()) {
        broken = Broken{"rest", node->party() + " holds a message of " + from + ": " +
                                    box.held.begin()->second.reason};
      }
    });
    if (broken) return broken;
  }
  return std::nullopt;
}

}  // namespace bashu::sim
