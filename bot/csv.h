/* csv.h: tables as CSV files that a spreadsheet opens well, and what else a file for a person
 * needs.
 *
 * RFC 4180: commas, CRLF, quotes where they are needed. A byte order mark at the start tells Excel
 * that the text is UTF-8. Pure; any thread. */
#ifndef BOT_CSV_H
#define BOT_CSV_H

#include "store/base/buf.h"

/* Appends one row of n fields (NULL: an empty one); the first row of an empty buffer brings the
 * byte order mark. Whatever a spreadsheet would run as a formula gets an apostrophe in front;
 * numbers and phone numbers such as -5, +7916… stay as they are. A row that does not fit is left
 * out whole and sets out->over. */
void csv_row(struct buf *out, const char *const *fields, size_t n);
#define CSV_ROW(out, ...)                                                                          \
    csv_row((out), (const char *const[]){__VA_ARGS__},                                             \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/* Appends the first lines of a file as text for a screen: no byte order mark, no carriage returns
 * or other control characters; at most `bytes` of it, never within a character. A line with …
 * follows when the file has more. */
void csv_head(const char *content, unsigned lines, size_t bytes, struct buf *out);

/* Appends name as one that is safe in a folder and in an HTTP header: without separators, quotes
 * and control characters, not hidden, at most 120 bytes; "file.csv" when nothing is left or name is
 * NULL. */
void csv_file_name(const char *name, struct buf *out);

#endif
