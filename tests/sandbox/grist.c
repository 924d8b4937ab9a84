/* grist.c: the documents of the played Grist. */
#include "tests/sandbox/grist.h"
#include "tests/sandbox/ids.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORT_ID 12

struct gr_doc *grist_new_doc(struct sandbox *sb, const char *id, const char *name)
{
    struct grist *grist = sb->grist;
    if (grist->count == GRIST_DOCS_MAX)
        return NULL;
    struct gr_doc *doc = sb_alloc(sizeof *doc);
    if (id)
        snprintf(doc->id, sizeof doc->id, "%s", id);
    else
        rng_word(&grist->rng, doc->id, sizeof doc->id - 1);
    doc->name = sb_dup(name);
    doc->created = doc->updated = sb_now_ms(sb);
    doc->db = gsql_open();
    gr_tell_schema(doc);
    grist->docs[grist->count++] = doc;
    return doc;
}

struct gr_doc *grist_doc(const struct grist *grist, const char *id)
{
    size_t length = strlen(id);
    for (size_t i = 0; i < grist->count; i++)
        if (strcmp(grist->docs[i]->id, id) == 0 ||
            (length == SHORT_ID && strncmp(grist->docs[i]->id, id, length) == 0))
            return grist->docs[i];
    return NULL;
}

int grist_init(struct sandbox *sb)
{
    sb->grist = sb_alloc(sizeof *sb->grist);
    sb->grist->rng.state = sb->opt.seed ^ 0x6772697374u;
    return grist_new_doc(sb, SB_GRIST_DOC, "Фестиваль") ? 0 : -1;
}

static void free_doc(struct gr_doc *doc)
{
    for (size_t i = 0; i < doc->table_count; i++)
        gr_free_table(doc->tables[i]);
    for (size_t i = 0; i < doc->file_count; i++) {
        free(doc->files[i].name);
        gv_clear(&doc->files[i].bytes);
    }
    gr_history_free(doc);
    free(doc->tables);
    free(doc->files);
    gsql_close(doc->db);
    free(doc->name);
    free(doc);
}

void grist_free(struct sandbox *sb)
{
    if (!sb->grist)
        return;
    for (size_t i = 0; i < sb->grist->count; i++)
        free_doc(sb->grist->docs[i]);
    free(sb->grist);
    sb->grist = NULL;
}
