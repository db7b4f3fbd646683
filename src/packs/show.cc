#include "packs/show.h"

#include <array>
#include <set>

namespace bashu::packs {
namespace {

struct Words {
  std::string_view version, parties, start, owner, final, by_itself, by, system, when, to, stays,
      form, clocks, working_days, days, until, in, breach, holds, why, parent, feeds, figures;
};
constexpr Words kEnglish{.version = "version",
                         .parties = "parties",
                         .start = "start",
                         .owner = "with",
                         .final = "end",
                         .by_itself = "by itself",
                         .by = "by",
                         .system = "the system",
                         .when = "if",
                         .to = "to",
                         .stays = "stays",
                         .form = "asks for",
                         .clocks = "clocks",
                         .working_days = "working days",
                         .days = "days",
                         .until = "until",
                         .in = "in",
                         .breach = "then",
                         .holds = "must hold",
                         .why = "else",
                         .parent = "sub-case of",
                         .feeds = "feeds",
                         .figures = "figures"};
constexpr Words kChinese{.version = "版本",
                         .parties = "各方",
                         .start = "发起",
                         .owner = "持有方",
                         .final = "终止",
                         .by_itself = "自动",
                         .by = "办理人",
                         .system = "系统",
                         .when = "条件",
                         .to = "转入",
                         .stays = "不变",
                         .form = "填写",
                         .clocks = "时限",
                         .working_days = "个工作日",
                         .days = "日",
                         .until = "截至",
                         .in = "适用状态",
                         .breach = "逾期",
                         .holds = "须成立",
                         .why = "否则",
                         .parent = "子事项，属于",
                         .feeds = "批量记录",
                         .figures = "指标"};

// States as a case meets them: from the start along the branches, breadth first.
std::vector<std::string> in_order(const Service& service) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const auto follow = [&](const std::vector<Branch>& branches) {
    for (const Branch& branch : branches) {
      if (branch.to && seen.insert(*branch.to).second) order.push_back(*branch.to);
    }
  };
  follow(service.start.event.branches);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const StateDef* state = find(service.states, order[i]);
    if (!state) continue;
    follow(state->then);
    for (const auto& [name, event] : state->events) follow(event.branches);
  }
  return order;
}

class Teller {
 public:
  Teller(const Pack& pack, const std::string& language)
      : pack_{pack}, language_{language}, words_{language == "zh" ? kChinese : kEnglish} {}

  std::string tell() {
    line(0, in_language(pack_.title, language_) + " (" + pack_.name + ", " + say(words_.version) +
                " " + std::to_string(pack_.version) + ")");
    line(0, pack_.digest);
    for (const auto& [name, service] : pack_.services) tell(name, service);
    if (!pack_.feeds.empty()) {
      line(0, "");
      line(0, say(words_.feeds));
      for (const auto& [name, feed] : pack_.feeds) {
        std::string text = name + "  " + in_language(feed.title, language_) + "  " +
                           say(words_.by) + " " + joined(feed.by);
        if (feed.when) text += "; " + say(words_.when) + " " + feed.when->text();
        line(1, text);
      }
    }
    if (!pack_.figures.empty()) {
      line(0, "");
      line(0, say(words_.figures));
      for (const auto& [name, figure] : pack_.figures) {
        line(1, name + "  " + in_language(figure.title, language_) +
                    (figure.unit.empty() ? "" : " (" + figure.unit + ")"));
      }
    }
    return std::move(out_);
  }

 private:
  static std::string say(std::string_view word) { return std::string{word}; }
  static std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
      if (!text.empty()) text += ", ";
      text += name;
    }
    return text;
  }
  void line(std::size_t indent, const std::string& text) {
    out_ += text.empty() ? std::string{} : std::string(indent * 2, ' ') + text;
    out_ += '\n';
  }
  [[nodiscard]] std::string title_of(const Service& service, const std::string& state) const {
    const StateDef* def = find(service.states, state);
    return def ? state + " " + in_language(def->title, language_) : state;
  }

  void tell(const std::string& name, const Service& service) {
    line(0, "");
    line(0, name + "  " + in_language(service.title, language_) +
                (service.parent.empty() ? ""
                                        : "  (" + say(words_.parent) + " " + service.parent + ")"));
    std::string parties;
    for (const PartyDef& party : service.parties) {
      if (!parties.empty()) parties += "; ";
      parties += party.name + ": ";
      bool first = true;
      for (const auto& [role, sees_all] : party.roles) {
        if (!first) parties += ", ";
        first = false;
        parties += role;
      }
    }
    line(1, say(words_.parties) + ": " + parties);
    event(1, say(words_.start) + "  [" + service.start.owner + "]", service, service.start.event);
    for (const std::string& state : in_order(service)) {
      if (const StateDef* def = find(service.states, state)) tell(state, *def, service);
    }
    holds(1, service.holds);
  }

  void tell(const std::string& name, const StateDef& state, const Service& service) {
    line(1, name + "  " + in_language(state.title, language_) + "  [" +
                (state.final ? say(words_.final) : say(words_.owner) + " " + state.owner) + "]");
    if (!state.then.empty()) branches(2, say(words_.by_itself), service, state.then);
    for (const auto& [event_name, def] : state.events) {
      event(2, event_name + "  " + in_language(def.title, language_), service, def);
    }
    for (const auto& [clock_name, clock] : service.clocks) {
      bool runs = false;
      for (const std::string& in : clock.runs_in) runs = runs || in == name;
      if (!runs) continue;
      std::string text = "⏱ " + clock_name + ": ";
      if (clock.until) {
        text += say(words_.until) + " " + clock.until->text();
      } else {
        text += std::to_string(clock.budget) + " " +
                say(clock.kind == ClockDef::Kind::working_days ? words_.working_days : words_.days);
      }
      line(2, text + ", " + say(words_.breach) + " " + clock.breach);
    }
    holds(2, state.holds);
  }

  void event(std::size_t indent, const std::string& head, const Service& service,
             const EventDef& def) {
    std::string text = head;
    std::vector<std::string> who;
    for (const By& by : def.by) {
      who.push_back(by.role == "system" ? say(words_.system) : by.party + "." + by.role);
    }
    if (!who.empty()) text += "  " + say(words_.by) + " " + joined(who);
    if (!def.form.empty()) text += "; " + say(words_.form) + " " + joined(def.form);
    branches(indent, text, service, def.branches);
  }

  void branches(std::size_t indent, const std::string& head, const Service& service,
                const std::vector<Branch>& all) {
    if (all.size() == 1 && !all[0].when) {
      line(indent, head + "  → " + target(service, all[0]));
      return;
    }
    line(indent, head);
    for (const Branch& branch : all) {
      std::string text = "→ " + target(service, branch);
      if (branch.when) text += "  " + say(words_.when) + " " + branch.when->text();
      if (!branch.why.empty()) {
        text += "  (" + say(words_.why) + ": " + in_language(branch.why, language_) + ")";
      }
      line(indent + 1, text);
    }
  }
  [[nodiscard]] std::string target(const Service& service, const Branch& branch) const {
    return branch.to ? title_of(service, *branch.to) : say(words_.stays);
  }

  void holds(std::size_t indent, const std::vector<std::pair<std::string, ProgramPtr>>& all) {
    for (const auto& [party, program] : all) {
      line(indent, say(words_.holds) + " [" + party + "]: " + program->text());
    }
  }

  const Pack& pack_;
  const std::string& language_;
  const Words& words_;
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

}  // namespace

std::string show(const Pack& pack, const std::string& language) {
  return Teller{pack, language}.tell();
}

std::string dot(const Pack& pack) {
  static constexpr std::array<std::string_view, 6> kColours = {"#dbe9f6", "#fde5cd", "#dff0d8",
                                                               "#f6dbe9", "#eee8c9", "#e2dff5"};
  std::string out = "digraph " + quoted(pack.name) + " {\n  rankdir=LR;\n" +
                    "  node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n" +
                    "  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (const auto& [name, service] : pack.services) {
    const auto node = [&name](const std::string& state) { return quoted(name + "/" + state); };
    const auto colour = [&service](const std::string& owner) {
      std::size_t index = 0;
      while (index < service.parties.size() && service.parties[index].name != owner) ++index;
      return std::string{kColours[index % kColours.size()]};
    };
    out += "  subgraph " + quoted("cluster_" + name) + " {\n    label=" +
           quoted(in_language(pack.title, "en") + ": " + in_language(service.title, "en")) + ";\n";
    out += "    " + node("") + " [label=\"\", shape=circle, width=0.2, fillcolor=black];\n";
    const auto edges = [&](const std::string& from, const std::string& owner,
                           const std::string& label, const std::vector<Branch>& branches,
                           bool dashed) {
      for (const Branch& branch : branches) {
        const std::string& to = branch.to ? *branch.to : from;
        const StateDef* target = find(service.states, to);
        out += "    " + node(from) + " -> " + node(to) + " [label=" + quoted(label);
        if (dashed) out += ", style=dashed";
        if (target && !target->owner.empty() && target->owner != owner) out += ", penwidth=2.5";
        out += "];\n";
      }
    };
    for (const auto& [state_name, state] : service.states) {
      out += "    " + node(state_name) + " [label=" +
             quoted(in_language(state.title, "en") + (state.final ? "" : "\n" + state.owner)) +
             (state.final ? ", peripheries=2, fillcolor=white"
                          : ", fillcolor=\"" + colour(state.owner) + "\"") +
             "];\n";
    }
    edges("", service.start.owner, "start", service.start.event.branches, false);
    for (const auto& [state_name, state] : service.states) {
      edges(state_name, state.owner, "", state.then, true);
      for (const auto& [event_name, event] : state.events) {
        bool person = false;
        for (const By& by : event.by) person = person || by.role != "system";
        edges(state_name, state.owner, event_name, event.branches, !person);
      }
    }
    out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace bashu::packs
