# cmake -D FROM=texts -D TO=embedded.cc -P embed.cmake: the files of words as C++.
function(piece name file)
  file(READ "${FROM}/${file}.json" text)
  # Compilers may refuse a literal above 64 KiB: one a line.
  string(REPLACE "\n" ")words\"\n    R\"words(\n" text "${text}")
  set(out "${out}const std::string_view ${name} =\n    R\"words(${text})words\";\n" PARENT_SCOPE)
endfunction()
set(out "#include \"texts/embedded.h\"\n\nnamespace bashu::texts {\n\n")
piece(kEnglish en)
piece(kChinese zh)
file(WRITE "${TO}" "${out}\n}  // namespace bashu::texts\n")
