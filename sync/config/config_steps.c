/* [cycle NAME] steps = …: which flows it runs, in which directions. */
#include "sync/config/config_keys.h"

#include <string.h>

#define STEPS_MAX 64 /* as many as a job has */

static void add_step(struct reading *r, const struct late *l, const struct flow *f, bool push)
{
    struct cycle *y = l->cycle;
    if (y->n == STEPS_MAX)
        config_mistake(r, l->line, "a cycle has at most %d steps", STEPS_MAX);
    else
        y->steps[y->n++] = (struct step){f, push};
}

/* One word of steps: NAME is all that the flow does, NAME:pull and NAME:push the half of it. */
static void judge_step(struct reading *r, const struct late *l, char *word)
{
    char *way = strchr(word, ':');
    if (way)
        *way++ = '\0';
    const struct flow *f = config_flow(r->cfg, word);
    if (!f) {
        config_mistake(r, l->line, "there is no [flow %s]", word);
        return;
    }
    bool pull = !way || !strcmp(way, "pull"), push = !way || !strcmp(way, "push");
    if (!pull && !push)
        config_mistake(r, l->line, "«%s:%s» is no step; write %s, %s:pull or %s:push", word, way,
                       word, word, word);
    else if (way && push && f->direction == DIR_PULL)
        config_mistake(r, l->line, "flow %s only reads: write %s:pull, or give it direction = both",
                       word, word);
    else if (way && pull && f->direction == DIR_PUSH)
        config_mistake(r, l->line,
                       "flow %s only writes: write %s:push, or give it direction = both", word,
                       word);
    if (pull && f->direction != DIR_PUSH)
        add_step(r, l, f, false);
    if (push && f->direction != DIR_PULL)
        add_step(r, l, f, true);
}

void config_steps_read(struct reading *r, const struct late *l)
{
    char *text = arena_strdup(r->arena, l->value), *save = NULL;
    l->cycle->steps = arena_alloc(r->arena, STEPS_MAX, sizeof *l->cycle->steps);
    for (char *w = strtok_r(text, " ,\n", &save); w; w = strtok_r(NULL, " ,\n", &save))
        judge_step(r, l, w);
}
