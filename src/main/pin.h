// The PIN of a token: left for the process, or typed at a terminal without being shown. Never an
// argument, nor in the environment.
#pragma once

#include <expected>

#include "main/console.h"
#include "node/identity.h"
#include "tokens/token.h"

namespace bashu::cli {

// No digits: none was left, and there is no terminal to ask at.
[[nodiscard]] std::expected<tokens::Pin, Exit> pin_of(const Console& console,
                                                      const tokens::Place& place);
// None where the root is in a file.
[[nodiscard]] std::expected<tokens::Pin, Exit> pin_of_root(const Console& console,
                                                           const node::Identity& own);
// Of the root that waits to follow it, if one does in a token.
[[nodiscard]] std::expected<tokens::Pin, Exit> pin_of_next_root(const Console& console,
                                                                const node::Identity& own);
// Prints what is wrong with a token, in the reader's language.
Exit fail(const Console& console, const tokens::Trouble& trouble);

}  // namespace bashu::cli
