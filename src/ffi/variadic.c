/* Functions with a variable number of arguments: stable Rust can call these but not define them. */

#include <stdarg.h>
#include <stdio.h>

/* The most characters of a log line, as programs know it. */
#define MAX_LOG_TEXT 4094

/* From logger.rs. An enum of the headers is an unsigned int. */
char twedge_log_enabled(unsigned int level);
void twedge_log_text(unsigned int level, const char *text);

void twLog(unsigned int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

void twLog(unsigned int level, const char *format, ...) {
    char text[MAX_LOG_TEXT + 1] = "";
    va_list arguments;
    if (format == NULL || !twedge_log_enabled(level)) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    twedge_log_text(level, text);
}
