# cmake -D FROM=circles/divisions.tsv -D TO=shipped_text.cc -P embed.cmake: a file as C++.
file(READ "${FROM}" text)
# Compilers may refuse a literal above 64 KiB: one a line.
string(REPLACE "\n" ")file\"\n    R\"file(\n" text "${text}")
file(WRITE "${TO}" "#include \"base/shipped_text.h\"\n\nnamespace bashu {\n\n"
  "const std::string_view kDivisionsText =\n    R\"file(${text})file\";\n\n}  // namespace bashu\n")
