// Reads any bytes as a signed record, and as the content of one that is signed.
#include "evidence/agreement.h"
#include "evidence/fuzz.h"

using namespace bashu::evidence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz::input(data, size);
  const Signer signer{"a/root/1", fuzz::key().secret_key};
  const auto read = [&](std::string_view record) {
    static_cast<void>(record_signers(record));
    static_cast<void>(read_keys(record));
    static_cast<void>(open_agreements({std::string{record}}, ""));
    static_cast<void>(open_keys({std::string{record}}, "a", std::string(64, '0'), "a/root/1",
                                fuzz::key().public_key));
    static_cast<void>(add_signature(record, kAgreementType, signer));
    const auto agreement = read_agreement(record);
    if (!agreement) return;
    const auto again =
        read_agreement(signed_record(agreement_payload(*agreement), kAgreementType, {signer}));
    fuzz::require(again && agreement_payload(*again) == agreement_payload(*agreement));
  };
  read(bytes);
  read(signed_record(bytes, kAgreementType, {signer}));
  read(signed_record(bytes, kKeysType, {signer}));
  return 0;
}
