#include "site/pages.h"

namespace bashu::site {

Answer message_page(Ask& ask, int status, std::string_view title_key, std::string_view text_key) {
  const std::string title = ask.say(title_key);
  Answer answer = page(ask, {.title = title, .tab = {}}, "message", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("TEXT", ask.say(text_key));
    slots.set("HREF", ask.links.to({}));
  });
  answer.status = status;
  return answer;
}

}  // namespace bashu::site
