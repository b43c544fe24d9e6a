// What libarchive asks in place of the system: names are UTF-8, whatever the locale.
static inline const char* locale_charset(void) {
  return "UTF-8";
}
