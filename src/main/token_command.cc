// bashu token: make, check; bashu vault wrap.

#include <ostream>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "main/commands.h"
#include "main/pin.h"
#include "node/custody.h"
#include "node/in_token.h"
#include "node/storage/storage.h"
#include "node/system_environment.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

// The key the vault is wrapped with or will be: as it is, else a fresh one.
std::expected<std::string, Exit> key_to_keep(const Console& console, node::Storage& storage) {
  auto key = node::wrapping_key(storage.files());
  if (!key) return std::unexpected{console.fail(key.error())};
  const auto secrets = storage.secrets(false);
  if (!secrets) return std::unexpected{console.fail(secrets.error())};
  const auto mark = (*secrets)->setting("wrapped");
  if (!mark) return std::unexpected{console.fail(mark.error())};
  if (*mark && node::unwrap(*key, **mark).empty()) {
    const std::string words = texts::text(console.language, "vault.wrap.other");
    return std::unexpected{console.fail(words, words)};
  }
  return key->empty() ? node::SystemChance{}.bytes(32) : std::move(*key);
}

}  // namespace

Exit token_make(const Console& console, const TokenMake& what) {
  const auto place = tokens::Place::read(what.uri);
  if (!place) return fail(console, place.error());
  const auto pin = pin_of(console, *place);
  if (!pin) return pin.error();
  const bool root = what.use == "root";
  const auto made =
      root ? tokens::make_signing_key(*place, *pin) : tokens::make_closing_key(*place, *pin);
  if (!made) return fail(console, made.error());
  console.out << texts::text(console.language, root ? "token.made_root" : "token.made_vault",
                             {{"uri", place->text()}})
              << '\n';
  return Exit::done;
}

Exit token_check(const Console& console, const std::string& uri) {
  const auto place = tokens::Place::read(uri);
  if (!place) return fail(console, place.error());
  const auto seen = tokens::look(*place);
  if (!seen) return fail(console, seen.error());
  console.out << seen->token << "  " << seen->model << "  " << seen->serial << '\n';
  auto pin = pin_of(console, *place);
  if (!pin) return pin.error();
  pin->by_person = true;
  const auto use = tokens::try_key(*place, *pin);
  if (!use) return fail(console, use.error());
  console.out << texts::text(console.language,
                             use->empty() ? "token.fits_vault" : "token.fits_root",
                             {{"key", hex(*use)}})
              << '\n';
  return Exit::done;
}

Exit vault_wrap(const Console& console, const VaultWrap& what) {
  node::keep_files_private();
  const auto place = tokens::Place::read(what.uri);
  if (!place) return fail(console, place.error());
  const auto storage = node::open_directory(what.dir);
  const auto key = key_to_keep(console, *storage);
  if (!key) return key.error();
  const auto pin = pin_of(console, *place);
  if (!pin) return pin.error();
  const auto kept = node::close_in_token(storage->files(), *key, *place, *pin);
  if (!kept) return console.fail(kept.error());
  console.out << texts::text(console.language, "vault.wrap.done") << '\n';
  return Exit::done;
}

}  // namespace bashu::cli
