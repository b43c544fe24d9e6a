# Compiler and linker options by which a fault in a release build ends the program instead of being
# used: buffers and stacks are checked, code and tables of functions are read-only, and addresses
# are random. The builds with sanitizers have stricter checks of their own.
include(CheckCXXCompilerFlag)

target_compile_definitions(veneer_options INTERFACE $<$<CONFIG:Release>:_GLIBCXX_ASSERTIONS>)
target_compile_options(veneer_options INTERFACE
  "$<$<CONFIG:Release>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=3;-fstack-protector-strong;-fPIE>")
target_link_options(veneer_options INTERFACE
  $<$<CONFIG:Release>:$<IF:$<BOOL:${VENEER_STATIC}>,-static-pie,-pie>>
  $<$<BOOL:${VENEER_STATIC}>:LINKER:--gc-sections>
  $<$<CONFIG:Release>:LINKER:-z,relro,-z,now,-z,noexecstack,-z,separate-code>)
# The bytes of the program do not depend on the folder that it is built in.
target_compile_options(veneer_options INTERFACE
  "$<$<CONFIG:Release>:-ffile-prefix-map=${PROJECT_BINARY_DIR}=build;-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.>")
# Not every processor has them.
foreach(flag -fstack-clash-protection -fcf-protection=full -mbranch-protection=standard)
  string(MAKE_C_IDENTIFIER "VENEER_HAS${flag}" has_flag)
  check_cxx_compiler_flag(${flag} ${has_flag})
  if(${has_flag})
    target_compile_options(veneer_options INTERFACE $<$<CONFIG:Release>:${flag}>)
  endif()
endforeach()
