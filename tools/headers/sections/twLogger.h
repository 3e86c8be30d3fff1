//@ guard twLogger_H
//@ source logger
//@ needs twErrors.h twOSPort.h
//@ about the logger
//@ declarations
TW_BEGIN_DECLARATIONS

/** Writes a line to the log, formatted as by printf().
 *
 * `format` and what it asks for are only read during the call. Lines below the level of twLogger_SetLevel() cost next to
 * nothing. Any thread. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
void twLog(enum LogLevel level, const char *format, ...);

TW_END_DECLARATIONS
