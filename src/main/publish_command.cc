// bashu publish: the public site of a day as plain files, from a node's directory.

#include <filesystem>
#include <ostream>

#include "evidence/checkpoint.h"
#include "figures/published.h"
#include "main/commands.h"
#include "main/offline.h"
#include "main/offline_views.h"
#include "node/identity.h"
#include "site/publish.h"
#include "site/site.h"

namespace bashu::cli {

Exit publish(const Console& console, const Publish& what) {
  const auto identity = node::load_identity(what.dir);
  if (!identity) return console.fail(identity.error());
  const auto clock = clock_of(what.dir, identity->offset_minutes);
  if (!clock) return console.fail(clock.error());
  const auto published = figures::published_of(what.dir, what.circle);
  if (!published) return console.fail(published.error());
  const std::filesystem::path folder = site::circle_folder(what.dir, what.circle);
  const auto article = site::load_article(folder);
  if (!article) return console.fail(article.error());
  const auto map = site::load_map(folder);
  if (!map) return console.fail(map.error());
  auto views = open_views(console, what.dir);
  if (!views) return views.error();

  const Date today = (*clock)->today();
  const auto day = what.as_of.empty() ? today : Date::parse(what.as_of);
  if (!day) {
    return console.fail("--as-of: not a date: " + what.as_of + " (like 2021-09-25)",
                        "--as-of：不是日期：" + what.as_of + "（应如 2021-09-25）");
  }
  const std::shared_ptr<views::Views> held = std::move(*views);
  const std::uint64_t entries = held->entries();
  const site::Sources from{.views = held,
                           .at = entries ? views::At{entries - 1} : std::nullopt,
                           .published = *published,
                           .article = *article,
                           .map = *map,
                           .packs = site::packs_of(*held),
                           .today = today,
                           .edition = *day,
                           .proof = {}};
  const auto made = site::publish(from, what.out, [&](std::string text) {
    return evidence::sign_note(std::move(text), identity->origin, identity->log.secret_key);
  });
  if (!made) return console.fail(made.error());
  console.out << made->files << ' ' << console.say("files", "个文件") << ", " << made->bytes << ' '
              << console.say("bytes", "字节") << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
