// Documents: deposited first, named by a form later, read through a case.
//
// A document's bytes are encrypted under a key of their own; its name in the form is sealed under
// the same key, so that whoever holds the case holds the key, and forgetting it erases both.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "api/context.h"

namespace bashu::api {

inline constexpr std::size_t kBlobNonce = 24;

// As a file can be called on whatever machine it is saved on, and reads as what it is: without
// control characters, and without marks that turn the direction of what follows, by which
// `fdp.exe` is shown as `exe.pdf`.
[[nodiscard]] bool is_file_name(std::string_view text);
[[nodiscard]] bool is_media_type(std::string_view text);
[[nodiscard]] Problem odd_file_name(std::string where);

// Deposits and uploads that have waited too long, with all that is kept of them.
void give_up_deposits(Context& context);
void give_up_uploads(Context& context);

// Who hands documents in, and which: they are, when the command that names them takes effect.
struct Handing {
  std::string principal;
  std::vector<std::string> documents{};  // by sha256; grows
};
// Seals every document of `form` under the key of its deposit: `sealed` is the form as Vault::seal
// left it. A document that this principal has not deposited is a form error.
[[nodiscard]] std::optional<packs::FormError> seal_documents(
    Context& context, Handing& handing, const std::vector<packs::Member>& fields, const Value& form,
    const std::string& path, Value& sealed);

// 503: the store of documents does not answer.
[[nodiscard]] Problem documents_away();
// Of documents: what cannot be read or written because their store is away says so.
[[nodiscard]] Problem problem_of_documents(Context& context, const Fault& fault);

// Encrypts and deposits bytes of this node's own making or a client's, for `principal` to hand in.
[[nodiscard]] std::expected<std::string, Problem> deposit(Context& context,
                                                          const std::string& principal,
                                                          std::string_view bytes);
// The bytes of a document as a case holds it, for the node itself: who may see it was asked before.
[[nodiscard]] std::expected<std::string, Problem> document_bytes(Context& context,
                                                                 const Value& document);
// Of one that `principal` has deposited and not handed in yet; nullopt: there is none.
[[nodiscard]] std::optional<std::string> deposited_bytes(Context& context,
                                                         const std::string& principal,
                                                         const Value& document);

}  // namespace bashu::api
