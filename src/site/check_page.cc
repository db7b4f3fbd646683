// Whether a paper still counts, for whoever has it in hand: by the code printed on it, without
// signing in. Nothing that could be personal is read of its case.

#include "papers/codes.h"
#include "papers/standing.h"
#include "site/pages.h"

namespace bashu::site {

namespace {

// Keys of two texts: in a word, and in a sentence.
struct Said {
  const char* word;
  const char* sentence;
};
constexpr Said kValid{"site.check_valid", "site.check_valid_text"};
constexpr Said kExpired{"site.check_expired", "site.check_expired_text"};
constexpr Said kWithdrawn{"site.check_withdrawn", "site.check_withdrawn_text"};
constexpr Said kUnreadable{"site.check_unreadable", "site.check_unreadable_text"};
constexpr Said kUnknown{"site.check_unknown", "site.check_unknown_text"};

const Said& said_of(papers::Standing standing) {
  if (standing == papers::Standing::valid) return kValid;
  return standing == papers::Standing::expired ? kExpired : kWithdrawn;
}

void fill(Ask& ask, const papers::Paper& paper, const std::string& code, Slots slots) {
  const Said& said = said_of(paper.standing);
  slots.set("STANDING", ask.say(said.word));
  slots.set("TEXT", ask.say(said.sentence));
  slots.show(paper.standing == papers::Standing::valid ? "GOOD" : "BAD");
  slots.set("ON", ask.day(ask.from.today));
  slots.set("PAPER", ask.in(paper.print->title));
  slots.set("SERVICE", ask.in(paper.service->title) + ", " + ask.in(paper.pack->title));
  slots.set_if("NUMBER", paper.number, "NUMBERED");
  slots.set("BY", ask.party(ask.from.views->party()));
  slots.set("SINCE", ask.day(*paper.since));
  slots.set_if("UNTIL", paper.until ? ask.day(*paper.until) : "", "ENDS");
  slots.set("CODE", papers::grouped(code));
  slots.set("HREF", ask.links.to({"journal", std::to_string(paper.entry)}));
  slots.set("ENTRY", ask.say("site.check_entry_text", {{"position", std::to_string(paper.entry)}}));
}

// The form, with a word on the code that was entered.
Answer asked(Ask& ask, int status, const std::string& code, const Said* said) {
  Answer answer =
      page(ask, {.title = ask.say("site.check"), .tab = "check"}, "check", [&](Slots slots) {
        slots.set("ACTION", ask.links.to({"check"}));
        slots.set("CODE", code);
        if (!said) return;
        Slots wrong = slots.add("WRONG");
        wrong.set("TITLE", ask.say(said->word));
        wrong.set("TEXT", ask.say(said->sentence));
      });
  answer.status = status;
  return answer;
}

}  // namespace

Answered check_page(Ask& ask, const std::string& told) {
  if (!ask.from.codes) return std::nullopt;
  const std::string given = told.empty() ? ask.parameter("code") : told;
  if (given.empty()) return asked(ask, 200, {}, nullptr);
  const auto code = papers::spelled(given);
  if (!code) return asked(ask, 404, given, &kUnreadable);
  const auto paper =
      papers::find(*ask.from.views, *ask.from.codes, *code, ask.from.today, ask.from.at);
  if (!paper) return std::unexpected{paper.error()};
  if (!*paper) return asked(ask, 404, papers::grouped(*code), &kUnknown);
  return page(ask, {.title = ask.say("site.check"), .tab = "check"}, "checked",
              [&](Slots slots) { fill(ask, **paper, *code, slots); });
}

}  // namespace bashu::site
