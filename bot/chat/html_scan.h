/* html_scan.h: reads our small HTML piece by piece; used by html.c and html_split.c only. Pure. */
#ifndef BOT_HTML_SCAN_H
#define BOT_HTML_SCAN_H

#include "store/base/base.h"

struct html_piece {
    enum { HTML_END, HTML_CHAR, HTML_OPEN, HTML_CLOSE } kind;
    const char *start; /* within the text */
    size_t len;        /* bytes of the piece as written */
    char name[12];     /* HTML_OPEN, HTML_CLOSE: the tag's name */
    uint32_t cp;       /* HTML_CHAR: the character it stands for */
    bool raw;          /* HTML_CHAR: a bare < > or & that ought to be an entity, or a broken byte */
};

/* The piece at *at, which moves behind it. A < that starts no known tag is a raw character. */
struct html_piece html_next(const char **at);

#endif
