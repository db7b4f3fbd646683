#include "packs/show.h"

#include <algorithm>
#include <array>

#include "packs/pages.h"
#include "packs/retention.h"
#include "packs/words.h"
#include "texts/texts.h"

namespace bashu::packs {
namespace {

class Teller {
 public:
  Teller(const Pack& pack, const std::string& language) : pack_{pack}, language_{language} {}

  std::string tell() {
    line(0, named(pack_.title, pack_.name) + "  " +
                say("version", {{"n", std::to_string(pack_.version)}}));
    line(0, pack_.digest);
    for (const auto& [name, service] : pack_.services) tell(name, service);
    list("registers", pack_.registers);
    list("books", pack_.books);
    if (!pack_.feeds.empty()) {
      line(0, "");
      line(0, say("feeds"));
    }
    for (const auto& [name, feed] : pack_.feeds) {
      line(1, named(feed.title, name) + "  " + say("by") + " " + roles(feed.by));
      if (!feed.when) continue;
      const Reading reading{.pack = pack_, .line = feed.line.get(), .language = language_};
      line(2, condition(*feed.when, feed.why, reading));
    }
    list("figures", pack_.figures);
    const std::vector<std::string> kept = retention_in_words(pack_, language_);
    if (!kept.empty()) {
      line(0, "");
      line(0, say("retention"));
    }
    for (const std::string& one : kept) line(1, one);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string say(std::string_view key, const texts::Places& places = {}) const {
    return texts::text(language_, "pack.show." + std::string{key}, places);
  }
  [[nodiscard]] std::string named(const Title& title, const std::string& name) const {
    return say("title", {{"title", in_language(title, language_)}, {"name", name}});
  }
  [[nodiscard]] std::string word_of(const std::string& name) const {
    return word(pack_, name, language_);
  }
  [[nodiscard]] std::string roles(const std::vector<std::string>& names) const {
    std::vector<std::string> words;
    for (const std::string& name : names) words.push_back(word_of(name));
    return joined(words);
  }
  static std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
  }
  void line(std::size_t indent, const std::string& text) {
    out_ += text.empty() ? std::string{} : std::string(indent * 2, ' ') + text;
    out_ += '\n';
  }
  template <typename T>
  void list(std::string_view heading, const Named<T>& items) {
    if (items.empty()) return;
    line(0, "");
    line(0, say(heading));
    for (const auto& [name, item] : items) line(1, named(item.title, name));
  }
  [[nodiscard]] std::string condition(const Program& when, const Title& why,
                                      const Reading& reading) const {
    std::string text = say("if", {{"a", in_words(when, reading)}});
    if (!why.empty()) text += "  " + say("else", {{"why", in_language(why, language_)}});
    return text;
  }

  void tell(const std::string& name, const Service& service) {
    const Reading reading{.pack = pack_, .service = &service, .language = language_};
    line(0, "");
    std::string head = named(service.title, name);
    if (const Service* parent = find(pack_.services, service.parent)) {
      head += "  " + say("parent", {{"service", in_language(parent->title, language_)}});
    }
    line(0, head);
    if (!service.display.about.empty()) line(1, in_language(service.display.about, language_));
    for (const PartyDef& party : service.parties) {
      std::vector<std::string> names;
      for (const auto& [role, sees_all] : party.roles) {
        std::string seen = sees_all ? "" : " (" + say("sees_own") + ")";
        if (const auto whose = party.whose.find(role); whose != party.whose.end()) {
          seen = " (" + say("sees_own_of", {{"fields", joined(whose->second)}}) + ")";
        }
        names.push_back(word_of(role) + seen);
      }
      line(1, word_of(party.name) + ": " + joined(names));
    }
    std::vector<std::string> needed;
    for (const NeededPaper& paper : service.papers) {
      needed.push_back(in_language(paper.title, language_));
    }
    if (!needed.empty()) line(1, say("needs") + ": " + joined(needed));
    event(1, say("start") + "  [" + word_of(service.start.owner) + "]", reading,
          service.start.event);
    for (const std::string& state : in_order(service)) {
      if (const StateDef* def = find(service.states, state)) tell(state, *def, reading);
    }
    holds(1, service.holds, reading);
    for (const auto& [field, condition] : service.needed) {
      const Type* type = service.field(field);
      line(1, say("needed", {{"field", type ? in_language(type->title, language_) : field},
                             {"a", in_words(*condition, reading)}}));
    }
    for (const auto& [field, program] : service.before_sealing) {
      line(1, say("before_sealing", {{"field", in_language(service.field(field)->title, language_)},
                                     {"a", in_words(*program, reading)}}));
    }
    for (const auto& [print_name, print] : service.prints) {
      line(1, say("prints") + ": " + named(print.title, print_name));
    }
    for (const auto& [calc, program] : service.calc) {
      line(1, say("calc") + ": " + calc + " = " + in_words(*program, reading));
    }
  }

  void tell(const std::string& name, const StateDef& state, const Reading& reading) {
    line(1, named(state.title, name) + "  [" +
                (state.final ? say("end") : say("owner", {{"party", word_of(state.owner)}})) + "]");
    if (!state.then.empty()) branches(2, say("by_itself"), reading, state.then);
    for (const auto& [event_name, def] : state.events) {
      event(2, named(def.title, event_name), reading, def);
    }
    for (const auto& [clock_name, clock] : reading.service->clocks) {
      if (std::ranges::find(clock.runs_in, name) == clock.runs_in.end()) continue;
      const std::string budget =
          clock.until ? say("clock.until", {{"day", in_words(*clock.until, reading)}})
          : clock.kind == ClockDef::Kind::working_days
              ? say("clock.working_days", {{"n", std::to_string(clock.budget)}})
              : say("clock.days", {{"n", std::to_string(clock.budget)}});
      const EventDef* breach = find(state.events, clock.breach);
      line(2,
           say("clock", {{"name", word_of(clock_name)},
                         {"budget", budget},
                         {"then", breach ? in_language(breach->title, language_) : clock.breach}}));
    }
    holds(2, state.holds, reading);
  }

  void event(std::size_t indent, const std::string& head, const Reading& reading,
             const EventDef& def) {
    std::string text = head;
    std::vector<std::string> who;
    for (const By& by : def.by) {
      who.push_back(by.role == "system" ? say("system")
                                        : word_of(by.party) + "." + word_of(by.role));
    }
    if (!who.empty()) text += "  " + say("by") + " " + joined(who);
    if (!def.another_than.empty()) {
      text += " (" + say("another_than", {{"events", joined(def.another_than)}}) + ")";
    }
    if (!def.form.empty()) {
      std::vector<std::string> fields;
      for (const std::string& name : def.form) {
        const Type* type = reading.service->field(name);
        fields.push_back(type ? in_language(type->title, language_) : name);
      }
      text += "; " + say("form", {{"fields", joined(fields)}});
    }
    branches(indent, text, reading, def.branches);
  }

  // What else a branch says: a round, a word to the applicant.
  void notice(std::size_t indent, const Branch& branch, const Reading& reading) {
    for (const std::string& round : rounds_in_words({branch}, reading)) line(indent, round);
    if (branch.notice.empty()) return;
    line(indent, say("notice", {{"a", in_language(branch.notice, language_)}}));
  }

  void branches(std::size_t indent, const std::string& head, const Reading& reading,
                const std::vector<Branch>& all) {
    if (all.size() == 1 && !all[0].when) {
      line(indent, head + "  " + target(reading, all[0]));
      notice(indent + 1, all[0], reading);
      return;
    }
    line(indent, head);
    for (const Branch& branch : all) {
      line(indent + 1, target(reading, branch));
      line(indent + 2, branch.when ? condition(*branch.when, branch.why, reading) : say("unset"));
      notice(indent + 2, branch, reading);
    }
  }
  [[nodiscard]] std::string target(const Reading& reading, const Branch& branch) const {
    const StateDef* state = branch.to ? find(reading.service->states, *branch.to) : nullptr;
    if (!state) return say("to", {{"state", say("stays")}});
    return say("to", {{"state", named(state->title, *branch.to)}});
  }

  void holds(std::size_t indent, const std::vector<std::pair<std::string, ProgramPtr>>& all,
             const Reading& reading) {
    for (const auto& [party, program] : all) {
      line(indent, say("holds", {{"party", word_of(party)}, {"a", in_words(*program, reading)}}));
    }
  }

  const Pack& pack_;
  const std::string& language_;
  std::string out_;
};

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

// Whom the rounds of a branch move, under its own title.
std::string rounds_drawn(const Pack& pack, const Branch& branch, const std::string& language) {
  std::string text;
  for (const Effect& effect : branch.effects) {
    const Allot* allot = std::get_if<Allot>(&effect.what);
    const Service* among = allot ? find(pack.services, allot->service) : nullptr;
    const StateDef* state = among ? find(among->states, allot->state) : nullptr;
    const EventDef* taken = state ? find(state->events, allot->take) : nullptr;
    if (!taken) continue;
    text += "\n" + texts::text(language, "pack.round.drawn",
                               {{"service", in_language(among->title, language)},
                                {"event", in_language(taken->title, language)}});
  }
  return text;
}

// The drawing of one service.
std::string cluster(const Pack& pack, const std::string& name, const Service& service,
                    const std::string& language) {
  static constexpr std::array<std::string_view, 6> kColours = {"#dbe9f6", "#fde5cd", "#dff0d8",
                                                               "#f6dbe9", "#eee8c9", "#e2dff5"};
  const auto node = [&name](const std::string& state) { return quoted(name + "." + state); };
  const auto colour = [&service](const std::string& owner) {
    std::size_t index = 0;
    while (index < service.parties.size() && service.parties[index].name != owner) ++index;
    return std::string{kColours[index % kColours.size()]};
  };
  std::string out = "  subgraph " + quoted("cluster_" + name) +
                    " {\n    label=" + quoted(in_language(service.title, language)) + ";\n";
  out += "    " + node("") + " [label=\"\", shape=circle, width=0.2, fillcolor=black];\n";
  const auto edges = [&](const std::string& from, const std::string& owner,
                         const std::string& label, const std::vector<Branch>& branches,
                         bool dashed) {
    for (const Branch& branch : branches) {
      const std::string& to = branch.to ? *branch.to : from;
      const StateDef* target = find(service.states, to);
      out += "    " + node(from) + " -> " + node(to) +
             " [label=" + quoted(label + rounds_drawn(pack, branch, language));
      if (dashed) out += ", style=dashed";
      if (target && !target->owner.empty() && target->owner != owner) out += ", penwidth=2.5";
      out += "];\n";
    }
  };
  for (const auto& [state_name, state] : service.states) {
    out += "    " + node(state_name) + " [label=" +
           quoted(in_language(state.title, language) +
                  (state.final ? "" : "\n" + word(pack, state.owner, language))) +
           (state.final ? ", peripheries=2, fillcolor=white"
                        : ", fillcolor=\"" + colour(state.owner) + "\"") +
           "];\n";
  }
  edges("", service.start.owner, "", service.start.event.branches, false);
  for (const auto& [state_name, state] : service.states) {
    edges(state_name, state.owner, "", state.then, true);
    for (const auto& [event_name, event] : state.events) {
      const bool person =
          std::ranges::any_of(event.by, [](const By& by) { return by.role != "system"; });
      edges(state_name, state.owner, in_language(event.title, language), event.branches, !person);
    }
  }
  return out + "  }\n";
}

}  // namespace

std::string show(const Pack& pack, const std::string& language) {
  return Teller{pack, language}.tell();
}

std::string dot(const Pack& pack, const std::string& language) {
  std::string out = "digraph " + quoted(pack.name) + " {\n  rankdir=LR;\n" +
                    "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n" +
                    "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (const auto& [name, service] : pack.services) out += cluster(pack, name, service, language);
  return out + "}\n";
}

}  // namespace bashu::packs
